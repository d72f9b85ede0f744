/** @file
 * Distributed performance: the samples of a part one after the other, each rank with the same numbers.
 */
#include <math.h>

#include "learning/training/distributed_learner_state.h"
#include "learning/training/learner_state.h"

static double get_larger(double a, double b) {
  return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

static epx_err add_performance(epx_distributed_learner *learner, int sample, int place, bool stability,
                               epx_performance *performance, int *n_unstable) {
  epx_certificate certificate;
  double value, correct, power;
  EPX_TRY(epx_distributed_learner_solve_free(learner, sample, place, learner->state, &certificate));
  if (epx_learner_get_gravity(certificate.outcome) > epx_learner_get_gravity(performance->outcome))
    performance->outcome = certificate.outcome;
  performance->n_samples++;
  if (certificate.outcome != EPX_OK) return EPX_OK;
  EPX_TRY(epx_distributed_gradient_eval_cost(learner->work, learner->state, learner->task->labels[sample],
                                             &value, &correct));
  EPX_TRY(epx_distributed_eval_power(learner->distributed, &power));
  if (stability) EPX_TRY(epx_distributed_eval_stability(learner->distributed, learner->state, &certificate));
  *n_unstable += certificate.abscissa > 0;
  performance->n_settled++;
  performance->loss += value;
  performance->accuracy += correct;
  performance->settling_time += certificate.settling_time;
  performance->residual = fmax(performance->residual, certificate.residual);
  performance->abscissa = get_larger(performance->abscissa, certificate.abscissa);
  performance->power += power;
  performance->energy += power * certificate.settling_time;
  return EPX_OK;
}

epx_err epx_distributed_learner_eval_performance(epx_distributed_learner *learner, const double *theta,
                                                 epx_part part, bool stability, epx_performance *performance,
                                                 int *n_unstable) {
  const epx_task *task = learner->task;
  const bool test = part == EPX_PART_TEST && task->n_test > 0;
  const bool validation = part == EPX_PART_VALIDATION && task->n_validation > 0;
  const int n_samples = test ? task->n_test : validation ? task->n_validation : task->n_train;
  const int *samples = test ? task->test : validation ? task->validation : task->train;
  int unstable = 0;
  *performance = (epx_performance){.outcome = EPX_OK, .abscissa = -INFINITY};
  epx_distributed_set_parameters(learner->distributed, theta);
  for (int i = 0; i < n_samples; i++)
    EPX_TRY(add_performance(learner, samples[i], i % learner->batch, stability, performance, &unstable));
  epx_performance_finish(performance, learner->ignorance, stability);
  if (n_unstable) *n_unstable = unstable;
  return EPX_OK;
}
