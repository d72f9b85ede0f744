/* Equilibrium propagation as it stands: the energy's slope in the parameters, contrasted between the nudged
 * states. */
#include "learning/nudge/nudging.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_ensemble *ensemble = batch->ensemble;
  epx_estimator_set_zero(batch, gradient);
  EPX_TRY(epx_nudging_solve(batch, nudging, EPX_NUDGE_LIVE, work));
  if (!ensemble->network->family->add_energy_gradient) {
    epx_nudging_eval_response(batch, work);
    return epx_estimator_add_response(batch, work, gradient);
  }
  EPX_TRY(ensemble->functions->add_energy_gradient(ensemble, work->phase.plus, work->left.weight, gradient));
  for (int lane = 0; lane < ensemble->n_used; lane++)
    work->left.weight[lane] = -work->left.weight[lane];
  return ensemble->functions->add_energy_gradient(ensemble, work->phase.minus, work->left.weight, gradient);
}

const epx_estimator epx_estimator_plain = {
    .name = "plain",
    .summary =
        "equilibrium propagation: nudge by the error; correct where the response is reciprocal (low loss)",
    .source = "Scellier2017, Sajnok2025",
    .nudged = true,
    .get_refusal = get_refusal,
    .eval_phases = epx_nudging_eval_phases,
    .eval = eval,
};
