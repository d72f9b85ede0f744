/** @file
 * Linear: up to LARGEST_SIDE_BY_SIDE states the lanes' matrices are factored together, every operation a
 * vector over lanes; beyond, LAPACK's blocking pays for its single lane. A family writes its Jacobian by
 * rows, which LAPACK reads as the transpose: its factors serve both systems with the two flags exchanged.
 */
#include "equilibrium/lanes/linear.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_matrix.h"

/** Measured: see README.md. */
enum { LARGEST_SIDE_BY_SIDE = 512 };

struct epx_linear {
  int n_state, n_slots;
  bool side_by_side;
  size_t slot_size; /* doubles of a slot's factors */
  double *jacobian; /* [n_state][n_state], side by side [EPX_LANE_WIDTH] of them */
  double *factors;  /* [n_slots][slot_size] */
  int *pivots;      /* [n_slots][n_state * EPX_LANE_WIDTH] */
  double *fresh;    /* side by side, beside the slots: one more, from which lanes are taken */
  int *fresh_pivots;
  double *column; /* [n_state]: one lane's right-hand side, contiguous for LAPACK */
};

static size_t get_slot_size(int n_state) {
  const size_t n = (size_t)n_state;
  return n * (n_state <= LARGEST_SIDE_BY_SIDE ? epx_lane_matrix_get_stride(n_state) : n) * EPX_LANE_WIDTH;
}

double epx_linear_get_slot_bytes(int n_state) {
  return (double)get_slot_size(n_state) * sizeof(double);
}

double epx_linear_get_bytes(int n_state, int n_slots) {
  const double n = n_state, room = 8 * n * n * (n_state <= LARGEST_SIDE_BY_SIDE ? 2 * EPX_LANE_WIDTH : 1);
  return n_slots * epx_linear_get_slot_bytes(n_state) + room;
}

static epx_err create_arrays(epx_linear *linear) {
  const size_t n = (size_t)linear->n_state, n_slots = (size_t)linear->n_slots;
  EPX_TRY(EPX_ARRAY(linear->jacobian, n * n * (linear->side_by_side ? EPX_LANE_WIDTH : 1)));
  EPX_TRY(epx_array_create(&linear->factors, n_slots, linear->slot_size * sizeof(double)));
  EPX_TRY(EPX_ARRAY(linear->pivots, n_slots * n * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(linear->fresh, linear->side_by_side ? linear->slot_size : 0));
  EPX_TRY(EPX_ARRAY(linear->fresh_pivots, linear->side_by_side ? n * EPX_LANE_WIDTH : 0));
  return EPX_ARRAY(linear->column, n);
}

epx_err epx_linear_create(int n_state, int n_slots, epx_linear **out) {
  *out = NULL;
  epx_linear *linear = NULL;
  EPX_TRY(EPX_ARRAY(linear, 1));
  linear->n_state = n_state;
  linear->n_slots = n_slots;
  linear->side_by_side = n_state <= LARGEST_SIDE_BY_SIDE;
  linear->slot_size = get_slot_size(n_state);
  const int code = create_arrays(linear);
  if (code != EPX_OK) epx_linear_destroy(&linear);
  EPX_TRY(code);
  *out = linear;
  return EPX_OK;
}

void epx_linear_destroy(epx_linear **address) {
  epx_linear *linear = *address;
  if (!linear) return;
  epx_array_destroy(&linear->jacobian);
  epx_array_destroy(&linear->factors);
  epx_array_destroy(&linear->pivots);
  epx_array_destroy(&linear->fresh);
  epx_array_destroy(&linear->fresh_pivots);
  epx_array_destroy(&linear->column);
  epx_array_destroy(address);
}

static double *get_factors(const epx_linear *linear, int slot) {
  return linear->factors + (size_t)slot * linear->slot_size;
}

static int *get_pivots(const epx_linear *linear, int slot) {
  return linear->pivots + (size_t)slot * (size_t)linear->n_state * EPX_LANE_WIDTH;
}

static void eval_jacobian(const epx_lanes *lanes, const epx_nudge *nudge, const double *y, int lane,
                          int width, double *jacobian) {
  lanes->network->family->eval_jacobian(lanes, y, lane, width, jacobian);
  if (nudge && nudge->add_jacobian) nudge->add_jacobian(nudge->context, lanes, y, lane, width, jacobian);
}

/** Subtracts from the diagonal of a matrix a rate of its size, which is returned. */
static double shift_diagonal(size_t n, bool stiff, double direction, double *a) {
  double least = INFINITY, squares = 0;
  for (size_t k = 0; k < n * n; k++)
    squares += a[k] * a[k];
  for (size_t i = 0; i < n; i++)
    least = fmin(least, fabs(a[i * (n + 1)]));
  const double size = sqrt(squares / (double)n);
  if (!isfinite(size)) return 0;
  const double rate = direction * (stiff && least > 0 ? sqrt(least * size) : size);
  for (size_t i = 0; i < n; i++)
    a[i * (n + 1)] -= rate;
  return rate;
}

static void eval_shifted(const epx_lanes *lanes, const epx_nudge *nudge, const double *y, int lane, double *a,
                         double *rate) {
  const double direction = nudge && nudge->direction < 0 ? -1 : 1;
  eval_jacobian(lanes, nudge, y, lane, 1, a);
  *rate = shift_diagonal((size_t)lanes->network->n_state, lanes->network->family->stiff, direction, a);
}

/** Tells whether all lanes of a vector are chosen. */
static bool are_all(const bool *chosen) {
  for (int w = 0; chosen && w < EPX_LANE_WIDTH; w++) {
    if (!chosen[w]) return false;
  }
  return true;
}

/* The factors of some lanes are made beside the slot and taken from there. */
static void factor_side_by_side(epx_linear *linear, int slot, const epx_lanes *lanes, const epx_nudge *nudge,
                                const double *y, int lane, const bool *chosen, double *sign) {
  const size_t n = (size_t)linear->n_state, row = n * EPX_LANE_WIDTH;
  const size_t stride = epx_lane_matrix_get_stride(linear->n_state) * EPX_LANE_WIDTH;
  const bool all = are_all(chosen);
  double *factors = all ? get_factors(linear, slot) : linear->fresh, signs[EPX_LANE_WIDTH];
  int *pivots = all ? get_pivots(linear, slot) : linear->fresh_pivots;
  int64_t mask[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  eval_jacobian(lanes, nudge, y, lane, EPX_LANE_WIDTH, linear->jacobian);
  for (size_t i = 0; i < n; i++)
    memcpy(factors + i * stride, linear->jacobian + i * row, row * sizeof(double));
  epx_lane_matrix_factor(linear->n_state, factors, pivots, signs);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    mask[w] = all || chosen[w] ? -1 : 0;
    if (mask[w]) sign[w] = signs[w];
  }
  if (!all)
    epx_lane_matrix_take(linear->n_state, mask, factors, pivots, get_factors(linear, slot),
                         get_pivots(linear, slot));
}

static void factor_shifted_side_by_side(epx_linear *linear, int slot, const epx_lanes *lanes,
                                        const epx_nudge *nudge, const double *y, const int *chosen,
                                        double *rate) {
  const size_t n = (size_t)linear->n_state;
  const size_t stride = epx_lane_matrix_get_stride(linear->n_state) * EPX_LANE_WIDTH;
  double *factors = get_factors(linear, slot), sign[EPX_LANE_WIDTH];
  for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
    eval_shifted(lanes, nudge, y, chosen[w], linear->jacobian + w * n * n, &rate[w]);
  for (size_t i = 0; i < n; i++) {
    const double *row = linear->jacobian + i * n;
    for (size_t j = 0; j < n; j++) {
      for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
        factors[i * stride + j * EPX_LANE_WIDTH + w] = row[w * n * n + j];
    }
  }
  epx_lane_matrix_factor(linear->n_state, factors, get_pivots(linear, slot), sign);
}

/** Evaluates the sign of the determinant from LAPACK's factors and pivots, which count from 1. */
static double get_sign(int n, const double *factors, const int *pivots) {
  double sign = 1;
  for (int k = 0; k < n; k++) {
    const double pivot = factors[(size_t)k * (size_t)n + (size_t)k];
    if (!isfinite(pivot) || pivot == 0) return 0;
    if ((pivot < 0) != (pivots[k] != k + 1)) sign = -sign;
  }
  return sign;
}

static void factor_by_lapack(epx_linear *linear, int slot, const epx_lanes *lanes, const epx_nudge *nudge,
                             const double *y, int lane, const bool *chosen, double *sign) {
  const int n = linear->n_state;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    if (chosen && !chosen[w]) continue;
    double *factors = get_factors(linear, slot) + (size_t)w * (size_t)n * (size_t)n;
    int *pivots = get_pivots(linear, slot) + (size_t)w * (size_t)n;
    eval_jacobian(lanes, nudge, y, lane + w, 1, factors);
    const int info = LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, n, n, factors, n, pivots);
    sign[w] = info == 0 ? get_sign(n, factors, pivots) : 0;
  }
}

static void factor_shifted_by_lapack(epx_linear *linear, int slot, const epx_lanes *lanes,
                                     const epx_nudge *nudge, const double *y, const int *chosen,
                                     double *rate) {
  const int n = linear->n_state;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    double *factors = get_factors(linear, slot) + (size_t)w * (size_t)n * (size_t)n;
    int *pivots = get_pivots(linear, slot) + (size_t)w * (size_t)n;
    eval_shifted(lanes, nudge, y, chosen[w], factors, &rate[w]);
    if (LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, n, n, factors, n, pivots) != 0) rate[w] = 0;
  }
}

void epx_linear_eval_terms(epx_linear *linear, const epx_lanes *lanes, const epx_nudge *nudge,
                           const double *y, int lane, double *terms) {
  const size_t n = (size_t)linear->n_state, n_lanes = (size_t)lanes->n_lanes;
  eval_jacobian(lanes, nudge, y, lane, 1, linear->jacobian);
  for (size_t i = 0; i < n; i++) {
    terms[i] = 0;
    for (size_t j = 0; j < n; j++)
      terms[i] += fabs(linear->jacobian[i * n + j] * y[j * n_lanes + (size_t)lane]);
  }
}

void epx_linear_factor(epx_linear *linear, int slot, const epx_lanes *lanes, const epx_nudge *nudge,
                       const double *y, int lane, const bool *chosen, double *sign) {
  if (linear->side_by_side) {
    factor_side_by_side(linear, slot, lanes, nudge, y, lane, chosen, sign);
  } else {
    factor_by_lapack(linear, slot, lanes, nudge, y, lane, chosen, sign);
  }
}

void epx_linear_copy(epx_linear *linear, int from, int to) {
  const size_t n = (size_t)linear->n_state * EPX_LANE_WIDTH;
  memcpy(get_factors(linear, to), get_factors(linear, from), linear->slot_size * sizeof(double));
  memcpy(get_pivots(linear, to), get_pivots(linear, from), n * sizeof *linear->pivots);
}

void epx_linear_factor_shifted(epx_linear *linear, int slot, const epx_lanes *lanes, const epx_nudge *nudge,
                               const double *y, const int *chosen, double *rate) {
  if (linear->side_by_side) {
    factor_shifted_side_by_side(linear, slot, lanes, nudge, y, chosen, rate);
  } else {
    factor_shifted_by_lapack(linear, slot, lanes, nudge, y, chosen, rate);
  }
}

static void solve_by_lapack(const epx_linear *linear, int slot, bool transposed, double *x) {
  const int n = linear->n_state;
  double *column = linear->column;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const double *factors = get_factors(linear, slot) + (size_t)w * (size_t)n * (size_t)n;
    const int *pivots = get_pivots(linear, slot) + (size_t)w * (size_t)n;
    for (int i = 0; i < n; i++)
      column[i] = x[i * EPX_LANE_WIDTH + w];
    LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, transposed ? 'N' : 'T', n, 1, factors, n, pivots, column, n);
    for (int i = 0; i < n; i++)
      x[i * EPX_LANE_WIDTH + w] = column[i];
  }
}

void epx_linear_solve(epx_linear *linear, int slot, bool transposed, const double *b, size_t stride_b,
                      double *x) {
  for (size_t i = 0; i < (size_t)linear->n_state; i++) {
    memcpy(x + i * EPX_LANE_WIDTH, b + i * stride_b, EPX_LANE_WIDTH * sizeof *x);
  }
  if (linear->side_by_side) {
    epx_lane_matrix_solve(linear->n_state, get_factors(linear, slot), get_pivots(linear, slot), transposed,
                          x);
  } else {
    solve_by_lapack(linear, slot, transposed, x);
  }
}

void epx_linear_solve_pair(epx_linear *linear, int slot, const double *b, const double *c, size_t stride,
                           double *x, double *z) {
  if (linear->side_by_side) {
    epx_lane_matrix_solve_pair(linear->n_state, get_factors(linear, slot), get_pivots(linear, slot), b, c,
                               stride, x, z);
  } else {
    epx_linear_solve(linear, slot, false, b, stride, x);
    epx_linear_solve(linear, slot, false, c, stride, z);
  }
}
