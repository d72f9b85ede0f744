/** @internal @file
 * Oscillation: decides when a slow network is watched for a limit cycle, and when enough has been seen; for
 * populations and distributed networks.
 *
 * A cycle is followed twice: first with the tolerance of the options, to detect it; then, if the options ask
 * for it, with a tolerance EPX_OSCILLATION_CLOSER times smaller, to measure period and amplitude. With the
 * default rtol alone, both would be wrong by some percent.
 */
#ifndef EPILUX_EQUILIBRIUM_OUTCOME_OSCILLATION_H
#define EPILUX_EQUILIBRIUM_OUTCOME_OSCILLATION_H

#include "equilibrium/equilibrium.h"
#include "equilibrium/outcome/limit_cycle.h"

/** Of the tolerance, what an oscillation is measured with. */
#define EPX_OSCILLATION_CLOSER 0.03

/** What is known of a network. */
typedef struct {
  bool seen;                /* it oscillates; the watch, if it goes on, measures it more closely */
  double period, amplitude; /* as of epx_limit_cycle_eval(); NaN: not known */
} epx_oscillation;

/** Inits: not seen. */
void epx_oscillation_init(epx_oscillation *oscillation);

/** Tells whether a network is to be watched that has used this share of its time or steps, and n_steps: after
 * 128 steps, or from half its time on. What settles has done so before. */
bool epx_oscillation_is_due(double share, long n_steps);

/** Gets the share of a kind's largest component below which a swing is the integrator's rattling. */
double epx_oscillation_get_floor(double rtol, double atol);

/** Adds the state of a lane of the watch, as of epx_limit_cycle_add(), and the largest component of each kind, size
 * [n_kinds]. Returns whether all was seen: the dynamics need not go on. */
bool epx_oscillation_add(epx_oscillation *oscillation, const epx_equilibrium_options *options,
                         epx_limit_cycle *watch, int lane, double time, const double *y, const double *dy_dt,
                         int stride, const double *size);

/** Evaluates what was seen of a lane whose time is up. Returns whether it oscillates. */
bool epx_oscillation_eval_end(epx_oscillation *oscillation, const epx_equilibrium_options *options,
                              const epx_limit_cycle *watch, int lane);

#endif
