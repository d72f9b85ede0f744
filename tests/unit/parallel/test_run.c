/** @file
 * Run, on one rank without MPI: coordinator and worker through memory. Every trial once, whatever stops the
 * run.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/results/results.h"
#include "parallel/run.h"
#include "small_campaign.h"

enum { N_INSTANCES = 41, N_TRIALS = SMALL_POINTS * N_INSTANCES };

static char folder[64], path[96];
static volatile int n_solved; /* blocks, by the worker's thread */

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-run-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/small.h5", folder);
  n_solved = 0;
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  static const char *const suffixes[] = {"", ".journal", ".lock", ".part"};
  char name[128];
  for (size_t k = 0; k < 4; k++) {
    snprintf(name, sizeof name, "%s%s", path, suffixes[k]);
    unlink(name);
  }
  return rmdir(folder);
}

static void wait_ms(long ms) {
  nanosleep(&(struct timespec){0, 1000000 * ms}, NULL);
}

static epx_err solve_counted(const epx_point *point, int i_point, int first, double *record) {
  n_solved++;
  return small_solve(point, i_point, first, record);
}

static epx_err solve_slowly(const epx_point *point, int i_point, int first, double *record) {
  wait_ms(5);
  return solve_counted(point, i_point, first, record);
}

static epx_err solve_until_term(const epx_point *point, int i_point, int first, double *record) {
  if (n_solved == 20) kill(getpid(), SIGTERM);
  return solve_slowly(point, i_point, first, record);
}

#ifdef __SANITIZE_ADDRESS__
/* The thread that a second signal leaves behind holds its arguments, and the sanitizer does not look into it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:create_thread";
}
#endif

static epx_err solve_without_end(const epx_point *point, int i_point, int first, double *record) {
  if (n_solved == 5) {
    kill(getpid(), SIGINT);
    wait_ms(50);
    kill(getpid(), SIGINT);
    for (;;)
      wait_ms(900);
  }
  return solve_counted(point, i_point, first, record);
}

static epx_err solve_or_fail(const epx_point *point, int i_point, int first, double *record) {
  if (n_solved == 30) return EPX_RAISE(EPX_EFILE, "task.csv: has vanished");
  return solve_counted(point, i_point, first, record);
}

typedef epx_err (*solver)(const epx_point *point, int i_point, int first, double *record);

/* What the workers did, each by itself, adds up to what the run did. */
static void check_loads(const epx_run_report *report) {
  const epx_progress *progress = &report->coordinator.progress;
  long n_trials = 0;
  double busy = 0;
  for (int w = 0; w < progress->n_workers; w++) {
    const epx_progress_load *load = &progress->load[w];
    n_trials += load->n_trials;
    busy += load->busy;
    if (load->n_trials > 0) {
      assert_true(load->first >= 0 && load->first <= load->last && load->slowest <= load->busy);
      assert_in_range(load->slowest_point, 0, SMALL_POINTS - 1);
    }
  }
  assert_int_equal(n_trials, progress->n_solved);
  assert_true(busy == progress->busy);
}

/* Runs the campaign of a seed; the code, and what is reported. The campaign that is left is checked against
 * what all trials should give, its pending ones counted. */
static int run_campaign(int seed, solver solve, epx_run_options options, epx_run_report *report,
                        int *n_pending) {
  epx_campaign *campaign;
  epx_channel *channel;
  assert_int_equal(small_campaign_create(seed, N_INSTANCES, &campaign), EPX_OK);
  assert_int_equal(epx_channel_create(MPI_COMM_NULL, &channel), EPX_OK);
  options.path = path;
  options.calls = (epx_worker_calls){NULL, solve};
  const int code = epx_run_solve(campaign, channel, &options, report);
  *n_pending = 0;
  for (int k = 0; k < N_TRIALS; k++) {
    double expected[SMALL_SIZE];
    double *got = campaign->record + k * SMALL_SIZE;
    small_record(k / N_INSTANCES, k % N_INSTANCES, SMALL_SIZE, expected);
    expected[1] = got[1];
    if (got[0] == EPX_STATE_PENDING)
      ++*n_pending;
    else
      assert_memory_equal(got, expected, sizeof expected);
  }
  if (report->begun && n_solved > 0) check_loads(report);
  epx_run_report_destroy(report);
  if (report->coordinator.abandoned) return code; /* its thread still uses them */
  epx_channel_destroy(&channel);
  epx_campaign_destroy(&campaign);
  return code;
}

static int count_pending_in_file(void) {
  epx_results *results;
  assert_int_equal(epx_results_read(path, &results), EPX_OK);
  int n = 0;
  for (int k = 0; k < N_TRIALS; k++)
    n += results->record[(size_t)k * results->layout.size] == EPX_STATE_PENDING;
  epx_results_destroy(&results);
  return n;
}

static bool is_there(const char *suffix) {
  char name[128];
  snprintf(name, sizeof name, "%s%s", path, suffix);
  return access(name, F_OK) == 0;
}

static void every_trial_is_solved_and_only_the_results_are_left(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  assert_int_equal(run_campaign(1, solve_counted, epx_run_get_defaults(path), &report, &n_pending), EPX_OK);
  assert_int_equal(n_pending, 0);
  assert_int_equal(count_pending_in_file(), 0);
  assert_int_equal(n_solved, SMALL_POINTS * ((N_INSTANCES + SMALL_BLOCK - 1) / SMALL_BLOCK));
  assert_int_equal(report.coordinator.progress.n_finished, N_TRIALS);
  assert_int_equal(report.coordinator.progress.n_solved, N_TRIALS);
  assert_true(report.begun && !report.coordinator.stopped);
  assert_true(is_there("") && !is_there(".journal") && !is_there(".lock") && !is_there(".part"));
}

static void a_file_that_is_there_is_not_overwritten_unasked(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  epx_run_options options = epx_run_get_defaults(path);
  assert_int_equal(run_campaign(1, solve_counted, options, &report, &n_pending), EPX_OK);
  const int n_before = n_solved;
  assert_int_equal(run_campaign(1, solve_counted, options, &report, &n_pending), EPX_EINPUT);
  assert_false(report.begun);
  assert_non_null(strstr(epx_error_get_message(), "--resume"));
  assert_int_equal(n_solved, n_before);
  options.force = true;
  assert_int_equal(run_campaign(2, solve_counted, options, &report, &n_pending), EPX_OK);
  assert_int_equal(n_solved, 2 * n_before);
}

static void another_deck_does_not_resume_and_touches_nothing(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  epx_run_options options = epx_run_get_defaults(path);
  assert_int_equal(run_campaign(1, solve_counted, options, &report, &n_pending), EPX_OK);
  options.resume = true;
  assert_int_equal(run_campaign(2, solve_counted, options, &report, &n_pending), EPX_EMISMATCH);
  assert_false(report.begun);
  assert_int_equal(count_pending_in_file(), 0);
}

static void a_workers_error_ends_the_run_and_keeps_what_was_done(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  epx_run_options options = epx_run_get_defaults(path);
  assert_int_equal(run_campaign(1, solve_or_fail, options, &report, &n_pending), EPX_EFILE);
  assert_string_equal(epx_error_get_message(), "task.csv: has vanished");
  assert_true(report.begun);
  assert_int_equal(report.coordinator.progress.n_finished, N_TRIALS - n_pending);
  assert_true(n_pending < N_TRIALS && n_pending > 0);
  assert_int_equal(count_pending_in_file(), n_pending);
  assert_true(is_there(".journal"));
  options.resume = true;
  n_solved = 31;
  assert_int_equal(run_campaign(1, solve_or_fail, options, &report, &n_pending), EPX_OK);
  assert_int_equal(n_pending, 0);
}

static void a_signal_stops_saves_and_the_rest_follows(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  epx_run_options options = epx_run_get_defaults(path);
  assert_int_equal(run_campaign(1, solve_until_term, options, &report, &n_pending), EPX_OK);
  assert_true(report.coordinator.stopped && !report.coordinator.abandoned);
  assert_string_equal(report.coordinator.reason, "SIGTERM");
  assert_in_range(n_pending, 1, N_TRIALS - 20 * 2);
  assert_int_equal(count_pending_in_file(), n_pending);
  options.resume = true;
  const long n_left = n_pending;
  assert_int_equal(run_campaign(1, solve_counted, options, &report, &n_pending), EPX_OK);
  assert_int_equal(n_pending, 0);
  assert_int_equal(report.coordinator.progress.n_solved, n_left);
}

static void a_second_signal_waits_for_no_block(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  assert_int_equal(run_campaign(1, solve_without_end, epx_run_get_defaults(path), &report, &n_pending),
                   EPX_OK);
  assert_true(report.coordinator.stopped && report.coordinator.abandoned);
  assert_int_equal(count_pending_in_file(), n_pending);
  assert_in_range(n_pending, 1, N_TRIALS - 1);
}

static void a_time_limit_is_kept(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  epx_run_options options = epx_run_get_defaults(path);
  options.coordinator.time_limit = 1.1; /* a second of which is the schedule's margin */
  assert_int_equal(run_campaign(1, solve_slowly, options, &report, &n_pending), EPX_OK);
  assert_true(report.coordinator.stopped && !report.coordinator.abandoned);
  assert_string_equal(report.coordinator.reason, "the time limit");
  assert_true(report.coordinator.progress.seconds < 0.4);
  assert_int_equal(count_pending_in_file(), n_pending);
  assert_true(n_pending > 0);
}

static void a_full_disk_ends_the_run_with_what_is_safe(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  struct rlimit before;
  epx_run_options options = epx_run_get_defaults(path);
  assert_int_equal(run_campaign(1, solve_or_fail, options, &report, &n_pending), EPX_EFILE);
  options.resume = true;
  options.coordinator.checkpoint = 0.01;
  getrlimit(RLIMIT_FSIZE, &before);
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, before.rlim_max});
  const int n_before = count_pending_in_file();
  const int code = run_campaign(1, solve_slowly, options, &report, &n_pending);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(code, EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), path));
  assert_int_equal(count_pending_in_file(), n_before);
  assert_int_equal(run_campaign(1, solve_counted, options, &report, &n_pending), EPX_OK);
  assert_int_equal(n_pending, 0);
}

static void a_folder_that_is_not_there_is_found_before_anything_runs(void **state) {
  (void)state;
  epx_run_report report;
  int n_pending;
  char kept[sizeof path];
  strcpy(kept, path);
  strcpy(path, "/nowhere/at/all.h5");
  assert_int_equal(run_campaign(1, solve_counted, epx_run_get_defaults(path), &report, &n_pending),
                   EPX_EFILE);
  strcpy(path, kept);
  assert_false(report.begun);
  assert_int_equal(n_solved, 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  const struct CMUnitTest tests[] = {
      IN_FOLDER(every_trial_is_solved_and_only_the_results_are_left),
      IN_FOLDER(a_file_that_is_there_is_not_overwritten_unasked),
      IN_FOLDER(another_deck_does_not_resume_and_touches_nothing),
      IN_FOLDER(a_workers_error_ends_the_run_and_keeps_what_was_done),
      IN_FOLDER(a_signal_stops_saves_and_the_rest_follows),
      IN_FOLDER(a_time_limit_is_kept),
      IN_FOLDER(a_full_disk_ends_the_run_with_what_is_safe),
      IN_FOLDER(a_folder_that_is_not_there_is_found_before_anything_runs),
      IN_FOLDER(a_second_signal_waits_for_no_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
