/** @internal @file
 * Perturbation: the cost of a batch with shifted parameters, for rules that know nothing of the network.
 */
#ifndef EPILUX_LEARNING_ESTIMATORS_PERTURBATION_H
#define EPILUX_LEARNING_ESTIMATORS_PERTURBATION_H

#include "learning/estimators/estimator_work.h"

/** Sets work->shifted.theta to the batch's parameters, work->phase.minus to the states every phase starts from, and the
 * lanes as every rule does. Errors: EPX_EMEMORY. */
epx_err epx_perturbation_init(const epx_batch *batch, epx_estimator_work *work);

/** Evaluates work->value [n_lanes], the cost of each lane at the equilibrium under work->shifted.theta. Lanes that
 * find none are left out. Errors: EPX_ESOLVER. */
epx_err epx_perturbation_eval_cost(const epx_batch *batch, epx_estimator_work *work);

/** Evaluates of each instance the sum of work->left.weight work->contrast over its lanes: sum [n_instances]. */
double epx_perturbation_eval_sum(const epx_batch *batch, const epx_estimator_work *work, int i_instance);

/** Sets the ensemble's parameters to the batch's again. */
void epx_perturbation_restore(const epx_batch *batch, epx_estimator_work *work);

/** Tells whether a rule is to estimate an entry. */
bool epx_perturbation_is_wanted(const epx_batch *batch, size_t i_theta);

#endif
