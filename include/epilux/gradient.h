/** @file
 * Gradient: the slope of a model's mean cost over its training samples, by any rule of learning.
 *
 *   C(theta) = mean over the training samples of cost(outputs at the equilibrium, class)
 *   gradient[k] = dC / dtheta[k]
 *
 * A sample without an equilibrium is left out of both.
 */
#ifndef EPILUX_GRADIENT_H
#define EPILUX_GRADIENT_H

#include "epilux/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Evaluates C at theta [n_theta], and how many training samples came to rest (may be NULL). Errors:
 * EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_gradient_eval_cost(epx_model *model, const double *theta, double *cost, int *n_settled);

/** Evaluates the gradient at theta by an estimator of `epilux list estimators`; NULL: that of the deck.
 * "backprop" is exact: implicit differentiation of the equilibrium. gradient [n_theta]: out; 0 where a
 * parameter is not trained (learning.train). The nudge is that of the deck (learning.nudge). Errors:
 * EPX_EINPUT: no such estimator, or one that does not apply to the family; EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_gradient_eval(epx_model *model, const char *estimator, const double *theta, double *gradient);

#ifdef __cplusplus
}
#endif

#endif
