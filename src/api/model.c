/** @file
 * Model: settings, point and, when first asked for, the workspaces of one lane and of one learner.
 */
#include "epilux/model.h"

#include <string.h>

#include "api/model_private.h"
#include "base/array.h"
#include "base/machine/isa.h"
#include "base/machine/threads.h"
#include "io/deck/deck.h"
#include "study/fabrication/deployment.h"
#include "study/simulation/simulation.h"

static epx_err check_design_point(const epx_design *design, int i_point) {
  if (i_point == EPX_MODEL_BASE || (i_point >= 0 && i_point < design->n_points)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "there is no design point %d: the deck has points 0 to %d", i_point,
                   design->n_points - 1);
}

static epx_err create_point(epx_model *model, const epx_deck *deck, const epx_design *design, int i_point) {
  EPX_TRY(check_design_point(design, i_point));
  const bool base = i_point == EPX_MODEL_BASE;
  EPX_TRY(epx_deck_eval_settings(deck, base ? NULL : design, base ? 0 : i_point, &model->settings));
  EPX_TRY(epx_point_create(model->settings, &model->point));
  if (model->point->engine != EPX_ENGINE_DISTRIBUTED) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "equilibrium.engine: this network is distributed over ranks, so only a "
                               "campaign can solve it; for a model, use equilibrium.engine: population");
}

static epx_err create_parts(epx_model *model, const epx_deck *deck, int i_point) {
  const epx_factor *factors;
  int n_factors;
  epx_design *design;
  EPX_TRY(epx_isa_set_from_environment());
  epx_threads_set_single();
  EPX_TRY(epx_deck_eval_design(deck, &factors, &n_factors, &design));
  const int code = create_point(model, deck, design, i_point);
  epx_design_destroy(&design);
  model->i_point = i_point == EPX_MODEL_BASE ? 0 : i_point;
  return code;
}

epx_err epx_model_create(const epx_deck *deck, int i_point, epx_model **out) {
  epx_model *model;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(model, 1));
  const int code = create_parts(model, deck, i_point);
  if (code != EPX_OK) epx_model_destroy(&model);
  EPX_TRY(code);
  *out = model;
  return EPX_OK;
}

void epx_model_destroy(epx_model **address) {
  epx_model *model = *address;
  if (!model) return;
  epx_learner_destroy(&model->learner);
  epx_lanes_destroy(&model->lanes);
  epx_array_destroy(&model->y);
  epx_array_destroy(&model->reads);
  epx_point_destroy(&model->point);
  epx_settings_destroy(&model->settings);
  epx_array_destroy(address);
}

epx_model_size epx_model_get_size(const epx_model *model) {
  const epx_network *network = model->point->network;
  const epx_task *task = model->point->task;
  return (epx_model_size){.n_nodes = network->n_nodes,
                          .n_state = network->n_state,
                          .n_outputs = network->n_outputs,
                          .n_features = task->n_features,
                          .n_samples = task->n_samples,
                          .n_train = task->n_train,
                          .n_test = task->n_test,
                          .n_instances = model->settings->n_instances,
                          .n_links = network->topology->n_links,
                          .n_theta = network->n_theta};
}

epx_err epx_model_get_parameter(const epx_model *model, const char *name, size_t *first, size_t *n_values) {
  const epx_network *network = model->point->network;
  const int p = epx_family_get_parameter(network->family, name);
  if (p < 0)
    return EPX_RAISE(EPX_EINPUT, "family %s has no parameter %s; `epilux list families` names them",
                     network->family->name, name);
  *first = network->offset[p];
  *n_values = network->count[p];
  return EPX_OK;
}

bool epx_model_is_trained(const epx_model *model, size_t k) {
  const epx_network *network = model->point->network;
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (k >= network->offset[p] && k - network->offset[p] < network->count[p])
      return model->settings->learning.train[p];
  }
  return false;
}

epx_err epx_model_eval_parameters(const epx_model *model, int i_instance, double *theta) {
  const epx_point *point = model->point;
  memcpy(theta, point->nominal, point->network->n_theta * sizeof *theta);
  if (i_instance == EPX_MODEL_NOMINAL) return EPX_OK;
  if (i_instance < 0 || i_instance >= model->settings->n_instances)
    return EPX_RAISE(EPX_EINPUT, "there is no instance %d: the deck has instances 0 to %d", i_instance,
                     model->settings->n_instances - 1);
  return epx_deployment_eval_instance(point, model->i_point, (uint32_t)i_instance, point->nominal, theta,
                                      NULL);
}

epx_err epx_model_get_sample(const epx_model *model, int i_sample, const double **features, int *label) {
  const epx_task *task = model->point->task;
  if (i_sample < 0 || i_sample >= task->n_samples)
    return EPX_RAISE(EPX_EINPUT, "there is no sample %d: the task has samples 0 to %d", i_sample,
                     task->n_samples - 1);
  *features = task->features + (size_t)i_sample * (size_t)task->n_features;
  if (label) *label = task->labels[i_sample];
  return EPX_OK;
}

const char *epx_model_get_time_unit(const epx_model *model) {
  return epx_family_get_time_unit(model->point->network->family);
}
