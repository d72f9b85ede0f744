/** @file
 * Interrupt: a question of this thread, or none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/interrupt.h"

static bool third_time(void *context) {
  int *n = context;
  return ++*n >= 3;
}

static void without_a_question_nothing_is_left(void **state) {
  (void)state;
  epx_interrupt_set(NULL, NULL);
  assert_int_equal(epx_interrupt_check(), EPX_OK);
}

static void yes_is_an_error_of_its_own(void **state) {
  (void)state;
  int n = 0;
  epx_interrupt_set(third_time, &n);
  assert_int_equal(epx_interrupt_check(), EPX_OK);
  assert_int_equal(epx_interrupt_check(), EPX_OK);
  assert_int_equal(epx_interrupt_check(), EPX_EINTERRUPTED);
  epx_interrupt_set(NULL, NULL);
  assert_int_equal(epx_interrupt_check(), EPX_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(without_a_question_nothing_is_left),
                                     cmocka_unit_test(yes_is_an_error_of_its_own)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
