#include "base/restart.h"

epx_err epx_restart_add(epx_restart *restart, void *data, size_t n_bytes) {
  if (!data || n_bytes == 0) return EPX_OK;
  if (restart->n_parts == EPX_RESTART_MAX_PARTS)
    return EPX_RAISE(EPX_EMEMORY, "a restart of more than %d places", EPX_RESTART_MAX_PARTS);
  restart->part[restart->n_parts].data = data;
  restart->part[restart->n_parts++].n_bytes = n_bytes;
  return EPX_OK;
}

size_t epx_restart_get_bytes(const epx_restart *restart) {
  size_t n = 0;
  for (int k = 0; k < restart->n_parts; k++)
    n += restart->part[k].n_bytes;
  return n;
}
