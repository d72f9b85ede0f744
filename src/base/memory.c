/** @file
 * Memory: reads the limits of the host and of the process.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

double epx_memory_get_limit(void) {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  double limit = pages > 0 && size > 0 ? (double)pages * (double)size : INFINITY;
  struct rlimit space;
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    limit = fmin(limit, (double)space.rlim_cur);
  return limit;
}

double epx_memory_get_resident(void) {
  double all, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (fscanf(file, "%lf %lf", &all, &resident) != 2) resident = 0;
  fclose(file);
  return resident * (double)sysconf(_SC_PAGESIZE);
}

void epx_memory_reset_freed(void) {
#ifdef __GLIBC__
  (void)malloc_trim(0);
#endif
}

epx_err epx_memory_check(double bytes, const char *what, const char *remedy) {
  const double limit = epx_memory_get_limit();
  if (bytes <= limit) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s need about %.3g GB, this process may take %.3g GB; %s", what, 1e-9 * bytes,
                   1e-9 * limit, remedy);
}
