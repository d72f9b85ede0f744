/** @file
 * Evaluator: trials at points that come one by one, in the process that asks. The numbers are those of a campaign whose
 * design has these points, bit for bit, as long as its blocks are as large.
 */
#ifndef EPILUX_IO_EXCHANGE_EVALUATOR_H
#define EPILUX_IO_EXCHANGE_EVALUATOR_H

#include "io/deck/deck.h"
#include "study/record.h"

typedef struct epx_evaluator epx_evaluator;

/** What a point came to. */
typedef struct {
  const epx_settings *settings;
  const epx_record_layout *layout;
  int n_instances;
  const double *record; /* [n_instances][layout->size] */
  double seconds;       /* of the trials */
} epx_evaluation;

/** Creates an evaluator of a deck's factors; the deck is borrowed for its life. The deck's own point is made once:
 * what does not hold there is refused, and the block is its. Errors: EPX_EINPUT, EPX_EFILE: of the deck's own point;
 * networks that are distributed over ranks; a deck without factors. EPX_EMEMORY. */
epx_err epx_evaluator_create(const epx_deck *deck, epx_evaluator **out);
void epx_evaluator_destroy(epx_evaluator **address);

/** Gets the settings and layout of the deck's own point. */
const epx_settings *epx_evaluator_get_settings(const epx_evaluator *evaluator);

/** Solves n_instances at a point, from first_instance on: row [n_factors] as epx_factor says. The k-th call is design point k - 1,
 * which random_numbers: independent draws by. *evaluation lives until the next call. Errors: EPX_EINPUT, EPX_EFILE: the
 * point cannot be, or breaks the constraint; then nothing is counted. Of a broken run: as epx_trial_solve(). */
epx_err epx_evaluator_solve(epx_evaluator *evaluator, const double *row, int first_instance, int n_instances,
                            epx_evaluation *evaluation);

#endif
