/** @internal @file
 * Broadcast: what the two families of weight banks share with their gradients. Rows of lanes throughout; s
 * [n_nodes][n_lanes] the voltages, W_ij the weights of broadcast.c.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_BROADCAST_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_BROADCAST_H

#include "photonic/lanes.h"

/** The parameters' order; depth and offset are those of rings alone. */
enum {
  EPX_BROADCAST_COUPLING,
  EPX_BROADCAST_BIAS,
  EPX_BROADCAST_SKEW,
  EPX_BROADCAST_SELF,
  EPX_BROADCAST_CROSSTALK,
  EPX_BROADCAST_TIME_CONSTANT,
  EPX_BROADCAST_DEPTH,
  EPX_BROADCAST_OFFSET,
  EPX_BROADCAST_N_RING,
  EPX_BROADCAST_N_SINE = EPX_BROADCAST_DEPTH
};

/** What a modulator does at s. */
typedef struct {
  double value, slope, curvature, integral; /* y, dy/ds, d2y/ds2, the integral of y */
} epx_transfer;

/** Tells whether the neurons are ring modulators. */
bool epx_broadcast_is_ring(const epx_lanes *lanes);

/** Evaluates a ring at s. */
epx_transfer epx_broadcast_eval_ring(double s, double depth, double offset);

/** Evaluates modulator i of a lane at s. */
epx_transfer epx_broadcast_eval_transfer(const epx_lanes *lanes, int i, size_t lane, double s);

/** Evaluates the light of all nodes, x [n_nodes][fields][n_lanes]: y and, of two fields, z. */
void epx_broadcast_eval_light(const epx_lanes *lanes, int fields, const double *s, double *x);

/** Adds to the sums of V y and V z the neurons' own light, self_i times x; both [n_nodes][fields][n_lanes].
 */
void epx_broadcast_add_self(const epx_lanes *lanes, int fields, const double *x, double *sum);

/** Evaluates W_ij into row [width]. */
void epx_broadcast_eval_weight(const epx_lanes *lanes, int i, int j, int lane, int width, double *row);

/** The families' functions of these names. */
void epx_broadcast_add_force_gradient(const epx_lanes *lanes, const double *y, const double *v,
                                      const double *weight, double *gradient);
void epx_broadcast_add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                       double *gradient);

#endif
