/** @file
 * Verdict: a trial has failed only where it is known to be the cause, is lost only where jobs ended under it
 * alone, and in blocks of several each is looked at by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/array.h"
#include "epilux/log.h"
#include "parallel/schedule/blocks.h"
#include "parallel/verdict.h"
#include "small_campaign.h"

enum { INSTANCES = 7, ATTEMPTS = 3 }; /* blocks of 3, 3 and 1 */

static void ignore(void *context, epx_log_level level, const char *tag, const char *line) {
  (void)context;
  (void)level;
  (void)tag;
  (void)line;
}

static epx_campaign *create(void) {
  epx_campaign *campaign;
  epx_log_set_sink(ignore, NULL, EPX_LOG_WARNING);
  assert_int_equal(small_campaign_create(1, INSTANCES, &campaign), EPX_OK);
  return campaign;
}

/* Judges one suspect; returns how many are left, the first of them in *left. */
static size_t judge(epx_campaign *campaign, int attempts, epx_attempts_suspect suspect,
                    epx_attempts_suspect *left) {
  epx_attempts_suspect *list;
  size_t n = 1;
  assert_int_equal(EPX_ARRAY(list, 1), EPX_OK);
  list[0] = suspect;
  assert_int_equal(epx_verdict_apply(campaign, attempts, &list, &n), EPX_OK);
  for (size_t i = 0; i < n; i++) {
    left[i] = list[i];
    assert_true(i == 0 || list[i].unit > list[i - 1].unit);
  }
  epx_array_destroy(&list);
  return n;
}

static int get_state(const epx_campaign *campaign, int i_point, int i_instance) {
  return (int)epx_campaign_get_record(campaign, i_point, i_instance)[0];
}

static void blocks_have_numbers_split_or_whole(void **state) {
  (void)state;
  epx_campaign *campaign = create();
  const int64_t n = epx_blocks_get_count(campaign);
  assert_int_equal(n, 3 * SMALL_POINTS);
  assert_int_equal(epx_blocks_get_units(campaign), n * (1 + SMALL_BLOCK));
  for (int64_t b = 0; b < n; b++) {
    const epx_block whole = epx_blocks_get(campaign, b);
    assert_int_equal(whole.width, SMALL_BLOCK);
    assert_int_equal(epx_blocks_get_whole(campaign, b), b);
    for (int k = 0; k < whole.n; k++) {
      const int64_t single = epx_blocks_get_single(campaign, b, k);
      const epx_block part = epx_blocks_get(campaign, single);
      assert_true(single >= n && single < epx_blocks_get_units(campaign));
      assert_int_equal(epx_blocks_get_whole(campaign, single), b);
      assert_true(part.i_point == whole.i_point && part.first == whole.first + k && part.n == 1 &&
                  part.width == 1);
    }
  }
  campaign->block = 1;
  assert_int_equal(epx_blocks_get_units(campaign), INSTANCES * SMALL_POINTS);
  assert_int_equal(epx_blocks_get_single(campaign, 9, 0), 9);
  assert_int_equal(epx_blocks_get(campaign, 9).width, 1);
  epx_campaign_destroy(&campaign);
}

static void ends_of_unknown_cause_leave_a_suspect(void **state) {
  (void)state;
  epx_campaign *campaign = create();
  epx_attempts_suspect left[8];
  for (int alone = 0; alone < ATTEMPTS; alone++)
    for (int64_t unit = 0; unit < 3; unit++) {
      const epx_attempts_suspect suspect = {.unit = unit, .n_ends = 20, .n_alone = alone};
      assert_int_equal(judge(campaign, ATTEMPTS, suspect, left), 1);
      assert_int_equal(left[0].unit, unit);
      assert_int_equal(left[0].n_ends, 20);
    }
  const epx_attempts_suspect often = {.unit = 2, .n_alone = 100}; /* without a limit */
  assert_int_equal(judge(campaign, 0, often, left), 1);
  for (int k = 0; k < INSTANCES; k++)
    assert_int_equal(get_state(campaign, 0, k), EPX_STATE_PENDING);
  epx_campaign_destroy(&campaign);
}

static void a_known_cause_of_one_trial_is_its_failure(void **state) {
  (void)state;
  epx_campaign *campaign = create();
  epx_attempts_suspect left[8];
  /* Block 2 has one instance; block 3 is the first of the next point. */
  assert_int_equal(
      judge(campaign, ATTEMPTS, (epx_attempts_suspect){.unit = 2, .n_ends = 1, .cause = 11}, left), 0);
  assert_int_equal(get_state(campaign, 0, 6), EPX_FAILED);
  const int64_t single = epx_blocks_get_single(campaign, 3, 1);
  assert_int_equal(
      judge(campaign, ATTEMPTS, (epx_attempts_suspect){.unit = single, .n_ends = 1, .cause = 11}, left), 0);
  for (int k = 0; k < INSTANCES; k++)
    assert_int_equal(get_state(campaign, 1, k), k == 1 ? EPX_FAILED : EPX_STATE_PENDING);
  epx_campaign_destroy(&campaign);
}

static void a_known_cause_of_several_splits_them(void **state) {
  (void)state;
  epx_campaign *campaign = create();
  epx_attempts_suspect left[8];
  small_record(0, 4, SMALL_SIZE, epx_campaign_get_record(campaign, 0, 4)); /* one is finished */
  const epx_attempts_suspect suspect = {.unit = 1, .n_ends = 1, .cause = 11};
  assert_int_equal(judge(campaign, ATTEMPTS, suspect, left), 2);
  assert_int_equal(left[0].unit, epx_blocks_get_single(campaign, 1, 0));
  assert_int_equal(left[1].unit, epx_blocks_get_single(campaign, 1, 2));
  assert_int_equal(left[0].n_ends, 1); /* side by side: the next death names its own */
  for (int k = 3; k < 6; k++)
    assert_true(get_state(campaign, 0, k) != EPX_FAILED || k == 4);
  epx_campaign_destroy(&campaign);
}

static void ends_alone_lose_one_trial_and_split_several(void **state) {
  (void)state;
  epx_campaign *campaign = create();
  epx_attempts_suspect left[8];
  assert_int_equal(
      judge(campaign, ATTEMPTS, (epx_attempts_suspect){.unit = 1, .n_ends = 2, .n_alone = ATTEMPTS}, left),
      3);
  for (int k = 0; k < 3; k++) {
    assert_int_equal(left[k].n_ends, 2); /* each alone */
    assert_int_equal(left[k].n_alone, 0);
  }
  assert_int_equal(judge(campaign, ATTEMPTS, (epx_attempts_suspect){.unit = 2, .n_alone = ATTEMPTS}, left),
                   0);
  left[1].n_alone = ATTEMPTS;
  assert_int_equal(judge(campaign, ATTEMPTS, left[1], left), 0);
  for (int k = 0; k < INSTANCES; k++)
    assert_int_equal(get_state(campaign, 0, k), k == 4 || k == 6 ? EPX_LOST : EPX_STATE_PENDING);
  epx_campaign_destroy(&campaign);
}

static void what_is_finished_is_judged_no_more(void **state) {
  (void)state;
  epx_campaign *campaign = create();
  epx_attempts_suspect left[8];
  small_record(0, 6, SMALL_SIZE, epx_campaign_get_record(campaign, 0, 6));
  const int before = get_state(campaign, 0, 6);
  assert_int_equal(judge(campaign, ATTEMPTS, (epx_attempts_suspect){.unit = 2, .cause = 11}, left), 0);
  assert_int_equal(get_state(campaign, 0, 6), before);
  epx_campaign_destroy(&campaign);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_have_numbers_split_or_whole),
      cmocka_unit_test(ends_of_unknown_cause_leave_a_suspect),
      cmocka_unit_test(a_known_cause_of_one_trial_is_its_failure),
      cmocka_unit_test(a_known_cause_of_several_splits_them),
      cmocka_unit_test(ends_alone_lose_one_trial_and_split_several),
      cmocka_unit_test(what_is_finished_is_judged_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
