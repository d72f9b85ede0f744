/** @file
 * What the dynamics of one network over ranks end in, run by mpirun on 1, 2, 3 and 4: what a population's
 * end in, and the same bits on any number of ranks.
 */
#include "unit/random_network.h"

#include "equilibrium/distributed/distributed.h"
#include "equilibrium/population/population.h"

enum { ROWS = 6, COLUMNS = 5, ODD = 14, N_OUTPUTS = 2 };

/** A lattice in which one node, far from the outputs, is not as the others. */
typedef struct {
  epx_network *network;
  double *theta, *start; /* start [n_state] */
} lattice;

static void set_node(const lattice *l, const char *name, double value, double odd) {
  const int p = epx_family_get_parameter(l->network->family, name);
  assert_true(p >= 0);
  for (size_t k = 0; k < l->network->count[p]; k++)
    l->theta[l->network->offset[p] + k] = k == ODD ? odd : value;
}

static lattice create_lattice(const char *family, double coupling) {
  static const int outputs[N_OUTPUTS] = {0, ROWS * COLUMNS - 1};
  lattice l = {0};
  const epx_network_spec spec = {.family = epx_family_get_by_name(family),
                                 .topology = {.kind = EPX_LATTICE, .n_rows = ROWS, .n_columns = COLUMNS},
                                 .n_outputs = N_OUTPUTS,
                                 .output_nodes = outputs,
                                 .readout = epx_family_get_by_name(family)->readout,
                                 .readout_scale = 1};
  assert_int_equal(epx_network_create(&spec, &l.network), EPX_OK);
  l.theta = create_numbers(l.network->n_theta);
  l.start = create_numbers((size_t)l.network->n_state);
  const int p = l.network->coupling;
  for (size_t k = 0; k < l.network->count[p]; k++)
    l.theta[l.network->offset[p] + k] = coupling * draw("coupling", k);
  return l;
}

/** Lasers that light holds, weakly coupled, but for one that is pumped off its detuning and hardly held: it
 * runs free, and what the outputs feel of it is nothing. */
static lattice create_beating_lattice(void) {
  const lattice l = create_lattice("laser", 0.03);
  set_node(&l, "pump", 0.1, 1);
  set_node(&l, "bias", 0.5, 0.3);
  set_node(&l, "detuning", 0, 1.5);
  set_node(&l, "enhancement", 0.3, 0.3);
  return l;
}

/** Rings that settle at once, but for one of hardly any loss that rings down from a start of its own. */
static lattice create_ringing_lattice(void) {
  const lattice l = create_lattice("kerr", 0.03);
  set_node(&l, "loss", 1, 0.1);
  set_node(&l, "detuning", -0.5, -2);
  set_node(&l, "bias", 0.5, 0.1);
  set_node(&l, "kerr", 0.2, 0);
  l.start[2 * ODD] = 1;
  return l;
}

/** Oscillators above their threshold, in the dark, that start next to rest: a saddle, and nearer to it than
 * where Newton takes over. */
static lattice create_dark_lattice(void) {
  const lattice l = create_lattice("opo", 0.4);
  set_node(&l, "pump", 1, 1);
  set_node(&l, "bias", 0, 0);
  for (size_t i = 0; i < (size_t)l.network->n_state; i++)
    l.start[i] = 1e-4 * draw("start", i);
  return l;
}

/** Oscillators of which all directions die away but one, that which all go together; they start along those
 * that die, and as good as not along the one that grows. */
static lattice create_passing_lattice(void) {
  const lattice l = create_lattice("opo", 0);
  set_node(&l, "pump", 0, 0);
  set_node(&l, "bias", 0, 0);
  for (size_t k = 0; k < l.network->count[l.network->coupling]; k++)
    l.theta[l.network->offset[l.network->coupling] + k] = 0.3;
  for (int r = 0; r < ROWS; r++)
    for (int c = 0; c < COLUMNS; c++)
      l.start[r * COLUMNS + c] = ((r + c) % 2 ? 0.5 : -0.5) + 1e-6;
  return l;
}

/** Oscillators below threshold, one of which is driven hard: its rate is twenty times theirs. */
static lattice create_stiff_lattice(void) {
  const lattice l = create_lattice("opo", 0.2);
  set_node(&l, "pump", 0.4, 0.4);
  set_node(&l, "bias", 0.2, 12);
  return l;
}

static void destroy_lattice(lattice *l) {
  epx_network_destroy(&l->network);
  epx_array_destroy(&l->theta);
  epx_array_destroy(&l->start);
}

static epx_certificate follow_as_population(const lattice *l, const epx_equilibrium_options *options) {
  epx_lanes *lanes = NULL;
  epx_population *population = NULL;
  epx_certificate certificate[EPX_LANE_WIDTH];
  assert_int_equal(epx_lanes_create(l->network, 1, 1, &lanes), EPX_OK);
  epx_lanes_set_parameters(lanes, l->theta);
  assert_int_equal(epx_population_create(l->network, lanes->n_lanes, options, &population), EPX_OK);
  double *y = create_numbers((size_t)l->network->n_state * (size_t)lanes->n_lanes);
  for (size_t i = 0; i < (size_t)l->network->n_state * (size_t)lanes->n_lanes; i++)
    y[i] = l->start[i / (size_t)lanes->n_lanes];
  double *start = create_numbers((size_t)l->network->n_state * (size_t)lanes->n_lanes);
  memcpy(start, y, (size_t)l->network->n_state * (size_t)lanes->n_lanes * sizeof *start);
  assert_int_equal(epx_population_solve(population, lanes, NULL, y, certificate), EPX_OK);
  assert_int_equal(epx_population_eval_settling(population, lanes, start, y, certificate), EPX_OK);
  epx_array_destroy(&y);
  epx_array_destroy(&start);
  epx_population_destroy(&population);
  epx_lanes_destroy(&lanes);
  return certificate[0];
}

/** *steps: out, those that were taken. */
static epx_certificate follow_over(MPI_Comm communicator, const lattice *l,
                                   const epx_equilibrium_options *options, const char *petsc, long *steps) {
  epx_distributed *distributed = NULL;
  epx_certificate certificate;
  int first, n_local;
  assert_int_equal(epx_distributed_create(l->network, communicator, options, petsc, &distributed), EPX_OK);
  epx_distributed_get_range(distributed, &first, &n_local);
  const size_t n = (size_t)l->network->family->components;
  double *state = create_numbers((size_t)n_local * n);
  memcpy(state, l->start + (size_t)first * n, (size_t)n_local * n * sizeof *state);
  epx_distributed_set_parameters(distributed, l->theta);
  if (epx_distributed_solve(distributed, NULL, state, &certificate)) fail_msg("%s", epx_error_get_message());
  *steps = epx_distributed_get_counts(distributed).steps;
  assert_int_equal(
      epx_distributed_eval_settling(distributed, l->start + (size_t)first * n, state, &certificate), EPX_OK);
  epx_array_destroy(&state);
  epx_distributed_destroy(&distributed);
  return certificate;
}

static epx_equilibrium_options get_options(void) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.rtol = 3e-3;
  options.atol = 3e-4;
  return options;
}

/** Both measure it EPX_OSCILLATION_CLOSER times as closely as rtol, 3e-3, says: the same within rtol; and the
 * same bits, the end of the watch included, on one rank. */
static void cycle_away_from_the_outputs_is_that_of_a_population(void **state) {
  (void)state;
  const epx_equilibrium_options options = get_options();
  lattice l = create_beating_lattice();
  long alone, together;
  const epx_certificate wanted = follow_as_population(&l, &options);
  const epx_certificate got = follow_over(MPI_COMM_WORLD, &l, &options, NULL, &together);
  const epx_certificate one = follow_over(MPI_COMM_SELF, &l, &options, NULL, &alone);
  assert_int_equal(wanted.outcome, EPX_OSCILLATES);
  assert_int_equal(got.outcome, EPX_OSCILLATES);
  assert_true(wanted.amplitude > 0.5);
  assert_close(got.period, wanted.period, 3e-3 * wanted.period);
  assert_close(got.amplitude, wanted.amplitude, 3e-3 * wanted.amplitude);
  assert_int_equal(alone, together);
  assert_memory_equal(&one.period, &got.period, sizeof one.period);
  assert_memory_equal(&one.amplitude, &got.amplitude, sizeof one.amplitude);
  assert_memory_equal(&one.residual, &got.residual, sizeof one.residual);
  destroy_lattice(&l);
}

/** A cycle that is steady is no reason to follow the dynamics to the end of their time. */
static void cycle_ends_the_dynamics_early(void **state) {
  (void)state;
  epx_equilibrium_options options = get_options();
  lattice l = create_beating_lattice();
  long steps, longer;
  options.measures_cycles = false;
  const epx_certificate one = follow_over(MPI_COMM_WORLD, &l, &options, NULL, &steps);
  options.max_time *= 100;
  follow_over(MPI_COMM_WORLD, &l, &options, NULL, &longer);
  assert_int_equal(one.outcome, EPX_OSCILLATES);
  assert_int_equal(steps, longer);
  destroy_lattice(&l);
}

/** With or without the time that settling takes: it rings, but is no cycle. */
static void ringing_down_is_no_cycle(void **state) {
  (void)state;
  static const struct {
    double max_time;
    int outcome;
  } cases[] = {{2000, EPX_OK}, {100, EPX_SLOW}};
  lattice l = create_ringing_lattice();
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    epx_equilibrium_options options = get_options();
    long steps;
    options.method = EPX_DYNAMICS;
    options.tolerance = 1e-9;
    options.max_time = cases[k].max_time;
    const epx_certificate wanted = follow_as_population(&l, &options);
    const epx_certificate got = follow_over(MPI_COMM_WORLD, &l, &options, NULL, &steps);
    assert_int_equal(wanted.outcome, cases[k].outcome);
    assert_int_equal(got.outcome, cases[k].outcome);
    assert_true(steps > 128);
    assert_true(isnan(got.period) && isnan(got.amplitude));
  }
  destroy_lattice(&l);
}

/** Settled is what they come to as a population, long after the saddle at which they start or which they pass
 * by, as near to rest as Newton wants it. */
static void saddles_are_left(void **state) {
  (void)state;
  epx_equilibrium_options options = get_options();
  lattice lattices[] = {create_dark_lattice(), create_passing_lattice()};
  options.settled = 1e-3;
  for (int k = 0; k < 2; k++) {
    long steps;
    const epx_certificate wanted = follow_as_population(&lattices[k], &options);
    const epx_certificate got = follow_over(MPI_COMM_WORLD, &lattices[k], &options, NULL, &steps);
    assert_int_equal(wanted.outcome, EPX_OK);
    assert_int_equal(got.outcome, EPX_OK);
    assert_true(wanted.settling_time > (k == 0 ? 5 : 100));
    assert_close(got.settling_time, wanted.settling_time, 0.01 * wanted.settling_time);
    destroy_lattice(&lattices[k]);
  }
}

/** Last of all, for PETSc's options stay. */
static void cycle_is_seen_on_the_way_of_petsc_too(void **state) {
  (void)state;
  epx_equilibrium_options options = get_options();
  lattice l = create_beating_lattice();
  long steps;
  options.measures_cycles = false;
  const epx_certificate own = follow_over(MPI_COMM_WORLD, &l, &options, NULL, &steps);
  const epx_certificate petsc = follow_over(MPI_COMM_WORLD, &l, &options, "-ts_rk_type 5dp", &steps);
  assert_int_equal(petsc.outcome, EPX_OSCILLATES);
  assert_close(petsc.period, own.period, 0.01 * own.period);
  assert_close(petsc.amplitude, own.amplitude, 0.01 * own.amplitude);
  destroy_lattice(&l);
}

/** A step is judged by its worst node: by a mean over all, the stiff one's error lifts the residual again. */
static void one_stiff_node_leaves_the_settling_time(void **state) {
  (void)state;
  lattice l = create_stiff_lattice();
  epx_equilibrium_options options;
  long steps;
  epx_equilibrium_init(&options);
  const epx_certificate loose = follow_over(MPI_COMM_WORLD, &l, &options, NULL, &steps);
  options.rtol = options.atol = 1e-7;
  const epx_certificate close = follow_over(MPI_COMM_WORLD, &l, &options, NULL, &steps);
  assert_int_equal(loose.outcome, EPX_OK);
  assert_int_equal(close.outcome, EPX_OK);
  assert_close(loose.settling_time, close.settling_time, 0.01 * close.settling_time);
  destroy_lattice(&l);
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cycle_away_from_the_outputs_is_that_of_a_population),
      cmocka_unit_test(cycle_ends_the_dynamics_early),
      cmocka_unit_test(ringing_down_is_no_cycle),
      cmocka_unit_test(saddles_are_left),
      cmocka_unit_test(one_stiff_node_leaves_the_settling_time),
      cmocka_unit_test(cycle_is_seen_on_the_way_of_petsc_too),
  };
  MPI_Init(&n_arguments, &arguments);
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
