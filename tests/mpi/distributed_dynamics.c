/** @file
 * How the dynamics of one network over ranks are done, run by mpirun on 1, 2, 3 and 4: orders of parts, bits,
 * and the Jacobian without its matrix.
 */
#include "unit/random_network.h"

#include "equilibrium/distributed/private.h"

enum { N_NODES = 6000, N_STAGES = 3 };

/** Networks of a few parts: those of lattices hear from neighbours, a few of a small world from far away, all
 * of a random one from all. */
static const struct {
  const char *family;
  epx_readout_kind readout;
  epx_topology_spec topology;
} cases[] = {
    {"kerr", EPX_READ_INTENSITY, {.kind = EPX_LATTICE, .n_rows = 60, .n_columns = 100}},
    {"kerr", EPX_READ_INTENSITY, {.kind = EPX_LATTICE, .n_rows = 100, .n_columns = 60, .periodic = true}},
    {"phase", EPX_READ_SINE, {.kind = EPX_LATTICE, .n_rows = 20, .n_columns = 20, .n_planes = 15}},
    {"laser", EPX_READ_INTENSITY, {.kind = EPX_RING, .n_nodes = N_NODES}},
    {"opo",
     EPX_READ_AMPLITUDE,
     {.kind = EPX_SMALL_WORLD, .n_nodes = N_NODES, .n_neighbours = 2, .rewiring = 0.0005, .seed = 3}},
    {"kerr", EPX_READ_INTENSITY, {.kind = EPX_RANDOM, .n_nodes = N_NODES, .degree = 3, .seed = 4}},
};
enum { N_CASES = sizeof cases / sizeof *cases };

static epx_network *create(int which) {
  static const int inputs[] = {10, N_NODES / 2}, outputs[] = {20, N_NODES - 1};
  const epx_network_spec spec = {.family = epx_family_get_by_name(cases[which].family),
                                 .topology = cases[which].topology,
                                 .n_inputs = 2,
                                 .input_nodes = inputs,
                                 .input_scale = 0.5,
                                 .n_outputs = 2,
                                 .output_nodes = outputs,
                                 .readout = cases[which].readout,
                                 .readout_scale = 1};
  epx_network *network;
  if (epx_network_create(&spec, &network) != EPX_OK) fail_msg("%s", epx_error_get_message());
  return network;
}

static double *create_theta(const epx_network *network) {
  double *theta = create_numbers(network->n_theta);
  for (int p = 0; p < network->family->n_parameters; p++) {
    const epx_parameter *parameter = &network->family->parameters[p];
    const bool further = parameter->site == EPX_SITE_LINK && p != network->coupling;
    for (size_t k = 0; k < network->count[p] && !further; k++)
      theta[network->offset[p] + k] = parameter->fallback * (1 + 0.2 * draw(parameter->name, k)) +
                                      (p == network->coupling ? 0.1 * draw("coupling", k) : 0);
  }
  return theta;
}

static epx_distributed *create_distributed(const epx_network *network, const double *theta, MPI_Comm ranks) {
  static const double features[] = {0.7, -0.3};
  epx_distributed *distributed;
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.method = EPX_DYNAMICS;
  options.tolerance = options.handover;
  options.max_steps = 25;
  if (epx_distributed_create(network, ranks, &options, NULL, &distributed) != EPX_OK)
    fail_msg("%s", epx_error_get_message());
  epx_distributed_set_parameters(distributed, theta);
  epx_distributed_set_sample(distributed, features);
  return distributed;
}

/** A part is formed once in each stage, evaluated once, after all it hears from and the exchange. */
static void check_order(const epx_nodes *nodes, const epx_order *order) {
  const int length = nodes->cache.part_length, n_parts = (nodes->n_local + length - 1) / length;
  char *formed = calloc((size_t)n_parts * (N_STAGES + 1), 1), *evaluated = calloc((size_t)n_parts * 4, 1);
  char exchanged[N_STAGES + 1] = {1};
  memset(evaluated, 1, (size_t)n_parts); /* the start */
  for (size_t t = 0; t < order->n_tasks; t++) {
    const epx_order_task task = order->tasks[t];
    char *const now = formed + task.stage * n_parts;
    if (task.kind == EPX_ORDER_EXCHANGE) {
      assert_true(exchanged[task.stage - 1] && !exchanged[task.stage]);
      exchanged[task.stage] = 1;
    } else if (task.kind == EPX_ORDER_FORM) {
      assert_true(evaluated[(task.stage - 1) * n_parts + task.part]);
      assert_int_equal(now[task.part]++, 0);
    } else {
      const int first = task.part * length,
                last = first + length < nodes->n_local ? first + length : nodes->n_local;
      assert_true(now[task.part]);
      for (int k = nodes->links.start[first]; k < nodes->links.start[last]; k++) {
        const int column = nodes->links.column[k];
        if (column >= nodes->n_local + nodes->n_ghosts) continue; /* clamped */
        assert_true(column < nodes->n_local ? now[column / length] : exchanged[task.stage]);
      }
      assert_int_equal(evaluated[task.stage * n_parts + task.part]++, 0);
    }
  }
  assert_int_equal(order->n_tasks, N_STAGES * (2 * n_parts + 1));
  free(formed);
  free(evaluated);
}

static void no_part_is_ahead_of_what_it_hears(void **state) {
  (void)state;
  for (int which = 0; which < N_CASES; which++) {
    epx_network *network = create(which);
    epx_nodes *nodes;
    epx_order order;
    assert_int_equal(epx_session_init(MPI_COMM_WORLD, NULL), EPX_OK);
    assert_int_equal(epx_nodes_create(network, MPI_COMM_WORLD, &nodes), EPX_OK);
    assert_int_equal(epx_order_create(nodes, N_STAGES, &order), EPX_OK);
    check_order(nodes, &order);
    epx_order_destroy(&order);
    epx_nodes_destroy(&nodes);
    epx_network_destroy(&network);
  }
}

static void stages_of_a_lattice_overlap(void **state) {
  (void)state;
  epx_network *network = create(0);
  epx_nodes *nodes;
  epx_order order;
  assert_int_equal(epx_nodes_create(network, MPI_COMM_SELF, &nodes), EPX_OK);
  assert_int_equal(epx_order_create(nodes, N_STAGES, &order), EPX_OK);
  size_t last_begins = 0;
  int n_entered = 0;
  while (order.tasks[last_begins].kind != EPX_ORDER_EVAL || order.tasks[last_begins].stage < N_STAGES)
    last_begins++;
  for (size_t t = 0; t < last_begins; t++)
    n_entered += order.tasks[t].kind == EPX_ORDER_FORM && order.tasks[t].stage == 1;
  assert_true(n_entered < (nodes->n_local + nodes->cache.part_length - 1) / nodes->cache.part_length);
  epx_order_destroy(&order);
  epx_nodes_destroy(&nodes);
  epx_network_destroy(&network);
}

static double *follow(const epx_network *network, const double *theta, MPI_Comm ranks, int *first,
                      int *n_local) {
  epx_distributed *distributed = create_distributed(network, theta, ranks);
  epx_certificate certificate;
  epx_distributed_get_range(distributed, first, n_local);
  double *state = create_numbers((size_t)*n_local * (size_t)network->family->components);
  assert_int_equal(epx_distributed_set_start(distributed, 5, 0, state), EPX_OK);
  assert_int_equal(epx_distributed_solve(distributed, NULL, state, &certificate), EPX_OK);
  assert_true(epx_distributed_get_counts(distributed).steps > 5);
  epx_distributed_destroy(&distributed);
  return state;
}

static void dynamics_have_the_same_bits_on_any_number_of_ranks(void **state) {
  (void)state;
  for (int which = 0; which < N_CASES; which++) {
    epx_network *network = create(which);
    const size_t n = (size_t)network->family->components;
    int first, n_local, zero, n_all;
    double *theta = create_theta(network);
    double *alone = follow(network, theta, MPI_COMM_SELF, &zero, &n_all);
    double *together = follow(network, theta, MPI_COMM_WORLD, &first, &n_local);
    assert_memory_equal(together, alone + (size_t)first * n, (size_t)n_local * n * sizeof *alone);
    epx_array_destroy(&alone);
    epx_array_destroy(&together);
    epx_array_destroy(&theta);
    epx_network_destroy(&network);
  }
}

/** |(A - B) x| of the largest component, plain or transposed. */
static double compare(Mat a, Mat b, bool transposed) {
  Vec x, y, z;
  PetscReal off;
  PetscRandom random;
  assert_int_equal(MatCreateVecs(b, &x, &y), 0);
  assert_int_equal(VecDuplicate(y, &z), 0);
  assert_int_equal(PetscRandomCreate(PETSC_COMM_WORLD, &random), 0);
  assert_int_equal(VecSetRandom(x, random), 0);
  assert_int_equal(transposed ? MatMultTranspose(a, x, y) : MatMult(a, x, y), 0);
  assert_int_equal(transposed ? MatMultTranspose(b, x, z) : MatMult(b, x, z), 0);
  assert_int_equal(VecAXPY(z, -1, y), 0);
  assert_int_equal(VecNorm(z, NORM_INFINITY, &off), 0);
  PetscRandomDestroy(&random);
  VecDestroy(&x);
  VecDestroy(&y);
  VecDestroy(&z);
  return off;
}

static void product_is_that_of_the_matrix(void **state) {
  (void)state;
  for (int which = 0; which < N_CASES; which++) {
    epx_network *network = create(which);
    double *theta = create_theta(network);
    epx_distributed *distributed = create_distributed(network, theta, MPI_COMM_WORLD);
    assert_int_equal(VecSet(distributed->state, 0.3), 0);
    for (int again = 0; again < 2; again++) { /* all blocks are laid, then the nodes' own alone */
      assert_int_equal(epx_distributed_fill_jacobian(distributed, distributed->state), 0);
      assert_true(compare(distributed->linear.product, distributed->linear.jacobian, false) < 1e-13);
      assert_true(compare(distributed->linear.product, distributed->linear.jacobian, true) < 1e-13);
      assert_int_equal(VecSet(distributed->state, 0.5), 0);
    }
    epx_distributed_destroy(&distributed);
    epx_array_destroy(&theta);
    epx_network_destroy(&network);
  }
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_part_is_ahead_of_what_it_hears),
      cmocka_unit_test(stages_of_a_lattice_overlap),
      cmocka_unit_test(dynamics_have_the_same_bits_on_any_number_of_ranks),
      cmocka_unit_test(product_is_that_of_the_matrix),
  };
  MPI_Init(&n_arguments, &arguments);
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
