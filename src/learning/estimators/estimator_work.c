/* Workspaces of the rules, and which lanes a gradient is made of. */
#include "learning/estimators/estimator_work.h"

#include <string.h>

#include "base/array.h"

static epx_err create_arrays(epx_estimator_work *work) {
  const epx_ensemble *ensemble = work->ensemble;
  const size_t n_lanes = (size_t)ensemble->max_lanes, n_outputs = (size_t)ensemble->network->n_outputs;
  double **const of_state[] = {&work->phase.plus, &work->phase.minus, &work->phase.response};
  double **const of_outputs[] = {&work->readout, &work->slope};
  double **const of_lanes[] = {&work->left.weight, &work->phase.way, &work->phase.size,
                               &work->value,       &work->contrast,  &work->cost};
  for (size_t i = 0; i < sizeof of_state / sizeof of_state[0]; i++)
    EPX_TRY(EPX_ARRAY(*of_state[i], epx_estimator_count_most(work)));
  for (size_t i = 0; i < sizeof of_outputs / sizeof of_outputs[0]; i++)
    EPX_TRY(EPX_ARRAY(*of_outputs[i], n_outputs * n_lanes));
  for (size_t i = 0; i < sizeof of_lanes / sizeof of_lanes[0]; i++)
    EPX_TRY(EPX_ARRAY(*of_lanes[i], n_lanes));
  EPX_TRY(EPX_ARRAY(work->phase.certificate, 2 * n_lanes));
  EPX_TRY(EPX_ARRAY(work->left.frozen, n_lanes));
  EPX_TRY(EPX_ARRAY(work->reading.reads, 2 * (size_t)ensemble->n_instances));
  return EPX_ARRAY(work->left.n_lanes, (size_t)ensemble->n_instances);
}

epx_err epx_estimator_create_work(const epx_ensemble *ensemble, epx_estimator_work **out) {
  epx_estimator_work *work = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(work, 1));
  work->ensemble = ensemble;
  const int code = create_arrays(work);
  if (code != EPX_OK) epx_estimator_destroy_work(&work);
  *out = work;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_estimator_destroy_work(epx_estimator_work **address) {
  if (!address || !*address) return;
  epx_estimator_work *work = *address;
  double **const arrays[] = {&work->readout,        &work->slope,
                             &work->phase.plus,     &work->phase.minus,
                             &work->phase.response, &work->phase.held,
                             &work->phase.further,  &work->left.weight,
                             &work->phase.way,      &work->phase.size,
                             &work->shifted.theta,  &work->value,
                             &work->contrast,       &work->cost,
                             &work->path,           &work->circle,
                             &work->reading.read,   &work->shifted.drifted,
                             &work->shifted.set,    &work->shifted.settings};
  for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(&work->phase.certificate);
  epx_array_destroy(&work->left.frozen);
  epx_array_destroy(&work->left.n_lanes);
  epx_array_destroy(&work->reading.reads);
  epx_array_destroy(address);
}

epx_err epx_estimator_need(double **array, size_t n) {
  if (!*array) EPX_TRY(epx_array_create(array, n, sizeof **array));
  return EPX_OK;
}

epx_err epx_estimator_prepare(const epx_estimator *estimator, const epx_hardware_spec *hardware,
                              epx_estimator_work *work) {
  const size_t n = epx_estimator_count_most(work);
  const size_t n_all = (size_t)work->ensemble->n_instances * work->ensemble->network->n_theta;
  const bool reads = hardware && !estimator->computed && !epx_reading_is_ideal(&hardware->reading);
  const bool drifts = hardware && !estimator->computed && epx_hardware_is_drifting(hardware);
  if (estimator->rooms & EPX_ROOM_HELD) EPX_TRY(epx_estimator_need(&work->phase.held, n));
  if (estimator->rooms & EPX_ROOM_FURTHER) EPX_TRY(epx_estimator_need(&work->phase.further, n));
  if (estimator->rooms & EPX_ROOM_THETA) EPX_TRY(epx_estimator_need(&work->shifted.theta, n_all));
  if (reads) EPX_TRY(epx_estimator_need(&work->reading.read, n));
  if (drifts) EPX_TRY(epx_estimator_need(&work->shifted.drifted, n_all));
  return EPX_OK;
}

size_t epx_estimator_count(const epx_batch *batch) {
  return (size_t)batch->ensemble->n_rows * (size_t)batch->ensemble->n_lanes;
}

size_t epx_estimator_count_most(const epx_estimator_work *work) {
  return (size_t)work->ensemble->n_rows * (size_t)work->ensemble->max_lanes;
}

void epx_estimator_set_hardware(epx_estimator_work *work, const epx_hardware_spec *hardware) {
  work->reading.hardware = hardware;
  work->reading.is_read = false;
  work->reading.n_reads = 0;
  work->reading.n_drifts = 0;
}

long epx_estimator_get_failures(const epx_estimator_work *work) {
  return work->left.failures;
}

double *epx_estimator_get_reads(epx_estimator_work *work) {
  return work->reading.reads;
}

int epx_estimator_get_lanes(const epx_estimator_work *work, int i_instance) {
  return work->left.n_lanes[i_instance];
}

void epx_estimator_set_lanes(const epx_batch *batch, epx_estimator_work *work) {
  const epx_ensemble *ensemble = batch->ensemble;
  for (int lane = 0; lane < ensemble->n_lanes; lane++) {
    const double weight = batch->weight[lane < ensemble->n_used ? lane : ensemble->n_used - 1];
    work->left.frozen[lane] = weight == 0;
    work->left.weight[lane] = lane < ensemble->n_used ? weight : 0;
  }
}

void epx_estimator_set_failure(const epx_batch *batch, epx_estimator_work *work, int lane) {
  const epx_ensemble *ensemble = batch->ensemble;
  const int end =
      lane == ensemble->n_used - 1 ? ensemble->n_lanes : lane + 1; /* the padding goes with the last lane */
  work->left.failures += work->left.weight[lane] != 0;
  work->left.weight[lane] = 0;
  for (int i = lane; i < end; i++)
    work->left.frozen[i] = 1;
}

void epx_estimator_set_weights(const epx_batch *batch, double factor, epx_estimator_work *work) {
  const epx_ensemble *ensemble = batch->ensemble;
  for (int i = 0; i < ensemble->n_instances; i++) {
    double all = 0, left = 0;
    const int first = i * ensemble->n_samples, end = first + ensemble->n_samples;
    work->left.n_lanes[i] = 0;
    for (int lane = first; lane < end; lane++) {
      all += batch->weight[lane];
      left += work->left.weight[lane];
      work->left.n_lanes[i] += work->left.weight[lane] != 0;
    }
    for (int lane = first; lane < end; lane++)
      work->left.weight[lane] *= left > 0 ? factor * (all / left) : 0;
  }
}

void epx_estimator_set_zero(const epx_batch *batch, double *gradient) {
  const size_t n = (size_t)batch->ensemble->n_instances * batch->ensemble->network->n_theta;
  memset(gradient, 0, n * sizeof *gradient);
}
