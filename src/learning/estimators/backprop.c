/* Implicit differentiation. With the Jacobian J = Q M:  M' y = -c  is  J' u = c  with  y = -Q' u. */
#include <math.h>

#include "learning/estimators/estimator_work.h"
#include "learning/nudge/frame.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  (void)nudging;
  const epx_lanes *lanes = batch->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state;
  double *adjoint = work->plus;
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  epx_estimator_eval_pull(batch, work);
  EPX_TRY(epx_population_solve_linear(batch->population, lanes, batch->state, true, work->pull, adjoint));
  for (int lane = 0; lane < lanes->n_used; lane++) {
    for (size_t row = 0; row < n_state; row++) {
      if (!isfinite(adjoint[row * n_lanes + (size_t)lane])) epx_estimator_set_failure(batch, work, lane);
    }
  }
  epx_estimator_set_weights(batch, -1, work);
  epx_frame_eval_transposed(lanes, batch->state, adjoint, work->response);
  epx_estimator_add_response(batch, work, gradient);
  return EPX_OK;
}

const epx_estimator epx_estimator_backprop = {
    .name = "backprop",
    .summary = "implicit differentiation of the equilibrium: exact, computed rather than measured",
    .source = "Almeida1987, Pineda1987",
    .nudged = false,
    .computed = true,
    .get_refusal = get_refusal,
    .eval = eval,
};
