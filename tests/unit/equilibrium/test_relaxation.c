/** @file
 * The relaxation: what settles, oscillates, diverges or takes too long, side by side, and none disturbs
 * another.
 */
#include "unit/hopf_family.h"
#include "unit/settled_network.h"

/** What a table of oscillators comes to. */
static const hopf oscillators[] = {
    {.growth = -1, .rate = 3, .saturation = 1, .push = 1},
    {.growth = 0.2, .rate = 3, .saturation = 0.8},
    {.growth = 1, .rate = 1, .saturation = -1},
    {.growth = -1e-3, .rate = 0, .saturation = 0},
    {.growth = NAN, .rate = 1, .saturation = 1},
    {.growth = -0.5, .rate = 1, .saturation = 2, .push = 0.3},
    {.growth = 0.5, .rate = -2, .saturation = 0},
};
enum { N_OSCILLATORS = sizeof oscillators / sizeof oscillators[0] };

static void outcomes_are_told_apart(void **state) {
  (void)state;
  static const int outcomes[] = {EPX_OK,       EPX_OSCILLATES, EPX_DIVERGED, EPX_SLOW,
                                 EPX_DIVERGED, EPX_OK,         EPX_DIVERGED};
  random_network r = create_hopf_network(N_OSCILLATORS, oscillators);
  epx_equilibrium_options options = get_options();
  options.handover = 1e-6;
  options.max_time = 150;
  solution s = create_solution(&r, &options);
  for (int lane = 0; lane < N_OSCILLATORS; lane++) {
    const epx_certificate *c = &s.certificate[lane];
    assert_int_equal(c->outcome, outcomes[lane]);
    assert_true((c->outcome == EPX_OK) == (c->residual <= 10 * options.tolerance));
    assert_true(isnan(c->settling_time));
    assert_true(isnan(c->period) == (c->outcome != EPX_OSCILLATES));
    for (int i = 0; i < 2; i++)
      assert_true(isfinite(get_state(&r, &s, i, lane)));
  }
  assert_close(s.certificate[1].period, 2 * acos(-1) / 3, 0.01);
  assert_close(s.certificate[1].amplitude, sqrt(0.2 / 0.8), 0.01);
  const epx_population_counts counts = epx_population_get_counts(s.population);
  assert_int_equal(counts.equilibria, N_OSCILLATORS);
  assert_int_equal(counts.failures, 5);
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Decays from 1/2 to push / -growth, the third from where it ends: the way is |1/2 - push / -growth|. */
static void settling_time_is_that_of_the_way(void **state) {
  (void)state;
  const hopf decays[] = {
      {.growth = -1, .push = 1}, {.growth = -0.1, .push = 0.1}, {.growth = -1, .push = 0.5}};
  random_network r = create_hopf_network(3, decays);
  epx_equilibrium_options options = get_options();
  options.settled = 0.02;
  solution s = create_solution(&r, &options);
  double *start = create_numbers(count_state(&r));
  r.network->family->set_start(r.lanes, 3, start);
  assert_int_equal(epx_population_eval_settling(s.population, r.lanes, start, s.y, s.certificate), EPX_OK);
  assert_close(s.certificate[0].settling_time, log(50), 1e-3);
  assert_close(s.certificate[1].settling_time, log(50) / 0.1, 1e-2);
  assert_true(s.certificate[2].settling_time == 0);
  epx_array_destroy(&start);
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void lanes_do_not_know_their_neighbours(void **state) {
  (void)state;
  const int kept[] = {0, 5};
  const hopf alone[] = {oscillators[0], oscillators[5]};
  random_network r = create_hopf_network(N_OSCILLATORS, oscillators), few = create_hopf_network(2, alone);
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-13;
  options.max_time = 150;
  solution s = create_solution(&r, &options), t = create_solution(&few, &options);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(s.certificate[kept[k]].outcome, EPX_OK);
    for (int i = 0; i < 2; i++)
      assert_close(get_state(&r, &s, i, kept[k]), get_state(&few, &t, i, k), 1e-12);
  }
  destroy_solution(&s);
  destroy_solution(&t);
  destroy_random_network(&r);
  destroy_random_network(&few);
}

static void pure_dynamics_confirm_chosen_lanes_alone(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 2, 3);
  set_everywhere(&r, "loss", 2);
  set_everywhere(&r, "kerr", 0.1);
  epx_equilibrium_options options = get_options();
  options.method = EPX_NEWTON;
  solution s = create_solution(&r, &options), again = create_start(&r, &options);
  const unsigned char chosen[] = {1, 0, 1, 0, 0, 1};
  double *start = create_numbers(count_state(&r));
  memcpy(start, again.y, count_state(&r) * sizeof *start);
  assert_int_equal(
      epx_population_solve_dynamics(again.population, r.lanes, chosen, again.y, again.certificate), EPX_OK);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    for (int i = 0; i < r.network->n_state; i++) {
      const double expected = chosen[lane] ? get_state(&r, &s, i, lane) : start[i * r.lanes->n_lanes + lane];
      assert_close(get_state(&r, &again, i, lane), expected, chosen[lane] ? 1e-8 : 0);
    }
    if (chosen[lane]) assert_true(again.certificate[lane].residual <= options.tolerance);
  }
  assert_int_equal(epx_population_get_counts(again.population).equilibria, 0);
  assert_true(epx_population_get_counts(again.population).steps > 0);
  epx_array_destroy(&start);
  destroy_solution(&s);
  destroy_solution(&again);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outcomes_are_told_apart),
      cmocka_unit_test(settling_time_is_that_of_the_way),
      cmocka_unit_test(lanes_do_not_know_their_neighbours),
      cmocka_unit_test(pure_dynamics_confirm_chosen_lanes_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
