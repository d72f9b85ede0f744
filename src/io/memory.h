/** @internal @file
 * Memory: whether a design point's workspaces fit this host, before they are made.
 */
#ifndef EPILUX_IO_MEMORY_H
#define EPILUX_IO_MEMORY_H

#include "study/point.h"

/** Gets the bytes that this process may take: the host's memory, or the limit of its address space (ulimit
 * -v) where that is less. */
double epx_memory_get_limit(void);

/** Checks that the point's workspaces fit. Errors: EPX_EINPUT, naming the network and both sizes. */
epx_err epx_memory_check(const epx_point *point);

#endif
