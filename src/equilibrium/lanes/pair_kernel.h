/** @internal @file
 * The kernels of the pair: private to this layer; pair_kernel.c is compiled once for each instruction set. All arrays
 * of lanes are aligned, n_lanes is a multiple of EPX_LANE_WIDTH, and rows of lanes stand n_lanes apart.
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_PAIR_KERNEL_H
#define EPILUX_EQUILIBRIUM_LANES_PAIR_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/machine/kernel.h"
#include "equilibrium/kinds.h"

/** z = y + step sum over j of c[j] k[j], every lane with its own step. */
#define EPX_PAIR_STAGE_ARGUMENTS                                                                             \
  (size_t n_state, size_t n_lanes, int n_terms, const double *c, const double *step, const double *y,        \
   const double *const *k, double *z)

/** What a step's error is evaluated from. */
typedef struct {
  const epx_kinds *kinds;
  size_t n_state, n_lanes;
  const double *c;    /* [4] */
  const double *step; /* [n_lanes] */
  double rtol, share;
  const double *floor, *bound, *rate; /* [n_kinds][n_lanes] */
  const double *y;                    /* [n_state][n_lanes]: where the step begins */
  const double *const *k;             /* [4][n_state][n_lanes]: rates, the last at its end */
} epx_pair_error_call;

/** With a lane's error e = step sum over j of c[j] k[j], and sizes |y|, of angles 1: square[lane] is the larger of
 *   sum over rows, in order, of (e / (rtol size + floor of its kind))^2,
 *   n_state times the square of the largest over kinds of |e| / most,
 * most = max(min(share step rate, bound), rounding of the largest size), rate the larger of the kind's given one and that at the
 * end; NaN where a rate is not finite. */
#define EPX_PAIR_ERROR_ARGUMENTS (const epx_pair_error_call *call, double *square)

/** change[lane] = min(most, max(least, safety (square[lane] / n_state)^(-1/6))) to single precision; where square is not
 * finite, least. */
#define EPX_PAIR_CHANGE_ARGUMENTS                                                                            \
  (size_t n_lanes, double n_state, double safety, double least, double most, const double *square,           \
   double *change)

/** y = z, k = l in lanes whose mask has all bits set. */
#define EPX_PAIR_ACCEPT_ARGUMENTS                                                                            \
  (size_t n_state, size_t n_lanes, const int64_t *mask, const double *z, const double *l, double *y,         \
   double *k)

#endif
