/** @internal @file
 * Langevin: the clock's integrator with noise, the stochastic Heun method of clock.h.
 */
#ifndef EPILUX_EQUILIBRIUM_LANGEVIN_H
#define EPILUX_EQUILIBRIUM_LANGEVIN_H

#include "equilibrium/clock_way.h"

/** Follows y for `length` with the clock's noise; *arrived: to its end, or as far as `watch` wanted. Errors: of the engine;
 * EPX_EINPUT: an engine without whole lanes. */
epx_err epx_langevin_follow(const epx_clock_way *way, double length, epx_clock_watch watch, void *context,
                            double *y, bool *arrived);

#endif
