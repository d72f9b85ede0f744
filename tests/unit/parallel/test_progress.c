/** @file
 * Progress: rate, time left, and the line that says them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parallel/progress.h"

static void rate_and_time_left_count_this_run_alone(void **state) {
  (void)state;
  const epx_progress progress = {.n_trials = 1000, .n_finished = 600, .n_solved = 100, .seconds = 50};
  assert_true(epx_progress_eval_rate(&progress) == 2);
  assert_true(epx_progress_eval_time_left(&progress) == 200);
}

static void without_a_trial_nothing_is_foretold(void **state) {
  (void)state;
  const epx_progress none = {.n_trials = 10, .seconds = 5}, complete = {.n_trials = 10, .n_finished = 10};
  assert_true(isnan(epx_progress_eval_time_left(&none)));
  assert_true(epx_progress_eval_time_left(&complete) == 0);
  assert_true(epx_progress_eval_rate(&complete) == 0);
}

static void parts_of_trainings_tell_the_time_left(void **state) {
  (void)state;
  const epx_progress begun = {.n_trials = 2, .seconds = 60, .n_trainings = 2, .partial = 0.5};
  assert_true(epx_progress_eval_rate(&begun) == 0.5 / 60);
  assert_true(fabs(epx_progress_eval_time_left(&begun) - 180) < 1e-9);
}

static void line_says_how_far_it_is(void **state) {
  (void)state;
  char line[160];
  epx_progress progress = {
      .n_trials = 1536, .n_finished = 412, .n_failed = 3, .n_solved = 412, .seconds = 33.2};
  epx_progress_eval_line(&progress, line, sizeof line);
  assert_string_equal(line, "412/1536 trials, 26 %, 3 failed, 12.4 a second, 1 min 31 s left");
  progress.n_trainings = 2;
  progress.least = 0.25;
  progress.most = 0.319;
  progress.partial = 2 * 0.2845;
  progress.n_workers = 8;
  progress.n_idle = 6;
  epx_progress_eval_line(&progress, line, sizeof line);
  assert_string_equal(
      line, "412/1536 trials, 26 %, 3 failed, 12.4 a second, 1 min 30 s left; trainings at 25 to 31 %; "
            "6 of 8 workers idle");
  progress.n_trainings = progress.n_idle = 0;
  progress.partial = 0;
  progress.draining = true;
  epx_progress_eval_line(&progress, line, sizeof line);
  assert_string_equal(line, "412/1536 trials, 26 %, 3 failed, 12.4 a second, stopping");
}

static void times_are_read_at_a_glance(void **state) {
  (void)state;
  static const struct {
    double seconds;
    const char *text;
  } cases[] = {
      {0.04, "0.0 s"},         {9.94, "9.9 s"},      {9.96, "10 s"},      {59.6, "1 min 0 s"},
      {3599.4, "59 min 59 s"}, {3600, "1 h 0 min"},  {7500, "2 h 5 min"}, {86400 * 3 + 14400, "3 d 4 h"},
      {NAN, "unknown"},        {INFINITY, "unknown"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[32];
    epx_progress_eval_time(cases[i].seconds, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rate_and_time_left_count_this_run_alone),
      cmocka_unit_test(without_a_trial_nothing_is_foretold),
      cmocka_unit_test(parts_of_trainings_tell_the_time_left),
      cmocka_unit_test(line_says_how_far_it_is),
      cmocka_unit_test(times_are_read_at_a_glance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
