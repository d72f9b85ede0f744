/** @file
 * Quantiles from a sorted copy: samples are small enough to keep whole, so nothing is approximated.
 */
#include "statistics/quantile.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double interpolate(const double *sorted, size_t count, double probability) {
  if (count == 0) return NAN;
  const double h = (double)(count - 1) * probability;
  const size_t below = (size_t)h;
  const double rest = h - (double)below;
  if (rest == 0) return sorted[below]; /* the last value has none above it, an infinite one no difference */
  return sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}

epx_err epx_quantile_eval(const double *value, size_t n, const double *probability, int n_probabilities,
                          double *quantile) {
  double *sorted = NULL;
  size_t count = 0;
  for (int i = 0; i < n_probabilities; i++) {
    if (!(probability[i] >= 0 && probability[i] <= 1)) {
      return EPX_RAISE(EPX_EINPUT, "a quantile at probability %g: it must be from 0 to 1", probability[i]);
    }
  }
  EPX_TRY(EPX_ARRAY(sorted, n));
  for (size_t i = 0; i < n; i++) {
    if (!isnan(value[i])) sorted[count++] = value[i];
  }
  qsort(sorted, count, sizeof *sorted, compare);
  for (int i = 0; i < n_probabilities; i++)
    quantile[i] = interpolate(sorted, count, probability[i]);
  epx_array_destroy(&sorted);
  return EPX_OK;
}
