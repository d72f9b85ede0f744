/** @file
 * Endpoint: the socket file through which drivers on this host reach a process, for their owner alone.
 */
#ifndef EPILUX_IO_EXCHANGE_ENDPOINT_H
#define EPILUX_IO_EXCHANGE_ENDPOINT_H

#include "epilux/error.h"

/** Creates the socket file at `path`, of mode 0600, and listens there. Its folder is made with mode 0700 where there is none,
 * and must be this user's and closed to all others. A socket file that nobody listens at any more is replaced.
 * Errors: EPX_EINPUT: the path is too long for a socket; a folder that others may enter, with the command that closes it;
 * another file of that name. EPX_EBUSY: somebody listens there. EPX_EFILE: the system refuses. */
epx_err epx_endpoint_create(const char *path, int *listener);

/** Closes the listener and removes the file. */
void epx_endpoint_destroy(const char *path, int listener);

#endif
