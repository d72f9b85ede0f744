/** @file
 * The finish: on the Kerr ring, whose equilibria are the roots of a cubic, it polishes to the one the
 * dynamics reach.
 */
#include "equilibrium/reference/reference.h"
#include "unit/settled_network.h"

/** Intensities Y of the ring at offset 3 and force 2: the roots of Y (1 + (Y - 3)^2) = 4 are 2 - sqrt 2, 2, 2
 * + sqrt 2; the linearisation there has abscissa -1, sqrt 3 - 1, -1. */
static const double ring_intensity[] = {0.58578643762690495, 2, 3.4142135623730951};
static const double ring_abscissa[] = {-1, 0.73205080756887729, -1};

/** Sets a lane of a single ring to the state of intensity Y, moved by `shift` along the real axis. */
static void set_ring(const random_network *r, solution *s, int lane, double offset, double force, double Y,
                     double shift) {
  const double u = offset - Y, scale = force / (1 + u * u);
  s->y[lane] = scale + shift;
  s->y[r->lanes->n_lanes + lane] = -u * scale;
}

static double get_intensity(const random_network *r, const solution *s, int lane) {
  return pow(get_state(r, s, 0, lane), 2) + pow(get_state(r, s, 1, lane), 2);
}

static void ring_settles_on_the_branches_of_its_cubic(void **state) {
  (void)state;
  const double offset[] = {3, 3, 3}, force[] = {2, 2, 2};
  random_network r = create_rings(3, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  set_ring(&r, &s, 1, 3, 2, 4, 0.2);
  set_ring(&r, &s, 2, 3, 2, 3, 0.1);
  settle(&r, NULL, &s);
  assert_close(get_intensity(&r, &s, 0), ring_intensity[0], 1e-8);
  assert_close(get_intensity(&r, &s, 1), ring_intensity[2], 1e-8);
  assert_close(get_intensity(&r, &s, 2), ring_intensity[2], 1e-8);
  assert_int_equal(epx_population_eval_stability(s.population, r.lanes, s.y, s.certificate), EPX_OK);
  for (int lane = 0; lane < 3; lane++) {
    assert_close(s.certificate[lane].abscissa, -1, 1e-9);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** The middle branch is a saddle: Newton alone finds it, and the spectrum says what it is. */
static void newton_alone_finds_the_saddle_between(void **state) {
  (void)state;
  const double offset[] = {3, 3, 3}, force[] = {2, 2, 2};
  random_network r = create_rings(3, offset, force);
  epx_equilibrium_options options = get_options();
  options.method = EPX_NEWTON;
  solution s = create_start(&r, &options);
  for (int lane = 0; lane < 3; lane++)
    set_ring(&r, &s, lane, 3, 2, ring_intensity[lane], 0.01);
  settle(&r, NULL, &s);
  assert_int_equal(epx_population_eval_stability(s.population, r.lanes, s.y, s.certificate), EPX_OK);
  for (int lane = 0; lane < 3; lane++) {
    assert_close(get_intensity(&r, &s, lane), ring_intensity[lane], 1e-8);
    assert_close(s.certificate[lane].abscissa, ring_abscissa[lane], 1e-8);
  }
  assert_int_equal(epx_population_get_counts(s.population).steps, 0);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Tells whether `max_newton` full Newton steps from y bring a lane to the tolerance; y is left there. */
static void take_full_steps(const random_network *r, const solution *s,
                            const epx_equilibrium_options *options, double *y, bool *arrived) {
  const int n_lanes = r->lanes->n_lanes;
  double *step = create_numbers(count_state(r));
  for (int i = 0; i <= options->max_newton; i++) {
    double *f = create_field(r, y);
    for (int lane = 0; lane < n_lanes; lane++) {
      double largest = 0;
      for (int row = 0; row < r->network->n_state; row++)
        largest = fmax(largest, fabs(f[row * n_lanes + lane]));
      arrived[lane] = largest <= options->tolerance;
    }
    assert_int_equal(epx_population_solve_linear(s->population, r->lanes, y, false, f, step), EPX_OK);
    for (size_t k = 0; k < count_state(r); k++)
      y[k] -= step[k];
    epx_array_destroy(&f);
  }
  epx_array_destroy(&step);
}

/** Tells whether KINSOL's line search takes a lane's start to an equilibrium, without dynamics. */
static bool is_solved_by_kinsol(const random_network *r, const epx_equilibrium_options *options,
                                const double *y, int lane) {
  epx_lanes *own = NULL;
  const size_t n_state = (size_t)r->network->n_state;
  double *state = create_numbers(n_state);
  epx_certificate certificate;
  assert_int_equal(epx_lanes_create(r->network, 1, 1, &own), EPX_OK);
  epx_lanes_set_parameters(own, r->theta);
  epx_lanes_set_samples(own, 1, r->features + (size_t)lane * (size_t)r->network->n_inputs);
  for (size_t row = 0; row < n_state; row++)
    state[row] = y[row * (size_t)r->lanes->n_lanes + (size_t)lane];
  assert_int_equal(epx_reference_solve(own, NULL, options, NULL, NULL, state, &certificate), EPX_OK);
  epx_lanes_destroy(&own);
  epx_array_destroy(&state);
  return certificate.outcome == EPX_OK && isnan(certificate.settling_time);
}

/** From far starts, where full steps wander; certificates of lanes that followed no dynamics have no settling
 * time. */
static void line_search_arrives_where_full_steps_do_not_and_kinsol_does(void **state) {
  (void)state;
  enum { N_STARTS = 48 };
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 5, 1, N_STARTS);
  leave_out_further(&r);
  set_everywhere(&r, "loss", 2);
  set_everywhere(&r, "kerr", 0.5);
  epx_equilibrium_options options = get_options();
  options.method = EPX_NEWTON;
  solution s = create_start(&r, &options);
  double *plain = create_numbers(count_state(&r));
  bool arrived[N_STARTS];
  int n_full = 0, n_searched = 0, n_kinsol = 0;
  for (size_t k = 0; k < count_state(&r); k++)
    s.y[k] = plain[k] = 2 * draw("far start", k);
  for (int lane = 0; lane < N_STARTS; lane++)
    n_kinsol += is_solved_by_kinsol(&r, &options, s.y, lane);
  take_full_steps(&r, &s, &options, plain, arrived);
  settle(&r, NULL, &s);
  for (int lane = 0; lane < N_STARTS; lane++) {
    n_full += arrived[lane];
    n_searched += s.certificate[lane].outcome == EPX_OK && isnan(s.certificate[lane].settling_time);
  }
  assert_true(n_searched > n_full + N_STARTS / 4);
  assert_true(n_searched >= n_kinsol - N_STARTS / 10);
  assert_true(epx_population_get_counts(s.population).newton_halvings > 0);
  epx_array_destroy(&plain);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Near the saddle rates are small, and Newton would stay; the dynamics leave, to either side. */
static void dynamics_that_pass_a_saddle_do_not_end_there(void **state) {
  (void)state;
  const double offset[] = {3, 3}, force[] = {2, 2};
  random_network r = create_rings(2, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  set_ring(&r, &s, 0, 3, 2, 2, 1e-3);
  set_ring(&r, &s, 1, 3, 2, 2, -1e-3);
  settle(&r, NULL, &s);
  const double first = get_intensity(&r, &s, 0), second = get_intensity(&r, &s, 1);
  assert_close(fmin(first, second), ring_intensity[0], 1e-8);
  assert_close(fmax(first, second), ring_intensity[2], 1e-8);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Just above the fold there is no low state any more, but the residual lingers near zero where it was. */
static void ghost_of_a_fold_does_not_hold_the_dynamics(void **state) {
  (void)state;
  const double fold = 2, offset[] = {2, 2}, force[] = {sqrt(fold * 1.0001), sqrt(fold * 0.9999)};
  random_network r = create_rings(2, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  for (int lane = 0; lane < 2; lane++) {
    const double Y = get_intensity(&r, &s, lane);
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
    assert_close(Y * (1 + (Y - 2) * (Y - 2)), force[lane] * force[lane], 1e-9);
    assert_true(lane == 0 ? Y > 1.6 : Y < 1);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Pulls the real part of the first component of every lane towards 0 by `context`, a double. */
static void add_pull(const void *context, const epx_lanes *lanes, const double *y, double *f) {
  const double strength = *(const double *)context;
  for (int lane = 0; lane < lanes->n_lanes; lane++)
    f[lane] -= strength * y[lane];
}

/** A strong nudge, whose residual is far above what the dynamics hand over: Newton begins at the free
 * equilibrium with the factors that it left, the same each time, and ends where the dynamics do. */
static void learning_phase_from_rest_takes_no_steps_and_agrees_with_the_dynamics(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 2, 9);
  set_everywhere(&r, "loss", 2);
  set_everywhere(&r, "kerr", 0.1);
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-12;
  solution s = create_solution(&r, &options);
  const size_t n = count_state(&r), size = n * sizeof *s.y;
  double *rest = create_numbers(n), *first = create_numbers(n), strength = 0.2;
  memcpy(rest, s.y, size);
  const epx_nudge nudge = {.context = &strength, .add_field = add_pull, .direction = 1};
  const long steps = epx_population_get_counts(s.population).steps;
  settle(&r, &nudge, &s);
  assert_int_equal(epx_population_get_counts(s.population).steps, steps);
  memcpy(first, s.y, size);
  memcpy(s.y, rest, size);
  settle(&r, &nudge, &s);
  assert_memory_equal(s.y, first, size);
  for (size_t k = 0; k < n; k++)
    s.y[k] = rest[k] * (1 + 1e-9); /* not at rest: by the dynamics */
  settle(&r, &nudge, &s);
  assert_true(epx_population_get_counts(s.population).steps > steps);
  for (size_t k = 0; k < n; k++)
    assert_close(s.y[k], first[k], 1e-10);
  epx_array_destroy(&rest);
  epx_array_destroy(&first);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Solves both sides of a nudge from rest, at once and one after the other, and expects the same bits. Tells
 * how many factorisations the pair took. */
static long check_pair(double strength, double kerr, int n_samples) {
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 3, n_samples);
  set_everywhere(&r, "loss", 2);
  set_everywhere(&r, "kerr", kerr);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options), alone = create_solution(&r, &options);
  const size_t n = count_state(&r), n_used = (size_t)r.lanes->n_used;
  const double strengths[] = {strength, -strength};
  double *rest = create_numbers(n), *y[] = {create_numbers(n), create_numbers(n)};
  epx_certificate *certificates[2] = {NULL};
  epx_nudge nudges[2];
  memcpy(rest, s.y, n * sizeof *rest);
  for (int side = 0; side < 2; side++) {
    assert_int_equal(EPX_ARRAY(certificates[side], (size_t)r.lanes->n_lanes), EPX_OK);
    memcpy(y[side], rest, n * sizeof *rest);
    nudges[side] = (epx_nudge){.context = (void *)&strengths[side], .add_field = add_pull, .direction = 1};
  }
  const long before = epx_population_get_counts(s.population).factorisations;
  assert_int_equal(epx_population_solve_pair(s.population, r.lanes, nudges, y, certificates), EPX_OK);
  for (int side = 0; side < 2; side++) {
    memcpy(alone.y, rest, n * sizeof *rest);
    settle(&r, &nudges[side], &alone);
    assert_memory_equal(y[side], alone.y, n * sizeof *rest);
    assert_memory_equal(certificates[side], alone.certificate, n_used * sizeof *alone.certificate);
    epx_array_destroy(&certificates[side]);
    epx_array_destroy(&y[side]);
  }
  const epx_population_counts both = epx_population_get_counts(s.population),
                              single = epx_population_get_counts(alone.population);
  assert_int_equal(both.newton_iterations, single.newton_iterations);
  assert_int_equal(both.factorisations, single.factorisations);
  assert_int_equal(both.equilibria, single.equilibria);
  epx_array_destroy(&rest);
  destroy_solution(&s);
  destroy_solution(&alone);
  destroy_random_network(&r);
  return both.factorisations - before;
}

/** Weak nudges take the free phase's factors all the way; strong ones need newer factors on both sides, of
 * which there is room for one at a time: the other side waits. */
static void pair_has_the_bits_of_one_side_after_the_other(void **state) {
  (void)state;
  assert_int_equal(check_pair(1e-3, 0.1, 9), 0);
  check_pair(0.05, 0.1, 1);
  check_pair(0.2, 0.5, 9);
  assert_true(check_pair(0.5, 1, 9) > 2);
}

/** A nudge that is not a number diverges; the other side is not followed for nothing. */
static void lane_that_fails_on_the_first_side_is_left_out_of_the_second(void **state) {
  (void)state;
  const double offset[] = {1, 1}, force[] = {1, 1.1};
  random_network r = create_rings(2, offset, force);
  epx_equilibrium_options options = get_options();
  options.escape = 10;
  solution s = create_solution(&r, &options);
  const size_t n = count_state(&r);
  const double strengths[] = {NAN, 0.01};
  double *y[] = {create_numbers(n), create_numbers(n)};
  epx_certificate *certificates[2] = {NULL};
  epx_nudge nudges[2];
  for (int side = 0; side < 2; side++) {
    assert_int_equal(EPX_ARRAY(certificates[side], (size_t)r.lanes->n_lanes), EPX_OK);
    memcpy(y[side], s.y, n * sizeof(double));
    nudges[side] = (epx_nudge){.context = (void *)&strengths[side], .add_field = add_pull, .direction = 1};
  }
  assert_int_equal(epx_population_solve_pair(s.population, r.lanes, nudges, y, certificates), EPX_OK);
  for (int lane = 0; lane < 2; lane++) {
    assert_int_equal(certificates[0][lane].outcome, EPX_DIVERGED);
    assert_memory_equal(&certificates[1][lane], &certificates[0][lane], sizeof certificates[0][lane]);
  }
  for (int side = 0; side < 2; side++) {
    epx_array_destroy(&certificates[side]);
    epx_array_destroy(&y[side]);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ring_settles_on_the_branches_of_its_cubic),
      cmocka_unit_test(newton_alone_finds_the_saddle_between),
      cmocka_unit_test(line_search_arrives_where_full_steps_do_not_and_kinsol_does),
      cmocka_unit_test(dynamics_that_pass_a_saddle_do_not_end_there),
      cmocka_unit_test(ghost_of_a_fold_does_not_hold_the_dynamics),
      cmocka_unit_test(learning_phase_from_rest_takes_no_steps_and_agrees_with_the_dynamics),
      cmocka_unit_test(pair_has_the_bits_of_one_side_after_the_other),
      cmocka_unit_test(lane_that_fails_on_the_first_side_is_left_out_of_the_second),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
