/** @internal @file
 * Seconds: a monotonic clock, and sleeping.
 */
#ifndef EPILUX_PARALLEL_SECONDS_H
#define EPILUX_PARALLEL_SECONDS_H

/** Gets the time since an arbitrary start on this machine, s. */
double epx_seconds_get(void);

/** Evaluates how long to sleep, s, who has waited `waited` s for a message: a hundredth of that, so that none
 * waits longer than that share of what it took, from `shortest` to 5 ms. */
double epx_seconds_eval_nap(double waited, double shortest);

#endif
