/* One parameter after the other, the same of every instance at once:
 *   dC/dtheta = (8 [C(h) - C(-h)] - [C(2h) - C(-2h)]) / 12 h,  error O(h^4).
 * The order lets h be large, so that what is left of the residual at each equilibrium does not matter. */
#include <math.h>
#include <string.h>

#include "learning/estimators/perturbation.h"

/* h, next to parameters of order 1. */
static const double step = 5e-4;

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static double eval_phases(const epx_nudging *nudging, size_t n_trained) {
  (void)nudging;
  return 4 * (double)n_trained;
}

static double get_step(double theta) {
  return step * fmax(1, fabs(theta));
}

/* Adds coefficient C(theta + shift h) of each lane to work->contrast. */
static epx_err add_cost(const epx_batch *batch, size_t i_theta, int shift, double coefficient,
                        epx_estimator_work *work) {
  const size_t n_theta = batch->ensemble->network->n_theta;
  for (size_t at = i_theta; at < (size_t)batch->ensemble->n_instances * n_theta; at += n_theta)
    work->shifted.theta[at] = batch->theta[at] + shift * get_step(batch->theta[at]);
  EPX_TRY(epx_perturbation_eval_cost(batch, work));
  for (int lane = 0; lane < batch->ensemble->n_used; lane++)
    work->contrast[lane] += coefficient * work->value[lane];
  return EPX_OK;
}

static epx_err eval_entry(const epx_batch *batch, size_t i_theta, epx_estimator_work *work,
                          double *gradient) {
  const epx_ensemble *ensemble = batch->ensemble;
  const size_t n_theta = ensemble->network->n_theta;
  epx_estimator_set_lanes(batch, work);
  memset(work->contrast, 0, (size_t)ensemble->n_lanes * sizeof *work->contrast);
  EPX_TRY(add_cost(batch, i_theta, 1, 8, work));
  EPX_TRY(add_cost(batch, i_theta, -1, -8, work));
  EPX_TRY(add_cost(batch, i_theta, 2, -1, work));
  EPX_TRY(add_cost(batch, i_theta, -2, 1, work));
  epx_estimator_set_weights(batch, 1, work);
  for (int i = 0; i < ensemble->n_instances; i++) {
    const size_t at = (size_t)i * n_theta + i_theta;
    gradient[at] = epx_perturbation_eval_sum(batch, work, i) / (12 * get_step(batch->theta[at]));
    work->shifted.theta[at] = batch->theta[at];
  }
  return EPX_OK;
}

static epx_err eval_entries(const epx_batch *batch, epx_estimator_work *work, double *gradient) {
  EPX_TRY(epx_perturbation_init(batch, work));
  epx_estimator_set_weights(batch, 1, work);
  for (size_t i_theta = 0; i_theta < batch->ensemble->network->n_theta; i_theta++) {
    if (epx_perturbation_is_wanted(batch, i_theta)) EPX_TRY(eval_entry(batch, i_theta, work, gradient));
  }
  return EPX_OK;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  (void)nudging;
  epx_estimator_set_zero(batch, gradient);
  const int code = eval_entries(batch, work, gradient);
  epx_perturbation_restore(batch, work);
  EPX_TRY(code);
  return EPX_OK;
}

const epx_estimator epx_estimator_finite_difference = {
    .name = "finite-difference",
    .summary = "central differences of the cost between settled equilibria: four equilibria per parameter",
    .source = "",
    .nudged = false,
    .cost_only = true,
    .computed = true,
    .rooms = EPX_ROOM_THETA,
    .get_refusal = get_refusal,
    .eval_phases = eval_phases,
    .eval = eval,
};
