/* The iteration contracts by about the nudge's share of the response at each step, so a nudge for which it
 * does not converge in MOST steps is too large for the rule's circle to hold no singularity. */
#include "learning/nudge/continuation.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "learning/nudge/frame.h"
#include "photonic/readout.h"

enum { POINTS = 11, MOST = 60, ROOMS = 8 };

/* Half the length of the line: larger than 1, so that i is not far outside of the points' reach. */
static const double half = 2;

/* The largest component of a step at which a lane has converged, next to 1. */
static const double converged = 1e-13;

epx_err epx_continuation_init(const epx_batch *batch, epx_estimator_work *work,
                              epx_continuation *continuation) {
  const epx_network *network = batch->lanes->network;
  const size_t most = (size_t)batch->lanes->max_lanes, n = (size_t)network->n_state;
  const size_t field = 4 * (size_t)network->n_nodes * (size_t)network->family->components;
  if (!work->circle) EPX_TRY(EPX_ARRAY(work->circle, (ROOMS * n + field) * most));
  *continuation = (epx_continuation){.batch = batch, .work = work};
  double **const rooms[ROOMS] = {&continuation->u,         &continuation->v,      &continuation->real,
                                 &continuation->imaginary, &continuation->sample, &continuation->field,
                                 &continuation->step,      &continuation->sum};
  double *next = work->circle;
  for (int i = 0; i < ROOMS; i++, next += n * (size_t)batch->lanes->n_lanes)
    *rooms[i] = next;
  continuation->field_work = next;
  return EPX_OK;
}

/* The k-th point and its weight: the product over j of (i - t_j) / (t_k - t_j), j not k. */
static double get_point(int k, double *real, double *imaginary) {
  static const double pi = 3.14159265358979323846;
  const double t = half * cos(pi * (2 * k + 1) / (2.0 * POINTS));
  double re = 1, im = 0;
  for (int j = 0; j < POINTS; j++) {
    if (j == k) continue;
    const double t_j = half * cos(pi * (2 * j + 1) / (2.0 * POINTS)), share = 1 / (t - t_j);
    const double kept = re;
    re = share * (-t_j * re - im);
    im = share * (kept - t_j * im);
  }
  *real = re;
  *imaginary = im;
  return t;
}

/* Adds the residual's share of one point: w (F + beta Q dC/ds) at u + t v. */
static void add_point(epx_continuation *c, int k, double beta_real, double beta_imaginary) {
  const epx_lanes *lanes = c->batch->lanes;
  epx_estimator_work *work = c->work;
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  double re, im;
  const double t = get_point(k, &re, &im);
  for (size_t i = 0; i < n; i++)
    c->sample[i] = c->u[i] + t * c->v[i];
  lanes->network->family->eval_field(lanes, c->sample, c->field, c->field_work);
  for (size_t i = 0; i < n; i++) {
    c->real[i] += re * c->field[i];
    c->imaginary[i] += im * c->field[i];
  }
  epx_readout_eval(lanes, c->sample, work->live_readout);
  epx_cost_eval(c->batch->cost, lanes->network->n_outputs, lanes->n_lanes, work->live_readout,
                c->batch->label, NULL, work->live_slope, NULL);
  epx_readout_eval_pull(lanes, c->sample, work->live_slope, work->live_pull);
  epx_frame_add(lanes, c->sample, re * beta_real - im * beta_imaginary, work->live_pull, c->real);
  epx_frame_add(lanes, c->sample, re * beta_imaginary + im * beta_real, work->live_pull, c->imaginary);
}

/* Takes the step J0^-1 residual from x; marks in work->value the largest component of each lane's step. */
static epx_err take_step(epx_continuation *c, const double *residual, double *x) {
  const epx_lanes *lanes = c->batch->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes, n = (size_t)lanes->network->n_state * n_lanes;
  EPX_TRY(
      epx_population_solve_linear(c->batch->population, lanes, c->batch->state, false, residual, c->step));
  for (size_t k = 0; k < n; k++) {
    const size_t lane = k % n_lanes;
    if (c->work->frozen[lane]) continue;
    x[k] -= c->step[k];
    const double size = fabs(c->step[k]) / fmax(1, fabs(x[k]));
    if (size > c->work->value[lane] || isnan(size)) c->work->value[lane] = size;
  }
  return EPX_OK;
}

static bool is_converged(const epx_continuation *c, double tolerance, int lane) {
  return c->work->frozen[lane] || c->work->value[lane] <= tolerance;
}

static epx_err iterate(epx_continuation *c, double beta_real, double beta_imaginary, bool *done) {
  const epx_lanes *lanes = c->batch->lanes;
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  memset(c->real, 0, n * sizeof *c->real);
  memset(c->imaginary, 0, n * sizeof *c->imaginary);
  memset(c->work->value, 0, (size_t)lanes->n_lanes * sizeof *c->work->value);
  for (int k = 0; k < POINTS; k++)
    add_point(c, k, beta_real, beta_imaginary);
  EPX_TRY(take_step(c, c->real, c->u));
  EPX_TRY(take_step(c, c->imaginary, c->v));
  *done = true;
  for (int lane = 0; lane < lanes->n_used; lane++)
    *done = *done && is_converged(c, converged, lane);
  return EPX_OK;
}

epx_err epx_continuation_solve(epx_continuation *c, double radius, double angle) {
  const epx_lanes *lanes = c->batch->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes, n = (size_t)lanes->network->n_state * n_lanes;
  bool done = false;
  for (size_t k = 0; k < n; k++) {
    c->u[k] = c->work->frozen[k % n_lanes] ? 0 : c->batch->state[k];
    c->v[k] = 0;
  }
  for (int i = 0; i < MOST && !done; i++)
    EPX_TRY(iterate(c, radius * cos(angle), radius * sin(angle), &done));
  /* What rounding keeps moving a little has converged as well. */
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (!is_converged(c, 1e3 * converged, lane)) epx_estimator_set_failure(c->batch, c->work, lane);
  }
  return EPX_OK;
}
