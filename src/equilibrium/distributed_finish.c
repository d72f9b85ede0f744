/** @file
 * The finish of a distributed network: PETSc's Newton with line search and a Krylov method, block incomplete
 * factors on each rank's part. Loss on the diagonal makes them good: a few iterations a step.
 *
 * The basin is watched as for a population: an answer further from the start than twice the first step, or
 * one that needed a shorter step, is not taken for what the dynamics would have reached. Newton that goes on
 * past a shorter step is the dearest part of a large lattice with one slow ring: it ends there.
 */
#include <math.h>
#include <stdio.h>

#include "epilux/base/log.h"
#include "equilibrium/distributed_private.h"

/** Largest displacement, in first steps, and the displacement that is rounding. */
#define BASIN 2.0
#define ROUNDING 1e-9
/** Reduction of the residual by each linear solve of Newton's. */
#define LINEAR_REDUCTION 1e-4
/** Iterations of a linear solve of Newton's: where they do not do, the Jacobian is near singular, and the
 * dynamics have not left a saddle yet. */
#define LINEAR_ITERATIONS 60
/** Most states for which a direct solver may take over. */
#define DIRECT_STATES 400000

static PetscErrorCode eval_field(SNES snes, Vec state, Vec field, void *context) {
  (void)snes;
  return epx_distributed_eval_field(context, state, field);
}

static PetscErrorCode eval_jacobian(SNES snes, Vec state, Mat jacobian, Mat preconditioner, void *context) {
  (void)snes, (void)jacobian, (void)preconditioner;
  return epx_distributed_fill_jacobian(context, state);
}

/** Ends at the tolerance of the largest component; notes the first step and whether one was cut short. */
static PetscErrorCode judge(SNES snes, PetscInt iteration, PetscReal x_norm, PetscReal step_norm,
                            PetscReal f_norm, SNESConvergedReason *reason, void *context) {
  epx_distributed *d = context;
  Vec field, step;
  (void)x_norm, (void)step_norm;
  *reason = SNES_CONVERGED_ITERATING;
  PetscCall(SNESGetFunction(snes, &field, NULL, NULL));
  PetscCall(VecNorm(field, NORM_INFINITY, &d->residual));
  if (iteration > 0) {
    SNESLineSearch search;
    PetscReal share;
    PetscCall(SNESGetLineSearch(snes, &search));
    PetscCall(SNESLineSearchGetLambda(search, &share));
    d->damped = d->damped || share < 1;
    d->counts.newton_iterations++;
  }
  if (iteration == 1) {
    PetscCall(SNESGetSolutionUpdate(snes, &step));
    PetscCall(VecNorm(step, NORM_INFINITY, &d->first_step));
  }
  if (!isfinite(f_norm)) {
    *reason = SNES_DIVERGED_FNORM_NAN;
  } else if (d->residual <= d->options.tolerance) {
    *reason = SNES_CONVERGED_FNORM_ABS;
  } else if (d->damped && d->dynamics_follow) {
    *reason = SNES_DIVERGED_LINE_SEARCH; /* the answer would not be taken: the dynamics go on at once */
  }
  return 0;
}

epx_err epx_distributed_create_finish(epx_distributed *d) {
  PC pc;
  int n_ranks = 1;
  MPI_Comm_size(d->nodes->communicator, &n_ranks);
  EPX_PETSC(SNESCreate(d->nodes->communicator, &d->snes));
  EPX_PETSC(SNESSetType(d->snes, SNESNEWTONLS));
  EPX_PETSC(SNESSetFunction(d->snes, d->field, eval_field, d));
  EPX_PETSC(SNESSetJacobian(d->snes, d->jacobian, d->jacobian, eval_jacobian, d));
  EPX_PETSC(SNESSetConvergenceTest(d->snes, judge, d, NULL));
  EPX_PETSC(SNESSetTolerances(d->snes, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT, d->options.max_newton,
                              PETSC_MAX_INT));
  EPX_PETSC(SNESGetKSP(d->snes, &d->ksp));
  EPX_PETSC(KSPSetType(d->ksp, KSPGMRES));
  EPX_PETSC(KSPSetTolerances(d->ksp, LINEAR_REDUCTION, PETSC_DEFAULT, PETSC_DEFAULT, LINEAR_ITERATIONS));
  EPX_PETSC(KSPGetPC(d->ksp, &pc));
  EPX_PETSC(PCSetType(pc, n_ranks > 1 ? PCBJACOBI : PCILU));
  if (SNESSetFromOptions(d->snes))
    return EPX_RAISE(EPX_ESOLVER, "petsc.options: %s", epx_session_get_message());
  return EPX_OK;
}

const char *epx_distributed_get_solver(const epx_distributed *d) {
  static char text[128];
  PC pc;
  KSPType method = NULL;
  PCType preconditioner = NULL;
  if (KSPGetPC(d->ksp, &pc) || KSPGetType(d->ksp, &method) || PCGetType(pc, &preconditioner)) return "";
  snprintf(text, sizeof text, "%s with %s", method ? method : "?", preconditioner ? preconditioner : "?");
  return text;
}

epx_err epx_distributed_take_direct(epx_distributed *d, bool *taken) {
  PC pc;
  PetscInt n_state;
  *taken = false;
  EPX_PETSC(VecGetSize(d->state, &n_state));
  if (d->counts.direct || n_state > DIRECT_STATES) return EPX_OK;
  epx_log_write_once(EPX_LOG_WARNING, "distributed",
                     "%s did not converge on the linearised network: a direct solver takes over, which wants "
                     "much memory; " EPX_DISTRIBUTED_CHOOSE,
                     epx_distributed_get_solver(d));
  EPX_PETSC(KSPGetPC(d->ksp, &pc));
  EPX_PETSC(KSPSetType(d->ksp, KSPPREONLY));
  EPX_PETSC(PCSetType(pc, PCLU));
  if (PCFactorSetMatSolverType(pc, MATSOLVERMUMPS) != 0) return EPX_OK;
  *taken = d->counts.direct = true;
  return EPX_OK;
}

/** One attempt from where the state stands. *broken: the linear solver, not Newton, gave up. reused: with the
 * preconditioner that there is. */
static epx_err attempt(epx_distributed *d, bool reused, bool *arrived, bool *broken) {
  SNESConvergedReason reason;
  PetscInt iterations, lag;
  d->first_step = -1;
  d->damped = false;
  EPX_PETSC(VecCopy(d->state, d->start));
  EPX_PETSC(SNESGetLagPreconditioner(d->snes, &lag));
  if (reused) EPX_PETSC(SNESSetLagPreconditioner(d->snes, -1)); /* never anew */
  EPX_PETSC(SNESSolve(d->snes, NULL, d->state));
  if (reused) EPX_PETSC(SNESSetLagPreconditioner(d->snes, lag));
  EPX_PETSC(SNESGetConvergedReason(d->snes, &reason));
  EPX_PETSC(SNESGetLinearSolveIterations(d->snes, &iterations));
  d->counts.krylov_iterations += iterations;
  *arrived = reason > 0;
  *broken = reason == SNES_DIVERGED_LINEAR_SOLVE;
  if (!*arrived) EPX_PETSC(VecCopy(d->start, d->state));
  return EPX_OK;
}

epx_err epx_distributed_polish(epx_distributed *d, bool *arrived) {
  bool broken = false, taken = false;
  /* A learning phase is near the free equilibrium, and the factors from there do: on large lattices they are
   * a fifth of its time. Not where time is reversed, which has another Jacobian. */
  const bool reused = d->nudge && !d->nudge->origin && d->preconditioned;
  d->preconditioned = reused;
  EPX_TRY(attempt(d, reused, arrived, &broken));
  if (!*arrived && reused) {
    d->preconditioned = false;
    EPX_TRY(attempt(d, false, arrived, &broken));
  }
  if (!d->nudge) d->preconditioned = *arrived;
  if (!broken || !d->nudge) return EPX_OK;
  EPX_TRY(epx_distributed_take_direct(d, &taken));
  if (taken) EPX_TRY(attempt(d, false, arrived, &broken));
  return EPX_OK;
}

epx_err epx_distributed_check_basin(epx_distributed *d, bool *inside) {
  double displacement, size;
  EPX_PETSC(VecAXPY(d->start, -1, d->state));
  EPX_PETSC(VecNorm(d->start, NORM_INFINITY, &displacement));
  EPX_PETSC(VecNorm(d->state, NORM_INFINITY, &size));
  EPX_PETSC(VecAXPY(d->start, 1, d->state));
  *inside = !d->damped && displacement <= BASIN * d->first_step + ROUNDING * (1 + size);
  return EPX_OK;
}
