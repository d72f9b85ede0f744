/** @file
 * Campaign: all trials of a deck, every instance of every design point, into one results file, alone or over
 * MPI ranks; stopped and resumed with the same bits.
 */
#ifndef EPILUX_CAMPAIGN_H
#define EPILUX_CAMPAIGN_H

#include <stdbool.h>

#include "epilux/deck.h"
#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct epx_campaign epx_campaign;

/** Creates a campaign from a deck, which it takes over (also when it fails). All points are checked: a setting
 * that is wrong at any of them is an error before anything runs. The block is the smallest that any point
 * needs, and is the same for all. Memory: 8 bytes per number of each record. Errors: EPX_EINPUT, EPX_EFILE:
 * as the deck's functions say, with FILE:LINE and the point; points whose records differ in layout (curves
 * over another number of epochs, drawn values of another network). EPX_EMEMORY. */
epx_err epx_campaign_create(epx_deck *deck, epx_campaign **out);

/** Destroys the campaign at *address. */
void epx_campaign_destroy(epx_campaign **address);

/** Gets the number of trials, and how many of them are finished (done or failed). */
void epx_campaign_get_progress(const epx_campaign *campaign, long *trials, long *finished);

typedef struct {
  bool resume;       /* continue the results file; start one where there is none */
  bool force;        /* overwrite the results file */
  double time_limit; /* stop and save before so many seconds; INFINITY: never */
  double checkpoint; /* write the results file every so many seconds */
  const void *
      communicator; /* address of an MPI_Comm, borrowed: its ranks share the trials, after MPI_Init_thread() by
                         the caller. NULL: this process alone, without MPI */
} epx_campaign_options;

/** Gets the defaults: a new file, no time limit, a checkpoint each 60 s, this process alone. */
epx_campaign_options epx_campaign_get_defaults(void);

/** Solves what is pending, into the results file at `path`. Collective over the communicator, each rank with a
 * campaign of the same deck. *stopped (may be NULL): out, true where a signal (SIGTERM, SIGINT, SIGUSR1) or
 * the time limit stopped it early: all finished trials are saved, resume continues. Networks that are
 * distributed over ranks need a communicator, and MPI_THREAD_MULTIPLE. Errors: EPX_EINPUT: the file exists,
 * and neither resume nor force; EPX_EMISMATCH: it holds results of another deck, seed, version or instruction
 * set; EPX_EBUSY: another run is using it; EPX_EINTERRUPTED: a trial did not stop in time: a thread still works on
 * the campaign, which then stays in memory, and the process should end (ranks: MPI_Abort); EPX_EFILE, EPX_EMPI,
 * EPX_EMEMORY, EPX_ESOLVER. Finished trials are saved, whatever the error. */
epx_err epx_campaign_solve(epx_campaign *campaign, const char *path, const epx_campaign_options *options,
                           bool *stopped);

#ifdef __cplusplus
}
#endif

#endif
