/* Multiplexed gradient descent: every parameter carries its own Walsh code of signs over time slots, and what
 * the cost shows of a code is that parameter's slope,
 *   g_i = 1/slots sum over t of code_i(t) [C(theta + shift code(t)) - C(theta)] / shift.
 * Over a whole period the codes are orthogonal and g is right up to O(shift); fewer slots go through the
 * period from batch to batch. One equilibrium a slot. */
#include "learning/estimators/perturbation.h"

static const double default_shift = 0.01;

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

/* Code 0 never changes: it is the mean, not a parameter's. */
static uint32_t get_period(size_t n_trained) {
  uint32_t period = 1;
  while (period <= n_trained)
    period *= 2;
  return period;
}

static double eval_phases(const epx_nudging *nudging, size_t n_trained) {
  return nudging->n_probes > 0 ? (double)nudging->n_probes : (double)get_period(n_trained);
}

static double get_chip(uint32_t code, uint32_t slot) {
  uint32_t bits = code & slot, odd = 0;
  for (; bits; bits &= bits - 1)
    odd ^= 1;
  return odd ? -1 : 1;
}

static size_t count_wanted(const epx_batch *batch) {
  size_t n = 0;
  for (size_t k = 0; k < batch->ensemble->network->n_theta; k++)
    n += epx_perturbation_is_wanted(batch, k);
  return n;
}

static void set_theta(const epx_batch *batch, double shift, uint32_t slot, epx_estimator_work *work) {
  const size_t n_theta = batch->ensemble->network->n_theta;
  for (int i = 0; i < batch->ensemble->n_instances; i++) {
    uint32_t code = 0;
    for (size_t k = 0; k < n_theta; k++) {
      const size_t at = (size_t)i * n_theta + k;
      if (epx_perturbation_is_wanted(batch, k))
        work->shifted.theta[at] = batch->theta[at] + shift * get_chip(++code, slot);
    }
  }
}

static epx_err set_free_cost(const epx_batch *batch, epx_estimator_work *work) {
  epx_ensemble *ensemble = batch->ensemble;
  const double *state;
  EPX_TRY(epx_estimator_read_state(batch, work, &state));
  EPX_TRY(ensemble->functions->eval_readout(ensemble, state, work->readout));
  epx_cost_eval(batch->cost, ensemble->network->n_outputs, ensemble->n_lanes, work->readout, batch->label,
                work->cost, NULL, NULL);
  return EPX_OK;
}

static epx_err add_slot(const epx_batch *batch, double shift, double share, uint32_t slot,
                        epx_estimator_work *work, double *gradient) {
  const size_t n_theta = batch->ensemble->network->n_theta;
  epx_estimator_set_lanes(batch, work);
  set_theta(batch, shift, slot, work);
  EPX_TRY(epx_perturbation_eval_cost(batch, work));
  for (int lane = 0; lane < batch->ensemble->n_used; lane++)
    work->contrast[lane] = work->value[lane] - work->cost[lane];
  epx_estimator_set_weights(batch, share / shift, work);
  for (int i = 0; i < batch->ensemble->n_instances; i++) {
    const double slope = epx_perturbation_eval_sum(batch, work, i);
    uint32_t code = 0;
    for (size_t k = 0; k < n_theta; k++) {
      if (epx_perturbation_is_wanted(batch, k))
        gradient[(size_t)i * n_theta + k] += slope * get_chip(++code, slot);
    }
  }
  return EPX_OK;
}

static epx_err add_slots(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                         double *gradient) {
  const uint32_t period = get_period(count_wanted(batch));
  const uint32_t n = nudging->n_probes > 0 ? (uint32_t)nudging->n_probes : period;
  const double shift = nudging->shift > 0 ? nudging->shift : default_shift;
  EPX_TRY(epx_perturbation_init(batch, work));
  EPX_TRY(set_free_cost(batch, work));
  for (uint32_t k = 0; k < n; k++)
    EPX_TRY(add_slot(batch, shift, 1.0 / n, (batch->key.step * n + k) % period, work, gradient));
  return EPX_OK;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_estimator_set_zero(batch, gradient);
  const int code = add_slots(batch, nudging, work, gradient);
  epx_perturbation_restore(batch, work);
  EPX_TRY(code);
  return EPX_OK;
}

const epx_estimator epx_estimator_multiplexed = {
    .name = "multiplexed",
    .summary = "every parameter shifted by its own code over learning.nudge.probes time slots: a baseline",
    .source = "McCaughan2023",
    .nudged = false,
    .cost_only = true,
    .rooms = EPX_ROOM_THETA,
    .get_refusal = get_refusal,
    .eval_phases = eval_phases,
    .eval = eval,
};
