/** @internal @file
 * The kernels of lane vectors: private to this layer; lane_vector_kernel.c is compiled once for each
 * instruction set. n counts doubles and is a multiple of EPX_LANE_WIDTH; arrays are aligned; outputs may be
 * one of the inputs.
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_LANE_VECTOR_KERNEL_H
#define EPILUX_EQUILIBRIUM_LANES_LANE_VECTOR_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/machine/kernel.h"
#include "equilibrium/kinds.h"

/** z = sum over k of c[k] x[k], in order. */
#define EPX_LANE_COMBINE_ARGUMENTS (size_t n, int n_terms, const double *c, const double *const *x, double *z)

/** z = x + b, |x|, 1/x, x y, x/y. */
#define EPX_LANE_SHIFT_ARGUMENTS (size_t n, double b, const double *x, double *z)
#define EPX_LANE_UNARY_ARGUMENTS (size_t n, const double *x, double *z)
#define EPX_LANE_BINARY_ARGUMENTS (size_t n, const double *x, const double *y, double *z)

/** square[lane] = sum over rows of (x w)^2, rows in order. */
#define EPX_LANE_SQUARE_ARGUMENTS                                                                            \
  (size_t n_state, size_t n_lanes, const double *x, const double *w, double *square)

/** extents[kind][lane] = max over the rows of the kind of |x - from|, from NULL: of |x|; infinite or NaN when any is:
 * numbers are compared by their bits, in which NaN is the largest. Rows of x and `from` are `stride` apart. */
#define EPX_LANE_EXTENTS_ARGUMENTS                                                                           \
  (const epx_kinds *kinds, size_t n_state, size_t stride, size_t n_lanes, const double *x,                   \
   const double *from, double *extents)

/** w = 1 / min(rtol size + floor[kind][lane], max(bound[kind][lane], rounding of size + tiny)), size = |y|, of angles
 * 1. */
#define EPX_LANE_WEIGHT_ARGUMENTS                                                                            \
  (const epx_kinds *kinds, size_t n_state, size_t n_lanes, double rtol, const double *floor,                 \
   const double *bound, const double *y, double *w)

/** x = x in lanes whose mask has all bits set, 0 in those where it is 0, whatever x was; `flip` turns the
 * sign. */
#define EPX_LANE_SELECT_ARGUMENTS (size_t n_state, size_t n_lanes, const int64_t *mask, int flip, double *x)

/** Of the EPX_LANE_WIDTH lanes whose first is at y, rows n_lanes apart, the other arrays being
 * [n_state][EPX_LANE_WIDTH]: z = x - share (x - before - step) in lanes whose share is not 0, whatever before
 * and step are, z = x in the others; before = x; and step = -z, y -= z where the lane's mask has all bits set.
 * before NULL: z = x. */
#define EPX_LANE_ADVANCE_ARGUMENTS                                                                           \
  (size_t n_state, size_t n_lanes, const int64_t *mask, const double *x, const double *share,                \
   double *before, double *step, double *y)

/** share [EPX_LANE_WIDTH] = sum of x (x - before) over sum of (x - before)^2, both over rows, in order; 0
 * where the latter is not more than 0; x, before [n_state][EPX_LANE_WIDTH]. */
#define EPX_LANE_SECANT_ARGUMENTS (size_t n_state, const double *x, const double *before, double *share)

#endif
