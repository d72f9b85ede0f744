/** @file
 * Schedule: which worker solves what next, and when to stop handing out. A state machine: it is told what
 * happened and what time it is, and knows neither MPI nor a clock.
 *
 * Work is counted in blocks, 0 … n_blocks-1, each solved by one worker at a time; a unit is a run of blocks
 * that is handed out at once. Units are guided: remaining / (2 n_workers) blocks, but no more than take about
 * `unit_time` together, so that none is worth waiting for at the end. Until a first block is timed, units
 * have one block. A worker is handed a second unit ahead only while blocks are shorter than `ahead` (then a
 * request would cost more than it waits) and there are enough for all.
 *
 * Long blocks, those that make a unit each, are handed out longest first: one of each class, then those of the
 * class that took longest so far (schedule/classes.h).
 *
 * Suspects are blocks that were under way when a job ended or a worker failed: any of them may have been the
 * cause. They come last, one a unit: those of one end at most sqrt(n_workers) at a time, so that an end among
 * them charges few; those of more alone, so that an end then is of one, and each in its turn. A block that is
 * split (parallel/schedule/blocks.h) is finished, and its parts, numbered from n_blocks on, are suspects.
 *
 * When nothing is open any more, a worker that has nothing to do is handed a copy of a block that has been
 * out for longer than nine in ten take: results are the same bits whoever solves a block, so the first of the
 * two counts. A suspect is copied too, and anything before a first block is timed, but only when it has been
 * out for so long that its worker may hang: so a rank that hangs costs time, and never the end of the run.
 *
 * Blocks may be held: they are no work yet. Whoever decides by the results of others that they are wanted sets them open.
 *
 * A host on which `host_limit` blocks in a row failed is put aside: its workers are handed nothing more.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_SCHEDULE_H
#define EPILUX_PARALLEL_SCHEDULE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "epilux/error.h"

typedef struct {
  int64_t n_blocks;
  int n_workers;
  double unit_time; /* s */
  double ahead;     /* s */
  double deadline;  /* s, on the clock of `now`; INFINITY: none */
  double margin;    /* s before the deadline by which all must be done */
  double quantile;  /* of block times: no block is handed out when less than this is left */
  int retries;      /* errors of a block after which it is given up */
  double copy_age;  /* s that a block is out beyond what nine in ten take before it is copied */
  double hang_age;  /* s that a block is out beyond three times what others take before its worker may hang */
  int host_limit;   /* failures in a row that put a host aside */
  int64_t
      class_size; /* blocks of a class, which take about the same time, such as those of a design point; 0: nothing is
                         known of who is like whom */
  const int *host; /* [n_workers] number of each worker's host, from 0; NULL: one host for all */
} epx_schedule_options;

/** Evaluates how long workers should go without a message each, s: 0.02 s, or more so that nobody who listens
 * to them gets more than EPX_SCHEDULE_MESSAGES a second, which is taken also over a slow network, and the
 * coordinator hands out no more than EPX_SCHEDULE_UNITS a second. Without relays (n_relays 0) the coordinator
 * listens to all, and that is more from 800 workers on; with relays from 4,000 on. Results of blocks that end
 * in between travel together. */
#define EPX_SCHEDULE_MESSAGES 40000
#define EPX_SCHEDULE_UNITS 200000
double epx_schedule_eval_interval(int n_workers, int n_relays);

/** Gets what fits most campaigns: unit_time 0.05 s and ahead 0.1 s, more where many workers must be quiet for
 * longer (above); no deadline, margin 1 s, quantile 0.99, retries 2, copy_age 0.1 s, hang_age
 * 20 s, host_limit 3, one host.
 */
epx_schedule_options epx_schedule_get_defaults(int64_t n_blocks, int n_workers, int n_relays);

/** Blocks first … first + count - 1. */
typedef struct {
  int64_t first, count;
} epx_unit;

/** State of the schedule. open + out + finished + kept + held = n_blocks and parts of split blocks. */
typedef struct {
  int64_t open, out, finished; /* blocks: not handed out, handed out, done */
  int64_t kept;                /* blocks left in their midst, for another run */
  int64_t held;                /* blocks that are not wanted so far */
} epx_schedule_counts;

typedef struct epx_schedule epx_schedule;

/** Creates a schedule. Memory: n_blocks / 8 bytes, 80 a worker; with classes another n_blocks / 8, 28 a class.
 * Errors: EPX_EINPUT: fewer than one worker, or blocks < 0; EPX_EMEMORY. */
epx_err epx_schedule_create(const epx_schedule_options *options, epx_schedule **out);
void epx_schedule_destroy(epx_schedule **address);

/** Sets a block finished that an earlier run solved. Call before the first unit is taken. */
void epx_schedule_set_finished(epx_schedule *schedule, int64_t block);

/** Sets a block held. Call before the first unit is taken. */
void epx_schedule_set_held(epx_schedule *schedule, int64_t block);

/** Sets a block open that is held: it is handed out as one that came back. Errors: EPX_EMEMORY. */
epx_err epx_schedule_set_open(epx_schedule *schedule, int64_t block);

/** Merges what a block of an earlier run took, s, into what is known of its class. */
void epx_schedule_merge_time(epx_schedule *schedule, int64_t block, double seconds);

/** Sets a block suspected that was under way at n_ends ends of earlier runs, or adds a part of a block that is
 * split. Call before the first unit is taken, for a block that is not finished. Errors: EPX_EMEMORY. */
epx_err epx_schedule_set_suspected(epx_schedule *schedule, int64_t block, int n_ends);

/** Takes the next unit off the schedule for a worker, which then holds it; false when there is none for it now: it holds
 * enough, nothing is open, or the schedule drains (time may have brought that about just now). O(1)
 * amortised. */
bool epx_schedule_take_unit(epx_schedule *schedule, int worker, double now, epx_unit *unit);

/** Sets the next block of what the worker holds done, at `now`, in `seconds`. False when its result is of no
 * account: the worker holds no such block (it was taken for lost), or a copy came first. */
bool epx_schedule_set_done(epx_schedule *schedule, int worker, int64_t block, double seconds, double now);

/** Sets all that a worker holds open again. The worker may go on taking units. Errors: EPX_EMEMORY. */
epx_err epx_schedule_set_returned(epx_schedule *schedule, int worker);

/** Sets the first block that a worker holds kept: it was left in its midst, and is for another run. Nothing
 * is handed out any more: there was no time for it. */
void epx_schedule_set_kept(epx_schedule *schedule, int worker);

/** Sets all that a worker holds open again because of an error at its first block, which is charged and
 * counts against the worker's host. *hopeless: the block has failed too often, or no host is left.
 * Errors: EPX_EMEMORY. */
epx_err epx_schedule_set_failed(epx_schedule *schedule, int worker, bool *hopeless);

/** Tells whether a block is a suspect, or was one. O(log of the suspects). */
bool epx_schedule_is_suspect(const epx_schedule *schedule, int64_t block);

/** Tells whether a block is out that must run alone. */
bool epx_schedule_is_alone(const epx_schedule *schedule);

/** Tells whether a worker's host is put aside. */
bool epx_schedule_is_aside(const epx_schedule *schedule, int worker);

/** Gets the i-th worker that holds nothing and whose host is not put aside, in no order, -1 past the last.
 * What it was refused before it may be given now: a copy, a suspect, what another returned. */
int epx_schedule_get_idle(const epx_schedule *schedule, int i);

/** Sets the schedule to drain: no unit is handed out any more. */
void epx_schedule_set_draining(epx_schedule *schedule);

/** Tells whether the schedule drains, by the call above or for want of time. */
bool epx_schedule_is_draining(const epx_schedule *schedule);

/** Tells whether the worker holds nothing. */
bool epx_schedule_is_idle(const epx_schedule *schedule, int worker);

epx_schedule_counts epx_schedule_get_counts(const epx_schedule *schedule);

/** Gets the mean time of a block, s; 0 before one was timed. */
double epx_schedule_get_block_time(const epx_schedule *schedule);

#endif
