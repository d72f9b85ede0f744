/** @internal @file
 * Force: the force of a nudge on the states, strength Q P (dr/ds)' dC/dr for a cost C of the readouts r, and its
 * derivative. One pair of functions for the lanes of a population and for the outputs of a distributed network.
 */
#ifndef EPILUX_EQUILIBRIUM_NUDGE_FORCE_H
#define EPILUX_EQUILIBRIUM_NUDGE_FORCE_H

#include "equilibrium/ensemble.h"

/** All borrowed; the arrays are overwritten. */
typedef struct {
  double *readout, *slope; /* [n_outputs][n_lanes] */
  double *force;           /* [n_state][n_lanes] */
  double *room;            /* [n_outputs^2 + 2 n_probes components] */
} epx_nudge_force;

/** Adds the force at y to f, both [n_state][n_lanes]. */
void epx_nudge_force_add(const epx_nudge_force *force, const epx_lanes *lanes, const epx_phase *phase,
                         const double *y, double *f);

/** Adds its derivative at y of `width` lanes from `lane` on to jacobian [n_state][n_state][width]. O(width
 * n_probes^2 components^2). */
void epx_nudge_force_add_jacobian(const epx_nudge_force *force, const epx_lanes *lanes,
                                  const epx_phase *phase, const double *y, int lane, int width,
                                  double *jacobian);

#endif
