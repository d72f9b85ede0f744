/* What a rule makes of the free state as it has read it: dC/ds there, and the gradient of a response. */
#include "learning/estimators/estimator_work.h"

epx_err epx_estimator_eval_cost_slope(const epx_batch *batch, epx_estimator_work *work, double *pull) {
  epx_ensemble *ensemble = batch->ensemble;
  const double *state;
  EPX_TRY(epx_estimator_read_state(batch, work, &state));
  EPX_TRY(ensemble->functions->eval_readout(ensemble, state, work->readout));
  epx_cost_eval(batch->cost, ensemble->network->n_outputs, ensemble->n_lanes, work->readout, batch->label,
                NULL, work->slope, NULL);
  return ensemble->functions->eval_pull(ensemble, state, work->slope, pull);
}

epx_err epx_estimator_add_response(const epx_batch *batch, epx_estimator_work *work, double *gradient) {
  const double *state;
  EPX_TRY(epx_estimator_read_state(batch, work, &state));
  return batch->ensemble->functions->add_force_gradient(batch->ensemble, state, work->phase.response,
                                                        work->left.weight, gradient);
}
