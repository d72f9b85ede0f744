/** @internal @file
 * Pilot: solves some blocks of a campaign for a few seconds, to estimate the time and memory of the whole.
 * Blocks that do not finish are extrapolated from their progress (pilot/probe.h). The results of a run do not
 * change.
 */
#ifndef EPILUX_CLI_PILOT_PILOT_H
#define EPILUX_CLI_PILOT_PILOT_H

#include "cli/command.h"
#include "io/campaign.h"

typedef struct {
  double n_all;   /* blocks of the campaign */
  int n_blocks;   /* of them, that were begun, and tell something */
  int n_whole;    /* of them, solved to the end */
  double share;   /* of their trainings that was done, the least among the others; 1: there are none */
  double spent;   /* s of the processor */
  bool bounded;   /* extrapolated trainings may stop earlier: by patience or at a target */
  double block;   /* s, mean */
  double once;    /* s a design point, mean: making it ready, and what a protocol trains elsewhere */
  double slowest; /* s, of the slowest block */
  double total;   /* s of all blocks on one core, with the time to prepare them */
  double bytes;   /* that a rank holds, its peak */
} epx_pilot;

/** Reads --pilot, s; `missing` without it, 0: nothing is to be timed. Errors: EPX_EINPUT: not a time. */
epx_err epx_pilot_read_budget(const epx_call *call, double missing, double *budget);

/** Evaluates blocks spread over the design and its instances for about `budget` s of the processor, up to
 * eight of them side by side on one core; for twice that where less than half of the time of what was begun
 * was seen by then, for three times where less than a tenth still; and for up to `patience` s more, where
 * some of it has told nothing: neither an update was done nor some samples settled once. It ends when all
 * blocks have been solved. n_blocks is 0 where nothing has told anything. Errors: those of epx_probe_create()
 * and epx_probe_run(). */
epx_err epx_pilot_eval(const epx_campaign *campaign, double budget, double patience, epx_pilot *pilot);

#endif
