/** @file
 * Coordinator: one loop over messages and the clock. It never waits inside a send, a receive or a block:
 * worker 0 has a thread of its own, so that signals, journal and the other workers are served at once,
 * however long a block takes.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/coordinator.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "epilux/log.h"
#include "io/proposals.h"
#include "io/recovery/checkpoint.h"
#include "parallel/schedule/blocks.h"
#include "parallel/schedule/schedule.h"
#include "parallel/seconds.h"
#include "parallel/signals.h"
#include "parallel/under_way.h"

/* GROUP_PATIENCE: times the patience until a group of ranks may hang. */
enum { N_YIELDS = 100, GROUP_PATIENCE = 30 };

static const double longest_yielding = 5e-4;                 /* s */
static const double shortest_nap = 2e-5;                     /* s */
static const double alone_nap = 0.05;                        /* s; the one worker's thread wakes it */
static const double sync_interval = 1, watch_interval = 0.1; /* s */

/* s that workers have to answer: at the end, when all is saved; when there is no time. */
static const double unhurried = 5, hurried = 0.5;

typedef struct {
  epx_campaign *campaign;
  epx_channel *channel;
  const epx_coordinator_files *files;
  const epx_coordinator_options *options;
  epx_coordinator_report *report;
  epx_schedule *schedule;
  int first_worker, n_workers; /* ranks first_worker … */
  bool *stopped;               /* [n_workers] answered to being stopped, or failed */
  int *n_open;                 /* [n_points] instances that were proposed to the schedule; NULL: all are */
  int n_stopped;
  epx_message message;
  double start, deadline; /* on epx_seconds_get() */
  double t_sync, t_checkpoint, checkpoint_time, t_watch, give_up;
  double t_message;     /* when the last message was dealt with */
  bool stopping, dirty; /* workers were told to stop; records came since the last checkpoint */
  int n_signals;
  int n_errors; /* of workers */
  int error;    /* the first */
  char error_text[1024];
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

/* Tells all workers to begin no block more, and until when they are waited for. No end from here on is a
 * trial's fault: whoever tells to stop may kill a moment later. */
static epx_err set_stopping(coordinator *own, double give_up) {
  if (give_up < own->give_up) own->give_up = give_up;
  epx_schedule_set_draining(own->schedule);
  if (own->stopping) return EPX_OK;
  own->stopping = true;
  if (own->files->attempts) EPX_TRY(epx_attempts_set_over(own->files->attempts));
  const double left = fmin(give_up - epx_seconds_get(), own->options->patience);
  return write_to_workers(own, &(epx_message){.kind = EPX_MESSAGE_STOP, .seconds = left});
}

static void set_reason(coordinator *own, const char *reason) {
  if (!own->report->stopped) snprintf(own->report->reason, sizeof own->report->reason, "%s", reason);
  own->report->stopped = true;
}

static epx_err stop_for(coordinator *own, const char *reason, double give_up) {
  set_reason(own, reason);
  return set_stopping(own, give_up);
}

/* Keeps the first error, and stops. */
static epx_err set_error(coordinator *own, int code, const char *text) {
  if (own->error == EPX_OK) {
    own->error = code;
    snprintf(own->error_text, sizeof own->error_text, "%s", text);
  }
  return set_stopping(own, epx_seconds_get() + own->options->patience);
}

/* ---- saving */

static epx_err write_checkpoint(coordinator *own) {
  const double start = epx_seconds_get();
  own->t_checkpoint = start;
  if (!own->dirty) return EPX_OK;
  own->dirty = false;
  epx_activity *activity = own->report->activity;
  epx_activity_set_time(activity, start - own->start, own->report->progress.drained);
  activity->handing_out = own->report->progress.handing_out;
  epx_store_set_activity(own->files->store, activity);
  EPX_TRY(epx_store_write(own->files->store, start - own->start, own->report->progress.n_solved));
  EPX_TRY(epx_journal_set_empty(own->files->journal));
  own->t_checkpoint = epx_seconds_get();
  own->checkpoint_time = own->t_checkpoint - start;
  return EPX_OK;
}

/* Saves what the clock says is due. */
static epx_err save(coordinator *own, double now) {
  if (own->error != EPX_OK) return EPX_OK;
  if (now - own->t_sync >= sync_interval) {
    own->t_sync = now;
    EPX_TRY(epx_journal_write_buffer(own->files->journal, true));
  }
  /* Of large campaigns, a results file may take long: no more than a twentieth of the time goes there. */
  const double interval = fmax(own->options->checkpoint, 20 * own->checkpoint_time);
  return now - own->t_checkpoint >= interval ? write_checkpoint(own) : EPX_OK;
}

/* ---- what workers say, and what they are told in turn */

/* Stops, by a signal that came here or to a worker. */
static epx_err heed_signal(coordinator *own, const char *name, bool again, double now) {
  const double left = fmin(own->options->patience, fmax(own->deadline - now, hurried));
  EPX_TRY(stop_for(own, name, now + (again ? hurried : left)));
  /* Whoever sent it may kill next: what is there is saved at once. */
  if (own->error != EPX_OK) return EPX_OK;
  EPX_TRY(epx_journal_write_buffer(own->files->journal, true));
  return write_checkpoint(own);
}

/* Notes what a worker is about to begin, for the case that it dies of it. Before a suspect, what others have
 * finished leaves this process: if it dies now, only what is under way is charged with that. */
static epx_err note_attempt(coordinator *own, int worker, const epx_unit *unit) {
  if (own->error == EPX_OK && epx_schedule_is_suspect(own->schedule, unit->first))
    EPX_TRY(epx_journal_write_buffer(own->files->journal, false));
  if (!own->files->attempts) return EPX_OK;
  return epx_attempts_write(own->files->attempts, worker, unit->first, unit->count,
                            epx_schedule_is_alone(own->schedule));
}

static int eval_code(const coordinator *own) {
  const bool resumes = own->files->resumes || own->n_errors > 0;
  return (resumes ? EPX_UNIT_RESUMES : 0) | (epx_schedule_is_alone(own->schedule) ? EPX_UNIT_ALONE : 0);
}

static epx_err write_units(coordinator *own, int worker) {
  epx_unit unit;
  while (!own->stopping && epx_schedule_take_unit(own->schedule, worker, epx_seconds_get(), &unit)) {
    const epx_message message = {.kind = EPX_MESSAGE_UNIT,
                                 .worker = own->first_worker + worker,
                                 .code = eval_code(own),
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
static epx_err take_record(coordinator *own, int i_point, int i_instance, const double *record) {
  const size_t size = own->campaign->layout.size;
  double *kept = epx_campaign_get_record(own->campaign, i_point, i_instance);
  epx_progress *progress = &own->report->progress;
  if (kept[0] != EPX_STATE_PENDING) return EPX_OK;
  memcpy(kept, record, size * sizeof *kept);
  progress->n_finished++;
  progress->n_solved++;
  progress->n_failed += kept[0] != EPX_STATE_DONE; /* a trial that is run is never lost */
  own->dirty = true;
  return own->error == EPX_OK ? epx_journal_write(own->files->journal, i_point, i_instance, kept) : EPX_OK;
}

/* Notes in the worker's load what a block took and how its trials ended; now: s of the run. */
static void count_block(coordinator *own, int worker, const epx_block *block, double now, double seconds,
                        const double *records) {
  epx_progress_load *load = &own->report->load[worker];
  own->report->progress.busy += seconds;
  load->busy += seconds;
  load->share = 0;
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

static epx_err take_block(coordinator *own, int worker, const epx_block *block, double now, double seconds,
                          const double *records) {
  count_block(own, worker, block, now, seconds, records);
  for (int k = 0; k < block->n; k++)
    EPX_TRY(
        take_record(own, block->i_point, block->first + k, records + (size_t)k * own->campaign->layout.size));
  return EPX_OK;
}

/* Tells the workers the factors of a point that was searched for. */
static epx_err write_row(coordinator *own, int i_point) {
  const double *row = epx_proposals_get_row(own->campaign->proposals, i_point);
  if (!row || i_point < own->campaign->n_begun) return EPX_OK;
  const size_t n_bytes = (size_t)own->campaign->n_factors * sizeof *row;
  epx_message message = {.kind = EPX_MESSAGE_ROW, .first = i_point};
  EPX_TRY(epx_message_set_capacity(&message, n_bytes));
  memcpy(message.data, row, n_bytes);
  message.n_bytes = n_bytes;
  const int code = write_to_workers(own, &message);
  epx_message_destroy(&message);
  return code;
}

/* Opens what of a point was held and is proposed now. */
static epx_err open_proposed(coordinator *own, int i_point) {
  const int n = epx_proposals_get_point(own->campaign->proposals, i_point)->n_proposed;
  const int64_t a_point = epx_blocks_get_count(own->campaign) / own->campaign->n_points;
  if (own->n_open[i_point] == 0 && n > 0) EPX_TRY(write_row(own, i_point));
  while (own->n_open[i_point] < n) {
    const int64_t b = i_point * a_point + own->n_open[i_point] / own->campaign->block;
    const epx_block block = epx_blocks_get(own->campaign, b);
    EPX_TRY(epx_schedule_set_open(own->schedule, b));
    own->n_open[i_point] += block.n;
    own->report->progress.n_trials += block.n;
    own->report->progress.drained = NAN;
  }
  return EPX_OK;
}

/* Decides what a point's new records allow, where the campaign decides. The last look opened goes out first, so that a point
 * is brought to its end. */
static epx_err decide(coordinator *own, int i_point) {
  bool more;
  if (!own->campaign->proposals) return EPX_OK;
  const int n_open = epx_proposals_get_n_open(own->campaign->proposals);
  EPX_TRY(epx_proposals_update(own->campaign->proposals, i_point, &more));
  own->dirty |= epx_proposals_get_n_open(own->campaign->proposals) != n_open;
  for (int i = 0; more && i < own->campaign->n_points; i++)
    EPX_TRY(open_proposed(own, i));
  return EPX_OK;
}

/* What was kept of a block goes once its records are on the disk. Blocks are kept that took long. */
static epx_err forget_kept(coordinator *own, const epx_block *block, double seconds) {
  const epx_campaign *campaign = own->campaign;
  const epx_checkpoint_key key = {
      .results = own->files->results, .i_point = block->i_point, .first = block->first};
  const bool any = own->files->resumes || own->n_errors > 0 || seconds >= campaign->checkpoint;
  if (!key.results || campaign->checkpoint == 0 || !any || own->error != EPX_OK) return EPX_OK;
  EPX_TRY(epx_journal_write_buffer(own->files->journal, true));
  epx_checkpoint_destroy(&key);
  return EPX_OK;
}

static epx_err take_result(coordinator *own, int worker) {
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
      EPX_TRY(decide(own, block.i_point));
    }
    solved += *next;
    next += n;
  }
  epx_activity_set_span(own->report->activity, worker, now - own->start, solved);
  return EPX_OK;
}

static epx_err set_stopped(coordinator *own, int worker) {
  own->n_stopped += !own->stopped[worker];
  own->stopped[worker] = true;
  return epx_schedule_set_returned(own->schedule, worker);
}

static epx_err take_kept(coordinator *own, int worker) {
  own->report->n_kept++;
  epx_schedule_set_kept(own->schedule, worker);
  return set_stopped(own, worker);
}

/* What one machine lacks, another may have: the block is tried elsewhere while there is hope. What is wrong in
 * the deck is wrong everywhere. */
static epx_err take_error(coordinator *own, int worker) {
  const epx_message *message = &own->message;
  const char *text = (const char *)message->data, *host = epx_channel_get_host(own->channel, message->worker);
  bool hopeless = own->stopping || message->code == EPX_EMPI || message->code == EPX_EINPUT;
  const bool was_aside = epx_schedule_is_aside(own->schedule, worker);
  if (!hopeless) EPX_TRY(epx_schedule_set_failed(own->schedule, worker, &hopeless));
  if (hopeless) {
    EPX_TRY(set_stopped(own, worker));
    return set_error(own, message->code, text);
  }
  if (own->n_errors++ == 0)
    epx_log_write(EPX_LOG_WARNING, "coordinator", "rank %d on %s: %s; its trials are run again",
                  message->worker, host, text);
  if (!was_aside && epx_schedule_is_aside(own->schedule, worker))
    epx_log_write(EPX_LOG_WARNING, "coordinator",
                  "%s gets no more work: all trials fail there, one after the other (%s)", host, text);
  return epx_channel_write_to_worker(own->channel,
                                     &(epx_message){.kind = EPX_MESSAGE_GO, .worker = message->worker});
}

static epx_err write_idle(coordinator *own) {
  for (int w; !own->stopping && (w = epx_schedule_get_idle(own->schedule, 0)) >= 0;) {
    EPX_TRY(write_units(own, w));
    if (epx_schedule_get_idle(own->schedule, 0) == w) break;
  }
  return EPX_OK;
}

static epx_err read_message(coordinator *own) {
  const epx_message *message = &own->message;
  const int worker = message->worker - own->first_worker;
  switch (message->kind) {
  case EPX_MESSAGE_RESULT:
    EPX_TRY(take_result(own, worker));
    EPX_TRY(write_units(own, worker));
    return write_idle(own);
  case EPX_MESSAGE_STOPPED:
    return set_stopped(own, worker);
  case EPX_MESSAGE_KEPT:
    return take_kept(own, worker);
  case EPX_MESSAGE_SHARE:
    own->report->load[worker].share = message->seconds;
    return EPX_OK;
  case EPX_MESSAGE_TOLD:
    if (own->n_signals > 0 || own->stopping) return EPX_OK;
    return heed_signal(own, epx_signals_get_name_of(message->code), false, epx_seconds_get());
  case EPX_MESSAGE_ERROR:
    EPX_TRY(take_error(own, worker));
    return write_idle(own);
  default:
    return EPX_RAISE(EPX_EMPI, "worker %d sent a message of kind %d", message->worker, (int)message->kind);
  }
}

/* ---- what the clock and the system say */

static epx_err heed_signals(coordinator *own, double now) {
  const int n = epx_signals_get_count();
  if (n == own->n_signals) return EPX_OK;
  own->n_signals = n;
  return heed_signal(own, epx_signals_get_name(), n > 1, now); /* two may have come since the last look */
}

/* How far long trainings are, and who has nothing to do. */
static void count_trainings(const coordinator *own, epx_progress *progress) {
  const int n =
      own->campaign->n_instances < own->campaign->block ? own->campaign->n_instances : own->campaign->block;
  const bool all_out = epx_schedule_get_counts(own->schedule).open == 0;
  progress->n_idle = progress->n_trainings = 0;
  progress->partial = progress->most = 0;
  progress->least = 1;
  for (int w = 0; w < own->n_workers; w++) {
    const double share = own->report->load[w].share;
    const bool idle = epx_schedule_is_idle(own->schedule, w);
    progress->n_idle += all_out && idle;
    if (idle || share <= 0) continue;
    progress->n_trainings++;
    progress->least = fmin(progress->least, share);
    progress->most = fmax(progress->most, share);
    progress->partial += n * share;
  }
  /* copies count twice */
  progress->partial = fmin(progress->partial, (double)(progress->n_trials - progress->n_finished));
}

static void watch(coordinator *own, double now) {
  epx_progress *progress = &own->report->progress;
  progress->seconds = now - own->start;
  progress->draining = own->stopping || epx_schedule_is_draining(own->schedule);
  const bool dry = progress->draining || epx_schedule_get_counts(own->schedule).open == 0;
  if (dry && isnan(progress->drained)) progress->drained = progress->seconds;
  own->t_watch = now;
  count_trainings(own, progress);
  if (own->options->watch) own->options->watch(own->options->context, progress);
}

static epx_err heed_clock(coordinator *own) {
  const double now = epx_seconds_get();
  EPX_TRY(heed_signals(own, now));
  EPX_TRY(save(own, now));
  /* The schedule stops in time by itself; this is for blocks that took longer than any before. */
  if (now > own->deadline) EPX_TRY(stop_for(own, "the time limit", now + hurried));
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

/* Nothing came: first others have the processor, by turns, which costs least when an answer is under way;
 * then naps, a hundredth of the time since a message came: so that none waits longer than that share of what
 * it took, and watching costs next to nothing. */
static epx_err wait(coordinator *own, int *n_empty) {
  const double quiet = epx_seconds_get() - own->t_message;
  if (*n_empty < N_YIELDS) {
    if (++*n_empty < N_YIELDS && quiet < longest_yielding) {
      sched_yield();
      return EPX_OK;
    }
    *n_empty = N_YIELDS;
    if (own->error == EPX_OK) EPX_TRY(epx_journal_write_buffer(own->files->journal, false));
  }
  const bool alone = epx_channel_get_size(own->channel) == 1;
  epx_channel_wait_for_worker(own->channel, alone ? alone_nap : epx_seconds_eval_nap(quiet, shortest_nap));
  return EPX_OK;
}

/* One turn: a message, or else what is due, and a while without. */
static epx_err turn(coordinator *own, int *n_empty) {
  bool got;
  EPX_TRY(epx_channel_read_from_worker(own->channel, &own->message, &got));
  if (got) {
    const double start = epx_seconds_get();
    *n_empty = 0;
    EPX_TRY(read_message(own));
    own->t_message = epx_seconds_get();
    own->report->progress.handing_out += own->t_message - start;
    return heed_clock(own);
  }
  EPX_TRY(write_idle(own));
  EPX_TRY(heed_clock(own));
  return wait(own, n_empty);
}

/* An error of this side (journal, store) stops the run like a worker's; one of MPI is not survived. */
static epx_err coordinate(coordinator *own) {
  int n_empty = 0;
  for (int i = 0; own->campaign->proposals && i < own->campaign->n_points; i++)
    EPX_TRY(write_row(own, i));
  for (int w = 0; w < own->n_workers; w++)
    EPX_TRY(write_units(own, w));
  while (!is_over(own)) {
    const int code = turn(own, &n_empty);
    if (code == EPX_EMPI || code == EPX_EMEMORY) return code;
    if (code != EPX_OK) EPX_TRY(set_error(own, code, epx_error_get_message()));
  }
  const epx_schedule_counts counts = epx_schedule_get_counts(own->schedule);
  if (!own->report->stopped && own->error == EPX_OK && counts.open + counts.kept > 0)
    set_reason(own, "the time limit");
  return EPX_OK;
}

/* Numbers the hosts of the workers in the order of their first ranks: host [n_workers]. */
static void number_hosts(const coordinator *own, int *host) {
  int n_hosts = 0;
  for (int w = 0; w < own->n_workers; w++) {
    const char *name = epx_channel_get_host(own->channel, own->first_worker + w);
    int same = w - 1; /* most often the one before */
    while (same >= 0 && strcmp(name, epx_channel_get_host(own->channel, own->first_worker + same)) != 0)
      same--;
    host[w] = same >= 0 ? host[same] : n_hosts++;
  }
}

static epx_err create_schedule(coordinator *own) {
  const int attempts = own->options->attempts;
  epx_schedule_options options = epx_schedule_get_defaults(
      epx_blocks_get_count(own->campaign), own->n_workers, epx_channel_get_layout(own->channel).n_relays);
  int *host;
  EPX_TRY(EPX_ARRAY(host, (size_t)own->n_workers));
  number_hosts(own, host);
  options.host = host;
  options.class_size = epx_blocks_get_count(own->campaign) / own->campaign->n_points;
  options.deadline = own->deadline;
  if (own->options->single) options.unit_time = 0;
  options.hang_age = own->options->patience;
  if (own->campaign->n_ranks > 1) { /* groups cannot leave a block half way: they copy what hangs alone */
    options.copy_age = INFINITY;
    options.hang_age *= GROUP_PATIENCE;
  }
  if (attempts > 0) options.retries = attempts - 1;
  const int code = epx_schedule_create(&options, &own->schedule);
  epx_array_destroy(&host);
  return code;
}

static bool is_finished(const epx_campaign *campaign, int64_t i_block) {
  const epx_block block = epx_blocks_get(campaign, i_block);
  if (!epx_campaign_has_trial(campaign, block.i_point, block.first)) return true;
  for (int k = 0; k < block.n; k++)
    if (epx_campaign_get_record(campaign, block.i_point, block.first + k)[0] == EPX_STATE_PENDING)
      return false;
  return true;
}

/* Whether a block may be proposed later; what is proposed is counted. */
static bool is_held(coordinator *own, const epx_block *block) {
  if (!own->n_open) return false;
  if (!epx_campaign_has_trial(own->campaign, block->i_point, block->first)) return true;
  own->n_open[block->i_point] += block->n;
  return false;
}

/* Tells the schedule what earlier runs finished, and what was under way when they ended: a block that is split
 * is done with, its parts are not. */
static epx_err fill_schedule(coordinator *own) {
  const int64_t n_blocks = epx_blocks_get_count(own->campaign);
  for (int64_t b = 0; b < n_blocks; b++) {
    const epx_block block = epx_blocks_get(own->campaign, b);
    if (is_held(own, &block)) epx_schedule_set_held(own->schedule, b);
    if (!is_finished(own->campaign, b)) continue;
    epx_schedule_set_finished(own->schedule, b);
    const double seconds =
        epx_campaign_get_record(own->campaign, block.i_point, block.first)[1]; /* a trial */
    if (seconds > 0) epx_schedule_merge_time(own->schedule, b, seconds * block.width);
  }
  for (size_t i = 0; i < own->files->n_suspects; i++) {
    const epx_attempts_suspect *suspect = &own->files->suspects[i];
    const int64_t whole = epx_blocks_get_whole(own->campaign, suspect->unit);
    if (is_finished(own->campaign, suspect->unit)) continue;
    if (whole != suspect->unit) epx_schedule_set_finished(own->schedule, whole);
    EPX_TRY(epx_schedule_set_suspected(own->schedule, suspect->unit, suspect->n_ends + suspect->n_alone));
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
      progress->n_failed += state > EPX_STATE_DONE && state != EPX_LOST;
      progress->n_lost += state == EPX_LOST;
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
  EPX_TRY(epx_activity_create(own->n_workers, &report->activity));
  for (int w = 0; w < own->n_workers; w++) {
    epx_activity_rank *rank = &report->activity->ranks[w];
    rank->rank = own->first_worker + w;
    snprintf(rank->host, sizeof rank->host, "%s", epx_channel_get_host(own->channel, rank->rank));
  }
  report->progress.load = report->load;
  report->progress.n_workers = own->n_workers;
  report->progress.drained = NAN;
  return EPX_OK;
}

static epx_err prepare(coordinator *own) {
  const epx_channel_layout layout = epx_channel_get_layout(own->channel);
  own->n_workers = layout.n_workers;
  own->first_worker = layout.first_worker;
  own->start = own->t_sync = own->t_checkpoint = own->t_message = epx_seconds_get();
  own->deadline = own->start + own->options->time_limit;
  own->give_up = INFINITY;
  count_trials(own->campaign, &own->report->progress);
  EPX_TRY(create_loads(own));
  EPX_TRY(EPX_ARRAY(own->stopped, (size_t)own->n_workers));
  if (own->campaign->proposals) EPX_TRY(EPX_ARRAY(own->n_open, (size_t)own->campaign->n_points));
  EPX_TRY(create_schedule(own));
  return fill_schedule(own);
}

/* Says who is left behind. */
static void warn_of_abandoned(const coordinator *own, int n_left) {
  epx_log_write(EPX_LOG_WARNING, "coordinator",
                "all results are saved; %d of %d workers do not answer, so the run ends without them",
                own->n_workers - n_left, own->n_workers);
}

/* Tells the workers that it is over, and takes what they still say: a message that nobody takes would keep
 * its sender. All is saved: whoever does not leave, because it hangs or is inside a block that does not ask, is
 * left behind when nobody has answered for a while. */
static epx_err dismiss(coordinator *own) {
  const epx_message end = {.kind = EPX_MESSAGE_END, .code = own->error, .count = own->report->stopped};
  double since = epx_seconds_get();
  EPX_TRY(write_to_workers(own, &end));
  for (int n_left = 0; n_left < own->n_workers;) {
    bool got;
    EPX_TRY(epx_channel_read_from_worker(own->channel, &own->message, &got));
    const double now = epx_seconds_get();
    n_left += got && own->message.kind == EPX_MESSAGE_LEFT;
    if (got) since = now;
    if (got) continue;
    const bool hurry = epx_signals_get_count() > own->n_signals || now > own->deadline;
    if (now - since > fmin(own->options->patience, hurry ? hurried : unhurried)) {
      own->report->abandoned = true;
      warn_of_abandoned(own, n_left);
      return EPX_OK;
    }
    epx_channel_wait_for_worker(own->channel, shortest_nap);
  }
  return EPX_OK;
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
  if (own->files->attempts && epx_attempts_set_over(own->files->attempts) != EPX_OK && own->error == EPX_OK) {
    own->error = EPX_EFILE;
    snprintf(own->error_text, sizeof own->error_text, "%s", epx_error_get_message());
  }
  if (!own->report->abandoned && own->error != EPX_EMPI) EPX_TRY(dismiss(own));
  if (epx_under_way_is_held()) own->report->abandoned = true; /* or the launcher would wait for it */
  return own->error == EPX_OK ? EPX_OK : EPX_RAISE(own->error, "%s", own->error_text);
}

void epx_coordinator_report_destroy(epx_coordinator_report *report) {
  epx_array_destroy(&report->load);
  epx_activity_destroy(&report->activity);
  report->progress.load = NULL;
}

epx_err epx_coordinator_solve(epx_campaign *campaign, epx_channel *channel,
                              const epx_coordinator_files *files, const epx_coordinator_options *options,
                              epx_coordinator_report *report) {
  *report = (epx_coordinator_report){0};
  coordinator *own;
  EPX_TRY(EPX_ARRAY(own, 1));
  *own = (coordinator){
      .campaign = campaign, .channel = channel, .files = files, .options = options, .report = report};
  int code = prepare(own);
  if (code == EPX_OK) code = coordinate(own);
  code = finish(own, code);
  epx_schedule_destroy(&own->schedule);
  epx_message_destroy(&own->message);
  epx_array_destroy(&own->stopped);
  epx_array_destroy(&own->n_open);
  epx_array_destroy(&own);
  return code;
}
