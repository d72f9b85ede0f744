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
#include "equilibrium/lanes/lane_matrix_kernel.h"

/* SUMS: pairs of sums that registers hold beside the operands. */
#if defined(__AVX512F__)
enum { WIDTH = 8, ROWS = 4, COLUMNS = 4, SUMS = 8 };
#elif defined(__AVX__)
enum { WIDTH = 4, ROWS = 4, COLUMNS = 2, SUMS = 4 };
#else
enum { WIDTH = 2, ROWS = 4, COLUMNS = 2, SUMS = 4 };
#endif
enum { PANEL = 8, BLOCK = 4, SIDES = 2 };
#define THRESHOLD 0.1

/** The first pivot of a register of lanes in none of which rows were exchanged, as for the Jacobian of a
 * stable network mostly: solves need not look at the others. */
enum { NO_EXCHANGE = -1 };

/** Holds x in its register: the compiler would load it once more for every use. */
#if defined(__AVX512F__)
#define HOLD(x) __asm__("" : "+v"(x))
#elif defined(__AVX__)
#define HOLD(x) __asm__("" : "+x"(x))
#else
#define HOLD(x) (void)(x)
#endif

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
void EPX_KERNEL(epx_lane_take) EPX_LANE_TAKE_ARGUMENTS;
void EPX_KERNEL(epx_lane_solve) EPX_LANE_SOLVE_ARGUMENTS;
void EPX_KERNEL(epx_lane_solve_pair) EPX_LANE_SOLVE_PAIR_ARGUMENTS;

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

/** Tells whether rows were exchanged in any lane. */
INLINE bool is_exchanged(size_t n, const int *pivot) {
  int differs = 0;
  for (size_t k = 0; k < n; k++) {
    for (size_t w = 0; w < WIDTH; w++)
      differs |= pivot[k * EPX_LANE_WIDTH + w] ^ (int)k;
  }
  return differs != 0;
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
    if (!is_exchanged(n, pivot + lane)) pivot[lane] = NO_EXCHANGE;
  }
}

/** Takes the pivots of chosen lanes of a register. */
INLINE void take_pivots(size_t n, const int64_t *chosen, const int *from, int *to) {
  const bool exchanged = from[0] != NO_EXCHANGE;
  if (to[0] == NO_EXCHANGE) to[0] = 0;
  for (size_t k = 0; k < n; k++) {
    for (size_t w = 0; w < WIDTH; w++) {
      const int pivot = exchanged ? from[k * EPX_LANE_WIDTH + w] : (int)k;
      if (chosen[w]) to[k * EPX_LANE_WIDTH + w] = pivot;
    }
  }
  if (!is_exchanged(n, to)) to[0] = NO_EXCHANGE;
}

void EPX_KERNEL(epx_lane_take) EPX_LANE_TAKE_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    const mask own = *(const mask *)(mask_of_lanes + lane);
    bool any = false;
    for (int w = 0; w < WIDTH; w++)
      any = any || own[w];
    if (!any) continue;
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++) {
        const size_t here = (i * stride + j) * EPX_LANE_WIDTH + (size_t)lane;
        const mask before = *(const mask *)(a + here), after = *(const mask *)(from + here);
        *(mask *)(a + here) = before ^ (own & (before ^ after));
      }
    }
    take_pivots(n, mask_of_lanes + lane, from_pivot + lane, pivot + lane);
  }
}

INLINE vector *entry(double *x, size_t i) {
  return (vector *)(x + i * EPX_LANE_WIDTH);
}

/** Evaluates the rows of take_off_rows() whose sums stay in registers, unknowns in the order in which they
 * became known: what is not yet there when a row begins is asked for last. */
INLINE void take_off_tile(const part *p, size_t i, size_t first, size_t n_rows, size_t n_sides, size_t begin,
                          size_t end, bool upwards, double *const *x, vector z[][BLOCK]) {
  vector sum[BLOCK][SIDES][2];
  for (size_t r = 0; r < n_rows; r++) {
    for (size_t s = 0; s < n_sides; s++)
      sum[r][s][0] = sum[r][s][1] = (vector){0};
  }
  const size_t n = end - begin;
  size_t q = 0;
  for (; q + 2 <= n; q += 2) {
    const size_t j = upwards ? end - 2 - q : begin + q;
    for (size_t r = 0; r < n_rows; r++) {
      vector even = *at(p, i + r, j), odd = *at(p, i + r, j + 1);
      if (n_sides > 1) {
        HOLD(even);
        HOLD(odd);
      }
      for (size_t s = 0; s < n_sides; s++) {
        sum[r][s][0] += even * *entry(x[s], j);
        sum[r][s][1] += odd * *entry(x[s], j + 1);
      }
    }
  }
  for (; q < n; q++) {
    const size_t j = upwards ? begin : begin + q;
    for (size_t r = 0; r < n_rows; r++) {
      for (size_t s = 0; s < n_sides; s++)
        sum[r][s][0] += *at(p, i + r, j) * *entry(x[s], j);
    }
  }
  for (size_t r = 0; r < n_rows; r++) {
    for (size_t s = 0; s < n_sides; s++)
      z[s][first + r] = *entry(x[s], i + r) - (sum[r][s][0] + sum[r][s][1]);
  }
}

/** Evaluates z = x_i - sum over columns j from `begin` to `end` of A_ij x_j of n_rows rows from i on, for
 * every right-hand side: a loaded x serves several rows, a loaded A both sides, and the sums, two of fixed
 * order each, hide each other's latency. */
INLINE void take_off_rows(const part *p, size_t i, size_t n_rows, size_t n_sides, size_t begin, size_t end,
                          bool upwards, double *const *x, vector z[][BLOCK]) {
  const size_t tile = BLOCK * SIDES > SUMS && n_sides > 1 ? SUMS / SIDES : BLOCK;
  for (size_t r = 0; r < n_rows; r += tile)
    take_off_tile(p, i + r, r, tile < n_rows ? tile : n_rows, n_sides, begin, end, upwards, x, z);
}

/** Takes A_ij z_j of n_columns rows j of the factors off the entries i from `begin` to `end`. */
INLINE void take_off_columns(const part *p, size_t j, size_t n_columns, size_t begin, size_t end,
                             const vector *z, double *x) {
  for (size_t i = begin; i < end; i++) {
    vector here = *entry(x, i);
    for (size_t c = 0; c < n_columns; c++)
      here -= *at(p, j + c, i) * z[c];
    *entry(x, i) = here;
  }
}

INLINE void exchange_entries(size_t n, const int *pivot, bool backward, double *x) {
  if (pivot[0] == NO_EXCHANGE) return;
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

/** Solves for n_rows unknowns from i on of one side with their own rows of L, z what is left of the side. */
INLINE void solve_lower_block(const part *p, size_t i, size_t n_rows, vector *z, double *x) {
  for (size_t q = 0; q < n_rows; q++) {
    for (size_t r = q + 1; r < n_rows; r++)
      z[r] -= *at(p, i + r, i + q) * z[q];
    *entry(x, i + q) = z[q];
  }
}

INLINE void solve_upper_block(const part *p, size_t i, size_t n_rows, vector *z, double *x) {
  for (size_t q = n_rows; q-- > 0;) {
    z[q] *= *at(p, i + q, i + q);
    for (size_t r = 0; r < q; r++)
      z[r] -= *at(p, i + r, i + q) * z[q];
    *entry(x, i + q) = z[q];
  }
}

/** Solves for n_rows unknowns from i on with L, those above being known. */
INLINE void solve_lower(const part *p, size_t i, size_t n_rows, size_t n_sides, double *const *x) {
  vector z[SIDES][BLOCK];
  take_off_rows(p, i, n_rows, n_sides, 0, i, false, x, z);
  solve_lower_block(p, i, n_rows, z[0], x[0]);
  if (n_sides > 1) solve_lower_block(p, i, n_rows, z[1], x[1]);
}

/** Solves for n_rows unknowns from i on with U, those below being known. */
INLINE void solve_upper(const part *p, size_t i, size_t n_rows, size_t n_sides, double *const *x) {
  vector z[SIDES][BLOCK];
  take_off_rows(p, i, n_rows, n_sides, i + n_rows, p->n, true, x, z);
  solve_upper_block(p, i, n_rows, z[0], x[0]);
  if (n_sides > 1) solve_upper_block(p, i, n_rows, z[1], x[1]);
}

INLINE void solve_plain(const part *p, const int *pivot, size_t n_sides, double *const *x) {
  size_t i = 0;
  for (size_t s = 0; s < n_sides; s++)
    exchange_entries(p->n, pivot, false, x[s]);
  for (; i + BLOCK <= p->n; i += BLOCK)
    solve_lower(p, i, BLOCK, n_sides, x);
  for (; i < p->n; i++)
    solve_lower(p, i, 1, n_sides, x);
  for (; i >= BLOCK; i -= BLOCK)
    solve_upper(p, i - BLOCK, BLOCK, n_sides, x);
  for (; i > 0; i--)
    solve_upper(p, i - 1, 1, n_sides, x);
}

/** Solves for n_rows unknowns from j on with U', those above being known and taken off. */
INLINE void solve_upper_transposed(const part *p, size_t j, size_t n_rows, double *x) {
  vector z[BLOCK];
  for (size_t r = 0; r < n_rows; r++) {
    z[r] = *entry(x, j + r);
    for (size_t q = 0; q < r; q++)
      z[r] -= *at(p, j + q, j + r) * z[q];
    z[r] *= *at(p, j + r, j + r);
    *entry(x, j + r) = z[r];
  }
  take_off_columns(p, j, n_rows, j + n_rows, p->n, z, x);
}

/** Solves for n_rows unknowns from j on with L', those below being known and taken off. */
INLINE void solve_lower_transposed(const part *p, size_t j, size_t n_rows, double *x) {
  vector z[BLOCK];
  for (size_t r = n_rows; r-- > 0;) {
    z[r] = *entry(x, j + r);
    for (size_t q = r + 1; q < n_rows; q++)
      z[r] -= *at(p, j + q, j + r) * z[q];
    *entry(x, j + r) = z[r];
  }
  take_off_columns(p, j, n_rows, 0, j, z, x);
}

/* The factors are read by rows here too: rows that are done are taken off all entries that follow. */
INLINE void solve_transposed(const part *p, const int *pivot, double *x) {
  size_t j = 0;
  for (; j + BLOCK <= p->n; j += BLOCK)
    solve_upper_transposed(p, j, BLOCK, x);
  for (; j < p->n; j++)
    solve_upper_transposed(p, j, 1, x);
  for (; j >= BLOCK; j -= BLOCK)
    solve_lower_transposed(p, j - BLOCK, BLOCK, x);
  for (; j > 0; j--)
    solve_lower_transposed(p, j - 1, 1, x);
  exchange_entries(p->n, pivot, true, x);
}

/* at() only reads through the pointer of these parts. */
INLINE part get_factors(size_t n, size_t stride, const double *a) {
  return (part){.n = n, .stride = stride, .a = (double *)(uintptr_t)a};
}

void EPX_KERNEL(epx_lane_solve) EPX_LANE_SOLVE_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    const part p = get_factors(n, stride, a + lane);
    if (transposed) {
      solve_transposed(&p, pivot + lane, x + lane);
    } else {
      solve_plain(&p, pivot + lane, 1, (double *[]){x + lane});
    }
  }
}

void EPX_KERNEL(epx_lane_solve_pair) EPX_LANE_SOLVE_PAIR_ARGUMENTS {
  for (int lane = 0; lane < EPX_LANE_WIDTH; lane += WIDTH) {
    const part p = get_factors(n, stride, a + lane);
    for (size_t i = 0; i < n; i++) {
      *entry(x + lane, i) = *(const vector *)(b + lane + i * stride_b);
      *entry(z + lane, i) = *(const vector *)(c + lane + i * stride_b);
    }
    solve_plain(&p, pivot + lane, SIDES, (double *[]){x + lane, z + lane});
  }
}
