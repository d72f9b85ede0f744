/** @file
 * Groups of ranks. Coordinator and leaders have a communicator of their own, so that they talk as in a run
 * without groups.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/group.h"

#include <time.h>

#include "base/array.h"

enum { TAG = 1 };

static const long first_nap = 20000, longest_nap = 5000000; /* ns */

struct epx_group {
  epx_group_place place;
  MPI_Comm world, network, leaders; /* own */
  MPI_Comm orders;                  /* of the network, for blocks alone */
  epx_channel *channel;
};

epx_err epx_group_eval_place(int n_ranks, int ranks_per_network, int rank, epx_group_place *place) {
  const int R = ranks_per_network;
  if (R < 1 || n_ranks < R)
    return EPX_RAISE(EPX_EINPUT,
                     "population.ranks_per_network: %d, but the run has %d rank%s: start it with mpirun -n "
                     "%d, or 1 + a multiple of it",
                     R, n_ranks, n_ranks == 1 ? "" : "s", R);
  const int n_apart = (n_ranks - 1) / R, first = n_apart >= 2;
  *place = (epx_group_place){.n_groups = first ? n_apart : n_ranks / R, .group = -1};
  place->n_idle = n_ranks - first - place->n_groups * R;
  if (rank < first || rank - first >= place->n_groups * R) return EPX_OK;
  place->group = (rank - first) / R;
  place->rank = (rank - first) % R;
  return EPX_OK;
}

static epx_err check(int code, const char *call) {
  if (code == MPI_SUCCESS) return EPX_OK;
  return EPX_RAISE(EPX_EMPI, "%s fails between the ranks of a network", call);
}

static epx_err check_threads(int n_ranks) {
  int provided = MPI_THREAD_SINGLE;
  EPX_TRY(check(MPI_Query_thread(&provided), "MPI_Query_thread"));
  const int wanted = n_ranks > 1 ? MPI_THREAD_MULTIPLE : MPI_THREAD_FUNNELED;
  if (provided >= wanted) return EPX_OK;
  return EPX_RAISE(EPX_EMPI,
                   "this MPI does not serve two threads of a rank, which distributed networks need");
}

static epx_err create(MPI_Comm world, int ranks_per_network, epx_group *group) {
  int rank = 0, n_ranks = 0;
  MPI_Comm_size(world, &n_ranks);
  MPI_Comm_rank(world, &rank);
  EPX_TRY(epx_group_eval_place(n_ranks, ranks_per_network, rank, &group->place));
  EPX_TRY(check_threads(n_ranks));
  const bool leads = group->place.group >= 0 && group->place.rank == 0;
  EPX_TRY(check(MPI_Comm_dup(world, &group->world), "MPI_Comm_dup"));
  EPX_TRY(check(MPI_Comm_split(world, group->place.group < 0 ? MPI_UNDEFINED : group->place.group, rank,
                               &group->network),
                "MPI_Comm_split"));
  EPX_TRY(check(MPI_Comm_split(world, rank == 0 || leads ? 0 : MPI_UNDEFINED, rank, &group->leaders),
                "MPI_Comm_split"));
  if (group->network != MPI_COMM_NULL)
    EPX_TRY(check(MPI_Comm_dup(group->network, &group->orders), "MPI_Comm_dup"));
  if (group->leaders == MPI_COMM_NULL) return EPX_OK;
  return epx_channel_create(group->leaders, &group->channel);
}

epx_err epx_group_create(MPI_Comm world, int ranks_per_network, epx_group **out) {
  epx_group *group;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(group, 1));
  group->world = group->network = group->leaders = group->orders = MPI_COMM_NULL;
  const int code = create(world, ranks_per_network, group);
  if (code != EPX_OK) epx_group_destroy(&group);
  *out = group;
  return code;
}

void epx_group_destroy(epx_group **address) {
  epx_group *group = *address;
  if (!group) return;
  epx_channel_destroy(&group->channel);
  MPI_Comm *const comms[] = {&group->orders, &group->leaders, &group->network, &group->world};
  for (size_t k = 0; k < sizeof comms / sizeof *comms; k++)
    if (*comms[k] != MPI_COMM_NULL) MPI_Comm_free(comms[k]);
  epx_array_destroy(address);
}

epx_group_place epx_group_get_place(const epx_group *group) {
  return group->place;
}

epx_channel *epx_group_get_channel(const epx_group *group) {
  return group->channel;
}

MPI_Comm epx_group_get_communicator(const epx_group *group) {
  return group->network;
}

/* Waits for a request without keeping the core busy. */
static epx_err wait_for(MPI_Request *request) {
  long nap = first_nap;
  for (;;) {
    int done = 0;
    EPX_TRY(check(MPI_Test(request, &done, MPI_STATUS_IGNORE), "MPI_Test"));
    if (done) return EPX_OK;
    nanosleep(&(struct timespec){.tv_nsec = nap}, NULL);
    if (nap < longest_nap) nap += nap / 4;
  }
}

epx_err epx_group_write_block(epx_group *group, int64_t i_block) {
  int size = 1;
  MPI_Comm_size(group->orders, &size);
  for (int rank = 1; rank < size; rank++)
    EPX_TRY(check(MPI_Send(&i_block, 1, MPI_INT64_T, rank, TAG, group->orders), "MPI_Send"));
  return EPX_OK;
}

epx_err epx_group_read_block(epx_group *group, int64_t *i_block) {
  MPI_Request request;
  EPX_TRY(check(MPI_Irecv(i_block, 1, MPI_INT64_T, 0, TAG, group->orders, &request), "MPI_Irecv"));
  return wait_for(&request);
}

/* The least code, and the lowest rank that has it. */
static epx_err merge(MPI_Comm comm, int code, int *least) {
  struct {
    int code, rank;
  } own = {code, 0}, found = {0, 0};
  MPI_Request request;
  MPI_Comm_rank(comm, &own.rank);
  EPX_TRY(check(MPI_Iallreduce(&own, &found, 1, MPI_2INT, MPI_MINLOC, comm, &request), "MPI_Iallreduce"));
  EPX_TRY(wait_for(&request));
  *least = found.code;
  if (found.rank != own.rank) epx_error_reset();
  return EPX_OK;
}

epx_err epx_group_merge_codes(epx_group *group, int code) {
  int least;
  EPX_TRY(merge(group->orders, code, &least));
  if (least != EPX_OK && group->place.rank == 0 && !*epx_error_get_message())
    return EPX_RAISE(least, "another rank of the network: %s", epx_error_get_text(least));
  return least;
}

/* In parts that MPI counts. */
epx_err epx_group_merge_bytes(epx_group *group, void *bytes, size_t n) {
  enum { MOST = 1 << 30 };
  for (unsigned char *next = bytes; n > 0;) {
    const size_t part = n < MOST ? n : MOST;
    MPI_Request request;
    EPX_TRY(check(MPI_Ibcast(next, (int)part, MPI_BYTE, 0, group->orders, &request), "MPI_Ibcast"));
    EPX_TRY(wait_for(&request));
    next += part;
    n -= part;
  }
  return EPX_OK;
}

epx_err epx_group_merge_end(epx_group *group, int code, bool *stopped) {
  int least, any = *stopped;
  MPI_Request request;
  EPX_TRY(merge(group->world, code, &least));
  EPX_TRY(check(MPI_Iallreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, group->world, &request),
                "MPI_Iallreduce"));
  EPX_TRY(wait_for(&request));
  *stopped = any != 0;
  return least;
}
