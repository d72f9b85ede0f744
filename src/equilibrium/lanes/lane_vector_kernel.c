/** @file
 * The kernels of lane vectors. All are limited by how fast the caches deliver: each reads its operands once
 * and writes its result once. Sums over a lane's components run in the order of the rows, so that a lane's
 * bits depend on neither its place nor the number of lanes.
 */
#include "equilibrium/lanes/lane_vector_kernel.h"

#include <float.h>
#include <stdbool.h>

/* Bits of doubles, for comparisons in which NaN has a place. */
typedef int64_t bits __attribute__((may_alias));
enum { WIDTH = EPX_REGISTER_WIDTH };
typedef int64_t register_mask __attribute__((vector_size(WIDTH * sizeof(int64_t)), may_alias));
#define SIGN INT64_MIN

void EPX_KERNEL(epx_lane_combine) EPX_LANE_COMBINE_ARGUMENTS;
void EPX_KERNEL(epx_lane_shift) EPX_LANE_SHIFT_ARGUMENTS;
void EPX_KERNEL(epx_lane_abs) EPX_LANE_UNARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_invert) EPX_LANE_UNARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_multiply) EPX_LANE_BINARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_divide) EPX_LANE_BINARY_ARGUMENTS;
void EPX_KERNEL(epx_lane_square) EPX_LANE_SQUARE_ARGUMENTS;
void EPX_KERNEL(epx_lane_extents) EPX_LANE_EXTENTS_ARGUMENTS;
void EPX_KERNEL(epx_lane_weight) EPX_LANE_WEIGHT_ARGUMENTS;
void EPX_KERNEL(epx_lane_select) EPX_LANE_SELECT_ARGUMENTS;
void EPX_KERNEL(epx_lane_advance) EPX_LANE_ADVANCE_ARGUMENTS;
void EPX_KERNEL(epx_lane_secant) EPX_LANE_SECANT_ARGUMENTS;

/** Sums n_registers registers of every term: the pointer and the coefficient of a term are loaded once. */
static inline __attribute__((always_inline)) void
combine_block(size_t i, int n_registers, int n_terms, const double *c, const double *const *x, double *z) {
  epx_register sum[4];
  for (int v = 0; v < n_registers; v++)
    sum[v] = c[0] * ((const epx_register *)(x[0] + i))[v];
  for (int k = 1; k < n_terms; k++) {
    const epx_register *term = (const epx_register *)(x[k] + i);
    for (int v = 0; v < n_registers; v++)
      sum[v] += c[k] * term[v];
  }
  for (int v = 0; v < n_registers; v++)
    ((epx_register *)(z + i))[v] = sum[v];
}

void EPX_KERNEL(epx_lane_combine) EPX_LANE_COMBINE_ARGUMENTS {
  size_t i = 0;
  for (; i + 4 * WIDTH <= n; i += 4 * WIDTH)
    combine_block(i, 4, n_terms, c, x, z);
  for (; i < n; i += WIDTH)
    combine_block(i, 1, n_terms, c, x, z);
}

void EPX_KERNEL(epx_lane_shift) EPX_LANE_SHIFT_ARGUMENTS {
  for (size_t i = 0; i < n; i += WIDTH)
    *(epx_register *)(z + i) = *(const epx_register *)(x + i) + b;
}

void EPX_KERNEL(epx_lane_abs) EPX_LANE_UNARY_ARGUMENTS {
  const bits *from = (const bits *)x;
  bits *to = (bits *)z;
  for (size_t i = 0; i < n; i++)
    to[i] = from[i] & ~SIGN;
}

void EPX_KERNEL(epx_lane_invert) EPX_LANE_UNARY_ARGUMENTS {
  for (size_t i = 0; i < n; i += WIDTH)
    *(epx_register *)(z + i) = 1.0 / *(const epx_register *)(x + i);
}

void EPX_KERNEL(epx_lane_multiply) EPX_LANE_BINARY_ARGUMENTS {
  for (size_t i = 0; i < n; i += WIDTH) {
    *(epx_register *)(z + i) = *(const epx_register *)(x + i) * *(const epx_register *)(y + i);
  }
}

void EPX_KERNEL(epx_lane_divide) EPX_LANE_BINARY_ARGUMENTS {
  for (size_t i = 0; i < n; i += WIDTH) {
    *(epx_register *)(z + i) = *(const epx_register *)(x + i) / *(const epx_register *)(y + i);
  }
}

static inline __attribute__((always_inline)) void square_block(size_t n_state, size_t n_lanes,
                                                               int n_registers, const double *x,
                                                               const double *w, double *square) {
  epx_register sum[4] = {{0}};
  for (size_t row = 0; row < n_state; row++) {
    const epx_register *xs = (const epx_register *)(x + row * n_lanes),
                       *ws = (const epx_register *)(w + row * n_lanes);
    for (int v = 0; v < n_registers; v++) {
      const epx_register q = xs[v] * ws[v];
      sum[v] += q * q;
    }
  }
  for (int v = 0; v < n_registers; v++)
    ((epx_register *)square)[v] = sum[v];
}

void EPX_KERNEL(epx_lane_square) EPX_LANE_SQUARE_ARGUMENTS {
  size_t lane = 0;
  for (; lane + 4 * WIDTH <= n_lanes; lane += 4 * WIDTH) {
    square_block(n_state, n_lanes, 4, x + lane, w + lane, square + lane);
  }
  for (; lane < n_lanes; lane += WIDTH) {
    square_block(n_state, n_lanes, 1, x + lane, w + lane, square + lane);
  }
}

/** Extends one vector of lanes' extents by a row. */
static inline __attribute__((always_inline)) void extend(const double *x, const double *from,
                                                         int64_t *largest) {
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const double distance = from ? x[w] - from[w] : x[w];
    int64_t size;
    __builtin_memcpy(&size, &distance, sizeof size);
    size &= ~SIGN;
    largest[w] = size > largest[w] ? size : largest[w];
  }
}

/** Extents of one vector of lanes, of one kind alone or of several. */
static inline __attribute__((always_inline)) void eval_extents(const epx_kinds *kinds, bool single,
                                                               size_t n_state, size_t stride, const double *x,
                                                               const double *from,
                                                               int64_t (*largest)[EPX_LANE_WIDTH]) {
  size_t component = 0;
  for (size_t row = 0; row < n_state; row++) {
    const size_t kind = single ? 0 : kinds->of[component];
    extend(x + row * stride, from ? from + row * stride : NULL, largest[kind]);
    if (!single && ++component == kinds->n_components) component = 0;
  }
}

void EPX_KERNEL(epx_lane_extents) EPX_LANE_EXTENTS_ARGUMENTS {
  for (size_t lane = 0; lane < n_lanes; lane += EPX_LANE_WIDTH) {
    int64_t largest[EPX_KIND_COUNT][EPX_LANE_WIDTH] = {{0}};
    const double *beside = from ? from + lane : NULL;
    if (kinds->n == 1 && !from) {
      eval_extents(kinds, true, n_state, stride, x + lane, NULL, largest);
    } else if (kinds->n == 1) {
      eval_extents(kinds, true, n_state, stride, x + lane, beside, largest);
    } else {
      eval_extents(kinds, false, n_state, stride, x + lane, beside, largest);
    }
    for (size_t kind = 0; kind < kinds->n; kind++) {
      for (int w = 0; w < EPX_LANE_WIDTH; w++)
        ((bits *)(extents + kind * n_lanes + lane))[w] = largest[kind][w];
    }
  }
}

/** Weights of one row. */
static inline __attribute__((always_inline)) void weigh(size_t n_lanes, bool angle, double rtol,
                                                        const double *floor, const double *bound,
                                                        const double *y, double *w) {
  for (size_t lane = 0; lane < n_lanes; lane++) {
    const double size = angle ? 1 : y[lane] < 0 ? -y[lane] : y[lane];
    const double least = 16 * DBL_EPSILON * size + 1e-100, asked = rtol * size + floor[lane] + 1e-100;
    const double inner = bound[lane] > least ? bound[lane] : least;
    w[lane] = 1.0 / (asked < inner ? asked : inner);
  }
}

void EPX_KERNEL(epx_lane_weight) EPX_LANE_WEIGHT_ARGUMENTS {
  size_t component = 0;
  for (size_t row = 0; row < n_state; row++) {
    const size_t kind = kinds->of[component], at = row * n_lanes;
    const double *own_floor = floor + kind * n_lanes, *own_bound = bound + kind * n_lanes;
    if (kinds->angle[kind]) {
      weigh(n_lanes, true, rtol, own_floor, own_bound, y + at, w + at);
    } else {
      weigh(n_lanes, false, rtol, own_floor, own_bound, y + at, w + at);
    }
    if (++component == kinds->n_components) component = 0;
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

static inline __attribute__((always_inline)) epx_register choose(register_mask mask, epx_register yes,
                                                                 epx_register no) {
  return (epx_register)((register_mask)no ^ (mask & ((register_mask)yes ^ (register_mask)no)));
}

/** Advances one register of lanes. */
static inline __attribute__((always_inline)) void advance(bool extrapolates, size_t n_state, size_t n_lanes,
                                                          const int64_t *mask, const double *x,
                                                          const double *share, double *before, double *step,
                                                          double *y) {
  const register_mask own = *(const register_mask *)mask;
  const epx_register further = *(const epx_register *)share;
  register_mask is_further; /* gcc 12 cannot compare registers for SSE2 */
  for (int w = 0; w < WIDTH; w++)
    is_further[w] = further[w] != 0 ? -1 : 0;
  for (size_t row = 0; row < n_state; row++) {
    const size_t at = row * EPX_LANE_WIDTH;
    epx_register *here = (epx_register *)(y + row * n_lanes), *steps = (epx_register *)(step + at);
    const epx_register full = *(const epx_register *)(x + at), last = *steps;
    epx_register z = full;
    if (extrapolates) {
      epx_register *befores = (epx_register *)(before + at);
      z = choose(is_further, full - further * (full - *befores - last), full);
      *befores = full;
    }
    *steps = choose(own, -z, last);
    *here = choose(own, *here - z, *here);
  }
}

void EPX_KERNEL(epx_lane_advance) EPX_LANE_ADVANCE_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    if (before) {
      advance(true, n_state, n_lanes, mask + lane, x + lane, share + lane, before + lane, step + lane,
              y + lane);
    } else {
      advance(false, n_state, n_lanes, mask + lane, x + lane, share + lane, NULL, step + lane, y + lane);
    }
  }
}

void EPX_KERNEL(epx_lane_secant) EPX_LANE_SECANT_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    epx_register product = {0}, sum = {0};
    for (size_t row = 0; row < n_state; row++) {
      const size_t at = row * EPX_LANE_WIDTH + (size_t)lane;
      const epx_register here = *(const epx_register *)(x + at),
                         d = here - *(const epx_register *)(before + at);
      product += here * d;
      sum += d * d;
    }
    for (int w = 0; w < WIDTH; w++)
      share[lane + w] = sum[w] > 0 ? product[w] / sum[w] : 0;
  }
}
