/** @file
 * Lane matrix: what surrounds the kernels.
 */
#include "equilibrium/lanes/lane_matrix.h"

#include <math.h>

#include "equilibrium/lanes/lane_matrix_kernel.h"

EPX_KERNEL_TABLE(epx_lane_factor, EPX_LANE_FACTOR_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_take, EPX_LANE_TAKE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_solve, EPX_LANE_SOLVE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_solve_pair, EPX_LANE_SOLVE_PAIR_ARGUMENTS);

size_t epx_lane_matrix_get_stride(int n) {
  return (size_t)n | 1;
}

void epx_lane_matrix_factor(int n, double *a, int *pivot, double *sign) {
  const size_t stride = epx_lane_matrix_get_stride(n);
  EPX_KERNEL_CALL(epx_lane_factor)((size_t)n, stride, a, pivot);
  for (size_t w = 0; w < EPX_LANE_WIDTH; w++) {
    sign[w] = 1;
    for (size_t k = 0; k < (size_t)n; k++) {
      const double reciprocal = a[(k * stride + k) * EPX_LANE_WIDTH + w];
      if (!isfinite(reciprocal) || reciprocal == 0) sign[w] = 0;
      if ((reciprocal < 0) != (pivot[k * EPX_LANE_WIDTH + w] > (int)k)) sign[w] = -sign[w];
    }
  }
}

void epx_lane_matrix_take(int n, const int64_t *mask, const double *from, const int *from_pivot, double *a,
                          int *pivot) {
  const size_t stride = epx_lane_matrix_get_stride(n);
  EPX_KERNEL_CALL(epx_lane_take)((size_t)n, stride, mask, from, from_pivot, a, pivot);
}

void epx_lane_matrix_solve(int n, const double *a, const int *pivot, bool transposed, double *x) {
  EPX_KERNEL_CALL(epx_lane_solve)((size_t)n, epx_lane_matrix_get_stride(n), a, pivot, transposed, x);
}

void epx_lane_matrix_solve_pair(int n, const double *a, const int *pivot, const double *b, const double *c,
                                size_t stride_b, double *x, double *z) {
  const size_t stride = epx_lane_matrix_get_stride(n);
  EPX_KERNEL_CALL(epx_lane_solve_pair)((size_t)n, stride, a, pivot, b, c, stride_b, x, z);
}
