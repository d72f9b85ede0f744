/* Validation: what the samples say that neither train nor test. Stopping watches the loss, which moves with
 * every update, not the accuracy, which a few samples decide. */
#include <math.h>
#include <string.h>

#include "learning/training/learner_state.h"

bool epx_learner_is_validated(const epx_learner *learner, const epx_curves *curves) {
  return learner->spec.patience > 0 || curves->validation_loss || curves->validation_accuracy;
}

static void set_curves(const epx_learner *learner, int epoch, epx_curves *curves) {
  for (int i = 0; i < learner->n_instances; i++) {
    const size_t at = (size_t)i * (size_t)learner->spec.epochs + (size_t)epoch;
    const bool kept = !learner->stopped[i];
    if (curves->validation_loss) curves->validation_loss[at] = kept ? learner->validation[i].loss : NAN;
    if (curves->validation_accuracy)
      curves->validation_accuracy[at] = kept ? learner->validation[i].accuracy : NAN;
  }
}

/* A loss that is NaN is no better one. */
static void judge(epx_learner *learner, const double *theta) {
  const size_t n_theta = learner->network->n_theta;
  for (int i = 0; i < learner->n_instances; i++) {
    if (learner->stopped[i]) continue;
    if (learner->validation[i].loss < learner->best_loss[i]) {
      learner->best_loss[i] = learner->validation[i].loss;
      learner->n_worse[i] = 0;
      memcpy(learner->best_theta + (size_t)i * n_theta, theta + (size_t)i * n_theta, n_theta * sizeof *theta);
    } else if (++learner->n_worse[i] >= learner->spec.patience) {
      learner->stopped[i] = 1;
    }
  }
}

/* When all have stopped there is nothing to settle. */
epx_err epx_learner_solve_validation(epx_learner *learner, int epoch, const double *theta,
                                     epx_curves *curves) {
  const unsigned char *going = memchr(learner->stopped, 0, (size_t)learner->n_instances);
  if (going)
    EPX_TRY(epx_learner_eval_performance(learner, theta, EPX_PART_VALIDATION, false, learner->validation));
  set_curves(learner, epoch, curves);
  if (learner->spec.patience > 0) judge(learner, theta);
  return EPX_OK;
}

void epx_learner_set_best(const epx_learner *learner, double *theta) {
  const size_t n_theta = learner->network->n_theta;
  for (int i = 0; i < learner->n_instances && learner->spec.patience > 0; i++)
    if (isfinite(learner->best_loss[i]))
      memcpy(theta + (size_t)i * n_theta, learner->best_theta + (size_t)i * n_theta, n_theta * sizeof *theta);
}
