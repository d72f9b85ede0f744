/** @file
 * The kernels of lane vectors. All are limited by how fast the caches deliver: each reads its operands once
 * and writes its result once. Sums over a lane's components run in the order of the rows, so that a lane's
 * bits depend on neither its place nor the number of lanes.
 */
#include "equilibrium/lane_vector_kernel.h"

#include <float.h>
#include <stdbool.h>

/* Bits of doubles, for comparisons in which NaN has a place. */
typedef int64_t bits __attribute__((may_alias));
typedef int64_t lane_mask __attribute__((vector_size(EPX_LANE_WIDTH * sizeof(int64_t)), may_alias));
#define SIGN INT64_MIN

void EPX_KERNEL(epx_lane_combine) EPX_LANE_COMBINE_ARGUMENTS;
void EPX_KERNEL(epx_lane_shift) EPX_LANE_SHIFT_ARGUMENTS;
void EPX_KERNEL(epx_lane_abs) EPX_LANE_UNARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_invert) EPX_LANE_UNARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_multiply) EPX_LANE_BINARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_divide) EPX_LANE_BINARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_square) EPX_LANE_SQUARE_ARGUMENTS;
void EPX_KERNEL(epx_lane_length) EPX_LANE_LENGTH_ARGUMENTS;
void EPX_KERNEL(epx_lane_extent) EPX_LANE_EXTENT_ARGUMENTS;
void EPX_KERNEL(epx_lane_weight) EPX_LANE_WEIGHT_ARGUMENTS;
void EPX_KERNEL(epx_lane_select) EPX_LANE_SELECT_ARGUMENTS;
void EPX_KERNEL(epx_lane_advance) EPX_LANE_ADVANCE_ARGUMENTS;
void EPX_KERNEL(epx_lane_distance) EPX_LANE_DISTANCE_ARGUMENTS;
void EPX_KERNEL(epx_lane_secant) EPX_LANE_SECANT_ARGUMENTS;

/** Sums n_vectors vectors of every term in registers: the pointer and the coefficient of a term are loaded
 * once. */
static inline __attribute__((always_inline)) void
combine_block(size_t i, int n_vectors, int n_terms, const double *c, const double *const *x, double *z) {
  epx_vector sum[4];
  for (int v = 0; v < n_vectors; v++)
    sum[v] = c[0] * ((const epx_vector *)(x[0] + i))[v];
  for (int k = 1; k < n_terms; k++) {
    const epx_vector *term = (const epx_vector *)(x[k] + i);
    for (int v = 0; v < n_vectors; v++)
      sum[v] += c[k] * term[v];
  }
  for (int v = 0; v < n_vectors; v++)
    ((epx_vector *)(z + i))[v] = sum[v];
}

void EPX_KERNEL(epx_lane_combine) EPX_LANE_COMBINE_ARGUMENTS {
  size_t i = 0;
  for (; i + 4 * EPX_LANE_WIDTH <= n; i += 4 * EPX_LANE_WIDTH)
    combine_block(i, 4, n_terms, c, x, z);
  for (; i < n; i += EPX_LANE_WIDTH)
    combine_block(i, 1, n_terms, c, x, z);
}

void EPX_KERNEL(epx_lane_shift) EPX_LANE_SHIFT_ARGUMENTS {
  for (size_t i = 0; i < n; i += EPX_LANE_WIDTH)
    *(epx_vector *)(z + i) = *(const epx_vector *)(x + i) + b;
}

void EPX_KERNEL(epx_lane_abs) EPX_LANE_UNARY_ARGUMENTS {
  const bits *from = (const bits *)x;
  bits *to = (bits *)z;
  for (size_t i = 0; i < n; i++)
    to[i] = from[i] & ~SIGN;
}

void EPX_KERNEL(epx_lane_invert) EPX_LANE_UNARY_ARGUMENTS {
  for (size_t i = 0; i < n; i += EPX_LANE_WIDTH)
    *(epx_vector *)(z + i) = 1.0 / *(const epx_vector *)(x + i);
}

void EPX_KERNEL(epx_lane_multiply) EPX_LANE_BINARY_ARGUMENTS {
  for (size_t i = 0; i < n; i += EPX_LANE_WIDTH) {
    *(epx_vector *)(z + i) = *(const epx_vector *)(x + i) * *(const epx_vector *)(y + i);
  }
}

void EPX_KERNEL(epx_lane_divide) EPX_LANE_BINARY_ARGUMENTS {
  for (size_t i = 0; i < n; i += EPX_LANE_WIDTH) {
    *(epx_vector *)(z + i) = *(const epx_vector *)(x + i) / *(const epx_vector *)(y + i);
  }
}

static inline __attribute__((always_inline)) void square_block(size_t n_state, size_t n_lanes, int n_vectors,
                                                               const double *x, const double *w,
                                                               double *square) {
  epx_vector sum[4] = {{0}};
  for (size_t row = 0; row < n_state; row++) {
    const epx_vector *xs = (const epx_vector *)(x + row * n_lanes),
                     *ws = (const epx_vector *)(w + row * n_lanes);
    for (int v = 0; v < n_vectors; v++) {
      const epx_vector q = xs[v] * ws[v];
      sum[v] += q * q;
    }
  }
  for (int v = 0; v < n_vectors; v++)
    ((epx_vector *)square)[v] = sum[v];
}

void EPX_KERNEL(epx_lane_square) EPX_LANE_SQUARE_ARGUMENTS {
  size_t lane = 0;
  for (; lane + 4 * EPX_LANE_WIDTH <= n_lanes; lane += 4 * EPX_LANE_WIDTH) {
    square_block(n_state, n_lanes, 4, x + lane, w + lane, square + lane);
  }
  for (; lane < n_lanes; lane += EPX_LANE_WIDTH) {
    square_block(n_state, n_lanes, 1, x + lane, w + lane, square + lane);
  }
}

void EPX_KERNEL(epx_lane_length) EPX_LANE_LENGTH_ARGUMENTS {
  for (size_t lane = 0; lane < n_lanes; lane += EPX_LANE_WIDTH) {
    epx_vector sum = {0};
    for (size_t row = 0; row < n_state; row++) {
      const epx_vector q = *(const epx_vector *)(x + row * n_lanes + lane);
      sum += q * q;
    }
    for (int w = 0; w < EPX_LANE_WIDTH; w++)
      length[lane + (size_t)w] = __builtin_sqrt(sum[w] / (double)n_state);
  }
}

void EPX_KERNEL(epx_lane_extent) EPX_LANE_EXTENT_ARGUMENTS {
  for (size_t lane = 0; lane < n_lanes; lane += EPX_LANE_WIDTH) {
    int64_t largest[EPX_LANE_WIDTH] = {0};
    for (size_t row = 0; row < n_state; row++) {
      const bits *xs = (const bits *)(x + row * n_lanes + lane);
      for (int w = 0; w < EPX_LANE_WIDTH; w++) {
        const int64_t size = xs[w] & ~SIGN;
        largest[w] = size > largest[w] ? size : largest[w];
      }
    }
    for (int w = 0; w < EPX_LANE_WIDTH; w++)
      ((bits *)(extent + lane))[w] = largest[w];
  }
}

void EPX_KERNEL(epx_lane_weight) EPX_LANE_WEIGHT_ARGUMENTS {
  for (size_t row = 0; row < n_state; row++) {
    const double *ys = y + row * n_lanes;
    double *ws = w + row * n_lanes;
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const double size = ys[lane] < 0 ? -ys[lane] : ys[lane];
      const double least = 16 * DBL_EPSILON * size + 1e-100, asked = rtol * size + atol;
      const double inner = bound[lane] > least ? bound[lane] : least;
      ws[lane] = 1.0 / (asked < inner ? asked : inner);
    }
  }
}

void EPX_KERNEL(epx_lane_select) EPX_LANE_SELECT_ARGUMENTS {
  const int64_t sign = flip ? SIGN : 0;
  for (size_t row = 0; row < n_state; row++) {
    bits *xs = (bits *)(x + row * n_lanes);
    for (size_t lane = 0; lane < n_lanes; lane++)
      xs[lane] = (xs[lane] ^ sign) & mask[lane];
  }
}

static inline __attribute__((always_inline)) epx_vector choose(lane_mask mask, epx_vector yes,
                                                               epx_vector no) {
  return (epx_vector)((mask & (lane_mask)yes) | (~mask & (lane_mask)no));
}

static inline __attribute__((always_inline)) void advance(bool extrapolates, size_t n_state, size_t n_lanes,
                                                          const int64_t *mask, const double *x,
                                                          const double *share, double *before, double *step,
                                                          double *y, double *square) {
  const lane_mask own = *(const lane_mask *)mask;
  const epx_vector further = *(const epx_vector *)share;
  const lane_mask is_further = further != 0;
  epx_vector sum = {0};
  for (size_t row = 0; row < n_state; row++) {
    epx_vector *here = (epx_vector *)(y + row * n_lanes), *steps = (epx_vector *)step + row;
    const epx_vector full = ((const epx_vector *)x)[row], last = *steps;
    epx_vector z = full;
    if (extrapolates) {
      z = choose(is_further, full - further * (full - ((epx_vector *)before)[row] - last), full);
      ((epx_vector *)before)[row] = full;
    }
    sum += z * z;
    *steps = choose(own, -z, last);
    *here = choose(own, *here - z, *here);
  }
  if (square) *(epx_vector *)square = sum;
}

void EPX_KERNEL(epx_lane_advance) EPX_LANE_ADVANCE_ARGUMENTS {
  if (before) {
    advance(true, n_state, n_lanes, mask, x, share, before, step, y, square);
  } else {
    advance(false, n_state, n_lanes, mask, x, share, before, step, y, square);
  }
}

void EPX_KERNEL(epx_lane_distance) EPX_LANE_DISTANCE_ARGUMENTS {
  epx_vector sum = {0};
  for (size_t row = 0; row < n_state; row++) {
    epx_vector d = *(const epx_vector *)(x + row * n_lanes);
    if (y) d -= *(const epx_vector *)(y + row * n_lanes);
    sum += d * d;
  }
  *(epx_vector *)square = sum;
}

void EPX_KERNEL(epx_lane_secant) EPX_LANE_SECANT_ARGUMENTS {
  epx_vector product = {0}, sum = {0};
  for (size_t row = 0; row < n_state; row++) {
    const epx_vector here = ((const epx_vector *)x)[row], d = here - ((const epx_vector *)before)[row];
    product += here * d;
    sum += d * d;
  }
  *(epx_vector *)share = choose(sum > 0, product / sum, (epx_vector){0});
}
