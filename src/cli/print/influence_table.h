/** @internal @file
 * Influence table: what each factor does to a metric, the yield or the share of failures, for `epilux show`.
 */
#ifndef EPILUX_CLI_PRINT_INFLUENCE_TABLE_H
#define EPILUX_CLI_PRINT_INFLUENCE_TABLE_H

#include "cli/print/document.h"
#include "io/deck/deck.h"
#include "io/results/results.h"
#include "study/influence.h"

/** Gets the name by which an outcome that is no metric is asked for, "yield" or "failures"; NULL of a metric. */
const char *epx_influence_table_get_name(epx_outcome_kind kind);

/** Prints one row a factor: its indices with their intervals, "useless" in the place of those that say nothing, and
 * why; nothing when the design supports none. csv: all digits, no heading. Errors: EPX_EMEMORY. */
epx_err epx_influence_table_view(const epx_results *results, const epx_deck *deck, const epx_factor *factors,
                                 int n_factors, const epx_outcome *outcome, bool csv);

/** Sets the same as the next member of a document's array: the outcome, its groups of trials, and every index of every
 * factor with its 95 % interval; nothing when the design supports none. Errors: EPX_EMEMORY. */
epx_err epx_influence_table_write(epx_document *document, const epx_results *results, const epx_deck *deck,
                                  const epx_factor *factors, int n_factors, const epx_outcome *outcome);

#endif
