/** @file
 * Memento: the places in memory whose contents a computation would need to go on elsewhere, in an order of
 * its own. Whoever has them can write them, and fill the same places of the same computation again.
 */
#ifndef EPILUX_BASE_MEMENTO_H
#define EPILUX_BASE_MEMENTO_H

#include <stddef.h>

#include "epilux/base/error.h"

/** Most places of one. */
enum { EPX_MEMENTO_MAX_PARTS = 64 };

/** Zeroed: empty. The places are borrowed. */
typedef struct {
  int kind; /* which of a trial's computations it is of */
  int n_parts;
  struct {
    void *data;
    size_t n_bytes;
  } part[EPX_MEMENTO_MAX_PARTS];
} epx_memento;

/** Adds a place; one without bytes, or NULL, is left out. Errors: EPX_EMEMORY: more than can be named. */
epx_err epx_memento_add(epx_memento *memento, void *data, size_t n_bytes);

/** Adds a variable. */
#define EPX_MEMENTO_ADD(memento, variable) epx_memento_add((memento), &(variable), sizeof(variable))

/** Gets the bytes of all places. */
size_t epx_memento_get_bytes(const epx_memento *memento);

#endif
