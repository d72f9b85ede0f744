/** @file
 * Display: on a terminal one line that is redrawn; in a log a line from time to time.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/print/display.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/print/efficiency.h"
#include "cli/print/yield_line.h"
#include "epilux/log.h"
#include "io/proposals.h"
#include "io/recovery/output.h"
#include "study/record.h"

static const double first_line = 10, line_interval = 60, redraw_interval = 0.2; /* s */
static const double file_interval = 10;                                         /* s */

/* ---- the file */

/* A line of its own, with the time, so that the lines of several jobs can be told apart. */
static void write_file(epx_display *display, const char *text) {
  char now[32];
  const time_t t = time(NULL);
  struct tm local;
  strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", localtime_r(&t, &local));
  fprintf(display->file, "%s %s\n", now, text);
  if (fflush(display->file) == 0 || display->failed) return;
  display->failed = true;
  epx_log_write(EPX_LOG_WARNING, "run", "the file of --progress cannot be written: %s; the run continues",
                strerror(errno));
}

static void write_begin(epx_display *display, const epx_channel *channel) {
  char text[256];
  const char *job = getenv("SLURM_JOB_ID");
  const int n = epx_channel_get_size(channel);
  snprintf(text, sizeof text, "begins: %d rank%s, the first on %.64s%s%.32s", n, n == 1 ? "" : "s",
           epx_channel_get_host(channel, 0), job ? ", job " : "", job ? job : "");
  write_file(display, text);
}

/* Whether a file is empty or begins with a line of progress: "2026-11-30T…". */
static bool is_progress(const char *path) {
  char begin[11] = "";
  struct stat state;
  if (stat(path, &state) != 0 || !S_ISREG(state.st_mode) || state.st_size == 0) return true;
  FILE *file = fopen(path, "r");
  const size_t n = file ? fread(begin, 1, sizeof begin, file) : 0;
  if (file) fclose(file);
  for (size_t i = 0; i < n; i++)
    if (i == 4 || i == 7 ? begin[i] != '-' : i == 10 ? begin[i] != 'T' : !isdigit((unsigned char)begin[i]))
      return false;
  return true;
}

/* Lines are added to a file of progress, a pipe or a terminal, never to results or to anything else that was
 * there. */
static epx_err check_file(const epx_call *call, const char *results, const char *path) {
  if (!epx_output_is_same(path, results) && !epx_output_is_same(path, call->arguments[0]) &&
      !epx_output_is_beside(path) && is_progress(path))
    return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "--progress %s: exists and is not a progress file; choose a new name", path);
}

/* No campaign waits for who reads of its progress: a pipe that nobody reads is refused, and one that is full is told. */
static epx_err open_file(const char *path, FILE **file) {
  const int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
  if (descriptor >= 0 && (*file = fdopen(descriptor, "a")) != NULL) return EPX_OK;
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", path,
                   reason == ENXIO ? "a pipe that nobody reads" : strerror(reason));
}

epx_err epx_display_create(const epx_call *call, const epx_channel *channel, const char *results,
                           epx_display *display) {
  const char *path = epx_call_get_value(call, "--progress", 0);
  /* mpirun puts a pipe between rank 0 and the terminal: who calls it can say that somebody watches. */
  const char *watched = getenv("EPILUX_PROGRESS");
  *display = (epx_display){.terminal = isatty(STDERR_FILENO) || (watched && strcmp(watched, "terminal") == 0),
                           .quiet = epx_call_is_set(call, "--quiet")};
  if (!display->terminal) display->next = first_line;
  if (!path || epx_channel_get_rank(channel) > 0) return EPX_OK;
  EPX_TRY(check_file(call, results, path));
  EPX_TRY(open_file(path, &display->file));
  write_begin(display, channel);
  return EPX_OK;
}

void epx_display_destroy(epx_display *display) {
  if (display->file) fclose(display->file);
  display->file = NULL;
}

/* ---- while it runs */

void epx_display_view_progress(void *context, const epx_progress *progress) {
  epx_display *own = context;
  char line[160];
  const bool due = !own->quiet && progress->seconds >= own->next;
  const bool file_due = own->file && progress->seconds >= own->next_file;
  if (!due && !file_due) return;
  epx_progress_eval_line(progress, line, sizeof line);
  if (due) {
    fprintf(stderr, own->terminal ? "\r%.100s\033[K" : "epilux: %s\n", line);
    fflush(stderr);
    own->next = progress->seconds + (own->terminal ? redraw_interval : line_interval);
  }
  if (!file_due) return;
  write_file(own, line);
  own->next_file = progress->seconds + file_interval;
}

/* ---- the end */

/* One point of a search: its objective over the instances that have it, its yield. */
static epx_err print_found(const epx_campaign *campaign, int i_point, const char *what) {
  const epx_objective *objective = epx_proposals_get_objective(campaign->proposals);
  epx_objective_result result;
  EPX_TRY(epx_proposals_eval_result(campaign->proposals, i_point, &result));
  printf("%s%s %.6g", what, objective->yield ? "yield" : epx_metric_get_name((epx_metric)objective->metric),
         result.value);
  if (result.n_failed > 0 && !objective->yield)
    printf(" of the %d of %d that have it", campaign->n_instances - result.n_failed, campaign->n_instances);
  if (!objective->yield && !isnan(result.yield)) printf(", yield %.4g", result.yield);
  return EPX_OK;
}

/* What a search has found so far, and what fresh instances say of it. */
static epx_err print_search(const epx_campaign *campaign) {
  const int best = epx_proposals_get_best(campaign->proposals), i_fresh = campaign->i_fresh;
  if (best < 0) {
    printf("search: no point has a value of all its instances, and the yield it must have; wider ranges are "
           "wanted\n");
    return EPX_OK;
  }
  printf("search: best is point %d: ", best);
  EPX_TRY(print_found(campaign, best, ""));
  if (epx_proposals_get_point(campaign->proposals, i_fresh + 1)->verdict == EPX_VERDICT_CONFIRMED) {
    printf("; on %d fresh instances: ", campaign->n_instances);
    EPX_TRY(print_found(campaign, i_fresh, ""));
    EPX_TRY(print_found(campaign, i_fresh + 1, " (point 0: "));
    printf(")");
  }
  printf("\n");
  return EPX_OK;
}

/* How the points were decided, and what that took of all trials of the design. */
static void print_verdicts(const epx_campaign *campaign) {
  int count[EPX_VERDICT_COUNT] = {0};
  double n_proposed = 0;
  for (int i = 0; i < campaign->n_points; i++) {
    const epx_stopping_point *point = epx_proposals_get_point(campaign->proposals, i);
    count[point->verdict]++;
    n_proposed += point->n_proposed;
  }
  printf("decided:");
  for (int v = 0, n = 0; v < EPX_VERDICT_COUNT; v++)
    if (count[v] > 0) printf("%s %d %s", n++ ? "," : "", count[v], epx_verdict_get_name((epx_verdict)v));
  printf("; %.0f of %.0f trials\n", n_proposed, (double)campaign->n_points * campaign->n_instances);
}

static void print_summary(const char *path, const epx_campaign *campaign, const epx_progress *progress) {
  int count[EPX_STATES] = {0};
  char took[32];
  for (int i = 0; i < campaign->n_points; i++)
    for (int k = 0; k < campaign->n_instances; k++)
      if (epx_campaign_has_trial(campaign, i, k)) count[(int)epx_campaign_get_record(campaign, i, k)[0]]++;
  printf("%s: %d design point%s, %s%d instance%s each\n", path, campaign->n_points,
         campaign->n_points == 1 ? "" : "s", campaign->proposals ? "at most " : "", campaign->n_instances,
         campaign->n_instances == 1 ? "" : "s");
  if (campaign->proposals) print_verdicts(campaign);
  if (campaign->proposals && epx_proposals_is_search(campaign->proposals) && print_search(campaign) != EPX_OK)
    epx_error_reset();
  if (campaign->n_shards > 0) printf("shard %d/%d: ", campaign->shard, campaign->n_shards);
  printf("%d done", count[EPX_STATE_DONE]);
  for (int state = 0; state < EPX_STATES; state++)
    if (state != EPX_STATE_DONE && count[state] > 0)
      printf(", %d %s", count[state], epx_record_get_state_name(state));
  epx_progress_eval_time(progress->seconds, took, sizeof took);
  if (progress->n_workers == 0) {
    printf("\n"
           "all trials were already finished; the file is unchanged\n");
    return;
  }
  printf("\n%ld trials in %s by %d worker%s\n", progress->n_solved, took, progress->n_workers,
         progress->n_workers == 1 ? "" : "s");
}

/* Standard error and the file say how it ended. */
static void print_stop(epx_display *display, const epx_run_job *job, const epx_coordinator_report *report) {
  const epx_progress *progress = &report->progress;
  char text[320], line[160], kept[80] = "";
  if (report->n_kept > 0)
    snprintf(kept, sizeof kept, ", and so is the state of %d running block%s of trials", report->n_kept,
             report->n_kept == 1 ? "" : "s");
  if (report->stopped)
    fprintf(stderr, "epilux: stopped by %s; finished trials are saved%s. Continue with epilux %s\n",
            report->reason, kept, job->again);
  if (!report->stopped && progress->n_lost > 0)
    fprintf(stderr,
            "epilux: %ld trial%s lost: the jobs that ran %s ended for an unknown reason; run %s again with "
            "epilux %s --retry-lost\n",
            progress->n_lost, progress->n_lost == 1 ? " was" : "s were",
            progress->n_lost == 1 ? "it" : "them", progress->n_lost == 1 ? "it" : "them", job->again);
  if (!display->file) return;
  epx_progress_eval_line(progress, line, sizeof line);
  if (report->stopped)
    snprintf(text, sizeof text, "stopped by %s, saved: %s", report->reason, line);
  else
    snprintf(text, sizeof text, "%s: %s", epx_progress_is_finished(progress) ? "finished" : "failed", line);
  write_file(display, text);
}

void epx_display_view_end(epx_display *display, const epx_run_job *job,
                          const epx_coordinator_report *report) {
  if (display->terminal && !display->quiet && display->next > 0) fprintf(stderr, "\n");
  if (!display->quiet) {
    print_summary(job->path, job->campaign, &report->progress);
    /* No memory for them: then without. */
    if (epx_efficiency_view(report->activity) != EPX_OK) epx_error_reset();
    if (epx_yield_line_view(job->campaign) != EPX_OK) epx_error_reset();
    if (epx_progress_is_finished(&report->progress) && job->campaign->n_shards == 0)
      printf("next: epilux show %s\n", job->path);
  }
  print_stop(display, job, report);
}
