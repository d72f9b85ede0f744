/* Claims about a design point's statistics. */
#include "study/summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static epx_metric metrics[] = {EPX_METRIC_LOSS, EPX_METRIC_ACCURACY};
static double probabilities[] = {0.5};

static epx_settings get_settings(void) {
  return (epx_settings){.n_metrics = 2,
                        .metric = metrics,
                        .yield = {.metric = EPX_METRIC_ACCURACY,
                                  .limit = 0.9,
                                  .confidence = 0.95,
                                  .interval = EPX_YIELD_WILSON},
                        .n_quantiles = 1,
                        .quantile = probabilities};
}

static const epx_record_layout layout = {.n_metrics = 2, .metric = 2, .curve = 4, .variation = 4, .size = 4};

/* Six trials: three done (two of them good), one slow, one diverged, one pending. */
static const double records[6][4] = {{EPX_STATE_DONE, NAN, 0.1, 1.0}, {EPX_STATE_DONE, NAN, 0.4, 0.9},
                                     {EPX_SLOW, NAN, NAN, NAN},       {EPX_STATE_DONE, NAN, 0.7, 0.5},
                                     {EPX_DIVERGED, NAN, NAN, NAN},   {EPX_STATE_PENDING, NAN, NAN, NAN}};

static epx_summary eval(int i_metric, double *median) {
  const epx_settings settings = get_settings();
  epx_summary summary;
  assert_int_equal(epx_summary_eval(&settings, &layout, i_metric, 6, records[0], &summary, median), EPX_OK);
  return summary;
}

static void moments_are_over_the_trials_with_a_value(void **state) {
  (void)state;
  double median;
  const epx_summary loss = eval(0, &median);
  assert_int_equal(loss.count, 3);
  assert_int_equal(loss.failures, 2);
  assert_true(fabs(loss.mean - 0.4) < 1e-15);
  assert_true(fabs(loss.std - 0.3) < 1e-15);
  assert_true(loss.min == 0.1 && loss.max == 0.7 && median == 0.4);
  assert_true(isnan(loss.yield) && isnan(loss.yield_low) && isnan(loss.yield_high));
}

static void failed_trials_are_failed_devices_in_the_yield(void **state) {
  (void)state;
  double median;
  const epx_summary accuracy = eval(1, &median);
  assert_true(fabs(accuracy.yield - 2.0 / 5) < 1e-15);
  assert_true(accuracy.yield_low < 0.4 && 0.4 < accuracy.yield_high);
}

/* Two of five are good, a third is lost: the interval holds those of 2 and of 3 of 5. */
static void lost_trials_bound_the_yield_from_both_sides(void **state) {
  (void)state;
  double own[6][4], median;
  memcpy(own, records, sizeof own);
  own[2][0] = EPX_LOST;
  const epx_settings settings = get_settings();
  epx_summary summary;
  epx_yield least, most;
  assert_int_equal(epx_summary_eval(&settings, &layout, 1, 6, own[0], &summary, &median), EPX_OK);
  assert_int_equal(epx_yield_eval(EPX_YIELD_WILSON, 2, 5, 0.95, &least), EPX_OK);
  assert_int_equal(epx_yield_eval(EPX_YIELD_WILSON, 3, 5, 0.95, &most), EPX_OK);
  assert_true(summary.yield == least.yield && summary.yield_low == least.low);
  assert_true(summary.yield_high == most.high && most.high > least.high);
}

/* Trials 0, 2, 4 are of lot 0 (one good of three), 1 and 3 of lot 1 (one of two); trial 5 is pending. */
static void nested_instances_are_counted_by_their_lots(void **state) {
  (void)state;
  epx_settings settings = get_settings();
  settings.yield.sampling = (epx_sampling){EPX_SAMPLING_NESTED, 2, 3};
  static const int passed[] = {1, 1}, n[] = {3, 2};
  epx_summary summary;
  epx_yield expected;
  double median;
  assert_int_equal(epx_summary_eval(&settings, &layout, 1, 6, records[0], &summary, &median), EPX_OK);
  assert_int_equal(epx_yield_eval_clustered(EPX_YIELD_WILSON, passed, n, 2, 0.95, &expected), EPX_OK);
  assert_true(summary.yield == expected.yield && summary.yield_low == expected.low);
  assert_true(summary.yield_high == expected.high && summary.yield_effective == expected.effective);
}

static void the_yield_of_a_wafer_is_known_once_all_its_dies_are(void **state) {
  (void)state;
  epx_settings settings = get_settings();
  settings.yield.sampling.kind = EPX_SAMPLING_WAFER;
  settings.yield.n_dies = 5;
  epx_summary summary;
  double median;
  assert_int_equal(epx_summary_eval(&settings, &layout, 1, 6, records[0], &summary, &median), EPX_OK);
  assert_true(summary.yield_low == 0.4 && summary.yield_high == 0.4);
}

static void at_most_turns_the_criterion_round(void **state) {
  (void)state;
  epx_settings settings = get_settings();
  settings.yield.at_most = true;
  settings.yield.limit = 0.5;
  epx_summary summary;
  double median;
  assert_int_equal(epx_summary_eval(&settings, &layout, 1, 6, records[0], &summary, &median), EPX_OK);
  assert_true(fabs(summary.yield - 1.0 / 5) < 1e-15);
}

static void a_point_without_finished_trials_has_no_yield(void **state) {
  (void)state;
  const epx_settings settings = get_settings();
  epx_summary summary;
  double median;
  assert_int_equal(epx_summary_eval(&settings, &layout, 1, 1, records[5], &summary, &median), EPX_OK);
  assert_int_equal(summary.count, 0);
  assert_int_equal(summary.failures, 0);
  assert_true(isnan(summary.yield) && isnan(summary.mean) && isnan(median));
}

static void states_are_counted_by_cause(void **state) {
  (void)state;
  int count[EPX_STATES];
  epx_summary_eval_states(&layout, 6, records[0], count);
  const int expected[EPX_STATES] = {1, 3, 1, 0, 1, 0, 0};
  for (int s = 0; s < EPX_STATES; s++)
    assert_int_equal(count[s], expected[s]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_over_the_trials_with_a_value),
      cmocka_unit_test(failed_trials_are_failed_devices_in_the_yield),
      cmocka_unit_test(lost_trials_bound_the_yield_from_both_sides),
      cmocka_unit_test(nested_instances_are_counted_by_their_lots),
      cmocka_unit_test(the_yield_of_a_wafer_is_known_once_all_its_dies_are),
      cmocka_unit_test(at_most_turns_the_criterion_round),
      cmocka_unit_test(a_point_without_finished_trials_has_no_yield),
      cmocka_unit_test(states_are_counted_by_cause),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
