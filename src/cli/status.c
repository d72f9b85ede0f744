/** @file
 * epilux status: how far a campaign is that runs or was stopped. Exit status 0: finished; 75: there is more
 * to do.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/command.h"
#include "epilux/base/array.h"
#include "epilux/io/lock.h"
#include "epilux/io/results.h"
#include "epilux/parallel/progress.h"

/* Since the file was written the run, if it goes on, has taken the time that passed and solved what is in the
 * journal. */
static void init_progress(const char *path, const epx_results *results, bool running,
                          epx_progress *progress) {
  struct stat file;
  *progress = (epx_progress){.n_solved = (long)results->run_trials + results->journal.n_records,
                             .seconds = results->run_seconds};
  for (int i = 0; i < results->n_points; i++)
    for (int k = 0; k < results->n_instances; k++) {
      const double state =
          results->record[((size_t)i * (size_t)results->n_instances + (size_t)k) * results->layout.size];
      if (!epx_results_has_trial(results, i, k)) continue;
      progress->n_trials++;
      progress->n_finished += state != EPX_STATE_PENDING;
      progress->n_failed += state > EPX_STATE_DONE;
    }
  if (running && stat(path, &file) == 0) progress->seconds += difftime(time(NULL), file.st_mtime);
}

static void print_states(const epx_results *results) {
  long count[EPX_FAILED + 1] = {0};
  const size_t n = (size_t)results->n_instances, size = results->layout.size;
  for (int i = 0; i < results->n_points; i++)
    for (int k = 0; k < results->n_instances; k++)
      if (epx_results_has_trial(results, i, k))
        count[(int)results->record[((size_t)i * n + (size_t)k) * size]]++;
  for (int state = EPX_STATE_DONE; state <= EPX_FAILED; state++)
    if (state == EPX_STATE_DONE || count[state] > 0)
      printf("%-15s %ld\n", epx_record_get_state_name(state), count[state]);
  printf("%-15s %ld\n", epx_record_get_state_name(EPX_STATE_PENDING), count[EPX_STATE_PENDING]);
}

static void print_status(const char *path, const epx_results *results, const char *holder, bool *finished) {
  epx_progress progress;
  char left[32];
  init_progress(path, results, *holder != '\0', &progress);
  *finished = progress.n_finished == progress.n_trials;
  printf("%s: %ld of %ld trials finished, %s%s\n", path, progress.n_finished, progress.n_trials,
         *holder     ? "running: "
         : *finished ? "complete"
                     : "stopped",
         holder);
  if (results->n_shards > 0)
    printf("%-15s %d/%d: the other trials are pending here\n", "shard", results->shard, results->n_shards);
  print_states(results);
  if (results->journal.n_damaged > 0)
    printf("%-15s %ld (they run again)\n", "damaged records", results->journal.n_damaged);
  if (*finished) return;
  epx_progress_eval_time(epx_progress_eval_time_left(&progress), left, sizeof left);
  printf("%-15s %.3g trials a second\n%-15s %s\n", "rate", epx_progress_eval_rate(&progress), "time left",
         *holder ? left : "stopped; go on with epilux run DECK --resume");
}

static epx_err solve(const epx_call *call, int *status) {
  const char *path = call->arguments[0];
  char *lock, holder[256];
  epx_results *results;
  bool finished;
  EPX_TRY(epx_results_read(path, &results));
  const int code = epx_results_create_name(path, "lock", &lock);
  if (code == EPX_OK) {
    epx_lock_get_holder(lock, holder, sizeof holder);
    print_status(path, results, holder, &finished);
    *status = finished ? EPX_EXIT_DONE : EPX_EXIT_STOPPED;
    epx_array_destroy(&lock);
  }
  epx_results_destroy(&results);
  return code;
}

const epx_command epx_command_status = {
    .name = "status",
    .arguments = "RESULTS.h5",
    .n_min = 1,
    .n_max = 1,
    .summary = "says how far a campaign is that runs or was stopped",
    .details = "Exit status: 0 when all trials are finished, 75 when there is more to do.",
    .example = "epilux status quickstart.h5",
    .solve = solve};
