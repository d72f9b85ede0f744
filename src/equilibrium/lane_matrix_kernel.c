/** @file
 * The kernels of lane matrices: A = P L U of several matrices at once, one a lane.
 *
 * Blocked, right-looking: a panel of PANEL columns is factored, then its rows of U, then the rest of the
 * matrix takes a product of PANEL terms in tiles that stay in registers. Both operands of the product are
 * vectors of lanes, so a tile of ROWS x COLUMNS costs ROWS + COLUMNS loads for ROWS * COLUMNS multiply-adds.
 *
 * Pivoting is by threshold, in each lane by itself: the diagonal stays while it is at least THRESHOLD of its
 * column's largest entry, which in the Jacobian of a stable network it mostly is; rows are exchanged only in
 * the lanes where it is not. Growth is bounded by (1 + 1/THRESHOLD)^(n-1) in theory and is small in practice;
 * Newton and its certificate do not depend on it. The diagonal holds the reciprocals of the pivots.
 */
#include "equilibrium/lane_matrix_kernel.h"

#include <stdint.h>

#if defined(__AVX512F__)
enum { WIDTH = 8, ROWS = 4, COLUMNS = 4 };
#elif defined(__AVX__)
enum { WIDTH = 4, ROWS = 4, COLUMNS = 2 };
#else
enum { WIDTH = 2, ROWS = 4, COLUMNS = 2 };
#endif
enum { PANEL = 8 };
#define THRESHOLD 0.1

typedef double vector __attribute__((vector_size(WIDTH * sizeof(double)), may_alias));
typedef int64_t mask __attribute__((vector_size(WIDTH * sizeof(double)), may_alias));

#define INLINE static inline __attribute__((always_inline))

/** Some lanes of the matrices. */
typedef struct {
  size_t n, stride;
  double *a;
} part;

INLINE vector *at(const part *p, size_t i, size_t j) {
  return (vector *)(p->a + (i * p->stride + j) * EPX_LANE_WIDTH);
}

void EPX_KERNEL(epx_lane_factor) EPX_LANE_FACTOR_ARGUMENTS;
void EPX_KERNEL(epx_lane_solve) EPX_LANE_SOLVE_ARGUMENTS;

INLINE mask get_size(vector x) {
  return (mask)x & ((mask){0} + INT64_MAX);
}

/** Exchanges row k in lane w with the row of the largest entry of column k. */
static void exchange_rows(const part *p, size_t k, int w, int *pivot) {
  size_t best = k;
  double largest = -1;
  for (size_t i = k; i < p->n; i++) {
    const double x = (*at(p, i, k))[w], size = x < 0 ? -x : x;
    if (size > largest) {
      largest = size;
      best = i;
    }
  }
  pivot[k * EPX_LANE_WIDTH + (size_t)w] = (int)best;
  if (best == k) return;
  double *upper = (double *)at(p, k, 0) + w, *lower = (double *)at(p, best, 0) + w;
  for (size_t j = 0; j < p->n; j++) {
    const double x = upper[j * EPX_LANE_WIDTH];
    upper[j * EPX_LANE_WIDTH] = lower[j * EPX_LANE_WIDTH];
    lower[j * EPX_LANE_WIDTH] = x;
  }
}

INLINE void choose_pivots(const part *p, size_t k, int *pivot) {
  mask largest = {0};
  for (size_t i = k; i < p->n; i++) {
    const mask size = get_size(*at(p, i, k)), more = size > largest;
    largest = (size & more) | (largest & ~more);
  }
  const vector diagonal = (vector)get_size(*at(p, k, k));
  const mask stays = diagonal >= THRESHOLD * (vector)largest;
  for (int w = 0; w < WIDTH; w++) {
    pivot[k * EPX_LANE_WIDTH + (size_t)w] = (int)k;
    if (!stays[w]) exchange_rows(p, k, w, pivot);
  }
}

INLINE void factor_panel(const part *p, size_t begin, size_t end, int *pivot) {
  for (size_t k = begin; k < end; k++) {
    choose_pivots(p, k, pivot);
    const vector reciprocal = 1.0 / *at(p, k, k);
    *at(p, k, k) = reciprocal;
    for (size_t i = k + 1; i < p->n; i++) {
      const vector l = *at(p, i, k) * reciprocal;
      *at(p, i, k) = l;
      for (size_t j = k + 1; j < end; j++)
        *at(p, i, j) -= l * *at(p, k, j);
    }
  }
}

INLINE void update_tile(const part *p, size_t begin, size_t end, size_t i, size_t j, int n_rows,
                        int n_columns) {
  vector sum[ROWS][COLUMNS];
  for (int r = 0; r < n_rows; r++) {
    for (int c = 0; c < n_columns; c++)
      sum[r][c] = at(p, i + (size_t)r, j)[0 + c * (EPX_LANE_WIDTH / WIDTH)];
  }
  for (size_t k = begin; k < end; k++) {
    const vector *u = at(p, k, j);
    for (int r = 0; r < n_rows; r++) {
      const vector l = *at(p, i + (size_t)r, k);
      for (int c = 0; c < n_columns; c++)
        sum[r][c] -= l * u[c * (EPX_LANE_WIDTH / WIDTH)];
    }
  }
  for (int r = 0; r < n_rows; r++) {
    for (int c = 0; c < n_columns; c++)
      at(p, i + (size_t)r, j)[0 + c * (EPX_LANE_WIDTH / WIDTH)] = sum[r][c];
  }
}

/** A_ij -= sum over the panel's k of L_ik U_kj, for rows i from `row` on and columns j right of the panel. */
INLINE void update_rest(const part *p, size_t begin, size_t end) {
  size_t i = end;
  for (; i + ROWS <= p->n; i += ROWS) {
    size_t j = end;
    for (; j + COLUMNS <= p->n; j += COLUMNS)
      update_tile(p, begin, end, i, j, ROWS, COLUMNS);
    for (; j < p->n; j++)
      update_tile(p, begin, end, i, j, ROWS, 1);
  }
  for (; i < p->n; i++) {
    size_t j = end;
    for (; j + COLUMNS <= p->n; j += COLUMNS)
      update_tile(p, begin, end, i, j, 1, COLUMNS);
    for (; j < p->n; j++)
      update_tile(p, begin, end, i, j, 1, 1);
  }
}

/** The panel's rows of U: row i takes the panel's rows above it. */
INLINE void update_rows(const part *p, size_t begin, size_t end) {
  for (size_t i = begin + 1; i < end; i++) {
    size_t j = end;
    for (; j + COLUMNS <= p->n; j += COLUMNS)
      update_tile(p, begin, i, i, j, 1, COLUMNS);
    for (; j < p->n; j++)
      update_tile(p, begin, i, i, j, 1, 1);
  }
}

void EPX_KERNEL(epx_lane_factor) EPX_LANE_FACTOR_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    const part p = {.n = n, .stride = stride, .a = a + lane};
    for (size_t begin = 0; begin < n; begin += PANEL) {
      const size_t end = begin + PANEL < n ? begin + PANEL : n;
      factor_panel(&p, begin, end, pivot + lane);
      update_rows(&p, begin, end);
      update_rest(&p, begin, end);
    }
  }
}

INLINE vector *entry(double *x, size_t i) {
  return (vector *)(x + i * EPX_LANE_WIDTH);
}

/** Sums row i of the factors times x from `begin` to `end`, in four partial sums of fixed order. */
INLINE vector sum_row(const part *p, size_t i, size_t begin, size_t end, double *x) {
  vector sum[4] = {{0}};
  size_t j = begin;
  for (; j + 4 <= end; j += 4) {
    for (size_t q = 0; q < 4; q++)
      sum[q] += *at(p, i, j + q) * *entry(x, j + q);
  }
  for (; j < end; j++)
    sum[0] += *at(p, i, j) * *entry(x, j);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

INLINE void exchange_entries(size_t n, const int *pivot, bool backward, double *x) {
  for (size_t q = 0; q < n; q++) {
    const size_t k = backward ? n - 1 - q : q;
    for (size_t w = 0; w < WIDTH; w++) {
      const size_t other = (size_t)pivot[k * EPX_LANE_WIDTH + w];
      const double upper = x[k * EPX_LANE_WIDTH + w];
      x[k * EPX_LANE_WIDTH + w] = x[other * EPX_LANE_WIDTH + w];
      x[other * EPX_LANE_WIDTH + w] = upper;
    }
  }
}

INLINE void solve_plain(const part *p, const int *pivot, double *x) {
  exchange_entries(p->n, pivot, false, x);
  for (size_t i = 1; i < p->n; i++)
    *entry(x, i) -= sum_row(p, i, 0, i, x);
  for (size_t i = p->n; i-- > 0;)
    *entry(x, i) = (*entry(x, i) - sum_row(p, i, i + 1, p->n, x)) * *at(p, i, i);
}

/* The factors are read by rows here too: a row that is done is taken off all entries that follow. */
INLINE void solve_transposed(const part *p, const int *pivot, double *x) {
  for (size_t j = 0; j < p->n; j++) {
    const vector z = *entry(x, j) * *at(p, j, j);
    *entry(x, j) = z;
    for (size_t i = j + 1; i < p->n; i++)
      *entry(x, i) -= *at(p, j, i) * z;
  }
  for (size_t j = p->n; j-- > 1;) {
    const vector z = *entry(x, j);
    for (size_t i = 0; i < j; i++)
      *entry(x, i) -= *at(p, j, i) * z;
  }
  exchange_entries(p->n, pivot, true, x);
}

void EPX_KERNEL(epx_lane_solve) EPX_LANE_SOLVE_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    /* at() only reads through the pointer here. */
    const part p = {.n = n, .stride = stride, .a = (double *)(uintptr_t)(a + lane)};
    if (transposed) {
      solve_transposed(&p, pivot + lane, x + lane);
    } else {
      solve_plain(&p, pivot + lane, x + lane);
    }
  }
}
