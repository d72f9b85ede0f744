/** @file
 * Lock: at most one run per results file. The operating system releases the lock when its process ends, in
 * whatever way.
 */
#ifndef EPILUX_IO_RECOVERY_LOCK_H
#define EPILUX_IO_RECOVERY_LOCK_H

#include <stddef.h>

#include "epilux/error.h"

typedef struct epx_lock epx_lock;

/** Creates the file `path` and holds an exclusive lock on it, which says host and process of its holder. Two
 * locks of one path in one process do not exclude each other (POSIX record locks belong to the process).
 * Where the file system has no locks, a warning is logged and the run goes on unprotected.
 * Errors: EPX_EBUSY: another process holds it, and who; EPX_EFILE: the file cannot be made; EPX_EMEMORY. */
epx_err epx_lock_create(const char *path, epx_lock **out);

/** Removes the file and drops the lock. */
void epx_lock_destroy(epx_lock **address);

/** Gets who holds the lock, as in "process 4711 on node3": holder [size], out; empty when nobody does.
 * Takes no lock. Returns the length of the text. */
size_t epx_lock_get_holder(const char *path, char *holder, size_t size);

#endif
