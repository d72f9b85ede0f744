/** @file
 * Restart data: the memory that a computation needs to continue elsewhere, listed in a fixed order. The list
 * can be written to a checkpoint, and filled again from one.
 */
#ifndef EPILUX_BASE_RESTART_H
#define EPILUX_BASE_RESTART_H

#include <stddef.h>

#include "epilux/error.h"

/** Largest number of pieces of memory in one list. */
enum { EPX_RESTART_MAX_PARTS = 64 };

/** An empty list is zeroed. The memory is borrowed. */
typedef struct {
  int kind; /* which computation of a trial it belongs to */
  int n_parts;
  struct {
    void *data;
    size_t n_bytes;
  } part[EPX_RESTART_MAX_PARTS];
} epx_restart;

/** Adds a piece of memory; NULL, or 0 bytes, is ignored. Errors: EPX_EMEMORY: the list is full. */
epx_err epx_restart_add(epx_restart *restart, void *data, size_t n_bytes);

/** Adds a variable. */
#define EPX_RESTART_ADD(restart, variable) epx_restart_add((restart), &(variable), sizeof(variable))

/** Gets the total number of bytes in the list. */
size_t epx_restart_get_bytes(const epx_restart *restart);

#endif
