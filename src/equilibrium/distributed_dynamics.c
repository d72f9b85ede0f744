/** @file
 * The dynamics of a distributed network: who integrates, and what is asked after every step. Residual and
 * size decide whether it goes on; the outputs are watched for a limit cycle over the second half of the time.
 *
 * Errors are those of the worst component: a root mean square over a million would let one of them err by a
 * thousand tolerances. As in a population, the error of a step stays below STEP_SHARE of the way it goes:
 * near rest an explicit method would otherwise rattle at the border of its stability, at the level of the
 * tolerances.
 */
#include <math.h>
#include <string.h>

#include "equilibrium/distributed_private.h"
#include "equilibrium/settling.h"

/** Of the way of a step, its error at most. */
#define STEP_SHARE 0.1
/** The watch for limit cycles opens when this share of time or steps has gone by. */
#define WATCH_FROM 0.5
/** The first step goes so far, in weights of the error norm. */
#define FIRST_WAY 10.0

/** Gets the share of its time or steps that the dynamics have used. */
static double get_share(const epx_distributed *d, double time) {
  const double by_time = time / d->options.max_time;
  const double by_steps = 1 - (double)d->steps_left / (double)d->options.max_steps;
  return fmax(by_time, by_steps);
}

static PetscErrorCode watch(epx_distributed *d, const double *state, double time) {
  if (!d->watch || get_share(d, time) < WATCH_FROM) return 0;
  if (epx_distributed_eval_outputs(d, state, d->outputs) != EPX_OK) return PETSC_ERR_LIB;
  epx_limit_cycle_add(d->watch, 0, time, d->outputs, NULL, 1);
  return 0;
}

double epx_distributed_get_scale(const epx_distributed *d, double step) {
  const epx_equilibrium_options *options = &d->options;
  return fmin(1, STEP_SHARE * step * d->residual / (options->rtol * d->size + options->atol));
}

double epx_distributed_get_first_step(const epx_distributed *d) {
  const epx_equilibrium_options *options = &d->options;
  return fmin(FIRST_WAY * (options->rtol * d->size + options->atol) / d->residual, d->last_step);
}

PetscErrorCode epx_distributed_look(epx_distributed *d, const double *state, double before, double time,
                                    double step, bool *done) {
  d->counts.steps++;
  d->steps_left--;
  if (d->residual > d->options.settled) {
    d->settled_at = NAN;
  } else if (isnan(d->settled_at)) {
    d->settled_at = epx_settling_eval_time(d->options.settled, before, d->residual, d->elapsed + time, step);
  }
  PetscCall(watch(d, state, d->elapsed + time));
  const bool out = !isfinite(d->residual) || d->size > d->options.escape;
  *done = out || d->residual <= d->target || d->steps_left <= 0;
  return 0;
}

/** Integrates from where the state stands. */
static PetscErrorCode integrate(epx_distributed *d, bool *lost) {
  return d->ts ? epx_distributed_integrate_by_ts(d, lost) : epx_distributed_integrate(d, lost);
}

/** Evaluates the field of d->state into d->field, and measures both. */
static PetscErrorCode measure(epx_distributed *d) {
  PetscCall(epx_distributed_eval_field(d, d->state, d->field));
  return epx_distributed_measure(d, d->state);
}

PetscErrorCode epx_distributed_measure(epx_distributed *d, Vec state) {
  PetscCall(VecNorm(d->field, NORM_INFINITY, &d->residual));
  PetscCall(VecNorm(state, NORM_INFINITY, &d->size));
  return 0;
}

epx_err epx_distributed_create_dynamics(epx_distributed *d) {
  char *options = NULL;
  EPX_PETSC(PetscOptionsGetAll(NULL, &options));
  const bool named = strstr(options, "-ts_") != NULL;
  EPX_PETSC(PetscFree(options));
  EPX_TRY(named ? epx_distributed_create_ts(d) : epx_distributed_create_runge_kutta(d));
  const int n_watched = d->nodes->network->n_outputs * d->nodes->n_components;
  return n_watched > 0 ? epx_limit_cycle_create(n_watched, 1, &d->watch) : EPX_OK;
}

/** Says why dynamics that did not reach the target did not. */
static void explain(epx_distributed *d, epx_certificate *certificate) {
  const double floor = 10 * (d->options.rtol * d->size + d->options.atol);
  if (!isfinite(d->residual) || d->size > d->options.escape) {
    certificate->outcome = EPX_DIVERGED;
  } else if (d->watch &&
             epx_limit_cycle_eval(d->watch, 0, floor, &certificate->period, &certificate->amplitude)) {
    certificate->outcome = EPX_OSCILLATES;
  } else {
    certificate->outcome = EPX_SLOW;
  }
}

epx_err epx_distributed_follow(epx_distributed *d, epx_certificate *certificate) {
  bool lost = false;
  certificate->outcome = EPX_OK;
  EPX_PETSC(measure(d));
  if (d->elapsed == 0) d->settled_at = d->residual <= d->options.settled ? 0 : NAN;
  if (d->residual <= d->target) return EPX_OK;
  EPX_PETSC(integrate(d, &lost));
  if (lost) {
    d->residual = NAN;
  } else {
    EPX_PETSC(measure(d));
  }
  if (!(d->residual <= d->target)) explain(d, certificate);
  return EPX_OK;
}
