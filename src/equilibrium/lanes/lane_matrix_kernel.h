/** @internal @file
 * The kernels of lane matrices: private to this layer; lane_matrix_kernel.c is compiled once for each
 * instruction set.
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_LANE_MATRIX_KERNEL_H
#define EPILUX_EQUILIBRIUM_LANES_LANE_MATRIX_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/machine/kernel.h"

/** Factors EPX_LANE_WIDTH matrices side by side: a[(i * stride + j) * EPX_LANE_WIDTH + w], i, j < n. */
#define EPX_LANE_FACTOR_ARGUMENTS (size_t n, size_t stride, double *a, int *pivot)

/** Takes the factors of the lanes whose mask_of_lanes [EPX_LANE_WIDTH] has all bits set from others of the same shape. */
#define EPX_LANE_TAKE_ARGUMENTS                                                                              \
  (size_t n, size_t stride, const int64_t *mask_of_lanes, const double *from, const int *from_pivot,         \
   double *a, int *pivot)

/** Solves with the factors: x[i * EPX_LANE_WIDTH + w] is overwritten. */
#define EPX_LANE_SOLVE_ARGUMENTS                                                                             \
  (size_t n, size_t stride, const double *a, const int *pivot, bool transposed, double *x)

/** Solves for two right-hand sides b and c, b[i * stride_b + w], x and z laid out as above. */
#define EPX_LANE_SOLVE_PAIR_ARGUMENTS                                                                        \
  (size_t n, size_t stride, const double *a, const int *pivot, const double *b, const double *c,             \
   size_t stride_b, double *x, double *z)

#endif
