/** @internal @file
 * Pair: one step of the embedded Runge-Kutta pair of orders 3 and 2 in many lanes, each with a step of its own,
 *
 *   k1 = f(y)   k2 = f(y + h k1 / 2)   k3 = f(y + 3 h k2 / 4)   k4 = f(z)
 *   z = y + h (2 k1 + 3 k2 + 4 k3) / 9   error = h (-5 k1 + 6 k2 + 8 k3 - 9 k4) / 72
 *
 * k4 is the k1 of the next step. What happens in a lane depends on its own numbers and the instruction set alone.
 * Source: BogackiShampine1989; the step's control is the elementary one of Hairer1993, II.4.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_PAIR_H
#define EPILUX_EQUILIBRIUM_POPULATION_PAIR_H

#include <stdint.h>

#include "epilux/error.h"
#include "equilibrium/kinds.h"

typedef struct epx_pair epx_pair;

/** What is integrated: f(y), both [n_state][n_lanes]. */
typedef struct {
  void *context;
  void (*eval_field)(void *context, const double *y, double *f);
} epx_pair_system;

/** What a step may err by: in the root mean square over components, rtol of each one's size and the floor of its kind,
 * floor [n_kinds][n_lanes], together; in the largest component of a kind, its bound [n_kinds][n_lanes], and the share
 * `share` of the way of the step, by the largest rate of the kind at its start, rate [n_kinds][n_lanes], or end. */
typedef struct {
  double rtol, share;
  const double *floor, *bound, *rate;
} epx_pair_tolerance;

/** Creates the pair for up to n_lanes lanes. Nothing is allocated later. Errors: EPX_EMEMORY. */
epx_err epx_pair_create(const epx_kinds *kinds, int n_state, int n_lanes, const epx_pair_system *system,
                        epx_pair **out);

/** Destroys the pair at *address. */
void epx_pair_destroy(epx_pair **address);

/** Starts n_lanes lanes: no step has failed yet. */
void epx_pair_start(epx_pair *pair, int n_lanes);

/** Gets how often each lane's step has failed in a row [n_lanes]: who stops a lane and goes on with it later, sets it after
 * epx_pair_start(). */
int *epx_pair_get_failures(epx_pair *pair);

/** Tries a step in the lanes whose mask [n_lanes] is -1, not in those where it is 0. y, f [n_state][n_lanes]: the state
 * and its field, in and out. step [n_lanes]: in, the length to be tried; out, that of the next try. taken [n_lanes]: out, the
 * length that was gone; 0 where the error was too large, or the lane is masked; NaN where it has been too large so
 * often that no length will do. Evaluates the field 3 times. */
void epx_pair_step(epx_pair *pair, const epx_pair_tolerance *tolerance, const int64_t *mask, double *y,
                   double *f, double *step, double *taken);

#endif
