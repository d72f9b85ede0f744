/** @internal @file
 * Mailbox: messages between two threads of one process, one way.
 */
#ifndef EPILUX_PARALLEL_CHANNEL_MAILBOX_H
#define EPILUX_PARALLEL_CHANNEL_MAILBOX_H

#include <stdbool.h>

#include "parallel/channel/channel.h"

typedef struct epx_mailbox epx_mailbox;

/** Creates an empty mailbox. Errors: EPX_EMEMORY. */
epx_err epx_mailbox_create(epx_mailbox **out);
void epx_mailbox_destroy(epx_mailbox **address);

/** Writes a copy of the message; waits while 16 are unread. Errors: EPX_EMEMORY. */
epx_err epx_mailbox_write(epx_mailbox *mailbox, const epx_message *message);

/** Reads the oldest message, *got = false when there is none yet. Errors: EPX_EMEMORY. */
epx_err epx_mailbox_read(epx_mailbox *mailbox, epx_message *message, bool *got);

/** Waits until there is a message, at most `seconds`. */
void epx_mailbox_wait(epx_mailbox *mailbox, double seconds);

#endif
