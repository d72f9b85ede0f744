#include "epilux/base/memento.h"

epx_err epx_memento_add(epx_memento *memento, void *data, size_t n_bytes) {
  if (!data || n_bytes == 0) return EPX_OK;
  if (memento->n_parts == EPX_MEMENTO_MAX_PARTS)
    return EPX_RAISE(EPX_EMEMORY, "a memento of more than %d places", EPX_MEMENTO_MAX_PARTS);
  memento->part[memento->n_parts].data = data;
  memento->part[memento->n_parts++].n_bytes = n_bytes;
  return EPX_OK;
}

size_t epx_memento_get_bytes(const epx_memento *memento) {
  size_t n = 0;
  for (int k = 0; k < memento->n_parts; k++)
    n += memento->part[k].n_bytes;
  return n;
}
