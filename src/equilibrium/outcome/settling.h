/** @internal @file
 * Settling: the time after which a phase stays near its final state. d(t) is the distance of the components of one
 * kind from the final state (2-norm, angles modulo 2 pi), W the largest d of the phase; the settling time is the last
 * t with d(t) > settled W.
 */
#ifndef EPILUX_EQUILIBRIUM_OUTCOME_SETTLING_H
#define EPILUX_EQUILIBRIUM_OUTCOME_SETTLING_H

#include "equilibrium/kinds.h"

/** Share of the accuracy of an end below which a way to it is none. */
#define EPX_SETTLING_NO_WAY 10.0

/** Record of one kind of components of one network. */
typedef struct {
  double square, slope; /* d^2 at the last sample and its rate of change */
  double largest;       /* W^2 */
  double time;          /* since when d <= settled W; NaN while it is not */
} epx_settling;

/** Evaluates square[kind][lane] = d^2 and slope[kind][lane] = d(d^2)/dt of states y with the rates `rate` and the ends
 * `end`, all [n_state][n_lanes]. */
void epx_settling_eval_distances(const epx_kinds *kinds, int n_state, int n_lanes, const double *y,
                                 const double *rate, const double *end, double *square, double *slope);

/** Inits with the first sample, at time 0. */
void epx_settling_init(epx_settling *settling, double square, double slope);

/** Adds the sample at `time`, `step` after the last one. Between two samples, ln d^2 is the cubic with their values and
 * slopes, so that the result does not depend on the step length. */
void epx_settling_add(epx_settling *settling, double settled, double square, double slope, double time,
                      double step);

/** Tells whether the distance has fallen so far below `settled` that it will not be above it again: to half. */
bool epx_settling_is_over(const epx_settling *settling, double settled);

/** Evaluates the settling time of a network from its kinds [n], whose largest components are size [n]; `accuracy`:
 * share of it to which ends are known. The longest; 0 where nothing moved; NaN where one has not settled. */
double epx_settling_eval_time(const epx_kinds *kinds, const epx_settling *settling, const double *size,
                              double accuracy);

#endif
