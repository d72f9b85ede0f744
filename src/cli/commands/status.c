/** @file
 * epilux status: how far a campaign is that runs or was stopped. Exit status 0: finished; 1: finished, and
 * trials were lost; 75: there is more to do.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/command.h"
#include "cli/print/document.h"
#include "cli/time_limit.h"
#include "io/recovery/attempts.h"
#include "io/recovery/checkpoint.h"
#include "io/recovery/lock.h"
#include "io/recovery/output.h"
#include "io/results/results.h"
#include "parallel/progress.h"
#include "statistics/stopping.h"

static const double default_interval = 5; /* s */

/* When a file was last written, s; 0 when it is not there. */
static double get_written(const char *path) {
  struct stat file;
  return stat(path, &file) == 0 ? (double)file.st_mtim.tv_sec + 1e-9 * (double)file.st_mtim.tv_nsec : 0;
}

/* Until when the run wrote, or writes. */
static double get_end(const char *path, bool running) {
  char *journal;
  if (running) return (double)time(NULL);
  if (epx_results_create_name(path, "journal", &journal) != EPX_OK) return 0;
  const double end = get_written(journal);
  epx_array_destroy(&journal);
  return end;
}

/* Since the file was written the run has taken the time that passed until now, or until it died, and solved
 * what is in the journal. */
static void init_progress(const char *path, const epx_results *results, bool running,
                          epx_progress *progress) {
  *progress = (epx_progress){.n_solved = (long)results->run_trials + results->journal.n_records,
                             .seconds = results->run_seconds,
                             .n_open = results->n_open};
  for (int i = 0; i < results->n_points; i++)
    for (int k = 0; k < results->n_instances; k++) {
      const double state =
          results->record[((size_t)i * (size_t)results->n_instances + (size_t)k) * results->layout.size];
      if (!epx_results_has_trial(results, i, k)) continue;
      progress->n_trials++;
      progress->n_finished += state != EPX_STATE_PENDING;
      progress->n_failed += state > EPX_STATE_DONE && state != EPX_LOST;
      progress->n_lost += state == EPX_LOST;
    }
  if (running || results->journal.n_records > 0)
    progress->seconds += fmax(0, get_end(path, running) - get_written(path));
}

/* How many of the part's trials are in each state: count [EPX_STATES]. */
static void count_states(const epx_results *results, long *count) {
  memset(count, 0, EPX_STATES * sizeof *count);
  const size_t n = (size_t)results->n_instances, size = results->layout.size;
  for (int i = 0; i < results->n_points; i++)
    for (int k = 0; k < results->n_instances; k++)
      if (epx_results_has_trial(results, i, k))
        count[(int)results->record[((size_t)i * n + (size_t)k) * size]]++;
}

static void print_states(const epx_results *results) {
  long count[EPX_STATES];
  count_states(results, count);
  for (int state = EPX_STATE_DONE; state < EPX_STATES; state++)
    if (state == EPX_STATE_DONE || count[state] > 0)
      printf("%-15s %ld\n", epx_record_get_state_name(state), count[state]);
  printf("%-15s %ld\n", epx_record_get_state_name(EPX_STATE_PENDING), count[EPX_STATE_PENDING]);
}

/* How many points have which verdict, and what deciding saved. */
static void print_verdicts(const epx_results *results) {
  long count[EPX_VERDICT_COUNT] = {0};
  double n_proposed = 0;
  if (!results->verdict) return;
  for (int i = 0; i < results->n_points; i++) {
    count[(int)results->verdict[i]]++;
    n_proposed += results->n_proposed[i];
  }
  printf("%-15s", "points");
  for (int v = 0, n = 0; v < EPX_VERDICT_COUNT; v++)
    if (count[v] > 0) printf("%s %ld %s", n++ ? "," : "", count[v], epx_verdict_get_name((epx_verdict)v));
  printf("\n%-15s %.0f of %.0f trials of the whole design\n", "proposed", n_proposed,
         (double)results->n_points * results->n_instances);
}

static void print_status(const char *path, const epx_results *results, const char *holder, int *exit_status) {
  epx_progress progress;
  char left[32];
  init_progress(path, results, *holder != '\0', &progress);
  const bool finished = epx_progress_is_finished(&progress);
  *exit_status = !finished ? EPX_EXIT_STOPPED : progress.n_lost > 0 ? EPX_EXIT_FAILED : EPX_EXIT_DONE;
  printf("%s: %ld of %ld trials finished, %s%s\n", path, progress.n_finished, progress.n_trials,
         *holder    ? "running: "
         : finished ? "complete"
                    : "stopped",
         holder);
  if (results->n_shards > 0)
    printf("%-15s %d/%d: trials of the other parts are pending here\n", "shard", results->shard,
           results->n_shards);
  print_states(results);
  print_verdicts(results);
  if (results->journal.n_damaged > 0)
    printf("%-15s %ld (they run again)\n", "damaged records", results->journal.n_damaged);
  if (progress.n_lost > 0)
    printf("%-15s their jobs ended for an unknown reason; run them again with epilux run DECK --resume "
           "--retry-lost\n",
           "lost trials");
  if (finished) return;
  double shares;
  const int n_kept = epx_checkpoint_get_count(path, &shares);
  if (n_kept > 0)
    printf("%-15s %d block%s of trials in training, %.6f trainings done\n", "kept", n_kept,
           n_kept == 1 ? "" : "s", shares);
  epx_progress_eval_time(epx_progress_eval_time_left(&progress), left, sizeof left);
  /* A run that solved nothing, or was killed at once, has no rate to speak of. */
  if (progress.n_solved > 0 && progress.seconds > 0)
    printf("%-15s %.3g trials a second%s\n", "rate", epx_progress_eval_rate(&progress),
           *holder ? "" : ", before it stopped");
  printf("%-15s %s\n", "time left", *holder ? left : "stopped; continue with epilux run DECK --resume");
}

/* Reads a results file, and who runs it: holder [size], out. */
static epx_err read_results(const char *path, epx_results **results, char *holder, size_t size) {
  char *lock;
  EPX_TRY(epx_results_create_name(path, "lock", &lock));
  const int code = epx_results_read(path, results);
  epx_lock_get_holder(lock, holder, size);
  epx_array_destroy(&lock);
  return code;
}

/* One line for scripts. */
static void print_numbers(const char *path, const epx_results *results, const char *holder,
                          int *exit_status) {
  epx_progress progress;
  char *attempts;
  double shares;
  init_progress(path, results, *holder != '\0', &progress);
  const bool finished = epx_progress_is_finished(&progress);
  *exit_status = !finished ? EPX_EXIT_STOPPED : progress.n_lost > 0 ? EPX_EXIT_FAILED : EPX_EXIT_DONE;
  long n_ends = 0;
  if (epx_results_create_name(path, "attempts", &attempts) == EPX_OK) {
    n_ends = epx_attempts_count_ends(attempts);
    epx_array_destroy(&attempts);
  }
  epx_checkpoint_get_count(path, &shares);
  printf("%ld %ld %.6f %ld %d\n", progress.n_finished, progress.n_trials, shares, n_ends, *holder != '\0');
}

/* One object for other programs. Times are in s; null is not known. */
static void print_json(const char *path, const epx_results *results, const char *holder, int *exit_status) {
  epx_progress progress;
  epx_document document;
  long count[EPX_STATES];
  double shares;
  init_progress(path, results, *holder != '\0', &progress);
  count_states(results, count);
  epx_checkpoint_get_count(path, &shares);
  const bool finished = epx_progress_is_finished(&progress);
  *exit_status = !finished ? EPX_EXIT_STOPPED : progress.n_lost > 0 ? EPX_EXIT_FAILED : EPX_EXIT_DONE;
  epx_document_begin(&document, stdout, "status");
  epx_document_set_text(&document, "file", path);
  epx_document_set_text(&document, "state", *holder ? "running" : finished ? "complete" : "stopped");
  epx_document_set_text(&document, "runs_on", holder);
  epx_document_set_number(&document, "trials", (double)progress.n_trials);
  epx_document_set_number(&document, "finished", (double)progress.n_finished);
  epx_document_open(&document, "states", '{');
  for (int state = 0; state < EPX_STATES; state++)
    epx_document_set_number(&document, epx_record_get_state_name(state), (double)count[state]);
  epx_document_close(&document, '{');
  if (results->verdict) epx_document_set_number(&document, "points_open", (double)results->n_open);
  epx_document_set_number(&document, "damaged_records", (double)results->journal.n_damaged);
  epx_document_set_number(&document, "trainings_kept", shares);
  epx_document_set_number(&document, "trials_per_second",
                          progress.n_solved > 0 ? epx_progress_eval_rate(&progress) : NAN);
  epx_document_set_number(&document, "seconds_left",
                          *holder || finished ? epx_progress_eval_time_left(&progress) : NAN);
  epx_document_end(&document);
}

static epx_err view(const char *path, const epx_call *call, int *exit_status) {
  char holder[256];
  epx_results *results;
  EPX_TRY(read_results(path, &results, holder, sizeof holder));
  if (epx_call_is_set(call, "--json"))
    print_json(path, results, holder, exit_status);
  else if (epx_call_is_set(call, "--numbers"))
    print_numbers(path, results, holder, exit_status);
  else
    print_status(path, results, holder, exit_status);
  epx_results_destroy(&results);
  return EPX_OK;
}

/* ---- watching */

/* One line of how it stands now; empty when all is finished. */
static epx_err eval_line(const char *path, char *line, size_t size) {
  char holder[256], text[160];
  epx_results *results;
  epx_progress progress;
  if (access(path, F_OK) != 0) {
    snprintf(line, size, "%s: does not exist yet", path);
    return EPX_OK;
  }
  EPX_TRY(read_results(path, &results, holder, sizeof holder));
  init_progress(path, results, *holder != '\0', &progress);
  epx_results_destroy(&results);
  epx_progress_eval_line(&progress, text, sizeof text);
  /* Between two jobs there is no rate to speak of: of the line, what stands before it. */
  if (!*holder) snprintf(text, sizeof text, "%ld/%ld trials", progress.n_finished, progress.n_trials);
  snprintf(line, size, "%s: %s, %s%s", path, text, *holder ? "running: " : "waiting: no run is active",
           holder);
  if (epx_progress_is_finished(&progress)) *line = '\0';
  return EPX_OK;
}

/* Shows a line, redrawn on a terminal, until all is finished. */
static epx_err watch(const char *path, double interval) {
  const bool terminal = isatty(STDOUT_FILENO);
  const struct timespec nap = {(time_t)interval, (long)(1e9 * (interval - floor(interval)))};
  for (char line[600], before[600] = "";; nanosleep(&nap, NULL)) {
    EPX_TRY(eval_line(path, line, sizeof line));
    if (terminal) printf("\r\033[K");
    if (!*line) return EPX_OK;
    if (terminal || strcmp(line, before) != 0) printf(terminal ? "%.150s" : "%s\n", line);
    if (fflush(stdout) != 0) return EPX_RAISE(EPX_EFILE, "standard output cannot be written");
    memcpy(before, line, sizeof before);
  }
}

static epx_err solve(const epx_call *call, int *status) {
  const char *every = epx_call_get_value(call, "--every", 0);
  double interval = default_interval;
  if (every) EPX_TRY(epx_time_limit_read("--every", every, &interval));
  if (every && !epx_call_is_set(call, "--watch"))
    return EPX_RAISE(EPX_EINPUT, "status: --every goes with --watch");
  char *file; /* a link's journal and lock are those of the file */
  EPX_TRY(epx_output_create_path(call->arguments[0], &file));
  int code = epx_call_is_set(call, "--watch") ? watch(file, interval) : EPX_OK;
  if (code == EPX_OK) code = view(file, call, status);
  epx_array_destroy(&file);
  return code;
}

static const epx_option options[] = {
    {"--watch", NULL, "refresh until all trials are finished; wait for a file that does not exist yet", 0},
    {"--numbers", NULL, "print one line for scripts instead (see above)", 0},
    EPX_OPTION_JSON,
    {"--every", "TIME", "with --watch: refresh every TIME (default 5 s)", 0},
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_status = {
    .name = "status",
    .arguments = "RESULTS.h5",
    .n_min = 1,
    .n_max = 1,
    .summary = "show the progress of a running or stopped campaign",
    .details =
        "Exit status: 0 when all trials are finished; 1 when all are finished and some are lost; 75 when "
        "some are pending.\n"
        "--watch ends when all trials are finished, also if several jobs run them one after the other. "
        "Ctrl-C ends it\n"
        "earlier.\n"
        "--numbers prints five numbers: finished trials; all trials; finished trainings, counting parts of "
        "running ones; how\n"
        "often a job ended while it ran trials that are still pending; and 1 while a run is active, else 0.",
    .example = "epilux status --watch quickstart.h5",
    .options = options,
    .solve = solve};
