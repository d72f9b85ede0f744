/** @file
 * Plain loop: the kernel follows, LAPACK finishes. New factors are made where a step leaves more than a quarter of the last.
 */
#include "equilibrium/reference/plain_loop.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/reference/plain_loop_kernel.h"

EPX_KERNEL_TABLE(epx_plain_loop_follow, EPX_PLAIN_LOOP_ARGUMENTS);

enum { N_RATES = 4, MAX_ITERATIONS = 20 };
#define STALE 0.25

struct epx_plain_loop {
  epx_baseline_system system;
  epx_plain_loop_options options;
  double *room[N_RATES + 1]; /* [n_state] */
  double *jacobian;          /* [n_state][n_state], by columns */
  int *pivots;
  epx_plain_loop_counts counts;
};

static epx_err create_arrays(epx_plain_loop *loop) {
  const size_t n = (size_t)loop->system.n_state;
  for (int k = 0; k <= N_RATES; k++)
    EPX_TRY(EPX_ARRAY(loop->room[k], n));
  EPX_TRY(EPX_ARRAY(loop->jacobian, n * n));
  return EPX_ARRAY(loop->pivots, n);
}

epx_err epx_plain_loop_create(const epx_baseline_system *system, const epx_plain_loop_options *options,
                              epx_plain_loop **out) {
  *out = NULL;
  epx_plain_loop *loop = NULL;
  EPX_TRY(EPX_ARRAY(loop, 1));
  loop->system = *system;
  loop->options = *options;
  const int code = create_arrays(loop);
  if (code != EPX_OK) epx_plain_loop_destroy(&loop);
  EPX_TRY(code);
  *out = loop;
  return EPX_OK;
}

void epx_plain_loop_destroy(epx_plain_loop **address) {
  epx_plain_loop *loop = *address;
  if (!loop) return;
  for (int k = 0; k <= N_RATES; k++)
    epx_array_destroy(&loop->room[k]);
  epx_array_destroy(&loop->jacobian);
  epx_array_destroy(&loop->pivots);
  epx_array_destroy(address);
}

static double eval_largest(int n, const double *x) {
  double largest = 0;
  for (int i = 0; i < n; i++)
    largest = fabs(x[i]) > largest || isnan(x[i]) ? fabs(x[i]) : largest;
  return largest;
}

/** Factors the Jacobian at the state. Returns whether it has an inverse. */
static bool factor(epx_plain_loop *loop, const double *state) {
  const int n = loop->system.n_state;
  memset(loop->jacobian, 0, (size_t)n * (size_t)n * sizeof *loop->jacobian);
  loop->system.eval_jacobian(loop->system.context, state, loop->jacobian);
  loop->counts.factorisations++;
  return LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, n, n, loop->jacobian, n, loop->pivots) == 0;
}

bool epx_plain_loop_finish(epx_plain_loop *loop, const void *context, double *state) {
  const int n = loop->system.n_state;
  double *step = loop->room[0], last = INFINITY;
  bool stale = true;
  loop->system.context = context;
  for (int k = 0; k < MAX_ITERATIONS; k++) {
    loop->system.eval_field(context, state, step);
    loop->counts.evaluations++;
    if (stale && !factor(loop, state)) return false;
    LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'N', n, 1, loop->jacobian, n, loop->pivots, step, n);
    loop->counts.solutions++;
    const double length = eval_largest(n, step);
    for (int i = 0; i < n; i++)
      state[i] -= step[i];
    if (length <= loop->options.tolerance * eval_largest(n, state)) return true;
    stale = !(length <= STALE * last) && isfinite(last);
    last = length;
  }
  return false;
}

bool epx_plain_loop_solve(epx_plain_loop *loop, const void *context, double *state) {
  loop->system.context = context;
  epx_plain_loop_way way = {
      .system = &loop->system, .options = &loop->options, .y = state, .z = loop->room[0]};
  for (int k = 0; k < N_RATES; k++)
    way.k[k] = loop->room[k + 1];
  EPX_KERNEL_CALL(epx_plain_loop_follow)(&way);
  loop->counts.evaluations += way.evaluations;
  return way.arrived && epx_plain_loop_finish(loop, context, state);
}

epx_plain_loop_counts epx_plain_loop_get_counts(const epx_plain_loop *loop) {
  return loop->counts;
}
