/** @file
 * The dynamics of a distributed network, by PETSc's TS: an explicit Runge-Kutta pair of order 3 unless the
 * options choose another method. After every step the residual and the size decide whether it goes on; the
 * outputs are watched for a limit cycle over the second half of the time.
 *
 * As in a population, the error of a step stays below STEP_SHARE of the way it goes: near rest an explicit
 * method would otherwise rattle at the border of its stability, at the level of the tolerances.
 */
#include <math.h>

#include "equilibrium/distributed_private.h"
#include "equilibrium/settling.h"

/** Of the way of a step, its error at most. */
#define STEP_SHARE 0.1
/** The watch for limit cycles opens when this share of time or steps has gone by. */
#define WATCH_FROM 0.5
/** The first step goes so far, in weights of the error norm. */
#define FIRST_WAY 10.0

static PetscErrorCode eval_rate(TS ts, PetscReal time, Vec state, Vec rate, void *context) {
  epx_distributed *d = context;
  (void)ts, (void)time;
  d->rated = state;
  d->rate = rate;
  return epx_distributed_eval_field(d, state, rate);
}

static PetscErrorCode eval_jacobian(TS ts, PetscReal time, Vec state, Mat jacobian, Mat preconditioner,
                                    void *context) {
  (void)ts, (void)time, (void)jacobian, (void)preconditioner;
  return epx_distributed_fill_jacobian(context, state);
}

/** Fills d->field after a step. The last stage of the default method is the step's end: what it evaluated is
 * the field there, one evaluation of four a step that need not be done again. */
static PetscErrorCode eval_end(epx_distributed *d, Vec state) {
  PetscInt n_stages = 0;
  Vec *stages = NULL;
  PetscBool same = PETSC_FALSE;
  PetscCall(TSGetStages(d->ts, &n_stages, &stages));
  if (n_stages > 0 && d->rated == stages[n_stages - 1]) PetscCall(VecEqual(d->rated, state, &same));
  if (same) return VecCopy(d->rate, d->field);
  return epx_distributed_eval_field(d, state, d->field);
}

/** Sets residual, size and Euclidean norms at a state, whose field is in d->field: with one message of each
 * rank for all four. */
static PetscErrorCode measure(epx_distributed *d, Vec state) {
  PetscCall(VecNormBegin(d->field, NORM_INFINITY, &d->residual));
  PetscCall(VecNormBegin(state, NORM_INFINITY, &d->size));
  PetscCall(VecNormBegin(d->field, NORM_2, &d->field_norm));
  PetscCall(VecNormBegin(state, NORM_2, &d->state_norm));
  PetscCall(VecNormEnd(d->field, NORM_INFINITY, &d->residual));
  PetscCall(VecNormEnd(state, NORM_INFINITY, &d->size));
  PetscCall(VecNormEnd(d->field, NORM_2, &d->field_norm));
  PetscCall(VecNormEnd(state, NORM_2, &d->state_norm));
  return 0;
}

/** Gets the share of its time or steps that the dynamics have used. */
static double get_share(const epx_distributed *d, double time) {
  const double by_time = time / d->options.max_time;
  const double by_steps = 1 - (double)d->steps_left / (double)d->options.max_steps;
  return fmax(by_time, by_steps);
}

static PetscErrorCode watch(epx_distributed *d, Vec state, double time) {
  const double *s;
  if (!d->watch || get_share(d, time) < WATCH_FROM) return 0;
  PetscCall(VecGetArrayRead(state, &s));
  const int failed = epx_distributed_eval_outputs(d, s, d->outputs);
  PetscCall(VecRestoreArrayRead(state, &s));
  if (failed) return PETSC_ERR_LIB;
  epx_limit_cycle_add(d->watch, 0, time, d->outputs, NULL, 1);
  return 0;
}

/** Sets the tolerances of the next step by the way it will go, at the state last measured. */
static PetscErrorCode set_tolerances(const epx_distributed *d, Vec state, double step) {
  const epx_equilibrium_options *options = &d->options;
  PetscInt n_state;
  PetscCall(VecGetSize(state, &n_state));
  const double n = sqrt((double)n_state);
  const double share =
      STEP_SHARE * step * d->field_norm / n / (options->rtol * d->state_norm / n + options->atol);
  const double scale = fmin(1, share);
  PetscCall(TSSetTolerances(d->ts, scale * options->atol, NULL, scale * options->rtol, NULL));
  return 0;
}

static PetscErrorCode look(TS ts) {
  epx_distributed *d;
  Vec state;
  PetscReal time, last, step;
  PetscCall(TSGetApplicationContext(ts, &d));
  PetscCall(TSGetSolution(ts, &state));
  PetscCall(TSGetTime(ts, &time));
  PetscCall(TSGetPrevTime(ts, &last));
  PetscCall(TSGetTimeStep(ts, &step));
  const double before = d->residual;
  PetscCall(eval_end(d, state));
  PetscCall(measure(d, state));
  PetscCall(set_tolerances(d, state, step));
  d->last_step = step;
  d->counts.steps++;
  d->steps_left--;
  if (d->residual > d->options.settled) {
    d->settled_at = NAN;
  } else if (isnan(d->settled_at)) {
    d->settled_at =
        epx_settling_eval_time(d->options.settled, before, d->residual, d->elapsed + time, time - last);
  }
  PetscCall(watch(d, state, d->elapsed + time));
  const bool out = !isfinite(d->residual) || d->size > d->options.escape;
  if (out || d->residual <= d->target || d->steps_left <= 0) {
    PetscCall(TSSetConvergedReason(ts, TS_CONVERGED_USER));
  }
  return 0;
}

epx_err epx_distributed_create_dynamics(epx_distributed *d) {
  EPX_PETSC(TSCreate(d->nodes->communicator, &d->ts));
  EPX_PETSC(TSSetApplicationContext(d->ts, d));
  EPX_PETSC(TSSetProblemType(d->ts, TS_NONLINEAR));
  EPX_PETSC(TSSetRHSFunction(d->ts, NULL, eval_rate, d));
  EPX_PETSC(TSSetRHSJacobian(d->ts, d->jacobian, d->jacobian, eval_jacobian, d));
  EPX_PETSC(TSSetType(d->ts, TSRK));
  EPX_PETSC(TSRKSetType(d->ts, TSRK3BS));
  EPX_PETSC(TSSetExactFinalTime(d->ts, TS_EXACTFINALTIME_STEPOVER));
  EPX_PETSC(TSSetErrorIfStepFails(d->ts, PETSC_FALSE));
  EPX_PETSC(TSSetMaxSteps(d->ts, PETSC_MAX_INT));
  EPX_PETSC(TSSetPostStep(d->ts, look));
  if (TSSetFromOptions(d->ts)) return EPX_RAISE(EPX_ESOLVER, "petsc.options: %s", epx_session_get_message());
  const int n_watched = d->nodes->network->n_outputs * d->nodes->n_components;
  return n_watched > 0 ? epx_limit_cycle_create(n_watched, 1, &d->watch) : EPX_OK;
}

/** Integrates from where the state stands. */
static PetscErrorCode integrate(epx_distributed *d, bool *lost) {
  const epx_equilibrium_options *options = &d->options;
  const double far = FIRST_WAY * (options->rtol * d->size + options->atol) / d->residual;
  const double step = fmin(far, d->last_step);
  PetscReal time;
  PetscCall(set_tolerances(d, d->state, step));
  PetscCall(TSSetTime(d->ts, 0));
  PetscCall(TSSetStepNumber(d->ts, 0));
  PetscCall(TSSetMaxTime(d->ts, options->max_time - d->elapsed));
  PetscCall(TSSetTimeStep(d->ts, step));
  PetscCall(TSSetConvergedReason(d->ts, TS_CONVERGED_ITERATING));
  const PetscErrorCode code = TSSolve(d->ts, d->state);
  *lost = code == PETSC_ERR_FP; /* a step left the numbers */
  if (!*lost) PetscCall(code);
  PetscCall(TSGetTime(d->ts, &time));
  d->elapsed += time;
  return 0;
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
  EPX_PETSC(epx_distributed_eval_field(d, d->state, d->field));
  EPX_PETSC(measure(d, d->state));
  if (d->elapsed == 0) d->settled_at = d->residual <= d->options.settled ? 0 : NAN;
  if (d->residual <= d->target) return EPX_OK;
  EPX_PETSC(integrate(d, &lost));
  if (lost) {
    d->residual = NAN;
  } else {
    EPX_PETSC(epx_distributed_eval_field(d, d->state, d->field));
    EPX_PETSC(measure(d, d->state));
  }
  if (!(d->residual <= d->target)) explain(d, certificate);
  return EPX_OK;
}
