/** @internal @file
 * Relaxation: integrates the dynamics of the running lanes until each can be handed to Newton's method, or has
 * failed.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_RELAXATION_H
#define EPILUX_EQUILIBRIUM_POPULATION_RELAXATION_H

#include "equilibrium/equilibrium.h"
#include "equilibrium/population/lane_record.h"

typedef struct epx_relaxation epx_relaxation;

/** Creates the workspaces for up to n_lanes lanes; `options` are copied. Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_relaxation_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                              epx_relaxation **out);

/** Destroys the relaxation at *address. */
void epx_relaxation_destroy(epx_relaxation **address);

/** Solves: follows the lanes whose record is EPX_LANE_RUNNING, from y [n_state][n_lanes], until each of them
 * is one of
 *
 *   EPX_LANE_READY  its residual is at most record.handover
 *   EPX_LANE_DONE   the same, and that is at most options->tolerance
 *   EPX_LANE_OUT    it diverged, or max_time or max_steps have gone by: it oscillates or is slow
 *
 * y of these lanes is where they were then; other lanes' y is not touched. Errors: EPX_ESOLVER. */
epx_err epx_relaxation_solve(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_lane_record *records);

/** Gets the integrator's steps and evaluations of the field, each over all lanes, since creation. */
void epx_relaxation_get_counts(const epx_relaxation *relaxation, long *steps, long *evaluations);

#endif
