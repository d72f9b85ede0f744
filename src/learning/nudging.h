/** @file
 * Nudging: settles the learning phases of a batch and says which of them can be used.
 */
#ifndef EPILUX_SRC_LEARNING_NUDGING_H
#define EPILUX_SRC_LEARNING_NUDGING_H

#include "learning/estimator_work.h"

/** What enters the dynamics of a learning phase, N(y). */
typedef enum {
  EPX_NUDGE_RELEASE,   /* nothing */
  EPX_NUDGE_LIVE,      /* beta Q dC/ds, at the state of the moment */
  EPX_NUDGE_REVERSED,  /* the same, and -Q (M - M')(y - s0), M at s0 */
  EPX_NUDGE_CONJUGATED /* beta Q K c, the error measured at s0, held */
} epx_nudge_kind;

/** The context of an epx_nudge. Lanes without a free equilibrium are frozen: N = -F, so that they cost no
 * steps. */
typedef struct {
  const epx_batch *batch;
  epx_estimator_work *work;
  epx_nudge_kind kind;
  double beta; /* with its sign */
} epx_nudge_force;

/** Inits the equilibrium layer's view of a force, which is borrowed for its life. work->frozen and, for a
 * conjugated nudge, work->held must have been set. */
void epx_nudging_init(const epx_nudge_force *force, epx_nudge *nudge);

/** Solves the learning phases of one kind: work->plus and work->minus hold s(beta) and s(-beta), or s(beta)
 * and s0 for one-sided nudges; lanes that fail are left out of work->weight, which is scaled to weight /
 * span, span = 2 beta or beta: the gradient is the weighted contrast of plus and minus. Errors: EPX_ESOLVER.
 */
epx_err epx_nudging_solve(const epx_batch *batch, const epx_nudging *nudging, epx_nudge_kind kind,
                          epx_estimator_work *work);

/** Evaluates work->response = plus - minus, conjugated when asked for. */
void epx_nudging_eval_response(const epx_batch *batch, bool conjugated, epx_estimator_work *work);

#endif
