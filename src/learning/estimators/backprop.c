/* Implicit differentiation. With the Jacobian J = Q M:  M' y = -c  is  J' u = c  with  y = -Q' u. */
#include <math.h>

#include "learning/estimators/estimator_work.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

/* A singular lane has no adjoint on any rank. */
static epx_err leave_out_singular(const epx_batch *batch, epx_estimator_work *work, const double *adjoint) {
  epx_ensemble *ensemble = batch->ensemble;
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  for (size_t lane = 0; lane < n_lanes; lane++) {
    work->phase.way[lane] = 0;
    for (size_t row = 0; row < (size_t)ensemble->n_rows; row++)
      if (!isfinite(adjoint[row * n_lanes + lane])) work->phase.way[lane] = INFINITY;
  }
  EPX_TRY(ensemble->functions->merge_extent(ensemble, work->phase.way));
  for (int lane = 0; lane < ensemble->n_used; lane++)
    if (work->phase.way[lane] > 0) epx_estimator_set_failure(batch, work, lane);
  return EPX_OK;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  (void)nudging;
  epx_ensemble *ensemble = batch->ensemble;
  double *pull = work->phase.minus, *adjoint = work->phase.plus;
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  EPX_TRY(epx_estimator_eval_cost_slope(batch, work, pull));
  EPX_TRY(ensemble->functions->solve_linear(ensemble, batch->state, true, pull, adjoint));
  EPX_TRY(leave_out_singular(batch, work, adjoint));
  epx_estimator_set_weights(batch, -1, work);
  ensemble->functions->eval_turned_back(ensemble, batch->state, adjoint, work->phase.response);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_backprop = {
    .name = "backprop",
    .summary = "implicit differentiation of the equilibrium: exact; computed, not measured",
    .source = "Almeida1987, Pineda1987",
    .nudged = false,
    .computed = true,
    .get_refusal = get_refusal,
    .eval = eval,
};
