/** @file
 * Moments: against NumPy, against closed forms, with missing values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "statistics/moments.h"

static int is_near(double a, double b, double tolerance) {
  return fabs(a - b) <= tolerance * fabs(b);
}

/* Origin: numpy 1.24.2, numpy.mean(x) and numpy.std(x, ddof=1). */
static void moments_are_those_of_numpy(void **state) {
  (void)state;
  const double x[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5};
  const epx_moments m = epx_moments_eval(x, 10);
  assert_int_equal(m.count, 10);
  assert_true(is_near(m.mean, 3.95, 1e-15) && is_near(m.std, 2.4545875417267156, 1e-15));
  assert_true(m.min == 1 && m.max == 9);
}

static void missing_values_change_nothing(void **state) {
  (void)state;
  const double whole[] = {3, -1, 4, 1.5, -5}, holed[] = {NAN, 3, -1, NAN, NAN, 4, 1.5, -5, NAN};
  const epx_moments a = epx_moments_eval(whole, 5), b = epx_moments_eval(holed, 9);
  assert_memory_equal(&a, &b, sizeof a);
}

static void small_samples_have_what_can_be_said(void **state) {
  (void)state;
  const double x[] = {NAN, 7};
  const epx_moments none = epx_moments_eval(x, 1), one = epx_moments_eval(x, 2);
  assert_int_equal(none.count, 0);
  assert_true(isnan(none.mean) && isnan(none.std) && isnan(none.min) && isnan(none.max));
  assert_int_equal(one.count, 1);
  assert_true(one.mean == 7 && isnan(one.std) && one.min == 7 && one.max == 7);
}

/* 0 … n-1 has mean (n - 1)/2 and variance n (n + 1)/12, wherever it is moved to. */
static void large_offset_does_not_spoil_the_deviation(void **state) {
  (void)state;
  enum { N = 1001 };
  static const double offsets[] = {0, 1e6, -1e9, 1e12};
  for (size_t k = 0; k < sizeof offsets / sizeof offsets[0]; k++) {
    double x[N];
    for (int i = 0; i < N; i++)
      x[i] = offsets[k] + (i * 10) % N;
    const epx_moments m = epx_moments_eval(x, N);
    assert_true(is_near(m.mean, offsets[k] + 500, 1e-15));
    assert_true(is_near(m.std, sqrt(N * (N + 1) / 12.0), 1e-14));
  }
}

static void equal_values_have_no_deviation(void **state) {
  (void)state;
  double x[97];
  for (int i = 0; i < 97; i++)
    x[i] = 0.1;
  const epx_moments m = epx_moments_eval(x, 97);
  assert_true(m.mean == 0.1 && m.std < 1e-17);
}

static void infinite_value_shows(void **state) {
  (void)state;
  const double x[] = {1, INFINITY, 2};
  const epx_moments m = epx_moments_eval(x, 3);
  assert_true(isinf(m.mean) && isnan(m.std) && m.min == 1 && isinf(m.max));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_those_of_numpy),
      cmocka_unit_test(missing_values_change_nothing),
      cmocka_unit_test(small_samples_have_what_can_be_said),
      cmocka_unit_test(large_offset_does_not_spoil_the_deviation),
      cmocka_unit_test(equal_values_have_no_deviation),
      cmocka_unit_test(infinite_value_shows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
