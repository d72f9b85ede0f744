/** @file
 * Reference: stock parts of SUNDIALS at tight tolerances, one network, nothing clever. It shares no
 * arithmetic with the population but the family's own functions, and the judgement of what oscillates.
 *
 * A network is a lane, and lanes come in whole vectors: the state is repeated in all of them and the first is
 * read.
 */
#include "equilibrium/reference/reference.h"

#include <kinsol/kinsol.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "base/numbers/random.h"
#include "equilibrium/outcome/oscillation.h"
#include "equilibrium/outcome/spectrum.h"
#include "equilibrium/sundials_compat.h"

/** Tolerances of the dynamics, and the residual at which KINSOL begins; the options may only ask for less,
 * but when the time is up, their handover will do: a network that has settled by their word is not slow. */
#define RTOL 1e-8
#define ATOL 1e-10
#define HANDOVER 1e-6
/** KINSOL may move the state by so much of itself; it has left the basin otherwise. */
#define BASIN 1e-2
/** Of stiff families, whose fast rates make noise of what a step leaves open: the residual at which KINSOL
 * begins; and tolerances where there is none, for the dynamics must get to the end. */
#define STIFF_HANDOVER 1e-4
#define STIFF_RTOL 1e-10
#define STIFF_ATOL 1e-13
#define STIFF_SHARE 1e-3

/** What grows by less than this share of the root mean square of the Jacobian's rows is rounding. */
#define NEUTRAL 1e-8
/** How far the state is moved from an unstable equilibrium that the dynamics have reached, and how often. */
#define PUSH 1e-3
enum { MOST_PUSHES = 3 };

typedef struct {
  const epx_lanes *lanes;
  const epx_nudge *nudge;
  const epx_equilibrium_options *options;
  epx_reference_watch tell;
  void *context;
  int n_state;
  double direction;
  double *y, *f, *work;   /* of whole vectors of lanes */
  double *field, *before; /* [n_state] */
  double *jacobian;       /* [n_state][n_state] */
  epx_limit_cycle *watch;
  epx_spectrum *spectrum;
  SUNContext sundials;
  N_Vector state, scale;
  void *cvode, *kinsol;
  SUNNonlinearSolver iteration;
  SUNMatrix matrix;
  SUNLinearSolver solver;
  bool stiff; /* the family is: */
  SUNMatrix step_matrix;
  SUNLinearSolver step_solver;
  double handover, time;
  long n_steps;
  bool late; /* the time is up */
  epx_certificate *certificate;
} reference;

/** Evaluates F + N at one network's state. */
static void eval_field(reference *r, const double *state, double *field) {
  const size_t n_lanes = (size_t)r->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)r->n_state; i++) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      r->y[i * n_lanes + lane] = state[i];
  }
  r->lanes->network->family->eval_field(r->lanes, r->y, r->f, r->work);
  if (r->nudge) r->nudge->add_field(r->nudge->context, r->lanes, r->y, r->f);
  for (size_t i = 0; i < (size_t)r->n_state; i++)
    field[i] = r->f[i * n_lanes];
}

static int call_dynamics(double time, N_Vector state, N_Vector field, void *context) {
  reference *r = context;
  (void)time;
  double *f = N_VGetArrayPointer(field);
  eval_field(r, N_VGetArrayPointer(state), f);
  for (int i = 0; i < r->n_state; i++)
    f[i] *= r->direction;
  return 0;
}

static int call_system(N_Vector state, N_Vector field, void *context) {
  eval_field(context, N_VGetArrayPointer(state), N_VGetArrayPointer(field));
  return 0;
}

static int call_jacobian(N_Vector state, N_Vector field, SUNMatrix matrix, void *context, N_Vector t1,
                         N_Vector t2) {
  reference *r = context;
  (void)t1, (void)t2;
  const int n = r->n_state;
  eval_field(r, N_VGetArrayPointer(state), N_VGetArrayPointer(field));
  r->lanes->network->family->eval_jacobian(r->lanes, r->y, 0, 1, r->jacobian);
  if (r->nudge && r->nudge->add_jacobian) {
    r->nudge->add_jacobian(r->nudge->context, r->lanes, r->y, 0, 1, r->jacobian);
  }
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++)
      SM_ELEMENT_D(matrix, i, j) = r->jacobian[i * n + j];
  }
  return 0;
}

static int call_dynamics_jacobian(double time, N_Vector state, N_Vector field, SUNMatrix matrix,
                                  void *context, N_Vector t1, N_Vector t2, N_Vector t3) {
  const reference *r = context;
  (void)time, (void)t3;
  call_jacobian(state, field, matrix, context, t1, t2);
  if (r->direction < 0) SUNMatScaleAdd(-2, matrix, matrix);
  return 0;
}

static epx_err create_arrays(reference *r) {
  const epx_network *network = r->lanes->network;
  const size_t n = (size_t)r->n_state, n_lanes = (size_t)r->lanes->n_lanes;
  EPX_TRY(EPX_ARRAY(r->y, n * n_lanes));
  EPX_TRY(EPX_ARRAY(r->f, n * n_lanes));
  EPX_TRY(EPX_ARRAY(r->work, 4 * (size_t)network->n_nodes * (size_t)network->family->components * n_lanes));
  EPX_TRY(EPX_ARRAY(r->field, n));
  EPX_TRY(EPX_ARRAY(r->before, n));
  EPX_TRY(EPX_ARRAY(r->jacobian, n * n));
  EPX_TRY(epx_limit_cycle_create(r->n_state, 1, &r->watch));
  return epx_spectrum_create(r->n_state, &r->spectrum);
}

/** Sets how an implicit step is solved: by functional iteration, or, of a stiff family, by Newton's method
 * with a dense Jacobian. */
static int set_iteration(reference *r) {
  if (!r->stiff) {
    r->iteration = SUNNonlinSol_FixedPoint(r->state, 0, r->sundials);
    return r->iteration ? CVodeSetNonlinearSolver(r->cvode, r->iteration) : -1;
  }
  r->step_matrix = SUNDenseMatrix(r->n_state, r->n_state, r->sundials);
  r->step_solver = SUNLinSol_Dense(r->state, r->step_matrix, r->sundials);
  if (!r->step_matrix || !r->step_solver) return -1;
  int code = CVodeSetLinearSolver(r->cvode, r->step_solver, r->step_matrix);
  if (!code) code = CVodeSetJacFn(r->cvode, call_dynamics_jacobian);
  if (!code && r->options->method == EPX_DYNAMICS) code = CVodeSetNonlinConvCoef(r->cvode, STIFF_SHARE);
  return code;
}

static epx_err create_cvode(reference *r) {
  const epx_equilibrium_options *o = r->options;
  const bool to_the_end = r->stiff && o->method == EPX_DYNAMICS;
  r->cvode = CVodeCreate(r->stiff ? CV_BDF : CV_ADAMS, r->sundials);
  if (!r->cvode) return EPX_RAISE(EPX_ESOLVER, "CVODE gave no solver");
  int code = epx_sundials_silence(CVodeSetErrHandlerFn, r->cvode, "reference");
  if (!code) code = CVodeInit(r->cvode, call_dynamics, 0, r->state);
  if (!code) code = CVodeSetUserData(r->cvode, r);
  if (!code)
    code = CVodeSStolerances(r->cvode, fmin(to_the_end ? STIFF_RTOL : RTOL, o->rtol),
                             fmin(to_the_end ? STIFF_ATOL : ATOL, o->atol));
  if (!code) code = set_iteration(r);
  if (!code) code = CVodeSetMaxHnilWarns(r->cvode, -1);
  return code ? EPX_RAISE(EPX_ESOLVER, "CVODE refused its settings (%d)", code) : EPX_OK;
}

static epx_err create_kinsol(reference *r) {
  r->kinsol = KINCreate(r->sundials);
  r->matrix = SUNDenseMatrix(r->n_state, r->n_state, r->sundials);
  r->solver = SUNLinSol_Dense(r->state, r->matrix, r->sundials);
  if (!r->kinsol || !r->matrix || !r->solver) return EPX_RAISE(EPX_ESOLVER, "KINSOL gave no solver");
  int code = epx_sundials_silence(KINSetErrHandlerFn, r->kinsol, "reference");
  if (!code) code = KINInit(r->kinsol, call_system, r->state);
  if (!code) code = KINSetUserData(r->kinsol, r);
  if (!code) code = KINSetLinearSolver(r->kinsol, r->solver, r->matrix);
  if (!code) code = KINSetJacFn(r->kinsol, call_jacobian);
  if (!code) code = KINSetMaxSetupCalls(r->kinsol, 1);
  if (!code) code = KINSetNumMaxIters(r->kinsol, r->options->max_newton);
  if (!code) code = KINSetFuncNormTol(r->kinsol, fmin(r->options->tolerance, 1e-13));
  if (!code) code = KINSetScaledStepTol(r->kinsol, 1e-16);
  return code ? EPX_RAISE(EPX_ESOLVER, "KINSOL refused its settings (%d)", code) : EPX_OK;
}

static epx_err create_parts(reference *r, const double *state) {
  EPX_TRY(create_arrays(r));
  if (epx_sundials_create_context("reference", &r->sundials) != 0)
    return EPX_RAISE(EPX_ESOLVER, "no context");
  r->state = N_VNew_Serial(r->n_state, r->sundials);
  r->scale = N_VNew_Serial(r->n_state, r->sundials);
  if (!r->state || !r->scale) return EPX_RAISE(EPX_EMEMORY, "no memory for a state of %d", r->n_state);
  memcpy(N_VGetArrayPointer(r->state), state, (size_t)r->n_state * sizeof *state);
  N_VConst(1, r->scale);
  EPX_TRY(create_cvode(r));
  return create_kinsol(r);
}

static void destroy_parts(reference *r) {
  if (r->cvode) CVodeFree(&r->cvode);
  if (r->kinsol) KINFree(&r->kinsol);
  if (r->iteration) SUNNonlinSolFree(r->iteration);
  if (r->solver) SUNLinSolFree(r->solver);
  if (r->matrix) SUNMatDestroy(r->matrix);
  if (r->step_solver) SUNLinSolFree(r->step_solver);
  if (r->step_matrix) SUNMatDestroy(r->step_matrix);
  if (r->state) N_VDestroy(r->state);
  if (r->scale) N_VDestroy(r->scale);
  if (r->sundials) SUNContext_Free(&r->sundials);
  epx_limit_cycle_destroy(&r->watch);
  epx_spectrum_destroy(&r->spectrum);
  epx_array_destroy(&r->y);
  epx_array_destroy(&r->f);
  epx_array_destroy(&r->work);
  epx_array_destroy(&r->field);
  epx_array_destroy(&r->before);
  epx_array_destroy(&r->jacobian);
}

static double get_largest(int n, const double *x) {
  double largest = 0;
  for (int i = 0; i < n; i++) {
    if (!isfinite(x[i])) return INFINITY;
    largest = fmax(largest, fabs(x[i]));
  }
  return largest;
}

/** Looks at the state after a step. Returns whether the dynamics are over. */
static bool look_at(reference *r, double share) {
  const epx_equilibrium_options *o = r->options;
  epx_certificate *c = r->certificate;
  double *state = N_VGetArrayPointer(r->state);
  eval_field(r, state, r->field);
  c->residual = get_largest(r->n_state, r->field);
  if (get_largest(r->n_state, state) > o->escape || isinf(c->residual)) {
    c->outcome = EPX_DIVERGED;
    return true;
  }
  if (c->residual > o->settled) {
    c->settling_time = NAN;
  } else if (isnan(c->settling_time)) {
    c->settling_time = r->time;
  }
  r->late = share >= 1;
  if (c->residual <= (r->late ? o->handover : r->handover)) return true;
  const double floor = 10 * (RTOL * get_largest(r->n_state, state) + ATOL);
  if (epx_oscillation_is_due(share, r->n_steps)) {
    for (int i = 0; i < r->n_state; i++)
      r->field[i] *= r->direction;
    if (epx_limit_cycle_add(r->watch, 0, r->time, state, r->field, 1) &&
        epx_limit_cycle_is_steady(r->watch, 0, floor, &c->period, &c->amplitude)) {
      c->outcome = EPX_OSCILLATES;
      return true;
    }
  }
  if (share < 1) return false;
  c->outcome =
      epx_limit_cycle_eval(r->watch, 0, floor, &c->period, &c->amplitude) ? EPX_OSCILLATES : EPX_SLOW;
  return true;
}

/** Follows the dynamics until the residual is at most r->handover; certificate->outcome says when it never
 * is. */
static epx_err follow(reference *r, long *steps_left) {
  const epx_equilibrium_options *o = r->options;
  if (look_at(r, 0)) return EPX_OK;
  for (;;) {
    const int code = CVode(r->cvode, o->max_time, r->state, &r->time, CV_ONE_STEP);
    if (code == CV_ERR_FAILURE || code == CV_CONV_FAILURE || code == CV_TOO_MUCH_ACC ||
        code == CV_LSETUP_FAIL) {
      r->certificate->outcome = EPX_DIVERGED;
      return EPX_OK;
    }
    if (code < 0) return EPX_RAISE(EPX_ESOLVER, "CVODE stopped (%d)", code);
    if (r->tell && r->tell(r->context, r->time, r->n_state, N_VGetArrayPointer(r->state)) != 0) {
      r->certificate->outcome = EPX_SLOW;
      return EPX_OK;
    }
    *steps_left -= 1;
    r->n_steps++;
    const double share = fmax(r->time / o->max_time, 1 - (double)*steps_left / (double)o->max_steps);
    if (look_at(r, share)) return EPX_OK;
  }
}

/** Tells whether some direction grows at the state. */
static bool is_unstable(reference *r) {
  const int n = r->n_state;
  double squares = 0;
  if (r->nudge && !r->nudge->add_jacobian) return false;
  eval_field(r, N_VGetArrayPointer(r->state), r->field);
  r->lanes->network->family->eval_jacobian(r->lanes, r->y, 0, 1, r->jacobian);
  for (int i = 0; i < n * n; i++)
    squares += r->jacobian[i] * r->jacobian[i];
  return epx_spectrum_eval_abscissa(r->spectrum, r->lanes, r->nudge, r->y, 0) > NEUTRAL * sqrt(squares / n);
}

/** Moves the state in no particular direction. */
static epx_err push(reference *r) {
  const epx_random stream = epx_random_init(0, "push");
  double *state = N_VGetArrayPointer(r->state);
  for (int i = 0; i < r->n_state; i++)
    state[i] += PUSH * (2 * epx_random_eval_uniform(&stream, 0, 0, 0, (uint32_t)i) - 1);
  if (CVodeReInit(r->cvode, r->time, r->state) == CV_SUCCESS) return EPX_OK;
  return EPX_RAISE(EPX_ESOLVER, "CVODE cannot begin again");
}

/** Polishes by KINSOL. Returns whether it got to the tolerance, when `near` to what is stable and near enough
 * to where it began; puts the state back otherwise. */
static bool polish(reference *r, bool near) {
  const size_t size = (size_t)r->n_state * sizeof(double);
  double *state = N_VGetArrayPointer(r->state), moved = 0;
  memcpy(r->before, state, size);
  const int code = KINSol(r->kinsol, r->state, KIN_LINESEARCH, r->scale, r->scale);
  eval_field(r, state, r->field);
  const double residual = get_largest(r->n_state, r->field);
  for (int i = 0; i < r->n_state; i++)
    moved = fmax(moved, fabs(state[i] - r->before[i]));
  const bool stayed = !near || (moved <= BASIN * (1 + get_largest(r->n_state, r->before)) && !is_unstable(r));
  /* At the level of rounding KINSOL gives up its line search: what counts is the residual. */
  if ((code >= 0 || residual <= r->options->tolerance) && residual <= r->options->tolerance && stayed) {
    r->certificate->residual = residual;
    return true;
  }
  memcpy(state, r->before, size);
  return false;
}

static epx_err settle(reference *r) {
  const epx_equilibrium_options *o = r->options;
  long steps_left = o->max_steps;
  int n_pushes = 0;
  if (o->method == EPX_NEWTON && polish(r, false)) return EPX_OK;
  const double handover = fmin(r->stiff ? STIFF_HANDOVER : HANDOVER, o->handover);
  r->handover = o->method == EPX_DYNAMICS ? o->tolerance : handover;
  epx_limit_cycle_init(r->watch, 0);
  for (;;) {
    EPX_TRY(follow(r, &steps_left));
    if (r->certificate->outcome != EPX_OK) return EPX_OK;
    const bool there = r->handover <= o->tolerance;
    if (there ? !is_unstable(r) : polish(r, true)) return EPX_OK;
    if (r->late || (there && n_pushes++ == MOST_PUSHES)) {
      r->certificate->outcome = EPX_SLOW;
      return EPX_OK;
    }
    if (there) EPX_TRY(push(r));
    r->handover = there && o->method != EPX_DYNAMICS ? handover : fmax(r->handover / 10, o->tolerance);
  }
}

static epx_err solve(reference *r, double *state) {
  EPX_TRY(create_parts(r, state));
  EPX_TRY(settle(r));
  memcpy(state, N_VGetArrayPointer(r->state), (size_t)r->n_state * sizeof *state);
  if (r->certificate->outcome == EPX_OK) {
    eval_field(r, state, r->field);
    r->certificate->abscissa = epx_spectrum_eval_abscissa(r->spectrum, r->lanes, NULL, r->y, 0);
  }
  return EPX_OK;
}

epx_err epx_reference_solve(const epx_lanes *lanes, const epx_nudge *nudge,
                            const epx_equilibrium_options *options, epx_reference_watch watch, void *context,
                            double *state, epx_certificate *certificate) {
  EPX_TRY(epx_equilibrium_check(options));
  if (lanes->n_used != 1)
    return EPX_RAISE(EPX_EINPUT, "reference: %d networks, it solves one", lanes->n_used);
  *certificate = (epx_certificate){.settling_time = NAN, .abscissa = NAN, .period = NAN, .amplitude = NAN};
  reference r = {
      .lanes = lanes,
      .nudge = nudge,
      .options = options,
      .tell = watch,
      .context = context,
      .n_state = lanes->network->n_state,
      .stiff = lanes->network->family->stiff,
      .direction = nudge && nudge->direction < 0 ? -1 : 1,
      .certificate = certificate,
  };
  const int code = solve(&r, state);
  destroy_parts(&r);
  return code;
}
