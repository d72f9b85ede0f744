/** @file
 * Distributed comparison: as learning/comparison.h, for one network that is distributed over ranks.
 */
#ifndef EPILUX_LEARNING_TRAINING_DISTRIBUTED_COMPARISON_H
#define EPILUX_LEARNING_TRAINING_DISTRIBUTED_COMPARISON_H

#include "learning/training/comparison.h"
#include "learning/training/distributed_learner.h"

/** Parameters that are compared with finite differences: at most so many of each kind, those with the
 * largest entries of the exact gradient; each costs two passes over the training part. */
#define EPX_DISTRIBUTED_COMPARISON_DIFFERENCES 2

/** Evaluates the rows over the training part: every estimator in the table's order, those that a distributed
 * network does not take with their refusal. The readout is ideal: spread is NaN, convergence that of the
 * gradient as it is. difference_error is over few parameters. network: that of the learner; theta [n_theta];
 * rows [EPX_COMPARISON_MAX_ROWS] out, the same on every rank; *n_rows out. Memory: 6 n_theta on each rank.
 * Collective. Errors: EPX_EINPUT: beta not positive; EPX_EMEMORY, EPX_ESOLVER, EPX_EMPI. */
epx_err epx_distributed_comparison_eval(epx_distributed_learner *learner, const epx_network *network,
                                        const double *theta, const epx_nudging *nudging, epx_comparison *rows,
                                        int *n_rows);

#endif
