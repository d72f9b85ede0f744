/* Backpropagation through the Euler steps of a machine that is updated in steps: the way it went, not another integrator's.
 *
 *   y_k+1 = y_k + h F(y_k),   a_k = a_k+1 + h J(y_k)' a_k+1,   dC/dtheta = sum over k of h a_k+1' dF/dtheta at y_k
 *
 * a_n = dC/ds at what the clock reads. All states of the way are kept. */
#include <math.h>
#include <string.h>

#include "equilibrium/clock.h"
#include "equilibrium/nudge/adjoint.h"
#include "equilibrium/nudge/frame.h"
#include "learning/estimators/unrolled_steps.h"

/* Room for [n_state][n_lanes] each; in the estimator's path. */
typedef struct {
  size_t n;
  long n_steps;
  double h;
  double *states; /* [n_steps + 1] of them */
  double *field, *adjoint, *product;
  double *jacobian, *field_work;
} way;

bool epx_unrolled_has_steps(const epx_batch *batch) {
  const epx_clock *clock = batch->ensemble->clock;
  return clock && clock->step > 0;
}

static epx_err init(const epx_batch *batch, epx_estimator_work *work, way *w) {
  const epx_network *network = batch->ensemble->network;
  const epx_clock *clock = batch->ensemble->clock;
  const size_t n_state = (size_t)network->n_state, most = epx_estimator_count_most(work);
  const size_t n_jacobian = n_state * n_state * EPX_LANE_WIDTH,
               n_field = 4 * (size_t)network->n_nodes * (size_t)network->family->components;
  w->n = epx_estimator_count(batch);
  w->n_steps = (long)ceil(clock->free / clock->step * (1 - 1e-12));
  w->h = clock->free / (double)w->n_steps;
  EPX_TRY(epx_estimator_need(&work->path, n_jacobian + ((size_t)w->n_steps + 4) * most +
                                              n_field * (size_t)batch->ensemble->max_lanes));
  w->jacobian = work->path;
  w->field = w->jacobian + n_jacobian;
  w->adjoint = w->field + w->n;
  w->product = w->adjoint + w->n;
  w->states = w->product + w->n;
  w->field_work = w->states + ((size_t)w->n_steps + 1) * w->n;
  return EPX_OK;
}

static void go_forwards(const epx_batch *batch, const epx_lanes *lanes, const way *w) {
  lanes->network->family->set_start(lanes, batch->key.seed, w->states);
  for (long k = 0; k < w->n_steps; k++) {
    const double *y = w->states + (size_t)k * w->n;
    double *next = w->states + (size_t)(k + 1) * w->n;
    lanes->network->family->eval_field(lanes, y, w->field, w->field_work);
    for (size_t i = 0; i < w->n; i++)
      next[i] = y[i] + w->h * w->field[i];
  }
}

static void go_backwards(const epx_lanes *lanes, const way *w, epx_estimator_work *work, double *gradient) {
  for (long k = w->n_steps - 1; k >= 0; k--) {
    const double *y = w->states + (size_t)k * w->n;
    for (size_t i = 0; i < w->n; i++)
      w->field[i] = w->h * w->adjoint[i];
    epx_frame_eval_transposed(lanes, y, w->field, work->phase.response);
    lanes->network->family->add_force_gradient(lanes, y, work->phase.response, work->left.weight, gradient);
    memset(w->product, 0, w->n * sizeof *w->product);
    epx_adjoint_add_product(lanes, y, w->field, w->jacobian, w->product);
    for (size_t i = 0; i < w->n; i++)
      w->adjoint[i] += w->product[i];
  }
}

epx_err epx_unrolled_eval_steps(const epx_batch *batch, epx_estimator_work *work, double *gradient) {
  const epx_lanes *lanes = batch->ensemble->functions->get_lanes(batch->ensemble);
  way w;
  EPX_TRY(init(batch, work, &w));
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  go_forwards(batch, lanes, &w);
  epx_batch end = *batch;
  end.state = w.states + (size_t)w.n_steps * w.n;
  EPX_TRY(epx_estimator_eval_cost_slope(&end, work, w.adjoint));
  epx_estimator_set_weights(batch, 1, work);
  go_backwards(lanes, &w, work, gradient);
  return EPX_OK;
}
