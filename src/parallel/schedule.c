/** @file
 * Schedule: one bit a block for what is finished, a cursor over what was never handed out, and a short list
 * of what came back. Nothing else grows with the campaign.
 */
#include "epilux/parallel/schedule.h"

#include <math.h>
#include <string.h>

#include "epilux/base/array.h"
#include "parallel/durations.h"

enum { N_HELD = 2 };

/* What a worker holds; the first unit is shortened as its blocks come back. */
typedef struct {
  epx_unit unit[N_HELD];
  int n_units;
} holding;

typedef struct {
  int64_t block;
  int n_charges;
} charge;

struct epx_schedule {
  epx_schedule_options options;
  uint64_t *finished; /* bit b % 64 of word b / 64 */
  int64_t cursor;     /* blocks from here on were never handed out */
  epx_schedule_counts counts;
  holding *worker;    /* [n_workers] */
  epx_unit *returned; /* [n_returned], last in first out */
  size_t n_returned, returned_capacity;
  charge *charges; /* [n_charges] */
  size_t n_charges, charges_capacity;
  epx_durations durations;
  bool draining;
};

epx_schedule_options epx_schedule_get_defaults(int64_t n_blocks, int n_workers) {
  return (epx_schedule_options){.n_blocks = n_blocks,
                                .n_workers = n_workers,
                                .unit_time = 0.05,
                                .ahead = 0.1,
                                .deadline = INFINITY,
                                .margin = 1,
                                .quantile = 0.99,
                                .retries = 2};
}

static epx_err create(epx_schedule *schedule) {
  const epx_schedule_options *options = &schedule->options;
  if (options->n_workers < 1 || options->n_blocks < 0)
    return EPX_RAISE(EPX_EINPUT, "a schedule of %lld blocks for %d workers: there must be one worker",
                     (long long)options->n_blocks, options->n_workers);
  EPX_TRY(EPX_ARRAY(schedule->finished, (size_t)(options->n_blocks + 63) / 64));
  EPX_TRY(EPX_ARRAY(schedule->worker, (size_t)options->n_workers));
  schedule->counts.open = options->n_blocks;
  return EPX_OK;
}

epx_err epx_schedule_create(const epx_schedule_options *options, epx_schedule **out) {
  *out = NULL;
  epx_schedule *schedule;
  EPX_TRY(EPX_ARRAY(schedule, 1));
  schedule->options = *options;
  const int code = create(schedule);
  if (code == EPX_OK)
    *out = schedule;
  else
    epx_schedule_destroy(&schedule);
  return code;
}

void epx_schedule_destroy(epx_schedule **address) {
  epx_schedule *schedule = *address;
  if (!schedule) return;
  epx_array_destroy(&schedule->finished);
  epx_array_destroy(&schedule->worker);
  epx_array_destroy(&schedule->returned);
  epx_array_destroy(&schedule->charges);
  epx_array_destroy(address);
}

static bool is_finished(const epx_schedule *schedule, int64_t block) {
  return schedule->finished[block / 64] >> block % 64 & 1;
}

void epx_schedule_set_finished(epx_schedule *schedule, int64_t block) {
  if (is_finished(schedule, block)) return;
  schedule->finished[block / 64] |= UINT64_C(1) << block % 64;
  schedule->counts.finished++;
  schedule->counts.open--;
}

static int64_t count_held(const holding *held) {
  int64_t count = 0;
  for (int k = 0; k < held->n_units; k++)
    count += held->unit[k].count;
  return count;
}

/* The most blocks a unit may have now, 0: none. */
static int64_t eval_largest(epx_schedule *schedule, const holding *held, double now) {
  const epx_schedule_options *options = &schedule->options;
  const double mean = epx_durations_get_mean(&schedule->durations);
  const bool timed = schedule->durations.n > 0;
  if (held->n_units == N_HELD) return 0;
  if (held->n_units == 1 && (!timed || mean > options->ahead || schedule->counts.open < options->n_workers))
    return 0;
  int64_t largest = schedule->counts.open / (2 * (int64_t)options->n_workers);
  if (!timed) largest = 1;
  if (mean * (double)largest > options->unit_time) largest = (int64_t)(options->unit_time / mean);
  if (largest < 1) largest = 1;
  /* Of the time left, the last block may take long; the others, and those held, about the mean. */
  const double longest = epx_durations_eval_quantile(&schedule->durations, options->quantile);
  const double left = options->deadline - options->margin - now - (double)count_held(held) * mean;
  if (left <= 0 || left < longest) {
    if (held->n_units == 0) schedule->draining = true;
    return 0;
  }
  if (longest + (double)(largest - 1) * mean > left) largest = 1 + (int64_t)((left - longest) / mean);
  return largest;
}

static bool take_returned(epx_schedule *schedule, int64_t largest, epx_unit *unit) {
  if (schedule->n_returned == 0) return false;
  epx_unit *last = &schedule->returned[schedule->n_returned - 1];
  *unit = *last;
  if (unit->count > largest) unit->count = largest;
  last->first += unit->count;
  last->count -= unit->count;
  if (last->count == 0) schedule->n_returned--;
  return true;
}

static bool take_new(epx_schedule *schedule, int64_t largest, epx_unit *unit) {
  const int64_t n = schedule->options.n_blocks;
  int64_t *cursor = &schedule->cursor;
  while (*cursor < n && is_finished(schedule, *cursor))
    ++*cursor;
  *unit = (epx_unit){.first = *cursor};
  while (*cursor < n && unit->count < largest && !is_finished(schedule, *cursor)) {
    ++*cursor;
    unit->count++;
  }
  return unit->count > 0;
}

bool epx_schedule_get_unit(epx_schedule *schedule, int worker, double now, epx_unit *unit) {
  holding *held = &schedule->worker[worker];
  if (schedule->draining || schedule->counts.open == 0) return false;
  const int64_t largest = eval_largest(schedule, held, now);
  if (largest == 0) return false;
  if (!take_returned(schedule, largest, unit) && !take_new(schedule, largest, unit)) return false;
  held->unit[held->n_units++] = *unit;
  schedule->counts.open -= unit->count;
  schedule->counts.out += unit->count;
  return true;
}

bool epx_schedule_set_done(epx_schedule *schedule, int worker, int64_t block, double seconds) {
  holding *held = &schedule->worker[worker];
  if (held->n_units == 0 || held->unit[0].first != block) return false;
  held->unit[0].first++;
  if (--held->unit[0].count == 0) {
    held->unit[0] = held->unit[1];
    held->n_units--;
  }
  schedule->finished[block / 64] |= UINT64_C(1) << block % 64;
  schedule->counts.out--;
  schedule->counts.finished++;
  epx_durations_merge(&schedule->durations, seconds);
  return true;
}

/* Makes room for one element more. */
static epx_err grow(void *address, size_t size, size_t n, size_t *capacity) {
  if (n < *capacity) return EPX_OK;
  void *old, *larger;
  memcpy(&old, address, sizeof old);
  const size_t wanted = *capacity ? 2 * *capacity : 16;
  EPX_TRY(epx_array_create(&larger, wanted, size));
  if (n > 0) memcpy(larger, old, n * size);
  epx_array_destroy(&old);
  memcpy(address, &larger, sizeof larger);
  *capacity = wanted;
  return EPX_OK;
}

/* Charges a block with a death; tells whether that was one too many. */
static epx_err charge_block(epx_schedule *schedule, int64_t block, bool *too_many) {
  size_t i = 0;
  while (i < schedule->n_charges && schedule->charges[i].block != block)
    i++;
  if (i == schedule->n_charges) {
    EPX_TRY(grow(&schedule->charges, sizeof *schedule->charges, schedule->n_charges,
                 &schedule->charges_capacity));
    schedule->charges[schedule->n_charges++] = (charge){.block = block};
  }
  *too_many = ++schedule->charges[i].n_charges > schedule->options.retries;
  return EPX_OK;
}

epx_err epx_schedule_set_returned(epx_schedule *schedule, int worker, bool lost) {
  holding *held = &schedule->worker[worker];
  if (lost && held->n_units > 0) {
    bool too_many;
    EPX_TRY(charge_block(schedule, held->unit[0].first, &too_many));
    if (too_many) {
      held->unit[0].first++;
      held->unit[0].count--;
      schedule->counts.out--;
      schedule->counts.given_up++;
    }
  }
  while (held->n_units > 0) {
    const epx_unit unit = held->unit[held->n_units - 1];
    if (unit.count > 0) {
      EPX_TRY(grow(&schedule->returned, sizeof unit, schedule->n_returned, &schedule->returned_capacity));
      schedule->returned[schedule->n_returned++] = unit;
    }
    schedule->counts.out -= unit.count;
    schedule->counts.open += unit.count;
    held->n_units--;
  }
  return EPX_OK;
}

int64_t epx_schedule_get_given_up(const epx_schedule *schedule, int i) {
  for (size_t k = 0; k < schedule->n_charges; k++)
    if (schedule->charges[k].n_charges > schedule->options.retries && i-- == 0)
      return schedule->charges[k].block;
  return -1;
}

void epx_schedule_set_draining(epx_schedule *schedule) {
  schedule->draining = true;
}

bool epx_schedule_is_draining(const epx_schedule *schedule) {
  return schedule->draining;
}

bool epx_schedule_is_idle(const epx_schedule *schedule, int worker) {
  return schedule->worker[worker].n_units == 0;
}

epx_schedule_counts epx_schedule_get_counts(const epx_schedule *schedule) {
  return schedule->counts;
}

double epx_schedule_get_block_time(const epx_schedule *schedule) {
  return epx_durations_get_mean(&schedule->durations);
}
