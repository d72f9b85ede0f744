/** @file
 * Distributions: quantiles, limits, what is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>

#include "base/numbers/distribution.h"

static void names_and_kinds_are_one_to_one(void **state) {
  (void)state;
  for (int kind = EPX_CONSTANT; kind <= EPX_TRIANGULAR; kind++) {
    epx_distribution_kind found;
    assert_int_equal(
        epx_distribution_get_kind(epx_distribution_get_name((epx_distribution_kind)kind), &found), EPX_OK);
    assert_int_equal(found, kind);
  }
  epx_distribution_kind found;
  assert_int_equal(epx_distribution_get_kind("gaussian", &found), EPX_EINPUT);
  assert_int_equal(epx_distribution_get_kind("", &found), EPX_EINPUT);
}

static void bad_parameters_are_refused(void **state) {
  (void)state;
  static const epx_distribution bad[] = {
      {EPX_CONSTANT, NAN, 0, 0, 0},
      {EPX_NORMAL, 0, -1, 0, 0},
      {EPX_NORMAL, INFINITY, 1, 0, 0},
      {EPX_NORMAL, 0, NAN, 0, 0},
      {EPX_LOGNORMAL, 0, 1, 0, 0},
      {EPX_LOGNORMAL, -1, 1, 0, 0},
      {EPX_UNIFORM, 0, 0, 1, 1},
      {EPX_UNIFORM, 0, 0, 2, 1},
      {EPX_UNIFORM, 0, 0, 0, INFINITY},
      {EPX_TRUNCATED_NORMAL, 0, 1, 1, -1},
      {EPX_TRUNCATED_NORMAL, 0, 1, 8, 9},
      {EPX_TRUNCATED_NORMAL, 0, 1, -9, -8},
      {EPX_TRUNCATED_NORMAL, 0, 0, 1, 2},
      {EPX_TRUNCATED_NORMAL, 0, 1, NAN, 2},
      {EPX_TRUNCATED_NORMAL, 0, 1, 0, 1e-13},
      {EPX_TRIANGULAR, 3, 0, 0, 2},
      {EPX_TRIANGULAR, 1, 0, 2, 0},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(epx_distribution_check(&bad[i]), EPX_EINPUT);
  }
}

/* The distribution function itself, written down independently of the quantile function. */
static double eval_probability(const epx_distribution *d, double x) {
  const double z = (x - d->mean) / d->sigma;
  switch (d->kind) {
  case EPX_NORMAL:
    return gsl_cdf_ugaussian_P(z);
  case EPX_LOGNORMAL:
    return gsl_cdf_lognormal_P(x, log(d->mean), d->sigma);
  case EPX_UNIFORM:
    return gsl_cdf_flat_P(x, d->low, d->high);
  case EPX_TRIANGULAR:
    return x < d->mean ? pow(x - d->low, 2) / ((d->high - d->low) * (d->mean - d->low))
                       : 1 - pow(d->high - x, 2) / ((d->high - d->low) * (d->high - d->mean));
  default: {
    const double below = gsl_cdf_ugaussian_P((d->low - d->mean) / d->sigma);
    return (gsl_cdf_ugaussian_P(z) - below) / (gsl_cdf_ugaussian_P((d->high - d->mean) / d->sigma) - below);
  }
  }
}

static const epx_distribution good[] = {
    {EPX_NORMAL, 0, 1, 0, 0},
    {EPX_NORMAL, -3, 0.2, 0, 0},
    {EPX_LOGNORMAL, 2, 0.5, 0, 0},
    {EPX_UNIFORM, 0, 0, -2, 5},
    {EPX_TRUNCATED_NORMAL, 0, 1, -1, 2},
    {EPX_TRUNCATED_NORMAL, 1, 2, 2, 3},
    {EPX_TRUNCATED_NORMAL, 0, 1, -3, -2},
    {EPX_TRIANGULAR, 1, 0, -2, 2},
    {EPX_TRIANGULAR, 2, 0, -2, 2},
};
enum { N_GOOD = sizeof good / sizeof good[0] };

static void quantile_inverts_the_distribution_function(void **state) {
  (void)state;
  for (int i = 0; i < N_GOOD; i++) {
    assert_int_equal(epx_distribution_check(&good[i]), EPX_OK);
    double last = -INFINITY;
    for (double u = 0.001; u < 1; u += 0.0123) {
      const double x = epx_distribution_eval(&good[i], u);
      assert_true(x > last);
      assert_true(fabs(eval_probability(&good[i], x) - u) < 1e-12);
      last = x;
    }
  }
}

/* Origin: scipy 1.10.1, scipy.stats.truncnorm.ppf(0.3, low, high). The far tails mirror each other. */
static void truncated_normal_is_precise_in_both_tails(void **state) {
  (void)state;
  static const struct {
    double low, high, expected;
  } cases[] = {{-1, 2, -0.24240381788922707}, {5, 6, 5.068053642792162}, {-6, -5, -5.225833664830884}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_distribution d = {EPX_TRUNCATED_NORMAL, 0, 1, cases[i].low, cases[i].high};
    assert_int_equal(epx_distribution_check(&d), EPX_OK);
    assert_true(fabs(epx_distribution_eval(&d, 0.3) - cases[i].expected) < 1e-9);
  }
}

static void truncated_normal_stays_in_its_interval(void **state) {
  (void)state;
  const epx_distribution d = {EPX_TRUNCATED_NORMAL, 0.3, 0.7, -0.1, 0.9};
  for (double u = 0x1p-54; u < 1; u *= 3) {
    assert_true(epx_distribution_eval(&d, u) >= d.low && epx_distribution_eval(&d, u) <= d.high);
    assert_true(epx_distribution_eval(&d, 1 - u) >= d.low && epx_distribution_eval(&d, 1 - u) <= d.high);
  }
}

static void no_spread_is_a_constant(void **state) {
  (void)state;
  static const epx_distribution still[] = {{EPX_CONSTANT, 1.5, 0, 0, 0},
                                           {EPX_NORMAL, 1.5, 0, 0, 0},
                                           {EPX_LOGNORMAL, 1.5, 0, 0, 0},
                                           {EPX_TRUNCATED_NORMAL, 1.5, 0, 1, 2}};
  for (size_t i = 0; i < sizeof still / sizeof still[0]; i++) {
    assert_int_equal(epx_distribution_check(&still[i]), EPX_OK);
    for (double u = 0.01; u < 1; u += 0.1)
      assert_true(epx_distribution_eval(&still[i], u) == 1.5);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_kinds_are_one_to_one),
      cmocka_unit_test(bad_parameters_are_refused),
      cmocka_unit_test(quantile_inverts_the_distribution_function),
      cmocka_unit_test(truncated_normal_is_precise_in_both_tails),
      cmocka_unit_test(truncated_normal_stays_in_its_interval),
      cmocka_unit_test(no_spread_is_a_constant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
