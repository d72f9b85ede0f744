/** @file
 * Simulated cluster: workers that ask, solve, fail and die in simulated time, for tests of the schedule. One
 * coordinator serves them one after the other, through relays where there are any.
 */
#ifndef EPILUX_TESTS_SIMULATED_CLUSTER_H
#define EPILUX_TESTS_SIMULATED_CLUSTER_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/numbers/random.h"
#include "parallel/schedule/schedule.h"

typedef struct {
  int64_t n_blocks;
  int n_workers;
  const double *cost;       /* [n_blocks] s that each block takes; NULL: as follows */
  double mean, spread;      /* s: block times are uniform in mean (1 ± spread) */
  double growth;            /* the last block takes this much longer than the first; 0: all alike */
  double straggling;        /* share of blocks that take ten times as long, the first time they are tried */
  double death;             /* share of blocks during which the worker dies, and starts again */
  double deadline, request; /* s; of a request to the coordinator and back */
  double service;           /* s that the coordinator takes over a message */
  int n_relays;             /* that pass messages on in bundles; 0: none */
  double bundle;            /* s that the coordinator takes over a bundle, beside its messages */
  int n_hosts, bad_host; /* workers are dealt to hosts in turn; every block fails on the bad one; -1: none */
} cluster;

typedef struct {
  double end, busy; /* s: when the last block came back, sum of the times of blocks that counted */
  int64_t n_requests, largest, n_copies, n_failures;
  bool hopeless;
  int n_wrong; /* blocks solved twice for good, units where there was no room: must be 0 */
  epx_schedule_counts counts;
} outcome;

typedef struct {
  double time; /* of the worker's next event; worker -1: a look at who is idle */
  int worker;
} cluster_event;

typedef struct {
  epx_unit unit[2]; /* what the worker has; unit[0].first is in progress */
  int n_units;
  int n_done; /* blocks before unit[0].first that are not reported yet */
  double seconds[64], t_sent;
} cluster_queue;

typedef struct {
  const cluster *c;
  epx_schedule *schedule;
  epx_random stream;
  cluster_event *heap; /* [n_heap] */
  int n_heap;
  cluster_queue *queues;           /* [n_workers] */
  unsigned char *n_done, *n_tries; /* [n_blocks] */
  double *sent;                    /* [n_relays] when the relay's last bundle leaves, or has left */
  double free;                     /* when the coordinator has nothing to do */
  outcome out;
} simulation;

static inline void simulation_push(simulation *s, double time, int worker) {
  int i = s->n_heap++;
  for (; i > 0 && s->heap[(i - 1) / 2].time > time; i = (i - 1) / 2)
    s->heap[i] = s->heap[(i - 1) / 2];
  s->heap[i] = (cluster_event){time, worker};
}

static inline cluster_event simulation_pop(simulation *s) {
  const cluster_event first = s->heap[0], last = s->heap[--s->n_heap];
  int i = 0;
  for (int child; (child = 2 * i + 1) < s->n_heap; i = child) {
    if (child + 1 < s->n_heap && s->heap[child + 1].time < s->heap[child].time) child++;
    if (last.time <= s->heap[child].time) break;
    s->heap[i] = s->heap[child];
  }
  s->heap[i] = last;
  return first;
}

static inline double simulation_duration(const simulation *s, int64_t block, int i_try) {
  const cluster *c = s->c;
  if (c->cost) return c->cost[block];
  const double u = epx_random_eval_uniform(&s->stream, (uint32_t)block, 0, 0, 0);
  const bool slow =
      i_try == 0 && epx_random_eval_uniform(&s->stream, (uint32_t)block, 2, 0, 0) < c->straggling;
  return c->mean * (1 + c->spread * (2 * u - 1)) * (1 + c->growth * (double)block / (double)c->n_blocks) *
         (slow ? 10 : 1);
}

static inline bool simulation_dies(const simulation *s, int64_t block) {
  return s->c->death > 0 &&
         epx_random_eval_uniform(&s->stream, (uint32_t)block, 1, s->n_tries[block], 0) < s->c->death;
}

/* The worker begins its first block at `now`. */
static inline void simulation_begin(simulation *s, int worker, double now) {
  const int64_t block = s->queues[worker].unit[0].first;
  simulation_push(s, now + simulation_duration(s, block, s->n_tries[block]), worker);
  if (s->n_tries[block] < 255) s->n_tries[block]++;
}

/* The coordinator hands out what the worker may have, once it has the time. */
static inline bool simulation_ask(simulation *s, int worker, double now) {
  cluster_queue *own = &s->queues[worker];
  const bool waits = own->n_units == 0;
  epx_unit unit;
  bool any = false;
  while (epx_schedule_take_unit(s->schedule, worker, now, &unit)) {
    if (own->n_units == 2) s->out.n_wrong++;
    own->unit[own->n_units++] = unit;
    s->out.n_requests++;
    if (s->n_tries[unit.first] > 0) s->out.n_copies++;
    if (unit.count > s->out.largest) s->out.largest = unit.count;
    any = true;
  }
  if (waits && any) simulation_begin(s, worker, now + s->c->request);
  return any;
}

static inline void simulation_drop(cluster_queue *own) {
  own->n_units = own->n_done = 0;
}

/* Sends what is done; the schedule hears of it block by block. */
static inline void simulation_report(simulation *s, int worker, int64_t first, double now) {
  cluster_queue *own = &s->queues[worker];
  for (int k = 0; k < own->n_done; k++)
    if (epx_schedule_set_done(s->schedule, worker, first + k, own->seconds[k], now)) {
      s->out.n_wrong += ++s->n_done[first + k] > 1;
      s->out.busy += own->seconds[k];
      s->out.end = now;
    }
  own->n_done = 0;
  own->t_sent = now;
}

/* The worker's block ends. Tells whether the coordinator hears of it. */
static inline bool simulation_finish(simulation *s, int worker, double now) {
  cluster_queue *own = &s->queues[worker];
  const int64_t block = own->unit[0].first;
  const int host = s->c->n_hosts > 0 ? worker % s->c->n_hosts : 0;
  const bool dies = simulation_dies(s, block), fails = s->c->n_hosts > 0 && host == s->c->bad_host;
  if (dies || fails) {
    simulation_report(s, worker, block - own->n_done, now);
    const int code = dies ? epx_schedule_set_returned(s->schedule, worker)
                          : epx_schedule_set_failed(s->schedule, worker, &s->out.hopeless);
    s->out.n_wrong += code != EPX_OK;
    s->out.n_failures += fails;
    simulation_drop(own);
    return true;
  }
  own->seconds[own->n_done++] = simulation_duration(s, block, s->n_tries[block] - 1);
  own->unit[0].first++;
  const bool ends = --own->unit[0].count == 0;
  if (!ends && own->n_done < 64 &&
      now - own->t_sent <= epx_schedule_eval_interval(s->c->n_workers, s->c->n_relays))
    return false;
  simulation_report(s, worker, block + 1 - own->n_done, now);
  if (ends) {
    own->unit[0] = own->unit[1];
    own->n_units--;
  }
  return true;
}

/* When a message that a worker sends at `now` reaches the coordinator: a relay sends at once when it has not
 * for an interval, and else together what comes in between. *first: of its bundle. */
static inline double simulation_pass(simulation *s, int worker, double now, bool *first) {
  *first = false;
  if (s->c->n_relays == 0) return now;
  double *sent = &s->sent[(int64_t)worker * s->c->n_relays / s->c->n_workers];
  *first = now > *sent;
  if (*first) *sent = fmax(now, *sent + (double)s->c->n_relays / EPX_SCHEDULE_MESSAGES);
  return *sent;
}

static inline void simulation_wake(simulation *s, double now) {
  for (int w; (w = epx_schedule_get_idle(s->schedule, 0)) >= 0;)
    if (!simulation_ask(s, w, now)) return;
}

static inline void simulation_run(simulation *s) {
  bool looking = false;
  for (int w = 0; w < s->c->n_workers; w++)
    simulation_ask(s, w, s->free += s->c->service);
  while (s->n_heap > 0 && !s->out.hopeless) {
    const cluster_event next = simulation_pop(s);
    const epx_schedule_counts counts = epx_schedule_get_counts(s->schedule);
    if (next.worker < 0) {
      looking = false;
      simulation_wake(s, next.time);
    } else {
      cluster_queue *own = &s->queues[next.worker];
      const bool heard = simulation_finish(s, next.worker, next.time);
      if (own->n_units > 0) simulation_begin(s, next.worker, next.time);
      if (!heard) continue;
      bool first;
      s->free = fmax(s->free, simulation_pass(s, next.worker, next.time, &first)) + s->c->service;
      if (first) s->free += s->c->bundle;
      simulation_ask(s, next.worker, s->free);
      if (counts.open == 0 || epx_schedule_get_idle(s->schedule, 0) >= 0) simulation_wake(s, s->free);
    }
    if (counts.out == 0 && counts.open == 0) break;
    if (!looking && epx_schedule_get_idle(s->schedule, 0) >= 0 && s->n_heap > 0) {
      looking = true;
      simulation_push(s, next.time + s->c->mean / 10, -1);
    }
    if (s->n_heap == 1 && s->heap[0].worker < 0) s->n_heap = 0; /* nobody works and nobody will */
  }
}

/* Runs a cluster on a schedule to its end. */
static inline outcome simulate(const cluster *c, epx_schedule *schedule) {
  const size_t n = (size_t)c->n_workers;
  simulation s = {.c = c, .schedule = schedule, .stream = epx_random_init(1, "test:schedule")};
  s.heap = malloc((n + 2) * sizeof *s.heap);
  s.queues = calloc(n, sizeof *s.queues);
  s.n_done = calloc((size_t)c->n_blocks + 1, 1);
  s.n_tries = calloc((size_t)c->n_blocks + 1, 1);
  s.sent = calloc((size_t)c->n_relays + 1, sizeof *s.sent);
  if (s.heap && s.queues && s.n_done && s.n_tries && s.sent)
    simulation_run(&s);
  else
    s.out.n_wrong++;
  s.out.counts = epx_schedule_get_counts(schedule);
  free(s.heap);
  free(s.queues);
  free(s.n_done);
  free(s.n_tries);
  free(s.sent);
  return s.out;
}

static inline double outcome_share(const cluster *c, const outcome *out) {
  return out->busy / (out->end * c->n_workers);
}

#endif
