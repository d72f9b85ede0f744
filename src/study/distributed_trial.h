/** @internal @file
 * The trial of a distributed network: what epx_trial_solve() does for a point of that engine.
 */
#ifndef EPILUX_STUDY_DISTRIBUTED_TRIAL_H
#define EPILUX_STUDY_DISTRIBUTED_TRIAL_H

#include "study/point.h"

/** Checks that a point's networks can be distributed: its network, task, nominal and settings. Errors:
 * EPX_EINPUT: as epx_distributed_learner_check() and epx_engine_check_parameters(); hardware that is not
 * ideal, a protocol other than in-situ, a metric that is not measured of distributed networks. */
epx_err epx_distributed_trial_check(const epx_point *point);

/** Solves one trial, over the ranks of point->communicator: record [layout.size], equal on all of them.
 * Collective. Errors: only those of a broken run (< 0). */
epx_err epx_distributed_trial_solve(const epx_point *point, int i_point, int i_instance, double *record);

#endif
