/** @file
 * Topologies: links are written down pair by pair, each joined as i < j, then sorted and made unique, so that
 * small periodic lattices and rings, where a neighbour is met twice, need no special case.
 */
#include "photonic/topology.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "epilux/log.h"
#include "photonic/convolution.h"
#include "photonic/edge_list.h"
#include "photonic/random_links.h"

#define KIND_NAME(name, text, meaning) text,
#define KIND_MEANING(name, text, meaning) meaning,
static const char *const names[EPX_TOPOLOGY_COUNT] = {EPX_TOPOLOGIES(KIND_NAME)};
static const char *const meanings[EPX_TOPOLOGY_COUNT] = {EPX_TOPOLOGIES(KIND_MEANING)};

/** Adds a link, in either order; a node is not linked with itself. */
static void add_link(epx_topology *topology, int i, int j) {
  if (i == j) return;
  topology->links[topology->n_links++] = (epx_link){i < j ? i : j, i < j ? j : i};
}

static int compare_links(const void *a, const void *b) {
  const epx_link *p = a, *q = b;
  if (p->i != q->i) return p->i < q->i ? -1 : 1;
  return (p->j > q->j) - (p->j < q->j);
}

static void sort_links(epx_topology *topology) {
  if (topology->n_links < 2) return;
  qsort(topology->links, topology->n_links, sizeof *topology->links, compare_links);
  size_t n = 1;
  for (size_t l = 1; l < topology->n_links; l++) {
    if (compare_links(&topology->links[n - 1], &topology->links[l]) != 0) {
      topology->links[n++] = topology->links[l];
    }
  }
  topology->n_links = n;
}

static epx_err check_matrix(const epx_topology_spec *spec) {
  const size_t n = (size_t)spec->n_nodes;
  if (!spec->matrix) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology: kind matrix takes its links from network.parameters.coupling, "
                     "which must be given as a matrix");
  }
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      const double there = spec->matrix[i * n + j], back = spec->matrix[j * n + i];
      if (!isfinite(there)) {
        return EPX_RAISE(EPX_EINPUT, "network.parameters.coupling[%zu][%zu]: %g is not a finite number", i, j,
                         there);
      }
      if (there != back) {
        return EPX_RAISE(
            EPX_EINPUT,
            "network.parameters.coupling[%zu][%zu] is %.17g but [%zu][%zu] is %.17g: couplers are "
            "reciprocal, the matrix must be symmetric",
            i, j, there, j, i, back);
      }
    }
  }
  return EPX_OK;
}

static epx_err check_layers(const epx_topology_spec *spec, long long *n_nodes) {
  if (spec->n_layers < 1 || !spec->layers) {
    return EPX_RAISE(EPX_EINPUT, "network.topology.layers: a layered network needs the sizes of its layers, "
                                 "such as [4, 8, 2]");
  }
  for (int k = 0; k < spec->n_layers; k++) {
    if (spec->layers[k] < 1) {
      return EPX_RAISE(EPX_EINPUT, "network.topology.layers[%d]: %d nodes; must be at least 1", k,
                       spec->layers[k]);
    }
    *n_nodes += spec->layers[k];
  }
  return EPX_OK;
}

static epx_err check_skips(const epx_topology_spec *spec) {
  for (int k = 0; k < spec->n_skips; k++) {
    const int from = spec->skips[2 * k], to = spec->skips[2 * k + 1];
    if (from < 0 || to >= spec->n_layers || to < from + 2)
      return EPX_RAISE(
          EPX_EINPUT,
          "network.topology.skips: from layer %d to layer %d; layers are 0 to %d, and a skip leads "
          "over one at least",
          from, to, spec->n_layers - 1);
    for (int other = 0; other < k; other++)
      if (spec->skips[2 * other] == from && spec->skips[2 * other + 1] == to)
        return EPX_RAISE(EPX_EINPUT, "network.topology.skips: from layer %d to layer %d appears twice", from,
                         to);
  }
  return EPX_OK;
}

static int get_planes(const epx_topology_spec *spec) {
  return spec->n_planes > 0 ? spec->n_planes : 1;
}

static epx_err check_random(const epx_topology_spec *spec) {
  const int most = (spec->n_nodes - 1) / 2;
  if (spec->kind == EPX_SMALL_WORLD && !(spec->rewiring >= 0 && spec->rewiring <= 1)) {
    return EPX_RAISE(EPX_EINPUT, "network.topology.rewiring: %g; must be a probability from 0 to 1",
                     spec->rewiring);
  }
  if (spec->kind == EPX_SMALL_WORLD && (spec->n_neighbours < 1 || spec->n_neighbours > most)) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.neighbours: %d on each side, 1 to %d are possible with %d nodes",
                     spec->n_neighbours, most, spec->n_nodes);
  }
  if (spec->kind == EPX_RANDOM && !(spec->degree > 0 && spec->degree <= spec->n_nodes - 1)) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.degree: %g, more than 0 and at most %d are possible with %d nodes",
                     spec->degree, spec->n_nodes - 1, spec->n_nodes);
  }
  return EPX_OK;
}

/** Checks what the deck says and counts the nodes. */
static epx_err count_nodes(const epx_topology_spec *spec, int *n_nodes) {
  long long n = 0;
  if (spec->kind == EPX_LAYERED) {
    EPX_TRY(check_layers(spec, &n));
    EPX_TRY(check_skips(spec));
  } else if (spec->kind == EPX_LATTICE) {
    if (spec->n_rows < 1 || spec->n_columns < 1) {
      return EPX_RAISE(EPX_EINPUT,
                       "network.topology: a lattice of %d rows and %d columns, at least 1 of each is needed",
                       spec->n_rows, spec->n_columns);
    }
    n = (long long)spec->n_rows * spec->n_columns;
    if (spec->n_planes < 0 || n > EPX_TOPOLOGY_MAX_NODES) n = (long long)EPX_TOPOLOGY_MAX_NODES + 1;
    n *= get_planes(spec);
  } else {
    if (spec->n_nodes < 1) {
      return EPX_RAISE(EPX_EINPUT, "network.topology.nodes: %d; must be at least 1", spec->n_nodes);
    }
    n = spec->n_nodes;
  }
  if (n > EPX_TOPOLOGY_MAX_NODES) {
    return EPX_RAISE(EPX_EINPUT, "network.topology: %lld nodes, at most %d are possible", n,
                     EPX_TOPOLOGY_MAX_NODES);
  }
  if (spec->kind == EPX_MATRIX) EPX_TRY(check_matrix(spec));
  EPX_TRY(check_random(spec));
  *n_nodes = (int)n;
  return EPX_OK;
}

/** Room for the links before they are made unique. */
static size_t count_links(const epx_topology_spec *spec, int n_nodes) {
  const size_t n = (size_t)n_nodes;
  size_t n_links = 0;
  switch (spec->kind) {
  case EPX_ALL_TO_ALL:
  case EPX_MATRIX:
    return n * (n - 1) / 2;
  case EPX_LAYERED:
    for (int k = 0; k + 1 < spec->n_layers; k++)
      n_links += (size_t)spec->layers[k] * (size_t)spec->layers[k + 1];
    for (int k = 0; k < spec->n_skips; k++)
      n_links += (size_t)spec->layers[spec->skips[2 * k]] * (size_t)spec->layers[spec->skips[2 * k + 1]];
    return n_links;
  case EPX_LATTICE:
    return 3 * n;
  case EPX_SMALL_WORLD:
    return n * (size_t)spec->n_neighbours;
  case EPX_RANDOM:
    return (size_t)(0.5 * spec->degree * n_nodes);
  default:
    return n;
  }
}

static void link_pair(const epx_topology_spec *spec, int from, int to, epx_topology *topology) {
  int first = 0, next = 0;
  for (int k = 0; k < to; k++) {
    first += k < from ? spec->layers[k] : 0;
    next += spec->layers[k];
  }
  for (int i = first; i < first + spec->layers[from]; i++) {
    for (int j = next; j < next + spec->layers[to]; j++)
      add_link(topology, i, j);
  }
}

static void link_layers(const epx_topology_spec *spec, epx_topology *topology) {
  for (int k = 0; k + 1 < spec->n_layers; k++)
    link_pair(spec, k, k + 1, topology);
  for (int k = 0; k < spec->n_skips; k++)
    link_pair(spec, spec->skips[2 * k], spec->skips[2 * k + 1], topology);
}

static void link_lattice(const epx_topology_spec *spec, epx_topology *topology) {
  const int rows = spec->n_rows, columns = spec->n_columns, planes = get_planes(spec);
  for (int node = 0; node < topology->n_nodes; node++) {
    const int c = node % columns, r = node / columns % rows, p = node / columns / rows;
    const int row = (p * rows + r) * columns, plane = p * rows * columns;
    if (c + 1 < columns || spec->periodic) add_link(topology, node, row + (c + 1) % columns);
    if (r + 1 < rows || spec->periodic) add_link(topology, node, plane + (r + 1) % rows * columns + c);
    if (p + 1 < planes || spec->periodic)
      add_link(topology, node, ((p + 1) % planes * rows + r) * columns + c);
  }
}

static void link_nodes(const epx_topology_spec *spec, epx_topology *topology) {
  const int n = topology->n_nodes;
  switch (spec->kind) {
  case EPX_LAYERED:
    link_layers(spec, topology);
    return;
  case EPX_LATTICE:
    link_lattice(spec, topology);
    return;
  case EPX_RING:
  case EPX_CHAIN:
    for (int i = 0; i + 1 < n; i++)
      add_link(topology, i, i + 1);
    if (spec->kind == EPX_RING) add_link(topology, n - 1, 0);
    return;
  default:
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        if (spec->kind != EPX_MATRIX || spec->matrix[(size_t)i * (size_t)n + (size_t)j] != 0)
          add_link(topology, i, j);
      }
    }
  }
}

/** Gets the part a node belongs to, its root, and shortens the way for the next. */
static int find_root(int *parent, int i) {
  while (parent[i] != i)
    i = parent[i] = parent[parent[i]];
  return i;
}

int epx_topology_eval_parts(const epx_topology *topology, const bool *used, int *part) {
  int n_parts = topology->n_nodes;
  for (int i = 0; i < topology->n_nodes; i++)
    part[i] = i;
  for (size_t l = 0; l < topology->n_links; l++) {
    if (used && !used[l]) continue;
    const int i = find_root(part, topology->links[l].i), j = find_root(part, topology->links[l].j);
    n_parts -= i != j;
    part[i > j ? i : j] = i > j ? j : i;
  }
  for (int i = 0; i < topology->n_nodes; i++)
    part[i] = find_root(part, i);
  return n_parts;
}

/** Counts the parts that no link joins, and says so where there are several. */
static epx_err check_parts(const epx_topology *topology) {
  int *part = NULL;
  EPX_TRY(EPX_ARRAY(part, (size_t)topology->n_nodes));
  const int n_parts = epx_topology_eval_parts(topology, NULL, part);
  epx_array_destroy(&part);
  if (n_parts > 1) {
    epx_log_write_once(EPX_LOG_WARNING, "topology", "the network falls into %d parts that no link joins",
                       n_parts);
  }
  return EPX_OK;
}

/** Bytes that a link takes at the least: itself, its value, and what it does to both its nodes. */
static const double bytes_a_link = sizeof(epx_link) + 3 * sizeof(double);

static epx_err check_memory(int n_nodes, size_t n_links) {
  char what[96];
  snprintf(what, sizeof what, "network.topology: %zu links of %d nodes", n_links, n_nodes);
  return epx_memory_check(bytes_a_link * (double)n_links, what, "fewer nodes or links are wanted");
}

static epx_err number_layers(const epx_topology_spec *spec, epx_topology *topology) {
  int node = 0;
  EPX_TRY(EPX_ARRAY(topology->layer, (size_t)topology->n_nodes));
  topology->n_layers = spec->n_layers;
  for (int k = 0; k < spec->n_layers; k++)
    for (int i = 0; i < spec->layers[k]; i++)
      topology->layer[node++] = k;
  return EPX_OK;
}

static epx_err make_links(const epx_topology_spec *spec, int n_nodes, epx_topology *topology) {
  const size_t most = count_links(spec, n_nodes);
  topology->n_nodes = n_nodes;
  EPX_TRY(check_memory(n_nodes, most));
  if (spec->kind == EPX_SMALL_WORLD || spec->kind == EPX_RANDOM) {
    EPX_TRY(epx_random_links_create(spec, n_nodes, &topology->links, &topology->n_links));
    sort_links(topology);
    return check_parts(topology);
  }
  EPX_TRY(EPX_ARRAY(topology->links, most));
  if (spec->kind == EPX_LAYERED) EPX_TRY(number_layers(spec, topology));
  link_nodes(spec, topology);
  sort_links(topology);
  return EPX_OK;
}

static epx_err read_links(const epx_topology_spec *spec, epx_topology *topology) {
  EPX_TRY(epx_edge_list_read(spec->path, topology));
  for (size_t l = 0; topology->couplings && spec->scale != 0 && l < topology->n_links; l++)
    topology->couplings[l] *= spec->scale;
  return check_parts(topology);
}

/* Which links and which nodes are learnt as one is asked of the geometry once the links are in their order. */
static epx_err make_convolution(const epx_topology_spec *spec, epx_topology *topology) {
  epx_convolution convolution;
  size_t most;
  EPX_TRY(epx_convolution_init(spec, &convolution, &topology->n_nodes, &most));
  EPX_TRY(check_memory(topology->n_nodes, most));
  EPX_TRY(EPX_ARRAY(topology->links, most));
  topology->n_links = epx_convolution_link(&convolution, topology->links);
  sort_links(topology);
  EPX_TRY(EPX_ARRAY(topology->tie, topology->n_links));
  EPX_TRY(EPX_ARRAY(topology->channel, (size_t)topology->n_nodes));
  for (size_t l = 0; l < topology->n_links; l++)
    topology->tie[l] = epx_convolution_get_tie(&convolution, topology->links[l]);
  for (int i = 0; i < topology->n_nodes; i++)
    topology->channel[i] = epx_convolution_get_channel(&convolution, i);
  topology->n_layers = convolution.n_maps + convolution.n_layers;
  EPX_TRY(EPX_ARRAY(topology->layer, (size_t)topology->n_nodes));
  for (int i = 0; i < topology->n_nodes; i++)
    topology->layer[i] = epx_convolution_get_layer(&convolution, i);
  return check_parts(topology);
}

static epx_err make(const epx_topology_spec *spec, epx_topology *topology) {
  int n_nodes = 0;
  if (spec->kind == EPX_EDGE_LIST) return read_links(spec, topology);
  if (spec->kind == EPX_CONVOLUTION) return make_convolution(spec, topology);
  EPX_TRY(count_nodes(spec, &n_nodes));
  return make_links(spec, n_nodes, topology);
}

epx_err epx_topology_create(const epx_topology_spec *spec, epx_topology **out) {
  *out = NULL;
  epx_topology *topology = NULL;
  EPX_TRY(EPX_ARRAY(topology, 1));
  const int code = make(spec, topology);
  if (code != EPX_OK) epx_topology_destroy(&topology);
  EPX_TRY(code);
  *out = topology;
  return EPX_OK;
}

void epx_topology_destroy(epx_topology **address) {
  if (!*address) return;
  epx_array_destroy(&(*address)->links);
  epx_array_destroy(&(*address)->couplings);
  epx_array_destroy(&(*address)->tie);
  epx_array_destroy(&(*address)->channel);
  epx_array_destroy(&(*address)->layer);
  epx_array_destroy(address);
}

long epx_topology_get_link(const epx_topology *topology, int i, int j) {
  if (topology->n_links == 0) return -1;
  const epx_link wanted = {i < j ? i : j, i < j ? j : i};
  const epx_link *found = bsearch(&wanted, topology->links, topology->n_links, sizeof wanted, compare_links);
  return found ? (long)(found - topology->links) : -1;
}

bool epx_topology_is_pattern(const char *path) {
  return epx_edge_list_is_pattern(path);
}

epx_err epx_topology_get_kind(const char *name, epx_topology_kind *kind) {
  for (int k = 0; k < EPX_TOPOLOGY_COUNT; k++) {
    if (strcmp(name, names[k]) == 0) {
      *kind = (epx_topology_kind)k;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT,
                   "'%s' is not a topology: all-to-all, layered, lattice, ring, chain, matrix, small-world, "
                   "random, edge-list or convolution",
                   name);
}

const char *epx_topology_get_name(epx_topology_kind kind) {
  return names[kind];
}

const char *epx_topology_get_meaning(epx_topology_kind kind) {
  return meanings[kind];
}
