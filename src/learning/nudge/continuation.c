/* The iteration contracts by about the nudge's share of the response at each step, so a nudge for which it
 * does not converge in MOST steps is too large for the rule's circle to hold no singularity. */
#include "learning/nudge/continuation.h"

#include <math.h>
#include <string.h>

#include "photonic/readout.h"

enum { POINTS = 11, MOST = 60, ROOMS = 9 };

/* Half the length of the line: larger than 1, so that i is not far outside of the points' reach. */
static const double half = 2;

/* The largest component of a step at which a lane has converged, next to 1. */
static const double converged = 1e-13;

epx_err epx_continuation_init(const epx_batch *batch, epx_estimator_work *work,
                              epx_continuation *continuation) {
  const size_t n = epx_estimator_count(batch), most = epx_estimator_count_most(work);
  const size_t read = (size_t)batch->ensemble->network->n_outputs * (size_t)batch->ensemble->max_lanes;
  EPX_TRY(epx_estimator_need(&work->circle, (ROOMS - 1) * most + read));
  *continuation = (epx_continuation){.batch = batch, .work = work};
  double **const rooms[ROOMS] = {&continuation->u,         &continuation->v,      &continuation->real,
                                 &continuation->imaginary, &continuation->sample, &continuation->field,
                                 &continuation->step,      &continuation->sum,    &continuation->reading};
  for (int i = 0; i < ROOMS; i++)
    *rooms[i] = work->circle + (size_t)i * n;
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

/* Readings that count modulo a period jump, which nothing analytic does: they are taken next to those of the free
 * states. */
static void follow_turns(const epx_continuation *c, double *readout) {
  const epx_ensemble *ensemble = c->batch->ensemble;
  const double period = epx_readout_get_period(ensemble->network);
  const size_t n = (size_t)ensemble->network->n_outputs * (size_t)ensemble->n_lanes;
  for (size_t k = 0; period > 0 && k < n; k++)
    readout[k] = c->reading[k] + remainder(readout[k] - c->reading[k], period);
}

/* Adds the residual's share of one point: w (F + beta Q dC/ds) at u + t v. The pull goes through the field's
 * room. */
static epx_err add_point(epx_continuation *c, int k, double beta_real, double beta_imaginary) {
  epx_ensemble *ensemble = c->batch->ensemble;
  const epx_ensemble_functions *functions = ensemble->functions;
  epx_estimator_work *work = c->work;
  const size_t n = epx_estimator_count(c->batch);
  double re, im;
  const double t = get_point(k, &re, &im);
  for (size_t i = 0; i < n; i++)
    c->sample[i] = c->u[i] + t * c->v[i];
  EPX_TRY(functions->eval_field(ensemble, c->sample, c->field));
  for (size_t i = 0; i < n; i++) {
    c->real[i] += re * c->field[i];
    c->imaginary[i] += im * c->field[i];
  }
  EPX_TRY(functions->eval_readout(ensemble, c->sample, work->readout));
  follow_turns(c, work->readout);
  epx_cost_eval(c->batch->cost, ensemble->network->n_outputs, ensemble->n_lanes, work->readout,
                c->batch->label, NULL, work->slope, NULL);
  EPX_TRY(functions->eval_pull(ensemble, c->sample, work->slope, c->field));
  functions->add_turned(ensemble, c->sample, re * beta_real - im * beta_imaginary, c->field, c->real);
  functions->add_turned(ensemble, c->sample, re * beta_imaginary + im * beta_real, c->field, c->imaginary);
  return EPX_OK;
}

/* Takes the step J0^-1 residual from x; marks in work->value the largest component of each lane's step. */
static epx_err take_step(epx_continuation *c, const double *residual, double *x) {
  epx_ensemble *ensemble = c->batch->ensemble;
  const size_t n_lanes = (size_t)ensemble->n_lanes, n = epx_estimator_count(c->batch);
  EPX_TRY(ensemble->functions->solve_linear(ensemble, c->batch->state, false, residual, c->step));
  for (size_t k = 0; k < n; k++) {
    const size_t lane = k % n_lanes;
    if (c->work->left.frozen[lane]) continue;
    x[k] -= c->step[k];
    const double size = fabs(c->step[k]) / fmax(1, fabs(x[k]));
    if (size > c->work->value[lane] || isnan(size)) c->work->value[lane] = size;
  }
  return EPX_OK;
}

static bool is_converged(const epx_continuation *c, double tolerance, int lane) {
  return c->work->left.frozen[lane] || c->work->value[lane] <= tolerance;
}

static epx_err iterate(epx_continuation *c, double beta_real, double beta_imaginary, bool *done) {
  epx_ensemble *ensemble = c->batch->ensemble;
  const size_t n = epx_estimator_count(c->batch);
  memset(c->real, 0, n * sizeof *c->real);
  memset(c->imaginary, 0, n * sizeof *c->imaginary);
  memset(c->work->value, 0, (size_t)ensemble->n_lanes * sizeof *c->work->value);
  for (int k = 0; k < POINTS; k++)
    EPX_TRY(add_point(c, k, beta_real, beta_imaginary));
  EPX_TRY(take_step(c, c->real, c->u));
  EPX_TRY(take_step(c, c->imaginary, c->v));
  EPX_TRY(ensemble->functions->merge_extent(ensemble, c->work->value));
  *done = true;
  for (int lane = 0; lane < ensemble->n_used; lane++)
    *done = *done && is_converged(c, converged, lane);
  return EPX_OK;
}

epx_err epx_continuation_solve(epx_continuation *c, double radius, double angle) {
  const epx_ensemble *ensemble = c->batch->ensemble;
  const size_t n_lanes = (size_t)ensemble->n_lanes, n = epx_estimator_count(c->batch);
  bool done = false;
  for (size_t k = 0; k < n; k++) {
    c->u[k] = c->work->left.frozen[k % n_lanes] ? 0 : c->batch->state[k];
    c->v[k] = 0;
  }
  EPX_TRY(c->batch->ensemble->functions->eval_readout(c->batch->ensemble, c->batch->state, c->reading));
  for (int i = 0; i < MOST && !done; i++)
    EPX_TRY(iterate(c, radius * cos(angle), radius * sin(angle), &done));
  /* What rounding keeps moving a little has converged as well. */
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    if (!is_converged(c, 1e3 * converged, lane)) epx_estimator_set_failure(c->batch, c->work, lane);
  }
  return EPX_OK;
}
