/** @internal @file
 * Bundle: several messages in one buffer, as they are sent. All ranks must have the same machine type.
 */
#ifndef EPILUX_PARALLEL_CHANNEL_BUNDLE_H
#define EPILUX_PARALLEL_CHANNEL_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "parallel/channel/channel.h"

/** Zeroed: empty. */
typedef struct {
  unsigned char *bytes; /* [capacity]; messages in [n_read, n_bytes) are still to be read */
  size_t n_bytes, n_read, capacity;
} epx_bundle;

void epx_bundle_destroy(epx_bundle *bundle);

/** Sets the bundle to n_bytes that the caller fills, none of them read. Errors: EPX_EMEMORY. */
epx_err epx_bundle_set_size(epx_bundle *bundle, size_t n_bytes);

/** Tells whether nothing is left to read. */
bool epx_bundle_is_empty(const epx_bundle *bundle);

/** Writes a message, its worker too, behind the others. Errors: EPX_EMEMORY. O(its data), amortised. */
epx_err epx_bundle_write(epx_bundle *bundle, const epx_message *message);

/** Reads the next message, *got = false when none is left. Errors: EPX_EMPI: the bytes end within a message;
 * EPX_EMEMORY. */
epx_err epx_bundle_read(epx_bundle *bundle, epx_message *message, bool *got);

#endif
