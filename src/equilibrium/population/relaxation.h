/** @internal @file
 * Relaxation: integrates the dynamics of the running lanes until each can be handed to Newton's method, or has
 * failed.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_RELAXATION_H
#define EPILUX_EQUILIBRIUM_POPULATION_RELAXATION_H

#include "equilibrium/equilibrium.h"
#include "equilibrium/outcome/settling.h"
#include "equilibrium/population/lane_record.h"

typedef struct epx_relaxation epx_relaxation;

/** Creates the workspaces for up to n_lanes lanes; `options` are copied. Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_relaxation_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                              epx_relaxation **out);

/** Destroys the relaxation at *address. */
void epx_relaxation_destroy(epx_relaxation **address);

/** Solves: follows the lanes whose record is EPX_LANE_RUNNING, from y [n_state][n_lanes], until each of them is
 *   EPX_LANE_READY  the rates of each kind of components are at most record.handover of the largest that they had
 *                   in this phase, or move them by rounding alone,
 *   EPX_LANE_DONE   the same, and record.handover is at most options->tolerance,
 *   EPX_LANE_OUT    it diverged, or max_time or max_steps have gone by: it oscillates or is slow.
 * y of these lanes is where they were then; other lanes' y is not touched. Where rtol is at least 1e-4 and the family not
 * stiff, what happens in a lane depends on its own numbers alone; elsewhere on those of EPX_LANE_WIDTH samples of
 * its instance, from a multiple of EPX_LANE_WIDTH on, which share their steps. Errors: EPX_ESOLVER. */
epx_err epx_relaxation_solve(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_lane_record *records);

/** Solves the same of the free phase to measure how running lanes settle at `end` [n_state][n_lanes], where they are known to come to
 * rest: settling [n_lanes][n_kinds]. A lane is EPX_LANE_READY when it has settled there for good, or, still away
 * from it, when it rests elsewhere. Steps are as accurate as that wants. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_relaxation_measure(epx_relaxation *relaxation, const epx_lanes *lanes, const double *end,
                               double *y, epx_lane_record *records, epx_settling *settling);

/** Gets the steps and the evaluations of the field since creation, lane by lane. */
void epx_relaxation_get_counts(const epx_relaxation *relaxation, long *steps, long *evaluations);

#endif
