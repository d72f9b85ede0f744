/** @internal @file
 * Lane vector: the states of many networks as one vector of SUNDIALS. data[row * n_lanes + lane].
 *
 * Its weighted norm is the largest of the lanes' own root mean squares over their n_state components, so that
 * a step is as accurate for every lane as if it were alone. A norm that is not finite counts as
 * EPX_LANE_VECTOR_BROKEN: the integrator then takes a smaller step instead of stopping.
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_LANE_VECTOR_H
#define EPILUX_EQUILIBRIUM_LANES_LANE_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"
#include "equilibrium/kinds.h"
#include "equilibrium/sundials_compat.h"

/** The norm of a vector with a lane that is not finite. */
#define EPX_LANE_VECTOR_BROKEN 1e10

/** What all vectors of one integrator share; it outlives them. Lowering n_lanes narrows all of them at once
 * (their contents are then void): how settled lanes are packed out without a new integrator. */
typedef struct {
  int n_state, n_lanes, max_lanes;
  double *square; /* [max_lanes]: each lane's weighted sum of squares in the last norm */
} epx_lane_shape;

/** Creates a vector of the shape's largest size, zeroed. Destroyed by N_VDestroy(). Errors: EPX_EMEMORY. */
epx_err epx_lane_vector_create(epx_lane_shape *shape, SUNContext context, N_Vector *out);

/** Gets the vector's data. */
double *epx_lane_vector_get_data(N_Vector vector);

/** Evaluates weights = 1 / min(rtol size + floor, max(bound, rounding of size)), size = |y|, of angles 1; floor, bound
 * [kinds->n][n_lanes], of each component's kind. */
void epx_lane_vector_eval_weights(N_Vector y, const epx_kinds *kinds, double rtol, const double *floor,
                                  const double *bound, N_Vector weights);

/** Evaluates extents[kind][lane] = max over the rows of a kind of |x - from|, of n_lanes lanes of x and `from`
 * [n_state][stride]; from NULL: of |x|. Not finite when any of them is not. */
void epx_lane_vector_eval_extents(const epx_kinds *kinds, int n_state, int stride, int n_lanes,
                                  const double *x, const double *from, double *extents);

/** Evaluates the same of all rows, whatever their kind: extent [n_lanes], x [n_state][n_lanes]. */
void epx_lane_vector_eval_extent(int n_state, int n_lanes, const double *x, double *extent);

/** Sets x [n_state][n_lanes] to 0 in lanes where mask[lane] is 0, whatever it was; elsewhere mask[lane] is -1
 * and x stays, with its sign turned when `flip`. */
void epx_lane_vector_set_masked(int n_state, int n_lanes, const int64_t *mask, bool flip, double *x);

/** Takes a step in the EPX_LANE_WIDTH lanes from `lane` on whose mask [EPX_LANE_WIDTH] is -1 (all small
 * arrays are aligned), not in those where it is 0: step = -x, y += step. x, step, before [n_state][EPX_LANE_WIDTH], y [n_state][n_lanes].
 * before NULL: nothing else. Otherwise the step is that of the extrapolated iteration (Anderson's of depth
 * one) where share [EPX_LANE_WIDTH] is not 0, x - share (x - before - step) in place of x, `step` the one
 * that was taken before, in its own sign; and in all lanes before = x. */
void epx_lane_vector_set_step(int n_state, int n_lanes, int lane, const int64_t *mask, const double *x,
                              const double *share, double *before, double *step, double *y);

/** Evaluates share [EPX_LANE_WIDTH] = <x, x - before> / |x - before|^2, 0 where x is `before` or either is
 * not finite: between the iterates that x and before [n_state][EPX_LANE_WIDTH] lead from, where the step of a
 * linear iteration is shortest. share is aligned. */
void epx_lane_vector_eval_secant(int n_state, const double *x, const double *before, double *share);

#endif
