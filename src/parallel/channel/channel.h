/** @file
 * Channel: messages between the coordinator on rank 0 and the workers. A worker on another rank is reached by
 * MPI, one inside rank 0 (worker 0, a thread) through memory; neither end can tell. Only the coordinator's
 * thread calls MPI on rank 0.
 */
#ifndef EPILUX_PARALLEL_CHANNEL_CHANNEL_H
#define EPILUX_PARALLEL_CHANNEL_CHANNEL_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

typedef enum {
  EPX_MESSAGE_UNIT, /* to a worker: solve blocks first … first + count - 1; code: EPX_UNIT_…; `seconds` are left until the run must be over */
  EPX_MESSAGE_STOP, /* to a worker: begin no block more; answer EPX_MESSAGE_STOPPED; that under way is waited
                       for `seconds` */
  EPX_MESSAGE_ROW,  /* to a worker: the factors of point `first`, which was searched for; data: its row */
  EPX_MESSAGE_GO,   /* to a worker that reported an error: forget what you held, go on */
  EPX_MESSAGE_END,  /* to a worker: leave; `code` is the outcome of the run */
  EPX_MESSAGE_RESULT,  /* of a worker: first, count; data: of each block its seconds, then its records */
  EPX_MESSAGE_STOPPED, /* of a worker: blocks that it held and did not report were not begun */
  EPX_MESSAGE_KEPT,  /* of a worker: the block that it holds first is left in its midst, its training is kept;
                       what else it holds is not begun, and it begins nothing more */
  EPX_MESSAGE_SHARE, /* of a worker: `seconds` is the share of the training under way that is done, 0 … 1 */
  EPX_MESSAGE_TOLD,  /* of a worker: a signal told it to stop; code: its number */
  EPX_MESSAGE_LEFT,  /* of a worker: its last message, after EPX_MESSAGE_END */
  EPX_MESSAGE_ERROR  /* of a worker: `code`, data: the message's text; it begins nothing before EPX_MESSAGE_GO
                     */
} epx_message_kind;

/** Flags of a unit: trainings of some of its blocks may have been saved; no other unit is running.
 */
enum { EPX_UNIT_RESUMES = 1, EPX_UNIT_ALONE = 2 };

/** A message. Init with {0}; its data grow as needed and are the message's own until epx_message_destroy().
 */
typedef struct {
  epx_message_kind kind;
  int worker; /* who sent it, or whom it is for: the rank */
  int code;   /* epx_error_code */
  int64_t first, count;
  double seconds;
  size_t n_bytes;      /* of data */
  unsigned char *data; /* [capacity] */
  size_t capacity;
} epx_message;

/** Sets the capacity of the data to at least n_bytes, keeping what is there. Errors: EPX_EMEMORY. */
epx_err epx_message_set_capacity(epx_message *message, size_t n_bytes);
void epx_message_destroy(epx_message *message);

/** Roles of the ranks. Rank 0 coordinates, and is a worker too where there are no more than two
 * ranks. Workers talk to it themselves, unless there are more than fit a group: then ranks 1 … n_relays are
 * relays. Each has a group of workers, and passes on what they and rank 0 say to each other, many messages at
 * once. So no rank has more than a group of others to listen to. */
typedef struct {
  int n_relays;
  int first_worker, n_workers; /* ranks first_worker … first_worker + n_workers - 1 */
} epx_channel_layout;

/** Evaluates the layout of some ranks, with groups of at most `group` workers, 1 counting as 2; 0: one
 * for all. */
epx_channel_layout epx_channel_eval_layout(int n_ranks, int group);

/** Evaluates the rank of the relay of a worker's rank; 0 where there are none. */
int epx_channel_eval_relay(const epx_channel_layout *layout, int worker);

typedef struct epx_channel epx_channel;

/** Creates a channel without relays. Collective over `comm`, which is duplicated; MPI_COMM_NULL: this process
 * is all there is. Errors: EPX_EMPI, EPX_EMEMORY. */
epx_err epx_channel_create(MPI_Comm comm, epx_channel **out);

/** Sets how large groups of workers are, 0: one for all. On every rank alike, before the first message.
 * Errors: EPX_EMEMORY. */
epx_err epx_channel_set_group(epx_channel *channel, int group);

epx_channel_layout epx_channel_get_layout(const epx_channel *channel);

/** Collective, as create. */
void epx_channel_destroy(epx_channel **address);

/** Gets this process's rank, and how many there are. */
int epx_channel_get_rank(const epx_channel *channel);
int epx_channel_get_size(const epx_channel *channel);

/** Gets the name of the host that a rank runs on; "" for a rank that there is not, and off rank 0. */
const char *epx_channel_get_host(const epx_channel *channel, int rank);

/** Writes a message to worker message->worker. Where there are relays, it leaves with the next read that
 * finds none of what came together, or the next wait. Rank 0 only. Errors: EPX_EMPI, EPX_EMEMORY. */
epx_err epx_channel_write_to_worker(epx_channel *channel, const epx_message *message);

/** Reads a message of any worker, *got = false when there is none. Rank 0 only. Errors: EPX_EMPI,
 * EPX_EMEMORY. */
epx_err epx_channel_read_from_worker(epx_channel *channel, epx_message *message, bool *got);

/** Writes a message of this rank's worker to the coordinator. Errors: EPX_EMPI, EPX_EMEMORY. */
epx_err epx_channel_write_to_coordinator(epx_channel *channel, const epx_message *message);

/** Reads a message of the coordinator; waits for one at most `seconds` (0: does not wait). Waiting takes almost no
 * processor time. Errors: EPX_EMPI, EPX_EMEMORY. */
epx_err epx_channel_read_from_coordinator(epx_channel *channel, double seconds, epx_message *message,
                                          bool *got);

/** Waits at most `seconds`, less when worker 0 has a message. Rank 0 only. */
void epx_channel_wait_for_worker(epx_channel *channel, double seconds);

/** Merges codes: every rank returns the least (gravest), and the lowest rank that has it keeps its message;
 * others drop theirs, so that it is reported once. Collective. Errors: what it returns; EPX_EMPI. */
epx_err epx_channel_merge_codes(epx_channel *channel, int code);

/** Merges values: *least becomes the least of all ranks. Collective. Errors: EPX_EMPI. */
epx_err epx_channel_merge_least(epx_channel *channel, int *least);

#endif
