/** @file
 * Reference: stock parts of SUNDIALS at tight tolerances, one network, nothing clever. It shares no
 * arithmetic with the population but the family's own functions, and the judgement of what oscillates.
 *
 * A network is a lane, and lanes come in whole vectors: the state is repeated in all of them and the first is
 * read.
 */
#include "equilibrium/reference/reference.h"

#include <float.h>
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
#include "equilibrium/outcome/settling.h"
#include "equilibrium/outcome/spectrum.h"
#include "equilibrium/sundials_compat.h"

/** Tolerances of the dynamics, and the share of the largest rates at which KINSOL begins; the options may only ask
 * for less, but when the time is up, their handover will do: a network that has settled by their word is not slow. */
#define RTOL 1e-8
#define ATOL 1e-10
#define HANDOVER 1e-6
/** KINSOL may move the state by so much of its largest components; it has left the basin otherwise. */
#define BASIN 1e-2
/** Of stiff families, whose fast rates make noise of what a step leaves open: the share at which KINSOL
 * begins; and tolerances where there is none, for the dynamics must get to the end. */
#define STIFF_HANDOVER 1e-4
#define STIFF_RTOL 1e-10
#define STIFF_ATOL 1e-13
#define STIFF_SHARE 1e-3

/** What grows by less than this share of the root mean square of the Jacobian's rows is rounding. */
#define NEUTRAL 1e-8
/** A component that moves by less than this share of itself, in as much time as has gone by, moves by rounding. */
#define ROUNDING 0x1p-40
/** The step along the field by which the start is judged, of max_time. */
#define PROBE 0x1p-30
/** Rates at most this share of their largest: a network whose settling is measured rests, wherever it is. */
#define RESTS 1e-7
/** How far the state is moved from an unstable equilibrium that the dynamics have reached, of its largest
 * components, and how often. */
#define PUSH 1e-3
enum { MOST_PUSHES = 3 };

/** What the components of one kind have done. */
typedef struct {
  double rate, way,
      size;    /* the largest rate; the furthest from the start, or expected; the largest component */
  double most; /* a component beyond this is divergence */
} history;

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
  double *start, *end;    /* [n_state] */
  epx_kinds kinds;
  history kind[EPX_KIND_COUNT];
  double *jacobian; /* [n_state][n_state] */
  epx_limit_cycle *watch;
  epx_spectrum *spectrum;
  SUNContext sundials;
  N_Vector state, scale, scale_of_field;
  void *cvode, *kinsol;
  SUNNonlinearSolver iteration;
  SUNMatrix matrix;
  SUNLinearSolver solver;
  bool stiff; /* the family is: */
  SUNMatrix step_matrix;
  SUNLinearSolver step_solver;
  double handover; /* share of the largest rates at which the dynamics end */
  double time;
  long n_steps;
  double rtol, atol;
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

static size_t get_kind(const reference *r, int i) {
  return r->kinds.of[(size_t)i % r->kinds.n_components];
}

static int call_weights(N_Vector state, N_Vector weights, void *context) {
  const reference *r = context;
  const double *y = N_VGetArrayPointer(state);
  double *w = N_VGetArrayPointer(weights);
  for (int i = 0; i < r->n_state; i++) {
    const size_t kind = get_kind(r, i);
    const double scale = epx_kinds_get_scale(&r->kinds, kind, fabs(y[i]));
    /* Of a start next to the end the way is short, and the tolerance with it: rates have to fall by as much. */
    const double tolerance = r->rtol * fmin(scale, r->kind[kind].way) + r->atol * r->kind[kind].way;
    w[i] = 1 / fmax(tolerance, 16 * DBL_EPSILON * scale + 1e-100);
  }
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
  EPX_TRY(EPX_ARRAY(r->start, n));
  EPX_TRY(EPX_ARRAY(r->end, n));
  EPX_TRY(EPX_ARRAY(r->jacobian, n * n));
  EPX_TRY(epx_limit_cycle_create(&r->kinds, r->n_state, 1, &r->watch));
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
  r->rtol = fmin(to_the_end ? STIFF_RTOL : RTOL, o->rtol);
  r->atol = fmin(to_the_end ? STIFF_ATOL : ATOL, o->atol);
  if (!code) code = CVodeWFtolerances(r->cvode, call_weights);
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
  if (!code) code = KINSetFuncNormTol(r->kinsol, fmin(r->options->tolerance, 1e-14));
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
  r->scale_of_field = N_VNew_Serial(r->n_state, r->sundials);
  if (!r->scale_of_field) return EPX_RAISE(EPX_EMEMORY, "no memory for a state of %d", r->n_state);
  memcpy(N_VGetArrayPointer(r->state), state, (size_t)r->n_state * sizeof *state);
  memcpy(r->start, state, (size_t)r->n_state * sizeof *state);
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
  if (r->scale_of_field) N_VDestroy(r->scale_of_field);
  if (r->sundials) SUNContext_Free(&r->sundials);
  epx_limit_cycle_destroy(&r->watch);
  epx_spectrum_destroy(&r->spectrum);
  epx_array_destroy(&r->y);
  epx_array_destroy(&r->f);
  epx_array_destroy(&r->work);
  epx_array_destroy(&r->field);
  epx_array_destroy(&r->before);
  epx_array_destroy(&r->start);
  epx_array_destroy(&r->end);
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

/** Extends the history by a state, its field in r->field. Returns whether it is lost. */
static bool extend_history(reference *r, const double *state) {
  bool lost = false;
  for (int i = 0; i < r->n_state; i++) {
    history *kind = &r->kind[get_kind(r, i)];
    const bool angle = r->kinds.angle[get_kind(r, i)];
    const double way = fabs(state[i] - r->start[i]);
    lost = lost || !isfinite(r->field[i]) || !(fabs(state[i]) <= kind->most);
    kind->rate = fmax(kind->rate, fabs(r->field[i]));
    kind->way = fmax(kind->way, angle ? fmin(way, 1) : way);
    kind->size = angle ? 1 : fmax(kind->size, fabs(state[i]));
  }
  return lost;
}

/** Tells whether all rates are at most a share of their largest, or move the state by rounding. */
static bool is_slow(const reference *r, double share) {
  for (int i = 0; i < r->n_state; i++) {
    const size_t kind = get_kind(r, i);
    const double rate = fabs(r->field[i]),
                 rounding = ROUNDING * epx_kinds_get_scale(&r->kinds, kind, r->kind[kind].size);
    if (!(rate <= share * r->kind[kind].rate) && !(r->time > 0 && rate * r->time <= rounding)) return false;
  }
  return true;
}

/** Watches for a limit cycle. Returns whether one was seen. */
static bool watch_state(reference *r, const double *state) {
  const double floor = epx_oscillation_get_floor(RTOL, ATOL);
  epx_certificate *c = r->certificate;
  double size[EPX_KIND_COUNT];
  for (size_t kind = 0; kind < r->kinds.n; kind++)
    size[kind] = r->kind[kind].size;
  for (int i = 0; i < r->n_state; i++)
    r->field[i] *= r->direction;
  if (epx_limit_cycle_is_empty(r->watch, 0)) epx_limit_cycle_init(r->watch, 0, size);
  return epx_limit_cycle_add(r->watch, 0, r->time, state, r->field, 1) &&
         epx_limit_cycle_is_steady(r->watch, 0, floor, &c->period, &c->amplitude);
}

/** Looks at the state after a step. Returns whether the dynamics are over. */
static bool look_at(reference *r, double share) {
  const epx_equilibrium_options *o = r->options;
  epx_certificate *c = r->certificate;
  double *state = N_VGetArrayPointer(r->state);
  eval_field(r, state, r->field);
  c->residual = get_largest(r->n_state, r->field);
  if (extend_history(r, state)) {
    c->outcome = EPX_DIVERGED;
    return true;
  }
  r->late = share >= 1;
  if (is_slow(r, r->late ? fmax(o->handover, r->handover) : r->handover)) return true;
  if (epx_oscillation_is_due(share, r->n_steps) && watch_state(r, state)) {
    c->outcome = EPX_OSCILLATES;
    return true;
  }
  if (share < 1) return false;
  const double floor = epx_oscillation_get_floor(RTOL, ATOL);
  c->outcome =
      epx_limit_cycle_eval(r->watch, 0, floor, &c->period, &c->amplitude) ? EPX_OSCILLATES : EPX_SLOW;
  return true;
}

/** Evaluates the largest rate of each kind at y + time * f, less r->field where `changed`: rates [n_kinds]. y and f may
 * be what the last call left in r->jacobian, its first row, and r->before. */
static void eval_ahead(reference *r, const double *y, const double *f, double time, bool changed,
                       double *rates) {
  double *field = r->before, *ahead = r->jacobian; /* one row of it */
  for (int i = 0; i < r->n_state; i++)
    ahead[i] = y[i] + time * r->direction * f[i];
  eval_field(r, ahead, field);
  for (size_t kind = 0; kind < r->kinds.n; kind++)
    rates[kind] = 0;
  for (int i = 0; i < r->n_state; i++) {
    const size_t kind = get_kind(r, i);
    rates[kind] = fmax(rates[kind], fabs(changed ? field[i] - r->field[i] : field[i]));
  }
}

/** Sets what the start lets expect: how far each kind goes before its rates have changed, by a short step along the
 * field; of kinds that do not move yet, by how fast they would where the others have gone; and limits. */
static void expect_ways(reference *r) {
  const epx_equilibrium_options *o = r->options;
  double changed[EPX_KIND_COUNT], rates[EPX_KIND_COUNT], shortest = o->max_time;
  eval_field(r, r->start, r->field);
  for (size_t kind = 0; kind < r->kinds.n; kind++)
    r->kind[kind].most = INFINITY;
  (void)extend_history(r, r->start);
  eval_ahead(r, r->start, r->field, PROBE * o->max_time, true, changed);
  for (size_t kind = 0; kind < r->kinds.n; kind++) {
    history *own = &r->kind[kind];
    const double most = r->kinds.angle[kind] ? 1 : INFINITY, scale = fmax(own->size, own->rate * o->max_time);
    const double time = fmin(PROBE * o->max_time * own->rate / changed[kind], o->max_time);
    if (scale > 0 && !r->kinds.angle[kind]) own->most = o->escape * scale;
    if (!(own->rate > 0)) continue;
    own->way = fmin(own->rate * time, most);
    shortest = fmin(shortest, time);
  }
  for (size_t pass = 1; pass < r->kinds.n; pass++) { /* one kind moves another, which moves a third */
    eval_ahead(r, pass == 1 ? r->start : r->jacobian, pass == 1 ? r->field : r->before, shortest, false,
               rates);
    for (size_t kind = 0; kind < r->kinds.n; kind++) {
      history *own = &r->kind[kind];
      if (own->rate == 0 && isfinite(rates[kind])) own->way = fmax(own->way, rates[kind] * shortest);
    }
  }
}

/** Follows the dynamics until rates are at most r->handover of their largest; certificate->outcome says when they
 * never are. */
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

/** Moves the state in no particular direction; what its rates are compared with begins anew there. */
static epx_err push(reference *r) {
  const epx_random stream = epx_random_init(0, "push");
  double *state = N_VGetArrayPointer(r->state), largest = 0;
  for (size_t kind = 0; kind < r->kinds.n; kind++)
    largest = fmax(largest, r->kind[kind].size);
  for (int i = 0; i < r->n_state; i++) {
    const double size = largest > 0 ? r->kind[get_kind(r, i)].size : 1;
    state[i] += PUSH * size * (2 * epx_random_eval_uniform(&stream, 0, 0, 0, (uint32_t)i) - 1);
  }
  for (size_t kind = 0; kind < r->kinds.n; kind++)
    r->kind[kind].rate = 0;
  if (CVodeReInit(r->cvode, r->time, r->state) == CV_SUCCESS) return EPX_OK;
  return EPX_RAISE(EPX_ESOLVER, "CVODE cannot begin again");
}

/** Sets what KINSOL measures states and fields by: the largest component and rate of each kind. */
static void set_scales(const reference *r, const double *state) {
  double *of_state = N_VGetArrayPointer(r->scale), *of_field = N_VGetArrayPointer(r->scale_of_field);
  for (int i = 0; i < r->n_state; i++) {
    const size_t kind = get_kind(r, i);
    const double size = epx_kinds_get_scale(&r->kinds, kind, fmax(r->kind[kind].size, fabs(state[i])));
    of_state[i] = size > 0 ? 1 / size : 1;
    of_field[i] = r->kind[kind].rate > 0 ? 1 / r->kind[kind].rate : 1;
  }
}

/** Evaluates the largest component of x - from as a share of the sizes that set_scales() was told; `from` NULL: of x. */
static double eval_length(const reference *r, const double *x, const double *from) {
  const double *scale = N_VGetArrayPointer(r->scale);
  double length = 0;
  for (int i = 0; i < r->n_state; i++) {
    const double share = fabs(from ? x[i] - from[i] : x[i]) * scale[i];
    length = share <= length ? length : share;
  }
  return length;
}

/** Evaluates the length of Newton's step from the state, its field in r->field; infinite where there is none. */
static double eval_step(reference *r) {
  N_Vector step = N_VClone(r->state), field = N_VClone(r->state);
  double length = INFINITY;
  if (step && field && call_jacobian(r->state, field, r->matrix, r, NULL, NULL) == 0 &&
      SUNLinSolSetup(r->solver, r->matrix) == 0 && SUNLinSolSolve(r->solver, r->matrix, step, field, 0) == 0)
    length = eval_length(r, N_VGetArrayPointer(step), NULL);
  N_VDestroy(step);
  N_VDestroy(field);
  return isfinite(length) ? length : INFINITY;
}

/** Polishes by KINSOL. Returns whether it got to the tolerance, when `near` to what is stable and near enough
 * to where it began; puts the state back otherwise. */
static bool polish(reference *r, bool near) {
  const size_t size = (size_t)r->n_state * sizeof(double);
  double *state = N_VGetArrayPointer(r->state);
  memcpy(r->before, state, size);
  set_scales(r, state);
  /* At the level of rounding KINSOL gives up its line search: not its word counts, but the step that it would take. */
  (void)KINSol(r->kinsol, r->state, KIN_LINESEARCH, r->scale, r->scale_of_field);
  eval_field(r, state, r->field);
  const double residual = get_largest(r->n_state, r->field);
  if (!near) set_scales(r, state);
  const bool stayed = !near || (eval_length(r, state, r->before) <= BASIN && !is_unstable(r));
  if (stayed && eval_step(r) <= r->options->tolerance) {
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
  expect_ways(r);
  if (o->method == EPX_NEWTON && polish(r, false)) return EPX_OK;
  const double handover = fmin(r->stiff ? STIFF_HANDOVER : HANDOVER, o->handover);
  r->handover = o->method == EPX_DYNAMICS ? o->tolerance : handover;
  epx_limit_cycle_init(r->watch, 0, NULL);
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

/** Adds the state to how the network settles at `end`: settling [n_kinds]. Returns whether it has, or rests elsewhere. */
static bool add_settling(reference *r, const double *end, double step, epx_settling *settling) {
  const double *state = N_VGetArrayPointer(r->state), settled = r->options->settled;
  double square[EPX_KIND_COUNT], slope[EPX_KIND_COUNT];
  eval_field(r, state, r->field);
  (void)extend_history(r, state);
  bool over = is_slow(r, r->options->handover);
  for (int i = 0; i < r->n_state; i++)
    r->field[i] *= r->direction;
  epx_settling_eval_distances(&r->kinds, r->n_state, 1, state, r->field, end, square, slope);
  for (size_t kind = 0; kind < r->kinds.n; kind++) {
    if (step > 0) {
      epx_settling_add(&settling[kind], settled, square[kind], slope[kind], r->time, step);
    } else {
      epx_settling_init(&settling[kind], square[kind], slope[kind]);
    }
    over = over && epx_settling_is_over(&settling[kind], settled);
  }
  return over || is_slow(r, RESTS);
}

/** Measures how the dynamics settle at `end` by following them once more. *time: NaN where they end elsewhere, at
 * r->state. */
static epx_err measure(reference *r, const double *end, double *time) {
  const epx_equilibrium_options *o = r->options;
  epx_settling settling[EPX_KIND_COUNT];
  double size[EPX_KIND_COUNT], last = 0;
  memcpy(N_VGetArrayPointer(r->state), r->start, (size_t)r->n_state * sizeof *end);
  memset(r->kind, 0, sizeof r->kind);
  r->time = 0;
  expect_ways(r);
  if (CVodeReInit(r->cvode, 0, r->state) != CV_SUCCESS)
    return EPX_RAISE(EPX_ESOLVER, "CVODE cannot begin again");
  bool over = add_settling(r, end, 0, settling);
  for (long k = 0; !over && k < o->max_steps && r->time < o->max_time; k++) {
    if (CVode(r->cvode, o->max_time, r->state, &r->time, CV_ONE_STEP) < 0) break;
    over = add_settling(r, end, r->time - last, settling);
    last = r->time;
  }
  for (size_t kind = 0; kind < r->kinds.n; kind++)
    size[kind] = r->kind[kind].size;
  *time = over ? epx_settling_eval_time(&r->kinds, settling, size, o->tolerance) : NAN;
  return EPX_OK;
}

/** Evaluates the settling time of a network whose equilibrium is `end`, which is overwritten: where equilibria are not
 * alone, from where the dynamics come to. */
static epx_err eval_settling(reference *r, double *end) {
  double *time = &r->certificate->settling_time;
  EPX_TRY(measure(r, end, time));
  if (!isnan(*time)) return EPX_OK;
  memcpy(end, N_VGetArrayPointer(r->state), (size_t)r->n_state * sizeof *end);
  return measure(r, end, time);
}

static epx_err solve(reference *r, double *state) {
  EPX_TRY(create_parts(r, state));
  EPX_TRY(settle(r));
  memcpy(state, N_VGetArrayPointer(r->state), (size_t)r->n_state * sizeof *state);
  if (r->certificate->outcome == EPX_OK) {
    eval_field(r, state, r->field);
    r->certificate->abscissa = epx_spectrum_eval_abscissa(r->spectrum, r->lanes, NULL, r->y, 0);
    memcpy(r->end, state, (size_t)r->n_state * sizeof *state);
    EPX_TRY(eval_settling(r, r->end));
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
  epx_kinds_init(lanes->network->family, &r.kinds);
  const int code = solve(&r, state);
  destroy_parts(&r);
  return code;
}
