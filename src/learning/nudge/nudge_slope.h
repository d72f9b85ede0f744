/** @internal @file
 * Pull: how the pull of a cost on the outputs, beta Q P dC/ds, changes with their state. One derivative for
 * the lanes of a population and for the outputs of a distributed network.
 */
#ifndef EPILUX_LEARNING_NUDGE_NUDGE_SLOPE_H
#define EPILUX_LEARNING_NUDGE_NUDGE_SLOPE_H

#include "learning/task/cost.h"
#include "photonic/lanes.h"

/** All borrowed. */
typedef struct {
  const epx_cost *cost;
  const int *label;        /* [n_lanes] */
  double *readout, *slope; /* [n_outputs][n_lanes], overwritten by those of the state */
  double *room;            /* [n_outputs^2 + 2 n_probes components], overwritten */
} epx_nudge_slope;

/** Adds d(beta Q P dC/ds)/ds at y [n_state][n_lanes] of `width` lanes from `lane` on to jacobian
 * [n_state][n_state][width]. O(width n_probes^2 components^2). */
void epx_nudge_slope_add_jacobian(const epx_nudge_slope *pull, const epx_lanes *lanes, double beta,
                                  const double *y, int lane, int width, double *jacobian);

#endif
