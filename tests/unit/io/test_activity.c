/** @file
 * Tests of activity: the time of a rank is divided without rest, and bins hold what spans say however they
 * double.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#include "io/results/activity.h"
#include "unit/assert_close.h"

static double sum_bins(const epx_activity *activity, int i) {
  double sum = 0;
  for (int b = 0; b < activity->n_bins; b++)
    sum += activity->bin * activity->share[(size_t)i * (size_t)activity->n_bins + (size_t)b];
  return sum;
}

static void busy_waiting_and_tail_are_all_of_the_time(void **state) {
  (void)state;
  static const struct {
    double seconds, drained, waiting[2], tail[2];
  } cases[] = {{10, 8, {3.5, 7}, {1, 2}},    /* the second ended at 2, before all was handed out */
               {10, NAN, {4.5, 9}, {0, 0}},  /* it still runs: no end yet */
               {9, 9, {3.5, 8}, {0, 0}},     /* the first ended with the run */
               {20, 0, {3.5, 1}, {11, 18}}}; /* nothing but an end */
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    epx_activity *activity;
    double busy, waiting, tail;
    assert_int_equal(epx_activity_create(2, &activity), EPX_OK);
    epx_activity_set_span(activity, 0, 4, 1.5);
    epx_activity_set_span(activity, 1, 2, 1);
    epx_activity_set_span(activity, 0, 9, 4);
    epx_activity_set_time(activity, cases[k].seconds, cases[k].drained);
    assert_close(activity->ranks[0].busy, 5.5, 1e-12);
    assert_close(activity->ranks[1].busy, 1, 1e-12);
    for (int i = 0; i < 2; i++) {
      assert_close(activity->ranks[i].waiting, cases[k].waiting[i], 1e-12);
      assert_close(activity->ranks[i].tail, cases[k].tail[i], 1e-12);
    }
    epx_activity_eval_sums(activity, &busy, &waiting, &tail);
    assert_close(busy + waiting + tail, 2 * cases[k].seconds, 1e-12);
    epx_activity_destroy(&activity);
  }
}

static void bins_hold_the_spans_whatever_the_length_of_the_run(void **state) {
  (void)state;
  for (double scale = 1e-3; scale < 1e5; scale *= 10) {
    epx_activity *activity;
    assert_int_equal(epx_activity_create(3, &activity), EPX_OK);
    double now = 0;
    for (int k = 0; k < 300; k++) {
      const double seconds = scale * (0.1 + (k * 7 % 10) / 10.0);
      now += 1.1 * seconds;
      epx_activity_set_span(activity, k % 3, now, seconds);
    }
    assert_true(now <= activity->bin * activity->n_bins);
    for (int i = 0; i < 3; i++) {
      assert_close(sum_bins(activity, i), activity->ranks[i].busy, 1e-9 * scale);
      for (int b = 0; b < activity->n_bins; b++) {
        const double share = activity->share[(size_t)i * (size_t)activity->n_bins + (size_t)b];
        assert_true(share >= 0 && share < 1 + 1e-12);
      }
    }
    epx_activity_destroy(&activity);
  }
}

static void spans_of_a_rank_do_not_overlap(void **state) {
  (void)state;
  epx_activity *activity;
  assert_int_equal(epx_activity_create(1, &activity), EPX_OK);
  epx_activity_set_span(activity, 0, 1, 0.5);
  epx_activity_set_span(activity, 0, 1.25, 0.75); /* its message came late: it began at 1 */
  assert_close(activity->ranks[0].busy, 0.75, 1e-12);
  assert_close(sum_bins(activity, 0), 0.75, 1e-12);
  epx_activity_destroy(&activity);
}

static void the_slowest_blocks_are_kept_in_order(void **state) {
  (void)state;
  static const double seconds[] = {3, 1, 4, 1.5, 9, 2, 6, 5}, slowest[] = {9, 6, 5, 4, 3};
  epx_activity *activity;
  assert_int_equal(epx_activity_create(2, &activity), EPX_OK);
  for (int k = 0; k < 8; k++) {
    const double record[4] = {EPX_STATE_DONE, 0, EPX_FAILED, 0};
    activity->ranks[k % 2].rank = 1 + k % 2;
    epx_activity_set_block(activity, k % 2, k, 4 * k, seconds[k], 2, 2, record);
  }
  for (int k = 0; k < EPX_ACTIVITY_SLOWEST; k++)
    assert_close(activity->slowest[k].seconds, slowest[k], 0);
  assert_int_equal(activity->slowest[1].i_point, 6);
  assert_int_equal(activity->slowest[1].i_instance, 24);
  assert_int_equal(activity->slowest[1].rank, 1);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(activity->ranks[i].n_trials, 8);
    assert_int_equal(activity->ranks[i].ended[EPX_STATE_DONE], 4);
    assert_int_equal(activity->ranks[i].ended[EPX_FAILED], 4);
  }
  epx_activity_destroy(&activity);
}

static void many_ranks_take_little_memory(void **state) {
  (void)state;
  epx_activity *activity;
  assert_int_equal(epx_activity_create(100000, &activity), EPX_OK);
  assert_true(8.0 * activity->n_bins * 100000 <= 8.5e6);
  assert_true(activity->n_bins >= 8 && activity->n_bins % 2 == 0);
  epx_activity_destroy(&activity);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(busy_waiting_and_tail_are_all_of_the_time),
                                     cmocka_unit_test(bins_hold_the_spans_whatever_the_length_of_the_run),
                                     cmocka_unit_test(spans_of_a_rank_do_not_overlap),
                                     cmocka_unit_test(the_slowest_blocks_are_kept_in_order),
                                     cmocka_unit_test(many_ranks_take_little_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
