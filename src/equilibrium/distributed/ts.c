/** @file
 * The dynamics of a distributed network by PETSc's TS, where PETSc's options name one of it: an explicit
 * Runge-Kutta pair of order 3 unless they choose another method.
 */
#include <math.h>

#include "equilibrium/distributed/private.h"

/** A time that is none: TS wants one. */
#define ENDLESS 1e300

static PetscErrorCode eval_rate(TS ts, PetscReal time, Vec state, Vec rate, void *context) {
  (void)ts, (void)time;
  return epx_distributed_eval_field(context, state, rate);
}

static PetscErrorCode eval_jacobian(TS ts, PetscReal time, Vec state, Mat jacobian, Mat preconditioner,
                                    void *context) {
  (void)ts, (void)time, (void)jacobian, (void)preconditioner;
  return epx_distributed_fill_jacobian(context, state);
}

/** Tells whether the options chose continuation to rest, whose time is none. */
static PetscErrorCode is_pseudo(TS ts, bool *pseudo) {
  PetscBool same;
  PetscCall(PetscObjectTypeCompare((PetscObject)ts, TSPSEUDO, &same));
  *pseudo = same;
  return 0;
}

/** Sets the tolerances of the next step by the way it will go, at the state last measured. */
static PetscErrorCode set_tolerances(const epx_distributed *d, double step) {
  const double scale = epx_distributed_get_scale(d, step);
  double rtol, atol;
  epx_distributed_get_tolerances(d, &rtol, &atol);
  return TSSetTolerances(d->dynamics.ts, scale * atol, NULL, scale * rtol, NULL);
}

static PetscErrorCode look(TS ts) {
  epx_distributed *d;
  Vec state;
  const double *s, *rate;
  PetscReal time, last;
  bool done, pseudo = false;
  PetscCall(TSGetApplicationContext(ts, &d));
  PetscCall(TSGetSolution(ts, &state));
  PetscCall(TSGetTime(ts, &time));
  PetscCall(TSGetPrevTime(ts, &last));
  PetscCall(TSGetTimeStep(ts, &d->dynamics.last_step));
  PetscCall(is_pseudo(ts, &pseudo));
  PetscCall(epx_distributed_eval_field(d, state, d->field));
  PetscCall(epx_distributed_measure(d, state));
  PetscCall(set_tolerances(d, d->dynamics.last_step));
  PetscCall(VecGetArrayRead(state, &s));
  PetscCall(VecGetArrayRead(d->field, &rate));
  PetscCall(epx_distributed_look(d, s, rate, pseudo ? NAN : time, pseudo ? NAN : time - last, &done));
  PetscCall(VecRestoreArrayRead(d->field, &rate));
  PetscCall(VecRestoreArrayRead(state, &s));
  return done ? TSSetConvergedReason(ts, TS_CONVERGED_USER) : 0;
}

/** Has TS, too, judge a step by its worst component, unless the options say otherwise. */
static PetscErrorCode set_norm(void) {
  static const char name[] = "-ts_adapt_wnormtype";
  PetscBool given;
  PetscCall(PetscOptionsHasName(NULL, NULL, name, &given));
  return given ? 0 : PetscOptionsSetValue(NULL, name, "infinity");
}

/** Has the matrix know its pattern: implicit methods copy it before it is filled. */
static PetscErrorCode lay_pattern(epx_distributed *d) {
  PetscCall(VecSet(d->state, 0));
  PetscCall(epx_distributed_fill_jacobian(d, d->state));
  return 0;
}

epx_err epx_distributed_create_ts(epx_distributed *d) {
  EPX_PETSC(TSCreate(d->nodes->communicator, &d->dynamics.ts));
  EPX_PETSC(TSSetApplicationContext(d->dynamics.ts, d));
  EPX_PETSC(TSSetProblemType(d->dynamics.ts, TS_NONLINEAR));
  EPX_PETSC(TSSetRHSFunction(d->dynamics.ts, NULL, eval_rate, d));
  EPX_PETSC(TSSetRHSJacobian(d->dynamics.ts, d->linear.jacobian, d->linear.jacobian, eval_jacobian, d));
  EPX_PETSC(TSSetType(d->dynamics.ts, TSRK));
  EPX_PETSC(TSRKSetType(d->dynamics.ts, TSRK3BS));
  EPX_PETSC(TSSetExactFinalTime(d->dynamics.ts, TS_EXACTFINALTIME_STEPOVER));
  EPX_PETSC(TSSetErrorIfStepFails(d->dynamics.ts, PETSC_FALSE));
  EPX_PETSC(TSSetMaxSteps(d->dynamics.ts, PETSC_MAX_INT));
  EPX_PETSC(TSSetPostStep(d->dynamics.ts, look));
  EPX_PETSC(set_norm());
  EPX_PETSC(lay_pattern(d));
  if (TSSetFromOptions(d->dynamics.ts))
    return EPX_RAISE(EPX_EINPUT, "petsc.options: %s", epx_session_get_message());
  return EPX_OK;
}

PetscErrorCode epx_distributed_integrate_by_ts(epx_distributed *d, bool *lost) {
  const double step = epx_distributed_get_first_step(d);
  PetscBool given;
  PetscReal time;
  bool pseudo = false;
  PetscCall(is_pseudo(d->dynamics.ts, &pseudo));
  PetscCall(set_tolerances(d, step));
  PetscCall(TSSetTime(d->dynamics.ts, 0));
  PetscCall(TSSetStepNumber(d->dynamics.ts, 0));
  PetscCall(TSSetMaxTime(d->dynamics.ts, pseudo ? ENDLESS : d->options.max_time - d->dynamics.elapsed));
  PetscCall(PetscOptionsHasName(NULL, NULL, "-ts_dt", &given));
  if (!given) PetscCall(TSSetTimeStep(d->dynamics.ts, step));
  PetscCall(TSSetConvergedReason(d->dynamics.ts, TS_CONVERGED_ITERATING));
  const PetscErrorCode code = TSSolve(d->dynamics.ts, d->state);
  *lost = code == PETSC_ERR_FP; /* a step left the numbers */
  if (!*lost) PetscCall(code);
  PetscCall(TSGetTime(d->dynamics.ts, &time));
  d->dynamics.elapsed += pseudo ? 0 : time;
  return 0;
}
