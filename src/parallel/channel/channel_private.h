/** @internal @file
 * Channel: what its ends share with a relay.
 */
#ifndef EPILUX_PARALLEL_CHANNEL_CHANNEL_PRIVATE_H
#define EPILUX_PARALLEL_CHANNEL_CHANNEL_PRIVATE_H

#include "parallel/channel/bundle.h"
#include "parallel/channel/channel.h"
#include "parallel/channel/mailbox.h"

enum { EPX_CHANNEL_TAG = 1 };

struct epx_channel {
  MPI_Comm comm;
  int rank, size;
  epx_channel_layout layout;
  int coordinator;                         /* rank that this rank's worker talks to */
  epx_mailbox *to_coordinator, *to_worker; /* rank 0: of worker 0 */
  char *hosts;                             /* rank 0: [size][HOST_BYTES] */
  epx_bundle in, out;                      /* as received, and what is left of it; to be sent */
  epx_bundle *to_relay;                    /* rank 0: [n_relays] */
  bool any_to_relay;
};

/** Raises what MPI says of a call. Errors: EPX_EMPI. */
epx_err epx_channel_check(int code, const char *what);

/** Sends a bundle, which is empty then. Errors: EPX_EMPI. */
epx_err epx_channel_send(epx_channel *channel, int to, epx_bundle *bundle);

/** Receives a bundle into channel->in, *got = false when none is there. from: a rank or MPI_ANY_SOURCE;
 * *source: whose it is. Errors: EPX_EMPI, EPX_EMEMORY. */
epx_err epx_channel_receive(epx_channel *channel, int from, int *source, bool *got);

#endif
