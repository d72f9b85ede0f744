/** @file
 * Memory.
 */
#define _POSIX_C_SOURCE 200809L

#include "io/memory.h"

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

epx_err epx_memory_check(const epx_point *point) {
  const epx_point_size size = epx_point_eval_size(point);
  const double limit = epx_memory_get_limit();
  if (size.bytes <= limit) return EPX_OK;
  return EPX_RAISE(
      EPX_EINPUT,
      "network.topology: %d nodes of family %s (%d state variables, %zu links) need about %.3g GB, "
      "this process may take %.3g GB; fewer nodes are wanted, or "
      "equilibrium.engine: distributed over more ranks",
      size.n_nodes, point->network->family->name, point->network->n_state, size.n_links, 1e-9 * size.bytes,
      1e-9 * limit);
}
