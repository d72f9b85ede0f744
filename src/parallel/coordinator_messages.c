/** @file
 * Coordinator, messages: what workers say, and what they are told in turn.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "io/recovery/checkpoint.h"
#include "parallel/coordinator_private.h"
#include "parallel/schedule/blocks.h"
#include "parallel/seconds.h"

/* Notes what a worker is about to begin, for the case that it dies of it. Before a suspect, what others have
 * finished leaves this process: if it dies now, only what is under way is charged with that. */
static epx_err note_attempt(epx_coordinator *own, int worker, const epx_unit *unit) {
  if (own->error == EPX_OK && epx_schedule_is_suspect(own->schedule, unit->first))
    EPX_TRY(epx_journal_write_buffer(own->files->journal, false));
  if (!own->files->attempts) return EPX_OK;
  return epx_attempts_write(own->files->attempts, worker, unit->first, unit->count);
}

epx_err epx_coordinator_write_units(epx_coordinator *own, int worker) {
  epx_unit unit;
  while (!own->stopping && epx_schedule_get_unit(own->schedule, worker, epx_seconds_get(), &unit)) {
    const epx_message message = {.kind = EPX_MESSAGE_UNIT,
                                 .worker = own->first_worker + worker,
                                 .code = own->files->resumes || own->n_errors > 0,
                                 .first = unit.first,
                                 .count = unit.count,
                                 .seconds = own->deadline - epx_seconds_get()};
    EPX_TRY(note_attempt(own, worker, &unit));
    epx_progress_load *load = &own->report->load[worker];
    if (load->n_units++ == 0) load->first = epx_seconds_get() - own->start;
    EPX_TRY(epx_channel_write_to_worker(own->channel, &message));
  }
  epx_progress *progress = &own->report->progress;
  if (isnan(progress->drained) && epx_schedule_get_counts(own->schedule).open == 0)
    progress->drained = epx_seconds_get() - own->start;
  return EPX_OK;
}

/* A trial that an earlier run finished (its block was cut by a kill) stays as it is: the bits are the same.
 */
static epx_err take_record(epx_coordinator *own, int i_point, int i_instance, const double *record) {
  const size_t size = own->campaign->layout.size;
  double *kept = epx_campaign_get_record(own->campaign, i_point, i_instance);
  epx_progress *progress = &own->report->progress;
  if (kept[0] != EPX_STATE_PENDING) return EPX_OK;
  memcpy(kept, record, size * sizeof *kept);
  progress->n_finished++;
  progress->n_solved++;
  progress->n_failed += kept[0] != EPX_STATE_DONE;
  own->dirty = true;
  return own->error == EPX_OK ? epx_journal_write(own->files->journal, i_point, i_instance, kept) : EPX_OK;
}

/* Notes in the worker's load what a block took and how its trials ended; now: s of the run. */
static void count_block(epx_coordinator *own, int worker, const epx_block *block, double now, double seconds,
                        const double *records) {
  epx_progress_load *load = &own->report->load[worker];
  own->report->progress.busy += seconds;
  load->busy += seconds;
  load->last = now;
  load->n_trials += block->n;
  for (int k = 0; k < block->n; k++)
    load->n_failed += records[(size_t)k * own->campaign->layout.size] != EPX_STATE_DONE;
  if (seconds > load->slowest || load->slowest_point < 0) {
    load->slowest = seconds;
    load->slowest_point = block->i_point;
    load->slowest_instance = block->first;
  }
  epx_activity_set_block(own->report->activity, worker, block->i_point, block->first, seconds, block->n,
                         own->campaign->layout.size, records);
  const epx_coordinator_block watched = {load->rank, block->i_point, block->first,
                                         block->n,   seconds,        load->last};
  if (own->options->watch_block) own->options->watch_block(own->options->context, &watched);
}

static epx_err take_block(epx_coordinator *own, int worker, const epx_block *block, double now,
                          double seconds, const double *records) {
  count_block(own, worker, block, now, seconds, records);
  for (int k = 0; k < block->n; k++)
    EPX_TRY(
        take_record(own, block->i_point, block->first + k, records + (size_t)k * own->campaign->layout.size));
  return EPX_OK;
}

/* What was kept of a block goes once its records are on the disk. Blocks are kept that took long. */
static epx_err forget_kept(epx_coordinator *own, const epx_block *block, double seconds) {
  const epx_campaign *campaign = own->campaign;
  const epx_checkpoint_key key = {
      .results = own->files->results, .i_point = block->i_point, .first = block->first};
  const bool any = own->files->resumes || own->n_errors > 0 || seconds >= campaign->checkpoint;
  if (!key.results || campaign->checkpoint == 0 || !any || own->error != EPX_OK) return EPX_OK;
  EPX_TRY(epx_journal_write_buffer(own->files->journal, true));
  epx_checkpoint_destroy(&key);
  return EPX_OK;
}

static epx_err take_result(epx_coordinator *own, int worker) {
  const epx_message *message = &own->message;
  const double *next = (const double *)(const void *)message->data,
               *end = next + message->n_bytes / sizeof *next;
  const double now = epx_seconds_get();
  double solved = 0;
  for (int64_t b = message->first; b < message->first + message->count; b++) {
    const epx_block block = epx_blocks_get(own->campaign, b);
    const size_t n = 1 + (size_t)block.n * own->campaign->layout.size;
    if ((size_t)(end - next) < n)
      return EPX_RAISE(EPX_EMPI, "a result of worker %d is cut short", message->worker);
    if (epx_schedule_set_done(own->schedule, worker, b, *next, now)) {
      EPX_TRY(take_block(own, worker, &block, now - own->start, *next, next + 1));
      EPX_TRY(forget_kept(own, &block, *next));
    }
    solved += *next;
    next += n;
  }
  epx_activity_set_span(own->report->activity, worker, now - own->start, solved);
  return EPX_OK;
}

static epx_err set_stopped(epx_coordinator *own, int worker) {
  own->n_stopped += !own->stopped[worker];
  own->stopped[worker] = true;
  return epx_schedule_set_returned(own->schedule, worker, false);
}

static epx_err take_kept(epx_coordinator *own, int worker) {
  own->report->n_kept++;
  epx_schedule_set_kept(own->schedule, worker);
  return set_stopped(own, worker);
}

/* What one machine lacks, another may have: the block is tried elsewhere while there is hope. What is wrong in
 * the deck is wrong everywhere. */
static epx_err take_error(epx_coordinator *own, int worker) {
  const epx_message *message = &own->message;
  const char *text = (const char *)message->data, *host = epx_channel_get_host(own->channel, message->worker);
  bool hopeless = own->stopping || message->code == EPX_EMPI || message->code == EPX_EINPUT;
  const bool was_aside = epx_schedule_is_aside(own->schedule, worker);
  if (!hopeless) EPX_TRY(epx_schedule_set_failed(own->schedule, worker, &hopeless));
  if (hopeless) {
    EPX_TRY(set_stopped(own, worker));
    return epx_coordinator_set_error(own, message->code, text);
  }
  if (own->n_errors++ == 0)
    epx_log_write(EPX_LOG_WARNING, "coordinator", "rank %d on %s: %s; its trials are tried again",
                  message->worker, host, text);
  if (!was_aside && epx_schedule_is_aside(own->schedule, worker))
    epx_log_write(EPX_LOG_WARNING, "coordinator",
                  "%s is put aside: trials fail there one after the other (%s)", host, text);
  return epx_channel_write_to_worker(own->channel,
                                     &(epx_message){.kind = EPX_MESSAGE_GO, .worker = message->worker});
}

epx_err epx_coordinator_write_idle(epx_coordinator *own) {
  for (int w; !own->stopping && (w = epx_schedule_get_idle(own->schedule, 0)) >= 0;) {
    EPX_TRY(epx_coordinator_write_units(own, w));
    if (epx_schedule_get_idle(own->schedule, 0) == w) break;
  }
  return EPX_OK;
}

epx_err epx_coordinator_read_message(epx_coordinator *own) {
  const epx_message *message = &own->message;
  const int worker = message->worker - own->first_worker;
  switch (message->kind) {
  case EPX_MESSAGE_RESULT:
    EPX_TRY(take_result(own, worker));
    EPX_TRY(epx_coordinator_write_units(own, worker));
    return epx_coordinator_write_idle(own);
  case EPX_MESSAGE_STOPPED:
    return set_stopped(own, worker);
  case EPX_MESSAGE_KEPT:
    return take_kept(own, worker);
  case EPX_MESSAGE_ERROR:
    EPX_TRY(take_error(own, worker));
    return epx_coordinator_write_idle(own);
  default:
    return EPX_RAISE(EPX_EMPI, "worker %d sent a message of kind %d", message->worker, (int)message->kind);
  }
}

epx_err epx_coordinator_write_given_up(epx_coordinator *own) {
  const epx_record_layout *layout = &own->campaign->layout;
  double *record;
  EPX_TRY(EPX_ARRAY(record, layout->size));
  epx_record_init(layout, record);
  record[0] = EPX_FAILED;
  int code = EPX_OK;
  for (int64_t b; code == EPX_OK && (b = epx_schedule_get_given_up(own->schedule, own->n_given_up)) >= 0;
       own->n_given_up++) {
    const epx_block block = epx_blocks_get(own->campaign, b);
    epx_log_write(
        EPX_LOG_WARNING, "coordinator",
        "point %d, instances %d to %d are recorded as failed: %d processes died with them under way",
        block.i_point, block.first, block.first + block.n - 1, own->options->attempts);
    for (int k = 0; k < block.n && code == EPX_OK; k++)
      code = take_record(own, block.i_point, block.first + k, record);
  }
  epx_array_destroy(&record);
  return code;
}
