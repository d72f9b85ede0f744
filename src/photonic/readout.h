/** @file
 * Readout: what the detectors at the output nodes report of a state, and how a cost on it pulls the state.
 */
#ifndef EPILUX_PHOTONIC_READOUT_H
#define EPILUX_PHOTONIC_READOUT_H

#include "photonic/lanes.h"

/** Evaluates r [n_outputs][n_lanes] from y [n_state][n_lanes]. */
void epx_readout_eval(const epx_lanes *lanes, const double *y, double *r);

/** Evaluates c = (dr/ds)' g: g [n_outputs][n_lanes] = dC/dr, c [n_state][n_lanes] = dC/ds, zero off the
 * outputs. */
void epx_readout_eval_cost_slope(const epx_lanes *lanes, const double *y, const double *g, double *c);

/** Adds to each instance's gradient [n_instances][n_theta] what a parameter does to the readouts at fixed s: of the
 * bias, whose light goes past the node as well, at ports that are read. weight[lane] g (dr/dbias): g
 * [n_outputs][n_lanes] = dC/dr, weight [n_lanes]. */
void epx_readout_add_port_gradient(const epx_lanes *lanes, const double *y, const double *g,
                                   const double *weight, double *gradient);

/** Gets the period of what is read: of a phase, a turn; 0: none. */
double epx_readout_get_period(const epx_network *network);

/** Gets the output that a probe is read for: itself, or that of its pair. */
int epx_readout_get_output(const epx_network *network, int i_probe);

/** Evaluates of one lane the first and second derivative of each probe's output in the components of the
 * probe's node, the only ones it depends on: slope, curvature [n_probes][components]. (No readout mixes
 * components, so the second derivative has no other entries.) */
void epx_readout_eval_derivatives(const epx_lanes *lanes, const double *y, int lane, double *slope,
                                  double *curvature);

#endif
