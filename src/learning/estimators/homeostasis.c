/* Jacobian homeostasis: plain, and beside it the slope of a penalty on what makes plain wrong,
 *
 *   P = E_e |(M - M')e|^2 = |M - M'|^2 (Frobenius),  e normal, drawn for each batch and instance.
 *
 * With r = (M - M')e, dP/dtheta = 2 [r' (dM/dtheta) e - e' (dM/dtheta) r] at fixed s, and v' (dM/dtheta) w is
 * the slope of v' dG/dtheta along w: a central difference of what the rules measure anyway. */
#include "base/numbers/random.h"
#include "learning/nudge/nudging.h"

/* Of the central difference, next to states of order 1. */
static const double step = 1e-4;

static const char *get_refusal(const epx_family *family) {
  return family->eval_antisymmetric ? NULL : "its response is already symmetric: use plain";
}

/* e [n_rows][n_lanes], the same for all samples of an instance. */
static void draw_directions(const epx_batch *batch, double *e) {
  const epx_ensemble *ensemble = batch->ensemble;
  const epx_random stream = epx_random_init(batch->key.seed, "learning:homeostasis");
  for (int row = 0; row < ensemble->n_rows; row++) {
    double *own = e + (size_t)row * (size_t)ensemble->n_lanes;
    for (int lane = 0; lane < ensemble->n_lanes; lane++) {
      const bool same = lane >= ensemble->n_used || lane % ensemble->n_samples != 0;
      own[lane] = same ? own[lane - 1]
                       : epx_random_eval_normal(&stream, batch->key.point,
                                                batch->key.first + (uint32_t)(lane / ensemble->n_samples),
                                                (uint32_t)(ensemble->first_row + row), batch->key.step);
    }
  }
}

/* Adds weight sign v' dG/dtheta at s0 + shift w. */
static epx_err add_shifted(const epx_batch *batch, double sign, double shift, const double *v,
                           const double *w, epx_estimator_work *work, double *gradient) {
  epx_ensemble *ensemble = batch->ensemble;
  const size_t n = epx_estimator_count(batch);
  const double *state;
  EPX_TRY(epx_estimator_read_state(batch, work, &state));
  for (size_t k = 0; k < n; k++)
    work->phase.further[k] = state[k] + shift * w[k];
  for (int lane = 0; lane < ensemble->n_lanes; lane++)
    work->value[lane] = sign * work->left.weight[lane];
  return ensemble->functions->add_force_gradient(ensemble, work->phase.further, v, work->value, gradient);
}

static epx_err add_penalty(const epx_batch *batch, double penalty, epx_estimator_work *work,
                           double *gradient) {
  epx_ensemble *ensemble = batch->ensemble;
  const double share = 2 * penalty / (2 * step);
  double *e = work->phase.plus, *r = work->phase.response;
  EPX_TRY(epx_estimator_need(&work->phase.further, epx_estimator_count_most(work)));
  epx_estimator_set_weights(batch, 1, work);
  draw_directions(batch, e);
  EPX_TRY(ensemble->functions->eval_antisymmetric(ensemble, batch->state, e, r));
  EPX_TRY(add_shifted(batch, share, step, r, e, work, gradient));
  EPX_TRY(add_shifted(batch, -share, -step, r, e, work, gradient));
  EPX_TRY(add_shifted(batch, -share, step, e, r, work, gradient));
  return add_shifted(batch, share, -step, e, r, work, gradient);
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  EPX_TRY(epx_estimator_plain.eval(batch, nudging, work, gradient));
  for (int lane = 0; lane < batch->ensemble->n_used; lane++)
    work->left.weight[lane] = work->left.weight[lane] != 0 ? batch->weight[lane] : 0;
  return add_penalty(batch, nudging->penalty, work, gradient);
}

const epx_estimator epx_estimator_homeostasis = {
    .name = "homeostasis",
    .summary = "plain with a penalty (learning.nudge.penalty) on the asymmetry of the response, which makes "
               "plain correct during training",
    .source = "Laborieux2023",
    .nudged = true,
    .drawn = true,
    .rooms = EPX_ROOM_FURTHER,
    .get_refusal = get_refusal,
    .eval_phases = epx_nudging_eval_phases,
    .eval = eval,
};
