/** @file
 * Settling: the last time that the distance passes its threshold, however long the steps.
 */
#include "equilibrium/outcome/settling.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const epx_kinds alike = {.n = 1, .n_components = 1};

/** Adds d^2 = (exp(-a t) (1 + ripple cos w t))^2 every `step`, to t = 30. */
static double eval_time(double a, double ripple, double w, double step, double settled) {
  epx_settling settling;
  for (int k = 0; k * step < 30; k++) {
    const double t = k * step, rippled = 1 + ripple * cos(w * t), d = exp(-a * t) * rippled;
    const double slope = 2 * d * (-a * d - exp(-a * t) * ripple * w * sin(w * t));
    if (k == 0) epx_settling_init(&settling, d * d, slope);
    if (k > 0) epx_settling_add(&settling, settled, d * d, slope, t, step);
  }
  return epx_settling_eval_time(&alike, &settling, &(double){1}, 1e-10);
}

static void time_does_not_depend_on_the_step(void **state) {
  (void)state;
  const double exact = log(100) / 0.7; /* 1e-2 of exp(-0.7 t) */
  for (double step = 0.1; step < 4; step *= 1.7)
    assert_true(fabs(eval_time(0.7, 0, 0, step, 1e-2) - exact) < 1e-10 * exact);
}

/** What rings passes the threshold several times. */
static void the_last_passage_counts(void **state) {
  (void)state;
  double exact = 0;
  for (double t = 0; t < 30; t += 1e-5) {
    if (exp(-0.3 * t) * fabs(1 + 0.9 * cos(3 * t)) > 1e-2 * 1.9) exact = t;
  }
  assert_true(fabs(eval_time(0.3, 0.9, 3, 0.05, 1e-2) - exact) < 1e-3);
}

static void what_does_not_move_settles_at_once_and_what_stays_away_never(void **state) {
  (void)state;
  epx_settling settling[2];
  const epx_kinds two = {.n = 2, .n_components = 2, .of = {0, 1}};
  const double sizes[] = {1, 1e3};
  epx_settling_init(&settling[0], 1e-20, 0); /* as far as the end is known */
  epx_settling_init(&settling[1], 0, 0);
  assert_true(epx_settling_eval_time(&two, settling, sizes, 1e-10) == 0);
  epx_settling_add(&settling[1], 1e-2, 9, 0, 1, 1);
  assert_true(isnan(epx_settling_eval_time(&two, settling, sizes, 1e-10)));
  epx_settling_add(&settling[1], 1e-2, 1e-8, -1e-8, 2, 1);
  const double time = epx_settling_eval_time(&two, settling, sizes, 1e-10);
  assert_true(time > 1 && time <= 2);
}

static void angles_are_counted_modulo_a_turn(void **state) {
  (void)state;
  const epx_kinds angles = {.n = 1, .n_components = 1, .angle = {true}};
  const double y[] = {6.5, 1}, rate[] = {-1, 2}, end[] = {0.2, 0.5}, off = 6.3 - 2 * acos(-1);
  double square, slope;
  epx_settling_eval_distances(&angles, 2, 1, y, rate, end, &square, &slope);
  assert_true(fabs(square - (off * off + 0.25)) < 1e-14);
  assert_true(fabs(slope - 2 * (-off + 1)) < 1e-14);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(time_does_not_depend_on_the_step),
      cmocka_unit_test(the_last_passage_counts),
      cmocka_unit_test(what_does_not_move_settles_at_once_and_what_stays_away_never),
      cmocka_unit_test(angles_are_counted_modulo_a_turn),
  };
  return cmocka_run_group_tests_name("settling", tests, NULL, NULL);
}
