/** @file
 * Learning phases of one network over ranks, run by mpirun on 1, 2, 3 and 4: what Newton multiplies by is the
 * derivative of the nudged field, and it converges as Newton does.
 */
#include "unit/random_network.h"

#include "equilibrium/distributed/distributed_ensemble.h"
#include "equilibrium/distributed/private.h"
#include "learning/nudge/nudging.h"

enum { N_INPUTS = 2, N_OUTPUTS = 3, LABEL = 1 };

/** A family on a periodic lattice, its parameters all drawn around `mean` by `spread`. */
typedef struct {
  const char *family;
  epx_readout_kind readout;
  epx_cost_kind cost;
  struct {
    const char *name;
    double mean, spread;
  } parameters[5];
} lattice_case;

/* Links of phase do what their ends' states make of them; what time's reversal does to laser depends on the
 * state. */
static const lattice_case cases[] = {
    {"kerr",
     EPX_READ_INTENSITY,
     EPX_CROSS_ENTROPY,
     {{"coupling", 0, 0.5},
      {"detuning", -0.8, 0.4},
      {"bias", 0.4, 0.3},
      {"loss", 1.2, 0.2},
      {"kerr", 0.3, 0.05}}},
    {"opo",
     EPX_READ_AMPLITUDE,
     EPX_SQUARED_ERROR,
     {{"coupling", 0, 0.3}, {"bias", 0.2, 0.1}, {"pump", 0.4, 0}}},
    {"phase",
     EPX_READ_SINE,
     EPX_CROSS_ENTROPY,
     {{"coupling", 0.5, 0.4}, {"field", 0.6, 0.2}, {"field_phase", 0, 1}}},
    {"laser",
     EPX_READ_INTENSITY,
     EPX_CROSS_ENTROPY,
     {{"coupling", 0, 0.3}, {"pump", 0.5, 0.2}, {"detuning", 0, 0.3}, {"enhancement", 2, 0.5}}},
};
enum { N_CASES = sizeof cases / sizeof *cases };

/** A case over all ranks. */
typedef struct {
  epx_network *network;
  epx_distributed *distributed;
  epx_ensemble *ensemble;
  epx_estimator_work *work;
  epx_cost cost;
  double *theta;
  size_t n; /* of its state, on this rank */
} spread;

static void set_parameters(const lattice_case *c, spread *s) {
  for (size_t m = 0; m < sizeof c->parameters / sizeof *c->parameters && c->parameters[m].name; m++) {
    const int p = epx_family_get_parameter(s->network->family, c->parameters[m].name);
    assert_true(p >= 0);
    for (size_t k = 0; k < s->network->count[p]; k++)
      s->theta[s->network->offset[p] + k] =
          c->parameters[m].mean + c->parameters[m].spread * draw(c->parameters[m].name, k);
  }
}

static spread create_spread(const lattice_case *c) {
  static const int inputs[N_INPUTS] = {1, 7}, outputs[N_OUTPUTS] = {34, 20, 3};
  static const double features[N_INPUTS] = {0.8, -0.3};
  const epx_network_spec spec = {
      .family = epx_family_get_by_name(c->family),
      .topology = {.kind = EPX_LATTICE, .n_rows = 6, .n_columns = 6, .periodic = true},
      .n_inputs = N_INPUTS,
      .input_nodes = inputs,
      .input_scale = 0.8,
      .n_outputs = N_OUTPUTS,
      .output_nodes = outputs,
      .readout = c->readout,
      .readout_scale = 1.5};
  epx_equilibrium_options options;
  spread s = {.cost = {.kind = c->cost, .off = 0, .on = 1}};
  int first, n_local;
  epx_equilibrium_init(&options);
  options.tolerance = 1e-12;
  assert_int_equal(epx_network_create(&spec, &s.network), EPX_OK);
  s.theta = create_numbers(s.network->n_theta);
  set_parameters(c, &s);
  assert_int_equal(epx_distributed_create(s.network, MPI_COMM_WORLD, &options, NULL, &s.distributed), EPX_OK);
  assert_int_equal(epx_distributed_ensemble_create(s.distributed, &s.ensemble), EPX_OK);
  assert_int_equal(epx_estimator_create_work(s.ensemble, &s.work), EPX_OK);
  epx_distributed_set_parameters(s.distributed, s.theta);
  epx_distributed_set_sample(s.distributed, features);
  epx_distributed_get_range(s.distributed, &first, &n_local);
  s.n = (size_t)n_local * (size_t)s.network->family->components;
  return s;
}

static void destroy_spread(spread *s) {
  epx_estimator_destroy_work(&s->work);
  epx_ensemble_destroy(&s->ensemble);
  epx_distributed_destroy(&s->distributed);
  epx_network_destroy(&s->network);
  epx_array_destroy(&s->theta);
}

/** Vectors of the network: its own rows of `what`, drawn by their places in the whole. */
static Vec create_drawn(const spread *s, const char *what) {
  Vec vector;
  PetscInt first, end;
  assert_int_equal(VecDuplicate(s->distributed->state, &vector), 0);
  assert_int_equal(VecGetOwnershipRange(vector, &first, &end), 0);
  for (PetscInt k = first; k < end; k++)
    assert_int_equal(VecSetValue(vector, k, draw(what, (size_t)k), INSERT_VALUES), 0);
  assert_int_equal(VecAssemblyBegin(vector), 0);
  assert_int_equal(VecAssemblyEnd(vector), 0);
  return vector;
}

static double eval_distance(Vec a, Vec b) {
  Vec difference;
  PetscReal norm;
  assert_int_equal(VecDuplicate(a, &difference), 0);
  assert_int_equal(VecWAXPY(difference, -1, a, b), 0);
  assert_int_equal(VecNorm(difference, NORM_INFINITY, &norm), 0);
  assert_int_equal(VecDestroy(&difference), 0);
  return norm;
}

/** (F + N)(state + h v) - (F + N)(state - h v), over 2 h. */
static Vec create_difference(const spread *s, Vec state, Vec v) {
  const double h = 1e-5;
  Vec shifted, field[2];
  assert_int_equal(VecDuplicate(state, &shifted), 0);
  for (int side = 0; side < 2; side++) {
    assert_int_equal(VecDuplicate(state, &field[side]), 0);
    assert_int_equal(VecWAXPY(shifted, side ? -h : h, v, state), 0);
    assert_int_equal(epx_distributed_eval_field(s->distributed, shifted, field[side]), 0);
  }
  assert_int_equal(VecAXPY(field[0], -1, field[1]), 0);
  assert_int_equal(VecScale(field[0], 1 / (2 * h)), 0);
  assert_int_equal(VecDestroy(&field[1]), 0);
  assert_int_equal(VecDestroy(&shifted), 0);
  return field[0];
}

/** A batch of the one sample, free state `state`. */
static epx_batch get_batch(const spread *s, const double *state) {
  static const double weight = 1;
  static const int label = LABEL;
  return (epx_batch){.ensemble = s->ensemble,
                     .theta = s->theta,
                     .cost = &s->cost,
                     .label = &label,
                     .state = state,
                     .weight = &weight};
}

/** Far from an equilibrium, and from the state that a reversed deviation is counted from. */
static void check_product(const spread *s, epx_nudge_kind kind) {
  epx_distributed *d = s->distributed;
  Vec state = create_drawn(s, "state"), v = create_drawn(s, "v"), w = create_drawn(s, "w");
  Vec origin = create_drawn(s, "origin"), without = create_drawn(s, "room"),
      product = create_drawn(s, "room");
  const double *from;
  PetscReal forth, back;
  epx_distributed_nudge nudge;
  assert_int_equal(epx_distributed_fill_jacobian(d, state), 0);
  assert_int_equal(MatMult(d->linear.product, v, without), 0);
  assert_int_equal(VecGetArrayRead(origin, &from), 0);
  const epx_batch batch = get_batch(s, from);
  const epx_phase phase = epx_nudging_get_phase(&batch, s->work, kind, -0.7);
  const epx_phase_force force = {s->ensemble, &phase};
  assert_int_equal(epx_distributed_ensemble_init_nudge(&force, &nudge), EPX_OK);
  d->nudge = &nudge;
  assert_int_equal(epx_distributed_fill_jacobian(d, state), 0);
  assert_int_equal(MatMult(d->linear.product, v, product), 0);
  Vec wanted = create_difference(s, state, v);
  assert_close(eval_distance(product, wanted), 0, 1e-8);
  assert_true(eval_distance(product, without) > 0.01);
  assert_int_equal(VecDot(w, product, &forth), 0);
  assert_int_equal(MatMultTranspose(d->linear.product, w, product), 0);
  assert_int_equal(VecDot(product, v, &back), 0);
  assert_close(forth, back, 1e-12);
  d->nudge = NULL;
  assert_int_equal(VecRestoreArrayRead(origin, &from), 0);
  Vec *const vectors[] = {&state, &v, &w, &origin, &without, &product, &wanted};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
    assert_int_equal(VecDestroy(vectors[k]), 0);
}

static void product_is_the_derivative_of_the_nudged_field(void **state) {
  (void)state;
  for (int c = 0; c < N_CASES; c++) {
    spread s = create_spread(&cases[c]);
    check_product(&s, EPX_NUDGE_LIVE);
    check_product(&s, EPX_NUDGE_REVERSED);
    destroy_spread(&s);
  }
}

/** Solves a phase from the free equilibrium; gets Newton's iterations, -1: it did not arrive. */
static long solve_phase(const spread *s, const double *free, const epx_distributed_nudge *nudge,
                        double *nudged) {
  epx_certificate certificate;
  const long before = epx_distributed_get_counts(s->distributed).newton_iterations;
  memcpy(nudged, free, s->n * sizeof *nudged);
  assert_int_equal(epx_distributed_solve(s->distributed, nudge, nudged, &certificate), EPX_OK);
  if (certificate.outcome != EPX_OK) return -1;
  return epx_distributed_get_counts(s->distributed).newton_iterations - before;
}

/** A phase as strong as the network's own forces, where the rate |N'| |J^-1| is above 1: with the slope
 * Newton squares the residual in each iteration, which is less than 9 to the tolerance; without it does not
 * arrive.
 */
static void check_phase(const spread *s, const double *free, epx_nudge_kind kind, double beta) {
  const epx_batch batch = get_batch(s, free);
  const epx_phase phase = epx_nudging_get_phase(&batch, s->work, kind, beta);
  const epx_phase_force force = {s->ensemble, &phase};
  double *nudged = create_numbers(s->n);
  epx_distributed_nudge nudge;
  assert_int_equal(epx_distributed_ensemble_init_nudge(&force, &nudge), EPX_OK);
  const long n_iterations = solve_phase(s, free, &nudge, nudged);
  if (n_iterations < 2 || n_iterations > 8)
    fail_msg("%s, beta %g: %ld iterations", s->network->family->name, beta, n_iterations);
  nudge.eval_slope = NULL;
  assert_int_equal(solve_phase(s, free, &nudge, nudged), -1);
  epx_array_destroy(&nudged);
}

static void newton_of_strong_nudges_converges_by_the_slope(void **state) {
  (void)state;
  static const double betas[N_CASES] = {2, 0.25, 2, NAN}; /* this laser has no equilibrium */
  for (int c = 0; c < N_CASES; c++) {
    if (isnan(betas[c])) continue;
    spread s = create_spread(&cases[c]);
    double *free = create_numbers(s.n);
    epx_certificate certificate;
    assert_int_equal(epx_distributed_set_start(s.distributed, 5, 0, free), EPX_OK);
    assert_int_equal(epx_distributed_solve(s.distributed, NULL, free, &certificate), EPX_OK);
    assert_int_equal(certificate.outcome, EPX_OK);
    for (int side = 1; side >= -1; side -= 2) {
      check_phase(&s, free, EPX_NUDGE_LIVE, side * betas[c]);
      check_phase(&s, free, EPX_NUDGE_REVERSED, side * betas[c]);
    }
    epx_array_destroy(&free);
    destroy_spread(&s);
  }
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(product_is_the_derivative_of_the_nudged_field),
      cmocka_unit_test(newton_of_strong_nudges_converges_by_the_slope),
  };
  MPI_Init(&n_arguments, &arguments);
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
