/* Every phase starts from the free state: a small shift moves the equilibrium little. */
#include "learning/estimators/perturbation.h"

#include <string.h>

#include "learning/nudge/nudging.h"
#include "photonic/readout.h"

void epx_perturbation_init(const epx_batch *batch, epx_estimator_work *work) {
  const epx_lanes *lanes = batch->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state;
  const size_t n = (size_t)lanes->n_instances * lanes->network->n_theta;
  memcpy(work->original, lanes->theta, n * sizeof *work->original);
  memcpy(work->theta, lanes->theta, n * sizeof *work->theta);
  epx_estimator_set_lanes(batch, work);
  for (size_t k = 0; k < n_state * n_lanes; k++)
    work->minus[k] = work->frozen[k % n_lanes] ? 0 : batch->state[k];
}

epx_err epx_perturbation_eval_cost(const epx_batch *batch, epx_estimator_work *work) {
  epx_lanes *lanes = batch->lanes;
  epx_lanes_set_parameters(lanes, work->theta);
  memcpy(work->plus, work->minus,
         (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *work->plus);
  EPX_TRY(epx_nudging_solve_phase(batch, 0, EPX_NUDGE_RELEASE, work, work->plus));
  epx_estimator_read(batch, 1, work, work->plus);
  epx_readout_eval(lanes, work->plus, work->readout);
  epx_cost_eval(batch->cost, lanes->network->n_outputs, lanes->n_lanes, work->readout, batch->label,
                work->value, NULL, NULL);
  return EPX_OK;
}

double epx_perturbation_eval_sum(const epx_batch *batch, const epx_estimator_work *work, int i_instance) {
  const int n = batch->lanes->n_samples;
  double sum = 0;
  for (int lane = i_instance * n; lane < (i_instance + 1) * n; lane++)
    sum += work->weight[lane] != 0 ? work->weight[lane] * work->contrast[lane] : 0;
  return sum;
}

void epx_perturbation_restore(const epx_batch *batch, const epx_estimator_work *work) {
  epx_lanes_set_parameters(batch->lanes, work->original);
}

bool epx_perturbation_is_wanted(const epx_batch *batch, size_t i_theta) {
  return !batch->trained || batch->trained[i_theta];
}
