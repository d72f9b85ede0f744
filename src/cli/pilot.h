/** @file
 * Pilot: a few trials of a campaign, timed here and now, so that the time and the memory of the whole can be
 * told.
 */
#ifndef EPILUX_SRC_CLI_PILOT_H
#define EPILUX_SRC_CLI_PILOT_H

#include "epilux/io/campaign.h"

typedef struct {
  int n_blocks;   /* that were timed */
  double block;   /* s, mean */
  double slowest; /* s */
  double total;   /* s of all blocks on one core, at that mean */
  double bytes;   /* that a rank holds, its peak */
} epx_pilot;

/** Evaluates blocks spread over the design, in a process of its own, for `budget` s, but at least one block,
 * for which it waits up to `patience` s. Errors: EPX_EINPUT: no block was done by then; EPX_ESOLVER: the
 * process was killed; those of a trial; EPX_EFILE, EPX_EMEMORY. */
epx_err epx_pilot_eval(const epx_campaign *campaign, double budget, double patience, epx_pilot *pilot);

#endif
