/* Scattering backpropagation: the error goes in conjugated and the response is read conjugated. */
#include "learning/nudging.h"

static const char *get_refusal(const epx_family *family) {
  return family->conjugation
             ? NULL
             : "its states have no complex conjugate: use plain (energy families) or time-reversed";
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_estimator_set_zero(batch, gradient);
  EPX_TRY(epx_nudging_solve(batch, nudging, EPX_NUDGE_CONJUGATED, work));
  epx_nudging_eval_response(batch, true, work);
  epx_estimator_add_response(batch, work, gradient);
  return EPX_OK;
}

const epx_estimator epx_estimator_phase_conjugate = {
    .name = "phase-conjugate",
    .summary = "nudge by the conjugated error: right at any loss for a linear network, error grows with kerr "
               "|a|^2 / loss",
    .source = "DalCin2025",
    .nudged = true,
    .get_refusal = get_refusal,
    .eval = eval,
};
