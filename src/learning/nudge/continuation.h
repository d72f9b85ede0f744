/** @internal @file
 * Continuation: equilibria at complex nudges, of families that know real states alone.
 *
 * F is analytic, so along a line its values at real points, F(u + t v), tell its value at t = i: F(u + i v) =
 * sum over k of w_k F(u + t_k v), w the Lagrange weights of Chebyshev points at i. Exact for polynomials of F
 * up to the tenth order; otherwise the error falls as |v|^11 / 11!. The same holds for dC/ds.
 */
#ifndef EPILUX_LEARNING_NUDGE_CONTINUATION_H
#define EPILUX_LEARNING_NUDGE_CONTINUATION_H

#include "learning/estimators/estimator_work.h"

/** Room of a continuation: arrays [n_rows][n_lanes] in one block of memory. */
typedef struct {
  const epx_batch *batch;
  epx_estimator_work *work;
  double *u, *v;            /* the state u + i v */
  double *real, *imaginary; /* the residual */
  double *sample, *field, *step, *sum;
  double *reading; /* [n_outputs][n_lanes], of the free states */
} epx_continuation;

/** Inits a continuation; the memory is made at its first use and kept in work. Errors: EPX_EMEMORY. */
epx_err epx_continuation_init(const epx_batch *batch, epx_estimator_work *work,
                              epx_continuation *continuation);

/** Solves F(s) + beta Q dC/ds = 0 for s = u + i v near the free states, beta = radius e^(i angle), by
 * simplified Newton with the free Jacobian. Lanes where that does not converge are left out. Errors:
 * EPX_ESOLVER. */
epx_err epx_continuation_solve(epx_continuation *continuation, double radius, double angle);

#endif
