/** @internal @file
 * Nudging: settles the learning phases of a batch and skips those that failed.
 */
#ifndef EPILUX_LEARNING_NUDGE_NUDGING_H
#define EPILUX_LEARNING_NUDGE_NUDGING_H

#include "learning/estimators/estimator_work.h"

/** Kinds of the term N(y) that a learning phase adds to the dynamics. */
typedef enum {
  EPX_NUDGE_RELEASE,    /* nothing */
  EPX_NUDGE_LIVE,       /* beta Q dC/ds, at the state of the moment */
  EPX_NUDGE_REVERSED,   /* the same, and -Q (M - M')(y - s0), M at s0 */
  EPX_NUDGE_CONJUGATED, /* beta Q K c, the error measured at s0, held; K of nudging->quadrature */
  EPX_NUDGE_ADJOINT     /* the network is replaced by its adjoint, d' = J'd - beta c, J and c at s0 */
} epx_nudge_kind;

/** Gets a learning phase of strength beta, with its sign, as the ensemble solves it; batch and work are
 * borrowed for its life. Lanes without a free equilibrium are frozen, so that they cost no steps: work->left.frozen
 * and, for a conjugated or adjoint nudge, work->phase.held (for the adjoint c itself) must have been set. */
epx_phase epx_nudging_get_phase(const epx_batch *batch, const epx_estimator_work *work, epx_nudge_kind kind,
                                double beta);

/** Solves the learning phases of one kind: work->phase.plus and work->phase.minus hold s(beta) and s(-beta), or s(beta)
 * and s0 for one-sided nudges; lanes that fail are left out of work->left.weight, which is scaled to weight /
 * span, span = 2 beta or beta: the gradient is the weighted contrast of plus and minus. Errors: EPX_ESOLVER.
 */
epx_err epx_nudging_solve(const epx_batch *batch, const epx_nudging *nudging, epx_nudge_kind kind,
                          epx_estimator_work *work);

/** Solves one phase from a start, in: state: lanes that find no equilibrium are left out; whether it is still
 * in a basin is not asked. Errors: EPX_ESOLVER. */
epx_err epx_nudging_solve_phase(const epx_batch *batch, double beta, epx_nudge_kind kind,
                                epx_estimator_work *work, double *state);

/** Evaluates work->phase.response = plus - minus. */
void epx_nudging_eval_response(const epx_batch *batch, epx_estimator_work *work);

/** Evaluates work->phase.response = K (plus - minus), K the conjugation of a quadrature. */
void epx_nudging_eval_conjugate_response(const epx_batch *batch, epx_quadrature quadrature,
                                         epx_estimator_work *work);

/** Evaluates how many learning phases a scheme has. */
double epx_nudging_eval_phases(const epx_nudging *nudging, size_t n_trained);

/** Gets why families without a complex conjugate refuse rules that need one, NULL for the others. */
const char *epx_nudging_get_conjugate_refusal(const epx_family *family);

#endif
