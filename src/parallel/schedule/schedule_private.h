/** @internal @file
 * Schedule: what its parts share.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_SCHEDULE_PRIVATE_H
#define EPILUX_PARALLEL_SCHEDULE_SCHEDULE_PRIVATE_H

#include "parallel/schedule/durations.h"
#include "parallel/schedule/schedule.h"
#include "parallel/schedule/suspects.h"

enum { N_HELD = 2 };

/* What a worker holds; the first unit is shortened as its blocks come back. */
typedef struct {
  epx_unit unit[N_HELD];
  int n_units;
  int host;
  int idle;     /* its place in the list of idle workers, -1: none */
  int partner;  /* who solves the same block, -1: nobody */
  bool copy;    /* of the partner's block, which was handed out first */
  double since; /* when its first block began */
} epx_schedule_holding;

/* A worker whose block may be copied. */
typedef struct {
  int worker;
  double since;
} epx_schedule_outing;

typedef struct {
  int n_failures; /* in a row */
  bool aside;
} epx_schedule_host;

struct epx_schedule {
  epx_schedule_options options;
  uint64_t *finished; /* bit b % 64 of word b / 64 */
  int64_t cursor;     /* blocks from here on were never handed out */
  epx_schedule_counts counts;
  epx_schedule_holding *worker; /* [n_workers] */
  int *idle;                    /* [n_idle] of [n_workers] */
  int n_idle;
  epx_schedule_host *hosts; /* [n_hosts] */
  int n_hosts;
  epx_unit *returned; /* [n_returned], last in first out */
  size_t n_returned, returned_capacity;
  epx_suspects suspects;
  epx_schedule_outing
      *tail;          /* [n_tail] of [n_workers]: blocks that may be copied, those that began first first */
  int n_tail, i_tail; /* the next to be copied */
  double t_tail;      /* when the list was made */
  epx_durations durations;
  bool draining, alone; /* alone: a block is out that nothing may be beside */
};

/** Tells whether a block is finished. */
bool epx_schedule_is_finished(const epx_schedule *schedule, int64_t block);

/** Sets the bit of a block. */
void epx_schedule_set_bit(epx_schedule *schedule, int64_t block);

/** Sets whether a worker is in the list of those that hold nothing. */
void epx_schedule_set_idle(epx_schedule *schedule, int worker, bool idle);

/** Sets an open suspect given up. */
void epx_schedule_set_given_up(epx_schedule *schedule, epx_suspect *suspect);

/** Gets a copy for a worker that holds nothing, of the block that has been out longest, if that is long
 * enough: O(1), but O(n_workers log n_workers) once in a quarter of a block's time. */
bool epx_schedule_get_copy(epx_schedule *schedule, int worker, double now, epx_unit *unit);

/** Tells whether the block that a worker holds first is its partner's too. */
bool epx_schedule_is_shared(const epx_schedule *schedule, int worker);

/** Parts the two workers that hold the block which this one holds first, if there are two. */
void epx_schedule_set_parted(epx_schedule *schedule, int worker);

#endif
