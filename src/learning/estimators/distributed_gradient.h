/** @file
 * Distributed gradient: the rules of learning/estimators for one network that is distributed over ranks, one
 * sample at a time.
 */
#ifndef EPILUX_LEARNING_ESTIMATORS_DISTRIBUTED_GRADIENT_H
#define EPILUX_LEARNING_ESTIMATORS_DISTRIBUTED_GRADIENT_H

#include "equilibrium/distributed/distributed.h"
#include "learning/estimators/estimator.h"

typedef struct epx_distributed_gradient epx_distributed_gradient;

/** Creates workspaces for the gradients of a distributed network (borrowed). Memory on each rank: three local
 * states, and n_outputs^2. Errors: EPX_EINPUT: a readout of ports; EPX_EMEMORY. */
epx_err epx_distributed_gradient_create(epx_distributed *distributed, const epx_network *network,
                                        const epx_cost *cost, epx_distributed_gradient **out);

/** Destroys the workspaces at *address. */
void epx_distributed_gradient_destroy(epx_distributed_gradient **address);

/** Gets why a rule cannot be taken; NULL where it can. */
const char *epx_distributed_gradient_get_refusal(const epx_estimator *estimator, const epx_family *family);

/** Checks that a rule is one of those that a distributed network takes, and applies to its family. Errors:
 * EPX_EINPUT. */
epx_err epx_distributed_gradient_check(const epx_estimator *estimator, const epx_family *family);

/** Evaluates the cost and whether the class is right at `state` [n_local][components] for a label.
 * Collective. Errors: EPX_EMPI. */
epx_err epx_distributed_gradient_eval_cost(epx_distributed_gradient *work, const double *state, int label,
                                           double *value, double *correct);

/** Evaluates dC/dtheta by a rule, at the free equilibrium `state` [n_local][components] of the parameters and
 * sample that are set: gradient [n_theta], the whole of it on every rank, overwritten; 0 for parameters of
 * links beside the coupling, which such a network lacks. *outcome: out, EPX_OK, or that of the learning phase
 * that has no equilibrium; the gradient is then zero. Nudged phases are the branches that Newton finds from
 * the free state. Collective. Errors: EPX_EINPUT: a rule that does not apply to the family (as
 * epx_estimator.get_refusal says), or is none of plain, phase-conjugate, time-reversed and backprop;
 * EPX_ESOLVER, EPX_EMPI. */
epx_err epx_distributed_gradient_eval(epx_distributed_gradient *work, const epx_estimator *estimator,
                                      const epx_nudging *nudging, const double *state, int label,
                                      double *gradient, int *outcome);

#endif
