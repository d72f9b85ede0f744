/** @file
 * Yield: against SciPy, its symmetry, its ends, its coverage; of a finite number, and of lots.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "statistics/yield.h"

static epx_yield eval(epx_yield_method method, int n_passed, int n, double confidence) {
  epx_yield yield;
  assert_int_equal(epx_yield_eval(method, n_passed, n, confidence, &yield), EPX_OK);
  return yield;
}

static int is_near(double a, double b) {
  return fabs(a - b) <= 1e-9 * fabs(b);
}

/* Origin: scipy 1.10.1, scipy.stats.binomtest(n_passed, n).proportion_ci(confidence, "wilson" or "exact"). */
static void intervals_are_those_of_scipy(void **state) {
  (void)state;
  static const struct {
    int n_passed, n;
    double confidence, wilson_low, wilson_high, exact_low, exact_high;
  } cases[] = {
      {1, 2, 0.95, 0.09453120573423074, 0.9054687942657693, 0.01257911709367899, 0.987420882906321},
      {3, 10, 0.9, 0.1268765839031979, 0.5583002041301649, 0.08726443391415029, 0.6066242161055765},
      {29, 32, 0.95, 0.7578184527161212, 0.9675984487016337, 0.7497730493161467, 0.9802328198266976},
      {950, 1000, 0.99, 0.9290930273094663, 0.9649749242774676, 0.9294956247985422, 0.9660733372897797},
      {58, 59, 0.9, 0.9275323166168926, 0.9962096490041378, 0.9221020784811818, 0.9991309999284729},
      {1, 1000, 0.95, 0.00017654637062607809, 0.0056425585979579355, 2.5317487491674634e-05,
       0.0055589242798499},
      {123456, 1000000, 0.95, 0.12281269653142284, 0.12410219641400437, 0.12281184162963026,
       0.12410234027680063},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_yield wilson = eval(EPX_YIELD_WILSON, cases[i].n_passed, cases[i].n, cases[i].confidence);
    const epx_yield exact =
        eval(EPX_YIELD_CLOPPER_PEARSON, cases[i].n_passed, cases[i].n, cases[i].confidence);
    assert_true(is_near(wilson.low, cases[i].wilson_low) && is_near(wilson.high, cases[i].wilson_high));
    assert_true(is_near(exact.low, cases[i].exact_low) && is_near(exact.high, cases[i].exact_high));
    assert_true(wilson.yield == (double)cases[i].n_passed / cases[i].n && exact.yield == wilson.yield);
  }
}

/* Origin: scipy 1.10.1, scipy.stats.beta.ppf. */
static void jeffreys_interval_is_of_the_beta_distribution(void **state) {
  (void)state;
  static const struct {
    int n_passed, n;
    double confidence, low, high;
  } cases[] = {{1, 2, 0.95, 0.06083027592009736, 0.9391697240799026},
               {3, 10, 0.9, 0.11732937668021012, 0.558126766484634},
               {29, 32, 0.95, 0.7704892843371478, 0.9728807676241362},
               {950, 1000, 0.99, 0.9300764758267718, 0.9656593388355642},
               {58, 59, 0.9, 0.9356527221157058, 0.9970099938864672}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_yield y = eval(EPX_YIELD_JEFFREYS, cases[i].n_passed, cases[i].n, cases[i].confidence);
    assert_true(is_near(y.low, cases[i].low) && is_near(y.high, cases[i].high));
  }
}

/* z^2 / (n + z^2) of n = 10 at 95 %. */
static void wilsons_interval_is_wilsons_at_its_ends_too(void **state) {
  (void)state;
  const epx_yield none = eval(EPX_YIELD_WILSON, 0, 10, 0.95), all = eval(EPX_YIELD_WILSON, 10, 10, 0.95);
  assert_true(none.low == 0 && is_near(none.high, 0.2775327998628892));
  assert_true(is_near(all.low, 0.7224672001371107) && all.high == 1);
}

/* Wilks1941: of 59 clean samples, 95 % of the population is clean with one-sided confidence 95 %; 58 do not
 * do. */
static void fifty_nine_clean_instances_prove_95_95(void **state) {
  (void)state;
  const epx_yield enough = eval(EPX_YIELD_CLOPPER_PEARSON, 59, 59, 0.9);
  assert_true(is_near(enough.low, pow(0.05, 1.0 / 59)));
  assert_true(enough.low >= 0.95 && enough.high == 1);
  assert_true(eval(EPX_YIELD_CLOPPER_PEARSON, 58, 58, 0.9).low < 0.95);
}

static void none_passed_mirrors_all_passed(void **state) {
  (void)state;
  for (int method = EPX_YIELD_WILSON; method < EPX_YIELD_METHOD_COUNT; method++) {
    for (int n = 1; n < 60; n++) {
      for (int k = 0; k <= n; k++) {
        const epx_yield y = eval((epx_yield_method)method, k, n, 0.95);
        const epx_yield mirror = eval((epx_yield_method)method, n - k, n, 0.95);
        assert_true(fabs(y.low - (1 - mirror.high)) < 1e-14 && fabs(y.high - (1 - mirror.low)) < 1e-14);
        assert_true(y.low >= 0 && y.low <= y.yield && y.yield <= y.high && y.high <= 1);
      }
    }
  }
}

static void interval_narrows_with_less_confidence_and_rises_with_passes(void **state) {
  (void)state;
  for (int method = EPX_YIELD_WILSON; method < EPX_YIELD_METHOD_COUNT; method++) {
    for (int k = 1; k < 32; k++) {
      const epx_yield wide = eval((epx_yield_method)method, k, 32, 0.99);
      const epx_yield narrow = eval((epx_yield_method)method, k, 32, 0.9);
      const epx_yield below = eval((epx_yield_method)method, k - 1, 32, 0.9);
      assert_true(wide.low < narrow.low && narrow.high < wide.high);
      assert_true(below.low < narrow.low && below.high < narrow.high);
    }
  }
}

static double eval_coverage(const epx_yield *intervals, int n, double p) {
  double coverage = 0;
  for (int k = 0; k <= n; k++) {
    const double log_probability =
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p);
    if (intervals[k].low <= p && p <= intervals[k].high) coverage += exp(log_probability);
  }
  return coverage;
}

/* Summed exactly over the binomial distribution: Clopper and Pearson's never covers less than it says,
 * Wilson's does so on average. */
static void intervals_cover_the_truth_as_often_as_they_say(void **state) {
  (void)state;
  static const int sizes[] = {5, 32, 59};
  for (size_t s = 0; s < 3; s++) {
    const int n = sizes[s];
    double mean_coverage = 0;
    epx_yield wilson[64], exact[64];
    for (int k = 0; k <= n; k++) {
      wilson[k] = eval(EPX_YIELD_WILSON, k, n, 0.95);
      exact[k] = eval(EPX_YIELD_CLOPPER_PEARSON, k, n, 0.95);
    }
    for (int i = 0; i < 499; i++) {
      const double p = (i + 1) / 500.0;
      assert_true(eval_coverage(exact, n, p) >= 0.95 - 1e-12);
      mean_coverage += eval_coverage(wilson, n, p) / 499;
    }
    assert_true(fabs(mean_coverage - 0.95) < 0.015);
  }
}

static epx_yield eval_finite(epx_yield_method method, int n_passed, int n, int n_all) {
  epx_yield yield;
  assert_int_equal(epx_yield_eval_finite(method, n_passed, n, n_all, 0.95, &yield), EPX_OK);
  return yield;
}

/* Origin: scipy 1.10.1: roots of Wilson's equation with the variance of draws without replacement; numbers of good
 * ones that scipy.stats.hypergeom does not rule out. */
static void a_finite_number_corrects_the_interval(void **state) {
  (void)state;
  const epx_yield few = eval_finite(EPX_YIELD_WILSON, 20, 32, 241);
  assert_true(is_near(few.low, 0.46376214691354145) && is_near(few.high, 0.7625764809084364));
  assert_true(is_near(few.effective, 32 * 240.0 / 209));
  static const struct {
    int n_passed, n, n_all, low, high;
  } cases[] = {{20, 32, 241, 109, 187}, {32, 32, 241, 217, 241}, {0, 5, 40, 0, 19}, {1, 3, 4, 1, 2}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_yield y = eval_finite(EPX_YIELD_CLOPPER_PEARSON, cases[i].n_passed, cases[i].n, cases[i].n_all);
    assert_true(fabs(y.low * cases[i].n_all - cases[i].low) < 1e-9);
    assert_true(fabs(y.high * cases[i].n_all - cases[i].high) < 1e-9);
  }
}

static void an_interval_of_all_has_no_width(void **state) {
  (void)state;
  for (int method = 0; method < EPX_YIELD_METHOD_COUNT; method++) {
    for (int k = 0; k <= 20; k++) {
      const epx_yield all = eval_finite((epx_yield_method)method, k, 20, 20);
      assert_true(all.low == all.yield && all.high == all.yield);
      if (k == 20) continue;
      const epx_yield most = eval_finite((epx_yield_method)method, k, 19, 20); /* one is not looked at */
      assert_true(most.low >= k / 20.0 - 1e-15 && most.high <= (k + 1) / 20.0 + 1e-15);
    }
  }
}

/* By hand: shares .9 .7 1 .8 .6, mean .8, s^2 = .025, t of 4 degrees 2.776445. */
static void lots_count_as_lots(void **state) {
  (void)state;
  static const int passed[] = {9, 14, 10, 0, 8, 6}, n[] = {10, 20, 10, 0, 10, 10};
  epx_yield y;
  assert_int_equal(epx_yield_eval_clustered(EPX_YIELD_WILSON, passed, n, 6, 0.95, &y), EPX_OK);
  assert_true(is_near(y.yield, 47.0 / 60));
  assert_true(is_near(y.low, 0.603675683852244) && is_near(y.high, 0.9963243161477561));
  assert_true(is_near(y.effective, 32));
}

static void one_lot_says_nothing_of_others_and_equal_lots_no_more_than_their_instances(void **state) {
  (void)state;
  static const int one_passed[] = {9}, one_n[] = {10}, passed[] = {8, 8, 8, 8}, n[] = {10, 10, 10, 10};
  epx_yield y;
  assert_int_equal(epx_yield_eval_clustered(EPX_YIELD_WILSON, one_passed, one_n, 1, 0.95, &y), EPX_OK);
  assert_true(y.yield == 0.9 && isnan(y.low) && isnan(y.high) && isnan(y.effective));
  assert_int_equal(epx_yield_eval_clustered(EPX_YIELD_WILSON, passed, n, 4, 0.95, &y), EPX_OK);
  const epx_yield independent = eval(EPX_YIELD_WILSON, 32, 40, 0.95);
  assert_true(y.low == independent.low && y.high == independent.high && y.effective == 40);
}

static void no_instances_say_nothing(void **state) {
  (void)state;
  const epx_yield y = eval(EPX_YIELD_WILSON, 0, 0, 0.95);
  assert_true(isnan(y.yield) && y.low == 0 && y.high == 1);
}

static void bad_input_is_refused(void **state) {
  (void)state;
  epx_yield y;
  static const double bad[] = {0, 1, -0.5, 95, NAN};
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(epx_yield_eval(EPX_YIELD_WILSON, 1, 2, bad[i], &y), EPX_EINPUT);
  assert_int_equal(epx_yield_eval(EPX_YIELD_WILSON, 3, 2, 0.95, &y), EPX_EINPUT);
  assert_int_equal(epx_yield_eval(EPX_YIELD_WILSON, -1, 2, 0.95, &y), EPX_EINPUT);
  assert_int_equal(epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, 1, 1000001, 0.95, &y), EPX_EINPUT);
  assert_int_equal(epx_yield_eval(EPX_YIELD_WILSON, 1, 1000001, 0.95, &y), EPX_OK);
  assert_int_equal(epx_yield_eval_finite(EPX_YIELD_WILSON, 2, 3, 2, 0.95, &y), EPX_EINPUT);
}

static void methods_are_known_by_name(void **state) {
  (void)state;
  epx_yield_method method;
  assert_int_equal(epx_yield_get_method("clopper-pearson", &method), EPX_OK);
  assert_int_equal(method, EPX_YIELD_CLOPPER_PEARSON);
  assert_int_equal(epx_yield_get_method("wilson", &method), EPX_OK);
  assert_int_equal(method, EPX_YIELD_WILSON);
  assert_int_equal(epx_yield_get_method("jeffreys", &method), EPX_OK);
  assert_int_equal(method, EPX_YIELD_JEFFREYS);
  assert_int_equal(epx_yield_get_method("wald", &method), EPX_EINPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(intervals_are_those_of_scipy),
      cmocka_unit_test(jeffreys_interval_is_of_the_beta_distribution),
      cmocka_unit_test(wilsons_interval_is_wilsons_at_its_ends_too),
      cmocka_unit_test(a_finite_number_corrects_the_interval),
      cmocka_unit_test(an_interval_of_all_has_no_width),
      cmocka_unit_test(lots_count_as_lots),
      cmocka_unit_test(one_lot_says_nothing_of_others_and_equal_lots_no_more_than_their_instances),
      cmocka_unit_test(fifty_nine_clean_instances_prove_95_95),
      cmocka_unit_test(none_passed_mirrors_all_passed),
      cmocka_unit_test(interval_narrows_with_less_confidence_and_rises_with_passes),
      cmocka_unit_test(intervals_cover_the_truth_as_often_as_they_say),
      cmocka_unit_test(no_instances_say_nothing),
      cmocka_unit_test(bad_input_is_refused),
      cmocka_unit_test(methods_are_known_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
