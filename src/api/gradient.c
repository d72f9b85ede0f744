/** @file
 * Gradient: of one instance, by a learner made when it is first needed.
 */
#include "epilux/gradient.h"

#include "api/model_private.h"

static epx_err create_learner(epx_model *model) {
  const epx_settings *settings = model->settings;
  if (model->learner) return EPX_OK;
  return epx_learner_create(model->point->network, model->point->task, &settings->cost, &settings->learning,
                            &settings->equilibrium, 1, settings->seed, &model->learner);
}

epx_err epx_gradient_eval_cost(epx_model *model, const double *theta, double *cost, int *n_settled) {
  epx_performance performance;
  EPX_TRY(create_learner(model));
  EPX_TRY(epx_learner_eval_performance(model->learner, theta, EPX_PART_TRAIN, false, &performance));
  *cost = performance.loss;
  if (n_settled) *n_settled = performance.n_settled;
  return EPX_OK;
}

epx_err epx_gradient_eval(epx_model *model, const char *estimator, const double *theta, double *gradient) {
  const epx_learning_spec *learning = &model->settings->learning;
  const epx_estimator *rule = estimator ? epx_estimator_get_by_name(estimator) : learning->estimator;
  if (!rule)
    return EPX_RAISE(EPX_EINPUT, "no estimator is named '%s'; `epilux list estimators` names them",
                     estimator);
  EPX_TRY(create_learner(model));
  return epx_learner_eval_gradient(model->learner, rule, &learning->nudging, theta, gradient);
}
