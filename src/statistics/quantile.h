/** @file
 * Quantiles of a sample in which NaN stands for a missing value.
 */
#ifndef EPILUX_STATISTICS_QUANTILE_H
#define EPILUX_STATISTICS_QUANTILE_H

#include <stddef.h>

#include "epilux/error.h"

/** Evaluates the exact quantiles of value [n], skipping NaN, by Hyndman and Fan's type 7, NumPy's default:
 * with the m values sorted as x[0] … x[m-1], h = (m - 1) p,  quantile = x[floor(h)] + (h - floor(h))
 * (x[floor(h) + 1] - x[floor(h)]). probability [n_probabilities] in [0, 1], in any order; quantile
 * [n_probabilities] out, NaN where all is missing. Errors: EPX_EINPUT for a probability outside [0, 1];
 * EPX_EMEMORY. Cost O(n log n). Source: HyndmanFan1996. */
epx_err epx_quantile_eval(const double *value, size_t n, const double *probability, int n_probabilities,
                          double *quantile);

#endif
