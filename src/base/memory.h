/** @file
 * Memory: checks, before allocating, whether arrays fit this host; and tells what the process uses.
 */
#ifndef EPILUX_BASE_MEMORY_H
#define EPILUX_BASE_MEMORY_H

#include "epilux/error.h"

/** Gets the bytes that this process may take: the host's memory, or the limit of its address space (ulimit
 * -v) where that is less. */
double epx_memory_get_limit(void);

/** Gets the bytes of memory that this process holds now; 0 where the system does not say. */
double epx_memory_get_resident(void);

/** Resets what the allocator keeps of freed arrays: the system has it again, where the C library can. Open MPI tells the
 * allocator to keep all of it. */
void epx_memory_reset_freed(void);

/** Checks that `bytes` fit. what: the path of the key that needs them, and what it needs, in the plural,
 * as in "network.topology: 4999950000 links"; remedy: what would be right. Errors: EPX_EINPUT, with both texts
 * and both sizes. */
epx_err epx_memory_check(double bytes, const char *what, const char *remedy);

#endif
