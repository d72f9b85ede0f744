/** @file
 * Equilibrium: one lane, solved by the reference engine.
 */
#include "epilux/equilibrium.h"

#include "api/model_private.h"
#include "base/array.h"
#include "equilibrium/reference/reference.h"
#include "photonic/readout.h"

static epx_err create_lanes(epx_model *model) {
  const epx_network *network = model->point->network;
  if (model->lanes) return EPX_OK;
  EPX_TRY(epx_lanes_create(network, 1, 1, &model->lanes));
  const size_t n_lanes = (size_t)model->lanes->n_lanes;
  EPX_TRY(EPX_ARRAY(model->y, (size_t)network->n_state * n_lanes));
  return EPX_ARRAY(model->reads, (size_t)network->n_outputs * n_lanes);
}

static epx_err set_lanes(epx_model *model, const double *theta, int i_sample) {
  const double *features;
  EPX_TRY(epx_model_get_sample(model, i_sample, &features, NULL));
  EPX_TRY(create_lanes(model));
  epx_lanes_set_parameters(model->lanes, theta);
  epx_lanes_set_samples(model->lanes, 1, features);
  return EPX_OK;
}

static epx_equilibrium_report get_report(const epx_certificate *certificate) {
  return (epx_equilibrium_report){.outcome = certificate->outcome,
                                  .residual = certificate->residual,
                                  .settling_time = certificate->settling_time,
                                  .abscissa = certificate->abscissa,
                                  .period = certificate->period,
                                  .amplitude = certificate->amplitude};
}

epx_err epx_equilibrium_solve(epx_model *model, const double *theta, int i_sample, double *state,
                              epx_equilibrium_report *report) {
  epx_certificate certificate;
  EPX_TRY(set_lanes(model, theta, i_sample));
  const epx_network *network = model->point->network;
  const size_t n_lanes = (size_t)model->lanes->n_lanes;
  network->family->set_start(model->lanes, model->settings->seed, model->y);
  for (size_t i = 0; i < (size_t)network->n_state; i++)
    state[i] = model->y[i * n_lanes];
  EPX_TRY(epx_reference_solve(model->lanes, NULL, &model->settings->equilibrium, NULL, NULL, state,
                              &certificate));
  if (report) *report = get_report(&certificate);
  return EPX_OK;
}

epx_err epx_equilibrium_eval_outputs(epx_model *model, const double *theta, int i_sample, const double *state,
                                     double *outputs) {
  EPX_TRY(set_lanes(model, theta, i_sample));
  const epx_network *network = model->point->network;
  const size_t n_lanes = (size_t)model->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)network->n_state; i++) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      model->y[i * n_lanes + lane] = state[i];
  }
  epx_readout_eval(model->lanes, model->y, model->reads);
  for (size_t k = 0; k < (size_t)network->n_outputs; k++)
    outputs[k] = model->reads[k * n_lanes];
  return EPX_OK;
}
