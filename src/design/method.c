/** @file
 * What the methods share.
 */
#include "design/method.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/array.h"

epx_err epx_design_set_n_points(epx_design *design, int64_t n_points) {
  if (n_points > EPX_DESIGN_MAX_POINTS) {
    return EPX_RAISE(EPX_EINPUT, "a design of more than %d points: take fewer levels or factors",
                     EPX_DESIGN_MAX_POINTS);
  }
  design->n_points = (int)n_points;
  return EPX_ARRAY(design->value, (size_t)n_points * (size_t)design->n_factors);
}

/* Cholesky's factor L [n][n] of R = L L', row by row. */
static epx_err factorise(const double *r, int n, double *l) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double sum = r[i * n + j];
      for (int k = 0; k < j; k++)
        sum -= l[i * n + k] * l[j * n + k];
      if (i == j && !(sum > 1e-12))
        return EPX_RAISE(EPX_EINPUT, "correlation: no factors can be correlated like this (the matrix is not "
                                     "positive definite): make the correlations smaller");
      l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
    }
  return EPX_OK;
}

/* From the last factor to the first, so that the normals before it are still there. */
static void correlate_row(const double *l, int n, double *u) {
  for (int i = 0; i < n; i++)
    u[i] = gsl_cdf_ugaussian_Pinv(fmin(fmax(u[i], 0x1p-33), 1 - 0x1p-33));
  for (int i = n - 1; i >= 0; i--) {
    double z = 0;
    for (int k = 0; k <= i; k++)
      z += l[i * n + k] * u[k];
    u[i] = z;
  }
  for (int i = 0; i < n; i++)
    u[i] = fmin(gsl_cdf_ugaussian_P(u[i]), 1 - 0x1p-53);
}

static epx_err correlate(const epx_design_spec *spec, epx_design *design) {
  const size_t n = (size_t)design->n_factors;
  double *l;
  EPX_TRY(EPX_ARRAY(l, n * n));
  const int code = factorise(spec->correlation, (int)n, l);
  for (int k = 0; code == EPX_OK && k < design->n_points; k++)
    correlate_row(l, (int)n, design->value + (size_t)k * n);
  epx_array_destroy(&l);
  return code;
}

epx_err epx_design_eval_places(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  if (spec->correlation) EPX_TRY(correlate(spec, design));
  for (int k = 0; k < design->n_points; k++)
    for (int i = 0; i < design->n_factors; i++) {
      double *value = &design->value[(size_t)k * (size_t)design->n_factors + (size_t)i];
      *value = epx_factor_eval(&factors[i], *value);
    }
  return EPX_OK;
}

epx_err epx_design_check_corners(const char *what, const epx_factor *factors, int n_factors, int n_levels) {
  for (int i = 0; i < n_factors; i++) {
    const epx_factor *f = &factors[i];
    if (f->n_levels == 0 && !f->spread) continue;
    if (f->n_levels > 0 && f->n_levels == n_levels) continue;
    if (n_levels == 0)
      return EPX_RAISE(EPX_EINPUT, "%s: %s takes ranges: low and high are wanted", f->path, what);
    return EPX_RAISE(EPX_EINPUT, "%s: %s takes ranges, low and high, or lists of %d values", f->path, what,
                     n_levels);
  }
  return EPX_OK;
}

double epx_design_eval_corner(const epx_factor *factor, double x) {
  if (factor->n_levels == 0) return epx_factor_eval_range(factor, (1 + x) / 2);
  return epx_factor_eval_level(factor, (int)rint((1 + x) / 2 * (factor->n_levels - 1)), factor->n_levels);
}
