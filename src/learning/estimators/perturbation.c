/* Every phase starts from the free state: a small shift moves the equilibrium little. */
#include "learning/estimators/perturbation.h"

#include <string.h>

#include "equilibrium/clock.h"
#include "learning/nudge/nudging.h"

epx_err epx_perturbation_init(const epx_batch *batch, epx_estimator_work *work) {
  const size_t n_lanes = (size_t)batch->ensemble->n_lanes, n = epx_estimator_count(batch);
  const size_t n_all = (size_t)batch->ensemble->n_instances * batch->ensemble->network->n_theta;
  EPX_TRY(epx_estimator_need(&work->shifted.theta, n_all));
  memcpy(work->shifted.theta, batch->theta, n_all * sizeof *work->shifted.theta);
  if (batch->weights) {
    EPX_TRY(epx_estimator_need(&work->shifted.set, n_all));
    EPX_TRY(epx_estimator_need(&work->shifted.settings, n_all));
    memcpy(work->shifted.set, batch->theta, n_all * sizeof *work->shifted.set);
    memcpy(work->shifted.settings, epx_tuning_get_wanted(batch->weights),
           n_all * sizeof *work->shifted.settings);
  }
  epx_estimator_set_lanes(batch, work);
  const double *left = epx_ensemble_get_left(batch->ensemble, batch->state);
  for (size_t k = 0; k < n; k++)
    work->phase.minus[k] = work->left.frozen[k % n_lanes] ? 0 : left[k];
  return EPX_OK;
}

/* Writes settings, shifted as the parameters are, into the weights, and gets the parameters that they make. */
static const double *write_shifted(const epx_batch *batch, epx_estimator_work *work) {
  const size_t n = (size_t)batch->ensemble->n_instances * batch->ensemble->network->n_theta;
  double *wanted = epx_tuning_get_wanted(batch->weights);
  for (size_t k = 0; k < n; k++)
    wanted[k] = work->shifted.settings[k] + (work->shifted.theta[k] - batch->theta[k]);
  epx_tuning_write(batch->weights, batch->settable);
  epx_tuning_eval(batch->weights, work->shifted.set);
  return work->shifted.set;
}

epx_err epx_perturbation_eval_cost(const epx_batch *batch, epx_estimator_work *work) {
  epx_ensemble *ensemble = batch->ensemble;
  work->shifted.laid = batch->weights ? write_shifted(batch, work) : work->shifted.theta;
  ensemble->functions->set_parameters(ensemble, work->shifted.laid);
  memcpy(work->phase.plus, work->phase.minus, epx_estimator_count(batch) * sizeof *work->phase.plus);
  EPX_TRY(epx_nudging_solve_phase(batch, 0, EPX_NUDGE_RELEASE, work, work->phase.plus));
  epx_estimator_read(batch, 1, work, work->phase.plus);
  EPX_TRY(ensemble->functions->eval_readout(ensemble, work->phase.plus, work->readout));
  epx_cost_eval(batch->cost, ensemble->network->n_outputs, ensemble->n_lanes, work->readout, batch->label,
                work->value, NULL, NULL);
  return EPX_OK;
}

double epx_perturbation_eval_sum(const epx_batch *batch, const epx_estimator_work *work, int i_instance) {
  const int n = batch->ensemble->n_samples;
  double sum = 0;
  for (int lane = i_instance * n; lane < (i_instance + 1) * n; lane++)
    sum += work->left.weight[lane] != 0 ? work->left.weight[lane] * work->contrast[lane] : 0;
  return sum;
}

void epx_perturbation_restore(const epx_batch *batch, epx_estimator_work *work) {
  if (batch->weights) {
    const size_t n = (size_t)batch->ensemble->n_instances * batch->ensemble->network->n_theta;
    memcpy(epx_tuning_get_wanted(batch->weights), work->shifted.settings, n * sizeof *work->shifted.settings);
    epx_tuning_write(batch->weights, batch->settable);
  }
  batch->ensemble->functions->set_parameters(batch->ensemble, batch->theta);
  work->shifted.laid = NULL;
}

bool epx_perturbation_is_wanted(const epx_batch *batch, size_t i_theta) {
  return !batch->trained || batch->trained[i_theta];
}
