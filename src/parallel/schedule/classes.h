/** @internal @file
 * Classes: blocks that take about the same time, as those of one design point do. One block of each class comes first, so
 * that something is known of all; then blocks of the class that takes longest, by the mean of what was timed: what is begun
 * last is short, and nobody waits long for it.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_CLASSES_H
#define EPILUX_PARALLEL_SCHEDULE_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "epilux/error.h"

/** Zeroed: none. */
typedef struct {
  int64_t size;     /* blocks a class: class c has blocks c size … (c + 1) size - 1; 0: no classes */
  int64_t n_blocks; /* of all */
  int n;            /* classes */
  struct epx_class *list;
  int *order;                /* [n], the longest first */
  int i_probe;               /* classes before it have been begun */
  int i_order;               /* classes before it in the order have no block left */
  int64_t n_timed, n_sorted; /* blocks that were timed, now and when the order was made; -1: it never was */
} epx_classes;

/** Inits the classes of n_blocks blocks. Errors: EPX_EMEMORY. */
epx_err epx_classes_init(epx_classes *classes, int64_t n_blocks, int64_t size);
void epx_classes_destroy(epx_classes *classes);

/** Adds what a block took, s. */
void epx_classes_merge(epx_classes *classes, int64_t block, double seconds);

/** Takes the block that should be begun next, of those for which is_open() is true; -1: there is none. Amortised O(log n). */
int64_t epx_classes_take(epx_classes *classes, bool (*is_open)(const void *context, int64_t block),
                         const void *context);

#endif
