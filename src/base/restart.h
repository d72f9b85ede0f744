/** @file
 * Restart data: the places in memory whose contents a computation would need to go on elsewhere, in an order of
 * its own. Whoever has them can write them, and fill the same places of the same computation again.
 */
#ifndef EPILUX_BASE_RESTART_H
#define EPILUX_BASE_RESTART_H

#include <stddef.h>

#include "epilux/error.h"

/** Most places of one. */
enum { EPX_RESTART_MAX_PARTS = 64 };

/** Zeroed: empty. The places are borrowed. */
typedef struct {
  int kind; /* which of a trial's computations it is of */
  int n_parts;
  struct {
    void *data;
    size_t n_bytes;
  } part[EPX_RESTART_MAX_PARTS];
} epx_restart;

/** Adds a place; one without bytes, or NULL, is left out. Errors: EPX_EMEMORY: more than can be named. */
epx_err epx_restart_add(epx_restart *restart, void *data, size_t n_bytes);

/** Adds a variable. */
#define EPX_RESTART_ADD(restart, variable) epx_restart_add((restart), &(variable), sizeof(variable))

/** Gets the bytes of all places. */
size_t epx_restart_get_bytes(const epx_restart *restart);

#endif
