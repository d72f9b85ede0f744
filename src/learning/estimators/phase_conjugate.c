/* Scattering backpropagation: the error goes in conjugated and the response is read conjugated. */
#include "learning/nudge/nudging.h"

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_estimator_set_zero(batch, gradient);
  epx_nudging own = *nudging;
  own.quadrature = EPX_SIGMA_Y;
  EPX_TRY(epx_nudging_solve(batch, &own, EPX_NUDGE_CONJUGATED, work));
  epx_nudging_eval_conjugate_response(batch, EPX_SIGMA_Y, work);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_phase_conjugate = {
    .name = "phase-conjugate",
    .summary = "nudge by the conjugated error: correct at any loss for linear networks; the error grows with "
               "kerr |a|^2 / loss",
    .source = "DalCin2025",
    .nudged = true,
    .rooms = EPX_ROOM_HELD,
    .get_refusal = epx_nudging_get_conjugate_refusal,
    .eval_phases = epx_nudging_eval_phases,
    .eval = eval,
};
