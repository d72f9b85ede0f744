/** @file
 * Channel: over MPI a message is one MPI message, a head and its data. Open MPI's own waiting spins, so
 * waiting here is asking, with naps that grow.
 */
#define _POSIX_C_SOURCE 200809L
#include "epilux/parallel/channel.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "epilux/base/array.h"
#include "parallel/mailbox.h"

/* N_YIELDS: questions before the first nap, between which whoever wants the processor has it: the shortest
 * nap takes longer than an answer that is on its way. */
enum { TAG = 1, HOST_BYTES = 64, N_YIELDS = 100 };

/* What precedes the data on the wire. Ranks are of one machine type. */
typedef struct {
  int32_t kind, code;
  int64_t first, count;
} head;

struct epx_channel {
  MPI_Comm comm;
  int rank, size;
  epx_mailbox *to_coordinator, *to_worker; /* rank 0: of worker 0 */
  char *hosts;                             /* rank 0: [size][HOST_BYTES] */
  unsigned char *wire;                     /* [capacity], head and data */
  size_t capacity;
};

epx_err epx_message_set_capacity(epx_message *message, size_t n_bytes) {
  if (n_bytes <= message->capacity) return EPX_OK;
  unsigned char *larger;
  const size_t capacity = n_bytes > 2 * message->capacity ? n_bytes : 2 * message->capacity;
  EPX_TRY(EPX_ARRAY(larger, capacity));
  if (message->n_bytes > 0) memcpy(larger, message->data, message->n_bytes);
  epx_array_destroy(&message->data);
  message->data = larger;
  message->capacity = capacity;
  return EPX_OK;
}

void epx_message_destroy(epx_message *message) {
  epx_array_destroy(&message->data);
  *message = (epx_message){0};
}

static epx_err check_mpi(int code, const char *what) {
  if (code == MPI_SUCCESS) return EPX_OK;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length;
  MPI_Error_string(code, text, &length);
  return EPX_RAISE(EPX_EMPI, "%s: %s", what, text);
}

/* Gathers the hosts' names on rank 0. */
static epx_err create_hosts(epx_channel *channel) {
  char host[HOST_BYTES] = "";
  gethostname(host, sizeof host - 1);
  if (channel->rank == 0) EPX_TRY(epx_array_create(&channel->hosts, (size_t)channel->size, HOST_BYTES));
  if (channel->size == 1) {
    memcpy(channel->hosts, host, sizeof host);
    return EPX_OK;
  }
  return check_mpi(
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
    EPX_TRY(check_mpi(MPI_Comm_dup(comm, &channel->comm), "MPI_Comm_dup"));
    MPI_Comm_set_errhandler(channel->comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(channel->comm, &channel->rank);
    MPI_Comm_size(channel->comm, &channel->size);
  }
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

void epx_channel_destroy(epx_channel **address) {
  epx_channel *channel = *address;
  if (!channel) return;
  if (channel->comm != MPI_COMM_NULL) MPI_Comm_free(&channel->comm);
  epx_mailbox_destroy(&channel->to_coordinator);
  epx_mailbox_destroy(&channel->to_worker);
  epx_array_destroy(&channel->hosts);
  epx_array_destroy(&channel->wire);
  epx_array_destroy(address);
}

int epx_channel_get_rank(const epx_channel *channel) {
  return channel->rank;
}

int epx_channel_get_size(const epx_channel *channel) {
  return channel->size;
}

static epx_err set_wire(epx_channel *channel, size_t n_bytes) {
  if (n_bytes <= channel->capacity) return EPX_OK;
  epx_array_destroy(&channel->wire);
  channel->capacity = 0;
  EPX_TRY(EPX_ARRAY(channel->wire, 2 * n_bytes));
  channel->capacity = 2 * n_bytes;
  return EPX_OK;
}

static epx_err send(epx_channel *channel, int to, const epx_message *message) {
  const head start = {(int32_t)message->kind, (int32_t)message->code, message->first, message->count};
  const size_t n = sizeof start + message->n_bytes;
  if (n > INT_MAX) return EPX_RAISE(EPX_EMPI, "a message of %zu bytes is more than MPI takes", n);
  EPX_TRY(set_wire(channel, n));
  memcpy(channel->wire, &start, sizeof start);
  if (message->n_bytes > 0) memcpy(channel->wire + sizeof start, message->data, message->n_bytes);
  return check_mpi(MPI_Send(channel->wire, (int)n, MPI_BYTE, to, TAG, channel->comm), "MPI_Send");
}

static epx_err receive(epx_channel *channel, int from, epx_message *message, bool *got) {
  MPI_Status status;
  int there = 0, n = 0;
  *got = false;
  EPX_TRY(check_mpi(MPI_Iprobe(from, TAG, channel->comm, &there, &status), "MPI_Iprobe"));
  if (!there) return EPX_OK;
  EPX_TRY(check_mpi(MPI_Get_count(&status, MPI_BYTE, &n), "MPI_Get_count"));
  head start;
  if (n < (int)sizeof start)
    return EPX_RAISE(EPX_EMPI, "a message of %d bytes from rank %d", n, status.MPI_SOURCE);
  EPX_TRY(set_wire(channel, (size_t)n));
  EPX_TRY(check_mpi(
      MPI_Recv(channel->wire, n, MPI_BYTE, status.MPI_SOURCE, TAG, channel->comm, MPI_STATUS_IGNORE),
      "MPI_Recv"));
  memcpy(&start, channel->wire, sizeof start);
  EPX_TRY(epx_message_set_capacity(message, (size_t)n - sizeof start));
  message->n_bytes = (size_t)n - sizeof start;
  if (message->n_bytes > 0) memcpy(message->data, channel->wire + sizeof start, message->n_bytes);
  message->kind = (epx_message_kind)start.kind;
  message->code = start.code;
  message->first = start.first;
  message->count = start.count;
  message->worker = from == MPI_ANY_SOURCE ? status.MPI_SOURCE : channel->rank;
  *got = true;
  return EPX_OK;
}

epx_err epx_channel_write_to_worker(epx_channel *channel, const epx_message *message) {
  if (message->worker == 0) return epx_mailbox_write(channel->to_worker, message);
  return send(channel, message->worker, message);
}

epx_err epx_channel_read_from_worker(epx_channel *channel, epx_message *message, bool *got) {
  EPX_TRY(epx_mailbox_read(channel->to_coordinator, message, got));
  if (*got) {
    message->worker = 0;
    return EPX_OK;
  }
  if (channel->size == 1) return EPX_OK;
  return receive(channel, MPI_ANY_SOURCE, message, got);
}

epx_err epx_channel_write_to_coordinator(epx_channel *channel, const epx_message *message) {
  if (channel->rank == 0) return epx_mailbox_write(channel->to_coordinator, message);
  return send(channel, 0, message);
}

/* Waits for a message of the coordinator, by naps that grow to a hundredth of what was waited. */
static epx_err receive_late(epx_channel *channel, double seconds, epx_message *message, bool *got) {
  const double shortest = 1e-5, longest = 5e-3, share = 0.01;
  for (double waited = 0; waited < seconds;) {
    const double nap = fmin(longest, fmax(shortest, share * waited));
    const struct timespec pause = {0, (long)(1e9 * nap)};
    nanosleep(&pause, NULL);
    waited += nap;
    EPX_TRY(receive(channel, 0, message, got));
    if (*got) return EPX_OK;
  }
  return EPX_OK;
}

epx_err epx_channel_read_from_coordinator(epx_channel *channel, double seconds, epx_message *message,
                                          bool *got) {
  for (int k = 0;; k++) {
    EPX_TRY(channel->rank == 0 ? epx_mailbox_read(channel->to_worker, message, got)
                               : receive(channel, 0, message, got));
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
  return check_mpi(MPI_Allreduce(&own, least, 1, MPI_INT, MPI_MIN, channel->comm), "MPI_Allreduce");
}

epx_err epx_channel_merge_codes(epx_channel *channel, int code) {
  if (channel->size == 1) return code;
  struct {
    int code, rank;
  } own = {code, channel->rank}, gravest;
  EPX_TRY(check_mpi(MPI_Allreduce(&own, &gravest, 1, MPI_2INT, MPI_MINLOC, channel->comm), "MPI_Allreduce"));
  if (gravest.rank != channel->rank) epx_error_reset();
  return gravest.code;
}
