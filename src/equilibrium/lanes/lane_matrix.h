/** @internal @file
 * Lane matrix: dense matrices of a vector of lanes, factored and solved side by side.
 *   a[(i * stride + j) * EPX_LANE_WIDTH + w],  stride = epx_lane_matrix_get_stride(n)
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_LANE_MATRIX_H
#define EPILUX_EQUILIBRIUM_LANES_LANE_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Gets the distance between rows: odd, so that the rows of a column do not fight for one set of the caches.
 */
size_t epx_lane_matrix_get_stride(int n);

/** Factors the matrices in place: A = P L U with pivoting in each lane. pivot [n * EPX_LANE_WIDTH], for the
 * solves, is overwritten. sign [EPX_LANE_WIDTH]: out, the sign of each determinant, 0 when a pivot vanishes
 * or is not finite. O(n^3). */
void epx_lane_matrix_factor(int n, double *a, int *pivot, double *sign);

/** Takes the factors and pivots of the lanes whose mask [EPX_LANE_WIDTH], aligned, is -1, not of those where it is 0,
 * from others of the same size: the bits of each lane are those that it had there. O(n^2). */
void epx_lane_matrix_take(int n, const int64_t *mask, const double *from, const int *from_pivot, double *a,
                          int *pivot);

/** Solves A x = b, or A' x = b, with the factors: x [n][EPX_LANE_WIDTH] holds b and is overwritten. O(n^2).
 */
void epx_lane_matrix_solve(int n, const double *a, const int *pivot, bool transposed, double *x);

/** Solves A x = b and A z = c in one passage over the factors, with the bits that one solve after the other
 * gives: b[i * stride_b + w], c alike, x and z [n][EPX_LANE_WIDTH]; stride_b is a multiple of EPX_LANE_WIDTH;
 * x may be b, and z c, of that stride. */
void epx_lane_matrix_solve_pair(int n, const double *a, const int *pivot, const double *b, const double *c,
                                size_t stride_b, double *x, double *z);

#endif
