/** @file
 * Moments in two passes: the second takes the rounding error of the first out of the mean and of the sum of
 * squares. Source: Chan1983 (corrected two-pass algorithm).
 */
#include "statistics/moments.h"

#include <math.h>

epx_moments epx_moments_eval(const double *value, size_t n) {
  epx_moments m = {.mean = NAN, .std = NAN, .min = NAN, .max = NAN};
  double sum = 0, deviations = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    if (isnan(value[i])) continue;
    m.count++;
    sum += value[i];
    m.min = fmin(m.min, value[i]); /* fmin and fmax prefer a number to a NaN */
    m.max = fmax(m.max, value[i]);
  }
  if (m.count == 0) return m;
  const double count = (double)m.count, rough_mean = sum / count;
  m.mean = rough_mean;
  if (!isfinite(rough_mean)) return m;
  for (size_t i = 0; i < n; i++) {
    if (isnan(value[i])) continue;
    const double deviation = value[i] - rough_mean;
    deviations += deviation;
    squares += deviation * deviation;
  }
  m.mean = fmin(fmax(rough_mean + deviations / count, m.min), m.max);
  if (m.count > 1) m.std = sqrt(fmax(squares - deviations * deviations / count, 0) / (count - 1));
  return m;
}
