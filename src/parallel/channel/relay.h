/** @file
 * Relay: forwards messages between rank 0 and a group of workers, many at once.
 */
#ifndef EPILUX_PARALLEL_CHANNEL_RELAY_H
#define EPILUX_PARALLEL_CHANNEL_RELAY_H

#include "parallel/channel/channel.h"

/** Forwards messages of this rank's group until all its workers have left; solves nothing itself. What
 * workers say goes on at once when nothing went for a while (epx_schedule_eval_interval() of the relays), else
 * together with what comes in between; what rank 0 says goes on at once. A relay keeps nothing that would be
 * lost with it alone: workers and rank 0 hold what is out. Returns the outcome of the run, without a message;
 * *stopped as a worker's. On ranks 1 … n_relays. Errors: those of the run; EPX_EMPI; EPX_EMEMORY. */
epx_err epx_relay_solve(epx_channel *channel, bool *stopped);

#endif
