/** @file
 * Worker: between two blocks it looks for a message. Results of short blocks travel together: they are sent
 * when the unit ends, when 64 KiB are full, or after an interval that grows with the number of workers.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/worker.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/interrupt.h"
#include "io/fields/fields.h"
#include "parallel/checkpointing.h"
#include "parallel/coordinator.h"
#include "parallel/schedule/blocks.h"
#include "parallel/schedule/schedule.h"
#include "parallel/seconds.h"
#include "parallel/signals.h"
#include "parallel/under_way.h"
#include "study/trial.h"

enum { N_UNITS = 2, N_KEPT = 8, RESULT_BYTES = 1 << 16 };

/* s: of one wait for a message; between two questions of a block; until a long training tells how far it is, more where
 * workers are many */
static const double patience = 1, question_interval = 0.02, share_interval = 5,
                    share_messages = 4000 /* 1/s */;

typedef struct {
  epx_campaign *campaign;
  epx_campaign single; /* the same in blocks of one instance */
  epx_worker_calls calls;
  epx_group *group;    /* NULL: none */
  const char *results; /* NULL: none */
  epx_channel *channel;
  epx_checkpointing checkpointing; /* of its trainings */
  int i_point, width;              /* the point that is ready, -1: none; its block */
  int first;                       /* its instance 0: others than 0 are fresh */
  epx_settings *settings;
  epx_point *point;
  epx_digital_reference_store reference; /* of the last point that needed one */
  double *record;                        /* [block][size] */
  epx_unit unit[N_UNITS];                /* still to solve */
  int n_units;
  epx_message message, result;    /* as received; as it fills */
  double t_sent, result_interval; /* s */
  bool failed;                    /* begins nothing until it is told to go on */
  bool ended;
  epx_message kept[N_KEPT]; /* [n_kept] that came while a block was solved; without data */
  int n_kept;
  double t_asked; /* when a block last asked whether it is still wanted */
  double t_share,
      share_interval; /* when a training last told how far it is, or its block began; s between two times */
  bool told;          /* the coordinator knows that a signal came to this rank */
  bool stopped;       /* before all was done */
  int outcome;        /* of the run, when it ended */
} worker;

epx_worker_calls epx_worker_get_calls(void) {
  return (epx_worker_calls){epx_campaign_create_point, epx_trial_solve};
}

static void destroy_point(worker *own) {
  epx_point_destroy(&own->point);
  epx_settings_destroy(&own->settings);
  own->i_point = -1;
}

/* Leaves a network's fields beside the results file. Copies of a trial may be under way in two groups. */
static epx_err write_fields(void *context, const epx_snapshot *snapshot) {
  const worker *own = context;
  return epx_fields_write(own->results, epx_group_get_place(own->group).group, snapshot);
}

static epx_err set_point(worker *own, const epx_block *block) {
  if (!own->calls.create_point || (own->i_point == block->i_point && own->width == block->width))
    return EPX_OK;
  destroy_point(own);
  const epx_campaign *campaign = block->width == own->campaign->block ? own->campaign : &own->single;
  EPX_TRY(own->calls.create_point(campaign, block->i_point, &own->settings, &own->point));
  if (own->point) own->point->reference = &own->reference;
  own->i_point = block->i_point;
  own->width = block->width;
  own->first = block->i_point < own->campaign->i_fresh ? 0 : own->campaign->n_instances;
  if (own->settings) own->settings->n_instances += own->first;
  own->point->checkpointer = epx_checkpointing_get_checkpointer(&own->checkpointing);
  if (!own->group) return EPX_OK;
  own->point->communicator = epx_group_get_communicator(own->group);
  if (own->results) own->point->sink = (epx_snapshot_sink){own, write_fields};
  return EPX_OK;
}

/* Solves a block into own->record, all ranks of a group together: what one of them cannot begin, none does.
 */
static epx_err solve(worker *own, const epx_block *block) {
  const int code = set_point(own, block);
  epx_checkpointing_set_block(&own->checkpointing, block->i_point, block->first, block->width);
  if (!own->group) {
    EPX_TRY(code);
    return own->calls.solve(own->point, block->i_point, own->first + block->first, own->record);
  }
  EPX_TRY(epx_group_merge_codes(own->group, code));
  return epx_group_merge_codes(
      own->group, own->calls.solve(own->point, block->i_point, own->first + block->first, own->record));
}

static epx_err send_result(worker *own) {
  own->t_sent = epx_seconds_get();
  if (own->result.count == 0) return EPX_OK;
  EPX_TRY(epx_channel_write_to_coordinator(own->channel, &own->result));
  own->result.count = 0;
  own->result.n_bytes = 0;
  return EPX_OK;
}

/* Adds a solved block to the result. */
static epx_err add_result(worker *own, int64_t i_block, int n, double seconds) {
  epx_message *result = &own->result;
  const size_t n_bytes = (size_t)n * own->campaign->layout.size * sizeof *own->record;
  EPX_TRY(epx_message_set_capacity(result, result->n_bytes + sizeof seconds + n_bytes));
  if (result->count == 0) result->first = i_block;
  result->count++;
  memcpy(result->data + result->n_bytes, &seconds, sizeof seconds);
  memcpy(result->data + result->n_bytes + sizeof seconds, own->record, n_bytes);
  result->n_bytes += sizeof seconds + n_bytes;
  return EPX_OK;
}

static epx_err solve_block(worker *own, int64_t i_block) {
  const epx_campaign *campaign = own->campaign;
  const epx_block block = epx_blocks_get(campaign, i_block);
  const double start = own->t_share = epx_seconds_get();
  if (own->group) EPX_TRY(epx_group_write_block(own->group, i_block));
  epx_under_way_begin(i_block, block.i_point, block.first, block.n, own->group != NULL);
  const int code = solve(own, &block);
  epx_under_way_end();
  EPX_TRY(code);
  const double now = epx_seconds_get();
  for (int k = 0; k < block.n; k++)
    own->record[(size_t)k * campaign->layout.size + 1] = (now - start) / block.width;
  EPX_TRY(add_result(own, i_block, block.n, now - start));
  if (own->result.n_bytes >= RESULT_BYTES || now - own->t_sent > own->result_interval)
    return send_result(own);
  return EPX_OK;
}

static epx_err solve_next(worker *own) {
  const int64_t i_block = own->unit[0].first++;
  if (--own->unit[0].count == 0) {
    own->unit[0] = own->unit[1];
    own->n_units--;
    EPX_TRY(solve_block(own, i_block));
    return send_result(own);
  }
  return solve_block(own, i_block);
}

static epx_err send_kind(worker *own, epx_message_kind kind) {
  const epx_message message = {.kind = kind};
  return epx_channel_write_to_coordinator(own->channel, &message);
}

/* Nothing of the point was made yet, here or on another rank that has the same design in memory. */
static epx_err take_row(worker *own) {
  const epx_message *message = &own->message;
  const size_t n_bytes = (size_t)own->campaign->n_factors * sizeof(double);
  if (message->n_bytes != n_bytes || message->first < 0 || message->first >= own->campaign->n_points)
    return EPX_RAISE(EPX_EMPI, "a row of %zu bytes for point %lld", message->n_bytes,
                     (long long)message->first);
  epx_campaign_set_row(own->campaign, (int)message->first, (const double *)(const void *)message->data);
  return EPX_OK;
}

static epx_err obey(worker *own) {
  const epx_message *message = &own->message;
  switch (message->kind) {
  case EPX_MESSAGE_UNIT:
    if (own->n_units == N_UNITS)
      return EPX_RAISE(EPX_EMPI, "a worker was handed more than %d units", N_UNITS);
    if (!own->failed) own->unit[own->n_units++] = (epx_unit){message->first, message->count};
    own->checkpointing.resumes = (message->code & EPX_UNIT_RESUMES) != 0;
    epx_under_way_set_alone((message->code & EPX_UNIT_ALONE) != 0);
    epx_checkpointing_set_deadline(&own->checkpointing, message->seconds);
    return EPX_OK;
  case EPX_MESSAGE_STOP:
    if (own->failed) return EPX_OK; /* the coordinator knows, or is about to */
    own->n_units = 0;
    EPX_TRY(send_result(own));
    return send_kind(own, EPX_MESSAGE_STOPPED);
  case EPX_MESSAGE_ROW:
    return take_row(own);
  case EPX_MESSAGE_GO:
    own->failed = false;
    return EPX_OK;
  case EPX_MESSAGE_END:
    own->ended = true;
    own->outcome = message->code;
    own->stopped = message->count != 0;
    return EPX_OK;
  default:
    return EPX_RAISE(EPX_EMPI, "a worker was sent a message of kind %d", (int)message->kind);
  }
}

/* Tells the coordinator, once, that a signal came to this rank: whoever stops one rank wants the run to stop.
 * Rank 0 hears its own. */
static epx_err tell_signal(worker *own) {
  if (own->told || epx_signals_get_count() == 0 || epx_channel_get_rank(own->channel) == 0) return EPX_OK;
  own->told = true;
  const epx_message message = {.kind = EPX_MESSAGE_TOLD, .code = epx_signals_get_last()};
  return epx_channel_write_to_coordinator(own->channel, &message);
}

/* Takes what came while a block is solved: an end is obeyed, other messages are kept for when the block ends.
 */
static epx_err look(worker *own) {
  bool got = true;
  EPX_TRY(tell_signal(own));
  while (got && own->n_kept < N_KEPT && !own->ended) {
    EPX_TRY(epx_channel_read_from_coordinator(own->channel, 0, &own->message, &got));
    if (got && own->message.kind == EPX_MESSAGE_END) return obey(own);
    if (got && own->message.kind == EPX_MESSAGE_ROW) {
      EPX_TRY(take_row(own));
      continue;
    }
    if (got && own->message.kind == EPX_MESSAGE_STOP)
      epx_checkpointing_set_stop(&own->checkpointing, own->message.seconds);
    if (got)
      own->kept[own->n_kept++] = (epx_message){.kind = own->message.kind,
                                               .code = own->message.code,
                                               .first = own->message.first,
                                               .count = own->message.count,
                                               .seconds = own->message.seconds};
  }
  return EPX_OK;
}

/* Tells the coordinator how far a long training is. */
static epx_err tell_share(worker *own, double now) {
  if (own->checkpointing.first_share < 0 || now - own->t_share < own->share_interval) return EPX_OK;
  own->t_share = now;
  const epx_message message = {.kind = EPX_MESSAGE_SHARE, .seconds = own->checkpointing.share};
  return epx_channel_write_to_coordinator(own->channel, &message);
}

/* Tells whether nobody waits for the block that is being solved: the run is over, a copy was faster. */
static bool is_unwanted(void *context) {
  worker *own = context;
  const double now = epx_seconds_get();
  if (own->ended || now - own->t_asked < question_interval) return own->ended;
  own->t_asked = now;
  epx_under_way_set_solving(false);
  int code = tell_share(own, now);
  if (code == EPX_OK) code = look(own);
  epx_under_way_set_solving(true);
  return code == EPX_OK && own->ended;
}

static bool take_kept(worker *own) {
  if (own->n_kept == 0) return false;
  const epx_message first = own->kept[0];
  memmove(own->kept, own->kept + 1, (size_t)--own->n_kept * sizeof *own->kept);
  own->message.kind = first.kind;
  own->message.code = first.code;
  own->message.first = first.first;
  own->message.count = first.count;
  own->message.seconds = first.seconds;
  return true;
}

static epx_err step(worker *own) {
  bool got;
  if (take_kept(own)) return obey(own);
  EPX_TRY(tell_signal(own));
  EPX_TRY(
      epx_channel_read_from_coordinator(own->channel, own->n_units > 0 ? 0 : patience, &own->message, &got));
  if (got) return obey(own);
  return own->n_units > 0 ? solve_next(own) : EPX_OK;
}

/* Tells the coordinator what went wrong; what was solved before is not lost. */
static epx_err report_error(worker *own, int code) {
  epx_message error = {.kind = EPX_MESSAGE_ERROR, .code = code};
  const char *text = epx_error_get_message();
  const size_t n_bytes = strlen(text) + 1;
  EPX_TRY(epx_message_set_capacity(&error, n_bytes));
  memcpy(error.data, text, n_bytes);
  error.n_bytes = n_bytes;
  int sent = send_result(own);
  if (sent == EPX_OK) sent = epx_channel_write_to_coordinator(own->channel, &error);
  epx_message_destroy(&error);
  own->failed = true;
  own->n_units = 0;
  return sent;
}

/* Tells that the block at hand was left; whoever leaves one has no time for another. */
static epx_err report_left(worker *own) {
  own->failed = true;
  own->n_units = 0;
  EPX_TRY(send_result(own));
  return send_kind(own, EPX_MESSAGE_KEPT);
}

/* An error of a block is told, and the coordinator says whether this worker goes on; one of MPI ends it. */
static epx_err work(worker *own) {
  while (!own->ended) {
    const int code = step(own);
    if (code == EPX_OK) continue;
    if (own->ended) break; /* in the middle of a block */
    const bool left = code == EPX_EINTERRUPTED && own->checkpointing.left;
    EPX_TRY(left ? report_left(own) : report_error(own, code));
    if (code == EPX_EMPI) return code;
    epx_error_reset(); /* the coordinator says it */
  }
  epx_error_reset();
  return EPX_OK;
}

/* A rank whose guardian is stopped would leave, and its launcher not learn of it: it hangs as a whole, so that
 * the coordinator ends the run without it. */
static void wait_for_guardian(void) {
  const struct timespec nap = {.tv_nsec = 50000000};
  while (epx_under_way_is_held())
    nanosleep(&nap, NULL);
}

static epx_err create_worker(epx_campaign *campaign, const epx_worker_calls *calls,
                             const epx_worker_place *place, worker **out) {
  worker *own;
  EPX_TRY(EPX_ARRAY(own, 1));
  own->campaign = campaign;
  own->single = *campaign;
  own->single.block = 1;
  own->calls = *calls;
  own->group = place->group;
  own->results = place->results;
  own->i_point = -1;
  epx_checkpointing_init(&own->checkpointing, place->results, campaign->digest, campaign->block,
                         campaign->n_ranks, campaign->checkpoint);
  own->checkpointing.group = place->group;
  own->result.kind = EPX_MESSAGE_RESULT;
  *out = own;
  return EPX_ARRAY(own->record, (size_t)campaign->block * campaign->layout.size);
}

static void destroy_worker(worker *own) {
  if (!own) return;
  destroy_point(own);
  epx_digital_reference_store_reset(&own->reference);
  epx_message_destroy(&own->message);
  epx_message_destroy(&own->result);
  epx_array_destroy(&own->record);
  epx_array_destroy(&own);
}

epx_err epx_worker_solve(epx_campaign *campaign, const epx_worker_calls *calls, const epx_worker_place *place,
                         epx_channel *channel, bool *stopped) {
  worker *own = NULL;
  int code = create_worker(campaign, calls, place, &own);
  if (!own) return code;
  own->channel = channel;
  own->checkpointing.writer = epx_channel_get_rank(channel);
  if (own->group) own->checkpointing.ask = is_unwanted;
  own->checkpointing.context = own;
  const epx_channel_layout layout = epx_channel_get_layout(channel);
  own->share_interval = fmax(share_interval, layout.n_workers / share_messages);
  own->result_interval = epx_schedule_eval_interval(layout.n_workers, layout.n_relays);
  if (code != EPX_OK) code = report_error(own, code);
  if (!own->group) epx_interrupt_set(is_unwanted, own); /* a group leaves together or not at all */
  if (code == EPX_OK) code = work(own);
  epx_interrupt_set(NULL, NULL);
  wait_for_guardian();
  if (code == EPX_OK) code = send_kind(own, EPX_MESSAGE_LEFT);
  if (code == EPX_OK) code = own->outcome;
  *stopped = own->stopped;
  if (own->group) {
    const int told = epx_group_write_block(own->group, -1);
    if (code == EPX_OK) code = told;
  }
  destroy_worker(own);
  return code;
}

static epx_err follow(worker *own) {
  for (;;) {
    int64_t i_block;
    EPX_TRY(epx_group_read_block(own->group, &i_block));
    if (i_block < 0) return EPX_OK;
    const epx_block block = epx_blocks_get(own->campaign, i_block);
    epx_under_way_begin(i_block, block.i_point, block.first, block.n, true);
    if (solve(own, &block) != EPX_OK) epx_error_reset(); /* the leader has the code, and reports it */
    epx_under_way_end();
  }
}

epx_err epx_worker_follow(epx_campaign *campaign, const epx_worker_calls *calls,
                          const epx_worker_place *place) {
  worker *own = NULL;
  int code = create_worker(campaign, calls, place, &own);
  if (code == EPX_OK) code = follow(own);
  destroy_worker(own);
  return code;
}
