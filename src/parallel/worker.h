/** @file
 * Worker: solves the blocks that the coordinator sends, one after the other, and returns their records.
 */
#ifndef EPILUX_PARALLEL_WORKER_H
#define EPILUX_PARALLEL_WORKER_H

#include "io/campaign.h"
#include "parallel/channel/channel.h"
#include "parallel/group.h"

/** What a worker calls. */
typedef struct {
  /** Creates a point ready for trials; NULL: solve() needs none and is given NULL. */
  epx_err (*create_point)(const epx_campaign *campaign, int i_point, epx_settings **settings,
                          epx_point **point);
  /** Solves instances first … first + campaign->block - 1; as epx_trial_solve(). */
  epx_err (*solve)(const epx_point *point, int i_point, int first, double *record);
} epx_worker_calls;

/** Gets the calls of real trials. */
epx_worker_calls epx_worker_get_calls(void);

/** What a worker has beside its calls. */
typedef struct {
  epx_group
      *group; /* that it leads or follows, whose ranks solve each block together; NULL: it works alone */
  const char *results; /* the results file, beside which fields are left; NULL: none are */
} epx_worker_place;

/** Solves what the coordinator hands out, until it says that all is over. The last point stays ready. A
 * worker of rank 0 runs in a thread of its own. Returns the outcome of the whole run, as the coordinator
 * tells it, without a message; an error of this worker goes to the coordinator first, with its message.
 * *stopped: the run ended before all was done. Errors: those of the run; EPX_EMPI. */
epx_err epx_worker_solve(epx_campaign *campaign, const epx_worker_calls *calls, const epx_worker_place *place,
                         epx_channel *channel, bool *stopped);

/** Follows the leader of place->group: solves each block that it begins with it, until it begins none any
 * more. An error of a block is the leader's to report: this returns EPX_OK. Errors: EPX_EMPI, EPX_EMEMORY. */
epx_err epx_worker_follow(epx_campaign *campaign, const epx_worker_calls *calls,
                          const epx_worker_place *place);

#endif
