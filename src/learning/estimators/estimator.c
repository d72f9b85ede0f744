/* The table of rules, and what they share: workspaces, and which lanes a gradient is made of. */
#include "learning/estimators/estimator.h"

#include <string.h>

#include "base/array.h"
#include "learning/estimators/estimator_work.h"
#include "photonic/readout.h"

static const epx_estimator *const estimators[] = {&epx_estimator_plain,
                                                  &epx_estimator_random_sign,
                                                  &epx_estimator_holomorphic,
                                                  &epx_estimator_homeostasis,
                                                  &epx_estimator_phase_conjugate,
                                                  &epx_estimator_scattering,
                                                  &epx_estimator_time_reversed,
                                                  &epx_estimator_dyadic,
                                                  &epx_estimator_backprop,
                                                  &epx_estimator_unrolled,
                                                  &epx_estimator_finite_difference,
                                                  &epx_estimator_spsa,
                                                  &epx_estimator_multiplexed,
                                                  &epx_estimator_direct_feedback};

const epx_estimator *epx_estimator_get(int i) {
  const int n = sizeof estimators / sizeof estimators[0];
  return i >= 0 && i < n ? estimators[i] : NULL;
}

const epx_estimator *epx_estimator_get_by_name(const char *name) {
  for (int i = 0; epx_estimator_get(i); i++) {
    if (strcmp(estimators[i]->name, name) == 0) return estimators[i];
  }
  return NULL;
}

static epx_err create_arrays(epx_estimator_work *work, int n_instances, int n_lanes_) {
  const epx_network *network = work->network;
  const size_t n_lanes = (size_t)n_lanes_, n_outputs = (size_t)network->n_outputs;
  const size_t n_state = (size_t)network->n_state, components = (size_t)network->family->components;
  double **const of_state[] = {&work->pull,     &work->plus,      &work->minus, &work->held,
                               &work->response, &work->live_pull, &work->read};
  double **const of_outputs[] = {&work->readout, &work->slope, &work->live_readout, &work->live_slope};
  for (size_t i = 0; i < sizeof of_state / sizeof of_state[0]; i++)
    EPX_TRY(epx_array_create(of_state[i], n_state * n_lanes, sizeof(double)));
  for (size_t i = 0; i < sizeof of_outputs / sizeof of_outputs[0]; i++)
    EPX_TRY(epx_array_create(of_outputs[i], n_outputs * n_lanes, sizeof(double)));
  EPX_TRY(EPX_ARRAY(work->certificate, 2 * n_lanes));
  EPX_TRY(EPX_ARRAY(work->weight, n_lanes));
  EPX_TRY(EPX_ARRAY(work->frozen, n_lanes));
  EPX_TRY(EPX_ARRAY(work->way, n_lanes));
  EPX_TRY(EPX_ARRAY(work->size, n_lanes));
  EPX_TRY(EPX_ARRAY(work->value, n_lanes));
  EPX_TRY(EPX_ARRAY(work->contrast, n_lanes));
  EPX_TRY(EPX_ARRAY(work->jacobian, n_state * n_state * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(work->curvature, n_outputs * n_outputs + 2 * (size_t)network->n_probes * components));
  EPX_TRY(EPX_ARRAY(work->original, (size_t)n_instances * network->n_theta));
  EPX_TRY(EPX_ARRAY(work->theta, (size_t)n_instances * network->n_theta));
  EPX_TRY(EPX_ARRAY(work->undrifted, (size_t)n_instances * network->n_theta));
  EPX_TRY(EPX_ARRAY(work->drifted, (size_t)n_instances * network->n_theta));
  EPX_TRY(EPX_ARRAY(work->n_lanes, (size_t)n_instances));
  return EPX_OK;
}

epx_err epx_estimator_create_work(const epx_network *network, int n_instances, int n_lanes,
                                  epx_estimator_work **out) {
  epx_estimator_work *work = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(work, 1));
  work->network = network;
  const int code = create_arrays(work, n_instances, n_lanes);
  if (code != EPX_OK) epx_estimator_destroy_work(&work);
  *out = work;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_estimator_destroy_work(epx_estimator_work **address) {
  if (!address || !*address) return;
  epx_estimator_work *work = *address;
  double **const arrays[] = {&work->readout,   &work->slope,        &work->pull,       &work->plus,
                             &work->minus,     &work->response,     &work->held,       &work->weight,
                             &work->jacobian,  &work->live_readout, &work->live_slope, &work->live_pull,
                             &work->curvature, &work->theta,        &work->value,      &work->contrast,
                             &work->original,  &work->path,         &work->circle,     &work->read,
                             &work->undrifted, &work->drifted};
  for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(&work->certificate);
  epx_array_destroy(&work->frozen);
  epx_array_destroy(&work->way);
  epx_array_destroy(&work->size);
  epx_array_destroy(&work->n_lanes);
  epx_array_destroy(address);
}

static const struct {
  const char *name, *meaning;
} quadratures[] = {
#define QUADRATURE(name, text, meaning) [name] = {text, meaning},
    EPX_QUADRATURES(QUADRATURE)
#undef QUADRATURE
};

const char *epx_estimator_get_quadrature_name(epx_quadrature quadrature) {
  return (unsigned)quadrature < EPX_QUADRATURE_COUNT ? quadratures[quadrature].name : NULL;
}

const char *epx_estimator_get_quadrature_meaning(epx_quadrature quadrature) {
  return (unsigned)quadrature < EPX_QUADRATURE_COUNT ? quadratures[quadrature].meaning : NULL;
}

void epx_estimator_set_hardware(epx_estimator_work *work, const epx_hardware_spec *hardware) {
  work->hardware = hardware;
  work->is_read = false;
  work->n_reads = 0;
  work->n_drifts = 0;
}

long epx_estimator_get_failures(const epx_estimator_work *work) {
  return work->failures;
}

int epx_estimator_get_lanes(const epx_estimator_work *work, int i_instance) {
  return work->n_lanes[i_instance];
}

void epx_estimator_set_lanes(const epx_batch *batch, epx_estimator_work *work) {
  const epx_lanes *lanes = batch->lanes;
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    const double weight = batch->weight[lane < lanes->n_used ? lane : lanes->n_used - 1];
    work->frozen[lane] = weight == 0;
    work->weight[lane] = lane < lanes->n_used ? weight : 0;
  }
}

void epx_estimator_set_failure(const epx_batch *batch, epx_estimator_work *work, int lane) {
  const epx_lanes *lanes = batch->lanes;
  const int end =
      lane == lanes->n_used - 1 ? lanes->n_lanes : lane + 1; /* the padding goes with the last lane */
  work->failures += work->weight[lane] != 0;
  work->weight[lane] = 0;
  for (int i = lane; i < end; i++)
    work->frozen[i] = 1;
}

void epx_estimator_set_weights(const epx_batch *batch, double factor, epx_estimator_work *work) {
  const epx_lanes *lanes = batch->lanes;
  for (int i = 0; i < lanes->n_instances; i++) {
    double all = 0, left = 0;
    const int first = i * lanes->n_samples, end = first + lanes->n_samples;
    work->n_lanes[i] = 0;
    for (int lane = first; lane < end; lane++) {
      all += batch->weight[lane];
      left += work->weight[lane];
      work->n_lanes[i] += work->weight[lane] != 0;
    }
    for (int lane = first; lane < end; lane++)
      work->weight[lane] *= left > 0 ? factor * (all / left) : 0;
  }
}

void epx_estimator_eval_pull(const epx_batch *batch, epx_estimator_work *work) {
  const double *state = epx_estimator_read_state(batch, work);
  epx_readout_eval(batch->lanes, state, work->readout);
  epx_cost_eval(batch->cost, work->network->n_outputs, batch->lanes->n_lanes, work->readout, batch->label,
                NULL, work->slope, NULL);
  epx_readout_eval_pull(batch->lanes, state, work->slope, work->pull);
}

void epx_estimator_add_response(const epx_batch *batch, epx_estimator_work *work, double *gradient) {
  work->network->family->add_force_gradient(batch->lanes, epx_estimator_read_state(batch, work),
                                            work->response, work->weight, gradient);
}

void epx_estimator_set_zero(const epx_batch *batch, double *gradient) {
  memset(gradient, 0, (size_t)batch->lanes->n_instances * batch->lanes->network->n_theta * sizeof *gradient);
}
