/** @file
 * Relay: it never waits in a send towards rank 0, which may be sending to it: one bundle is under way there,
 * the next fills meanwhile. Workers wait for it, and what it sends them is short.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/channel/relay.h"

#include <math.h>
#include <sched.h>
#include <time.h>

#include "parallel/channel/channel_private.h"
#include "parallel/schedule/schedule.h"
#include "parallel/seconds.h"

/* LARGE_BYTES: of what waits to go to rank 0, from which on workers are not listened to. */
enum { N_YIELDS = 100, LARGE_BYTES = 1 << 20 };

static const double shortest_nap = 1e-5; /* s */

typedef struct {
  epx_channel *channel;
  epx_bundle filling, sending; /* to rank 0 */
  MPI_Request request;         /* of `sending`; MPI_REQUEST_NULL: none */
  epx_message message;
  double interval, t_sent, t_message; /* s */
  int n_left, n_members, n_empty;
  int outcome;
  bool stopped;
} relay;

static int count_members(const epx_channel *channel) {
  const epx_channel_layout *layout = &channel->layout;
  int n = 0;
  for (int w = layout->first_worker; w < layout->first_worker + layout->n_workers; w++)
    n += epx_channel_eval_relay(layout, w) == channel->rank;
  return n;
}

/* Adds what a worker says to what goes to rank 0. */
static epx_err take_report(relay *own) {
  own->n_left += own->message.kind == EPX_MESSAGE_LEFT;
  return epx_bundle_write(&own->filling, &own->message);
}

static epx_err pass_order(relay *own) {
  epx_channel *channel = own->channel;
  if (own->message.kind == EPX_MESSAGE_END) {
    own->outcome = own->message.code;
    own->stopped = own->message.count != 0;
  }
  EPX_TRY(epx_bundle_write(&channel->out, &own->message));
  return epx_channel_send(channel, own->message.worker, &channel->out);
}

/* Takes in what has come, if anything has. */
static epx_err receive(relay *own, bool *got) {
  const bool full = own->filling.n_bytes >= LARGE_BYTES;
  bool more = true;
  int source;
  EPX_TRY(epx_channel_receive(own->channel, full ? 0 : MPI_ANY_SOURCE, &source, got));
  while (*got && more) {
    EPX_TRY(epx_bundle_read(&own->channel->in, &own->message, &more));
    if (!more) break;
    EPX_TRY(source > 0 ? take_report(own) : pass_order(own));
  }
  return EPX_OK;
}

/* Sends what waits to rank 0, if it is time and the last has arrived. */
static epx_err send(relay *own, double now) {
  int done;
  EPX_TRY(epx_channel_check(MPI_Test(&own->request, &done, MPI_STATUS_IGNORE), "MPI_Test"));
  if (!done || epx_bundle_is_empty(&own->filling) || now - own->t_sent < own->interval) return EPX_OK;
  const epx_bundle next = own->filling;
  own->filling = own->sending;
  own->sending = next;
  own->t_sent = now;
  EPX_TRY(epx_bundle_set_size(&own->filling, 0));
  return epx_channel_check(MPI_Isend(own->sending.bytes, (int)own->sending.n_bytes, MPI_BYTE, 0,
                                     EPX_CHANNEL_TAG, own->channel->comm, &own->request),
                           "MPI_Isend");
}

static bool is_over(const relay *own) {
  return own->n_left == own->n_members && epx_bundle_is_empty(&own->filling) &&
         own->request == MPI_REQUEST_NULL;
}

/* As the coordinator waits: yields at first, then naps of a hundredth of what was waited. */
static void wait(relay *own, double now) {
  if (++own->n_empty < N_YIELDS) {
    sched_yield();
    return;
  }
  double nap = epx_seconds_eval_nap(now - own->t_message, shortest_nap);
  if (!epx_bundle_is_empty(&own->filling)) nap = fmin(nap, own->interval);
  nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * nap)}, NULL);
}

static epx_err turn(relay *own) {
  bool got;
  EPX_TRY(receive(own, &got));
  const double now = epx_seconds_get();
  EPX_TRY(send(own, now));
  if (got) {
    own->n_empty = 0;
    own->t_message = now;
  } else {
    wait(own, now);
  }
  return EPX_OK;
}

epx_err epx_relay_solve(epx_channel *channel, bool *stopped) {
  relay own = {.channel = channel,
               .request = MPI_REQUEST_NULL,
               .interval = (double)channel->layout.n_relays / EPX_SCHEDULE_MESSAGES,
               .n_members = count_members(channel),
               .t_message = epx_seconds_get()};
  int code = EPX_OK;
  while (code == EPX_OK && !is_over(&own))
    code = turn(&own);
  if (code == EPX_OK) code = own.outcome;
  *stopped = own.stopped;
  epx_bundle_destroy(&own.filling);
  if (own.request == MPI_REQUEST_NULL) epx_bundle_destroy(&own.sending); /* else MPI may still read it */
  epx_message_destroy(&own.message);
  return code;
}
