#include "statistics/resampled.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "statistics/moments.h"

double epx_resampled_eval_lowest(const double *value, size_t n, double ratio, double confidence) {
  const epx_moments m = epx_moments_eval(value, n);
  return m.mean - gsl_cdf_tdist_Pinv(confidence, (double)n - 1) * m.std * sqrt(1 / (double)n + ratio);
}
