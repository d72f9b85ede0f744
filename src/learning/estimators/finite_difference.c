/* One parameter after the other, the same of every instance at once:
 *   dC/dtheta = (8 [C(h) - C(-h)] - [C(2h) - C(-2h)]) / 12 h,  error O(h^4).
 * The order lets h be large, so that what is left of the residual at each equilibrium does not matter. */
#include <math.h>
#include <string.h>

#include "epilux/photonic/readout.h"
#include "learning/nudging.h"

/* h, next to parameters of order 1. */
static const double step = 5e-4;

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static double get_step(double theta) {
  return step * fmax(1, fabs(theta));
}

/* Adds coefficient C(theta + shift h) of each lane to work->contrast. Lanes that find no equilibrium are left
 * out. */
static epx_err add_cost(const epx_batch *batch, size_t i_theta, int shift, double coefficient,
                        epx_estimator_work *work, const double *theta) {
  epx_lanes *lanes = batch->lanes;
  const size_t n_theta = lanes->network->n_theta;
  memcpy(work->theta, theta, (size_t)lanes->n_instances * n_theta * sizeof *theta);
  for (size_t i = 0; i < (size_t)lanes->n_instances; i++)
    work->theta[i * n_theta + i_theta] += shift * get_step(theta[i * n_theta + i_theta]);
  epx_lanes_set_parameters(lanes, work->theta);
  const epx_nudge_force force = {batch, work, EPX_NUDGE_RELEASE, 0};
  epx_nudge nudge;
  epx_nudging_init(&force, &nudge);
  memcpy(work->plus, work->minus,
         (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *work->plus);
  EPX_TRY(epx_population_solve(batch->population, lanes, &nudge, work->plus, work->certificate));
  epx_readout_eval(lanes, work->plus, work->readout);
  epx_cost_eval(batch->cost, lanes->network->n_outputs, lanes->n_lanes, work->readout, batch->label,
                work->value, NULL, NULL);
  for (int lane = 0; lane < lanes->n_used; lane++) {
    work->contrast[lane] += coefficient * work->value[lane];
    if (work->certificate[lane].outcome != EPX_OK) epx_estimator_set_failure(batch, work, lane);
  }
  return EPX_OK;
}

static epx_err eval_entry(const epx_batch *batch, size_t i_theta, epx_estimator_work *work,
                          const double *theta, double *gradient) {
  const epx_lanes *lanes = batch->lanes;
  const size_t n_theta = lanes->network->n_theta;
  epx_estimator_set_lanes(batch, work);
  memset(work->contrast, 0, (size_t)lanes->n_lanes * sizeof *work->contrast);
  EPX_TRY(add_cost(batch, i_theta, 1, 8, work, theta));
  EPX_TRY(add_cost(batch, i_theta, -1, -8, work, theta));
  EPX_TRY(add_cost(batch, i_theta, 2, -1, work, theta));
  EPX_TRY(add_cost(batch, i_theta, -2, 1, work, theta));
  epx_estimator_set_weights(batch, 1, work);
  for (int i = 0; i < lanes->n_instances; i++) {
    double sum = 0;
    for (int lane = i * lanes->n_samples; lane < (i + 1) * lanes->n_samples; lane++)
      sum += work->weight[lane] != 0 ? work->weight[lane] * work->contrast[lane] : 0;
    const size_t at = (size_t)i * n_theta + i_theta;
    gradient[at] = sum / (12 * get_step(theta[at]));
  }
  return EPX_OK;
}

/* Starts every phase from the free state (work->minus), frozen lanes from rest. `theta` holds the parameters.
 */
static epx_err eval_entries(const epx_batch *batch, epx_estimator_work *work, const double *theta,
                            double *gradient) {
  const epx_lanes *lanes = batch->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state;
  epx_estimator_set_lanes(batch, work);
  epx_estimator_set_weights(batch, 1, work);
  for (size_t k = 0; k < n_state * n_lanes; k++)
    work->minus[k] = work->frozen[k % n_lanes] ? 0 : batch->state[k];
  for (size_t i_theta = 0; i_theta < lanes->network->n_theta; i_theta++) {
    if (!batch->trained || batch->trained[i_theta])
      EPX_TRY(eval_entry(batch, i_theta, work, theta, gradient));
  }
  return EPX_OK;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  (void)nudging;
  const size_t n = (size_t)batch->lanes->n_instances * batch->lanes->network->n_theta;
  epx_estimator_set_zero(batch, gradient);
  memcpy(work->original, batch->lanes->theta, n * sizeof *work->original);
  const int code = eval_entries(batch, work, work->original, gradient);
  epx_lanes_set_parameters(batch->lanes, work->original);
  EPX_TRY(code);
  return EPX_OK;
}

const epx_estimator epx_estimator_finite_difference = {
    .name = "finite-difference",
    .summary = "central differences of the cost at re-settled equilibria: four equilibria a parameter",
    .source = "",
    .nudged = false,
    .get_refusal = get_refusal,
    .eval = eval,
};
