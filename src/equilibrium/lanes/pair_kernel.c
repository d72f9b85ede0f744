/** @file
 * The kernels of the pair. The lanes of a group stay in the first-level cache, so that arithmetic is what counts: of
 * the divisions by weights two rows share one. Sums over a lane's components run in the order of the rows.
 */
#include "equilibrium/lanes/pair_kernel.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

enum { WIDTH = EPX_REGISTER_WIDTH, MAX_TERMS = 4 };
typedef int64_t register_mask __attribute__((vector_size(WIDTH * sizeof(int64_t)), may_alias));

void EPX_KERNEL(epx_pair_stage) EPX_PAIR_STAGE_ARGUMENTS;
void EPX_KERNEL(epx_pair_error) EPX_PAIR_ERROR_ARGUMENTS;
void EPX_KERNEL(epx_pair_change) EPX_PAIR_CHANGE_ARGUMENTS;
void EPX_KERNEL(epx_pair_accept) EPX_PAIR_ACCEPT_ARGUMENTS;

#define INLINE static inline __attribute__((always_inline))

INLINE const epx_register *at(const double *x, size_t i) {
  return (const epx_register *)(x + i);
}

/** One register of lanes. */
INLINE void form(int n_terms, size_t n_state, size_t n_lanes, size_t lane, const double *c,
                 const double *step, const double *y, const double *const *k, double *z) {
  const epx_register h = *at(step, lane);
  epx_register share[MAX_TERMS];
  for (int j = 0; j < n_terms; j++)
    share[j] = h * c[j];
  for (size_t i = lane; i < n_state * n_lanes; i += n_lanes) {
    epx_register sum = share[0] * *at(k[0], i);
    for (int j = 1; j < n_terms; j++)
      sum += share[j] * *at(k[j], i);
    *(epx_register *)(z + i) = *at(y, i) + sum;
  }
}

void EPX_KERNEL(epx_pair_stage) EPX_PAIR_STAGE_ARGUMENTS {
  for (size_t lane = 0; lane < n_lanes; lane += WIDTH) {
    if (n_terms == 1) {
      form(1, n_state, n_lanes, lane, c, step, y, k, z);
    } else {
      form(3, n_state, n_lanes, lane, c, step, y, k, z);
    }
  }
}

INLINE epx_register choose(register_mask mask, epx_register yes, epx_register no) {
  return (epx_register)((register_mask)no ^ (mask & ((register_mask)yes ^ (register_mask)no)));
}

/** min(x, y) and max(x, y), y where they cannot be compared. */
INLINE epx_register get_less(epx_register x, epx_register y) {
  return choose(x < y, x, y);
}

INLINE epx_register get_more(epx_register x, epx_register y) {
  return choose(x > y, x, y);
}

INLINE epx_register get_size(epx_register x) {
  return (epx_register)((register_mask)x & ((register_mask){0} + INT64_MAX));
}

/** The largest error, rate at the step's end and component of a kind, of one register of lanes. */
typedef struct {
  epx_register error, rate, size;
} kind_extents;

/** A row's error and its weight. */
typedef struct {
  epx_register error, weight;
} row_error;

INLINE row_error eval_row(bool angle, const double *c, double rtol, epx_register floor, const double *y,
                          const double *const *k, size_t i, kind_extents *largest) {
  const epx_register one = (epx_register){0} + 1;
  const epx_register size = angle ? one : get_size(*at(y, i));
  epx_register error = c[0] * *at(k[0], i);
  for (int j = 1; j < MAX_TERMS; j++)
    error += c[j] * *at(k[j], i);
  largest->error = get_more(get_size(error), largest->error);
  largest->rate = get_more(get_size(*at(k[MAX_TERMS - 1], i)), largest->rate);
  largest->size = get_more(size, largest->size);
  return (row_error){.error = error, .weight = rtol * size + floor + 1e-100};
}

/** The mean square's part of all rows: (a / v)^2 + (b / w)^2 = (a w / (v w))^2 + (b v / (v w))^2. */
INLINE epx_register eval_square(bool single, const epx_pair_error_call *call, size_t lane,
                                kind_extents *largest) {
  const epx_kinds *kinds = call->kinds;
  epx_register sum = {0};
  row_error before = {{0}, {0}};
  size_t component = 0;
  for (size_t row = 0; row < call->n_state; row++) {
    const size_t kind = single ? 0 : kinds->of[component];
    const row_error own =
        eval_row(kinds->angle[kind], call->c, call->rtol, *at(call->floor, kind * call->n_lanes + lane),
                 call->y, call->k, row * call->n_lanes + lane, &largest[kind]);
    if (row % 2 == 1) {
      const epx_register inverse = 1 / (own.weight * before.weight);
      const epx_register a = before.error * own.weight * inverse, b = own.error * before.weight * inverse;
      sum += a * a + b * b;
    } else if (row + 1 == call->n_state) {
      const epx_register last = own.error / own.weight;
      sum += last * last;
    }
    before = own;
    if (!single && ++component == kinds->n_components) component = 0;
  }
  return sum;
}

/** One register of lanes. */
INLINE void eval_error(bool single, const epx_pair_error_call *call, size_t lane, double *square) {
  const epx_register h = *at(call->step, lane);
  kind_extents largest[EPX_KIND_COUNT] = {{{0}, {0}, {0}}};
  epx_register sum = eval_square(single, call, lane, largest) * (h * h);
  for (size_t kind = 0; kind < (single ? 1 : call->kinds->n); kind++) {
    const size_t here = kind * call->n_lanes + lane;
    const epx_register way = call->share * h * get_more(largest[kind].rate, *at(call->rate, here));
    const epx_register least = 16 * DBL_EPSILON * largest[kind].size + 1e-100;
    const epx_register most = get_more(get_less(way, *at(call->bound, here)), least);
    const epx_register share = h * largest[kind].error / most;
    sum = get_more((double)call->n_state * share * share, sum);
  }
  *(epx_register *)(square + lane) = sum;
}

void EPX_KERNEL(epx_pair_error) EPX_PAIR_ERROR_ARGUMENTS {
  for (size_t lane = 0; lane < call->n_lanes; lane += WIDTH) {
    if (call->kinds->n == 1) {
      eval_error(true, call, lane, square);
    } else {
      eval_error(false, call, lane, square);
    }
  }
}

/** x^(-1/6) to 1e-5 or better: the exponent divided by -6 is a guess that is good to a tenth, and three steps of Newton for
 * y^-6 = x follow. x is from 1e-30 to 1e30. */
INLINE float eval_sixth_root(float x) {
  int32_t bits;
  float y;
  memcpy(&bits, &x, sizeof bits);
  bits = 0x4a155555 - (int32_t)((float)bits * (1.0f / 6)); /* 7/6 of the bits of 1 */
  memcpy(&y, &bits, sizeof y);
  for (int pass = 0; pass < 3; pass++) {
    const float cube = y * y * y;
    y *= (7 - x * (cube * cube)) * (1.0f / 6);
  }
  return y;
}

void EPX_KERNEL(epx_pair_change) EPX_PAIR_CHANGE_ARGUMENTS {
  const double share = 1 / n_state;
  for (size_t lane = 0; lane < n_lanes; lane++) {
    const double mean = square[lane] * share;
    const double within =
        mean < 1e24 ? mean > 1e-24 ? mean : 1e-24 : 1e24; /* what is not a number is large */
    const double wanted = safety * (double)eval_sixth_root((float)within);
    change[lane] = wanted < least ? least : wanted > most ? most : wanted;
  }
}

void EPX_KERNEL(epx_pair_accept) EPX_PAIR_ACCEPT_ARGUMENTS {
  for (size_t lane = 0; lane < n_lanes; lane += WIDTH) {
    const register_mask own = *(const register_mask *)(mask + lane);
    for (size_t i = lane; i < n_state * n_lanes; i += n_lanes) {
      epx_register *to = (epx_register *)(y + i), *rate = (epx_register *)(k + i);
      *to = choose(own, *at(z, i), *to);
      *rate = choose(own, *at(l, i), *rate);
    }
  }
}
