/* Dyadic equilibrium propagation: two states at once, the mean m, which stays at its free equilibrium, and
 * the difference d, which obeys the adjoint d' = J(m)'d - beta c(m) and comes to rest at beta J^-T c. With F
 * = Q G the gradient -d'dF/dtheta / beta is y'dG/dtheta, y = -Q'd / beta. */
#include <string.h>

#include "learning/nudge/nudging.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static double eval_phases(const epx_nudging *nudging, size_t n_trained) {
  (void)nudging, (void)n_trained;
  return 1;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_ensemble *ensemble = batch->ensemble;
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  EPX_TRY(epx_estimator_need(&work->phase.held, epx_estimator_count_most(work)));
  EPX_TRY(epx_estimator_eval_cost_slope(batch, work, work->phase.held));
  memset(work->phase.plus, 0, epx_estimator_count(batch) * sizeof *work->phase.plus);
  EPX_TRY(epx_nudging_solve_phase(batch, nudging->beta, EPX_NUDGE_ADJOINT, work, work->phase.plus));
  epx_estimator_read(batch, 1, work, work->phase.plus);
  epx_estimator_set_weights(batch, -1 / nudging->beta, work);
  ensemble->functions->eval_turned_back(ensemble, batch->state, work->phase.plus, work->phase.response);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_dyadic = {
    .name = "dyadic",
    .summary = "a second state follows the adjoint dynamics while the first stays free: exact for any nudge",
    .source = "Scurria2026",
    .nudged = true,
    .own_scheme = true,
    .needs = EPX_NEEDS_A(EPX_NEED_WHOLE_LANES),
    .rooms = EPX_ROOM_HELD,
    .get_refusal = get_refusal,
    .eval_phases = eval_phases,
    .eval = eval,
};
