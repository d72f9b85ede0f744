/** @file
 * Seconds: the monotonic clock, so that a corrected wall clock changes no duration and no deadline.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/seconds.h"

#include <math.h>
#include <time.h>

static const double nap_share = 0.01, longest_nap = 5e-3; /* s */

double epx_seconds_get(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double epx_seconds_eval_nap(double waited, double shortest) {
  return fmin(longest_nap, fmax(shortest, nap_share * waited));
}
