/** @internal @file
 * Durations: the mean and high quantiles of the time per block, in constant memory.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_DURATIONS_H
#define EPILUX_PARALLEL_SCHEDULE_DURATIONS_H

#include <stdint.h>

enum { EPX_DURATIONS_BINS = 256 };

/** A histogram over the logarithm of the time: bin k ends at 1e-7 s times 2^(k/6), so the last at 10^5.8 s.
 * Zeroed: empty. */
typedef struct {
  int64_t n, count[EPX_DURATIONS_BINS];
  double sum; /* s */
} epx_durations;

void epx_durations_merge(epx_durations *durations, double seconds);

/** Gets the mean, s; 0 when there are none. */
double epx_durations_get_mean(const epx_durations *durations);

/** Evaluates an upper bound of the quantile, s, within 12 %; 0 when there are none. */
double epx_durations_eval_quantile(const epx_durations *durations, double probability);

#endif
