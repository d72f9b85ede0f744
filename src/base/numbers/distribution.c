/** @file
 * Distributions: quantile functions from GSL's of the standard normal.
 */
#include "base/numbers/distribution.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char *const names[] = {
    [EPX_CONSTANT] = "constant",
    [EPX_NORMAL] = "normal",
    [EPX_LOGNORMAL] = "lognormal",
    [EPX_UNIFORM] = "uniform",
    [EPX_TRUNCATED_NORMAL] = "truncated-normal",
    [EPX_TRIANGULAR] = "triangular",
};
enum { N_KINDS = sizeof names / sizeof names[0] };

epx_err epx_distribution_get_kind(const char *name, epx_distribution_kind *kind) {
  for (int i = 0; i < N_KINDS; i++) {
    if (strcmp(name, names[i]) == 0) {
      *kind = (epx_distribution_kind)i;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT,
                   "no distribution '%s': must be constant, normal, lognormal, uniform, truncated-normal "
                   "or triangular",
                   name);
}

const char *epx_distribution_get_name(epx_distribution_kind kind) {
  return names[kind];
}

/* The interval in standard deviations, mirrored where it lies above the mean: in the lower tail GSL's
 * functions keep their relative precision. */
typedef struct {
  double below_low, below_high; /* probabilities below the ends of the (mirrored) interval */
  int sign;
} truncation;

static truncation get_truncation(const epx_distribution *d) {
  const double low = (d->low - d->mean) / d->sigma, high = (d->high - d->mean) / d->sigma;
  if (low > 0) return (truncation){gsl_cdf_ugaussian_P(-low), gsl_cdf_ugaussian_P(-high), -1};
  return (truncation){gsl_cdf_ugaussian_P(low), gsl_cdf_ugaussian_P(high), 1};
}

static epx_err check_truncation(const epx_distribution *d) {
  bool empty = d->mean < d->low || d->mean > d->high;
  if (d->sigma > 0) {
    const truncation t = get_truncation(d);
    empty = fabs(t.below_high - t.below_low) < 1e-12;
  }
  if (empty) {
    return EPX_RAISE(EPX_EINPUT,
                     "normal with mean %g, sigma %g is almost never within %g … %g: move the interval",
                     d->mean, d->sigma, d->low, d->high);
  }
  return EPX_OK;
}

epx_err epx_distribution_check(const epx_distribution *d) {
  const bool has_sigma = d->kind == EPX_NORMAL || d->kind == EPX_LOGNORMAL || d->kind == EPX_TRUNCATED_NORMAL;
  const bool has_ends =
      d->kind == EPX_UNIFORM || d->kind == EPX_TRUNCATED_NORMAL || d->kind == EPX_TRIANGULAR;
  const char *name = epx_distribution_get_name(d->kind);
  if (d->kind != EPX_UNIFORM && !isfinite(d->mean)) {
    return EPX_RAISE(EPX_EINPUT, "%s: mean must be a finite number", name);
  }
  if (has_sigma && !(isfinite(d->sigma) && d->sigma >= 0)) {
    return EPX_RAISE(EPX_EINPUT, "%s: sigma is %g, must be a finite number >= 0", name, d->sigma);
  }
  if (d->kind == EPX_LOGNORMAL && d->mean <= 0) {
    return EPX_RAISE(EPX_EINPUT, "lognormal: the median is %g, must be > 0", d->mean);
  }
  if (has_ends && !(isfinite(d->low) && isfinite(d->high) && d->low < d->high)) {
    return EPX_RAISE(EPX_EINPUT, "%s: low %g, high %g: both must be finite numbers, low < high", name, d->low,
                     d->high);
  }
  if (d->kind == EPX_TRIANGULAR && (d->mean < d->low || d->mean > d->high))
    return EPX_RAISE(EPX_EINPUT, "triangular: mode %g must be from low %g to high %g", d->mean, d->low,
                     d->high);
  return d->kind == EPX_TRUNCATED_NORMAL ? check_truncation(d) : EPX_OK;
}

static double eval_truncated_normal(const epx_distribution *d, double u) {
  if (d->sigma == 0) return d->mean;
  const truncation t = get_truncation(d);
  const double p = t.below_low + u * (t.below_high - t.below_low);
  const double value = d->mean + t.sign * d->sigma * gsl_cdf_ugaussian_Pinv(p);
  return fmin(fmax(value, d->low), d->high);
}

static double eval_triangular(const epx_distribution *d, double u) {
  const double width = d->high - d->low, below = d->mean - d->low, above = d->high - d->mean;
  return u * width < below ? d->low + sqrt(u * width * below) : d->high - sqrt((1 - u) * width * above);
}

double epx_distribution_eval(const epx_distribution *d, double u) {
  switch (d->kind) {
  case EPX_CONSTANT:
    return d->mean;
  case EPX_NORMAL:
    return d->mean + d->sigma * gsl_cdf_ugaussian_Pinv(u);
  case EPX_LOGNORMAL:
    return d->mean * exp(d->sigma * gsl_cdf_ugaussian_Pinv(u));
  case EPX_UNIFORM:
    return d->low + u * (d->high - d->low);
  case EPX_TRUNCATED_NORMAL:
    return eval_truncated_normal(d, u);
  case EPX_TRIANGULAR:
    return eval_triangular(d, u);
  }
  return NAN;
}
