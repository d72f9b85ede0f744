/* Scattering backpropagation as its authors measure it: light goes in and comes out through ports. The error
 * enters port j as delta a_in = (force on a_j) / sqrt(loss_j), and (a_out - a_in) / sqrt(loss_j) is a_j, so
 * the ports cancel in the product of the two fields that is the gradient. Of the two quadratures in which the
 * error may enter, sigma-y is the phase-conjugate rule. */
#include "learning/nudge/nudging.h"

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_estimator_set_zero(batch, gradient);
  EPX_TRY(epx_nudging_solve(batch, nudging, EPX_NUDGE_CONJUGATED, work));
  epx_nudging_eval_conjugate_response(batch, nudging->quadrature, work);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_scattering = {
    .name = "scattering",
    .summary = "scattering backpropagation in either quadrature, learning.nudge.quadrature; sigma-y is "
               "phase-conjugate",
    .source = "DalCin2025",
    .nudged = true,
    .rooms = EPX_ROOM_HELD,
    .get_refusal = epx_nudging_get_conjugate_refusal,
    .eval_phases = epx_nudging_eval_phases,
    .eval = eval,
};
