/** @file
 * One network over ranks, run by mpirun on 1, 2, 3 and 4: the same equilibria and gradients as a
 * population's.
 */
#include "unit/settled_batch.h"

#include "equilibrium/distributed/distributed_ensemble.h"
#include "equilibrium/reference/reference.h"

enum { ROWS = 16, COLUMNS = 16, N_INPUTS = 5, N_OUTPUTS = 3 };

/** A network of either family on a lattice, its parameters and its sample. */
typedef struct {
  epx_network_spec spec;
  epx_network *network;
  double *theta, features[N_INPUTS];
  int inputs[N_INPUTS], outputs[N_OUTPUTS];
} lattice;

static void set_all(lattice *l, const char *name, double mean, double spread) {
  const int p = epx_family_get_parameter(l->network->family, name);
  assert_true(p >= 0);
  for (size_t k = 0; k < l->network->count[p]; k++)
    l->theta[l->network->offset[p] + k] = mean + spread * draw(name, k);
}

/** Inputs and outputs lie anywhere, so that every number of ranks splits them. */
static void create_lattice(const char *family, lattice *l) {
  for (int k = 0; k < N_INPUTS; k++)
    l->inputs[k] = 7 + 50 * k;
  for (int k = 0; k < N_OUTPUTS; k++)
    l->outputs[k] = 250 - 90 * k;
  l->spec = (epx_network_spec){.family = epx_family_get_by_name(family),
                               .topology = {.kind = EPX_LATTICE, .n_rows = ROWS, .n_columns = COLUMNS},
                               .n_inputs = N_INPUTS,
                               .input_nodes = l->inputs,
                               .input_scale = 0.8,
                               .n_outputs = N_OUTPUTS,
                               .output_nodes = l->outputs,
                               .readout_scale = 1};
  const bool kerr = l->spec.family->components == 2;
  l->spec.readout = kerr ? EPX_READ_INTENSITY : EPX_READ_SINE;
  assert_int_equal(epx_network_create(&l->spec, &l->network), EPX_OK);
  l->theta = create_numbers(l->network->n_theta);
  fill("features", N_INPUTS, l->features);
  if (kerr) {
    set_all(l, "coupling", 0, 0.5);
    set_all(l, "detuning", -0.8, 0.4);
    set_all(l, "bias", 0.4, 0.3);
    set_all(l, "loss", 1.2, 0.2);
    set_all(l, "kerr", 0.3, 0.05);
  } else {
    set_all(l, "coupling", 0.5, 0.4);
    set_all(l, "field", 0.6, 0.2);
    set_all(l, "field_phase", 0, 1);
  }
}

static void destroy_lattice(lattice *l) {
  epx_network_destroy(&l->network);
  epx_array_destroy(&l->theta);
}

static epx_equilibrium_options get_options(void) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.tolerance = 1e-12;
  return options;
}

/** The lattice over all ranks, at its free equilibrium. */
typedef struct {
  epx_distributed *distributed;
  double *state;
  epx_certificate certificate;
  int first, n_local;
} spread;

static spread create_spread(const lattice *l) {
  spread s = {0};
  const epx_equilibrium_options options = get_options();
  assert_int_equal(epx_distributed_create(l->network, MPI_COMM_WORLD, &options, NULL, &s.distributed),
                   EPX_OK);
  epx_distributed_get_range(s.distributed, &s.first, &s.n_local);
  s.state = create_numbers((size_t)s.n_local * (size_t)l->spec.family->components);
  epx_distributed_set_parameters(s.distributed, l->theta);
  epx_distributed_set_sample(s.distributed, l->features);
  assert_int_equal(epx_distributed_set_start(s.distributed, 5, 0, s.state), EPX_OK);
  assert_int_equal(epx_distributed_solve(s.distributed, NULL, s.state, &s.certificate), EPX_OK);
  assert_int_equal(s.certificate.outcome, EPX_OK);
  return s;
}

static void destroy_spread(spread *s) {
  epx_distributed_destroy(&s->distributed);
  epx_array_destroy(&s->state);
}

/** The same lattice as a population of one. */
static settled_batch create_population(const lattice *l, const epx_cost *cost) {
  settled_batch b = create_batch(&l->spec, cost, 1e-12, 1, 1, 2);
  l->spec.family->set_start(b.lanes, 5, b.state);
  assert_int_equal(settle(&b, l->theta, l->features), 1);
  return b;
}

static void compare_equilibria(const lattice *l) {
  const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  settled_batch b = create_population(l, &cost);
  spread s = create_spread(l);
  const size_t n = (size_t)l->spec.family->components, n_lanes = (size_t)b.lanes->n_lanes;
  for (size_t k = 0; k < (size_t)s.n_local * n; k++)
    assert_close(s.state[k], b.state[((size_t)s.first * n + k) * n_lanes], 1e-8);
  assert_true(s.certificate.residual <= 1e-12);
  assert_true(isnan(s.certificate.settling_time) &&
              isnan(b.certificate[0].settling_time)); /* not asked for */
  destroy_spread(&s);
  destroy_batch(&b);
}

static void equilibria_are_those_of_a_population(void **state) {
  (void)state;
  static const char *const families[] = {"kerr", "phase"};
  for (int k = 0; k < 2; k++) {
    lattice l;
    create_lattice(families[k], &l);
    compare_equilibria(&l);
    destroy_lattice(&l);
  }
}

/** What a rule needs of a network that rests: its sample has label 0. */
typedef struct {
  epx_ensemble *ensemble;
  epx_estimator_work *work;
} rules;

static rules create_rules(const spread *s) {
  rules r;
  assert_int_equal(epx_distributed_ensemble_create(s->distributed, &r.ensemble), EPX_OK);
  assert_int_equal(epx_estimator_create_work(r.ensemble, &r.work), EPX_OK);
  return r;
}

static void destroy_rules(rules *r) {
  epx_estimator_destroy_work(&r->work);
  epx_ensemble_destroy(&r->ensemble);
}

static void eval_gradient(const rules *r, const lattice *l, const spread *s, const epx_cost *cost,
                          const char *rule, const epx_nudging *nudging, double *gradient) {
  static const double weight = 1;
  static const int label = 0;
  const epx_batch batch = {.ensemble = r->ensemble,
                           .theta = l->theta,
                           .cost = cost,
                           .label = &label,
                           .state = s->state,
                           .weight = &weight};
  assert_int_equal(epx_estimator_get_by_name(rule)->eval(&batch, nudging, r->work, gradient), EPX_OK);
  assert_int_equal(epx_estimator_get_lanes(r->work, 0), 1);
  assert_int_equal(r->ensemble->functions->sum_gradient(r->ensemble, gradient), EPX_OK);
}

static void compare_gradients(const lattice *l, const epx_cost *cost) {
  settled_batch b = create_population(l, cost);
  spread s = create_spread(l);
  rules r = create_rules(&s);
  double *gradient = create_numbers(l->network->n_theta);
  static const char *const names[] = {"plain",      "phase-conjugate", "time-reversed", "backprop",
                                      "scattering", "holomorphic",     "homeostasis",   "direct-feedback"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    if (epx_estimator_get_by_name(names[k])->get_refusal(l->spec.family)) continue;
    for (epx_scheme scheme = EPX_ONE_SIDED; scheme <= EPX_CENTERED; scheme++) {
      const epx_nudging nudging = {.beta = 0.02, .scheme = scheme, .penalty = 0.1};
      const double *wanted = estimate_by(&b, names[k], &nudging);
      eval_gradient(&r, l, &s, cost, names[k], &nudging, gradient);
      for (int p = l->network->coupling + 1; p < l->spec.family->n_parameters; p++) {
        if (l->spec.family->parameters[p].site == EPX_SITE_LINK) /* not of distributed networks */
          memset(b.gradient + l->network->offset[p], 0, l->network->count[p] * sizeof *b.gradient);
      }
      assert_true(eval_norm(l->network->n_theta, wanted) > 1e-3);
      assert_close(eval_distance(l->network->n_theta, gradient, wanted), 0, 1e-6);
    }
  }
  epx_array_destroy(&gradient);
  destroy_rules(&r);
  destroy_spread(&s);
  destroy_batch(&b);
}

static void gradients_are_those_of_a_population(void **state) {
  (void)state;
  const epx_cost costs[] = {{.kind = EPX_CROSS_ENTROPY}, {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 1}};
  static const char *const families[] = {"kerr", "phase"};
  for (int k = 0; k < 2; k++) {
    lattice l;
    create_lattice(families[k], &l);
    compare_gradients(&l, &costs[k]);
    destroy_lattice(&l);
  }
}

/** Cost of label 0 at the reference's equilibrium of parameters theta, whose own rows go to `local`. */
static double eval_reference_cost(const lattice *l, settled_batch *b, const rules *r, const epx_cost *cost,
                                  const spread *s, const double *theta, double *local) {
  const epx_equilibrium_options options = get_options();
  const size_t n = (size_t)l->spec.family->components;
  double *y = create_numbers((size_t)l->network->n_state), readout[8], value;
  const int label = 0;
  epx_certificate certificate;
  epx_lanes_set_parameters(b->lanes, theta);
  assert_int_equal(epx_reference_solve(b->lanes, NULL, &options, NULL, NULL, y, &certificate), EPX_OK);
  assert_int_equal(certificate.outcome, EPX_OK);
  memcpy(local, y + (size_t)s->first * n, (size_t)s->n_local * n * sizeof *local);
  assert_true(l->network->n_outputs <= 8);
  assert_int_equal(r->ensemble->functions->eval_readout(r->ensemble, local, readout), EPX_OK);
  epx_cost_eval(cost, l->network->n_outputs, 1, readout, &label, &value, NULL, NULL);
  epx_array_destroy(&y);
  return value;
}

/** The judge: equilibria of the reference, and its cost along one direction by central differences. */
static void reference_agrees(void **state) {
  (void)state;
  const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  const double step = 1e-4;
  lattice l;
  create_lattice("kerr", &l);
  settled_batch b = create_population(&l, &cost);
  spread s = create_spread(&l);
  rules r = create_rules(&s);
  const size_t n = l.network->n_theta, n_links = l.network->count[l.network->coupling];
  double *gradient = create_numbers(n), *shifted = create_numbers(n);
  double *local = create_numbers(2 * (size_t)s.n_local), costs[2], slope = 0;
  eval_reference_cost(&l, &b, &r, &cost, &s, l.theta, local);
  for (size_t k = 0; k < 2 * (size_t)s.n_local; k++)
    assert_close(local[k], s.state[k], 1e-8);
  const epx_nudging nudging = {.beta = 0.02, .scheme = EPX_CENTERED};
  eval_gradient(&r, &l, &s, &cost, "backprop", &nudging, gradient);
  for (int side = 0; side < 2; side++) {
    memcpy(shifted, l.theta, n * sizeof *shifted);
    for (size_t k = 0; k < n_links + 2 * (size_t)l.network->n_nodes; k++) /* couplings, detunings, biases */
      shifted[k] += (side ? step : -step) * draw("direction", k);
    costs[side] = eval_reference_cost(&l, &b, &r, &cost, &s, shifted, local);
  }
  for (size_t k = 0; k < n_links + 2 * (size_t)l.network->n_nodes; k++)
    slope += gradient[k] * draw("direction", k);
  assert_close((costs[1] - costs[0]) / (2 * step), slope, 1e-6);
  destroy_rules(&r);
  epx_array_destroy(&gradient);
  epx_array_destroy(&shifted);
  epx_array_destroy(&local);
  destroy_spread(&s);
  destroy_batch(&b);
  destroy_lattice(&l);
}

/** Nothing solves with a Jacobian that is zero: what was tried is named, with the options that choose others.
 */
static void failing_solver_is_named_with_its_options(void **state) {
  (void)state;
  lattice l;
  create_lattice("kerr", &l);
  spread s = create_spread(&l);
  memset(l.theta, 0, l.network->n_theta * sizeof *l.theta);
  epx_distributed_set_parameters(s.distributed, l.theta);
  double *b = create_numbers(2 * (size_t)s.n_local), *x = create_numbers(2 * (size_t)s.n_local);
  fill("b", 2 * (size_t)s.n_local, b);
  assert_int_equal(epx_distributed_solve_linear(s.distributed, x, true, b, x), EPX_ESOLVER);
  assert_non_null(strstr(epx_error_get_message(), "choose another by petsc.options"));
  epx_array_destroy(&b);
  epx_array_destroy(&x);
  destroy_spread(&s);
  destroy_lattice(&l);
}

static void equal_ranks_give_equal_bits(void **state) {
  (void)state;
  lattice l;
  create_lattice("kerr", &l);
  spread one = create_spread(&l), other = create_spread(&l);
  assert_memory_equal(one.state, other.state, 2 * (size_t)one.n_local * sizeof *one.state);
  destroy_spread(&one);
  destroy_spread(&other);
  destroy_lattice(&l);
}

static void adjoint_solves_the_transposed_system(void **state) {
  (void)state;
  lattice l;
  create_lattice("kerr", &l);
  spread s = create_spread(&l);
  const size_t n = 2 * (size_t)s.n_local;
  double *b = create_numbers(n), *c = create_numbers(n), *x = create_numbers(n), *y = create_numbers(n);
  double sums[2] = {0};
  fill("b", n, b);
  fill("c", n, c);
  assert_int_equal(epx_distributed_solve_linear(s.distributed, s.state, false, b, x), EPX_OK);
  assert_int_equal(epx_distributed_solve_linear(s.distributed, s.state, true, c, y), EPX_OK);
  for (size_t k = 0; k < n; k++) {
    sums[0] += c[k] * x[k];
    sums[1] += y[k] * b[k];
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  assert_close(sums[0], sums[1], 1e-9);
  epx_array_destroy(&b);
  epx_array_destroy(&c);
  epx_array_destroy(&x);
  epx_array_destroy(&y);
  destroy_spread(&s);
  destroy_lattice(&l);
}

/** Rings in a row, each on the middle branch of its bistability: detuning 3, |F|^2 = 4, |a|^2 = 2,
 * eigenvalues -1 +- sqrt(3) (the exact Kerr ring). Newton finds it, and it is said to be unstable. */
static void unstable_fixed_point_is_reported_with_its_eigenvalue(void **state) {
  (void)state;
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = 8},
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  lattice l = {.spec = spec};
  epx_distributed *distributed = NULL;
  epx_equilibrium_options options = get_options();
  epx_certificate certificate;
  double y[16];
  int first, n_local;
  options.method = EPX_NEWTON;
  assert_int_equal(epx_network_create(&spec, &l.network), EPX_OK);
  l.theta = create_numbers(l.network->n_theta);
  set_all(&l, "loss", 2, 0);
  set_all(&l, "kerr", 1, 0);
  set_all(&l, "detuning", -3, 0);
  set_all(&l, "bias", 2, 0);
  assert_int_equal(epx_distributed_create(l.network, MPI_COMM_WORLD, &options, NULL, &distributed), EPX_OK);
  epx_distributed_get_range(distributed, &first, &n_local);
  epx_distributed_set_parameters(distributed, l.theta);
  for (int r = 0; r < n_local; r++) { /* a = F / (1 + i (3 - 2)), not quite */
    y[2 * r] = 1.01;
    y[2 * r + 1] = -0.99;
  }
  assert_int_equal(epx_distributed_solve(distributed, NULL, y, &certificate), EPX_OK);
  assert_int_equal(certificate.outcome, EPX_OK);
  for (int r = 0; r < n_local; r++)
    assert_close(y[2 * r] * y[2 * r] + y[2 * r + 1] * y[2 * r + 1], 2, 1e-9);
  assert_int_equal(epx_distributed_eval_stability(distributed, y, &certificate), EPX_OK);
  assert_false(certificate.bounded);
  assert_close(certificate.abscissa, sqrt(3) - 1, 1e-6);
  if (l.network->topology->n_links > 0) {
    set_all(&l, "cross_kerr", 1, 0);
    epx_distributed_set_parameters(distributed, l.theta);
    assert_int_equal(epx_distributed_solve(distributed, NULL, y, &certificate), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "network.parameters.cross_kerr"));
  }
  epx_distributed_destroy(&distributed);
  destroy_lattice(&l);
}

static void more_ranks_than_nodes_are_refused(void **state) {
  (void)state;
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = 1},
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  const epx_equilibrium_options options = get_options();
  epx_network *network = NULL;
  epx_distributed *distributed = NULL;
  int n_ranks;
  MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
  assert_int_equal(epx_network_create(&spec, &network), EPX_OK);
  if (n_ranks > 1) {
    assert_int_equal(epx_distributed_create(network, MPI_COMM_WORLD, &options, NULL, &distributed),
                     EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "1 free nodes cannot be spread"));
    assert_null(distributed);
  }
  epx_network_destroy(&network);
}

/** Asked for too little, the Krylov method gives up: the dynamics settle without it, and a direct solver
 * takes over for what learning needs. */
static void direct_solver_takes_over(void **state) {
  (void)state;
  lattice l;
  create_lattice("kerr", &l);
  const epx_equilibrium_options options = get_options();
  epx_distributed *distributed = NULL;
  epx_certificate certificate;
  int first, n_local;
  assert_int_equal(epx_distributed_create(l.network, MPI_COMM_WORLD, &options,
                                          "-pc_type none -ksp_type richardson -ksp_richardson_scale 100",
                                          &distributed),
                   EPX_OK);
  epx_distributed_get_range(distributed, &first, &n_local);
  const size_t n = 2 * (size_t)n_local;
  double *y = create_numbers(n), *b = create_numbers(n);
  epx_distributed_set_parameters(distributed, l.theta);
  epx_distributed_set_sample(distributed, l.features);
  if (epx_distributed_solve(distributed, NULL, y, &certificate))
    fail_msg("%s %s", epx_error_get_message(), epx_error_get_trace());
  assert_int_equal(certificate.outcome, EPX_OK);
  assert_false(epx_distributed_get_counts(distributed).direct);
  const int code = epx_distributed_solve_linear(distributed, y, true, y, b);
  if (code != EPX_OK) fail_msg("%s", epx_error_get_message());
  assert_true(epx_distributed_get_counts(distributed).direct);
  epx_distributed_destroy(&distributed);
  epx_array_destroy(&y);
  epx_array_destroy(&b);
  destroy_lattice(&l);
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equilibria_are_those_of_a_population),
      cmocka_unit_test(gradients_are_those_of_a_population),
      cmocka_unit_test(reference_agrees),
      cmocka_unit_test(failing_solver_is_named_with_its_options),
      cmocka_unit_test(equal_ranks_give_equal_bits),
      cmocka_unit_test(adjoint_solves_the_transposed_system),
      cmocka_unit_test(unstable_fixed_point_is_reported_with_its_eigenvalue),
      cmocka_unit_test(more_ranks_than_nodes_are_refused),
      cmocka_unit_test(direct_solver_takes_over),
  };
  MPI_Init(&n_arguments, &arguments);
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
