/** @internal @file
 * Checkpointing: when the training of a worker is saved, and when it is stopped. Between two updates it is
 * kept, in io/checkpoint, when its last state is older than `interval`; and it is kept and left
 *   - when it might not come to another update before the run must be over, or
 *   - when the run stops and what is left of it would take longer than blocks under way are waited for.
 * A training that cannot be saved is never stopped.
 *
 * Of a network that is distributed over a group of ranks the leader decides, and all do the same.
 */
#ifndef EPILUX_PARALLEL_CHECKPOINTING_H
#define EPILUX_PARALLEL_CHECKPOINTING_H

#include "io/recovery/checkpoint.h"
#include "learning/training/checkpointer.h"
#include "parallel/group.h"

typedef struct {
  epx_checkpoint_key key; /* of the block at hand; results NULL: nothing is kept */
  int writer;             /* this rank's number among those that write */
  epx_group *group;       /* NULL: none */
  bool (*ask)(void *);    /* reads messages of the coordinator; true: nobody waits for the
                              block. NULL: the training asks by itself */
  void *context;
  double interval;       /* s */
  double deadline, stop; /* s: the run is over; blocks under way are waited for; INFINITY */
  double begun, trained, kept, shown, longest, write_time; /* s: of the block at hand */
  double share;                                            /* at the last update */
  double first_share;                                      /* at its first update here; -1 before it */
  bool resumes;                                            /* a saved state may exist */
  bool left;                                               /* the block at hand was left */
  bool failed;                                             /* a state could not be saved; this was reported */
} epx_checkpointing;

/** Inits the checkpointing of a campaign's blocks on this rank; results NULL or interval 0: nothing is kept. */
void epx_checkpointing_init(epx_checkpointing *checkpointing, const char *results, uint64_t digest, int block,
                            int n_ranks, double interval);

/** Sets the block at hand: `width` instances of a point, from `first` on. */
void epx_checkpointing_set_block(epx_checkpointing *checkpointing, int i_point, int first, int width);

/** Sets until when blocks under way are waited for, `seconds` from now. */
void epx_checkpointing_set_stop(epx_checkpointing *checkpointing, double seconds);

/** Sets by when the run must be over, `seconds` from now. */
void epx_checkpointing_set_deadline(epx_checkpointing *checkpointing, double seconds);

/** Gets the checkpointer of the trainings of a point's trials. */
epx_checkpointer epx_checkpointing_get_checkpointer(epx_checkpointing *checkpointing);

/** Tells whether a training must stop at `now`, when `share` of it is done. */
bool epx_checkpointing_is_leaving(const epx_checkpointing *checkpointing, double share, double now);

#endif
