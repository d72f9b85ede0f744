/** @file
 * Comb: mode numbers are counted in steps of the smallest distance, then the line through them is fitted.
 */
#include "measurement/comb.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multifit.h>
#include <math.h>

#include "photonic/device/constant.h"

enum { N_CURVED = 4 };

static const double stray = 0.1, normal = 1.959963984540054;

static double get_frequency(const epx_resonance *r) {
  return 2 * EPX_PI * EPX_LIGHT_SPEED / r->solution[0].estimate[EPX_RESONANCE_WAVELENGTH].value;
}

static double eval_spread(const epx_resonance *r) {
  const epx_estimate *e = &r->solution[0].estimate[EPX_RESONANCE_WAVELENGTH];
  return fmax((e->high - e->low) / (2 * normal) / e->value * get_frequency(r), 1e-15 * get_frequency(r));
}

/* Mode numbers about the middle one; 0 where the distances are no multiples. */
static int count(const epx_resonance *r, int n, gsl_matrix *terms) {
  double step = INFINITY, at = 0;
  for (int k = 1; k < n; k++)
    step = fmin(step, get_frequency(&r[k]) - get_frequency(&r[k - 1]));
  if (!(step > 0)) return 0;
  for (int k = 0; k < n; k++) {
    if (k > 0) {
      const double steps = (get_frequency(&r[k]) - get_frequency(&r[k - 1])) / step;
      if (fabs(steps - round(steps)) > stray * round(steps)) return 0;
      at += round(steps);
    }
    gsl_matrix_set(terms, (size_t)k, 1, at);
  }
  const double middle = round(at / 2);
  for (size_t k = 0; k < (size_t)n; k++) {
    const double m = gsl_matrix_get(terms, k, 1) - middle;
    gsl_matrix_set(terms, k, 0, 1);
    gsl_matrix_set(terms, k, 1, m);
    if (terms->size2 > 2) gsl_matrix_set(terms, k, 2, m * m / 2);
  }
  return 1;
}

static epx_estimate eval_scaled(double factor, double value, double spread) {
  return (epx_estimate){factor * value, factor * (value - spread), factor * (value + spread)};
}

static void write(const gsl_vector *c, double spread, double length, int n, epx_comb *comb) {
  const double middle = gsl_vector_get(c, 0), step = gsl_vector_get(c, 1);
  comb->n_lines = n;
  comb->wavelength = 2 * EPX_PI * EPX_LIGHT_SPEED / middle;
  comb->frequency_range = eval_scaled(1 / (2 * EPX_PI), step, spread);
  comb->spectral_range = eval_scaled(comb->wavelength / middle, step, spread);
  if (length > 0) {
    const double factor = 2 * EPX_PI * EPX_LIGHT_SPEED / length;
    comb->group_index = (epx_estimate){factor / step, factor / (step + spread), factor / (step - spread)};
  }
}

epx_err epx_comb_eval(const epx_resonance *resonances, int n, double length, epx_comb *comb) {
  const epx_estimate none = {NAN, NAN, NAN};
  *comb = (epx_comb){.wavelength = NAN, .spectral_range = none, .frequency_range = none, .group_index = none};
  if (n < 2) return EPX_OK;
  const size_t p = n >= N_CURVED ? 3 : 2, size = (size_t)n;
  gsl_matrix *terms = gsl_matrix_alloc(size, p), *covariance = gsl_matrix_alloc(p, p);
  gsl_vector *y = gsl_vector_alloc(size), *weight = gsl_vector_alloc(size), *c = gsl_vector_alloc(p);
  gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(size, p);
  double square;
  for (size_t k = 0; k < size; k++) {
    gsl_vector_set(y, k, get_frequency(&resonances[k]));
    gsl_vector_set(weight, k, 1 / pow(eval_spread(&resonances[k]), 2));
  }
  if (count(resonances, n, terms) &&
      gsl_multifit_wlinear(terms, weight, y, c, covariance, &square, work) == 0) {
    const double degrees = (double)(size - p), scatter = degrees > 0 ? square / degrees : 0;
    const double t = scatter > 1 ? gsl_cdf_tdist_Pinv(0.975, degrees) * sqrt(scatter) : normal;
    write(c, t * sqrt(gsl_matrix_get(covariance, 1, 1)), length, n, comb);
  }
  gsl_multifit_linear_free(work);
  gsl_vector_free(y);
  gsl_vector_free(weight);
  gsl_vector_free(c);
  gsl_matrix_free(terms);
  gsl_matrix_free(covariance);
  return EPX_OK;
}
