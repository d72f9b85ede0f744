/** @file
 * epilux reference: the digital models that a deck's networks of light are held against, each with its accuracy and its
 * energies, and the cheapest that reach the target. Nothing of light is simulated.
 */
#include <stdio.h>

#include "cli/deck_arguments.h"
#include "cli/print/table.h"
#include "io/deck/deck.h"
#include "study/reference/digital_reference.h"

enum { N_SHARED = 10, N_COLUMNS = N_SHARED + 2 * EPX_ENERGY_CASES + 1, N_TITLES = 256 };

static epx_err set_heads(epx_table *table) {
  static const char *const heads[N_SHARED] = {"model",    "inputs", "hidden",       "setting", "goal",
                                              "accuracy", "lowest", "own_accuracy", "epochs",  "reaches"};
  static const char *const works[] = {"inference", "training"};
  for (int i = 0; i < N_SHARED; i++)
    EPX_TRY(epx_table_set_next(table, "%s", heads[i]));
  for (int t = 0; t < 2; t++)
    for (int k = 0; k < EPX_ENERGY_CASES; k++)
      EPX_TRY(epx_table_set_next(table, "%s_J_%s", works[t], epx_energy_device[k].name));
  return epx_table_set_next(table, "cheapest");
}

/* What a row is the cheapest of. */
static void write_titles(const epx_digital_reference *r, int i, char *text, size_t size) {
  size_t n = 0;
  text[0] = '\0';
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    const int best[] = {r->cheapest_inference[k], r->cheapest_training[k]};
    for (int t = 0; t < 2 && n < size; t++)
      if (best[t] == i)
        n += (size_t)snprintf(text + n, size - n, "%s%s %s", n > 0 ? "; " : "", t ? "training" : "inference",
                              epx_energy_device[k].name);
  }
}

static epx_err set_row(epx_table *table, const epx_digital_reference *r, int i, bool csv) {
  const epx_digital_reference_candidate *c = &r->candidates[i];
  const char *real = csv ? "%.17g" : "%.4f", *energy = csv ? "%.17g" : "%.4g";
  const double share[] = {c->goal, c->accuracy, c->lowest, c->own_accuracy};
  char titles[N_TITLES];
  write_titles(r, i, titles, sizeof titles);
  EPX_TRY(epx_table_set_next(table, "%s", epx_fit_get_name(c->kind)));
  EPX_TRY(epx_table_set_next(table, "%s", c->input == EPX_DIGITAL_REFERENCE_RAW ? "raw" : "ports"));
  EPX_TRY(epx_table_set_next(table, "%d", c->n_hidden));
  EPX_TRY(epx_table_set_next(table, "%g", c->setting));
  for (int k = 0; k < 4; k++)
    EPX_TRY(epx_table_set_next(table, real, share[k]));
  EPX_TRY(epx_table_set_next(table, "%g", c->epochs));
  EPX_TRY(epx_table_set_next(table, "%s", c->reaches ? "yes" : "no"));
  for (int k = 0; k < EPX_ENERGY_CASES; k++)
    EPX_TRY(epx_table_set_next(table, energy, c->inference[k]));
  for (int k = 0; k < EPX_ENERGY_CASES; k++)
    EPX_TRY(epx_table_set_next(table, energy, c->training[k]));
  return epx_table_set_next(table, "%s", titles);
}

static epx_err print_table(const epx_digital_reference *r, bool all, bool csv) {
  epx_table *table;
  EPX_TRY(epx_table_create(N_COLUMNS, &table));
  int code = set_heads(table);
  for (int i = 0; code == EPX_OK && i < r->n_candidates; i++) {
    char titles[N_TITLES];
    write_titles(r, i, titles, sizeof titles);
    if (all || csv || titles[0]) code = set_row(table, r, i, csv);
  }
  if (code == EPX_OK) epx_table_view(table, csv);
  epx_table_destroy(&table);
  return code;
}

/* On standard error where the table is for other programs. */
static void print_verdict(const epx_digital_reference *r, const epx_digital_reference_spec *spec, bool csv) {
  FILE *out = csv ? stderr : stdout;
  int n = 0;
  for (int i = 0; i < r->n_candidates; i++)
    n += r->candidates[i].reaches;
  fprintf(out,
          "%d of %d digital models reach %g %%: the lower end of their accuracy over %d splits is at most %g "
          "%% below\n",
          n, r->n_candidates, 100 * spec->target, spec->splits, 100 * spec->margin);
  if (n == 0)
    fprintf(out, "there is no reference: metrics reference_... are empty. Try more held-out samples, a lower "
                 "reference.target or confidence, or wider models\n");
}

static epx_err view(const epx_call *call, const epx_settings *settings) {
  const bool csv = epx_call_is_set(call, "--csv");
  epx_digital_reference *r;
  if (!settings->reference.asked)
    return EPX_RAISE(EPX_EINPUT, "the deck has no section reference; add its target, such as --set "
                                 "reference.target=0.93");
  EPX_TRY(epx_digital_reference_create(&settings->reference, &settings->task, settings->learning.epochs,
                                       settings->seed, &settings->energy, &r));
  const int code = print_table(r, epx_call_is_set(call, "--all"), csv);
  if (code == EPX_OK) print_verdict(r, &settings->reference, csv);
  epx_digital_reference_destroy(&r);
  return code;
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_settings *settings = NULL;
  (void)status;
  EPX_TRY(epx_call_read_deck(call, &deck));
  int code = epx_deck_eval_settings(deck, NULL, 0, &settings);
  if (code == EPX_OK) code = view(call, settings);
  epx_settings_destroy(&settings);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    {"--all", NULL, "print every model that was tried, not the cheapest alone", 0},
    {"--csv", NULL, "print comma-separated values of every model with all digits", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_reference = {
    .name = "reference",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "train the digital models of the deck's section reference, and print the cheapest that are "
               "accurate enough",
    .example = "epilux reference inputs/studies/useless-rings.yaml",
    .options = options,
    .solve = solve,
};
