/** @file
 * Keeping: the clock of trainings.
 */
#include "parallel/checkpointing.h"

#include <math.h>

#include "epilux/log.h"
#include "parallel/seconds.h"

/* s: beside twice the longest update and the longest writing so far, what leaving in time takes */
static const double margin = 1;

void epx_checkpointing_init(epx_checkpointing *own, const char *results, uint64_t digest, int block,
                            int n_ranks, double interval) {
  *own = (epx_checkpointing){
      .key = {.results = interval > 0 ? results : NULL, .digest = digest, .block = block, .n_ranks = n_ranks},
      .interval = interval,
      .deadline = INFINITY,
      .stop = INFINITY};
}

void epx_checkpointing_set_block(epx_checkpointing *own, int i_point, int first, int width) {
  own->key.block = width;
  own->key.i_point = i_point;
  own->key.first = first;
  own->begun = own->trained = own->kept = own->shown = epx_seconds_get();
  own->longest = own->write_time = 0;
  own->first_share = -1;
  own->left = false;
}

void epx_checkpointing_set_stop(epx_checkpointing *own, double seconds) {
  own->stop = fmin(own->stop, epx_seconds_get() + seconds);
}

void epx_checkpointing_set_deadline(epx_checkpointing *own, double seconds) {
  own->deadline = epx_seconds_get() + seconds;
}

/* What comes after the training takes about as long as what came before it; the first update is among that.
 */
bool epx_checkpointing_is_leaving(const epx_checkpointing *own, double share, double now) {
  const double end = fmin(own->deadline, own->stop), slack = margin + 2 * (own->longest + own->write_time);
  const double rate = (share - own->first_share) / (now - own->trained);
  if (now + slack >= end) return true;
  if (isinf(own->stop)) return false;
  return !(now + (1 - share) / rate + own->trained - own->begun < end);
}

/* Without a file the training goes on as if none were wanted. */
static bool write(epx_checkpointing *own, double share, const epx_restart *restart) {
  const double start = epx_seconds_get();
  const int code = epx_checkpoint_write(&own->key, own->writer, share, restart);
  own->kept = epx_seconds_get();
  own->write_time = fmax(own->write_time, own->kept - start);
  if (code == EPX_OK) return true;
  if (!own->failed)
    epx_log_write(EPX_LOG_WARNING, "checkpointing", "the state of running trainings cannot be saved: %s",
                  epx_error_get_message());
  own->failed = true;
  epx_error_reset();
  return false;
}

static epx_err decide(epx_checkpointing *own, double share, const epx_restart *restart) {
  const double now = epx_seconds_get();
  if (own->ask && own->ask(own->context)) return EPX_RAISE(EPX_EINTERRUPTED, "interrupted");
  own->longest = fmax(own->longest, now - own->shown);
  own->shown = now;
  if (own->first_share < 0 || share < own->share) { /* of another training than before */
    own->first_share = share;
    own->trained = now;
    own->longest = 0; /* it was more than an update */
  }
  own->share = share;
  const bool leaves = epx_checkpointing_is_leaving(own, share, now);
  if (!leaves && now - own->kept < own->interval) return EPX_OK;
  if (!write(own, share, restart)) return EPX_OK;
  own->shown = epx_seconds_get();
  return leaves ? EPX_RAISE(EPX_EINTERRUPTED, "stopped during its training, and saved") : EPX_OK;
}

static bool is_leader(const epx_checkpointing *own) {
  return !own->group || epx_group_get_place(own->group).rank == 0;
}

static epx_err show(void *context, double share, const epx_restart *restart) {
  epx_checkpointing *own = context;
  int code = is_leader(own) ? decide(own, share, restart) : EPX_OK;
  if (own->group) code = epx_group_merge_codes(own->group, code);
  own->left = code == EPX_EINTERRUPTED;
  return code;
}

static epx_err read(void *context, const epx_restart *restart, bool *found) {
  epx_checkpointing *own = context;
  *found = false;
  int code = EPX_OK;
  double share = -1;
  if (is_leader(own) && own->resumes) code = epx_checkpoint_read(&own->key, restart, &share);
  *found = code == EPX_OK && share >= 0;
  if (*found)
    epx_log_write(EPX_LOG_INFO, "checkpointing",
                  "point %d, instances from %d on: continues, %.1f %% of a training done", own->key.i_point,
                  own->key.first, 100 * share);
  if (!own->group) return code;
  EPX_TRY(epx_group_merge_codes(own->group, code));
  EPX_TRY(epx_group_merge_bytes(own->group, found, sizeof *found));
  for (int k = 0; k < restart->n_parts && *found; k++)
    EPX_TRY(epx_group_merge_bytes(own->group, restart->part[k].data, restart->part[k].n_bytes));
  return EPX_OK;
}

epx_checkpointer epx_checkpointing_get_checkpointer(epx_checkpointing *own) {
  if (!own->key.results) return (epx_checkpointer){0};
  return (epx_checkpointer){.context = own, .read = read, .show = show};
}
