/** @file
 * Schedule, copies: at the end of a campaign, of what is still out.
 */
#include <stdlib.h>

#include "parallel/schedule/schedule_private.h"

static const double copy_quantile = 0.9; /* of block times, after which a copy is worth its time */

static int compare_outings(const void *a, const void *b) {
  const epx_schedule_outing *first = a, *second = b;
  if (first->since != second->since) return first->since < second->since ? -1 : 1;
  return first->worker - second->worker;
}

/* The first block that a worker holds and nobody has finished, -1: none. What stands behind a block that
 * hangs waits as long as it does. */
static int64_t find_unfinished(const epx_schedule *schedule, const epx_schedule_holding *held) {
  for (int k = 0; k < held->n_units; k++)
    for (int64_t b = held->unit[k].first; b < held->unit[k].first + held->unit[k].count; b++)
      if (!epx_schedule_is_finished(schedule, b) && !epx_schedule_is_suspect(schedule, b)) return b;
  return -1;
}

/* Lists what may be copied, anew when the last list is used up, but not more often than blocks end. */
static void list_tail(epx_schedule *schedule, double now) {
  if (schedule->n_tail > 0 && now - schedule->t_tail < epx_durations_get_mean(&schedule->durations) / 4)
    return;
  schedule->n_tail = schedule->i_tail = 0;
  schedule->t_tail = now;
  for (int w = 0; w < schedule->options.n_workers; w++) {
    const epx_schedule_holding *held = &schedule->worker[w];
    if (held->partner < 0 && find_unfinished(schedule, held) >= 0)
      schedule->tail[schedule->n_tail++] = (epx_schedule_outing){w, held->since};
  }
  qsort(schedule->tail, (size_t)schedule->n_tail, sizeof *schedule->tail, compare_outings);
}

bool epx_schedule_get_copy(epx_schedule *schedule, int worker, double now, epx_unit *unit) {
  const double least =
      epx_durations_eval_quantile(&schedule->durations, copy_quantile) + schedule->options.copy_age;
  if (schedule->durations.n == 0) return false;
  if (schedule->i_tail == schedule->n_tail) list_tail(schedule, now);
  for (; schedule->i_tail < schedule->n_tail; schedule->i_tail++) {
    const epx_schedule_outing *next = &schedule->tail[schedule->i_tail];
    epx_schedule_holding *other = &schedule->worker[next->worker];
    if (now - next->since <= least) return false;
    const int64_t block =
        other->since == next->since && other->partner < 0 ? find_unfinished(schedule, other) : -1;
    if (block < 0) continue;
    *unit = (epx_unit){block, 1};
    other->partner = worker;
    schedule->worker[worker].partner = next->worker;
    schedule->worker[worker].copy = true;
    schedule->i_tail++;
    return true;
  }
  return false;
}

bool epx_schedule_is_shared(const epx_schedule *schedule, int worker) {
  const epx_schedule_holding *held = &schedule->worker[worker];
  if (held->partner < 0) return false;
  const epx_schedule_holding *copy = held->copy ? held : &schedule->worker[held->partner];
  return copy->unit[0].first == held->unit[0].first;
}

void epx_schedule_set_parted(epx_schedule *schedule, int worker) {
  epx_schedule_holding *held = &schedule->worker[worker];
  if (!epx_schedule_is_shared(schedule, worker)) return;
  schedule->worker[held->partner].partner = -1;
  schedule->worker[held->partner].copy = false;
  held->partner = -1;
  held->copy = false;
}
