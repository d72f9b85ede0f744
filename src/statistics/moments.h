/** @file
 * Moments of a sample in which NaN stands for a missing value.
 */
#ifndef EPILUX_STATISTICS_MOMENTS_H
#define EPILUX_STATISTICS_MOMENTS_H

#include <stddef.h>

typedef struct {
  size_t count;     /* of the values that are not NaN */
  double mean, std; /* NaN where count is 0; std, of the sample (count - 1), also where count is 1 */
  double min, max;  /* NaN where count is 0 */
} epx_moments;

/** Evaluates the moments of value [n], skipping NaN:
 *   mean = sum(x) / count,  std = sqrt(sum((x - mean)^2) / (count - 1)).
 * Sums run in the order of the index, so equal arrays give equal bits. An infinite value makes mean infinite
 * and std NaN. Cost O(n). */
epx_moments epx_moments_eval(const double *value, size_t n);

#endif
