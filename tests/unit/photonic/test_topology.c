/** @file
 * Topologies: which links each kind has, and what is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "photonic/topology.h"

static const int layers[] = {2, 1, 2}, no_layers[] = {2, 0}, huge_layers[] = {2000000000, 2000000000};
static const double matrix[] = {5, 1, 0, /**/ 1, 0, -2, /**/ 0, -2, 0};
static const double asymmetric[] = {0, 1, 1.5, 0}, with_nan[] = {0, NAN, NAN, 0};
static const double infinite[] = {0, INFINITY, INFINITY, 0};

static const struct {
  const char *name;
  epx_topology_spec spec;
  int n_nodes;
  size_t n_links;
  epx_link links[12];
} good[] = {
    {"all to all",
     {.kind = EPX_ALL_TO_ALL, .n_nodes = 4},
     4,
     6,
     {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}},
    {"one node", {.kind = EPX_ALL_TO_ALL, .n_nodes = 1}, 1, 0, {{0, 0}}},
    {"layered",
     {.kind = EPX_LAYERED, .n_layers = 3, .layers = layers},
     5,
     4,
     {{0, 2}, {1, 2}, {2, 3}, {2, 4}}},
    {"lattice",
     {.kind = EPX_LATTICE, .n_rows = 2, .n_columns = 3},
     6,
     7,
     {{0, 1}, {0, 3}, {1, 2}, {1, 4}, {2, 5}, {3, 4}, {4, 5}}},
    {"periodic lattice, wrapped twice between two rows",
     {.kind = EPX_LATTICE, .n_rows = 2, .n_columns = 3, .periodic = true},
     6,
     9,
     {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 4}, {2, 5}, {3, 4}, {3, 5}, {4, 5}}},
    {"periodic lattice of one row is a ring",
     {.kind = EPX_LATTICE, .n_rows = 1, .n_columns = 4, .periodic = true},
     4,
     4,
     {{0, 1}, {0, 3}, {1, 2}, {2, 3}}},
    {"lattice of two planes",
     {.kind = EPX_LATTICE, .n_rows = 2, .n_columns = 2, .n_planes = 2},
     8,
     12,
     {{0, 1}, {0, 2}, {0, 4}, {1, 3}, {1, 5}, {2, 3}, {2, 6}, {3, 7}, {4, 5}, {4, 6}, {5, 7}, {6, 7}}},
    {"small world that is not rewired",
     {.kind = EPX_SMALL_WORLD, .n_nodes = 5, .n_neighbours = 1},
     5,
     5,
     {{0, 1}, {0, 4}, {1, 2}, {2, 3}, {3, 4}}},
    {"ring", {.kind = EPX_RING, .n_nodes = 4}, 4, 4, {{0, 1}, {0, 3}, {1, 2}, {2, 3}}},
    {"ring of two", {.kind = EPX_RING, .n_nodes = 2}, 2, 1, {{0, 1}}},
    {"ring of one", {.kind = EPX_RING, .n_nodes = 1}, 1, 0, {{0, 0}}},
    {"chain", {.kind = EPX_CHAIN, .n_nodes = 4}, 4, 3, {{0, 1}, {1, 2}, {2, 3}}},
    {"matrix", {.kind = EPX_MATRIX, .n_nodes = 3, .matrix = matrix}, 3, 2, {{0, 1}, {1, 2}}},
};

static void links_of_each_kind_are_sorted_and_unique(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
    epx_topology *topology = NULL;
    assert_int_equal(epx_topology_create(&good[k].spec, &topology), EPX_OK);
    if (topology->n_nodes != good[k].n_nodes || topology->n_links != good[k].n_links ||
        memcmp(topology->links, good[k].links, good[k].n_links * sizeof(epx_link)) != 0) {
      fail_msg("%s", good[k].name);
    }
    epx_topology_destroy(&topology);
    assert_null(topology);
  }
}

static void every_link_is_found_in_either_order_and_no_other(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
    epx_topology *topology = NULL;
    size_t found = 0;
    assert_int_equal(epx_topology_create(&good[k].spec, &topology), EPX_OK);
    for (int i = 0; i < topology->n_nodes; i++) {
      for (int j = 0; j < topology->n_nodes; j++) {
        const long link = epx_topology_get_link(topology, i, j);
        assert_int_equal(link, epx_topology_get_link(topology, j, i));
        if (link < 0) continue;
        found++;
        assert_int_equal(topology->links[link].i, i < j ? i : j);
        assert_int_equal(topology->links[link].j, i < j ? j : i);
      }
    }
    assert_int_equal(found, 2 * topology->n_links);
    epx_topology_destroy(&topology);
  }
}

static const struct {
  epx_topology_spec spec;
  const char *says;
} bad[] = {
    {{.kind = EPX_ALL_TO_ALL, .n_nodes = 0}, "network.topology.nodes: 0; must be at least 1"},
    {{.kind = EPX_CHAIN, .n_nodes = -3}, "network.topology.nodes: -3"},
    {{.kind = EPX_RING, .n_nodes = 2000000000}, "at most 100000000"},
    {{.kind = EPX_LAYERED}, "needs the sizes of its layers"},
    {{.kind = EPX_LAYERED, .n_layers = 2, .layers = no_layers}, "network.topology.layers[1]: 0 nodes"},
    {{.kind = EPX_LAYERED, .n_layers = 2, .layers = huge_layers}, "4000000000 nodes"},
    {{.kind = EPX_LATTICE, .n_rows = 3}, "3 rows and 0 columns"},
    {{.kind = EPX_LATTICE, .n_rows = 2000000000, .n_columns = 2000000000}, "at most"},
    {{.kind = EPX_LATTICE, .n_rows = 3, .n_columns = 3, .n_planes = 1 << 28}, "at most"},
    {{.kind = EPX_SMALL_WORLD, .n_nodes = 9, .n_neighbours = 2, .rewiring = 1.5}, "rewiring: 1.5"},
    {{.kind = EPX_SMALL_WORLD, .n_nodes = 9, .n_neighbours = 5}, "neighbours: 5 on each side, 1 to 4"},
    {{.kind = EPX_RANDOM, .n_nodes = 9, .degree = 8.5}, "degree: 8.5, more than 0 and at most 8"},
    {{.kind = EPX_EDGE_LIST}, "needs the path"},
    {{.kind = EPX_EDGE_LIST, .path = "/nowhere/links.mtx"},
     "/nowhere/links.mtx: cannot be opened: No such file"},
    {{.kind = EPX_MATRIX, .n_nodes = 2}, "must be given as a matrix"},
    {{.kind = EPX_MATRIX, .n_nodes = 2, .matrix = asymmetric},
     "coupling[0][1] is 1 but [1][0] is 1.5: couplers are reciprocal"},
    {{.kind = EPX_MATRIX, .n_nodes = 2, .matrix = with_nan}, "coupling[0][1]: nan is not a finite number"},
    {{.kind = EPX_MATRIX, .n_nodes = 2, .matrix = infinite}, "coupling[0][1]: inf"},
};

static void bad_topologies_are_refused_by_name(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
    epx_topology *topology = NULL;
    assert_int_equal(epx_topology_create(&bad[k].spec, &topology), EPX_EINPUT);
    assert_null(topology);
    if (!strstr(epx_error_get_message(), bad[k].says))
      fail_msg("'%s' in '%s'", bad[k].says, epx_error_get_message());
  }
}

static epx_topology *create(const epx_topology_spec *spec) {
  epx_topology *topology = NULL;
  assert_int_equal(epx_topology_create(spec, &topology), EPX_OK);
  return topology;
}

static void random_kinds_have_the_links_they_promise(void **state) {
  (void)state;
  enum { N = 20000 };
  const epx_topology_spec specs[] = {
      {.kind = EPX_RANDOM, .n_nodes = N, .degree = 5, .seed = 7},
      {.kind = EPX_SMALL_WORLD, .n_nodes = N, .n_neighbours = 2, .rewiring = 0.3, .seed = 7}};
  const double promised[] = {2.5 * N, 2.0 * N};
  for (int k = 0; k < 2; k++) {
    epx_topology *one = create(&specs[k]), *again = create(&specs[k]);
    epx_topology_spec other = specs[k];
    other.seed = 8;
    epx_topology *different = create(&other);
    assert_true(one->n_links <= promised[k] && one->n_links > 0.999 * promised[k]);
    assert_int_equal(one->n_links, again->n_links);
    assert_memory_equal(one->links, again->links, one->n_links * sizeof *one->links);
    assert_true(memcmp(one->links, different->links, 1000 * sizeof *one->links) != 0);
    epx_topology_destroy(&one);
    epx_topology_destroy(&again);
    epx_topology_destroy(&different);
  }
}

static void rewired_share_is_the_probability(void **state) {
  (void)state;
  enum { N = 20000 };
  const epx_topology_spec spec = {.kind = EPX_SMALL_WORLD, .n_nodes = N, .n_neighbours = 2, .rewiring = 0.3};
  epx_topology *topology = create(&spec);
  size_t far = 0;
  for (size_t l = 0; l < topology->n_links; l++) {
    const int d = topology->links[l].j - topology->links[l].i;
    far += d > 2 && d < N - 2;
  }
  /* 2 N Bernoulli draws: sigma = sqrt(.21 / 40000) = .0023 */
  assert_true(fabs((double)far / (2.0 * N) - 0.3) < 0.01);
  epx_topology_destroy(&topology);
}

static void kinds_are_known_by_their_names(void **state) {
  (void)state;
  epx_topology_kind kind;
  for (int k = 0; k < EPX_TOPOLOGY_COUNT; k++) {
    assert_int_equal(epx_topology_get_kind(epx_topology_get_name((epx_topology_kind)k), &kind), EPX_OK);
    assert_int_equal(kind, k);
    assert_true(strlen(epx_topology_get_meaning(kind)) > 0);
  }
  assert_string_equal(epx_topology_get_name(EPX_ALL_TO_ALL), "all-to-all");
  assert_int_equal(epx_topology_get_kind("torus", &kind), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "'torus'"));
}

static epx_topology *create_drawn(epx_topology_kind kind, int n, int neighbours, double rewiring,
                                  double degree, uint64_t seed) {
  epx_topology *t = NULL;
  const epx_topology_spec spec = {.kind = kind,
                                  .n_nodes = n,
                                  .n_neighbours = neighbours,
                                  .rewiring = rewiring,
                                  .degree = degree,
                                  .seed = seed};
  if (epx_topology_create(&spec, &t) != EPX_OK) fail_msg("%s", epx_error_get_message());
  for (size_t l = 0; l < t->n_links; l++) {
    assert_true(t->links[l].i < t->links[l].j);
    if (l > 0) assert_true(memcmp(&t->links[l], &t->links[l - 1], sizeof t->links[l]) != 0);
  }
  return t;
}

/* Drawn without replacement, sparse and dense; rewired, a ring keeps its links. */
static void drawn_topologies_have_the_links_they_promise(void **state) {
  (void)state;
  static const struct {
    int n;
    double degree;
    size_t n_links;
  } random[] = {{10, 9, 45}, {10, 8.6, 43},  {10, 4, 20},   {10, 1, 5},
                {7, 3, 11},  {500, 4, 1000}, {60, 50, 1500}};
  static const struct { int n, neighbours; } rings[] = {{12, 4}, {12, 5}, {11, 5}, {100, 2}, {3, 1}};
  for (size_t k = 0; k < sizeof random / sizeof *random; k++) {
    for (uint64_t seed = 1; seed < 6; seed++) {
      epx_topology *t = create_drawn(EPX_RANDOM, random[k].n, 0, 0, random[k].degree, seed);
      assert_int_equal(t->n_links, random[k].n_links);
      epx_topology_destroy(&t);
    }
  }
  for (size_t k = 0; k < sizeof rings / sizeof *rings; k++) {
    for (int step = 0; step < 9; step++) {
      epx_topology *t = create_drawn(EPX_SMALL_WORLD, rings[k].n, rings[k].neighbours, step / 8.0, 0, 7);
      assert_int_equal(t->n_links, rings[k].n * rings[k].neighbours);
      epx_topology_destroy(&t);
    }
  }
}

/* Of 4,000 graphs of 6 nodes each pair is linked as often as any: 7 of 15 links, 5 sigma = 158. */
static void every_pair_is_drawn_as_often(void **state) {
  (void)state;
  static const double degrees[] = {2, 14.0 / 6, 4};
  for (size_t k = 0; k < sizeof degrees / sizeof *degrees; k++) {
    int count[36] = {0};
    size_t n_links = 0;
    for (uint64_t seed = 0; seed < 4000; seed++) {
      epx_topology *t = create_drawn(EPX_RANDOM, 6, 0, 0, degrees[k], seed);
      for (size_t l = 0; l < t->n_links; l++)
        count[6 * t->links[l].i + t->links[l].j]++;
      n_links = t->n_links;
      epx_topology_destroy(&t);
    }
    for (int i = 0; i < 6; i++)
      for (int j = i + 1; j < 6; j++)
        assert_in_range(count[6 * i + j] - (int)(4000 * n_links / 15) + 158, 0, 316);
  }
}

/* Of links that are rewired with probability p, 1 - p stay where they were, and those of a node that is left alone keep
 * their other ends' choices: as networkx' watts_strogatz_graph has it. 200 rings of 40 x 2 links, 5 sigma. */
static void a_share_of_the_ring_is_rewired(void **state) {
  (void)state;
  for (int step = 0; step <= 4; step++) {
    const double p = step / 4.0, n = 200 * 80;
    int n_kept = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
      epx_topology *t = create_drawn(EPX_SMALL_WORLD, 40, 2, p, 0, seed);
      for (size_t l = 0; l < t->n_links; l++) {
        const int d = t->links[l].j - t->links[l].i;
        n_kept += d <= 2 || d >= 38;
      }
      epx_topology_destroy(&t);
    }
    /* a rewired link falls on a free place of the ring by chance: at most 4 of 35 nodes */
    const double sigma = sqrt(n * p * (1 - p)), least = n * (1 - p);
    assert_true(n_kept >= least - 5 * sigma && n_kept <= least + 5 * sigma + n * p * 4 / 35);
  }
}

static void parts_are_what_links_join(void **state) {
  (void)state;
  epx_topology *t = NULL;
  const epx_topology_spec spec = {.kind = EPX_CHAIN, .n_nodes = 5};
  static const bool used[] = {true, false, true, true};
  static const int expected[] = {0, 0, 2, 2, 2};
  int part[5];
  assert_int_equal(epx_topology_create(&spec, &t), EPX_OK);
  assert_int_equal(epx_topology_eval_parts(t, NULL, part), 1);
  assert_int_equal(part[4], 0);
  assert_int_equal(epx_topology_eval_parts(t, used, part), 2);
  assert_memory_equal(part, expected, sizeof expected);
  epx_topology_destroy(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drawn_topologies_have_the_links_they_promise),
      cmocka_unit_test(every_pair_is_drawn_as_often),
      cmocka_unit_test(a_share_of_the_ring_is_rewired),
      cmocka_unit_test(parts_are_what_links_join),
      cmocka_unit_test(links_of_each_kind_are_sorted_and_unique),
      cmocka_unit_test(every_link_is_found_in_either_order_and_no_other),
      cmocka_unit_test(bad_topologies_are_refused_by_name),
      cmocka_unit_test(random_kinds_have_the_links_they_promise),
      cmocka_unit_test(rewired_share_is_the_probability),
      cmocka_unit_test(kinds_are_known_by_their_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
