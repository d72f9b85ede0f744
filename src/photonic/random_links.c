/** @file
 * Random links: pairs are drawn until there are enough different ones, in rounds of as many as are missing, so that the
 * set does not depend on how it is kept; of more than half of all pairs, those that are left out are drawn. A rewired
 * ring keeps its pairs in a table, where a moved link leaves a mark behind.
 */
#include "photonic/random_links.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"

/** Draws a node for draw k of i, the same whatever else is drawn. */
static int draw_node(const epx_random *stream, int n_nodes, uint32_t i, uint32_t k) {
  return (int)(n_nodes * epx_random_eval_uniform(stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, i, k));
}

static epx_link make_link(int i, int j) {
  return (epx_link){i < j ? i : j, i < j ? j : i};
}

static int compare(const void *a, const void *b) {
  const epx_link *p = a, *q = b;
  if (p->i != q->i) return p->i < q->i ? -1 : 1;
  return (p->j > q->j) - (p->j < q->j);
}

/** Sorts the links and drops those that stand there twice, and nodes linked with themselves. Returns how many are
 * left. */
static size_t make_different(epx_link *links, size_t n) {
  size_t n_kept = 0;
  qsort(links, n, sizeof *links, compare);
  for (size_t l = 0; l < n; l++) {
    if (links[l].i == links[l].j || (n_kept > 0 && compare(&links[n_kept - 1], &links[l]) == 0)) continue;
    links[n_kept++] = links[l];
  }
  return n_kept;
}

/** Draws the first n different pairs of the stream: links [n]. */
static void draw_pairs(const epx_random *stream, int n_nodes, size_t n, epx_link *links) {
  size_t n_kept = 0;
  for (uint32_t draw = 0; n_kept < n;) {
    for (; n_kept < n; n_kept++, draw++)
      links[n_kept] = make_link(draw_node(stream, n_nodes, draw, 0), draw_node(stream, n_nodes, draw, 1));
    n_kept = make_different(links, n);
  }
}

static epx_err create_random(const epx_topology_spec *spec, int n_nodes, epx_link **links, size_t *n_links) {
  const epx_random stream = epx_random_init(spec->seed, "topology");
  const size_t n = (size_t)n_nodes, n_pairs = n * (n - 1) / 2;
  const double wanted = floor(0.5 * spec->degree * n_nodes + 0.5);
  *n_links = wanted < (double)n_pairs ? (size_t)wanted : n_pairs;
  EPX_TRY(EPX_ARRAY(*links, *n_links));
  if (*n_links <= n_pairs / 2) {
    draw_pairs(&stream, n_nodes, *n_links, *links);
    return EPX_OK;
  }
  const size_t n_left_out = n_pairs - *n_links;
  epx_link *left_out = NULL;
  EPX_TRY(EPX_ARRAY(left_out, n_left_out + 1));
  draw_pairs(&stream, n_nodes, n_left_out, left_out);
  left_out[n_left_out] = (epx_link){n_nodes, n_nodes}; /* behind the last pair */
  size_t next = 0, at = 0;
  for (int i = 0; i < n_nodes; i++) {
    for (int j = i + 1; j < n_nodes; j++) {
      const epx_link pair = {i, j};
      if (compare(&pair, &left_out[next]) == 0)
        next++;
      else
        (*links)[at++] = pair;
    }
  }
  epx_array_destroy(&left_out);
  return EPX_OK;
}

/** A set of pairs, open addressing. Never more than half full, marks included: each link moves once. */
typedef struct {
  uint64_t *keys; /* [mask + 1]: 0 empty, else the pair; MOVED: there was one */
  uint64_t mask;
} pair_set;

static const uint64_t MOVED = UINT64_MAX;

static uint64_t get_key(int i, int j) {
  const epx_link pair = make_link(i, j);
  return ((uint64_t)pair.i << 32 | (uint64_t)pair.j) + 1;
}

/** Gets the place of a key, or the empty one where the search for it ends. */
static uint64_t find(const pair_set *set, uint64_t key) {
  uint64_t at = key * 0x9E3779B97F4A7C15u >> 17 & set->mask;
  while (set->keys[at] != 0 && set->keys[at] != key)
    at = (at + 1) & set->mask;
  return at;
}

static bool has(const pair_set *set, int i, int j) {
  return set->keys[find(set, get_key(i, j))] != 0;
}

static epx_err create_set(size_t n_links, pair_set *set) {
  uint64_t size = 16;
  while (size < 4 * (uint64_t)n_links)
    size *= 2;
  set->mask = size - 1;
  return EPX_ARRAY(set->keys, size);
}

/** Moves link `at`, the k-th of node i, to a node that i is not linked with. Draw 2 k of a node decides whether; 2 k + 1,
 * and as often as it meets a link draws further on, say where to. */
static void rewire(const epx_topology_spec *spec, const epx_random *stream, int n_nodes, int i, int k,
                   pair_set *set, int *degree, epx_link *link) {
  const uint32_t own = (uint32_t)i, stride = 2 * (uint32_t)spec->n_neighbours;
  uint32_t draw = 2 * (uint32_t)k;
  const int old = (i + k + 1) % n_nodes;
  const double u = epx_random_eval_uniform(stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, own, draw++);
  if (u >= spec->rewiring || degree[i] >= n_nodes - 1) return;
  int other = draw_node(stream, n_nodes, own, draw);
  while (other == i || has(set, i, other))
    other = draw_node(stream, n_nodes, own, draw += stride);
  set->keys[find(set, get_key(i, old))] = MOVED;
  set->keys[find(set, get_key(i, other))] = get_key(i, other);
  degree[old]--;
  degree[other]++;
  *link = make_link(i, other);
}

static void link_ring(const epx_topology_spec *spec, int n_nodes, pair_set *set, int *degree,
                      epx_link *links) {
  const epx_random stream = epx_random_init(spec->seed, "topology");
  for (int k = 0; k < spec->n_neighbours; k++) {
    for (int i = 0; i < n_nodes; i++) {
      const int j = (i + k + 1) % n_nodes;
      links[(size_t)k * (size_t)n_nodes + (size_t)i] = make_link(i, j);
      set->keys[find(set, get_key(i, j))] = get_key(i, j);
      degree[i]++;
      degree[j]++;
    }
  }
  for (int k = 0; k < spec->n_neighbours; k++)
    for (int i = 0; i < n_nodes; i++)
      rewire(spec, &stream, n_nodes, i, k, set, degree, &links[(size_t)k * (size_t)n_nodes + (size_t)i]);
}

static epx_err create_small_world(const epx_topology_spec *spec, int n_nodes, epx_link **links,
                                  size_t *n_links) {
  pair_set set = {0};
  int *degree = NULL;
  *n_links = (size_t)n_nodes * (size_t)spec->n_neighbours;
  EPX_TRY(EPX_ARRAY(*links, *n_links));
  int code = create_set(*n_links, &set);
  if (code == EPX_OK) code = EPX_ARRAY(degree, (size_t)n_nodes);
  if (code == EPX_OK) link_ring(spec, n_nodes, &set, degree, *links);
  epx_array_destroy(&set.keys);
  epx_array_destroy(&degree);
  return code;
}

epx_err epx_random_links_create(const epx_topology_spec *spec, int n_nodes, epx_link **links,
                                size_t *n_links) {
  if (spec->kind == EPX_RANDOM) return create_random(spec, n_nodes, links, n_links);
  return create_small_world(spec, n_nodes, links, n_links);
}
