/** @file
 * Memory: reads the limits of the host and of the process.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/memory.h"

#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

double epx_memory_get_limit(void) {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  double limit = pages > 0 && size > 0 ? (double)pages * (double)size : INFINITY;
  struct rlimit space;
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
    limit = fmin(limit, (double)space.rlim_cur);
  return limit;
}

epx_err epx_memory_check(double bytes, const char *what, const char *remedy) {
  const double limit = epx_memory_get_limit();
  if (bytes <= limit) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s need about %.3g GB, this process may take %.3g GB; %s", what, 1e-9 * bytes,
                   1e-9 * limit, remedy);
}
