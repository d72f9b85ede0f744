/* Validation: what the samples say that neither train nor test. Stopping watches the loss, which moves with
 * every update, not the accuracy, which a few samples decide. */
#include <math.h>
#include <string.h>

#include "learning/training/learner_state.h"

bool epx_learner_is_validated(const epx_learner *learner, const epx_curves *curves) {
  return learner->spec.patience > 0 || learner->spec.target_accuracy > 0 || curves->validation_loss ||
         curves->validation_accuracy;
}

static void set_curves(const epx_learner *learner, int epoch, epx_curves *curves) {
  for (int i = 0; i < learner->n_instances; i++) {
    const size_t at = (size_t)i * (size_t)learner->spec.epochs + (size_t)epoch;
    const bool kept = !learner->epochs.stopped[i];
    if (curves->validation_loss)
      curves->validation_loss[at] = kept ? learner->patience.validation[i].loss : NAN;
    if (curves->validation_accuracy)
      curves->validation_accuracy[at] = kept ? learner->patience.validation[i].accuracy : NAN;
  }
}

/* What is to be set again to come back: settings where weights are not ideal, else the parameters. */
static const double *get_set(const epx_learner *learner, const double *theta) {
  return learner->settings.before ? epx_tuning_get_wanted(learner->settings.tuning) : theta;
}

/* Tells whether instance i, of that loss, goes on. A loss that is NaN is no better one. */
static bool judge(epx_learner *learner, int i, double loss, const double *theta) {
  const size_t n_theta = learner->network->n_theta, first = (size_t)i * n_theta;
  if (!(loss < learner->patience.best_loss[i]))
    return ++learner->patience.n_worse[i] < learner->spec.patience;
  learner->patience.best_loss[i] = loss;
  learner->patience.n_worse[i] = 0;
  memcpy(learner->patience.best_theta + first, get_set(learner, theta) + first, n_theta * sizeof *theta);
  return true;
}

/* Tied instances are judged as one, by their mean, whose parameters are the first's. */
static void judge_tied(epx_learner *learner, const double *theta) {
  double sum = 0;
  for (int i = 1; i < learner->n_instances; i++)
    sum += learner->patience.validation[i].loss;
  if (!judge(learner, 0, sum / (learner->n_instances - 1), theta))
    memset(learner->epochs.stopped, 1, (size_t)learner->n_instances);
}

static void judge_all(epx_learner *learner, const double *theta) {
  if (learner->spec.tied) {
    judge_tied(learner, theta);
    return;
  }
  for (int i = 0; i < learner->n_instances; i++)
    if (!learner->epochs.stopped[i] && !judge(learner, i, learner->patience.validation[i].loss, theta))
      learner->epochs.stopped[i] = 1;
}

/* Tied instances stop together, by the mean of theirs. */
static void stop_at_target(epx_learner *learner) {
  const double target = learner->spec.target_accuracy;
  double sum = 0;
  if (learner->spec.tied) {
    for (int i = 1; i < learner->n_instances; i++)
      sum += learner->patience.validation[i].accuracy;
    if (sum >= target * (learner->n_instances - 1))
      memset(learner->epochs.stopped, 1, (size_t)learner->n_instances);
    return;
  }
  for (int i = 0; i < learner->n_instances; i++)
    if (learner->patience.validation[i].accuracy >= target) learner->epochs.stopped[i] = 1;
}

/* When all have stopped there is nothing to settle. */
epx_err epx_learner_solve_validation(epx_learner *learner, int epoch, const double *theta,
                                     epx_curves *curves) {
  const unsigned char *going = memchr(learner->epochs.stopped, 0, (size_t)learner->n_instances);
  if (going)
    EPX_TRY(epx_learner_eval_performance(learner, theta, EPX_PART_VALIDATION, false,
                                         learner->patience.validation));
  set_curves(learner, epoch, curves);
  if (learner->spec.patience > 0) judge_all(learner, theta);
  if (going && learner->spec.target_accuracy > 0) stop_at_target(learner);
  return EPX_OK;
}

/* Going back to the best is a write like any other: it passes the weights, errs, counts and wears. */
void epx_learner_set_best(epx_learner *learner, double *theta) {
  const size_t n_theta = learner->network->n_theta;
  double *set = learner->settings.before ? epx_tuning_get_wanted(learner->settings.tuning) : theta;
  if (learner->spec.patience == 0) return;
  for (size_t k = 0; k < (size_t)learner->n_instances * n_theta; k++) {
    learner->settings.mask[k] = isfinite(learner->patience.best_loss[k / n_theta]) &&
                                epx_learner_can_set(learner, k) && learner->patience.best_theta[k] != set[k];
    if (learner->settings.mask[k]) set[k] = learner->patience.best_theta[k];
  }
  if (learner->settings.before) {
    epx_tuning_write(learner->settings.tuning, learner->settings.mask);
    epx_tuning_eval(learner->settings.tuning, theta);
  } else {
    epx_tuning_set_written(learner->settings.tuning, learner->settings.mask);
  }
}
