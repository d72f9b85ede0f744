/** @file
 * Schedule: one bit a block for what is finished, a cursor over what was never handed out, and short lists of
 * what came back, of suspects, and of what may be copied. Nothing else grows with the campaign.
 */
#include "parallel/schedule/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "parallel/schedule/classes.h"
#include "parallel/schedule/durations.h"
#include "parallel/schedule/suspects.h"

enum { N_HELD = 2, N_CLASSES_MAX = 1 << 20 };

static const double copy_quantile = 0.9; /* of block times, after which a copy is worth its time */

/* What a worker holds; the first unit is shortened as its blocks come back. */
typedef struct {
  epx_unit unit[N_HELD];
  int n_units;
  int host;
  int idle;     /* its place in the list of idle workers, -1: none */
  int partner;  /* who solves the same block, -1: nobody */
  bool copy;    /* of the partner's block, which was handed out first */
  double since; /* when its first block began */
} holding;

/* A worker whose block may be copied. */
typedef struct {
  int worker;
  double since, due; /* when its first block began, and may be copied */
} outing;

typedef struct {
  int n_failures; /* in a row */
  bool aside;
} host_record;

struct epx_schedule {
  epx_schedule_options options;
  uint64_t *finished; /* bit b % 64 of word b / 64 */
  int64_t cursor;     /* blocks from here on were never handed out in their order */
  uint64_t *given;    /* likewise: handed out longest first; NULL: there are no classes */
  epx_classes classes;
  epx_schedule_counts counts;
  holding *worker; /* [n_workers] */
  int *idle;       /* [n_idle] of [n_workers] */
  int n_idle;
  host_record *hosts; /* [n_hosts] */
  int n_hosts;
  epx_unit *returned; /* [n_returned], last in first out */
  size_t n_returned, returned_capacity;
  epx_suspects suspects;
  outing *tail;       /* [n_tail] of [n_workers]: blocks that may be copied, by when */
  int n_tail, i_tail; /* the next to be copied */
  double t_tail;      /* when the list was made */
  epx_durations durations;
  bool draining, alone; /* alone: a block is out that nothing may be beside */
};

double epx_schedule_eval_interval(int n_workers, int n_relays) {
  const double group = n_relays > 0 ? ceil((double)n_workers / n_relays) : n_workers;
  return fmax(0.02, fmax(group / EPX_SCHEDULE_MESSAGES, (double)n_workers / EPX_SCHEDULE_UNITS));
}

epx_schedule_options epx_schedule_get_defaults(int64_t n_blocks, int n_workers, int n_relays) {
  const double interval = epx_schedule_eval_interval(n_workers, n_relays);
  return (epx_schedule_options){.n_blocks = n_blocks,
                                .n_workers = n_workers,
                                .unit_time = fmax(0.05, interval),
                                .ahead = fmax(0.1, 2 * interval),
                                .deadline = INFINITY,
                                .margin = 1,
                                .quantile = 0.99,
                                .retries = 2,
                                .copy_age = 0.1,
                                .hang_age = 20,
                                .host_limit = 3};
}

static void set_idle(epx_schedule *schedule, int worker, bool idle) {
  holding *held = &schedule->worker[worker];
  if (idle == (held->idle >= 0)) return;
  if (idle) {
    held->idle = schedule->n_idle;
    schedule->idle[schedule->n_idle++] = worker;
    return;
  }
  const int last = schedule->idle[--schedule->n_idle];
  schedule->idle[held->idle] = last;
  schedule->worker[last].idle = held->idle;
  held->idle = -1;
}

static epx_err create(epx_schedule *schedule) {
  const epx_schedule_options *options = &schedule->options;
  const int n = options->n_workers;
  if (n < 1 || options->n_blocks < 0)
    return EPX_RAISE(EPX_EINPUT, "a schedule of %lld blocks for %d workers: there must be one worker",
                     (long long)options->n_blocks, n);
  EPX_TRY(EPX_ARRAY(schedule->finished, (size_t)(options->n_blocks + 63) / 64));
  const int64_t size = options->class_size;
  if (size > 0 && options->n_blocks > size && options->n_blocks <= size * N_CLASSES_MAX) {
    EPX_TRY(EPX_ARRAY(schedule->given, (size_t)(options->n_blocks + 63) / 64));
    EPX_TRY(epx_classes_init(&schedule->classes, options->n_blocks, size));
  }
  EPX_TRY(EPX_ARRAY(schedule->worker, (size_t)n));
  EPX_TRY(EPX_ARRAY(schedule->idle, (size_t)n));
  EPX_TRY(EPX_ARRAY(schedule->tail, (size_t)n));
  for (int w = 0; w < n; w++) {
    const int i_host = options->host ? options->host[w] : 0;
    schedule->worker[w] = (holding){.host = i_host, .idle = -1, .partner = -1};
    if (i_host >= schedule->n_hosts) schedule->n_hosts = i_host + 1;
    set_idle(schedule, w, true);
  }
  EPX_TRY(EPX_ARRAY(schedule->hosts, (size_t)schedule->n_hosts));
  schedule->counts.open = options->n_blocks;
  schedule->options.host = NULL;
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
  epx_array_destroy(&schedule->given);
  epx_classes_destroy(&schedule->classes);
  epx_array_destroy(&schedule->worker);
  epx_array_destroy(&schedule->idle);
  epx_array_destroy(&schedule->hosts);
  epx_array_destroy(&schedule->tail);
  epx_array_destroy(&schedule->returned);
  epx_suspects_destroy(&schedule->suspects);
  epx_array_destroy(address);
}

/* Parts of split blocks are suspects, whose state says it. */
static bool is_finished(const epx_schedule *schedule, int64_t block) {
  if (block >= schedule->options.n_blocks) {
    const epx_suspect *part = epx_suspects_get(&schedule->suspects, block);
    return part && part->state == EPX_SUSPECT_OVER;
  }
  return schedule->finished[block / 64] >> block % 64 & 1;
}

static void set_bit(epx_schedule *schedule, int64_t block) {
  if (block >= schedule->options.n_blocks) return;
  schedule->finished[block / 64] |= UINT64_C(1) << block % 64;
}

void epx_schedule_set_finished(epx_schedule *schedule, int64_t block) {
  if (is_finished(schedule, block)) return;
  set_bit(schedule, block);
  schedule->counts.finished++;
  schedule->counts.open--;
}

/* Its bit is that of a finished one, which nobody is handed. */
void epx_schedule_set_held(epx_schedule *schedule, int64_t block) {
  if (is_finished(schedule, block)) return;
  set_bit(schedule, block);
  schedule->counts.held++;
  schedule->counts.open--;
}

void epx_schedule_merge_time(epx_schedule *schedule, int64_t block, double seconds) {
  epx_classes_merge(&schedule->classes, block, seconds);
}

/* ---- suspects */

epx_err epx_schedule_set_suspected(epx_schedule *schedule, int64_t block, int n_ends) {
  epx_suspect *suspect;
  schedule->counts.open += block >= schedule->options.n_blocks;
  return epx_suspects_merge(&schedule->suspects, block, n_ends, 0, &suspect);
}

bool epx_schedule_is_suspect(const epx_schedule *schedule, int64_t block) {
  return schedule->suspects.n > 0 && epx_suspects_get(&schedule->suspects, block);
}

/* A suspect that may be handed out now: in a group while there are some of one end, then alone. */
static epx_suspect *choose_suspect(epx_schedule *schedule) {
  epx_suspects *suspects = &schedule->suspects;
  const int group = (int)ceil(sqrt(schedule->options.n_workers));
  epx_suspect *suspect = epx_suspects_get_next(suspects, false);
  if (suspect) return suspects->n_out < group ? suspect : NULL;
  suspect = epx_suspects_get_next(suspects, true);
  if (!suspect || schedule->counts.out > 0) return NULL;
  schedule->alone = true;
  return suspect;
}

static bool take_suspect(epx_schedule *schedule, epx_unit *unit) {
  epx_suspect *suspect = choose_suspect(schedule);
  if (!suspect) return false;
  epx_suspects_set_state(&schedule->suspects, suspect, EPX_SUSPECT_OUT);
  *unit = (epx_unit){suspect->block, 1};
  return true;
}

/* ---- copies, at the end of a campaign, of what is still out */

static int compare_outings(const void *a, const void *b) {
  const outing *first = a, *second = b;
  if (first->due != second->due) return first->due < second->due ? -1 : 1;
  return first->worker - second->worker;
}

/* The first block that a worker holds and nobody has finished, -1: none. What stands behind a block that
 * hangs waits as long as it does. */
static int64_t find_unfinished(const epx_schedule *schedule, const holding *held) {
  for (int k = 0; k < held->n_units; k++)
    for (int64_t b = held->unit[k].first; b < held->unit[k].first + held->unit[k].count; b++)
      if (!is_finished(schedule, b)) return b;
  return -1;
}

/* How long a block is out before it is copied, s: when most would have ended; a suspect, or while nothing is
 * timed, only when its worker may hang. */
static double eval_patience(const epx_schedule *schedule, int64_t block) {
  const epx_durations *durations = &schedule->durations;
  const double soon = epx_durations_eval_quantile(durations, copy_quantile) + schedule->options.copy_age;
  const double late =
      3 * epx_durations_eval_quantile(durations, schedule->options.quantile) + schedule->options.hang_age;
  if (durations->n == 0 || epx_schedule_is_suspect(schedule, block)) return late;
  return fmin(soon, late);
}

/* Lists what may be copied, anew when the last list is used up, but not more often than blocks end. */
static void list_tail(epx_schedule *schedule, double now) {
  if (schedule->n_tail > 0 && now - schedule->t_tail < epx_durations_get_mean(&schedule->durations) / 4)
    return;
  schedule->n_tail = schedule->i_tail = 0;
  schedule->t_tail = now;
  for (int w = 0; w < schedule->options.n_workers; w++) {
    const holding *held = &schedule->worker[w];
    const int64_t block = held->partner < 0 ? find_unfinished(schedule, held) : -1;
    if (block < 0) continue;
    schedule->tail[schedule->n_tail++] =
        (outing){w, held->since, held->since + eval_patience(schedule, block)};
  }
  qsort(schedule->tail, (size_t)schedule->n_tail, sizeof *schedule->tail, compare_outings);
}

static bool take_copy(epx_schedule *schedule, int worker, double now, epx_unit *unit) {
  if (schedule->i_tail == schedule->n_tail) list_tail(schedule, now);
  for (; schedule->i_tail < schedule->n_tail; schedule->i_tail++) {
    const outing *next = &schedule->tail[schedule->i_tail];
    holding *other = &schedule->worker[next->worker];
    if (now <= next->due) return false;
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

static bool is_shared(const epx_schedule *schedule, int worker) {
  const holding *held = &schedule->worker[worker];
  if (held->partner < 0) return false;
  const holding *copy = held->copy ? held : &schedule->worker[held->partner];
  return copy->unit[0].first == held->unit[0].first;
}

static void part(epx_schedule *schedule, int worker) {
  holding *held = &schedule->worker[worker];
  if (!is_shared(schedule, worker)) return;
  schedule->worker[held->partner].partner = -1;
  schedule->worker[held->partner].copy = false;
  held->partner = -1;
  held->copy = false;
}

/* ---- handing out */

static int64_t count_held(const holding *held) {
  int64_t count = 0;
  for (int k = 0; k < held->n_units; k++)
    count += held->unit[k].count;
  return count;
}

/* Blocks that are open and under no suspicion. */
static int64_t count_fresh(const epx_schedule *schedule) {
  return schedule->counts.open - schedule->suspects.n_open;
}

/* Seconds left for the blocks of a unit more: those held take about the mean. */
static double eval_time_left(const epx_schedule *schedule, const holding *held, double now) {
  const epx_schedule_options *options = &schedule->options;
  return options->deadline - options->margin - now -
         (double)count_held(held) * epx_durations_get_mean(&schedule->durations);
}

static bool has_time(epx_schedule *schedule, const holding *held, double now) {
  const double left = eval_time_left(schedule, held, now);
  const double longest = epx_durations_eval_quantile(&schedule->durations, schedule->options.quantile);
  if (left > 0 && left >= longest) return true;
  if (held->n_units == 0 && schedule->counts.open > 0) schedule->draining = true;
  return false;
}

/* The most blocks a unit may have now, 0: none. */
static int64_t eval_largest(epx_schedule *schedule, const holding *held, double now) {
  const epx_schedule_options *options = &schedule->options;
  const double mean = epx_durations_get_mean(&schedule->durations);
  const bool timed = schedule->durations.n > 0;
  const int64_t fresh = count_fresh(schedule);
  if (held->n_units == N_HELD) return 0;
  if (held->n_units == 1 && (!timed || mean > options->ahead || fresh < options->n_workers)) return 0;
  int64_t largest = fresh / (2 * (int64_t)options->n_workers);
  if (!timed) largest = 1;
  if (mean * (double)largest > options->unit_time) largest = (int64_t)(options->unit_time / mean);
  if (largest < 1) largest = 1;
  /* Of the time left, the last block may take long; the others about the mean. */
  if (!has_time(schedule, held, now)) return 0;
  const double left = eval_time_left(schedule, held, now);
  const double longest = epx_durations_eval_quantile(&schedule->durations, options->quantile);
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

/* Tells whether a block was never handed out, nor finished, nor suspected. */
static bool is_new(const void *context, int64_t block) {
  const epx_schedule *schedule = context;
  return !is_finished(schedule, block) && !epx_schedule_is_suspect(schedule, block) &&
         !(schedule->given && schedule->given[block / 64] >> block % 64 & 1);
}

/* Short blocks in their order, many at once; long ones by how long they take. */
static bool take_new(epx_schedule *schedule, int64_t largest, epx_unit *unit) {
  const int64_t n = schedule->options.n_blocks;
  int64_t *cursor = &schedule->cursor;
  const int64_t longest =
      largest == 1 && schedule->given ? epx_classes_take(&schedule->classes, is_new, schedule) : -1;
  if (longest >= 0) {
    schedule->given[longest / 64] |= UINT64_C(1) << longest % 64;
    *unit = (epx_unit){longest, 1};
    return true;
  }
  while (*cursor < n && !is_new(schedule, *cursor))
    ++*cursor;
  *unit = (epx_unit){.first = *cursor};
  while (*cursor < n && unit->count < largest && is_new(schedule, *cursor)) {
    if (schedule->given) schedule->given[*cursor / 64] |= UINT64_C(1) << *cursor % 64;
    ++*cursor;
    unit->count++;
  }
  return unit->count > 0;
}

static bool take(epx_schedule *schedule, int worker, double now, epx_unit *unit, bool *copy) {
  *copy = false;
  holding *held = &schedule->worker[worker];
  if (!schedule->alone && count_fresh(schedule) > 0) {
    const int64_t largest = eval_largest(schedule, held, now);
    return largest > 0 && (take_returned(schedule, largest, unit) || take_new(schedule, largest, unit));
  }
  if (held->n_units > 0 || !has_time(schedule, held, now)) return false;
  if (!schedule->alone && schedule->counts.open > 0 && take_suspect(schedule, unit)) return true;
  return *copy = take_copy(schedule, worker, now, unit);
}

bool epx_schedule_take_unit(epx_schedule *schedule, int worker, double now, epx_unit *unit) {
  holding *held = &schedule->worker[worker];
  const epx_schedule_counts *counts = &schedule->counts;
  if (schedule->draining || counts->open + counts->out == 0 || schedule->hosts[held->host].aside)
    return false;
  bool copy;
  if (!take(schedule, worker, now, unit, &copy)) return false;
  if (held->n_units == 0) held->since = now;
  held->unit[held->n_units++] = *unit;
  set_idle(schedule, worker, false);
  if (copy) return true;
  schedule->counts.open -= unit->count;
  schedule->counts.out += unit->count;
  return true;
}

/* ---- outcomes: what became of the units that were handed out */

/* Takes its first block from what a worker holds. */
static void pop(epx_schedule *schedule, int worker) {
  holding *held = &schedule->worker[worker];
  part(schedule, worker);
  held->unit[0].first++;
  if (--held->unit[0].count == 0) {
    held->unit[0] = held->unit[1];
    held->n_units--;
  }
  if (held->n_units == 0) set_idle(schedule, worker, !schedule->hosts[held->host].aside);
}

bool epx_schedule_set_done(epx_schedule *schedule, int worker, int64_t block, double seconds, double now) {
  holding *held = &schedule->worker[worker];
  if (held->n_units == 0 || held->unit[0].first != block) return false;
  pop(schedule, worker);
  held->since = now;
  if (is_finished(schedule, block)) return false;
  set_bit(schedule, block);
  schedule->counts.out--;
  schedule->counts.finished++;
  schedule->hosts[held->host].n_failures = 0;
  epx_durations_merge(&schedule->durations, seconds);
  epx_classes_merge(&schedule->classes, block, seconds);
  epx_suspect *suspect = schedule->suspects.n > 0 ? epx_suspects_get(&schedule->suspects, block) : NULL;
  if (suspect) {
    epx_suspects_set_state(&schedule->suspects, suspect, EPX_SUSPECT_OVER);
    schedule->alone = false;
  }
  return true;
}

void epx_schedule_set_kept(epx_schedule *schedule, int worker) {
  holding *held = &schedule->worker[worker];
  if (held->n_units == 0) return;
  const int64_t block = held->unit[0].first;
  const bool shared = is_shared(schedule, worker);
  epx_suspect *suspect = epx_suspects_get(&schedule->suspects, block);
  pop(schedule, worker);
  schedule->draining = true;
  if (shared || is_finished(schedule, block)) return;
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

epx_err epx_schedule_set_open(epx_schedule *schedule, int64_t block) {
  schedule->finished[block / 64] &= ~(UINT64_C(1) << block % 64);
  schedule->counts.held--;
  schedule->counts.open++;
  if (!schedule->given && block >= schedule->cursor) return EPX_OK; /* it is still to come */
  if (schedule->given) schedule->given[block / 64] |= UINT64_C(1) << block % 64;
  return push_returned(schedule, (epx_unit){block, 1});
}

/* Returns the first block of what a worker holds: one that is finished or held by a partner is in good hands;
 * one that is charged becomes a suspect, and a suspect is open as such. *hopeless: it is charged too often.
 */
static epx_err return_first(epx_schedule *schedule, int worker, bool charged, bool *hopeless) {
  holding *held = &schedule->worker[worker];
  const int64_t block = held->unit[0].first;
  const bool shared = is_shared(schedule, worker), finished = is_finished(schedule, block);
  epx_suspect *suspect = epx_suspects_get(&schedule->suspects, block);
  *hopeless = false;
  pop(schedule, worker);
  if (shared || finished) return EPX_OK;
  schedule->counts.out--;
  schedule->counts.open++;
  if (!suspect && !charged) return push_returned(schedule, (epx_unit){block, 1});
  if (suspect) schedule->alone = false;
  EPX_TRY(epx_suspects_merge(&schedule->suspects, block, 0, charged, &suspect));
  *hopeless = suspect->n_errors > schedule->options.retries;
  return EPX_OK;
}

static epx_err return_all(epx_schedule *schedule, int worker, bool charged, bool *hopeless) {
  holding *held = &schedule->worker[worker];
  *hopeless = false;
  if (held->n_units == 0) return EPX_OK;
  EPX_TRY(return_first(schedule, worker, charged, hopeless));
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
  set_idle(schedule, worker, !schedule->hosts[held->host].aside);
  return EPX_OK;
}

epx_err epx_schedule_set_returned(epx_schedule *schedule, int worker) {
  bool never;
  return return_all(schedule, worker, false, &never);
}

static bool has_host(const epx_schedule *schedule) {
  for (int h = 0; h < schedule->n_hosts; h++)
    if (!schedule->hosts[h].aside) return true;
  return false;
}

epx_err epx_schedule_set_failed(epx_schedule *schedule, int worker, bool *hopeless) {
  host_record *where = &schedule->hosts[schedule->worker[worker].host];
  EPX_TRY(return_all(schedule, worker, true, hopeless));
  if (++where->n_failures >= schedule->options.host_limit && !where->aside) {
    where->aside = true;
    for (int w = 0; w < schedule->options.n_workers; w++)
      if (&schedule->hosts[schedule->worker[w].host] == where) set_idle(schedule, w, false);
  }
  *hopeless = *hopeless || !has_host(schedule);
  return EPX_OK;
}

/* ---- how things stand */

bool epx_schedule_is_aside(const epx_schedule *schedule, int worker) {
  return schedule->hosts[schedule->worker[worker].host].aside;
}

int epx_schedule_get_idle(const epx_schedule *schedule, int i) {
  return i < schedule->n_idle ? schedule->idle[i] : -1;
}

bool epx_schedule_is_alone(const epx_schedule *schedule) {
  return schedule->alone;
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
