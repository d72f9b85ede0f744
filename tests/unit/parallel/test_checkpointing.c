/** @file
 * Keeping: when a training is kept and when it is left, by a clock that the test sets.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "parallel/checkpointing.h"
#include "parallel/schedule/schedule.h"

/* A block that began at 100 s, its training at 110 s with nothing done; updates of a second. */
static epx_checkpointing create_keeping(double deadline, double stop) {
  return (epx_checkpointing){
      .deadline = deadline, .stop = stop, .begun = 100, .trained = 110, .longest = 1, .write_time = 0.5};
}

static void it_is_left_when_time_is_short(void **state) {
  (void)state;
  static const struct {
    double deadline, stop, share, now;
    bool leaves;
  } cases[] = {
      {INFINITY, INFINITY, 0.5, 1e9, false}, /* nothing presses */
      {200, INFINITY, 0.1, 120, false},      /* a deadline alone is used to the last: */
      {200, INFINITY, 0.1, 195.9, false},
      {200, INFINITY, 0.1, 196.1, true}, /* 1 s, and twice an update and a writing, before it */
      {INFINITY, 140, 0.5, 120,
       true}, /* asked to stop: 10 s more, and 10 s beside the training, are not before 140 */
      {INFINITY, 141, 0.5, 120, false},
      {INFINITY, 141, 0.4, 120, true},
      {INFINITY, 141, 0, 120, true}, /* how long it takes is not known */
      {INFINITY, 122, 1, 120, true}, /* done, but what comes after it is not */
      {130, 1000, 0.5, 120, true},   /* the earlier of the two */
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const epx_checkpointing keeping = create_keeping(cases[k].deadline, cases[k].stop);
    if (epx_checkpointing_is_leaving(&keeping, cases[k].share, cases[k].now) != cases[k].leaves)
      fail_msg("case %zu", k);
  }
}

static void without_a_file_or_an_interval_nobody_keeps(void **state) {
  (void)state;
  epx_checkpointing keeping;
  epx_checkpointing_init(&keeping, NULL, 1, 1, 1, 60);
  assert_null(epx_checkpointing_get_checkpointer(&keeping).show);
  epx_checkpointing_init(&keeping, "r.h5", 1, 1, 1, 0);
  assert_null(epx_checkpointing_get_checkpointer(&keeping).show);
  epx_checkpointing_init(&keeping, "r.h5", 1, 1, 1, 60);
  assert_non_null(epx_checkpointing_get_checkpointer(&keeping).show);
}

static void what_is_kept_is_gone_on_with(void **state) {
  (void)state;
  char folder[] = "/tmp/epilux-keeping-XXXXXX", results[96];
  double number = 5;
  bool found = true;
  epx_restart restart = {.kind = 1};
  epx_checkpointing keeping;
  assert_non_null(mkdtemp(folder));
  snprintf(results, sizeof results, "%s/r.h5", folder);
  assert_int_equal(EPX_RESTART_ADD(&restart, number), EPX_OK);
  epx_checkpointing_init(&keeping, results, 9, 2, 1, 3600);
  const epx_checkpointer checkpointer = epx_checkpointing_get_checkpointer(&keeping);
  epx_checkpointing_set_block(&keeping, 1, 4, 3);
  assert_int_equal(checkpointer.show(checkpointer.context, 0.25, &restart), EPX_OK);
  assert_int_equal(epx_checkpoint_get_count(results, NULL), 0); /* it is not an hour */
  epx_checkpointing_set_stop(&keeping, 0);
  assert_int_equal(checkpointer.show(checkpointer.context, 0.5, &restart), EPX_EINTERRUPTED);
  assert_true(keeping.left);
  number = 6;
  epx_checkpointing_init(&keeping, results, 9, 2, 1, 1e-9);
  epx_checkpointing_set_block(&keeping, 1, 4, 3);
  assert_int_equal(checkpointer.read(checkpointer.context, &restart, &found), EPX_OK);
  assert_false(found); /* nobody said that there may be any */
  keeping.resumes = true;
  assert_int_equal(checkpointer.read(checkpointer.context, &restart, &found), EPX_OK);
  assert_true(found && number == 5);
  number = 7;
  assert_int_equal(checkpointer.show(checkpointer.context, 0.75, &restart), EPX_OK);
  number = 8;
  assert_int_equal(checkpointer.read(checkpointer.context, &restart, &found), EPX_OK);
  assert_true(found && number == 7); /* kept anew, for the interval is over */
  epx_checkpoint_destroy_all(results);
  assert_int_equal(rmdir(folder), 0);
}

static void what_cannot_be_kept_is_not_left(void **state) {
  (void)state;
  epx_restart restart = {.kind = 1};
  epx_checkpointing keeping;
  epx_checkpointing_init(&keeping, "/nowhere/r.h5", 9, 2, 1, 1e-9);
  const epx_checkpointer checkpointer = epx_checkpointing_get_checkpointer(&keeping);
  epx_checkpointing_set_block(&keeping, 1, 4, 3);
  epx_checkpointing_set_stop(&keeping, 0);
  assert_int_equal(checkpointer.show(checkpointer.context, 0.5, &restart), EPX_OK);
  assert_false(keeping.left);
}

/* It is neither open nor out, and with it the handing out ends. */
static void a_block_that_was_kept_is_for_another_run(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(5, 2, 0);
  epx_schedule *schedule;
  epx_unit first, second;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  assert_true(epx_schedule_take_unit(schedule, 0, 0, &first));
  assert_true(epx_schedule_take_unit(schedule, 1, 0, &second));
  epx_schedule_set_kept(schedule, 0);
  assert_int_equal(epx_schedule_set_returned(schedule, 0), EPX_OK);
  assert_true(epx_schedule_set_done(schedule, 1, second.first, 1, 1));
  const epx_schedule_counts counts = epx_schedule_get_counts(schedule);
  assert_int_equal(counts.kept, 1);
  assert_int_equal(counts.finished, 1);
  assert_int_equal(counts.out, 0);
  assert_int_equal(counts.open, 3);
  assert_false(epx_schedule_take_unit(schedule, 1, 1, &first));
  assert_true(epx_schedule_is_draining(schedule));
  epx_schedule_destroy(&schedule);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_left_when_time_is_short),
      cmocka_unit_test(without_a_file_or_an_interval_nobody_keeps),
      cmocka_unit_test(what_is_kept_is_gone_on_with),
      cmocka_unit_test(what_cannot_be_kept_is_not_left),
      cmocka_unit_test(a_block_that_was_kept_is_for_another_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
