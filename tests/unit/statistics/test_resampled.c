/** @file
 * Resampled: the interval over splits, by hand and against figures of SciPy.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "statistics/resampled.h"
#include "unit/assert_close.h"

/* scipy.stats.t.ppf(.95, 3) = 2.3533634348018264; mean .925, s = sqrt(.0025 / 3). */
static void lower_end_is_the_corrected_t(void **state) {
  (void)state;
  const double accuracy[] = {0.9, 0.95, 0.9, 0.95};
  const double s = sqrt(0.0025 / 3);
  assert_close(epx_resampled_eval_lowest(accuracy, 4, 0.25, 0.95), 0.925 - 2.3533634348018264 * s * sqrt(0.5),
               1e-12);
  assert_close(epx_resampled_eval_lowest(accuracy, 4, 0, 0.95), 0.925 - 2.3533634348018264 * s * sqrt(0.25),
               1e-12);
}

static void at_one_half_the_mean_decides(void **state) {
  (void)state;
  const double accuracy[] = {0.9, 0.95, 1};
  assert_close(epx_resampled_eval_lowest(accuracy, 3, 0.3, 0.5), 0.95, 1e-15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lower_end_is_the_corrected_t),
      cmocka_unit_test(at_one_half_the_mean_decides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
