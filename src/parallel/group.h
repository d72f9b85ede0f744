/** @file
 * Group: the ranks that solve one distributed network together. The first of them leads: it is the worker
 * that the coordinator knows. The others follow: they are told the blocks that it begins, solve them with it
 * and report nothing, for all have the same records.
 *
 * Of a world of P ranks, with R ranks a network:
 *
 *   (P - 1) / R >= 2   rank 0 coordinates, groups of R ranks begin at rank 1;
 *   else               groups begin at rank 0, which coordinates beside leading the first.
 *
 * Remaining ranks wait for the end; 1 + G R ranks, R or 2 R leave none. Waiting ranks sleep for growing
 * times, because ranks may share cores.
 */
#ifndef EPILUX_PARALLEL_GROUP_H
#define EPILUX_PARALLEL_GROUP_H

#include "parallel/channel/channel.h"

/** Group and role of a rank. */
typedef struct {
  int n_groups, n_idle;
  int group; /* its own, -1: none */
  int rank;  /* in its group; 0 leads */
} epx_group_place;

/** Evaluates the place of a rank. Errors: EPX_EINPUT: fewer ranks than a network takes. */
epx_err epx_group_eval_place(int n_ranks, int ranks_per_network, int rank, epx_group_place *place);

typedef struct epx_group epx_group;

/** Creates the groups of a world. Collective. Errors: EPX_EINPUT: as above, on every rank; EPX_EMPI: also
 * where rank 0 must call MPI from two threads and may not; EPX_EMEMORY. */
epx_err epx_group_create(MPI_Comm world, int ranks_per_network, epx_group **out);

/** Collective, as create. */
void epx_group_destroy(epx_group **address);

epx_group_place epx_group_get_place(const epx_group *group);

/** Gets the channel between coordinator and leaders, NULL on other ranks. Borrowed. */
epx_channel *epx_group_get_channel(const epx_group *group);

/** Gets the communicator of this rank's network, MPI_COMM_NULL where it has none. Borrowed. */
MPI_Comm epx_group_get_communicator(const epx_group *group);

/** Writes to the followers which block begins, -1: no more. Leaders only. Errors: EPX_EMPI. */
epx_err epx_group_write_block(epx_group *group, int64_t i_block);

/** Reads which block the leader begins; waits for it. Followers only. Errors: EPX_EMPI. */
epx_err epx_group_read_block(epx_group *group, int64_t *i_block);

/** Merges codes over the group: every rank returns the least, the lowest rank that has it keeps its message.
 * Collective over the group. Errors: what it returns; EPX_EMPI. */
epx_err epx_group_merge_codes(epx_group *group, int code);

/** Merges bytes over the group: every rank gets those of its leader. Collective over the group. Errors:
 * EPX_EMPI. */
epx_err epx_group_merge_bytes(epx_group *group, void *bytes, size_t n);

/** Merges the run's outcome over the world: waits for all ranks, and returns the least code; *stopped becomes
 * true where any rank's is. Collective over the world. Errors: what it returns; EPX_EMPI. */
epx_err epx_group_merge_end(epx_group *group, int code, bool *stopped);

#endif
