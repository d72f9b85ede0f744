/** @file
 * Channel: over MPI, messages travel in bundles, of one where there is no relay. Open MPI's own waiting
 * spins, so waiting here is asking, with naps that grow.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/channel/channel.h"

#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "parallel/channel/channel_private.h"
#include "parallel/seconds.h"

/* N_YIELDS: questions before the first nap, between which whoever wants the processor has it: the shortest
 * nap takes longer than an answer that is on its way. RELAY_BYTES: of what is sent to a relay at once, so
 * that it leaves without the relay's doing. */
enum { HOST_BYTES = 64, N_YIELDS = 100, RELAY_BYTES = 3072 };

epx_err epx_channel_check(int code, const char *what) {
  if (code == MPI_SUCCESS) return EPX_OK;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length;
  MPI_Error_string(code, text, &length);
  return EPX_RAISE(EPX_EMPI, "%s: %s", what, text);
}

/* ---- layout: workers come last, so that their ranks follow each other; groups differ by one at most */

epx_channel_layout epx_channel_eval_layout(int n_ranks, int group) {
  if (n_ranks <= 2) return (epx_channel_layout){.n_workers = n_ranks};
  if (group == 1) group = 2; /* a relay for each would gain nothing, and one could be left over */
  const int n = n_ranks - 1, n_relays = group > 0 && n > group ? (n + group) / (group + 1) : 0;
  return (epx_channel_layout){.n_relays = n_relays, .first_worker = 1 + n_relays, .n_workers = n - n_relays};
}

int epx_channel_eval_relay(const epx_channel_layout *layout, int worker) {
  if (layout->n_relays == 0 || worker < layout->first_worker) return 0;
  return 1 + (int)((int64_t)(worker - layout->first_worker) * layout->n_relays / layout->n_workers);
}

/* ---- ends */

/* Gathers the hosts' names on rank 0. */
static epx_err create_hosts(epx_channel *channel) {
  char host[HOST_BYTES] = "";
  gethostname(host, sizeof host - 1);
  if (channel->rank == 0) EPX_TRY(epx_array_create(&channel->hosts, (size_t)channel->size, HOST_BYTES));
  if (channel->size == 1) {
    memcpy(channel->hosts, host, sizeof host);
    return EPX_OK;
  }
  return epx_channel_check(
      MPI_Gather(host, HOST_BYTES, MPI_CHAR, channel->hosts, HOST_BYTES, MPI_CHAR, 0, channel->comm),
      "MPI_Gather");
}

const char *epx_channel_get_host(const epx_channel *channel, int rank) {
  if (!channel->hosts || rank < 0 || rank >= channel->size) return "";
  return channel->hosts + (size_t)rank * HOST_BYTES;
}

static epx_err create(MPI_Comm comm, epx_channel *channel) {
  channel->comm = MPI_COMM_NULL;
  channel->size = 1;
  if (comm != MPI_COMM_NULL) {
    EPX_TRY(epx_channel_check(MPI_Comm_dup(comm, &channel->comm), "MPI_Comm_dup"));
    MPI_Comm_set_errhandler(channel->comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(channel->comm, &channel->rank);
    MPI_Comm_size(channel->comm, &channel->size);
  }
  EPX_TRY(epx_channel_set_group(channel, 0));
  EPX_TRY(create_hosts(channel));
  if (channel->rank > 0) return EPX_OK;
  EPX_TRY(epx_mailbox_create(&channel->to_coordinator));
  return epx_mailbox_create(&channel->to_worker);
}

epx_err epx_channel_create(MPI_Comm comm, epx_channel **out) {
  *out = NULL;
  epx_channel *channel;
  EPX_TRY(EPX_ARRAY(channel, 1));
  const int code = create(comm, channel);
  if (code == EPX_OK)
    *out = channel;
  else
    epx_channel_destroy(&channel);
  return code;
}

static void destroy_bundles(epx_channel *channel) {
  for (int r = 0; channel->to_relay && r < channel->layout.n_relays; r++)
    epx_bundle_destroy(&channel->to_relay[r]);
  epx_array_destroy(&channel->to_relay);
  epx_bundle_destroy(&channel->in);
  epx_bundle_destroy(&channel->out);
}

epx_err epx_channel_set_group(epx_channel *channel, int group) {
  destroy_bundles(channel);
  channel->layout = epx_channel_eval_layout(channel->size, group);
  channel->coordinator = epx_channel_eval_relay(&channel->layout, channel->rank);
  if (channel->rank > 0 || channel->layout.n_relays == 0) return EPX_OK;
  return EPX_ARRAY(channel->to_relay, (size_t)channel->layout.n_relays);
}

epx_channel_layout epx_channel_get_layout(const epx_channel *channel) {
  return channel->layout;
}

void epx_channel_destroy(epx_channel **address) {
  epx_channel *channel = *address;
  if (!channel) return;
  if (channel->comm != MPI_COMM_NULL) MPI_Comm_free(&channel->comm);
  epx_mailbox_destroy(&channel->to_coordinator);
  epx_mailbox_destroy(&channel->to_worker);
  epx_array_destroy(&channel->hosts);
  destroy_bundles(channel);
  epx_array_destroy(address);
}

int epx_channel_get_rank(const epx_channel *channel) {
  return channel->rank;
}

int epx_channel_get_size(const epx_channel *channel) {
  return channel->size;
}

epx_err epx_channel_send(epx_channel *channel, int to, epx_bundle *bundle) {
  EPX_TRY(epx_channel_check(
      MPI_Send(bundle->bytes, (int)bundle->n_bytes, MPI_BYTE, to, EPX_CHANNEL_TAG, channel->comm),
      "MPI_Send"));
  return epx_bundle_set_size(bundle, 0);
}

epx_err epx_channel_receive(epx_channel *channel, int from, int *source, bool *got) {
  MPI_Status status;
  int there = 0, n = 0;
  *got = false;
  EPX_TRY(epx_channel_check(MPI_Iprobe(from, EPX_CHANNEL_TAG, channel->comm, &there, &status), "MPI_Iprobe"));
  if (!there) return EPX_OK;
  EPX_TRY(epx_channel_check(MPI_Get_count(&status, MPI_BYTE, &n), "MPI_Get_count"));
  EPX_TRY(epx_bundle_set_size(&channel->in, (size_t)n));
  *source = status.MPI_SOURCE;
  *got = true;
  return epx_channel_check(
      MPI_Recv(channel->in.bytes, n, MPI_BYTE, *source, EPX_CHANNEL_TAG, channel->comm, MPI_STATUS_IGNORE),
      "MPI_Recv");
}

/* Sends a message by itself. */
static epx_err send(epx_channel *channel, int to, const epx_message *message) {
  EPX_TRY(epx_bundle_write(&channel->out, message));
  return epx_channel_send(channel, to, &channel->out);
}

/* Reads a message of what came together; what comes next when there is none. */
static epx_err receive(epx_channel *channel, int from, epx_message *message, bool *got) {
  int source;
  EPX_TRY(epx_bundle_read(&channel->in, message, got));
  if (*got) return EPX_OK;
  EPX_TRY(epx_channel_receive(channel, from, &source, got));
  return *got ? epx_bundle_read(&channel->in, message, got) : EPX_OK;
}

epx_err epx_channel_write_to_worker(epx_channel *channel, const epx_message *message) {
  if (message->worker == 0) return epx_mailbox_write(channel->to_worker, message);
  const int relay = epx_channel_eval_relay(&channel->layout, message->worker);
  if (relay == 0) return send(channel, message->worker, message);
  epx_bundle *bundle = &channel->to_relay[relay - 1];
  EPX_TRY(epx_bundle_write(bundle, message));
  channel->any_to_relay = true;
  return bundle->n_bytes < RELAY_BYTES ? EPX_OK : epx_channel_send(channel, relay, bundle);
}

static epx_err send_to_relays(epx_channel *channel) {
  if (!channel->any_to_relay) return EPX_OK;
  channel->any_to_relay = false;
  for (int r = 0; r < channel->layout.n_relays; r++)
    if (!epx_bundle_is_empty(&channel->to_relay[r]))
      EPX_TRY(epx_channel_send(channel, r + 1, &channel->to_relay[r]));
  return EPX_OK;
}

epx_err epx_channel_read_from_worker(epx_channel *channel, epx_message *message, bool *got) {
  EPX_TRY(epx_mailbox_read(channel->to_coordinator, message, got));
  if (*got) {
    message->worker = 0;
    return EPX_OK;
  }
  if (channel->size == 1) return EPX_OK;
  if (epx_bundle_is_empty(&channel->in)) EPX_TRY(send_to_relays(channel));
  return receive(channel, MPI_ANY_SOURCE, message, got);
}

epx_err epx_channel_write_to_coordinator(epx_channel *channel, const epx_message *message) {
  if (channel->rank == 0) return epx_mailbox_write(channel->to_coordinator, message);
  epx_message signed_by_worker = *message;
  signed_by_worker.worker = channel->rank;
  return send(channel, channel->coordinator, &signed_by_worker);
}

/* Waits for a message of the coordinator, by naps that grow to a hundredth of what was waited. */
static epx_err receive_late(epx_channel *channel, double seconds, epx_message *message, bool *got) {
  const double shortest = 1e-5;
  for (double waited = 0; waited < seconds;) {
    const double nap = epx_seconds_eval_nap(waited, shortest);
    const struct timespec pause = {0, (long)(1e9 * nap)};
    nanosleep(&pause, NULL);
    waited += nap;
    EPX_TRY(receive(channel, channel->coordinator, message, got));
    if (*got) return EPX_OK;
  }
  return EPX_OK;
}

epx_err epx_channel_read_from_coordinator(epx_channel *channel, double seconds, epx_message *message,
                                          bool *got) {
  for (int k = 0;; k++) {
    EPX_TRY(channel->rank == 0 ? epx_mailbox_read(channel->to_worker, message, got)
                               : receive(channel, channel->coordinator, message, got));
    if (*got || seconds <= 0) return EPX_OK;
    if (k == N_YIELDS) break;
    sched_yield();
  }
  if (channel->rank > 0) return receive_late(channel, seconds, message, got);
  epx_mailbox_wait(channel->to_worker, seconds);
  return epx_mailbox_read(channel->to_worker, message, got);
}

void epx_channel_wait_for_worker(epx_channel *channel, double seconds) {
  epx_mailbox_wait(channel->to_coordinator, seconds);
}

epx_err epx_channel_merge_least(epx_channel *channel, int *least) {
  if (channel->size == 1) return EPX_OK;
  const int own = *least;
  return epx_channel_check(MPI_Allreduce(&own, least, 1, MPI_INT, MPI_MIN, channel->comm), "MPI_Allreduce");
}

epx_err epx_channel_merge_codes(epx_channel *channel, int code) {
  if (channel->size == 1) return code;
  struct {
    int code, rank;
  } own = {code, channel->rank}, gravest;
  EPX_TRY(epx_channel_check(MPI_Allreduce(&own, &gravest, 1, MPI_2INT, MPI_MINLOC, channel->comm),
                            "MPI_Allreduce"));
  if (gravest.rank != channel->rank) epx_error_reset();
  return gravest.code;
}
