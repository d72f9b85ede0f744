/** @file
 * Signals: they are counted and named, and what was before comes back.
 */
#define _POSIX_C_SOURCE 200809L
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "parallel/signals.h"
#include "parallel/under_way.h"

static const struct {
  int number;
  const char *name;
} stops[] = {{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"},
             {SIGQUIT, "SIGQUIT"}, {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"}, {SIGXCPU, "SIGXCPU"}};

enum { N_STOPS = sizeof stops / sizeof *stops };

static void they_are_counted_and_named(void **state) {
  (void)state;
  assert_int_equal(epx_signals_set(), EPX_OK);
  assert_int_equal(epx_signals_get_count(), 0);
  assert_string_equal(epx_signals_get_name(), "");
  for (int k = 0; k < N_STOPS; k++) {
    raise(stops[k].number);
    assert_int_equal(epx_signals_get_count(), k + 1);
    assert_string_equal(epx_signals_get_name(), stops[k].name);
    assert_int_equal(epx_signals_get_last(), stops[k].number);
    assert_string_equal(epx_signals_get_name_of(stops[k].number), stops[k].name);
  }
  epx_signals_restore();
}

static volatile sig_atomic_t n_own;

static void count_own(int number) {
  (void)number;
  n_own = n_own + 1;
}

static void handlers_of_before_come_back(void **state) {
  (void)state;
  signal(SIGTERM, count_own);
  assert_int_equal(epx_signals_set(), EPX_OK);
  raise(SIGTERM);
  assert_int_equal(n_own, 0);
  epx_signals_restore();
  raise(SIGTERM);
  assert_int_equal(n_own, 1);
}

static void one_that_came_before_waits_until_it_can_be_counted(void **state) {
  (void)state;
  epx_signals_set_blocked(true);
  raise(SIGUSR1);
  assert_int_equal(epx_signals_set(), EPX_OK);
  assert_int_equal(epx_signals_get_count(), 1);
  epx_signals_restore();
  raise(SIGUSR1); /* blocked again, as before */
  assert_int_equal(epx_signals_get_count(), 1);
  assert_int_equal(epx_signals_set(), EPX_OK);
  epx_signals_restore();
  epx_signals_set_blocked(false);
}

/* What reaches a rank directly and through its guardian, here the parent process, is one signal. */
static void what_comes_by_two_ways_counts_once(void **state) {
  (void)state;
  static const struct {
    int n_direct, n_passed_on, n;
  } cases[] = {{1, 1, 1}, {0, 1, 1}, {1, 0, 1}, {2, 2, 2}, {0, 2, 2}, {2, 1, 2}};
  epx_under_way_page *page;
  int status;
  assert_int_equal(epx_under_way_create(&page), EPX_OK);
  page->guardian = getpid();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    page->run = 0;
    const pid_t rank = fork();
    assert_true(rank >= 0);
    if (rank == 0) {
      epx_under_way_set_page(page);
      if (epx_signals_set() != EPX_OK) _exit(100);
      for (int k = 0; k < cases[i].n_direct; k++)
        raise(SIGTERM);
      page->run = 1; /* ready for those that are passed on */
      while (page->run == 1)
        sched_yield();
      _exit(epx_signals_get_count());
    }
    while (page->run == 0)
      sched_yield();
    for (int k = 0; k < cases[i].n_passed_on; k++) {
      assert_int_equal(kill(rank, k == 0 ? SIGTERM : SIGINT), 0); /* two of one kind may come as one */
    }
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    page->run = 2;
    assert_int_equal(waitpid(rank, &status, 0), rank);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), cases[i].n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(they_are_counted_and_named),
      cmocka_unit_test(handlers_of_before_come_back),
      cmocka_unit_test(one_that_came_before_waits_until_it_can_be_counted),
      cmocka_unit_test(what_comes_by_two_ways_counts_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
