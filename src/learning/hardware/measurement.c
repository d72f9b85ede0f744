/* Where hardware that is not ideal comes between a rule and its network: every state that a rule looks at
 * goes through epx_estimator_read(), every learning phase through the drift. Both count what they did since
 * the hardware was set, so that the same read of the next chunk of samples is drawn by the same name. */
#include <string.h>

#include "learning/estimators/estimator_work.h"

static epx_reading_key get_key(const epx_batch *batch, uint32_t read) {
  const epx_batch_key *key = &batch->key;
  return (epx_reading_key){.seed = key->seed,
                           .point = key->point,
                           .first = key->first,
                           .step = key->step,
                           .sample = key->sample,
                           .read = read};
}

void epx_estimator_read(const epx_batch *batch, int copies, epx_estimator_work *work, double *state) {
  if (!work->hardware) return;
  const epx_reading_key key = get_key(batch, work->n_reads++);
  epx_reading_eval(&work->hardware->reading, batch->lanes, &key, copies, state);
}

const double *epx_estimator_read_state(const epx_batch *batch, epx_estimator_work *work) {
  const size_t n = (size_t)batch->lanes->network->n_state * (size_t)batch->lanes->n_lanes;
  if (!work->hardware || epx_reading_is_ideal(&work->hardware->reading)) return batch->state;
  if (!work->is_read) {
    memcpy(work->read, batch->state, n * sizeof *work->read);
    epx_estimator_read(batch, 1, work, work->read);
    work->is_read = true;
  }
  return work->read;
}

bool epx_estimator_set_drift(const epx_batch *batch, epx_estimator_work *work) {
  epx_lanes *lanes = batch->lanes;
  const size_t n_theta = lanes->network->n_theta, n = (size_t)lanes->n_instances * n_theta;
  if (!work->hardware || !epx_hardware_is_drifting(work->hardware)) return false;
  const epx_reading_key key = get_key(batch, work->n_drifts++);
  memcpy(work->undrifted, lanes->theta, n * sizeof *work->undrifted);
  memcpy(work->drifted, lanes->theta, n * sizeof *work->drifted);
  for (int k = 0; k < lanes->n_instances; k++)
    epx_hardware_add_drift(work->hardware, lanes->network, &key, batch->key.first + (uint32_t)k,
                           work->drifted + (size_t)k * n_theta);
  epx_lanes_set_parameters(lanes, work->drifted);
  return true;
}

void epx_estimator_restore_drift(const epx_batch *batch, epx_estimator_work *work) {
  epx_lanes_set_parameters(batch->lanes, work->undrifted);
}
