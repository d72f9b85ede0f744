/* Where hardware that is not ideal comes between a rule and its network: every state that a rule looks at
 * goes through epx_estimator_read(), every learning phase through the drift. Both count what they did since
 * the hardware was set, so that the same read of the next chunk of samples is drawn by the same name. */
#include <math.h>
#include <string.h>

#include "learning/estimators/estimator_work.h"
#include "photonic/range.h"

static epx_reading_key get_key(const epx_batch *batch, uint32_t read) {
  const epx_batch_key *key = &batch->key;
  return (epx_reading_key){.seed = key->seed,
                           .point = key->point,
                           .first = key->first,
                           .step = key->step,
                           .sample = key->sample,
                           .read = read};
}

/* Counts what a converter cannot show: it reports the end of its range instead. */
static void count_saturated(const epx_batch *batch, const double *state, epx_estimator_work *work) {
  const epx_ensemble *ensemble = batch->ensemble;
  const epx_reading_spec *reading = &work->reading.hardware->reading;
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  if (reading->bits == 0) return;
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    double *reads = work->reading.reads + 2 * (lane / ensemble->n_samples);
    for (size_t row = 0; work->left.weight[lane] != 0 && row < (size_t)ensemble->n_rows; row++) {
      reads[0]++;
      reads[1] += fabs(state[row * n_lanes + (size_t)lane]) > reading->range;
    }
  }
}

void epx_estimator_read(const epx_batch *batch, int copies, epx_estimator_work *work, double *state) {
  if (!work->reading.hardware) return;
  const epx_reading_key key = get_key(batch, work->reading.n_reads++);
  count_saturated(batch, state, work);
  epx_reading_eval(&work->reading.hardware->reading, batch->ensemble, &key, copies, state);
}

epx_err epx_estimator_read_state(const epx_batch *batch, epx_estimator_work *work, const double **state) {
  *state = batch->state;
  if (!work->reading.hardware || epx_reading_is_ideal(&work->reading.hardware->reading)) return EPX_OK;
  EPX_TRY(epx_estimator_need(&work->reading.read, epx_estimator_count_most(work)));
  if (!work->reading.is_read) {
    memcpy(work->reading.read, batch->state, epx_estimator_count(batch) * sizeof *work->reading.read);
    epx_estimator_read(batch, 1, work, work->reading.read);
    work->reading.is_read = true;
  }
  *state = work->reading.read;
  return EPX_OK;
}

static bool is_drifting(const epx_estimator_work *work) {
  return work->reading.hardware && epx_hardware_is_drifting(work->reading.hardware);
}

static const double *get_laid(const epx_batch *batch, const epx_estimator_work *work) {
  return work->shifted.laid ? work->shifted.laid : batch->theta;
}

/* Drifts one instance: what is dead stays, what leaves its range is held at the end. */
static void drift(const epx_batch *batch, epx_estimator_work *work, const epx_reading_key *key, int k) {
  const epx_network *network = batch->ensemble->network;
  const size_t own = (size_t)k * network->n_theta, p = (size_t)work->reading.hardware->drift.parameter;
  const double *laid = get_laid(batch, work) + own;
  double *drifted = work->shifted.drifted + own;
  epx_hardware_add_drift(work->reading.hardware, network, key, batch->key.first + (uint32_t)k, drifted);
  for (size_t i = 0; batch->alive && i < network->n_theta; i++)
    if (!batch->alive[own + i]) drifted[i] = laid[i];
  const size_t n_held = epx_range_project(network, NULL, drifted);
  if (!batch->range) return;
  batch->range[k].n_set += (double)network->count[p];
  batch->range[k].n_held += (double)n_held;
}

epx_err epx_estimator_set_drift(const epx_batch *batch, epx_estimator_work *work) {
  epx_ensemble *ensemble = batch->ensemble;
  const size_t n_theta = ensemble->network->n_theta, n = (size_t)ensemble->n_instances * n_theta;
  if (!is_drifting(work)) return EPX_OK;
  EPX_TRY(epx_estimator_need(&work->shifted.drifted, n));
  const epx_reading_key key = get_key(batch, work->reading.n_drifts++);
  memcpy(work->shifted.drifted, get_laid(batch, work), n * sizeof *work->shifted.drifted);
  for (int k = 0; k < ensemble->n_instances; k++)
    drift(batch, work, &key, k);
  ensemble->functions->set_parameters(ensemble, work->shifted.drifted);
  return EPX_OK;
}

void epx_estimator_restore_drift(const epx_batch *batch, const epx_estimator_work *work) {
  if (is_drifting(work)) batch->ensemble->functions->set_parameters(batch->ensemble, get_laid(batch, work));
}
