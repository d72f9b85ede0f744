/** @file
 * epilux plan: the design table, aligned for a person, as CSV or as JSON, and what a fraction of it cannot tell apart. Simulates nothing.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/deck_arguments.h"
#include "cli/print/design_document.h"
#include "cli/print/table.h"
#include "design/fraction.h"

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

/* Inits the fraction of a design that is one. */
static epx_err init_fraction(const epx_deck *deck, const epx_design *design, epx_fraction *fraction,
                             bool *is_fraction) {
  const epx_design_spec *spec = epx_deck_get_design(deck);
  *is_fraction = strcmp(spec->method, "fractional-factorial") == 0 && !spec->inner && design->n_factors > 0;
  return *is_fraction ? epx_fraction_init(fraction, design->n_factors, spec->n_points) : EPX_OK;
}

/* What a fraction of the factorial cannot tell apart: main effects and pairs, each class once. */
static epx_err view_aliases(const epx_deck *deck, const epx_design *design) {
  epx_fraction fraction;
  char text[1024];
  bool is_fraction;
  int i_factor = 0;
  EPX_TRY(init_fraction(deck, design, &fraction, &is_fraction));
  if (!is_fraction) return EPX_OK;
  printf("\nfraction 2^(%d-%d), ", fraction.n_factors, fraction.n_factors - fraction.n_basic);
  if (fraction.resolution == EPX_FRACTION_FULL)
    printf("the full factorial: nothing is aliased\n");
  else
    printf("resolution %d\n", fraction.resolution);
  for (int k = 0; k < epx_deck_get_n_columns(deck); k++)
    if (!epx_deck_get_column(deck, k).along)
      printf("%c  %s\n", 'A' + i_factor++, epx_deck_get_column(deck, k).factor->path);
  if (fraction.resolution == EPX_FRACTION_FULL) return EPX_OK;
  epx_fraction_write_generators(&fraction, text, sizeof text);
  printf("generators: %s\naliases of main effects and pairs:\n", text);
  for (int i = 0; i < fraction.n_factors; i++)
    for (int k = -1; k < fraction.n_factors; k++) {
      if (k >= 0 && k <= i) continue;
      epx_fraction_write_aliases(&fraction, i, k, text, sizeof text);
      if (*text) printf("  %s\n", text);
    }
  return EPX_OK;
}

static void write_fraction(epx_document *document, const epx_fraction *fraction) {
  char text[1024];
  const bool full = fraction->resolution == EPX_FRACTION_FULL;
  epx_document_open(document, "fraction", '{');
  epx_document_set_number(document, "resolution", full ? NAN : fraction->resolution);
  epx_fraction_write_generators(fraction, text, sizeof text);
  epx_document_set_text(document, "generators", full ? "" : text);
  epx_document_open(document, "aliases", '[');
  for (int i = 0; !full && i < fraction->n_factors; i++)
    for (int k = -1; k < fraction->n_factors; k = k < 0 ? i + 1 : k + 1) {
      epx_fraction_write_aliases(fraction, i, k, text, sizeof text);
      if (*text) epx_document_set_text(document, NULL, text);
    }
  epx_document_close(document, '[');
  epx_document_close(document, '{');
}

static epx_err view_json(const epx_deck *deck, const epx_design *design) {
  epx_document document;
  epx_fraction fraction;
  bool is_fraction;
  int n_repeats;
  EPX_TRY(epx_design_count_repeats(design, &n_repeats));
  EPX_TRY(init_fraction(deck, design, &fraction, &is_fraction));
  epx_document_begin(&document, stdout, "plan");
  epx_document_set_text(&document, "method", epx_deck_get_design(deck)->method);
  epx_document_set_number(&document, "repeats", n_repeats);
  epx_document_set_number(&document, "left_out", (double)design->n_left_out);
  epx_design_document_set_factors(&document, deck);
  epx_document_open(&document, "points", '[');
  for (int i = 0; i < design->n_points; i++)
    epx_design_document_set_values(&document, NULL, deck, design, i);
  epx_document_close(&document, '[');
  if (is_fraction) write_fraction(&document, &fraction);
  epx_document_end(&document);
  return EPX_OK;
}

/* On standard error: the table is for other programs, too. */
static epx_err print_repeats(const epx_design *design) {
  int n;
  EPX_TRY(epx_design_count_repeats(design, &n));
  if (n > 0)
    fprintf(stderr, "epilux: %d of %d design points repeat the values of an earlier one\n", n,
            design->n_points);
  if (design->n_left_out > 0)
    fprintf(stderr, "epilux: design.constraint leaves out %d of %d design points\n", design->n_left_out,
            design->n_points + design->n_left_out);
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
  const bool csv = epx_call_is_set(call, "--csv"), json = epx_call_is_set(call, "--json");
  if (code == EPX_OK) code = json ? view_json(deck, design) : view(deck, design, csv);
  if (code == EPX_OK && !csv && !json) code = view_aliases(deck, design);
  if (code == EPX_OK) code = print_repeats(design);
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    EPX_OPTION_JSON,
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
