/** @file
 * Activity: when each rank computed, and where the rest of the time went; saved under /run in the results
 * file, which is not part of the same-bits promise.
 *
 * The time of each rank that computes falls into three parts: busy, inside blocks; tail, idle because nothing
 * was left to hand out; waiting, all else: for its first block, for work to come, for its processor.
 */
#ifndef EPILUX_IO_RESULTS_ACTIVITY_H
#define EPILUX_IO_RESULTS_ACTIVITY_H

#include "study/record.h"

enum { EPX_ACTIVITY_SLOWEST = 5, EPX_ACTIVITY_HOST = 64 };

/** What one rank did. Times in s. */
typedef struct {
  int rank;
  char host[EPX_ACTIVITY_HOST];
  double busy, waiting, tail;
  double last; /* s of the run at which its last block ended */
  long n_trials;
  long ended[EPX_STATES]; /* [state] trials that ended in it */
} epx_activity_rank;

/** A block that took long. */
typedef struct {
  int rank, i_point, i_instance; /* the instance with which it begins */
  double seconds;
} epx_activity_block;

typedef struct {
  int n_ranks;              /* that compute */
  epx_activity_rank *ranks; /* [n_ranks] */
  double seconds;           /* that the run has taken */
  double handing_out;       /* s that the coordinator spent over its workers' messages */
  int n_bins;               /* that the run's time is divided into */
  double bin;               /* s of one; doubled when time goes beyond the last */
  double *share;            /* [n_ranks][n_bins] of each bin: inside blocks */
  epx_activity_block slowest[EPX_ACTIVITY_SLOWEST]; /* the slowest first; seconds 0: none */
} epx_activity;

/** Creates the activity of n_ranks ranks that have done nothing; its ranks' names are the caller's to set.
 * Memory: 8 MB at most for the bins. Errors: EPX_EMEMORY. */
epx_err epx_activity_create(int n_ranks, epx_activity **out);
void epx_activity_destroy(epx_activity **address);

/** Sets that the i-th rank was inside blocks for `seconds` until `end`, s of the run. Spans come in the order
 * of their ends, those of one rank do not overlap: what would, begins where the one before ended. O(bins). */
void epx_activity_set_span(epx_activity *activity, int i, double end, double seconds);

/** Sets how a block of n trials ended that the i-th rank solved: record [n][size], state first. O(n). */
void epx_activity_set_block(epx_activity *activity, int i, int i_point, int i_instance, double seconds, int n,
                            size_t size, const double *record);

/** Sets the time that the run has taken, and from when on there was nothing to hand out (NAN: not yet), and
 * divides each rank's time. */
void epx_activity_set_time(epx_activity *activity, double seconds, double drained);

/** Evaluates the sums over ranks: s busy, waiting, in the tail. */
void epx_activity_eval_sums(const epx_activity *activity, double *busy, double *waiting, double *tail);

#endif
