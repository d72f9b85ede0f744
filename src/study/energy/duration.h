/** @file
 * Duration: how long the phases of a network are, as its energies and metrics count them.
 */
#ifndef EPILUX_STUDY_ENERGY_DURATION_H
#define EPILUX_STUDY_ENERGY_DURATION_H

#include "learning/training/learner.h"

/** How long phases are, in the family's unit of time: one clock for all samples. */
typedef struct {
  double inference;      /* 99 % quantile over the samples that are followed */
  double inference_mean; /* over them */
  double free,
      nudged; /* of a training step; NaN: no length is enough, the rule is computed, or nobody asks */
} epx_duration;

/** Evaluates the durations of a block's instances: duration [n_instances], as epx_learner_eval_inference() and
 * epx_learner_eval_lengths() say, tried around the longest inference of the block; free and nudged are NaN without `steps`. Errors: theirs. */
epx_err epx_duration_eval(epx_learner *learner, int n_instances, const double *theta, bool steps,
                          epx_duration *duration);

#endif
