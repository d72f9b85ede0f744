/** @file
 * Readout: what the detectors at the output nodes report of a state, and how a cost on it pulls the state.
 */
#ifndef EPILUX_PHOTONIC_READOUT_H
#define EPILUX_PHOTONIC_READOUT_H

#include "epilux/photonic/lanes.h"

/** Evaluates r [n_outputs][n_lanes] from y [n_state][n_lanes]. */
void epx_readout_eval(const epx_lanes *lanes, const double *y, double *r);

/** Evaluates c = (dr/ds)' g: g [n_outputs][n_lanes] = dC/dr, c [n_state][n_lanes] = dC/ds, zero off the
 * outputs. */
void epx_readout_eval_pull(const epx_lanes *lanes, const double *y, const double *g, double *c);

#endif
