/** @internal @file
 * Settling: when within a step a network has settled, so that its settling time does not depend on how long an
 * integrator's steps are.
 */
#ifndef EPILUX_EQUILIBRIUM_OUTCOME_SETTLING_H
#define EPILUX_EQUILIBRIUM_OUTCOME_SETTLING_H

/** Evaluates when the residual passed `settled` in the step of length `step` that ends at `time`: between
 * `before` and `after` it falls exponentially. `time` itself where it did not fall through `settled`. */
double epx_settling_eval_time(double settled, double before, double after, double time, double step);

#endif
