/** @file
 * Correlation kernels: their conventions in numbers, and what is no kernel.
 */
#include "photonic/process/correlation.h"
#include "unit/assert_close.h"

static const double mm = 1e-3;

static void kernels_have_the_values_of_their_formulas(void **state) {
  (void)state;
  /* at d = L, computed by hand: SiEPIC's Gaussian has 0.37 there, Lumerical's 0.135 */
  static const struct {
    epx_correlation_kind kind;
    double at_length;
  } cases[] = {{EPX_CORRELATION_EXPONENTIAL, 0.36787944117144233},
               {EPX_CORRELATION_RANDOM_WALK, 0.36787944117144233},
               {EPX_CORRELATION_MATERN, 0.48335772459650765},
               {EPX_CORRELATION_GAUSSIAN, 0.36787944117144233}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    const epx_correlation c = {.kind = cases[k].kind, .length = 4.5 * mm};
    assert_int_equal(epx_correlation_check(&c), EPX_OK);
    assert_close(epx_correlation_eval(&c, 0), 1, 0);
    assert_close(epx_correlation_eval(&c, 4.5 * mm), cases[k].at_length, 1e-14);
  }
  const epx_correlation lumerical = {.kind = EPX_CORRELATION_GAUSSIAN, .length = 4.5 * mm / sqrt(2)};
  assert_close(epx_correlation_eval(&lumerical, 4.5 * mm), exp(-2), 1e-14);
}

/** sigma of a pair's difference over sigma, L = 4.5 mm, rounded to the digits shown. */
static void mismatch_of_a_pair_depends_on_the_kernel(void **state) {
  (void)state;
  static const struct {
    epx_correlation_kind kind;
    double distance, mismatch, half;
  } cases[] = {
      {EPX_CORRELATION_GAUSSIAN, 20e-6, 0.006, 5e-4},    {EPX_CORRELATION_GAUSSIAN, 100e-6, 0.031, 5e-4},
      {EPX_CORRELATION_GAUSSIAN, 1e-3, 0.31, 5e-3},      {EPX_CORRELATION_MATERN, 20e-6, 0.008, 5e-4},
      {EPX_CORRELATION_MATERN, 100e-6, 0.038, 5e-4},     {EPX_CORRELATION_MATERN, 1e-3, 0.34, 5e-3},
      {EPX_CORRELATION_EXPONENTIAL, 20e-6, 0.094, 5e-4}, {EPX_CORRELATION_EXPONENTIAL, 100e-6, 0.21, 5e-3},
      {EPX_CORRELATION_EXPONENTIAL, 1e-3, 0.63, 5e-3},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    const epx_correlation c = {.kind = cases[k].kind, .length = 4.5 * mm};
    assert_close(epx_correlation_eval_difference(&c, cases[k].distance), cases[k].mismatch, cases[k].half);
  }
}

/** Along a walk of 1 nm^2 a cm the variance of a difference grows with the distance, to 5 % within L/10. */
static void random_walk_has_the_slope_asked_for(void **state) {
  (void)state;
  const double slope = 1e-18 / 1e-2;
  const epx_correlation c = {.kind = EPX_CORRELATION_RANDOM_WALK, .length = 0.1};
  const double sigma = epx_correlation_eval_walk(slope, c.length);
  for (double d = 1e-5; d <= 1e-2; d *= 10) {
    const double difference = sigma * epx_correlation_eval_difference(&c, d);
    assert_close(difference * difference, slope * d * (1 - d / (2 * c.length)), 0.002 * slope * d);
  }
}

static void table_is_linear_in_between_and_zero_beyond(void **state) {
  (void)state;
  static const double distance[] = {0, 1e-3, 3e-3}, value[] = {1, 0.4, 0};
  const epx_correlation c = {EPX_CORRELATION_TABLE, 0, 3, distance, value};
  assert_int_equal(epx_correlation_check(&c), EPX_OK);
  assert_close(epx_correlation_eval(&c, 0.5e-3), 0.7, 1e-14);
  assert_close(epx_correlation_eval(&c, 1e-3), 0.4, 1e-14);
  assert_close(epx_correlation_eval(&c, 2e-3), 0.2, 1e-14);
  assert_close(epx_correlation_eval(&c, 5e-3), 0, 0);
}

static void names_are_found_and_equal_kernels_known(void **state) {
  (void)state;
  for (int i = 0; i < EPX_CORRELATION_COUNT; i++) {
    epx_correlation_kind kind;
    assert_int_equal(epx_correlation_get_kind(epx_correlation_get_name((epx_correlation_kind)i), &kind),
                     EPX_OK);
    assert_int_equal(kind, i);
    assert_true(strlen(epx_correlation_get_formula(kind)) > 0);
  }
  const epx_correlation a = {.kind = EPX_CORRELATION_MATERN, .length = 1},
                        b = {.kind = EPX_CORRELATION_MATERN, .length = 2};
  assert_true(epx_correlation_is_equal(&a, &a));
  assert_false(epx_correlation_is_equal(&a, &b));
}

static void what_is_no_kernel_is_refused(void **state) {
  (void)state;
  static const double distance[] = {0, 1, 2}, late[] = {0.5, 1, 2}, open[] = {1, 0.5, 0.2},
                      wild[] = {1, 1.5, 0};
  epx_correlation_kind kind;
  assert_refused(epx_correlation_get_kind("squared", &kind), "exponential, matern-3/2, gaussian");
  epx_correlation c = {.kind = EPX_CORRELATION_GAUSSIAN, .length = 0};
  assert_refused(epx_correlation_check(&c), "length of the kernel gaussian is 0");
  c.length = NAN;
  assert_refused(epx_correlation_check(&c), "above 0");
  c = (epx_correlation){EPX_CORRELATION_TABLE, 0, 3, distance, open};
  assert_refused(epx_correlation_check(&c), "ends with 0");
  c.value = wild;
  assert_refused(epx_correlation_check(&c), "from -1 to 1");
  c.distance = late;
  assert_refused(epx_correlation_check(&c), "at distance 0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kernels_have_the_values_of_their_formulas),
      cmocka_unit_test(mismatch_of_a_pair_depends_on_the_kernel),
      cmocka_unit_test(random_walk_has_the_slope_asked_for),
      cmocka_unit_test(table_is_linear_in_between_and_zero_beyond),
      cmocka_unit_test(names_are_found_and_equal_kernels_known),
      cmocka_unit_test(what_is_no_kernel_is_refused),
  };
  return cmocka_run_group_tests_name("correlation", tests, NULL, NULL);
}
