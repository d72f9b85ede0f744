/** @internal @file
 * Verdict: what becomes of the units that were under way when earlier runs ended.
 *
 *   the unit is known to be the cause    of one trial: it has failed; of several: each runs by itself
 *   nothing is known to be the cause     it runs last, beside a few others like it; ended again, alone;
 *                                        ended `attempts` times alone: of one trial: it is lost; of several:
 *                                        each runs by itself
 *
 * Instances of a block that is split are computed by themselves. Their numbers are those of the block to the
 * solver's tolerance and not to the last bit, where instances of a block share their steps. A block that
 * nothing is known against is split only after it was `attempts` times the only one under way at a job's end.
 */
#ifndef EPILUX_PARALLEL_VERDICT_H
#define EPILUX_PARALLEL_VERDICT_H

#include "io/campaign.h"
#include "io/recovery/attempts.h"

/** Judges suspects [*n], the caller's: those that are decided leave the list, and their trials are recorded
 * as failed or lost, and told; those that are split are replaced by their instances, sorted as before.
 * attempts: 0: nothing is lost or split for ends of unknown cause. Errors: EPX_EMEMORY. */
epx_err epx_verdict_apply(epx_campaign *campaign, int attempts, epx_attempts_suspect **suspects, size_t *n);

#endif
