/** @file
 * Least squares: what GSL wants of a problem, and its errors as ours. Differences are taken over a fixed step: GSL's own step
 * is a share of the parameter, and rounding is all that is left of it where the parameter is near 0. A start from which GSL
 * makes no more progress is at its minimum to rounding: fits that begin where a neighbour ended do.
 */
#include "measurement/least_squares.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>

#include "base/array.h"

enum { N_STEPS = 200 };

static const double difference = 1e-7;

typedef struct {
  const epx_least_squares *problem;
  double *here, *beside; /* [n_residuals] */
} workspace;

static int eval_residual(const workspace *w, const gsl_vector *x, int moved, double *residual) {
  const epx_least_squares *problem = w->problem;
  double parameter[EPX_LEAST_SQUARES_MAX];
  for (int k = 0; k < problem->n_parameters; k++)
    parameter[k] = gsl_vector_get(x, (size_t)k) + (k == moved ? difference : 0);
  problem->eval(parameter, residual, problem->context);
  for (size_t i = 0; i < problem->n_residuals; i++)
    if (!isfinite(residual[i])) return GSL_EDOM;
  return GSL_SUCCESS;
}

static int eval(const gsl_vector *x, void *context, gsl_vector *f) {
  const workspace *w = context;
  const int status = eval_residual(w, x, -1, w->here);
  for (size_t i = 0; i < w->problem->n_residuals; i++)
    gsl_vector_set(f, i, w->here[i]);
  return status;
}

static int eval_jacobian(const gsl_vector *x, void *context, gsl_matrix *jacobian) {
  const workspace *w = context;
  int status = eval_residual(w, x, -1, w->here);
  for (int k = 0; status == GSL_SUCCESS && k < w->problem->n_parameters; k++) {
    status = eval_residual(w, x, k, w->beside);
    for (size_t i = 0; i < w->problem->n_residuals; i++)
      gsl_matrix_set(jacobian, i, (size_t)k, (w->beside[i] - w->here[i]) / difference);
  }
  return status;
}

static void write_covariance(const epx_least_squares *problem, const gsl_multifit_nlinear_workspace *work,
                             double *covariance) {
  gsl_matrix_view out =
      gsl_matrix_view_array(covariance, (size_t)problem->n_parameters, (size_t)problem->n_parameters);
  gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0, &out.matrix);
}

static epx_err solve(workspace *w, gsl_multifit_nlinear_workspace *work, double *parameter, double *square,
                     double *covariance) {
  const size_t p = (size_t)w->problem->n_parameters;
  int info = 0;
  gsl_vector_view start = gsl_vector_view_array(parameter, p);
  gsl_multifit_nlinear_fdf system = {
      .f = eval, .df = eval_jacobian, .n = w->problem->n_residuals, .p = p, .params = w};
  if (gsl_multifit_nlinear_init(&start.vector, &system, work) != GSL_SUCCESS) return EPX_FAILED;
  const int status = gsl_multifit_nlinear_driver(N_STEPS, 1e-9, 1e-12, 0, NULL, NULL, &info, work);
  const int stands = status == GSL_ENOPROG || info == GSL_ENOPROG;
  if (status != GSL_SUCCESS && !stands) return EPX_FAILED;
  const gsl_vector *x = gsl_multifit_nlinear_position(work), *f = gsl_multifit_nlinear_residual(work);
  for (size_t k = 0; k < p; k++)
    parameter[k] = gsl_vector_get(x, k);
  gsl_blas_ddot(f, f, square);
  if (covariance) write_covariance(w->problem, work, covariance);
  return isfinite(*square) ? EPX_OK : EPX_FAILED;
}

epx_err epx_least_squares_solve(const epx_least_squares *problem, double *parameter, double *square,
                                double *covariance) {
  gsl_multifit_nlinear_parameters options = gsl_multifit_nlinear_default_parameters();
  options.solver = gsl_multifit_nlinear_solver_cholesky;
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  workspace w = {.problem = problem};
  gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(
      gsl_multifit_nlinear_trust, &options, problem->n_residuals, (size_t)problem->n_parameters);
  int code =
      work ? EPX_OK : EPX_RAISE(EPX_EMEMORY, "no memory for a fit of %zu points", problem->n_residuals);
  if (code == EPX_OK) code = EPX_ARRAY(w.here, problem->n_residuals);
  if (code == EPX_OK) code = EPX_ARRAY(w.beside, problem->n_residuals);
  if (code == EPX_OK) code = solve(&w, work, parameter, square, covariance);
  epx_array_destroy(&w.here);
  epx_array_destroy(&w.beside);
  if (work) gsl_multifit_nlinear_free(work);
  gsl_set_error_handler(handler);
  return code;
}
