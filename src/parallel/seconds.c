/** @file
 * Seconds: the monotonic clock, so that a corrected wall clock changes no duration and no deadline.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/seconds.h"

#include <time.h>

double epx_seconds_get(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
