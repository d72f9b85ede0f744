/** @file
 * Signals: the coordinator counts them, workers do not hear them, and what was before comes back.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parallel/signals.h"

static const struct {
  int number;
  const char *name;
} stops[] = {{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGINT, "SIGINT"}};

static void coordinator_counts_and_names_them(void **state) {
  (void)state;
  assert_int_equal(epx_signals_set(true), EPX_OK);
  assert_int_equal(epx_signals_get_count(), 0);
  assert_string_equal(epx_signals_get_name(), "");
  for (int k = 0; k < 3; k++) {
    raise(stops[k].number);
    assert_int_equal(epx_signals_get_count(), k + 1);
    assert_string_equal(epx_signals_get_name(), stops[k].name);
  }
  epx_signals_set_back();
}

static void workers_leave_them_to_rank_0(void **state) {
  (void)state;
  assert_int_equal(epx_signals_set(false), EPX_OK);
  for (int k = 0; k < 3; k++)
    raise(stops[k].number);
  assert_int_equal(epx_signals_get_count(), 0);
  epx_signals_set_back();
}

static volatile sig_atomic_t n_own;

static void count_own(int number) {
  (void)number;
  n_own = n_own + 1;
}

static void handlers_of_before_come_back(void **state) {
  (void)state;
  signal(SIGTERM, count_own);
  assert_int_equal(epx_signals_set(true), EPX_OK);
  raise(SIGTERM);
  assert_int_equal(n_own, 0);
  epx_signals_set_back();
  raise(SIGTERM);
  assert_int_equal(n_own, 1);
}

static void blocked_signals_wait(void **state) {
  (void)state;
  assert_int_equal(epx_signals_set(true), EPX_OK);
  epx_signals_set_blocked(true);
  raise(SIGUSR1);
  assert_int_equal(epx_signals_get_count(), 0);
  epx_signals_set_blocked(false);
  assert_int_equal(epx_signals_get_count(), 1);
  epx_signals_set_back();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coordinator_counts_and_names_them),
      cmocka_unit_test(workers_leave_them_to_rank_0),
      cmocka_unit_test(handlers_of_before_come_back),
      cmocka_unit_test(blocked_signals_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
