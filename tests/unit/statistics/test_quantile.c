/** @file
 * Quantiles: against NumPy, at the ends, with missing values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "statistics/quantile.h"

/* Origin: numpy 1.24.2, numpy.quantile(x, p). */
static void quantiles_are_those_of_numpy(void **state) {
  (void)state;
  const double x[] = {3, 1, NAN, 4, 1, 5, 9, NAN, 2, 6, 5, 3.5};
  const double p[] = {0, 0.05, 0.25, 0.5, 0.9, 0.975, 1};
  const double expected[] = {1.0, 1.0, 2.25, 3.75, 6.299999999999999, 8.325000000000001, 9.0};
  double quantile[7];
  assert_int_equal(epx_quantile_eval(x, 12, p, 7, quantile), EPX_OK);
  for (int i = 0; i < 7; i++)
    assert_true(fabs(quantile[i] - expected[i]) < 4e-15);
}

static void quantile_at_a_value_is_that_value(void **state) {
  (void)state;
  enum { N = 65 };
  double x[N];
  for (int i = 0; i < N; i++)
    x[i] = pow(i * 29 % N, 2);
  for (int i = 0; i < N; i++) {
    const double p = i / (N - 1.0);
    double quantile;
    assert_int_equal(epx_quantile_eval(x, N, &p, 1, &quantile), EPX_OK);
    assert_true(quantile == (double)i * i);
  }
}

static void quantiles_rise_with_probability_and_stay_in_range(void **state) {
  (void)state;
  const double x[] = {0.1, 1e-300, -3, 1e10, 0.1, 7};
  double last = -3;
  for (int i = 0; i <= 1000; i++) {
    const double p = i / 1000.0;
    double quantile;
    assert_int_equal(epx_quantile_eval(x, 6, &p, 1, &quantile), EPX_OK);
    assert_true(quantile >= last && quantile <= 1e10);
    last = quantile;
  }
}

static void sample_of_none_has_no_quantile_and_of_one_has_one(void **state) {
  (void)state;
  const double x[] = {NAN, 4, NAN}, p[] = {0, 0.3, 1};
  double quantile[3];
  assert_int_equal(epx_quantile_eval(x, 1, p, 3, quantile), EPX_OK);
  for (int i = 0; i < 3; i++)
    assert_true(isnan(quantile[i]));
  assert_int_equal(epx_quantile_eval(NULL, 0, p, 3, quantile), EPX_OK);
  for (int i = 0; i < 3; i++)
    assert_true(isnan(quantile[i]));
  assert_int_equal(epx_quantile_eval(x, 3, p, 3, quantile), EPX_OK);
  for (int i = 0; i < 3; i++)
    assert_true(quantile[i] == 4);
}

static void no_probability_is_refused(void **state) {
  (void)state;
  static const double bad[] = {-0.1, 1.0000001, NAN, INFINITY};
  const double x[] = {1, 2};
  double quantile;
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(epx_quantile_eval(x, 2, &bad[i], 1, &quantile), EPX_EINPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_those_of_numpy),
      cmocka_unit_test(quantile_at_a_value_is_that_value),
      cmocka_unit_test(quantiles_rise_with_probability_and_stay_in_range),
      cmocka_unit_test(sample_of_none_has_no_quantile_and_of_one_has_one),
      cmocka_unit_test(no_probability_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
