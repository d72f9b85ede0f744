/** @file
 * The population: its equilibria are equilibria, its failures are told apart, no lane knows of another.
 */
#include <lapacke.h>

#include "unit/allocation_counter.h"
#include "unit/hopf_family.h"
#include "unit/settled_network.h"

static double get_theta(const random_network *r, int instance, const char *name, int i) {
  const int p = epx_family_get_parameter(r->network->family, name);
  return r->theta[(size_t)instance * r->network->n_theta + r->network->offset[p] + (size_t)i];
}

static double get_coupling(const random_network *r, int instance, int i, int j) {
  const long link = i == j ? -1 : epx_topology_get_link(r->network->topology, i, j);
  return link < 0 ? 0 : get_theta(r, instance, "coupling", (int)link);
}

/** The largest |da/dt| of one lane of a Kerr network, from its parameters and the equation. */
static double eval_kerr_residual(const random_network *r, int lane, const double *y) {
  const int n = r->network->n_nodes, instance = lane / r->lanes->n_samples,
            sample = lane % r->lanes->n_samples;
  const size_t n_lanes = (size_t)r->lanes->n_lanes;
  double worst = 0;
  for (int i = 0; i < n; i++) {
    const double x = y[2 * (size_t)i * n_lanes + (size_t)lane],
                 p = y[(2 * (size_t)i + 1) * n_lanes + (size_t)lane];
    const double loss = get_theta(r, instance, "loss", i) + get_theta(r, instance, "coupling_loss", i);
    const double w =
        get_theta(r, instance, "detuning", i) + get_theta(r, instance, "kerr", i) * (x * x + p * p);
    double dx = -loss / 2 * x - w * p + get_theta(r, instance, "bias", i), dp = -loss / 2 * p + w * x;
    if (i < r->network->n_inputs) dx += 0.7 * r->features[sample * r->network->n_inputs + i];
    for (int j = 0; j < n; j++) {
      dx -= get_coupling(r, instance, i, j) * y[(2 * (size_t)j + 1) * n_lanes + (size_t)lane];
      dp += get_coupling(r, instance, i, j) * y[2 * (size_t)j * n_lanes + (size_t)lane];
    }
    worst = fmax(worst, fmax(fabs(dx), fabs(dp)));
  }
  return worst;
}

/** The largest |dphi/dt| of one lane of a phase network whose first nodes are clamped to its inputs. */
static double eval_phase_residual(const random_network *r, int lane, const double *y) {
  const int n = r->network->n_nodes, instance = lane / r->lanes->n_samples,
            sample = lane % r->lanes->n_samples;
  const int n_inputs = r->network->n_inputs;
  double phi[32], worst = 0;
  for (int i = 0; i < n; i++) {
    phi[i] = i < n_inputs ? 0.7 * r->features[sample * n_inputs + i]
                          : y[(i - n_inputs) * r->lanes->n_lanes + lane];
  }
  for (int i = n_inputs; i < n; i++) {
    double f = -get_theta(r, instance, "field", i) * sin(phi[i] - get_theta(r, instance, "field_phase", i));
    for (int j = 0; j < n; j++)
      f -= get_coupling(r, instance, i, j) * sin(phi[i] - phi[j]);
    worst = fmax(worst, fabs(f));
  }
  return worst;
}

static void kerr_equilibria_obey_the_equation(void **state) {
  (void)state;
  for (int n = 2; n < 20; n += 5) {
    random_network r = create_random_network(epx_family_get_by_name("kerr"), n, 1, n == 7 ? 1 : 3, 11);
    set_everywhere(&r, "loss", 1);
    set_everywhere(&r, "coupling_loss", 0.5);
    set_everywhere(&r, "cross_kerr", 0);
    const epx_equilibrium_options options = get_options();
    solution s = create_solution(&r, &options);
    for (int lane = 0; lane < r.lanes->n_used; lane++) {
      if (s.certificate[lane].outcome != EPX_OK) continue;
      assert_true(s.certificate[lane].residual <= 100 * options.tolerance); /* rates are up to 100 */
      assert_true(eval_kerr_residual(&r, lane, s.y) <= s.certificate[lane].residual + 1e-13);
    }
    const epx_population_counts counts = epx_population_get_counts(s.population);
    assert_int_equal(counts.equilibria, r.lanes->n_used);
    assert_true(counts.failures < r.lanes->n_used / 10);
    destroy_solution(&s);
    destroy_random_network(&r);
  }
}

static void phase_equilibria_obey_the_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("phase"), 9, 3, 2, 10);
  set_everywhere(&r, "detuning", 0);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
    assert_close(eval_phase_residual(&r, lane, s.y), 0, 2e-10);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void repeated_solves_give_the_same_bits(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 6, 2, 3, 5);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options), t = create_solution(&r, &options);
  assert_memory_equal(s.y, t.y, count_state(&r) * sizeof *s.y);
  r.network->family->set_start(r.lanes, 3, t.y);
  settle(&r, NULL, &t);
  assert_memory_equal(s.y, t.y, count_state(&r) * sizeof *s.y);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    assert_int_equal(t.certificate[lane].outcome, s.certificate[lane].outcome);
    assert_memory_equal(&t.certificate[lane].residual, &s.certificate[lane].residual, sizeof(double));
    assert_memory_equal(&t.certificate[lane].settling_time, &s.certificate[lane].settling_time,
                        sizeof(double));
  }
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_random_network(&r);
}

/** An idle lane is no equilibrium that was asked for, and the others settle as without it. */
static void idle_lanes_are_left_as_they_are(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 6, 2, 3, 5);
  const epx_equilibrium_options options = get_options();
  const size_t n_lanes = (size_t)r.lanes->n_lanes;
  unsigned char idle[64] = {[1] = 1, [14] = 1};
  solution s = create_solution(&r, &options), t = create_start(&r, &options),
           start = create_start(&r, &options);
  epx_population_set_idle(t.population, idle);
  settle(&r, NULL, &t);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    assert_true((t.certificate[lane].residual == 0) == idle[lane]);
    assert_true(idle[lane] || t.certificate[lane].outcome == s.certificate[lane].outcome);
    if (t.certificate[lane].outcome != EPX_OK) continue;
    for (size_t i = (size_t)lane; i < count_state(&r); i += n_lanes)
      assert_close(t.y[i], idle[lane] ? start.y[i] : s.y[i], idle[lane] ? 0 : 1e-8);
  }
  assert_int_equal(epx_population_get_counts(t.population).equilibria, r.lanes->n_used - 2);
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_solution(&start);
  destroy_random_network(&r);
}

/** Five instances are padded to eight; here the eighth repeats the fifth by itself. */
static void padding_changes_no_bit(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 6, 2, 5, 1);
  random_network full = create_random_network(epx_family_get_by_name("kerr"), 6, 2, 8, 1);
  const size_t last = 4 * r.network->n_theta;
  for (size_t k = 5; k < 8; k++) {
    memcpy(full.theta + k * r.network->n_theta, full.theta + last, r.network->n_theta * sizeof *full.theta);
  }
  epx_lanes_set_parameters(full.lanes, full.theta);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options), t = create_solution(&full, &options);
  assert_memory_equal(r.theta, full.theta, 5 * r.network->n_theta * sizeof *r.theta);
  assert_memory_equal(s.y, t.y, count_state(&r) * sizeof *s.y);
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_random_network(&r);
  destroy_random_network(&full);
}

/** All lanes of every method come to the same equilibria. */
static void methods_agree(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 4, 4);
  set_everywhere(&r, "loss", 2);
  set_everywhere(&r, "kerr", 0.1);
  epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  options.method = EPX_DYNAMICS;
  solution t = create_solution(&r, &options);
  options.method = EPX_NEWTON;
  solution v = create_solution(&r, &options);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
    assert_int_equal(t.certificate[lane].outcome, EPX_OK);
    assert_int_equal(v.certificate[lane].outcome, EPX_OK);
    for (int i = 0; i < r.network->n_state; i++) {
      assert_close(get_state(&r, &t, i, lane), get_state(&r, &s, i, lane), 1e-9);
      assert_close(get_state(&r, &v, i, lane), get_state(&r, &s, i, lane), 1e-9);
    }
  }
  assert_int_equal(epx_population_get_counts(t.population).newton_iterations, 0);
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_solution(&v);
  destroy_random_network(&r);
}

/** What ARKODE, LAPACK and the population need is had before the first solve. */
static void nothing_is_allocated_by_a_solve(void **state) {
  (void)state;
  if (!COUNTS_ALLOCATIONS) skip();
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 3, 4);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  double *b = create_random_state(&r, "side"), *x = create_numbers(count_state(&r));
  const long before = n_allocations;
  settle(&r, NULL, &s);
  assert_int_equal(epx_population_eval_stability(s.population, r.lanes, s.y, s.certificate), EPX_OK);
  assert_int_equal(epx_population_solve_linear(s.population, r.lanes, s.y, true, b, x), EPX_OK);
  assert_int_equal(n_allocations, before);
  epx_array_destroy(&b);
  assert_int_equal(EPX_ARRAY(b, 1), EPX_OK);
  assert_true(n_allocations > before);
  epx_array_destroy(&b);
  epx_array_destroy(&x);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Checks J x = b, or J' x = b, in every lane. */
static void check_linear(const random_network *r, solution *s, bool transposed) {
  const size_t n = (size_t)r->network->n_state, n_lanes = (size_t)r->lanes->n_lanes;
  double *b = create_random_state(r, "side"), *x = create_numbers(count_state(r));
  assert_int_equal(epx_population_solve_linear(s->population, r->lanes, s->y, transposed, b, x), EPX_OK);
  for (size_t lane = 0; lane < n_lanes; lane++) {
    double *J = create_jacobian(r, s->y, (int)lane, 1);
    for (size_t i = 0; i < n; i++) {
      double sum = 0;
      for (size_t j = 0; j < n; j++)
        sum += (transposed ? J[j * n + i] : J[i * n + j]) * x[j * n_lanes + lane];
      assert_close(sum, b[i * n_lanes + lane], 1e-10);
    }
    epx_array_destroy(&J);
  }
  epx_array_destroy(&b);
  epx_array_destroy(&x);
}

static void linear_solves_invert_the_jacobian(void **state) {
  (void)state;
  const char *const names[] = {"kerr", "phase"};
  for (int k = 0; k < 2; k++) {
    random_network r = create_random_network(epx_family_get_by_name(names[k]), 7, 2, 2, 6);
    const epx_equilibrium_options options = get_options();
    solution s = create_solution(&r, &options);
    check_linear(&r, &s, false);
    check_linear(&r, &s, true);
    destroy_solution(&s);
    destroy_random_network(&r);
  }
}

static void singular_lane_has_no_linear_solution(void **state) {
  (void)state;
  const hopf each[] = {{.growth = -1, .rate = 2, .saturation = 0}, {.growth = 0, .rate = 0, .saturation = 0}};
  random_network r = create_hopf_network(2, each);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  double *b = create_random_state(&r, "side"), *x = create_numbers(count_state(&r));
  assert_int_equal(epx_population_solve_linear(s.population, r.lanes, s.y, false, b, x), EPX_OK);
  for (int i = 0; i < 2; i++)
    assert_true(isfinite(x[i * r.lanes->n_lanes]) && isnan(x[i * r.lanes->n_lanes + 1]));
  epx_array_destroy(&b);
  epx_array_destroy(&x);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Pulls the real part of the first component of every lane towards 0 by `context`, a double. */
static void add_pull(const void *context, const epx_lanes *lanes, const double *y, double *f) {
  const double strength = *(const double *)context;
  for (int lane = 0; lane < lanes->n_lanes; lane++)
    f[lane] -= strength * y[lane];
}

static void nudge_moves_the_equilibrium_by_its_linear_response(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 2, 3);
  set_everywhere(&r, "loss", 2);
  set_everywhere(&r, "kerr", 0.1);
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-13;
  solution s = create_solution(&r, &options);
  const size_t n = count_state(&r), n_lanes = (size_t)r.lanes->n_lanes;
  double *free_state = create_numbers(n), *b = create_numbers(n), *x = create_numbers(n), strength = 1e-5;
  memcpy(free_state, s.y, n * sizeof *s.y);
  const epx_nudge nudge = {.context = &strength, .add_field = add_pull, .direction = 1};
  const long steps = epx_population_get_counts(s.population).steps;
  settle(&r, &nudge, &s);
  /* J dy = strength * y_0 in the first row. */
  for (size_t lane = 0; lane < n_lanes; lane++)
    b[lane] = strength * free_state[lane];
  assert_int_equal(epx_population_solve_linear(s.population, r.lanes, free_state, false, b, x), EPX_OK);
  for (size_t k = 0; k < n; k++)
    assert_close(s.y[k] - free_state[k], x[k], 1e-9);
  for (int lane = 0; lane < r.lanes->n_used; lane++)
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
  assert_int_equal(epx_population_get_counts(s.population).steps, steps);
  epx_array_destroy(&free_state);
  epx_array_destroy(&b);
  epx_array_destroy(&x);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** An unstable focus at -push / (growth + i rate) attracts in reversed time. */
static void reversed_time_settles_where_time_flees(void **state) {
  (void)state;
  const hopf each[] = {{.growth = 0.5, .rate = 2, .push = 0.3}, {.growth = 1, .rate = -1, .push = 1}};
  random_network r = create_hopf_network(2, each);
  double strength = 0;
  const epx_nudge reversed = {.context = &strength, .add_field = add_pull, .direction = -1};
  for (int method = EPX_DYNAMICS; method <= EPX_DYNAMICS_NEWTON; method++) {
    epx_equilibrium_options options = get_options();
    options.method = (epx_method)method;
    solution s = create_start(&r, &options);
    settle(&r, &reversed, &s);
    for (int lane = 0; lane < 2; lane++) {
      const hopf *h = &each[lane];
      const double scale = -h->push / (h->growth * h->growth + h->rate * h->rate);
      assert_int_equal(s.certificate[lane].outcome, EPX_OK);
      assert_close(get_state(&r, &s, 0, lane), scale * h->growth, 1e-9);
      assert_close(get_state(&r, &s, 1, lane), -scale * h->rate, 1e-9);
    }
    destroy_solution(&s);
  }
  destroy_random_network(&r);
}

/** Of every lane that settled, and the family's bound bounds it. */
static void stability_is_the_rightmost_eigenvalue(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 6, 2, 2, 8);
  leave_out_further(&r);
  set_everywhere(&r, "loss", 0.5);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  double real[12], imaginary[12];
  s.certificate[3].outcome = EPX_SLOW;
  assert_int_equal(epx_population_eval_stability(s.population, r.lanes, s.y, s.certificate), EPX_OK);
  double *bound = create_numbers((size_t)r.lanes->n_lanes);
  r.network->family->eval_abscissa_bound(r.lanes, s.y, bound);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    const double abscissa = s.certificate[lane].abscissa;
    double rightmost = -INFINITY;
    epx_population_eval_spectrum(s.population, r.lanes, s.y, lane, real, imaginary);
    for (int k = 0; k < r.network->n_state; k++)
      rightmost = fmax(rightmost, real[k]);
    if (lane == 3)
      assert_true(isnan(abscissa));
    else
      assert_true(abscissa == rightmost && abscissa <= bound[lane] + 1e-12);
  }
  epx_array_destroy(&bound);
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void bad_input_is_refused(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 3, 1, 1, 3);
  epx_population *population = NULL;
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-15;
  assert_int_equal(epx_population_create(r.network, 8, &options, &population), EPX_EINPUT);
  assert_null(population);
  options = get_options();
  assert_int_equal(epx_population_create(r.network, 0, &options, &population), EPX_EINPUT);
  random_network more = create_random_network(epx_family_get_by_name("kerr"), 3, 1, 1, 9);
  solution s = create_start(&r, &options);
  assert_int_equal(epx_population_solve(s.population, more.lanes, NULL, s.y, s.certificate), EPX_EINPUT);
  destroy_solution(&s);
  destroy_random_network(&more);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kerr_equilibria_obey_the_equation),
      cmocka_unit_test(phase_equilibria_obey_the_equation),
      cmocka_unit_test(repeated_solves_give_the_same_bits),
      cmocka_unit_test(idle_lanes_are_left_as_they_are),
      cmocka_unit_test(padding_changes_no_bit),
      cmocka_unit_test(methods_agree),
      cmocka_unit_test(nothing_is_allocated_by_a_solve),
      cmocka_unit_test(linear_solves_invert_the_jacobian),
      cmocka_unit_test(singular_lane_has_no_linear_solution),
      cmocka_unit_test(nudge_moves_the_equilibrium_by_its_linear_response),
      cmocka_unit_test(reversed_time_settles_where_time_flees),
      cmocka_unit_test(stability_is_the_rightmost_eigenvalue),
      cmocka_unit_test(bad_input_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
