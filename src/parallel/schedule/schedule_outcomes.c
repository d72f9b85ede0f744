/** @file
 * Schedule, outcomes: what became of the units that were handed out.
 */
#include <string.h>

#include "base/array.h"
#include "parallel/schedule/schedule_private.h"

/* Takes its first block from what a worker holds. */
static void pop(epx_schedule *schedule, int worker) {
  epx_schedule_holding *held = &schedule->worker[worker];
  epx_schedule_set_parted(schedule, worker);
  held->unit[0].first++;
  if (--held->unit[0].count == 0) {
    held->unit[0] = held->unit[1];
    held->n_units--;
  }
  if (held->n_units == 0) epx_schedule_set_idle(schedule, worker, !schedule->hosts[held->host].aside);
}

bool epx_schedule_set_done(epx_schedule *schedule, int worker, int64_t block, double seconds, double now) {
  epx_schedule_holding *held = &schedule->worker[worker];
  if (held->n_units == 0 || held->unit[0].first != block) return false;
  pop(schedule, worker);
  held->since = now;
  if (epx_schedule_is_finished(schedule, block)) return false;
  epx_schedule_set_bit(schedule, block);
  schedule->counts.out--;
  schedule->counts.finished++;
  schedule->hosts[held->host].n_failures = 0;
  epx_durations_merge(&schedule->durations, seconds);
  epx_suspect *suspect = schedule->suspects.n > 0 ? epx_suspects_get(&schedule->suspects, block) : NULL;
  if (suspect) {
    epx_suspects_set_state(&schedule->suspects, suspect, EPX_SUSPECT_OVER);
    schedule->alone = false;
  }
  return true;
}

void epx_schedule_set_kept(epx_schedule *schedule, int worker) {
  epx_schedule_holding *held = &schedule->worker[worker];
  if (held->n_units == 0) return;
  const int64_t block = held->unit[0].first;
  const bool shared = epx_schedule_is_shared(schedule, worker);
  epx_suspect *suspect = epx_suspects_get(&schedule->suspects, block);
  pop(schedule, worker);
  schedule->draining = true;
  if (shared || epx_schedule_is_finished(schedule, block)) return;
  schedule->counts.out--;
  schedule->counts.kept++;
  if (!suspect) return;
  epx_suspects_set_state(&schedule->suspects, suspect, EPX_SUSPECT_OVER);
  schedule->alone = false;
}

static epx_err push_returned(epx_schedule *schedule, epx_unit unit) {
  if (schedule->n_returned == schedule->returned_capacity) {
    epx_unit *larger;
    const size_t capacity = schedule->n_returned ? 2 * schedule->n_returned : 16;
    EPX_TRY(EPX_ARRAY(larger, capacity));
    if (schedule->n_returned > 0) memcpy(larger, schedule->returned, schedule->n_returned * sizeof *larger);
    epx_array_destroy(&schedule->returned);
    schedule->returned = larger;
    schedule->returned_capacity = capacity;
  }
  schedule->returned[schedule->n_returned++] = unit;
  return EPX_OK;
}

/* Returns the first block of what a worker holds: one that is finished or held by a partner is in good hands;
 * one that is charged becomes a suspect, and a suspect is open as such. *given_up: it is charged too often.
 */
static epx_err return_first(epx_schedule *schedule, int worker, bool charged, bool *given_up) {
  epx_schedule_holding *held = &schedule->worker[worker];
  const int64_t block = held->unit[0].first;
  const bool shared = epx_schedule_is_shared(schedule, worker),
             finished = epx_schedule_is_finished(schedule, block);
  epx_suspect *suspect = epx_suspects_get(&schedule->suspects, block);
  *given_up = false;
  pop(schedule, worker);
  if (shared || finished) return EPX_OK;
  schedule->counts.out--;
  schedule->counts.open++;
  if (!suspect && !charged) return push_returned(schedule, (epx_unit){block, 1});
  if (suspect) schedule->alone = false;
  EPX_TRY(epx_suspects_merge(&schedule->suspects, block, charged, &suspect));
  *given_up = suspect->n_deaths > schedule->options.retries;
  if (*given_up) epx_schedule_set_given_up(schedule, suspect);
  return EPX_OK;
}

static epx_err return_all(epx_schedule *schedule, int worker, bool charged, bool *given_up) {
  epx_schedule_holding *held = &schedule->worker[worker];
  *given_up = false;
  if (held->n_units == 0) return EPX_OK;
  EPX_TRY(return_first(schedule, worker, charged, given_up));
  while (held->n_units > 0 && schedule->n_tail > 0) { /* copies may have finished any of them */
    bool never;
    EPX_TRY(return_first(schedule, worker, false, &never));
  }
  while (held->n_units > 0) {
    const epx_unit unit = held->unit[held->n_units - 1];
    EPX_TRY(push_returned(schedule, unit));
    schedule->counts.out -= unit.count;
    schedule->counts.open += unit.count;
    held->n_units--;
  }
  epx_schedule_set_idle(schedule, worker, !schedule->hosts[held->host].aside);
  return EPX_OK;
}

epx_err epx_schedule_set_returned(epx_schedule *schedule, int worker, bool lost) {
  bool given_up;
  return return_all(schedule, worker, lost, &given_up);
}

static bool has_host(const epx_schedule *schedule) {
  for (int h = 0; h < schedule->n_hosts; h++)
    if (!schedule->hosts[h].aside) return true;
  return false;
}

epx_err epx_schedule_set_failed(epx_schedule *schedule, int worker, bool *hopeless) {
  epx_schedule_host *where = &schedule->hosts[schedule->worker[worker].host];
  bool given_up;
  EPX_TRY(return_all(schedule, worker, true, &given_up));
  if (++where->n_failures >= schedule->options.host_limit && !where->aside) {
    where->aside = true;
    for (int w = 0; w < schedule->options.n_workers; w++)
      if (&schedule->hosts[schedule->worker[w].host] == where) epx_schedule_set_idle(schedule, w, false);
  }
  *hopeless = given_up || !has_host(schedule);
  return EPX_OK;
}
