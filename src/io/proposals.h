/** @file
 * Proposals: which trials of a campaign that decides or searches while it runs are to be run, from the records so far.
 *
 * A search knows the first campaign->n_begun points from the design. Point i after them is chosen from the results of the
 * points 0 … i - batch (search/bayesian), when those are whole, and of no others: so it is the same whoever was faster. The
 * last two points are the best and the first one, on fresh instances, when all are known.
 */
#ifndef EPILUX_IO_PROPOSALS_H
#define EPILUX_IO_PROPOSALS_H

#include "io/campaign.h"
#include "statistics/stopping.h"
#include "study/objective.h"

typedef struct epx_proposals epx_proposals;

/** Creates the proposals of a campaign that was surveyed, borrowed for their life; NULL where its deck decides nothing: all
 * of its trials are to be run. Errors: EPX_EINPUT at the deck's line: of epx_stopping_create(); EPX_EMEMORY. */
epx_err epx_proposals_create(const epx_campaign *campaign, epx_proposals **out);
void epx_proposals_destroy(epx_proposals **address);

/** Gets what is decided of a point. */
const epx_stopping_point *epx_proposals_get_point(const epx_proposals *proposals, int i_point);

/** Gets the factors of a point of a search, [n_factors]; NULL: it is not proposed yet, or there is no search. */
const double *epx_proposals_get_row(const epx_proposals *proposals, int i_point);

/** Tells whether the campaign searches. */
bool epx_proposals_is_search(const epx_proposals *proposals);

/** Gets the best point of a search so far, the first of the best: -1: none has a value, and the yield it must have. */
int epx_proposals_get_best(const epx_proposals *proposals);

/** Evaluates what became of a point of a search, by its objective. Errors: EPX_EMEMORY. */
epx_err epx_proposals_eval_result(const epx_proposals *proposals, int i_point, epx_objective_result *result);

/** Gets the objective of a search. */
const epx_objective *epx_proposals_get_objective(const epx_proposals *proposals);

/** Gets how many points are not decided. */
int epx_proposals_get_n_open(const epx_proposals *proposals);

/** Tells whether points are decided together, in rounds. */
bool epx_proposals_has_rounds(const epx_proposals *proposals);

/** Takes the records of a point that are new, and decides what can be. *more: out, more trials are proposed, of any point.
 * Cost of a search: of epx_bayesian_eval() for each point that is proposed. Errors: of epx_stopping_update(),
 * epx_bayesian_eval(). */
epx_err epx_proposals_update(epx_proposals *proposals, int i_point, bool *more);

/** As epx_proposals_update(), of all points. */
epx_err epx_proposals_update_all(epx_proposals *proposals);

/** Begins anew, from the records there are, after some were set pending again: what then is not proposed is dropped, and
 * *n_dropped says how much that was. Errors: as epx_proposals_create() and epx_proposals_update(). */
epx_err epx_proposals_reset(epx_proposals *proposals, long *n_dropped);

#endif
