/** @file
 * Pilot: the trials run in a child process, which can be ended in the middle of a block, and whose peak of
 * memory is that of a rank. It tells through a pipe what each block took.
 */
#define _DEFAULT_SOURCE
#include "cli/pilot.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "epilux/base/array.h"

enum { N_SAMPLES = 16 };

/* What the child writes: of a block its seconds, or an error, with its text. */
typedef struct {
  double seconds;
  int code;
  char text[256];
} report;

static double get_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the child */

/* Solves the first block of a point. */
static epx_err solve_block(const epx_campaign *campaign, int i_point, double *record) {
  epx_settings *settings;
  epx_point *point;
  EPX_TRY(epx_campaign_create_point(campaign, i_point, &settings, &point));
  const int code = epx_trial_solve(point, i_point, 0, record);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  return code;
}

/* The k-th sample: first the ends of the design, then the middles between those before (van der Corput). */
static int get_point(const epx_campaign *campaign, int k) {
  double place = k == 0 ? 0 : 1, share = 0.5;
  if (k > 1) {
    place = 0;
    for (int digits = k - 1; digits > 0; digits /= 2, share /= 2)
      place += share * (digits % 2);
  }
  return (int)lround(place * (campaign->n_points - 1));
}

static void run_child(const epx_campaign *campaign, int out) {
  double *record;
  int code = EPX_ARRAY(record, (size_t)campaign->block * campaign->layout.size);
  for (int k = 0; k < N_SAMPLES && code == EPX_OK; k++) {
    report told = {0};
    const double start = get_seconds();
    code = solve_block(campaign, get_point(campaign, k), record);
    told.seconds = get_seconds() - start;
    told.code = code;
    if (code != EPX_OK) snprintf(told.text, sizeof told.text, "%s", epx_error_get_message());
    if (write(out, &told, sizeof told) != sizeof told) return;
  }
}

/* ---- the parent */

static epx_err take(epx_pilot *pilot, const report *told) {
  if (told->code != EPX_OK) return EPX_RAISE(told->code, "a trial of the pilot: %s", told->text);
  pilot->block += told->seconds;
  pilot->slowest = fmax(pilot->slowest, told->seconds);
  pilot->n_blocks++;
  return EPX_OK;
}

/* Reads reports until the budget is spent, the child has no more to say, or patience ends. */
static epx_err listen(int in, double budget, double patience, epx_pilot *pilot) {
  const double start = get_seconds();
  for (;;) {
    const double left = (pilot->n_blocks > 0 ? budget : patience) - (get_seconds() - start);
    struct pollfd waiting = {.fd = in, .events = POLLIN};
    if (left <= 0) return EPX_OK;
    const int ready = poll(&waiting, 1, (int)fmin(1e6, 1e3 * left) + 1);
    if (ready < 0 && errno == EINTR) continue;
    report told;
    if (ready <= 0 || read(in, &told, sizeof told) != sizeof told) return EPX_OK;
    EPX_TRY(take(pilot, &told));
  }
}

static epx_err finish(const epx_campaign *campaign, const epx_pilot *raw, int status,
                      const struct rusage *usage, double patience, epx_pilot *pilot) {
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL;
  if (killed)
    return EPX_RAISE(EPX_ESOLVER, "the pilot's trials were ended by signal %d (%s)", WTERMSIG(status),
                     strsignal(WTERMSIG(status)));
  if (raw->n_blocks == 0)
    return EPX_RAISE(
        EPX_EINPUT,
        "no block of %d trials was done within %.0f s: give --ranks and --time, and --pilot 0 to time none",
        campaign->block, patience);
  const double blocks = (double)campaign->n_points * ceil((double)campaign->n_instances / campaign->block);
  *pilot = *raw;
  pilot->block /= raw->n_blocks;
  pilot->total = pilot->block * blocks;
  pilot->bytes = 1024 * (double)usage->ru_maxrss;
  return EPX_OK;
}

epx_err epx_pilot_eval(const epx_campaign *campaign, double budget, double patience, epx_pilot *pilot) {
  int ends[2];
  *pilot = (epx_pilot){0};
  if (pipe(ends) != 0) return EPX_RAISE(EPX_EFILE, "no pipe to be had: %s", strerror(errno));
  const pid_t child = fork();
  if (child < 0) return EPX_RAISE(EPX_EMEMORY, "no process to be had for the pilot: %s", strerror(errno));
  if (child == 0) {
    close(ends[0]);
    run_child(campaign, ends[1]);
    _exit(0);
  }
  close(ends[1]);
  epx_pilot raw = {0};
  const int code = listen(ends[0], budget, patience, &raw);
  int status;
  struct rusage usage;
  kill(child, SIGKILL);
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
    continue;
  close(ends[0]);
  EPX_TRY(code);
  return finish(campaign, &raw, status, &usage, patience, pilot);
}
