/* Holomorphic equilibrium propagation: nudges at N points of a circle in the complex plane, and Cauchy's
 * integral for the slope at its centre,
 *
 *   ds/dbeta = 1/(N r) sum over k of e^(-i phi_k) s(r e^(i phi_k)),  phi_k = 2 pi k / N,
 *
 * whose error is O(r^N). States at conjugate nudges are conjugate, so N/2 + 1 of the points are solved. */
#include <math.h>
#include <string.h>

#include "learning/nudge/continuation.h"
#include "learning/nudge/nudging.h"

static const int default_points = 4;

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static int get_points(const epx_nudging *nudging) {
  return nudging->n_points > 0 ? nudging->n_points : default_points;
}

static double eval_phases(const epx_nudging *nudging, size_t n_trained) {
  (void)n_trained;
  return get_points(nudging);
}

/* Adds the share of the points k and N - k. */
static epx_err add_point(epx_continuation *c, double radius, int k, int n_points) {
  const epx_batch *batch = c->batch;
  const size_t n = epx_estimator_count(batch);
  const double angle = 2 * 3.14159265358979323846 * k / n_points;
  const double share = (k == 0 || 2 * k == n_points ? 1.0 : 2.0) / n_points;
  EPX_TRY(epx_estimator_set_drift(batch, c->work));
  const int code = epx_continuation_solve(c, radius, angle);
  epx_estimator_restore_drift(batch, c->work);
  EPX_TRY(code);
  const int copies = k == 0 || 2 * k == n_points ? 1 : 2; /* the conjugate point is read as well */
  epx_estimator_read(batch, copies, c->work, c->u);
  epx_estimator_read(batch, copies, c->work, c->v);
  for (size_t i = 0; i < n; i++)
    c->sum[i] += share * (cos(angle) * (c->u[i] - batch->state[i]) + sin(angle) * c->v[i]);
  return EPX_OK;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  const size_t n = epx_estimator_count(batch);
  const int n_points = get_points(nudging);
  epx_continuation c;
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  EPX_TRY(epx_continuation_init(batch, work, &c));
  memset(c.sum, 0, n * sizeof *c.sum);
  for (int k = 0; 2 * k <= n_points; k++)
    EPX_TRY(add_point(&c, nudging->beta, k, n_points));
  memcpy(work->phase.response, c.sum, n * sizeof *c.sum);
  epx_estimator_set_weights(batch, 1 / nudging->beta, work);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_holomorphic = {
    .name = "holomorphic",
    .summary =
        "plain with learning.nudge.points complex nudges on a circle: the bias is of that order in beta",
    .source = "Laborieux2022",
    .nudged = true,
    .own_scheme = true,
    .get_refusal = get_refusal,
    .eval_phases = eval_phases,
    .eval = eval,
};
