/** @file
 * Progress: the rate is that of this run as a whole, which wanders less than any recent one.
 */
#include "parallel/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool epx_progress_is_finished(const epx_progress *progress) {
  return progress->n_finished == progress->n_trials && progress->n_open == 0;
}

double epx_progress_eval_rate(const epx_progress *progress) {
  return progress->seconds > 0 ? ((double)progress->n_solved + progress->partial) / progress->seconds : 0;
}

double epx_progress_eval_time_left(const epx_progress *progress) {
  const double rate = epx_progress_eval_rate(progress);
  const long left = progress->n_trials - progress->n_finished;
  if (left == 0) return 0;
  return rate > 0 ? fmax((double)left - progress->partial, 0) / rate : NAN;
}

void epx_progress_eval_time(double seconds, char *text, size_t size) {
  const double s = round(seconds), minutes = floor(s / 60), hours = floor(s / 3600), days = floor(s / 86400);
  if (!isfinite(seconds))
    snprintf(text, size, "unknown");
  else if (seconds < 9.95)
    snprintf(text, size, "%.1f s", seconds);
  else if (s < 60)
    snprintf(text, size, "%.0f s", s);
  else if (s < 3600)
    snprintf(text, size, "%.0f min %.0f s", minutes, s - 60 * minutes);
  else if (s < 86400)
    snprintf(text, size, "%.0f h %.0f min", hours, minutes - 60 * hours);
  else
    snprintf(text, size, "%.0f d %.0f h", days, hours - 24 * days);
}

/* What long trainings and idle workers add to the line. */
static void add_state(const epx_progress *progress, char *line, size_t size) {
  const double least = floor(100 * progress->least), most = floor(100 * progress->most);
  size_t n = strlen(line);
  if (progress->n_trainings > 0 && least == most)
    snprintf(line + n, size - n, "; trainings at %.0f %%", most);
  else if (progress->n_trainings > 0)
    snprintf(line + n, size - n, "; trainings at %.0f to %.0f %%", least, most);
  n = strlen(line);
  if (progress->n_idle > 0)
    snprintf(line + n, size - n, "; %d of %d workers idle", progress->n_idle, progress->n_workers);
}

void epx_progress_eval_line(const epx_progress *progress, char *line, size_t size) {
  const double share = progress->n_trials > 0 ? (double)progress->n_finished / (double)progress->n_trials : 1;
  char left[32];
  epx_progress_eval_time(epx_progress_eval_time_left(progress), left, sizeof left);
  snprintf(line, size, "%ld/%ld trials, %.0f %%, %ld failed, %.3g a second, %s%s", progress->n_finished,
           progress->n_trials, floor(100 * share), progress->n_failed, epx_progress_eval_rate(progress),
           progress->draining ? "stopping" : left, progress->draining ? "" : " left");
  if (!progress->draining) add_state(progress, line, size);
}
