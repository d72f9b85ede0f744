/** @internal @file
 * Amplitude: shared by families whose nodes have a complex amplitude a = x + i p in their first two components
 * and a drive that no state changes. Rows of amplitudes alone: [n_nodes][2][n_lanes].
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_AMPLITUDE_H
#define EPILUX_PHOTONIC_FAMILIES_AMPLITUDE_H

#include "photonic/lanes.h"

/** Sets lanes->input [n_nodes][2][n_lanes] to the drive s_i of every node, in Re and Im: bias_i, and at
 * inputs, as network->encoding says, + input_scale feature, or + input_scale exp(i pi/2 feature), or nothing.
 * bias: the index of its parameter. */
void epx_amplitude_set_drive(epx_lanes *lanes, int bias);

/** Evaluates sum over nodes of |s_i|^2, whatever the state makes of it: power [n_lanes]. */
void epx_amplitude_eval_power(const epx_lanes *lanes, double *power);

/** Sets x [n_nodes][2][n_lanes] to the amplitudes of y [n_nodes][components][n_lanes]. Where weight [n_lanes]
 * is given, lanes of weight 0 and the padding get 0, whatever y holds. */
void epx_amplitude_take(const epx_lanes *lanes, int components, const double *weight, const double *y,
                        double *x);

/** Scales x [n_nodes][2][n_lanes], as taken with these weights, by share weight[lane]. */
void epx_amplitude_scale(const epx_lanes *lanes, const double *weight, double share, double *x);

#endif
