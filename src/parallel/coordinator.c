/** @file
 * Coordinator: one loop over messages and the clock. It never waits inside a send, a receive or a block:
 * worker 0 has a thread of its own, so that signals, journal and the other workers are served at once,
 * however long a block takes.
 */
#include "epilux/parallel/coordinator.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "epilux/base/array.h"
#include "epilux/parallel/schedule.h"
#include "epilux/parallel/signals.h"
#include "parallel/blocks.h"
#include "parallel/seconds.h"

enum { N_SPINS = 30, ERROR_BYTES = 1024 };

static const double nap_share = 0.01, shortest_nap = 2e-5, longest_nap = 5e-3; /* s */
static const double alone_nap = 0.05;                        /* s; the one worker's thread wakes it */
static const double sync_interval = 1, watch_interval = 0.1; /* s */

typedef struct {
  epx_campaign *campaign;
  epx_channel *channel;
  epx_journal *journal;
  epx_store *store;
  const epx_coordinator_options *options;
  epx_coordinator_report *report;
  epx_schedule *schedule;
  int first_worker, n_workers; /* ranks first_worker … */
  bool *stopped;               /* [n_workers] answered to being stopped, or failed */
  int n_stopped;
  epx_message message;
  double start, deadline; /* on epx_seconds_get() */
  double t_sync, t_checkpoint, checkpoint_time, t_watch, t_quiet, give_up;
  bool stopping, dirty; /* workers were told to stop; records came since the last checkpoint */
  int n_signals;
  int error; /* the first */
  char error_text[ERROR_BYTES];
} coordinator;

/* ---- stopping */

static epx_err write_to_workers(coordinator *own, const epx_message *message) {
  epx_message copy = *message;
  for (int w = 0; w < own->n_workers; w++) {
    copy.worker = own->first_worker + w;
    EPX_TRY(epx_channel_write_to_worker(own->channel, &copy));
  }
  return EPX_OK;
}

/* Tells all workers to begin no block more, and until when they are waited for. */
static epx_err stop(coordinator *own, double give_up) {
  if (give_up < own->give_up) own->give_up = give_up;
  epx_schedule_set_draining(own->schedule);
  if (own->stopping) return EPX_OK;
  own->stopping = true;
  return write_to_workers(own, &(epx_message){.kind = EPX_MESSAGE_STOP});
}

static void set_reason(coordinator *own, const char *reason) {
  if (!own->report->stopped) snprintf(own->report->reason, sizeof own->report->reason, "%s", reason);
  own->report->stopped = true;
}

static epx_err stop_for(coordinator *own, const char *reason, double give_up) {
  set_reason(own, reason);
  return stop(own, give_up);
}

/* Keeps the first error, and stops. */
static epx_err stop_for_error(coordinator *own, int code, const char *text) {
  if (own->error == EPX_OK) {
    own->error = code;
    snprintf(own->error_text, sizeof own->error_text, "%s", text);
  }
  return stop(own, epx_seconds_get() + own->options->patience);
}

/* ---- saving */

static epx_err write_checkpoint(coordinator *own) {
  const double start = epx_seconds_get();
  own->t_checkpoint = start;
  if (!own->dirty) return EPX_OK;
  own->dirty = false;
  EPX_TRY(epx_store_write(own->store, start - own->start, own->report->progress.n_solved));
  EPX_TRY(epx_journal_set_empty(own->journal));
  own->t_checkpoint = epx_seconds_get();
  own->checkpoint_time = own->t_checkpoint - start;
  return EPX_OK;
}

/* Saves what the clock says is due. */
static epx_err save(coordinator *own, double now) {
  if (own->error != EPX_OK) return EPX_OK;
  if (now - own->t_sync >= sync_interval) {
    own->t_sync = now;
    EPX_TRY(epx_journal_write_buffer(own->journal, true));
  }
  /* Of large campaigns, a results file may take long: no more than a twentieth of the time goes there. */
  const double interval = fmax(own->options->checkpoint, 20 * own->checkpoint_time);
  return now - own->t_checkpoint >= interval ? write_checkpoint(own) : EPX_OK;
}

/* ---- what workers say */

static epx_err hand_out(coordinator *own, int worker) {
  epx_unit unit;
  while (!own->stopping && epx_schedule_get_unit(own->schedule, worker, epx_seconds_get(), &unit)) {
    const epx_message message = {.kind = EPX_MESSAGE_UNIT,
                                 .worker = own->first_worker + worker,
                                 .first = unit.first,
                                 .count = unit.count};
    epx_progress_load *load = &own->report->load[worker];
    if (load->n_units++ == 0) load->first = epx_seconds_get() - own->start;
    EPX_TRY(epx_channel_write_to_worker(own->channel, &message));
  }
  return EPX_OK;
}

/* A trial that an earlier run finished (its block was cut by a kill) stays as it is: the bits are the same.
 */
static epx_err take_record(coordinator *own, int i_point, int i_instance, const double *record) {
  const size_t size = own->campaign->layout.size;
  double *kept = epx_campaign_get_record(own->campaign, i_point, i_instance);
  epx_progress *progress = &own->report->progress;
  if (kept[0] != EPX_STATE_PENDING) return EPX_OK;
  memcpy(kept, record, size * sizeof *kept);
  progress->n_finished++;
  progress->n_solved++;
  progress->n_failed += kept[0] != EPX_STATE_DONE;
  own->dirty = true;
  return own->error == EPX_OK ? epx_journal_write(own->journal, i_point, i_instance, kept) : EPX_OK;
}

/* Notes in the worker's load what a block took and how its trials ended. */
static void count_block(coordinator *own, int worker, const epx_block *block, double seconds,
                        const double *records) {
  epx_progress_load *load = &own->report->load[worker];
  own->report->progress.busy += seconds;
  load->busy += seconds;
  load->last = epx_seconds_get() - own->start;
  load->n_trials += block->n;
  for (int k = 0; k < block->n; k++)
    load->n_failed += records[(size_t)k * own->campaign->layout.size] != EPX_STATE_DONE;
  if (seconds > load->slowest || load->slowest_point < 0) {
    load->slowest = seconds;
    load->slowest_point = block->i_point;
    load->slowest_instance = block->first;
  }
  const epx_coordinator_block watched = {load->rank, block->i_point, block->first,
                                         block->n,   seconds,        load->last};
  if (own->options->watch_block) own->options->watch_block(own->options->context, &watched);
}

static epx_err take_block(coordinator *own, int worker, int64_t i_block, double seconds,
                          const double *records) {
  const epx_block block = epx_blocks_get(own->campaign, i_block);
  count_block(own, worker, &block, seconds, records);
  for (int k = 0; k < block.n; k++)
    EPX_TRY(
        take_record(own, block.i_point, block.first + k, records + (size_t)k * own->campaign->layout.size));
  return EPX_OK;
}

static epx_err take_result(coordinator *own, int worker) {
  const epx_message *message = &own->message;
  const double *next = (const double *)(const void *)message->data,
               *end = next + message->n_bytes / sizeof *next;
  for (int64_t b = message->first; b < message->first + message->count; b++) {
    const size_t n = 1 + (size_t)epx_blocks_get(own->campaign, b).n * own->campaign->layout.size;
    if ((size_t)(end - next) < n)
      return EPX_RAISE(EPX_EMPI, "a result of worker %d is cut short", message->worker);
    if (epx_schedule_set_done(own->schedule, worker, b, *next, epx_seconds_get()))
      EPX_TRY(take_block(own, worker, b, *next, next + 1));
    next += n;
  }
  return EPX_OK;
}

static epx_err set_stopped(coordinator *own, int worker) {
  own->n_stopped += !own->stopped[worker];
  own->stopped[worker] = true;
  return epx_schedule_set_returned(own->schedule, worker, false);
}

static epx_err take_message(coordinator *own) {
  const epx_message *message = &own->message;
  const int worker = message->worker - own->first_worker;
  switch (message->kind) {
  case EPX_MESSAGE_RESULT:
    EPX_TRY(take_result(own, worker));
    return hand_out(own, worker);
  case EPX_MESSAGE_STOPPED:
    return set_stopped(own, worker);
  case EPX_MESSAGE_ERROR:
    EPX_TRY(set_stopped(own, worker));
    return stop_for_error(own, message->code, (const char *)message->data);
  default:
    return EPX_RAISE(EPX_EMPI, "worker %d sent a message of kind %d", message->worker, (int)message->kind);
  }
}

/* ---- what the clock and the system say */

static epx_err heed_signals(coordinator *own, double now) {
  const int n = epx_signals_get_count();
  if (n == own->n_signals) return EPX_OK;
  const char *name = epx_signals_get_name();
  const double patience = strcmp(name, "SIGINT") == 0 ? INFINITY : own->options->patience;
  const bool again = n > 1; /* two may have come since the last look */
  own->n_signals = n;
  EPX_TRY(stop_for(own, name, again ? now : fmin(now + patience, own->deadline)));
  /* Whoever sent it may kill next: what is there is saved at once. */
  if (own->error != EPX_OK) return EPX_OK;
  EPX_TRY(epx_journal_write_buffer(own->journal, true));
  return write_checkpoint(own);
}

static void watch(coordinator *own, double now) {
  epx_progress *progress = &own->report->progress;
  progress->seconds = now - own->start;
  progress->draining = own->stopping || epx_schedule_is_draining(own->schedule);
  const bool dry = progress->draining || epx_schedule_get_counts(own->schedule).open == 0;
  if (dry && isnan(progress->drained)) progress->drained = progress->seconds;
  own->t_watch = now;
  if (own->options->watch) own->options->watch(own->options->context, progress);
}

static epx_err heed_clock(coordinator *own) {
  const double now = epx_seconds_get();
  EPX_TRY(heed_signals(own, now));
  EPX_TRY(save(own, now));
  /* The schedule stops in time by itself; this is for blocks that took longer than any before. */
  if (now > own->deadline) EPX_TRY(stop_for(own, "the time limit", now));
  if (now - own->t_watch >= watch_interval) watch(own, now);
  return EPX_OK;
}

/* ---- the loop */

static bool is_over(coordinator *own) {
  const epx_schedule_counts counts = epx_schedule_get_counts(own->schedule);
  if (own->stopping) {
    own->report->abandoned = own->n_stopped < own->n_workers && epx_seconds_get() >= own->give_up;
    return own->n_stopped == own->n_workers || own->report->abandoned;
  }
  return counts.out == 0 && (counts.open == 0 || epx_schedule_is_draining(own->schedule));
}

/* One turn: a message, or else what is due and a nap, a hundredth of the time since a message came: so that
 * none waits longer than that share of what it took, and watching costs next to nothing. */
static epx_err turn(coordinator *own, int *n_empty) {
  bool got;
  EPX_TRY(epx_channel_read_from_worker(own->channel, &own->message, &got));
  if (got) {
    const double start = epx_seconds_get();
    *n_empty = 0;
    EPX_TRY(take_message(own));
    own->report->progress.handing_out += epx_seconds_get() - start;
    return heed_clock(own);
  }
  EPX_TRY(heed_clock(own));
  if (++*n_empty < N_SPINS) return EPX_OK;
  if (*n_empty == N_SPINS) {
    own->t_quiet = epx_seconds_get();
    if (own->error == EPX_OK) EPX_TRY(epx_journal_write_buffer(own->journal, false));
  }
  const bool alone = epx_channel_get_size(own->channel) == 1;
  const double nap = nap_share * (epx_seconds_get() - own->t_quiet);
  epx_channel_wait_for_worker(own->channel, alone ? alone_nap : fmin(longest_nap, fmax(shortest_nap, nap)));
  return EPX_OK;
}

/* An error of this side (journal, store) stops the run like a worker's; one of MPI is not survived. */
static epx_err coordinate(coordinator *own) {
  int n_empty = 0;
  for (int w = 0; w < own->n_workers; w++)
    EPX_TRY(hand_out(own, w));
  while (!is_over(own)) {
    const int code = turn(own, &n_empty);
    if (code == EPX_EMPI || code == EPX_EMEMORY) return code;
    if (code != EPX_OK) EPX_TRY(stop_for_error(own, code, epx_error_get_message()));
  }
  if (!own->report->stopped && own->error == EPX_OK && epx_schedule_get_counts(own->schedule).open > 0)
    set_reason(own, "the time limit");
  return EPX_OK;
}

static epx_err create_schedule(coordinator *own) {
  const epx_campaign *campaign = own->campaign;
  epx_schedule_options options = epx_schedule_get_defaults(epx_blocks_get_count(campaign), own->n_workers);
  options.deadline = own->deadline;
  EPX_TRY(epx_schedule_create(&options, &own->schedule));
  for (int64_t b = 0; b < options.n_blocks; b++) {
    const epx_block block = epx_blocks_get(campaign, b);
    bool finished = epx_campaign_has_trial(campaign, block.i_point, block.first);
    const bool ours = finished;
    for (int k = 0; k < block.n && finished; k++)
      finished = epx_campaign_get_record(campaign, block.i_point, block.first + k)[0] != EPX_STATE_PENDING;
    if (finished || !ours) epx_schedule_set_finished(own->schedule, b);
  }
  return EPX_OK;
}

static void count_trials(const epx_campaign *campaign, epx_progress *progress) {
  for (int i = 0; i < campaign->n_points; i++)
    for (int k = 0; k < campaign->n_instances; k++) {
      const double state = epx_campaign_get_record(campaign, i, k)[0];
      if (!epx_campaign_has_trial(campaign, i, k)) continue;
      progress->n_trials++;
      progress->n_finished += state != EPX_STATE_PENDING;
      progress->n_failed += state > EPX_STATE_DONE;
    }
}

static epx_err create_loads(coordinator *own) {
  epx_coordinator_report *report = own->report;
  EPX_TRY(EPX_ARRAY(report->load, (size_t)own->n_workers));
  for (int w = 0; w < own->n_workers; w++)
    report->load[w] = (epx_progress_load){.rank = own->first_worker + w,
                                          .first = NAN,
                                          .last = NAN,
                                          .slowest_point = -1,
                                          .slowest_instance = -1};
  report->progress.load = report->load;
  report->progress.n_workers = own->n_workers;
  report->progress.drained = NAN;
  return EPX_OK;
}

static epx_err prepare(coordinator *own) {
  const int n_ranks = epx_channel_get_size(own->channel);
  own->first_worker = n_ranks > 2;
  own->n_workers = n_ranks - own->first_worker;
  own->start = own->t_sync = own->t_checkpoint = epx_seconds_get();
  own->deadline = own->start + own->options->time_limit;
  own->give_up = INFINITY;
  count_trials(own->campaign, &own->report->progress);
  EPX_TRY(create_loads(own));
  EPX_TRY(EPX_ARRAY(own->stopped, (size_t)own->n_workers));
  return create_schedule(own);
}

/* Saves, then lets the workers go: so that whoever sees the program end finds all of it. */
static epx_err finish(coordinator *own, int code) {
  if (code != EPX_OK && own->error == EPX_OK) {
    own->error = code;
    snprintf(own->error_text, sizeof own->error_text, "%s", epx_error_get_message());
  }
  watch(own, epx_seconds_get());
  const int saved = write_checkpoint(own);
  if (own->error == EPX_OK && saved != EPX_OK) {
    own->error = saved;
    snprintf(own->error_text, sizeof own->error_text, "%s", epx_error_get_message());
  }
  if (!own->report->abandoned) {
    const epx_message end = {.kind = EPX_MESSAGE_END, .code = own->error, .count = own->report->stopped};
    EPX_TRY(write_to_workers(own, &end));
  }
  return own->error == EPX_OK ? EPX_OK : EPX_RAISE(own->error, "%s", own->error_text);
}

void epx_coordinator_report_destroy(epx_coordinator_report *report) {
  epx_array_destroy(&report->load);
  report->progress.load = NULL;
}

epx_err epx_coordinator_solve(epx_campaign *campaign, epx_channel *channel, epx_journal *journal,
                              epx_store *store, const epx_coordinator_options *options,
                              epx_coordinator_report *report) {
  *report = (epx_coordinator_report){0};
  coordinator *own;
  EPX_TRY(EPX_ARRAY(own, 1));
  *own = (coordinator){.campaign = campaign,
                       .channel = channel,
                       .journal = journal,
                       .store = store,
                       .options = options,
                       .report = report};
  int code = prepare(own);
  if (code == EPX_OK) code = coordinate(own);
  code = finish(own, code);
  epx_schedule_destroy(&own->schedule);
  epx_message_destroy(&own->message);
  epx_array_destroy(&own->stopped);
  epx_array_destroy(&own);
  return code;
}
