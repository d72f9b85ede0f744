/** @file
 * The dynamics of a distributed network: who integrates, and what is asked after every step. Residual and
 * size decide whether it goes on; what takes long is watched for a limit cycle.
 *
 * All components are watched, as in a population, for in a large lattice most oscillations are nowhere near
 * the outputs, and small beside what one of its nodes does. That takes five numbers a component and a tenth
 * of the time of a step, which networks that settle never pay: the watch is made when first opened.
 *
 * Errors are those of the worst node: a root mean square over a million would let one of them err by a
 * thousand tolerances. As in a population, the error of a step stays below STEP_SHARE of the way it goes:
 * near rest an explicit method would otherwise rattle at the border of its stability, at the level of the
 * tolerances.
 */
#include <math.h>
#include <string.h>

#include "equilibrium/distributed/private.h"
#include "equilibrium/outcome/settling.h"

/** Of the way of a step, its error at most. */
#define STEP_SHARE 0.1
/** A start whose residual is below the target has to come nearer by this share. */
#define NEARER 0.1
/** The first step goes so far, in weights of the error norm. */
#define FIRST_WAY 10.0

/** Gets the share of its time or steps that the dynamics have used. */
static double get_share(const epx_distributed *d, double time) {
  const double by_time = time / d->options.max_time;
  const double by_steps = 1 - (double)d->steps_left / (double)d->options.max_steps;
  return fmax(by_time, by_steps);
}

static void merge_largest(void *context, int n, double *numbers) {
  epx_distributed *d = context;
  if (MPI_Allreduce(MPI_IN_PLACE, numbers, n, MPI_DOUBLE, MPI_MAX, d->nodes->communicator) != MPI_SUCCESS)
    d->merge_failed = true;
}

/** Makes the watch. A rank that has no memory for it takes the others with it. */
static PetscErrorCode create_watch(epx_distributed *d) {
  const int n = d->nodes->n_components;
  const int code = epx_limit_cycle_create(d->nodes->n_local * n, 1, &d->watch);
  if (epx_distributed_merge_codes(d, code) != EPX_OK) {
    epx_limit_cycle_destroy(&d->watch);
    SETERRQ(d->nodes->communicator, PETSC_ERR_MEM, "no memory to watch the network for a limit cycle");
  }
  const epx_limit_cycle_spread spread = {
      .context = d, .merge_largest = merge_largest, .first = d->nodes->first * n};
  epx_limit_cycle_set_spread(d->watch, &spread);
  epx_limit_cycle_init(d->watch, 0);
  return 0;
}

static PetscErrorCode watch(epx_distributed *d, const double *state, const double *rate, double time) {
  if (!epx_oscillation_is_due(get_share(d, time), d->options.max_steps - d->steps_left)) return 0;
  if (!d->watch) PetscCall(create_watch(d));
  d->merge_failed = false;
  d->oscillates =
      epx_oscillation_add(&d->oscillation, &d->options, d->watch, 0, time, state, rate, 1, d->size);
  return d->merge_failed ? PETSC_ERR_LIB : 0;
}

double epx_distributed_get_scale(const epx_distributed *d, double step) {
  const epx_equilibrium_options *options = &d->options;
  const double most = d->oscillation.seen ? EPX_OSCILLATION_CLOSER : 1;
  return fmin(most, STEP_SHARE * step * d->residual / (options->rtol * d->size + options->atol));
}

double epx_distributed_get_first_step(const epx_distributed *d) {
  const epx_equilibrium_options *options = &d->options;
  return fmin(FIRST_WAY * (options->rtol * d->size + options->atol) / d->residual, d->last_step);
}

PetscErrorCode epx_distributed_look(epx_distributed *d, const double *state, const double *rate,
                                    double before, double time, double step, bool *done) {
  d->counts.steps++;
  d->steps_left--;
  if (d->residual > d->options.settled) {
    d->settled_at = NAN;
  } else if (isnan(d->settled_at)) {
    d->settled_at = epx_settling_eval_time(d->options.settled, before, d->residual, d->elapsed + time, step);
  }
  *done = !isfinite(d->residual) || !(d->size <= d->options.escape) || d->residual <= d->target;
  if (!*done && !isnan(time)) PetscCall(watch(d, state, rate, d->elapsed + time));
  *done = *done || d->oscillates || d->steps_left <= 0;
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
  return named ? epx_distributed_create_ts(d) : epx_distributed_create_runge_kutta(d);
}

/** Says why dynamics that did not reach the target did not. */
static void explain(epx_distributed *d, epx_certificate *certificate) {
  if (!isfinite(d->residual) || !(d->size <= d->options.escape)) {
    certificate->outcome = EPX_DIVERGED;
  } else if (d->oscillates ||
             (d->watch && epx_oscillation_eval_end(&d->oscillation, &d->options, d->watch, 0, d->size))) {
    certificate->outcome = EPX_OSCILLATES;
    certificate->period = d->oscillation.period;
    certificate->amplitude = d->oscillation.amplitude;
  } else {
    certificate->outcome = EPX_SLOW;
  }
}

epx_err epx_distributed_follow(epx_distributed *d, epx_certificate *certificate) {
  bool lost = false;
  certificate->outcome = EPX_OK;
  epx_oscillation_init(&d->oscillation);
  d->oscillates = false;
  if (d->watch) epx_limit_cycle_init(d->watch, 0);
  EPX_PETSC(measure(d));
  if (d->elapsed == 0) {
    d->settled_at = d->residual <= d->options.settled ? 0 : NAN;
    /* Nearly at rest is also what starts next to a saddle, as that of oscillators at their threshold in the
     * dark. Newton would take it for the answer; the dynamics leave it. */
    if (d->residual <= d->target) d->target = fmax(NEARER * d->residual, d->options.tolerance);
  }
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
