/** @file
 * Settling: the time is that of the exponential between two residuals, however long the step.
 */
#include "equilibrium/outcome/settling.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void time_does_not_depend_on_the_step(void **state) {
  (void)state;
  const double exact = log(100) / 0.7; /* 1e-2 of exp(-0.7 t) */
  for (double step = 0.1; step < 4; step *= 1.7) {
    const double end = (floor(exact / step) + 1) * step;
    const double got = epx_settling_eval_time(1e-2, exp(-0.7 * (end - step)), exp(-0.7 * end), end, step);
    assert_true(fabs(got - exact) < 1e-12 * exact);
  }
}

static void what_did_not_fall_through_settled_at_the_end(void **state) {
  (void)state;
  assert_true(epx_settling_eval_time(1e-2, NAN, 1e-3, 5, 1) == 5);
  assert_true(epx_settling_eval_time(1e-2, 1e-2, 1e-3, 5, 1) == 5);
  assert_true(epx_settling_eval_time(1e-2, 1, 0, 5, 1) == 5);
  assert_true(epx_settling_eval_time(1e-2, 1, 1e-3, 5, 0) == 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(time_does_not_depend_on_the_step),
      cmocka_unit_test(what_did_not_fall_through_settled_at_the_end),
  };
  return cmocka_run_group_tests_name("settling", tests, NULL, NULL);
}
