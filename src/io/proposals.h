/** @file
 * Proposals: which trials of a campaign that decides while it runs are to be run, from the records so far.
 */
#ifndef EPILUX_IO_PROPOSALS_H
#define EPILUX_IO_PROPOSALS_H

#include "io/campaign.h"
#include "statistics/stopping.h"

typedef struct epx_proposals epx_proposals;

/** Creates the proposals of a campaign that was surveyed, borrowed for their life; NULL where its deck decides nothing: all
 * of its trials are to be run. Errors: EPX_EINPUT at the deck's line: of epx_stopping_create(); EPX_EMEMORY. */
epx_err epx_proposals_create(const epx_campaign *campaign, epx_proposals **out);
void epx_proposals_destroy(epx_proposals **address);

/** Gets what is decided of a point. */
const epx_stopping_point *epx_proposals_get_point(const epx_proposals *proposals, int i_point);

/** Gets how many points are not decided. */
int epx_proposals_get_n_open(const epx_proposals *proposals);

/** Tells whether points are decided together, in rounds. */
bool epx_proposals_has_rounds(const epx_proposals *proposals);

/** Takes the records of a point that are new, and decides what can be. *more: out, more trials are proposed, of any point.
 * Errors: of epx_stopping_update(). */
epx_err epx_proposals_update(epx_proposals *proposals, int i_point, bool *more);

/** As epx_proposals_update(), of all points. */
epx_err epx_proposals_update_all(epx_proposals *proposals);

/** Begins anew, from the records there are, after some were set pending again: what then is not proposed is dropped, and
 * *n_dropped says how much that was. Errors: as epx_proposals_create() and epx_proposals_update(). */
epx_err epx_proposals_reset(epx_proposals *proposals, long *n_dropped);

#endif
