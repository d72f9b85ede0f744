/** @internal @file
 * Unrolled steps: the exact gradient of what a machine reads that is updated in steps (equilibrium/clock.h).
 */
#ifndef EPILUX_LEARNING_ESTIMATORS_UNROLLED_STEPS_H
#define EPILUX_LEARNING_ESTIMATORS_UNROLLED_STEPS_H

#include "learning/estimators/estimator_work.h"

/** Tells whether the batch's free phase was one of steps. */
bool epx_unrolled_has_steps(const epx_batch *batch);

/** Evaluates the gradient as the rule's eval does. Errors: EPX_EMEMORY; of the ensemble. */
epx_err epx_unrolled_eval_steps(const epx_batch *batch, epx_estimator_work *work, double *gradient);

#endif
