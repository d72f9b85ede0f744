/** @file
 * Implicit: CVODE's BDF with Newton's method and the block solver. Its history makes freezing a lane harder
 * than in a one-step method: a lane that has stopped still has the past of one that moved, and what the
 * formula makes of it is an error that is nobody's. So the weights of frozen lanes are zero (integrator.c).
 */
#include "equilibrium/population/implicit.h"

#include <math.h>

#include "base/array.h"

/** A step that fails so often is broken: each failure makes it at least 4 times smaller. */
enum { MAX_FAILURES = 40 };
/** Modes that exchange light faster than they lose it stand near the imaginary axis, where formulas of higher
 * order are not stable: their steps would stay as short as an explicit method's. */
enum { MAX_ORDER = 2 };

struct epx_implicit {
  epx_implicit_system system;
  const epx_lanes *lanes;
  const epx_nudge *nudge;
  void *cvode;
  N_Vector state, rate;
  epx_block_solver *solver;
  double time;
  bool stepped; /* since the start */
};

static int call_field(double time, N_Vector y, N_Vector f, void *context) {
  epx_implicit *implicit = context;
  (void)time;
  implicit->system.eval_field(implicit->system.context, epx_lane_vector_get_data(y),
                              epx_lane_vector_get_data(f));
  return 0;
}

static int call_weights(N_Vector y, N_Vector weights, void *context) {
  epx_implicit *implicit = context;
  implicit->system.eval_weights(implicit->system.context, y, weights);
  return 0;
}

static int call_system(double time, N_Vector y, N_Vector f, SUNMatrix matrix, int jacobian_is_known,
                       int *jacobian_is_new, double gamma, void *context, N_Vector t1, N_Vector t2,
                       N_Vector t3) {
  epx_implicit *implicit = context;
  bool singular;
  (void)time, (void)f, (void)matrix, (void)jacobian_is_known, (void)t1, (void)t2, (void)t3;
  epx_block_solver_factor(implicit->solver, implicit->lanes, implicit->nudge, gamma,
                          epx_lane_vector_get_data(y), &singular);
  *jacobian_is_new = 1;
  return singular ? 1 : 0;
}

static epx_err create_cvode(epx_implicit *implicit, SUNContext context) {
  implicit->cvode = CVodeCreate(CV_BDF, context);
  void *cvode = implicit->cvode;
  int code = cvode ? 0 : -1;
  if (!code) code = epx_sundials_silence(CVodeSetErrHandlerFn, cvode, "equilibrium");
  if (!code) code = CVodeInit(cvode, call_field, 0, implicit->state);
  if (!code) code = CVodeSetUserData(cvode, implicit);
  if (!code) code = CVodeWFtolerances(cvode, call_weights);
  if (!code)
    code = CVodeSetLinearSolver(cvode, epx_block_solver_get_solver(implicit->solver),
                                epx_block_solver_get_matrix(implicit->solver));
  if (!code) code = CVodeSetLinSysFn(cvode, call_system);
  if (!code) code = CVodeSetMaxErrTestFails(cvode, MAX_FAILURES);
  if (!code) code = CVodeSetMaxConvFails(cvode, MAX_FAILURES);
  if (!code) code = CVodeSetMaxOrd(cvode, MAX_ORDER);
  if (!code) code = CVodeSetMaxHnilWarns(cvode, -1);
  return code ? EPX_RAISE(EPX_ESOLVER, "CVODE refused its settings (%d)", code) : EPX_OK;
}

epx_err epx_implicit_create(const epx_lane_shape *shape, const int64_t *mask, N_Vector state,
                            SUNContext context, const epx_implicit_system *system, epx_implicit **out) {
  *out = NULL;
  epx_implicit *implicit = NULL;
  EPX_TRY(EPX_ARRAY(implicit, 1));
  implicit->system = *system;
  implicit->state = state;
  implicit->rate = N_VClone(state);
  int code = implicit->rate ? EPX_OK : EPX_RAISE(EPX_EMEMORY, "no memory for the rate of a step");
  if (code == EPX_OK) code = epx_block_solver_create(shape, mask, context, &implicit->solver);
  if (code == EPX_OK) code = create_cvode(implicit, context);
  if (code != EPX_OK) epx_implicit_destroy(&implicit);
  EPX_TRY(code);
  *out = implicit;
  return EPX_OK;
}

void epx_implicit_destroy(epx_implicit **address) {
  epx_implicit *implicit = *address;
  if (!implicit) return;
  if (implicit->cvode) CVodeFree(&implicit->cvode);
  if (implicit->rate) N_VDestroy(implicit->rate);
  epx_block_solver_destroy(&implicit->solver);
  epx_array_destroy(address);
}

void epx_implicit_set_lanes(epx_implicit *implicit, const epx_lanes *lanes, const epx_nudge *nudge) {
  implicit->lanes = lanes;
  implicit->nudge = nudge;
  implicit->stepped = false;
}

epx_err epx_implicit_start(epx_implicit *implicit, double time, double step) {
  int code = CVodeReInit(implicit->cvode, time, implicit->state);
  if (!code) code = CVodeSetInitStep(implicit->cvode, step);
  if (code) return EPX_RAISE(EPX_ESOLVER, "CVODE did not start anew (%d)", code);
  implicit->stepped = false;
  return EPX_OK;
}

epx_err epx_implicit_step(epx_implicit *implicit, double *time, double *step, bool *broken) {
  const int code = CVode(implicit->cvode, INFINITY, implicit->state, time, CV_ONE_STEP);
  *broken =
      code == CV_ERR_FAILURE || code == CV_TOO_MUCH_ACC || code == CV_CONV_FAILURE || code == CV_LSETUP_FAIL;
  if (code < 0 && !*broken) return EPX_RAISE(EPX_ESOLVER, "CVODE stopped (%d)", code);
  implicit->time = *time;
  implicit->stepped = !*broken;
  if (CVodeGetLastStep(implicit->cvode, step) != 0) return EPX_RAISE(EPX_ESOLVER, "CVODE knows no last step");
  return EPX_OK;
}

const double *epx_implicit_get_rate(epx_implicit *implicit) {
  if (!implicit->stepped) return NULL;
  if (CVodeGetDky(implicit->cvode, implicit->time, 1, implicit->rate) != 0) return NULL;
  return epx_lane_vector_get_data(implicit->rate);
}
