/** @file
 * Limit cycle: tells a network that oscillates from one that settles slowly, by watching its state over two
 * windows.
 *
 * It oscillates when its swing in the second window has not shrunk against the first and it keeps coming
 * back: it crosses the middle of its swing upwards several times. The period is that of returns of the whole
 * state, so that a wave with several humps a period is not taken for a faster one.
 */
#ifndef EPILUX_SRC_EQUILIBRIUM_LIMIT_CYCLE_H
#define EPILUX_SRC_EQUILIBRIUM_LIMIT_CYCLE_H

#include <stdbool.h>

#include "epilux/base/error.h"

typedef struct epx_limit_cycle epx_limit_cycle;

/** Creates a watch over up to n_lanes lanes. Errors: EPX_EMEMORY. */
epx_err epx_limit_cycle_create(int n_state, int n_lanes, epx_limit_cycle **out);

/** Destroys the watch at *address. */
void epx_limit_cycle_destroy(epx_limit_cycle **address);

/** Inits a lane: nothing seen yet. */
void epx_limit_cycle_init(epx_limit_cycle *watch, int lane);

/** Adds the state of a lane at `time`: y[row * stride]. window 0, then 1; times rise. O(n_state). */
void epx_limit_cycle_add(epx_limit_cycle *watch, int lane, int window, double time, const double *y,
                         int stride);

/** Tells whether the lane oscillates. `floor`: swings below it are the integrator's error. *amplitude: half
 * the swing of the component that swings most; *period: NaN where the state does not come back to where it
 * was. */
bool epx_limit_cycle_eval(const epx_limit_cycle *watch, int lane, double floor, double *period,
                          double *amplitude);

#endif
