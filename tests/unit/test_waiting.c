/** @file
 * Waiting: the processor is given away at first, and not for long; then come naps that grow with what was
 * waited.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parallel/waiting.h"

/* A look in vain at `now`, on a machine that nobody else uses. */
static double look(epx_waiting *waiting, double now) {
  waiting->crowded = 0;
  return epx_waiting_eval_nap(waiting, now);
}

static void nobody_naps_before_a_while(void **state) {
  (void)state;
  epx_waiting waiting = {0};
  for (int round = 0; round < 3; round++) {
    const double start = 100 + round;
    epx_waiting_set_begun(&waiting, start);
    for (int k = 0; k < 100; k++)
      assert_true(look(&waiting, start) == 0);
    assert_true(look(&waiting, start) > 0);
    epx_waiting_set_begun(&waiting, start);
    assert_true(look(&waiting, start + 4e-4) == 0);
    assert_true(look(&waiting, start + 6e-4) > 0);
  }
}

static void naps_are_a_hundredth_of_what_was_waited(void **state) {
  (void)state;
  epx_waiting waiting = {0};
  epx_waiting_set_begun(&waiting, 50);
  assert_true(look(&waiting, 50 + 9e-4) == 1e-5);
  for (double waited = 1e-3; waited < 0.5; waited *= 1.5)
    assert_float_equal(look(&waiting, 50 + waited), waited / 100, 1e-9);
  assert_true(look(&waiting, 1000) == 5e-3);
}

static void nothing_is_given_away_where_others_keep_it(void **state) {
  (void)state;
  epx_waiting waiting = {.since = 10, .crowded = 10.1};
  assert_true(epx_waiting_eval_nap(&waiting, 10) > 0);
  epx_waiting_set_begun(&waiting, 10.05);
  assert_true(epx_waiting_eval_nap(&waiting, 10.05) > 0);
  epx_waiting_set_begun(&waiting, 10.2);
  assert_true(epx_waiting_eval_nap(&waiting, 10.2) == 0);
}

static void a_wait_begins_with_its_first_look(void **state) {
  (void)state;
  epx_waiting waiting = {0};
  assert_true(look(&waiting, 7) == 0);
  assert_true(waiting.since == 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nobody_naps_before_a_while),
      cmocka_unit_test(naps_are_a_hundredth_of_what_was_waited),
      cmocka_unit_test(nothing_is_given_away_where_others_keep_it),
      cmocka_unit_test(a_wait_begins_with_its_first_look),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
