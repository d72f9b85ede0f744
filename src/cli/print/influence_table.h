/** @internal @file
 * Influence table: what each factor does to a metric, for `epilux show`.
 */
#ifndef EPILUX_CLI_PRINT_INFLUENCE_TABLE_H
#define EPILUX_CLI_PRINT_INFLUENCE_TABLE_H

#include "io/deck/deck.h"
#include "io/results/results.h"

/** Prints one row a factor: its indices with their intervals; nothing when the design supports none. csv: all
 * digits, no heading. Errors: EPX_EMEMORY. */
epx_err epx_influence_table_view(const epx_results *results, const epx_deck *deck, const epx_factor *factors,
                                 int n_factors, int i_metric, bool csv);

#endif
