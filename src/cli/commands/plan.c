/** @file
 * epilux plan: the design table, aligned for a person or as CSV. Simulates nothing.
 */
#include <stdio.h>

#include "cli/deck_arguments.h"
#include "cli/print/table.h"

static epx_err set_heads(epx_table *table, const epx_deck *deck) {
  EPX_TRY(epx_table_set_next(table, "point"));
  for (int k = 0; k < epx_deck_get_n_columns(deck); k++)
    EPX_TRY(epx_table_set_column_head(table, epx_deck_get_column(deck, k).factor));
  return EPX_OK;
}

static epx_err fill_table(epx_table *table, const epx_deck *deck, const epx_design *design, int n_digits) {
  EPX_TRY(set_heads(table, deck));
  for (int i = 0; i < design->n_points; i++) {
    EPX_TRY(epx_table_set_next(table, "%d", i));
    for (int k = 0; k < epx_deck_get_n_columns(deck); k++)
      EPX_TRY(epx_table_set_value(table, epx_deck_get_column(deck, k).factor,
                                  epx_deck_eval_column(deck, design, i, k), n_digits));
  }
  return EPX_OK;
}

static epx_err view(const epx_deck *deck, const epx_design *design, bool csv) {
  epx_table *table;
  EPX_TRY(epx_table_create(1 + epx_deck_get_n_columns(deck), &table));
  const int code = fill_table(table, deck, design, csv ? 17 : 6);
  if (code == EPX_OK) epx_table_view(table, csv);
  epx_table_destroy(&table);
  return code;
}

/* On standard error: the table is for other programs, too. */
static epx_err print_repeats(const epx_design *design) {
  int n;
  EPX_TRY(epx_design_count_repeats(design, &n));
  if (n > 0)
    fprintf(stderr, "epilux: %d of %d design points repeat the values of an earlier one\n", n,
            design->n_points);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_design *design;
  const epx_factor *factors;
  int n_factors;
  (void)status;
  EPX_TRY(epx_call_read_deck(call, &deck));
  int code = epx_deck_eval_design(deck, &factors, &n_factors, &design);
  if (code == EPX_OK) code = view(deck, design, epx_call_is_set(call, "--csv"));
  if (code == EPX_OK) code = print_repeats(design);
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_plan = {
    .name = "plan",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "print the design table: one row per point, one column per factor; nothing is simulated",
    .example = "epilux plan inputs/quickstart.yaml",
    .options = options,
    .solve = solve,
};
