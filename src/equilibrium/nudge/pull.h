/** @internal @file
 * Pull: how a cost of the readouts pulls the states, strength Q P (dr/ds)' dC/dr, and how that changes with
 * them. One pair of functions for the lanes of a population and for the outputs of a distributed network.
 */
#ifndef EPILUX_EQUILIBRIUM_PULL_H
#define EPILUX_EQUILIBRIUM_PULL_H

#include "equilibrium/ensemble.h"

/** All borrowed; the arrays are overwritten. */
typedef struct {
  double *readout, *slope; /* [n_outputs][n_lanes] */
  double *pull;            /* [n_state][n_lanes] */
  double *room;            /* [n_outputs^2 + 2 n_probes components] */
} epx_pull;

/** Adds the pull at y to f, both [n_state][n_lanes]. */
void epx_pull_add(const epx_pull *pull, const epx_lanes *lanes, const epx_phase *phase, const double *y,
                  double *f);

/** Adds its derivative at y of `width` lanes from `lane` on to jacobian [n_state][n_state][width]. O(width
 * n_probes^2 components^2). */
void epx_pull_add_jacobian(const epx_pull *pull, const epx_lanes *lanes, const epx_phase *phase,
                           const double *y, int lane, int width, double *jacobian);

#endif
