/* The force of a learning phase and its Jacobian, as the equilibrium layer calls for them. */
#include <string.h>

#include "learning/nudge/adjoint.h"
#include "learning/nudge/frame.h"
#include "learning/nudge/nudge_slope.h"
#include "learning/nudge/nudging.h"
#include "photonic/readout.h"

/* f -= Q P (M - M')(y - s0), P and M at s0, through live_pull as the room for both factors. */
static void add_reversal(const epx_nudge_force *force, const epx_lanes *lanes, const double *y, double *f) {
  const epx_family *family = lanes->network->family;
  epx_estimator_work *work = force->work;
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  if (!family->eval_antisymmetric) return;
  for (size_t k = 0; k < n; k++)
    work->response[k] = y[k] - force->batch->state[k];
  family->eval_antisymmetric(lanes, force->batch->state, work->response, work->live_pull);
  epx_frame_add(lanes, force->batch->state, -1, work->live_pull, f);
}

static void add_pull(const epx_nudge_force *force, const epx_lanes *lanes, const double *y, double *f) {
  epx_estimator_work *work = force->work;
  epx_readout_eval(lanes, y, work->live_readout);
  epx_cost_eval(force->batch->cost, lanes->network->n_outputs, lanes->n_lanes, work->live_readout,
                force->batch->label, NULL, work->live_slope, NULL);
  epx_readout_eval_pull(lanes, y, work->live_slope, work->live_pull);
  epx_frame_add(lanes, y, force->beta, work->live_pull, f);
}

static void freeze(const epx_nudge_force *force, const epx_lanes *lanes, double *f) {
  const size_t n_lanes = (size_t)lanes->n_lanes;
  for (size_t lane = 0; lane < n_lanes; lane++) {
    if (!force->work->frozen[lane]) continue;
    for (size_t row = 0; row < (size_t)lanes->network->n_state; row++)
      f[row * n_lanes + lane] = 0;
  }
}

/* f = J'd - beta c, J at the free state. */
static void set_adjoint_field(const epx_nudge_force *force, const epx_lanes *lanes, const double *d,
                              double *f) {
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  for (size_t k = 0; k < n; k++)
    f[k] = -force->beta * force->work->held[k];
  epx_adjoint_add_product(lanes, force->batch->state, d, force->work->jacobian, f);
}

static void set_adjoint_jacobian(const epx_nudge_force *force, const epx_lanes *lanes, int lane, int width,
                                 double *jacobian) {
  const size_t n = (size_t)lanes->network->n_state, n_width = (size_t)width;
  lanes->network->family->eval_jacobian(lanes, force->batch->state, lane, width, jacobian);
  for (size_t row = 0; row < n; row++) {
    for (size_t column = 0; column < row; column++) {
      double *here = jacobian + (row * n + column) * n_width,
             *there = jacobian + (column * n + row) * n_width;
      for (size_t w = 0; w < n_width; w++) {
        const double kept = here[w];
        here[w] = there[w];
        there[w] = kept;
      }
    }
  }
}

static void add_field(const void *context, const epx_lanes *lanes, const double *y, double *f) {
  const epx_nudge_force *force = context;
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  if (force->kind == EPX_NUDGE_LIVE || force->kind == EPX_NUDGE_REVERSED) add_pull(force, lanes, y, f);
  if (force->kind == EPX_NUDGE_REVERSED) add_reversal(force, lanes, y, f);
  const double beta = force->beta, *held = force->work->held;
  for (size_t k = 0; force->kind == EPX_NUDGE_CONJUGATED && k < n; k++)
    f[k] += beta * held[k];
  if (force->kind == EPX_NUDGE_ADJOINT) set_adjoint_field(force, lanes, y, f);
  freeze(force, lanes, f);
}

/* Evaluates P of all rows at the free state, [n_state][width], into held, which no reversed phase uses.
 * NULL: 1.
 */
static const double *eval_mobilities(const epx_nudge_force *force, const epx_lanes *lanes, int lane,
                                     int width) {
  const epx_family *family = lanes->network->family;
  if (!family->eval_mobility) return NULL;
  for (int row = 0; row < lanes->network->n_state; row++)
    family->eval_mobility(lanes, force->batch->state, row, lane, width, force->work->held + row * width,
                          NULL);
  return force->work->held;
}

static void add_jacobian(const void *context, const epx_lanes *lanes, const double *y, int lane, int width,
                         double *jacobian) {
  const epx_nudge_force *force = context;
  const epx_family *family = lanes->network->family;
  epx_estimator_work *work = force->work;
  if (force->kind == EPX_NUDGE_ADJOINT) {
    set_adjoint_jacobian(force, lanes, lane, width, jacobian);
    return;
  }
  const epx_nudge_slope pull = {force->batch->cost, force->batch->label, work->live_readout, work->live_slope,
                                work->curvature};
  epx_nudge_slope_add_jacobian(&pull, lanes, force->beta, y, lane, width, jacobian);
  if (force->kind == EPX_NUDGE_REVERSED && family->eval_antisymmetric) {
    family->eval_jacobian(lanes, force->batch->state, lane, width, work->jacobian);
    const double *mobility = eval_mobilities(force, lanes, lane, width);
    epx_frame_add_transposition(family->frame, lanes->network->n_state, width, mobility, work->jacobian,
                                jacobian);
  }
}

void epx_nudging_init(const epx_nudge_force *force, epx_nudge *nudge) {
  const epx_family *family = force->batch->lanes->network->family;
  const bool curved =
      force->kind == EPX_NUDGE_LIVE || force->kind == EPX_NUDGE_REVERSED || force->kind == EPX_NUDGE_ADJOINT;
  const bool backwards = force->kind == EPX_NUDGE_REVERSED && family->frame == EPX_FRAME_HAMILTONIAN &&
                         family->eval_antisymmetric;
  *nudge = (epx_nudge){.context = (void *)force,
                       .add_field = add_field,
                       .add_jacobian = curved ? add_jacobian : NULL,
                       .direction = backwards ? -1 : 1};
}
