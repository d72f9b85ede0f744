/* AsymEP: what is not reciprocal acts on the deviation from the free state with its sign changed (loss as
 * gain). */
#include "learning/nudge/nudging.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_estimator_set_zero(batch, gradient);
  EPX_TRY(epx_nudging_solve(batch, nudging, EPX_NUDGE_REVERSED, work));
  epx_nudging_eval_response(batch, work);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_time_reversed = {
    .name = "time-reversed",
    .summary = "nudge with the loss of the deviation reversed (needs gain): exact for a small nudge",
    .source = "Scurria2026",
    .nudged = true,
    .get_refusal = get_refusal,
    .eval_phases = epx_nudging_eval_phases,
    .eval = eval,
};
