/** @file
 * Resampled: an interval of a mean over random splits of one set of samples. Splits overlap, so that their results are not
 * independent: the plain t would be too narrow.
 */
#ifndef EPILUX_STATISTICS_RESAMPLED_H
#define EPILUX_STATISTICS_RESAMPLED_H

#include <stddef.h>

/** Evaluates the lower end of the mean of value [n >= 2], each of a split that tests on `ratio` times as many samples as
 * it trains on:
 *   mean - t(confidence, n - 1) s sqrt(1 / n + ratio),  s of n - 1,
 * one-sided; confidence 0.5 gives the mean. Source: Nadeau2003. */
double epx_resampled_eval_lowest(const double *value, size_t n, double ratio, double confidence);

#endif
