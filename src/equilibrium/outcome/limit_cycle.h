/** @internal @file
 * Limit cycle: tells a network that oscillates from one that settles, slowly or ringing, by watching its
 * state over epochs, each twice as long as the one before.
 *
 * It oscillates when its swing stays from one epoch to the next and it keeps coming back: it crosses the
 * middle of its swing upwards again and again. The period is that of returns of the whole state, so that a
 * wave with several humps a period is not taken for a faster one. Between samples the state is the cubic that
 * has their values and slopes, so that swing and period are good to a fraction of a percent at a dozen
 * samples a period.
 */
#ifndef EPILUX_EQUILIBRIUM_OUTCOME_LIMIT_CYCLE_H
#define EPILUX_EQUILIBRIUM_OUTCOME_LIMIT_CYCLE_H

#include <stdbool.h>

#include "epilux/error.h"
#include "equilibrium/kinds.h"

typedef struct epx_limit_cycle epx_limit_cycle;

/** Creates a watch over up to n_lanes lanes of components of these kinds (copied). Angles are counted modulo 2 pi: one
 * that runs swings by 2 pi, and comes back with each turn. Errors: EPX_EMEMORY. */
epx_err epx_limit_cycle_create(const epx_kinds *kinds, int n_state, int n_lanes, epx_limit_cycle **out);

/** Destroys the watch at *address. */
void epx_limit_cycle_destroy(epx_limit_cycle **address);

/** Of a state that is spread over processes, what binds them: each watches the components it has, and all
 * call alike what is called here, except to create and destroy. */
typedef struct {
  void *context;
  /** Makes each of n numbers the largest of those that the processes have in its place. */
  void (*merge_largest)(void *context, int n, double *numbers);
  int first; /* place in the whole state of the first component here */
} epx_limit_cycle_spread;

/** Sets that the state is spread; without it, or where merge_largest is NULL, it is whole. Every process is
 * told the same, bit for bit, as one that has the whole state. */
void epx_limit_cycle_set_spread(epx_limit_cycle *watch, const epx_limit_cycle_spread *spread);

/** Inits a lane: nothing seen yet. Swings are compared as shares of each kind's largest component, size [kinds->n];
 * NULL, and of angles: as they are. */
void epx_limit_cycle_init(epx_limit_cycle *watch, int lane, const double *size);

/** Tells whether nothing was seen of a lane yet. */
bool epx_limit_cycle_is_empty(const epx_limit_cycle *watch, int lane);

/** Adds the state of a lane and its rate of change at `time`, which rises: y[row * stride], dy_dt likewise,
 * or NULL: not known, lines instead of cubics. Returns whether an epoch ended with this sample. O(n_state).
 */
bool epx_limit_cycle_add(epx_limit_cycle *watch, int lane, double time, const double *y, const double *dy_dt,
                         int stride);

/** Tells whether the lane oscillates for all that can be expected of more time: over a whole epoch its swing
 * was what it had been, within 2e-3 where many returns have one period, within 2e-2 where still more passages
 * have none. What rings with less loss than 1e-4 of its swing a period passes for this. `floor`, *period,
 * *amplitude: as of epx_limit_cycle_eval(). */
bool epx_limit_cycle_is_steady(const epx_limit_cycle *watch, int lane, double floor, double *period,
                               double *amplitude);

/** Tells whether the lane oscillates by all that was seen, when no more will be. `floor`: swings below this share are
 * the integrator's error. *amplitude: half the swing of the component of the first kind that swings most; *period: NaN where
 * the state does not come back to where it was at regular times. */
bool epx_limit_cycle_eval(const epx_limit_cycle *watch, int lane, double floor, double *period,
                          double *amplitude);

#endif
