/** @file
 * Limit cycles told from slow settling, on signals made up for it.
 */
#include "equilibrium/outcome/limit_cycle.h"
#include "unit/random_network.h"

enum { N_STATE = 3, LANE = 2, STRIDE = 2 };

typedef void (*signal)(double time, double *y);

/** Watches a signal until time 200, in steps of `step`, through the second of three lanes; *steady: when it
 * was first called so, NAN: never. */
static const epx_kinds alike = {.n = 1, .n_components = 1};

static bool watch_until(signal eval, double step, double *steady, double *period, double *amplitude) {
  const double h = 1e-5;
  epx_limit_cycle *watch = NULL;
  *steady = NAN;
  assert_int_equal(epx_limit_cycle_create(&alike, N_STATE, LANE + 1, &watch), EPX_OK);
  epx_limit_cycle_init(watch, LANE, NULL);
  for (double time = 0; time < 200; time += step) {
    double y[N_STATE], before[N_STATE], after[N_STATE], spread[N_STATE * STRIDE], slope[N_STATE * STRIDE];
    eval(time, y);
    eval(time - h, before);
    eval(time + h, after);
    for (int i = 0; i < N_STATE; i++) {
      spread[i * STRIDE] = y[i];
      slope[i * STRIDE] = (after[i] - before[i]) / (2 * h);
      spread[i * STRIDE + 1] = slope[i * STRIDE + 1] = NAN;
    }
    if (epx_limit_cycle_add(watch, LANE, time, spread, slope, STRIDE) && isnan(*steady) &&
        epx_limit_cycle_is_steady(watch, LANE, 1e-3, period, amplitude))
      *steady = time;
  }
  const bool oscillates = epx_limit_cycle_eval(watch, LANE, 1e-3, period, amplitude);
  epx_limit_cycle_destroy(&watch);
  return oscillates;
}

static bool watch_signal(signal eval, double step, double *period, double *amplitude) {
  double steady;
  return watch_until(eval, step, &steady, period, amplitude);
}

static void eval_sine(double t, double *y) {
  y[0] = 0.2 * sin(2 * t);
  y[1] = 1 + 0.7 * cos(2 * t);
  y[2] = 5;
}

/** Three humps a period of 6 pi. */
static void eval_humps(double t, double *y) {
  y[0] = sin(t) + 0.5 * sin(t / 3);
  y[1] = cos(t / 3);
  y[2] = sin(t / 3);
}

static void eval_dying(double t, double *y) {
  y[0] = exp(-1e-3 * t) * sin(2 * t);
  y[1] = exp(-1e-3 * t) * cos(2 * t);
  y[2] = 0;
}

static void eval_drift(double t, double *y) {
  y[0] = 1 - exp(-1e-3 * t);
  y[1] = t;
  y[2] = 0;
}

static void eval_noise(double t, double *y) {
  y[0] = 1e-4 * sin(t);
  y[1] = 3;
  y[2] = 2;
}

/** Never returns to where it was: two frequencies of irrational ratio. */
static void eval_quasiperiodic(double t, double *y) {
  y[0] = sin(t);
  y[1] = 0.9 * sin(1.6180339887 * t);
  y[2] = 0.9 * cos(1.6180339887 * t);
}

/** A spike of a twentieth of its period 2, like a self-pulsing ring's. */
static void eval_spikes(double t, double *y) {
  const double phase = sin(acos(-1) / 2 * t);
  y[0] = exp(-40 * phase * phase);
  y[1] = 0.3 * cos(acos(-1) * t);
  y[2] = 1;
}

static void eval_quasiperiodic_fast(double t, double *y) {
  eval_quasiperiodic(10 * t, y);
}

static void eval_ringing(double t, double *y) {
  y[0] = exp(-1e-3 * t) * sin(6.3 * t);
  y[1] = exp(-1e-3 * t) * cos(6.3 * t);
  y[2] = 1;
}

static void eval_growing(double t, double *y) {
  y[0] = exp(1e-3 * t) * sin(6.3 * t);
  y[1] = exp(1e-3 * t) * cos(6.3 * t);
  y[2] = 1;
}

static void sine_has_its_period_and_amplitude(void **state) {
  (void)state;
  double period, amplitude;
  assert_true(watch_signal(eval_sine, 0.2, &period, &amplitude));
  assert_close(period, acos(-1), 1e-4 * acos(-1));
  assert_close(amplitude, 0.7, 1e-4 * 0.7);
}

static void period_of_several_humps_is_that_of_the_whole_state(void **state) {
  (void)state;
  double period, amplitude;
  assert_true(watch_signal(eval_humps, 0.1, &period, &amplitude));
  assert_close(period, 6 * acos(-1), 1e-3 * 6 * acos(-1));
}

/** Eight samples a period. */
static void few_samples_a_period_are_enough_for_a_percent(void **state) {
  (void)state;
  double period, amplitude;
  assert_true(watch_signal(eval_sine, 0.4, &period, &amplitude));
  assert_close(period, acos(-1), 1e-3 * acos(-1));
  assert_close(amplitude, 0.7, 0.01 * 0.7);
}

static void cycle_is_known_long_before_the_end(void **state) {
  (void)state;
  double steady, period, amplitude;
  assert_true(watch_until(eval_sine, 0.2, &steady, &period, &amplitude));
  assert_true(steady < 100);
  assert_true(watch_until(eval_spikes, 0.02, &steady, &period, &amplitude));
  assert_true(steady < 150);
  assert_close(period, 2, 2e-3);
}

/** Ringing with a loss of 1e-3 of the swing a period, one that grows, and a drift. */
static void oscillation_without_a_period_is_known_later(void **state) {
  (void)state;
  double steady, period, amplitude;
  assert_true(watch_until(eval_quasiperiodic_fast, 0.025, &steady, &period, &amplitude));
  assert_true(steady < 200);
  assert_true(isnan(period));
}

static void slow_ringing_is_never_steady(void **state) {
  (void)state;
  const signal signals[] = {eval_ringing, eval_growing, eval_drift};
  for (size_t k = 0; k < sizeof signals / sizeof *signals; k++) {
    double steady, period, amplitude;
    watch_until(signals[k], 0.05, &steady, &period, &amplitude);
    assert_true(isnan(steady));
  }
}

static void what_dies_drifts_or_rattles_does_not_oscillate(void **state) {
  (void)state;
  double period, amplitude;
  assert_false(watch_signal(eval_dying, 0.2, &period, &amplitude));
  assert_true(isnan(period) && isnan(amplitude));
  assert_false(watch_signal(eval_drift, 0.2, &period, &amplitude));
  assert_false(watch_signal(eval_noise, 0.2, &period, &amplitude));
}

static void oscillation_without_a_period_has_an_amplitude(void **state) {
  (void)state;
  double period, amplitude;
  assert_true(watch_signal(eval_quasiperiodic, 0.1, &period, &amplitude));
  assert_close(amplitude, 1, 0.01);
}

static void nothing_is_said_of_one_sample(void **state) {
  (void)state;
  epx_limit_cycle *watch = NULL;
  double period, amplitude, y[N_STATE] = {1, 2, 3};
  assert_int_equal(epx_limit_cycle_create(&alike, N_STATE, 1, &watch), EPX_OK);
  epx_limit_cycle_init(watch, 0, NULL);
  assert_false(epx_limit_cycle_eval(watch, 0, 0, &period, &amplitude));
  epx_limit_cycle_add(watch, 0, 0, y, y, 1);
  assert_false(epx_limit_cycle_eval(watch, 0, 0, &period, &amplitude));
  epx_limit_cycle_destroy(&watch);
}

/** A phase that runs, with a hump in each turn, beside one that swings along: the period is that of a turn, in
 * whatever direction. */
static void phase_that_runs_has_the_period_of_its_turns(void **state) {
  (void)state;
  const epx_kinds angles = {.n = 1, .n_components = 1, .angle = {true}};
  for (int backwards = 0; backwards < 2; backwards++) {
    const double turn = backwards ? -1.7 : 1.7;
    epx_limit_cycle *watch;
    double period, amplitude;
    bool steady = false;
    assert_int_equal(epx_limit_cycle_create(&angles, 2, 1, &watch), EPX_OK);
    epx_limit_cycle_init(watch, 0, NULL);
    for (int k = 0; k < 4000 && !steady; k++) {
      const double t = 0.2 * k, y[] = {turn * t + 0.4 * sin(turn * t), 0.1 * cos(turn * t)};
      const double slope[] = {turn + 0.4 * turn * cos(turn * t), -0.1 * turn * sin(turn * t)};
      steady = epx_limit_cycle_add(watch, 0, t, y, slope, 1) &&
               epx_limit_cycle_is_steady(watch, 0, 1e-2, &period, &amplitude);
    }
    assert_true(steady);
    assert_close(period, 2 * acos(-1) / 1.7, 1e-3);
    assert_close(amplitude, acos(-1), 1e-12);
    epx_limit_cycle_destroy(&watch);
  }
}

/** The second kind swings by more, and tells when the state is back; the amplitude is that of the first. */
static void amplitude_is_that_of_the_first_kind(void **state) {
  (void)state;
  const epx_kinds two = {.n = 2, .n_components = 2, .of = {0, 1}};
  const double size[] = {1, 1000};
  epx_limit_cycle *watch;
  double period, amplitude;
  bool steady = false;
  assert_int_equal(epx_limit_cycle_create(&two, 2, 1, &watch), EPX_OK);
  epx_limit_cycle_init(watch, 0, size);
  for (int k = 0; k < 4000 && !steady; k++) {
    const double t = 0.2 * k, y[] = {0.5 * sin(t), 900 * cos(t / 2)},
                 slope[] = {0.5 * cos(t), -450 * sin(t / 2)};
    steady = epx_limit_cycle_add(watch, 0, t, y, slope, 1) &&
             epx_limit_cycle_is_steady(watch, 0, 1e-2, &period, &amplitude);
  }
  assert_true(steady);
  assert_close(period, 4 * acos(-1), 1e-3);
  assert_close(amplitude, 0.5, 1e-3);
  epx_limit_cycle_destroy(&watch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(phase_that_runs_has_the_period_of_its_turns),
      cmocka_unit_test(amplitude_is_that_of_the_first_kind),
      cmocka_unit_test(sine_has_its_period_and_amplitude),
      cmocka_unit_test(period_of_several_humps_is_that_of_the_whole_state),
      cmocka_unit_test(few_samples_a_period_are_enough_for_a_percent),
      cmocka_unit_test(cycle_is_known_long_before_the_end),
      cmocka_unit_test(oscillation_without_a_period_is_known_later),
      cmocka_unit_test(slow_ringing_is_never_steady),
      cmocka_unit_test(what_dies_drifts_or_rattles_does_not_oscillate),
      cmocka_unit_test(oscillation_without_a_period_has_an_amplitude),
      cmocka_unit_test(nothing_is_said_of_one_sample),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
