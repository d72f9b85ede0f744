/** @file
 * Integrator: the pair of pair.c, 3 evaluations a step: its last is the next step's first, which also makes the
 * residual after each step free. Where the tolerance asks for its order, ERKStep on lane vectors with the pair of
 * DormandPrince1980, 6 evaluations a step in the same manner. Dense
 * output is kept at its least, a line, for it costs copies of the state and is not used. Stiff families go by
 * implicit.c instead.
 */
#include "equilibrium/population/integrator.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/lanes/lane_vector.h"
#include "equilibrium/population/implicit.h"
#include "equilibrium/population/pair.h"
#include "equilibrium/sundials_compat.h"

/** A step that fails so often is broken: each failure makes it at least 10/3 smaller. */
enum { MAX_FAILURES = 40 };

/** Relative tolerances below this take the method of higher order. */
static const double fine = 1e-4;

struct epx_integrator {
  const epx_network *network;
  double rtol;
  epx_kinds kinds;
  SUNContext context;
  epx_pair *pair; /* one of the three */
  void *arkode;
  epx_implicit *implicit;
  epx_lane_shape shape;
  N_Vector state;
  double *field; /* [n_state][n_lanes]: at the state of the last set_lanes() */
  double *work;  /* for the family */
  int64_t *mask;
  double *floor, *bound; /* [n_kinds][n_lanes] */
  double *steps;         /* [n_lanes], of the pair */
  const epx_lanes *lanes;
  const epx_nudge *nudge;
  bool at_start;      /* the field of the first evaluation is known */
  double time;        /* of the current state */
  double last_time;   /* of the last evaluation, */
  const double *last; /* and where its field stands */
  long evaluations;
};

/** Evaluates F + N of all lanes, frozen or not, in time as it runs. */
static void eval_forward(epx_integrator *integrator, const double *y, double *f) {
  const epx_lanes *lanes = integrator->lanes;
  const epx_nudge *nudge = integrator->nudge;
  lanes->network->family->eval_field(lanes, y, f, integrator->work);
  if (nudge) nudge->add_field(nudge->context, lanes, y, f);
  integrator->evaluations += lanes->n_lanes;
}

static bool is_reversed(const epx_integrator *integrator) {
  return integrator->nudge && integrator->nudge->direction < 0;
}

static void eval_field(epx_integrator *integrator, const double *y, double *f) {
  eval_forward(integrator, y, f);
  epx_lane_vector_set_masked(integrator->shape.n_state, integrator->shape.n_lanes, integrator->mask,
                             is_reversed(integrator), f);
}

static int call_field(double time, N_Vector y, N_Vector f, void *context) {
  epx_integrator *integrator = context;
  double *to = epx_lane_vector_get_data(f);
  const size_t n = (size_t)integrator->shape.n_state * (size_t)integrator->shape.n_lanes;
  if (!integrator->lanes) {
    memset(to, 0, n * sizeof *to);
  } else if (integrator->at_start) {
    memcpy(to, integrator->field, n * sizeof *to);
  } else {
    eval_field(integrator, epx_lane_vector_get_data(y), to);
  }
  integrator->at_start = false;
  integrator->last_time = time;
  integrator->last = to;
  return 0;
}

static int call_weights(N_Vector y, N_Vector weights, void *context) {
  const epx_integrator *integrator = context;
  epx_lane_vector_eval_weights(y, &integrator->kinds, integrator->rtol, integrator->floor, integrator->bound,
                               weights);
  return 0;
}

/** Of the pair: frozen lanes take steps of 0, whatever their field. */
static void eval_pair_field(void *context, const double *y, double *f) {
  epx_integrator *integrator = context;
  if (is_reversed(integrator)) {
    eval_field(integrator, y, f);
  } else {
    eval_forward(integrator, y, f);
  }
}

static void eval_implicit_field(void *context, const double *y, double *f) {
  epx_integrator *integrator = context;
  if (integrator->lanes) {
    eval_field(integrator, y, f);
  } else {
    memset(f, 0, (size_t)integrator->shape.n_state * (size_t)integrator->shape.n_lanes * sizeof *f);
  }
}

/** Frozen lanes have weights of 0: a history that they no longer follow is nobody's error. */
static void eval_implicit_weights(void *context, N_Vector y, N_Vector weights) {
  const epx_integrator *integrator = context;
  call_weights(y, weights, context);
  epx_lane_vector_set_masked(integrator->shape.n_state, integrator->shape.n_lanes, integrator->mask, false,
                             epx_lane_vector_get_data(weights));
}

static epx_err create_arrays(epx_integrator *integrator, int n_lanes) {
  const epx_network *network = integrator->network;
  const size_t n_rows = (size_t)network->n_nodes * (size_t)network->family->components,
               lanes = (size_t)n_lanes;
  integrator->shape = (epx_lane_shape){.n_state = network->n_state, .n_lanes = n_lanes, .max_lanes = n_lanes};
  EPX_TRY(EPX_ARRAY(integrator->shape.square, lanes));
  EPX_TRY(EPX_ARRAY(integrator->field, (size_t)network->n_state * lanes));
  EPX_TRY(EPX_ARRAY(integrator->work, 4 * n_rows * lanes));
  EPX_TRY(EPX_ARRAY(integrator->mask, lanes));
  EPX_TRY(EPX_ARRAY(integrator->floor, integrator->kinds.n * lanes));
  EPX_TRY(EPX_ARRAY(integrator->bound, integrator->kinds.n * lanes));
  EPX_TRY(EPX_ARRAY(integrator->steps, lanes));
  for (size_t k = 0; k < integrator->kinds.n * lanes; k++)
    integrator->floor[k] = 1;
  return EPX_OK;
}

static epx_err create_solver(epx_integrator *integrator) {
  if (epx_sundials_create_context("equilibrium", &integrator->context) != 0) {
    return EPX_RAISE(EPX_ESOLVER, "SUNDIALS gave no context");
  }
  EPX_TRY(epx_lane_vector_create(&integrator->shape, integrator->context, &integrator->state));
  if (integrator->network->family->stiff) {
    const epx_implicit_system system = {
        .context = integrator, .eval_field = eval_implicit_field, .eval_weights = eval_implicit_weights};
    return epx_implicit_create(&integrator->shape, integrator->mask, integrator->state, integrator->context,
                               &system, &integrator->implicit);
  }
  if (integrator->rtol >= fine) {
    const epx_pair_system system = {.context = integrator, .eval_field = eval_pair_field};
    return epx_pair_create(&integrator->kinds, integrator->shape.n_state, integrator->shape.n_lanes, &system,
                           &integrator->pair);
  }
  integrator->arkode = ERKStepCreate(call_field, 0, integrator->state, integrator->context);
  void *arkode = integrator->arkode;
  int code = arkode ? 0 : -1;
  if (!code) code = epx_sundials_silence(ERKStepSetErrHandlerFn, arkode, "equilibrium");
  if (!code) code = ARKodeSetUserData(arkode, integrator);
  if (!code) code = ARKodeWFtolerances(arkode, call_weights);
  if (!code) code = ERKStepSetTableNum(arkode, ARKODE_DORMAND_PRINCE_7_4_5);
  if (!code) code = ARKodeSetInterpolantType(arkode, ARK_INTERP_LAGRANGE);
  if (!code) code = ARKodeSetInterpolantDegree(arkode, 0);
  if (!code) code = ARKodeSetMaxErrTestFails(arkode, MAX_FAILURES);
  if (!code) code = ARKodeSetMaxHnilWarns(arkode, -1);
  return code ? EPX_RAISE(EPX_ESOLVER, "ARKODE refused its settings (%d)", code) : EPX_OK;
}

/* ARKODE makes its stages on the first step: it takes one here, in a field of zeros. */
static epx_err take_first_step(epx_integrator *integrator) {
  double time, step;
  bool broken;
  EPX_TRY(epx_integrator_start(integrator, 0, 1));
  return epx_integrator_step(integrator, &time, &step, &broken);
}

epx_err epx_integrator_create(const epx_network *network, int n_lanes, double rtol, epx_integrator **out) {
  *out = NULL;
  epx_integrator *integrator = NULL;
  EPX_TRY(EPX_ARRAY(integrator, 1));
  integrator->network = network;
  integrator->rtol = rtol;
  epx_kinds_init(network->family, &integrator->kinds);
  int code = create_arrays(integrator, n_lanes);
  if (code == EPX_OK) code = create_solver(integrator);
  if (code == EPX_OK && !integrator->pair) code = take_first_step(integrator);
  if (code != EPX_OK) epx_integrator_destroy(&integrator);
  EPX_TRY(code);
  *out = integrator;
  return EPX_OK;
}

void epx_integrator_destroy(epx_integrator **address) {
  epx_integrator *integrator = *address;
  if (!integrator) return;
  if (integrator->arkode) ARKodeFree(&integrator->arkode);
  epx_implicit_destroy(&integrator->implicit);
  epx_pair_destroy(&integrator->pair);
  if (integrator->state) N_VDestroy(integrator->state);
  if (integrator->context) SUNContext_Free(&integrator->context);
  epx_array_destroy(&integrator->shape.square);
  epx_array_destroy(&integrator->field);
  epx_array_destroy(&integrator->work);
  epx_array_destroy(&integrator->mask);
  epx_array_destroy(&integrator->floor);
  epx_array_destroy(&integrator->bound);
  epx_array_destroy(&integrator->steps);
  epx_array_destroy(address);
}

double *epx_integrator_get_state(epx_integrator *integrator) {
  return epx_lane_vector_get_data(integrator->state);
}

int64_t *epx_integrator_get_mask(epx_integrator *integrator) {
  return integrator->mask;
}

double *epx_integrator_get_floor(epx_integrator *integrator) {
  return integrator->floor;
}

double *epx_integrator_get_bound(epx_integrator *integrator) {
  return integrator->bound;
}

void epx_integrator_set_lanes(epx_integrator *integrator, const epx_lanes *lanes, const epx_nudge *nudge) {
  integrator->lanes = lanes;
  integrator->nudge = nudge;
  integrator->shape.n_lanes = lanes->n_lanes;
  if (integrator->implicit) epx_implicit_set_lanes(integrator->implicit, lanes, nudge);
  if (integrator->pair) epx_pair_start(integrator->pair, lanes->n_lanes);
  eval_field(integrator, epx_integrator_get_state(integrator), integrator->field);
  integrator->last = integrator->field;
  integrator->last_time = integrator->time;
}

void epx_integrator_eval_at(epx_integrator *integrator, const double *y, double *f) {
  eval_field(integrator, y, f);
}

/* The field of an accepted step's last stage is that at the new state, and was evaluated last. */
const double *epx_integrator_get_field(epx_integrator *integrator) {
  if (integrator->pair) return integrator->field;
  const double *rate = integrator->implicit ? epx_implicit_get_rate(integrator->implicit) : NULL;
  if (rate) return rate;
  if (integrator->last_time == integrator->time) return integrator->last;
  eval_field(integrator, epx_integrator_get_state(integrator), integrator->field);
  return integrator->field;
}

const double *epx_integrator_get_exact_field(epx_integrator *integrator) {
  if (!integrator->implicit) return epx_integrator_get_field(integrator);
  eval_field(integrator, epx_integrator_get_state(integrator), integrator->field);
  return integrator->field;
}

bool epx_integrator_is_implicit(const epx_integrator *integrator) {
  return integrator->implicit != NULL;
}

bool epx_integrator_is_pair(const epx_integrator *integrator) {
  return integrator->pair != NULL;
}

double *epx_integrator_get_steps(epx_integrator *integrator) {
  return integrator->steps;
}

int *epx_integrator_get_failures(epx_integrator *integrator) {
  return epx_pair_get_failures(integrator->pair);
}

void epx_integrator_step_lanes(epx_integrator *integrator, const double *rate, double share, double *taken) {
  const epx_pair_tolerance tolerance = {.rtol = integrator->rtol,
                                        .share = share,
                                        .floor = integrator->floor,
                                        .bound = integrator->bound,
                                        .rate = rate};
  epx_pair_step(integrator->pair, &tolerance, integrator->mask, epx_integrator_get_state(integrator),
                integrator->field, integrator->steps, taken);
}

epx_err epx_integrator_start(epx_integrator *integrator, double time, double step) {
  if (integrator->implicit) {
    integrator->time = time;
    return epx_implicit_start(integrator->implicit, time, step);
  }
  int code = ERKStepReInit(integrator->arkode, call_field, time, integrator->state);
  if (!code) code = ARKodeSetInitStep(integrator->arkode, step);
  if (code) return EPX_RAISE(EPX_ESOLVER, "ARKODE did not start anew (%d)", code);
  integrator->time = time;
  integrator->at_start = integrator->lanes != NULL;
  return EPX_OK;
}

epx_err epx_integrator_step(epx_integrator *integrator, double *time, double *step, bool *broken) {
  if (integrator->implicit) return epx_implicit_step(integrator->implicit, time, step, broken);
  const int code = ARKodeEvolve(integrator->arkode, INFINITY, integrator->state, time, ARK_ONE_STEP);
  *broken = code == ARK_ERR_FAILURE || code == ARK_TOO_MUCH_ACC || code == ARK_CONV_FAILURE;
  if (code < 0 && !*broken) return EPX_RAISE(EPX_ESOLVER, "ARKODE stopped (%d)", code);
  integrator->time = *time;
  if (ARKodeGetLastStep(integrator->arkode, step) != 0)
    return EPX_RAISE(EPX_ESOLVER, "ARKODE knows no last step");
  return EPX_OK;
}

bool epx_integrator_is_culprit(const epx_integrator *integrator, int lane) {
  return integrator->mask[lane] != 0 && !(integrator->shape.square[lane] <= integrator->shape.n_state);
}

long epx_integrator_get_evaluations(const epx_integrator *integrator) {
  return integrator->evaluations;
}
