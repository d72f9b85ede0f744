/** @file
 * Durations: six bins an octave.
 */
#include "parallel/schedule/durations.h"

#include <math.h>

static const double shortest = 1e-7, bins_an_octave = 6;

void epx_durations_merge(epx_durations *durations, double seconds) {
  const double place = seconds > shortest ? ceil(bins_an_octave * log2(seconds / shortest)) : 0;
  const int bin = place < EPX_DURATIONS_BINS - 1 ? (int)place : EPX_DURATIONS_BINS - 1;
  durations->count[bin]++;
  durations->n++;
  durations->sum += seconds;
}

double epx_durations_get_mean(const epx_durations *durations) {
  return durations->n > 0 ? durations->sum / (double)durations->n : 0;
}

double epx_durations_eval_quantile(const epx_durations *durations, double probability) {
  if (durations->n == 0) return 0;
  int64_t below = 0;
  int bin = 0;
  for (; bin < EPX_DURATIONS_BINS - 1; bin++) {
    below += durations->count[bin];
    if ((double)below >= probability * (double)durations->n) break;
  }
  return shortest * exp2(bin / bins_an_octave);
}
