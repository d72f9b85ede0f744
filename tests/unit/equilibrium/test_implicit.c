/** @file
 * Stiff families in a population: the same equilibria as one at a time, by few steps, whatever the
 * neighbours do.
 */
#include "equilibrium/population/implicit.h"

#include "equilibrium/reference/reference.h"
#include "unit/allocation_counter.h"
#include "unit/physical_rings.h"
#include "unit/settled_network.h"

/** Solves one lane by the reference, from rest. */
static epx_certificate judge(const random_network *r, int lane, const epx_equilibrium_options *options,
                             double *state) {
  epx_certificate certificate;
  epx_lanes *alone;
  assert_int_equal(epx_lanes_create(r->network, 1, 1, &alone), EPX_OK);
  epx_lanes_set_parameters(alone, r->theta + (size_t)(lane / r->lanes->n_samples) * r->network->n_theta);
  epx_lanes_set_samples(alone, 1, r->features + lane % r->lanes->n_samples);
  memset(state, 0, (size_t)r->network->n_state * sizeof *state);
  assert_int_equal(epx_reference_solve(alone, NULL, options, NULL, NULL, state, &certificate), EPX_OK);
  epx_lanes_destroy(&alone);
  return certificate;
}

static void stiff_population_agrees_with_the_reference(void **state) {
  (void)state;
  int n_settled = 0, n_oscillating = 0;
  for (int n_nodes = 1; n_nodes <= 3; n_nodes++) {
    random_network r = create_physical_rings(n_nodes, 3, 3, n_nodes == 1 ? 22 : 12);
    const epx_equilibrium_options options = get_options();
    solution s = create_solution(&r, &options);
    for (int lane = 0; lane < r.lanes->n_used; lane++) {
      double expected[12];
      const epx_certificate c = judge(&r, lane, &options, expected);
      assert_int_equal(s.certificate[lane].outcome, c.outcome);
      n_settled += c.outcome == EPX_OK;
      n_oscillating += c.outcome == EPX_OSCILLATES;
      for (int i = 0; c.outcome == EPX_OK && i < r.network->n_state; i++)
        assert_close(get_state(&r, &s, i, lane), expected[i], 1e-9);
      if (c.outcome != EPX_OSCILLATES) continue;
      assert_close(s.certificate[lane].period, c.period, 0.01 * c.period);
      assert_close(s.certificate[lane].amplitude, c.amplitude, 0.01 * c.amplitude);
    }
    const epx_population_counts counts = epx_population_get_counts(s.population);
    assert_true(counts.steps < 60000);
    destroy_solution(&s);
    destroy_random_network(&r);
  }
  assert_true(n_settled > 10);
  assert_true(n_oscillating > 0);
}

static void lane_that_diverges_leaves_the_others_alone(void **state) {
  (void)state;
  random_network r = create_physical_rings(1, 9, 1, 12);
  const int heating = epx_family_get_parameter(r.network->family, "heating");
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-13;
  solution s = create_solution(&r, &options);
  r.theta[4 * r.network->n_theta + r.network->offset[heating]] = NAN;
  epx_lanes_set_parameters(r.lanes, r.theta);
  solution t = create_solution(&r, &options);
  for (int lane = 0; lane < 9; lane++) {
    assert_int_equal(t.certificate[lane].outcome, lane == 4 ? EPX_DIVERGED : s.certificate[lane].outcome);
    for (int i = 0; lane != 4 && s.certificate[lane].outcome == EPX_OK && i < 4; i++)
      assert_close(get_state(&r, &t, i, lane), get_state(&r, &s, i, lane), 1e-12);
  }
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_random_network(&r);
}

/** Noise of fast rates ends neither the dynamics too early, nor does it keep them from the end. */
static void dynamics_alone_get_to_the_tolerance(void **state) {
  (void)state;
  random_network r = create_physical_rings(2, 2, 4, 12);
  epx_equilibrium_options options = get_options(), alone = get_options();
  alone.method = EPX_DYNAMICS;
  alone.tolerance = 1e-7;
  solution s = create_solution(&r, &options), t = create_solution(&r, &alone);
  double *f = create_field(&r, t.y), *dark = create_numbers(count_state(&r));
  memset(dark, 0, count_state(&r) * sizeof *dark);
  double *first = create_field(&r, dark); /* the largest rates of the light */
  for (int lane = 0; lane < 8; lane++) {
    assert_int_equal(t.certificate[lane].outcome, s.certificate[lane].outcome);
    if (s.certificate[lane].outcome != EPX_OK) continue;
    for (int i = 0; i < 8; i++) {
      const int c = i % 4, at = i * r.lanes->n_lanes + lane;
      if (c < 2) assert_true(fabs(f[at]) <= 1e-7 * fabs(first[at - c * r.lanes->n_lanes]));
      assert_close(get_state(&r, &t, i, lane), get_state(&r, &s, i, lane), 1e-7);
    }
  }
  epx_array_destroy(&f);
  epx_array_destroy(&dark);
  epx_array_destroy(&first);
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_random_network(&r);
}

static void settling_allocates_nothing(void **state) {
  (void)state;
  if (!COUNTS_ALLOCATIONS) skip();
  random_network r = create_physical_rings(2, 9, 1, 12);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  const long before = n_allocations;
  settle(&r, NULL, &s);
  settle(&r, NULL, &s);
  assert_int_equal(n_allocations, before);
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void steps_and_time_are_bounded(void **state) {
  (void)state;
  random_network r = create_physical_rings(1, 8, 1, 12);
  epx_equilibrium_options options = get_options();
  options.max_steps = 20;
  solution s = create_solution(&r, &options);
  assert_true(epx_population_get_counts(s.population).steps <= 8 * options.max_steps);
  for (int lane = 0; lane < 8; lane++)
    assert_int_equal(s.certificate[lane].outcome, EPX_SLOW);
  destroy_solution(&s);
  options = get_options();
  options.max_time = 1e-4;
  s = create_solution(&r, &options);
  for (int lane = 0; lane < 8; lane++)
    assert_int_equal(s.certificate[lane].outcome, EPX_SLOW);
  destroy_solution(&s);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stiff_population_agrees_with_the_reference),
      cmocka_unit_test(lane_that_diverges_leaves_the_others_alone),
      cmocka_unit_test(dynamics_alone_get_to_the_tolerance),
      cmocka_unit_test(settling_allocates_nothing),
      cmocka_unit_test(steps_and_time_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
