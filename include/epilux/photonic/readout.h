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

/** Evaluates of one lane the first and second derivative of each output's r in the components of its own
 * node, the only ones it depends on: slope, curvature [n_outputs][components]. (No readout mixes components,
 * so the second derivative has no other entries.) */
void epx_readout_eval_derivatives(const epx_lanes *lanes, const double *y, int lane, double *slope,
                                  double *curvature);

#endif
