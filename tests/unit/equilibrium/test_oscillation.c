/** @file
 * When dynamics are watched, and when enough of a limit cycle was seen, on signals made up for it.
 */
#include "equilibrium/outcome/oscillation.h"
#include "unit/random_network.h"

enum { N_SAMPLES = 4000 };

static void watched_is_what_takes_long(void **state) {
  (void)state;
  static const struct {
    double share;
    long n_steps;
    bool due;
  } cases[] = {{0, 0, false}, {0.49, 128, false}, {0.49, 129, true}, {0.5, 3, true}, {1, 100000, true}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
    assert_int_equal(epx_oscillation_is_due(cases[k].share, cases[k].n_steps), cases[k].due);
}

static const epx_kinds alike = {.n = 1, .n_components = 1};

/** Adds a sine of period 2 pi that loses `loss` of its swing a unit of time, and after `change` samples
 * swings `closer` as far. Returns how many samples were asked for. */
static int watch_sine(bool measures, double loss, int change, double closer, epx_oscillation *oscillation) {
  epx_equilibrium_options options;
  epx_limit_cycle *watch = NULL;
  epx_equilibrium_init(&options);
  options.measures_cycles = measures;
  assert_int_equal(epx_limit_cycle_create(&alike, 1, 1, &watch), EPX_OK);
  epx_limit_cycle_init(watch, 0, NULL);
  epx_oscillation_init(oscillation);
  int k = 0;
  for (bool done = false; k < N_SAMPLES && !done; k++) {
    const double t = 0.2 * k, size = (k < change ? 1 : closer) * exp(-loss * t);
    const double y = size * sin(t), slope = size * (cos(t) - loss * sin(t));
    done = epx_oscillation_add(oscillation, &options, watch, 0, t, &y, &slope, 1, &(double){1});
  }
  if (k == N_SAMPLES) epx_oscillation_eval_end(oscillation, &options, watch, 0);
  epx_limit_cycle_destroy(&watch);
  return k;
}

static void one_that_is_not_measured_is_seen_once(void **state) {
  (void)state;
  epx_oscillation oscillation;
  assert_true(watch_sine(false, 0, N_SAMPLES, 1, &oscillation) < N_SAMPLES / 2);
  assert_true(oscillation.seen);
  assert_close(oscillation.amplitude, 1, 1e-3);
}

/** What is told is the second time's. */
static void one_that_is_measured_is_seen_twice(void **state) {
  (void)state;
  epx_oscillation oscillation;
  const int once = watch_sine(false, 0, N_SAMPLES, 1, &oscillation);
  const int twice = watch_sine(true, 0, once, 0.9, &oscillation);
  assert_int_equal(twice, 2 * once);
  assert_true(oscillation.seen);
  assert_close(oscillation.amplitude, 0.9, 1e-3);
  assert_close(oscillation.period, 2 * acos(-1), 1e-3);
}

/** Time is up before the second look ends: what was seen first is told. */
static void one_whose_time_is_up_was_seen_nevertheless(void **state) {
  (void)state;
  epx_oscillation oscillation;
  const int once = watch_sine(false, 0, N_SAMPLES, 1, &oscillation);
  assert_int_equal(watch_sine(true, 0, once, 1e-6, &oscillation), N_SAMPLES);
  assert_true(oscillation.seen);
  assert_close(oscillation.amplitude, 1, 1e-3);
}

static void what_dies_away_is_never_seen(void **state) {
  (void)state;
  epx_oscillation oscillation;
  assert_int_equal(watch_sine(true, 0.01, N_SAMPLES, 1, &oscillation), N_SAMPLES);
  assert_false(oscillation.seen);
  assert_true(isnan(oscillation.period) && isnan(oscillation.amplitude));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(watched_is_what_takes_long),
      cmocka_unit_test(one_that_is_not_measured_is_seen_once),
      cmocka_unit_test(one_that_is_measured_is_seen_twice),
      cmocka_unit_test(one_whose_time_is_up_was_seen_nevertheless),
      cmocka_unit_test(what_dies_away_is_never_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
