/** @file
 * The finish of a distributed network: PETSc's Newton with line search and a Krylov method, block incomplete
 * factors on each rank's part. Loss on the diagonal makes them good: a few iterations a step.
 *
 * It ends when the next step would be below the tolerance, as a share of the largest component: the length of
 * the last one times what it left of the residual. So nothing has a unit, and a step that a linear solver made of
 * nothing ends nothing.
 *
 * The basin is watched as for a population: an answer further from the start than twice the first step, one
 * whose first step left more than half of the residual, or one that needed a shorter step, is not taken for
 * what the dynamics would have reached. What a step leaves is h/2 of the residual, and residuals fall all the way
 * where h < 2 (Deuflhard2004): half leaves a factor of two. Newton that goes on
 * past a shorter step is the dearest part of a large lattice with one slow ring: it ends there. What a step leaves
 * is in proportion to where it begins, and tells how much further the dynamics should go on before the next.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "epilux/log.h"
#include "equilibrium/distributed/private.h"

/** Largest displacement, in first steps, and the displacement that is rounding. */
#define BASIN 2.0
#define ROUNDING 1e-9
/** What the first step may leave of the residual where the dynamics had arrived, and what the next is to leave. */
#define CONTRACTION 0.5
#define WANTED 0.25
/** How much nearer the dynamics come before Newton tries again, at most and at least. */
#define NEAREST 0.1
#define NEARER 0.5
/** What a step must leave less of than this to tell how long the next one would be. */
#define TELLING 0.5
/** A step this short, of the largest component, leaves of the residual what its linear solve left: more than this
 * share is no solution. */
#define SHORT 1e-3
#define UNSOLVED 0.1
/** A rate that is this share of the largest ever is rounding. */
#define ROUNDING_RATE 0x1p-40
/** Reduction of the residual by a linear solve of Newton's: of the first, by which the basin is judged; of
 * the later ones the square of what the last iteration gained (EisenstatWalker1996, choice 2), but no more
 * than is wanted of the answer: a step this far below the tolerance, for learning takes differences of
 * answers. */
#define FIRST_REDUCTION 1e-2
#define LEAST_REDUCTION 1e-5
#define MARGIN 1e-3
/** An absolute residual of linear solves that is none: PETSc's own default. */
#define NO_FLOOR 1e-50
/** Iterations of a linear solve of Newton's: where they do not do, the Jacobian is near singular, and the
 * dynamics have not left a saddle yet. */
#define LINEAR_ITERATIONS 60
/** When the preconditioner is made anew, in PETSc's numbers: at each iteration, at the first, not at all. */
enum { LAG_NONE = 1, LAG_ONCE = -2, LAG_REUSED = -1 };
/** Most states for which a direct solver may take over. */
#define DIRECT_STATES 400000

static PetscErrorCode eval_field(SNES snes, Vec state, Vec field, void *context) {
  (void)snes;
  return epx_distributed_eval_field(context, state, field);
}

static PetscErrorCode eval_jacobian(SNES snes, Vec state, Mat jacobian, Mat preconditioner, void *context) {
  PetscInt lag;
  (void)preconditioner;
  PetscCall(SNESGetLagPreconditioner(snes, &lag));
  PetscCall(lag == LAG_REUSED ? epx_distributed_fill_product(context, state)
                              : epx_distributed_fill_jacobian(context, state));
  PetscCall(MatAssemblyBegin(jacobian, MAT_FINAL_ASSEMBLY)); /* one by differences, "-snes_mf_operator" */
  return MatAssemblyEnd(jacobian, MAT_FINAL_ASSEMBLY);
}

/** Sets how far the next linear solve goes: enough for Newton to converge as it can. `next`: the length of the step that
 * it is for. */
static PetscErrorCode set_reduction(const epx_distributed *d, PetscInt iteration, double gain, double next) {
  double reduction = FIRST_REDUCTION;
  if (d->newton.reduction_is_given) return 0;
  if (iteration > 0) reduction = fmax(fmin(gain * gain, FIRST_REDUCTION), LEAST_REDUCTION);
  reduction = fmax(reduction, fmin(MARGIN * d->options.tolerance / next, FIRST_REDUCTION));
  return KSPSetTolerances(d->linear.ksp, reduction, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT);
}

/** Evaluates the length of the last step as a share of the largest component, and notes whether it was cut short. */
static PetscErrorCode eval_step(epx_distributed *d, SNES snes, double *length) {
  SNESLineSearch search;
  PetscReal share;
  Vec step;
  PetscCall(SNESGetLineSearch(snes, &search));
  PetscCall(SNESLineSearchGetLambda(search, &share));
  PetscCall(SNESGetSolutionUpdate(snes, &step));
  PetscCall(VecNorm(step, NORM_INFINITY, length));
  if (!d->kinds.angle[0])
    d->newton.scale = fmax(d->newton.scale, *length); /* it may have begun in the dark */
  *length = *length > 0 ? *length / d->newton.scale : 0;
  d->newton.damped = d->newton.damped || share < 1;
  d->counts.newton_iterations++;
  return 0;
}

/** Ends where the next step would be below the tolerance; notes the first step and whether one was cut short. */
static PetscErrorCode judge(SNES snes, PetscInt iteration, PetscReal x_norm, PetscReal step_norm,
                            PetscReal f_norm, SNESConvergedReason *reason, void *context) {
  epx_distributed *d = context;
  const double before = d->residual;
  double length = INFINITY;
  Vec field;
  (void)x_norm, (void)step_norm;
  *reason = SNES_CONVERGED_ITERATING;
  PetscCall(SNESGetFunction(snes, &field, NULL, NULL));
  PetscCall(VecNorm(field, NORM_INFINITY, &d->residual));
  if (iteration > 0) PetscCall(eval_step(d, snes, &length));
  const double left = iteration > 0 ? d->residual / before : 1, next = length * left;
  if (iteration == 1) d->newton.first_step = length;
  if (iteration == 1) d->newton.first_left = left;
  d->newton.unsolved = left > UNSOLVED && length <= SHORT && !d->newton.damped;
  const bool spent = iteration == 1 && d->dynamics_follow && !(left <= CONTRACTION);
  d->arrived = false;
  if (!isfinite(f_norm)) {
    *reason = SNES_DIVERGED_FNORM_NAN;
  } else if (d->residual == 0 || (left <= TELLING && next <= d->options.tolerance)) {
    *reason = SNES_CONVERGED_FNORM_ABS;
  } else if (d->residual <= ROUNDING_RATE * d->counts.largest_rate && length <= d->options.tolerance) {
    *reason = SNES_CONVERGED_SNORM_RELATIVE;
  } else if (spent || (d->newton.damped && d->dynamics_follow)) {
    *reason = SNES_DIVERGED_LINE_SEARCH; /* the answer would not be taken: the dynamics go on at once */
  } else {
    PetscCall(set_reduction(d, iteration, left, isfinite(next) ? next : 1));
  }
  d->arrived = *reason > 0;
  return 0;
}

/** Refuses what ends in a fault in PETSc. */
static epx_err check_preconditioner(PC pc) {
  PetscBool without;
  EPX_PETSC(PetscObjectTypeCompareAny((PetscObject)pc, &without, PCMG, PCHMG, PCML, ""));
  if (without)
    return EPX_RAISE(EPX_EINPUT,
                     "petsc.options: -pc_type mg, hmg and ml want a hierarchy of grids; gamg makes one");
  return EPX_OK;
}

epx_err epx_distributed_create_finish(epx_distributed *d) {
  char *options = NULL;
  PC pc;
  PetscBool given;
  int n_ranks = 1;
  MPI_Comm_size(d->nodes->communicator, &n_ranks);
  EPX_PETSC(SNESCreate(d->nodes->communicator, &d->newton.snes));
  EPX_PETSC(SNESSetType(d->newton.snes, SNESNEWTONLS));
  EPX_PETSC(SNESSetFunction(d->newton.snes, d->field, eval_field, d));
  EPX_PETSC(SNESSetJacobian(d->newton.snes, d->linear.product, d->linear.jacobian, eval_jacobian, d));
  EPX_PETSC(SNESSetConvergenceTest(d->newton.snes, judge, d, NULL));
  EPX_PETSC(SNESSetTolerances(d->newton.snes, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT,
                              d->options.max_newton, PETSC_MAX_INT));
  EPX_PETSC(SNESGetKSP(d->newton.snes, &d->linear.ksp));
  EPX_PETSC(KSPSetType(d->linear.ksp, KSPGMRES));
  EPX_PETSC(
      KSPSetTolerances(d->linear.ksp, FIRST_REDUCTION, PETSC_DEFAULT, PETSC_DEFAULT, LINEAR_ITERATIONS));
  EPX_PETSC(KSPGetPC(d->linear.ksp, &pc));
  EPX_PETSC(PCSetType(pc, n_ranks > 1 ? PCBJACOBI : PCILU));
  EPX_PETSC(SNESSetLagPreconditioner(d->newton.snes, LAG_ONCE));
  if (SNESSetFromOptions(d->newton.snes))
    return EPX_RAISE(EPX_EINPUT, "petsc.options: %s", epx_session_get_message());
  EPX_TRY(check_preconditioner(pc));
  EPX_PETSC(SNESGetLagPreconditioner(d->newton.snes, &d->newton.lag));
  EPX_PETSC(PetscOptionsHasName(NULL, NULL, "-ksp_rtol", &given));
  d->newton.reduction_is_given = given;
  EPX_PETSC(PetscOptionsGetAll(NULL, &options));
  d->newton.newton_is_given = strstr(options, "-snes_") != NULL;
  EPX_PETSC(PetscFree(options));
  return EPX_OK;
}

const char *epx_distributed_get_solver(const epx_distributed *d) {
  static char text[128];
  PC pc;
  KSPType method = NULL;
  PCType preconditioner = NULL;
  if (KSPGetPC(d->linear.ksp, &pc) || KSPGetType(d->linear.ksp, &method) || PCGetType(pc, &preconditioner))
    return "";
  snprintf(text, sizeof text, "%s with %s", method ? method : "?", preconditioner ? preconditioner : "?");
  return text;
}

epx_err epx_distributed_raise(const epx_distributed *d) {
  return EPX_RAISE(EPX_ESOLVER, "%s: %s; " EPX_DISTRIBUTED_CHOOSE, epx_distributed_get_solver(d),
                   epx_session_get_message());
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
  EPX_PETSC(KSPGetPC(d->linear.ksp, &pc));
  EPX_PETSC(KSPSetType(d->linear.ksp, KSPGMRES)); /* the factors may be of a state nearby */
  EPX_PETSC(KSPSetTolerances(d->linear.ksp, PETSC_DEFAULT, NO_FLOOR, PETSC_DEFAULT, LINEAR_ITERATIONS));
  EPX_PETSC(PCSetType(pc, PCLU));
  if (PCFactorSetMatSolverType(pc, MATSOLVERMUMPS) != 0) return EPX_OK;
  *taken = d->counts.direct = true;
  d->newton.reduction_is_given = false;
  return EPX_OK;
}

/** One attempt from where the state stands, its preconditioner as `lag` says. *broken: the linear solver, not
 * Newton, gave up. */
static epx_err attempt(epx_distributed *d, PetscInt lag, bool *arrived, bool *broken) {
  SNESConvergedReason reason;
  PetscInt iterations;
  PetscReal size;
  d->newton.first_step = -1;
  d->newton.first_left = 0;
  d->newton.damped = d->newton.unsolved = d->arrived = false;
  EPX_PETSC(VecNorm(d->state, NORM_INFINITY, &size));
  d->newton.scale = epx_kinds_get_scale(&d->kinds, 0, fmax(size, d->dynamics.most_size));
  EPX_PETSC(VecCopy(d->state, d->newton.start));
  EPX_PETSC(SNESSetLagPreconditioner(d->newton.snes, lag));
  if (SNESSolve(d->newton.snes, NULL, d->state)) return epx_distributed_raise(d);
  EPX_PETSC(SNESGetConvergedReason(d->newton.snes, &reason));
  EPX_PETSC(SNESGetLinearSolveIterations(d->newton.snes, &iterations));
  d->counts.krylov_iterations += iterations;
  *arrived = reason > 0 && d->arrived; /* a step of nothing has PETSc think so, too */
  *broken = reason == SNES_DIVERGED_LINEAR_SOLVE;
  if (!*arrived) EPX_PETSC(VecCopy(d->newton.start, d->state));
  return EPX_OK;
}

epx_err epx_distributed_polish(epx_distributed *d, bool *arrived) {
  bool broken = false, taken = false;
  /* The Jacobian changes little on the way, and the factors of its start do; a learning phase is near the
   * free equilibrium, and those from there do: on large lattices they are a fifth of the time. Not where time
   * is reversed, which has another Jacobian. */
  const bool reused = d->nudge && !d->nudge->origin && d->linear.preconditioned;
  d->linear.preconditioned = reused;
  EPX_TRY(attempt(d, reused ? LAG_REUSED : d->newton.lag, arrived, &broken));
  if (!*arrived && (reused || (broken && d->newton.lag == LAG_ONCE))) {
    d->linear.preconditioned = false;
    EPX_TRY(attempt(d, reused ? d->newton.lag : LAG_NONE, arrived, &broken));
  }
  if (!d->nudge) d->linear.preconditioned = *arrived;
  if (!*arrived && d->nudge && d->newton.newton_is_given)
    epx_log_write_once(
        EPX_LOG_WARNING, "distributed",
        "Newton's method, as petsc.options set it (-snes_...), does not come to the tolerance in nudged "
        "phases; leave these options out");
  const bool stuck =
      d->newton.unsolved && !d->dynamics_follow; /* else the dynamics go on, and it begins nearer */
  if (*arrived || (!stuck && !(broken && d->nudge))) return EPX_OK;
  EPX_TRY(epx_distributed_take_direct(d, &taken));
  if (taken) EPX_TRY(attempt(d, LAG_NONE, arrived, &broken));
  return EPX_OK;
}

double epx_distributed_get_nearer(const epx_distributed *d) {
  const double left = d->newton.first_left;
  if (!(left > CONTRACTION) || !isfinite(left)) return NEAREST;
  return fmin(fmax(WANTED / left, NEAREST), NEARER);
}

epx_err epx_distributed_check_basin(epx_distributed *d, bool *inside) {
  double displacement;
  EPX_PETSC(VecAXPY(d->newton.start, -1, d->state));
  EPX_PETSC(VecNorm(d->newton.start, NORM_INFINITY, &displacement));
  EPX_PETSC(VecAXPY(d->newton.start, 1, d->state));
  *inside = !d->newton.damped && displacement <= (BASIN * d->newton.first_step + ROUNDING) * d->newton.scale;
  return EPX_OK;
}
