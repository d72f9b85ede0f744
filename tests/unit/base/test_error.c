/** @file
 * Errors: the table, the message, the trace.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/error.h"

static epx_err raise_input(int number) {
  return EPX_RAISE(EPX_EINPUT, "number %d is odd", number);
}

static epx_err pass_up(int depth) {
  if (depth == 0) return raise_input(7);
  EPX_TRY(pass_up(depth - 1));
  return EPX_OK;
}

static epx_err pass_trial_failure_up(void) {
  EPX_TRY(EPX_RAISE(EPX_OSCILLATES, "period %d", 3));
  return EPX_OK;
}

static int count_lines(const char *text) {
  int n_lines = *text != '\0';
  for (; *text; text++)
    n_lines += *text == '\n';
  return n_lines;
}

static void every_code_has_its_own_text(void **state) {
  (void)state;
  static const int codes[] = {
#define CODE(name, number, text) number,
      EPX_ERRORS(CODE)
#undef CODE
  };
  const int n_codes = sizeof codes / sizeof codes[0];
  for (int i = 0; i < n_codes; i++) {
    assert_string_not_equal(epx_error_get_text(codes[i]), "unknown error");
    for (int j = 0; j < i; j++) {
      assert_string_not_equal(epx_error_get_text(codes[i]), epx_error_get_text(codes[j]));
    }
  }
  assert_string_equal(epx_error_get_text(-1000), "unknown error");
}

static void raised_error_keeps_its_message_and_every_place(void **state) {
  (void)state;
  assert_int_equal(pass_up(2), EPX_EINPUT);
  assert_string_equal(epx_error_get_message(), "number 7 is odd");
  const char *trace = epx_error_get_trace();
  assert_int_equal(count_lines(trace), 3);
  assert_ptr_equal(strstr(trace, "raise_input (base/test_error.c:"), trace);
  assert_non_null(strstr(trace, "\npass_up (base/test_error.c:"));
}

static void trace_keeps_the_innermost_sixteen_places(void **state) {
  (void)state;
  assert_int_equal(pass_up(40), EPX_EINPUT);
  assert_int_equal(count_lines(epx_error_get_trace()), 16);
  assert_ptr_equal(strstr(epx_error_get_trace(), "raise_input"), epx_error_get_trace());
}

static void failed_trial_has_a_message_and_no_long_trace(void **state) {
  (void)state;
  assert_int_equal(pass_trial_failure_up(), EPX_OSCILLATES);
  assert_string_equal(epx_error_get_message(), "period 3");
  assert_int_equal(count_lines(epx_error_get_trace()), 1);
}

static void message_can_be_wrapped_in_a_longer_one(void **state) {
  (void)state;
  assert_int_equal(raise_input(3), EPX_EINPUT);
  assert_int_equal(EPX_RAISE(EPX_EINPUT, "deck.yaml:4: %s", epx_error_get_message()), EPX_EINPUT);
  assert_string_equal(epx_error_get_message(), "deck.yaml:4: number 3 is odd");
  assert_int_equal(count_lines(epx_error_get_trace()), 1);
}

static void long_message_is_cut(void **state) {
  (void)state;
  assert_int_equal(EPX_RAISE(EPX_EFILE, "%05000d", 1), EPX_EFILE);
  assert_int_equal(strlen(epx_error_get_message()), 1023);
}

static void reset_forgets(void **state) {
  (void)state;
  assert_int_equal(pass_up(2), EPX_EINPUT);
  epx_error_reset();
  assert_string_equal(epx_error_get_message(), "");
  assert_string_equal(epx_error_get_trace(), "");
}

static void *raise_elsewhere(void *seen_before) {
  *(int *)seen_before = (int)strlen(epx_error_get_message());
  return raise_input(9) == EPX_EINPUT ? seen_before : NULL;
}

static void threads_do_not_share_errors(void **state) {
  (void)state;
  assert_int_equal(raise_input(5), EPX_EINPUT);
  pthread_t thread;
  int seen_before = -1;
  assert_int_equal(pthread_create(&thread, NULL, raise_elsewhere, &seen_before), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(seen_before, 0);
  assert_string_equal(epx_error_get_message(), "number 5 is odd");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_has_its_own_text),
      cmocka_unit_test(raised_error_keeps_its_message_and_every_place),
      cmocka_unit_test(trace_keeps_the_innermost_sixteen_places),
      cmocka_unit_test(failed_trial_has_a_message_and_no_long_trace),
      cmocka_unit_test(message_can_be_wrapped_in_a_longer_one),
      cmocka_unit_test(long_message_is_cut),
      cmocka_unit_test(reset_forgets),
      cmocka_unit_test(threads_do_not_share_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
