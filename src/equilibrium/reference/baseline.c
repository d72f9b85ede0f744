/** @file
 * Baseline: made once and started anew for each network, as a careful user of CVODE would. The field is
 * evaluated once more after each step, for the residual.
 */
#include "equilibrium/reference/baseline.h"

#include <math.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include "base/array.h"
#include "equilibrium/sundials_compat.h"

enum { MAX_STEPS = 1000000 };

struct epx_baseline {
  epx_baseline_system system;
  epx_baseline_options options;
  double *field; /* [n_state] */
  SUNContext sundials;
  N_Vector state;
  void *cvode;
  SUNNonlinearSolver iteration;
  SUNMatrix matrix;
  SUNLinearSolver solver;
  long evaluations;
};

static int call_field(double time, N_Vector y, N_Vector f, void *context) {
  epx_baseline *baseline = context;
  (void)time;
  baseline->system.eval_field(baseline->system.context, N_VGetArrayPointer(y), N_VGetArrayPointer(f));
  baseline->evaluations++;
  return 0;
}

static int call_jacobian(double time, N_Vector y, N_Vector f, SUNMatrix matrix, void *context, N_Vector t1,
                         N_Vector t2, N_Vector t3) {
  const epx_baseline *baseline = context;
  (void)time, (void)f, (void)t1, (void)t2, (void)t3;
  baseline->system.eval_jacobian(baseline->system.context, N_VGetArrayPointer(y), SM_DATA_D(matrix));
  return 0;
}

static int set_implicit(epx_baseline *baseline) {
  const int n = baseline->system.n_state;
  baseline->matrix = SUNDenseMatrix(n, n, baseline->sundials);
  if (!baseline->matrix) return -1;
  baseline->solver = SUNLinSol_Dense(baseline->state, baseline->matrix, baseline->sundials);
  if (!baseline->solver) return -1;
  const int code = CVodeSetLinearSolver(baseline->cvode, baseline->solver, baseline->matrix);
  if (code || !baseline->system.eval_jacobian) return code;
  return CVodeSetJacFn(baseline->cvode, call_jacobian);
}

static int set_explicit(epx_baseline *baseline) {
  baseline->iteration = SUNNonlinSol_FixedPoint(baseline->state, 0, baseline->sundials);
  return baseline->iteration ? CVodeSetNonlinearSolver(baseline->cvode, baseline->iteration) : -1;
}

static epx_err create_solver(epx_baseline *baseline) {
  const bool stiff = baseline->options.method == EPX_BASELINE_BDF;
  if (epx_sundials_create_context("baseline", &baseline->sundials) != 0)
    return EPX_RAISE(EPX_ESOLVER, "SUNDIALS gave no context");
  baseline->state = N_VNew_Serial(baseline->system.n_state, baseline->sundials);
  baseline->cvode = CVodeCreate(stiff ? CV_BDF : CV_ADAMS, baseline->sundials);
  int code = baseline->state && baseline->cvode ? 0 : -1;
  if (!code) code = epx_sundials_silence(CVodeSetErrHandlerFn, baseline->cvode, "baseline");
  if (!code) N_VConst(0, baseline->state);
  if (!code) code = CVodeInit(baseline->cvode, call_field, 0, baseline->state);
  if (!code) code = CVodeSetUserData(baseline->cvode, baseline);
  if (!code) code = CVodeSStolerances(baseline->cvode, baseline->options.rtol, baseline->options.atol);
  if (!code) code = stiff ? set_implicit(baseline) : set_explicit(baseline);
  if (!code) code = CVodeSetMaxHnilWarns(baseline->cvode, -1);
  return code ? EPX_RAISE(EPX_ESOLVER, "CVODE refused its settings (%d)", code) : EPX_OK;
}

epx_err epx_baseline_create(const epx_baseline_system *system, const epx_baseline_options *options,
                            epx_baseline **out) {
  *out = NULL;
  epx_baseline *baseline = NULL;
  EPX_TRY(EPX_ARRAY(baseline, 1));
  baseline->system = *system;
  baseline->options = *options;
  int code = EPX_ARRAY(baseline->field, (size_t)system->n_state);
  if (code == EPX_OK) code = create_solver(baseline);
  if (code != EPX_OK) epx_baseline_destroy(&baseline);
  EPX_TRY(code);
  *out = baseline;
  return EPX_OK;
}

void epx_baseline_destroy(epx_baseline **address) {
  epx_baseline *baseline = *address;
  if (!baseline) return;
  if (baseline->cvode) CVodeFree(&baseline->cvode);
  if (baseline->iteration) SUNNonlinSolFree(baseline->iteration);
  if (baseline->solver) SUNLinSolFree(baseline->solver);
  if (baseline->matrix) SUNMatDestroy(baseline->matrix);
  if (baseline->state) N_VDestroy(baseline->state);
  if (baseline->sundials) SUNContext_Free(&baseline->sundials);
  epx_array_destroy(&baseline->field);
  epx_array_destroy(address);
}

static double eval_residual(epx_baseline *baseline) {
  const int n = baseline->system.n_state;
  double largest = 0;
  baseline->system.eval_field(baseline->system.context, N_VGetArrayPointer(baseline->state), baseline->field);
  baseline->evaluations++;
  for (int i = 0; i < n; i++) {
    const double size = fabs(baseline->field[i]);
    largest = size > largest || isnan(size) ? size : largest;
  }
  return largest;
}

epx_err epx_baseline_solve(epx_baseline *baseline, const void *context, double *state, bool *settled) {
  const size_t size = (size_t)baseline->system.n_state * sizeof *state;
  double *data = N_VGetArrayPointer(baseline->state), time = 0;
  baseline->system.context = context;
  memcpy(data, state, size);
  int code = CVodeReInit(baseline->cvode, 0, baseline->state);
  *settled = eval_residual(baseline) <= baseline->options.residual;
  for (int step = 0; !code && !*settled && step < MAX_STEPS && time < baseline->options.max_time; step++) {
    code = CVode(baseline->cvode, baseline->options.max_time, baseline->state, &time, CV_ONE_STEP);
    if (code < 0) break;
    *settled = eval_residual(baseline) <= baseline->options.residual;
  }
  if (code < 0) return EPX_RAISE(EPX_ESOLVER, "CVODE stopped (%d)", code);
  memcpy(state, data, size);
  return EPX_OK;
}

long epx_baseline_get_evaluations(const epx_baseline *baseline) {
  return baseline->evaluations;
}
