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

/** z = sum over k of c[k] x[k], in order. */
#define EPX_LANE_COMBINE_ARGUMENTS (size_t n, int n_terms, const double *c, const double *const *x, double *z)

/** z = x + b, |x|, 1/x, x y, x/y. */
#define EPX_LANE_SHIFT_ARGUMENTS (size_t n, double b, const double *x, double *z)
#define EPX_LANE_UNARY_ARGUMENTS (size_t n, const double *x, double *z)
#define EPX_LANE_BINARY_ARGUMENTS (size_t n, const double *x, const double *y, double *z)

/** square[lane] = sum over rows of (x w)^2, rows in order. */
#define EPX_LANE_SQUARE_ARGUMENTS                                                                            \
  (size_t n_state, size_t n_lanes, const double *x, const double *w, double *square)

/** length[lane] = square root of the mean over rows of x^2, rows in order. */
#define EPX_LANE_LENGTH_ARGUMENTS (size_t n_state, size_t n_lanes, const double *x, double *length)

/** extent[lane] = max over rows of |x|; infinite or NaN when any is: numbers are compared by their bits, in
 * which NaN is the largest. */
#define EPX_LANE_EXTENT_ARGUMENTS (size_t n_state, size_t n_lanes, const double *x, double *extent)

/** w = 1 / min(rtol |y| + atol, max(bound[lane], floor |y| + tiny)). */
#define EPX_LANE_WEIGHT_ARGUMENTS                                                                            \
  (size_t n_state, size_t n_lanes, double rtol, double atol, const double *bound, const double *y, double *w)

/** x = x in lanes whose mask has all bits set, 0 in those where it is 0, whatever x was; `flip` turns the
 * sign. */
#define EPX_LANE_SELECT_ARGUMENTS (size_t n_state, size_t n_lanes, const int64_t *mask, int flip, double *x)

/** Of the EPX_LANE_WIDTH lanes whose first is at y, rows n_lanes apart, the other arrays being
 * [n_state][EPX_LANE_WIDTH]: z = x - share (x - before - step) in lanes whose share is not 0, whatever before
 * and step are, z = x in the others; before = x, square = sum over rows, in order, of z^2; and step = -z,
 * y -= z where the lane's mask has all bits set. before NULL: z = x; square NULL: not asked for. */
#define EPX_LANE_ADVANCE_ARGUMENTS                                                                           \
  (size_t n_state, size_t n_lanes, const int64_t *mask, const double *x, const double *share,                \
   double *before, double *step, double *y, double *square)

/** square [EPX_LANE_WIDTH] = sum over rows of (x - y)^2, rows n_lanes apart and in order; y NULL: x^2. */
#define EPX_LANE_DISTANCE_ARGUMENTS                                                                          \
  (size_t n_state, size_t n_lanes, const double *x, const double *y, double *square)

/** share [EPX_LANE_WIDTH] = sum of x (x - before) over sum of (x - before)^2, both over rows, in order; 0
 * where the latter is not more than 0; x, before [n_state][EPX_LANE_WIDTH]. */
#define EPX_LANE_SECANT_ARGUMENTS (size_t n_state, const double *x, const double *before, double *share)

#endif
