/* Gradients of a batch: chunk by chunk, each instance's sum divided at the end by the samples that gave it: what a
 * sample that gave none would have weighed goes to all others of the batch alike, however they are chunked. */
#include <string.h>

#include "learning/estimators/estimator_work.h"
#include "learning/training/learner_state.h"
#include "photonic/readout.h"
#include "photonic/tie.h"

/* Adds what parameters do to the readouts without moving a state, which no learning phase shows: it follows from the
 * reads. Lanes that were left out give their weight to the others of their instance, as in the rule. */
static void add_direct(epx_learner *learner) {
  const epx_ensemble *ensemble = learner->ensemble;
  epx_lanes *lanes = ensemble->functions->get_lanes(learner->ensemble);
  epx_estimator_work *work = learner->work;
  double *weight = work->value;
  if (!lanes || !learner->network->family->eval_port_slope) return;
  for (int i = 0; i < learner->n_instances; i++) {
    const int first = i * ensemble->n_samples, end = first + ensemble->n_samples;
    double all = 0, left = 0;
    for (int lane = first; lane < end; lane++) {
      all += learner->last.weight[lane];
      left += work->left.weight[lane] != 0 ? learner->last.weight[lane] : 0;
    }
    for (int lane = first; lane < end; lane++)
      weight[lane] = work->left.weight[lane] != 0 ? learner->last.weight[lane] * (all / left) : 0;
  }
  epx_cost_eval(&learner->cost, learner->network->n_outputs, ensemble->n_lanes, learner->last.readout,
                learner->last.label, NULL, work->slope, NULL);
  epx_readout_add_port_gradient(lanes, learner->last.state, work->slope, weight, learner->sum.partial);
}

/* Whether a rule shifts parameters that are set through weights which are not ideal. A judge knows no hardware, but
 * the rule that trains does. */
static bool writes_probes(const epx_learner *learner, const epx_estimator *estimator) {
  const bool trains = estimator == learner->spec.estimator || !estimator->computed;
  return (estimator->rooms & EPX_ROOM_THETA) && trains && learner->settings.before;
}

static void set_settable(epx_learner *learner) {
  const size_t n_theta = learner->network->n_theta;
  for (size_t k = 0; k < (size_t)learner->n_instances * n_theta; k++)
    learner->settings.mask[k] = epx_learner_can_set(learner, k) && !learner->epochs.stopped[k / n_theta];
}

/* Adds the gradient of the chunk solved last. */
static epx_err add_chunk(epx_learner *learner, const epx_estimator *estimator, const epx_nudging *nudging) {
  const epx_batch batch = {.ensemble = learner->ensemble,
                           .theta = learner->last.theta,
                           .cost = &learner->cost,
                           .label = learner->last.label,
                           .state = learner->last.state,
                           .weight = learner->last.weight,
                           .trained = learner->settings.trained,
                           .alive = learner->settings.alive,
                           .settable = learner->settings.mask,
                           .weights = writes_probes(learner, estimator) ? learner->settings.tuning : NULL,
                           .range = learner->settings.range,
                           .key = learner->key};
  const size_t n_theta = learner->network->n_theta;
  const int n_samples = learner->ensemble->n_samples;
  bool any = false;
  for (int lane = 0; lane < learner->ensemble->n_used; lane++)
    any = any || learner->last.weight[lane] != 0;
  if (!any) return EPX_OK; /* there is nothing to learn from */
  if (batch.weights)
    epx_tuning_copy(learner->settings.before, learner->settings.tuning); /* chunks share the writes */
  epx_estimator_set_hardware(learner->work, estimator->computed ? NULL : &learner->spec.hardware);
  EPX_TRY(estimator->eval(&batch, nudging, learner->work, learner->sum.partial));
  if (!estimator->cost_only) add_direct(learner);
  for (int i = 0; i < learner->n_instances; i++) {
    int n_asked = 0;
    for (int s = 0; s < n_samples; s++)
      n_asked += learner->last.weight[i * n_samples + s] != 0;
    const int n_left = epx_estimator_get_lanes(learner->work, i);
    learner->sum.n_asked[i] += n_asked;
    learner->sum.failed[i] += n_asked - n_left;
    if (n_left == 0) continue;
    learner->sum.n_estimated[i] += n_left;
    const double share = (double)n_left / n_asked; /* the rule has raised what is left to the whole chunk */
    for (size_t k = (size_t)i * n_theta; k < (size_t)(i + 1) * n_theta; k++)
      learner->sum.gradient[k] +=
          n_left < n_asked ? share * learner->sum.partial[k] : learner->sum.partial[k];
  }
  return EPX_OK;
}

/* What is learnt as one has one gradient: the sum over its devices, those that are dead left out. */
static void tie(epx_learner *learner) {
  const epx_network *network = learner->network;
  for (int i = 0; network->tie && i < learner->n_instances; i++)
    epx_tie_sum_gradient(network, epx_learner_get_settable(learner, i),
                         learner->sum.gradient + (size_t)i * network->n_theta);
}

epx_err epx_learner_eval_batch_gradient(epx_learner *learner, const epx_estimator *estimator,
                                        const epx_nudging *nudging, int n, const int *samples) {
  const size_t n_theta = learner->network->n_theta, n_instances = (size_t)learner->n_instances;
  memset(learner->sum.gradient, 0, n_instances * n_theta * sizeof *learner->sum.gradient);
  memset(learner->sum.n_estimated, 0, n_instances * sizeof *learner->sum.n_estimated);
  const bool writes = writes_probes(learner, estimator);
  if (writes) set_settable(learner);
  if (writes) epx_tuning_copy(learner->settings.tuning, learner->settings.before);
  for (int first = 0; first < n; first += learner->chunk_size) {
    const int left = n - first;
    EPX_TRY(epx_learner_solve_chunk(learner, left < learner->chunk_size ? left : learner->chunk_size,
                                    samples + first));
    epx_learner_add_tally(learner);
    learner->key.sample = (uint32_t)first;
    EPX_TRY(add_chunk(learner, estimator, nudging));
  }
  if (!estimator->cost_only)
    EPX_TRY(learner->ensemble->functions->sum_gradient(learner->ensemble, learner->sum.gradient));
  for (size_t k = 0; k < n_instances * n_theta; k++) {
    const int n_estimated = learner->sum.n_estimated[k / n_theta];
    learner->sum.gradient[k] =
        learner->settings.trained[k % n_theta] && n_estimated ? learner->sum.gradient[k] / n_estimated : 0;
  }
  tie(learner);
  return EPX_OK;
}

epx_err epx_learner_eval_gradient(epx_learner *learner, const epx_estimator *estimator,
                                  const epx_nudging *nudging, const double *theta, double *gradient) {
  const char *refusal =
      epx_estimator_get_refusal(estimator, learner->ensemble->functions->engine, learner->network);
  if (refusal)
    return EPX_RAISE(EPX_EINPUT, "estimator %s does not apply to family %s: %s", estimator->name,
                     learner->network->family->name, refusal);
  const bool writes = writes_probes(learner, estimator);
  epx_learner_set_parameters(learner, theta);
  if (writes) epx_tuning_set_origin(learner->settings.tuning, theta);
  EPX_TRY(epx_learner_eval_batch_gradient(learner, estimator, nudging, learner->task->n_train,
                                          learner->task->train));
  if (writes)
    epx_tuning_copy(learner->settings.before, learner->settings.tuning); /* a measurement leaves no trace */
  const size_t n_theta = learner->network->n_theta, *tied = learner->network->tie;
  for (size_t k = 0; k < (size_t)learner->n_instances * n_theta; k++)
    gradient[k] = tied && tied[k % n_theta] != k % n_theta ? 0 : learner->sum.gradient[k];
  return EPX_OK;
}
