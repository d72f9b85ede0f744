/** @file
 * Influence table.
 */
#include "cli/print/influence_table.h"

#include <math.h>
#include <stdio.h>

#include "cli/print/table.h"
#include "study/influence.h"

static epx_err set_number(epx_table *table, double value, bool exact) {
  if (isnan(value)) return epx_table_set_next(table, "%s", exact ? "nan" : "-");
  return epx_table_set_next(table, exact ? "%.17g" : "%.3g", value);
}

static epx_err set_heads(epx_table *table, const epx_influence *influence) {
  EPX_TRY(epx_table_set_next(table, "factor"));
  for (int i = 0; i < influence->n_indices; i++) {
    EPX_TRY(epx_table_set_next(table, "%s", influence->index[i].name));
    EPX_TRY(epx_table_set_next(table, "low"));
    EPX_TRY(epx_table_set_next(table, "high"));
  }
  return EPX_OK;
}

static epx_err fill_table(epx_table *table, const epx_influence *influence, const epx_factor *factors,
                          bool exact) {
  EPX_TRY(set_heads(table, influence));
  for (int f = 0; f < influence->n_factors; f++) {
    EPX_TRY(epx_table_set_next(table, "%s", factors[f].path));
    for (int i = 0; i < influence->n_indices; i++) {
      const epx_sensitivity_index *index = &influence->index[i].factor[f];
      if (!exact && epx_influence_is_useless(influence, i, f))
        EPX_TRY(epx_table_set_next(table, "useless"));
      else
        EPX_TRY(set_number(table, index->value, exact));
      EPX_TRY(set_number(table, index->low, exact));
      EPX_TRY(set_number(table, index->high, exact));
    }
  }
  return EPX_OK;
}

static int count_useless(const epx_influence *influence) {
  int n = 0;
  for (int i = 0; i < influence->n_indices; i++)
    for (int f = 0; f < influence->n_factors; f++)
      n += epx_influence_is_useless(influence, i, f);
  return n;
}

/* What the groups were, and what useless indices would need. */
static void print_remarks(const epx_influence *influence, const char *name, bool of_metric) {
  const epx_sensitivity_counts *counts = &influence->counts;
  printf("\nsensitivity of %s, with 95 %% intervals: %d groups of trials", name, counts->n_groups);
  if (counts->n_dropped > 0)
    printf("; %d groups dropped because a trial %s", counts->n_dropped,
           of_metric ? "has no value" : "is pending");
  printf("\n");
  if (epx_influence_is_thinned(influence)) {
    printf("useless: more than half of the groups were dropped, so the rest does not represent the design. "
           "More points do not help. Use ranges where fewer trials fail, or --metric failures or yield.\n");
    return;
  }
  const double rows = epx_influence_eval_rows(influence);
  if (counts->n_rows < EPX_INFLUENCE_LEAST_ROWS) {
    printf("useless: %d rows are too few for an interval; set design.points to %d or more\n", counts->n_rows,
           EPX_INFLUENCE_LEAST_ROWS);
    return;
  }
  if (count_useless(influence) > 0 && rows > influence->n_rows)
    printf("useless: the interval is wider than 0.5, half of the range of a share. With about design.points: "
           "%.0f (now %d) the widest interval would be 0.2 wide.\n",
           rows, influence->n_rows);
}

static const char *get_outcome_name(const epx_results *results, const epx_outcome *outcome) {
  const char *name = epx_influence_table_get_name(outcome->kind);
  return name ? name : epx_metric_get_name((epx_metric)results->metric[outcome->i_metric]);
}

static void write_index(epx_document *document, const epx_influence *influence, int i_index,
                        const epx_factor *factors, const char *unit) {
  const epx_influence_index *index = &influence->index[i_index];
  epx_document_open(document, NULL, '{');
  epx_document_set_text(document, "index", index->name);
  epx_document_set_text(document, "unit", index->in_unit ? unit : "1");
  epx_document_open(document, "factors", '[');
  for (int f = 0; f < influence->n_factors; f++) {
    epx_document_open(document, NULL, '{');
    epx_document_set_text(document, "path", factors[f].path);
    epx_document_set_number(document, "value", index->factor[f].value);
    epx_document_set_number(document, "low", index->factor[f].low);
    epx_document_set_number(document, "high", index->factor[f].high);
    epx_document_set_boolean(document, "useless", epx_influence_is_useless(influence, i_index, f));
    epx_document_close(document, '{');
  }
  epx_document_close(document, '[');
  epx_document_close(document, '{');
}

epx_err epx_influence_table_write(epx_document *document, const epx_results *results, const epx_deck *deck,
                                  const epx_factor *factors, int n_factors, const epx_outcome *outcome) {
  const epx_design_spec *spec = epx_deck_get_design(deck);
  const char *unit = outcome->kind == EPX_OUTCOME_METRIC ? results->unit[outcome->i_metric] : "1";
  epx_influence *influence;
  if (n_factors == 0 || !epx_influence_is_supported(spec)) return EPX_OK;
  EPX_TRY(epx_influence_create(spec, factors, n_factors, &results->layout, outcome, results->n_points,
                               results->n_instances, results->record, &influence));
  epx_document_open(document, NULL, '{');
  epx_document_set_text(document, "of", get_outcome_name(results, outcome));
  epx_document_set_number(document, "groups", (double)influence->counts.n_groups);
  epx_document_set_number(document, "groups_dropped", (double)influence->counts.n_dropped);
  epx_document_open(document, "indices", '[');
  for (int i = 0; i < influence->n_indices; i++)
    write_index(document, influence, i, factors, unit);
  epx_document_close(document, '[');
  epx_document_close(document, '{');
  epx_influence_destroy(&influence);
  return EPX_OK;
}

epx_err epx_influence_table_view(const epx_results *results, const epx_deck *deck, const epx_factor *factors,
                                 int n_factors, const epx_outcome *outcome, bool csv) {
  const bool of_metric = outcome->kind == EPX_OUTCOME_METRIC;
  const char *name = get_outcome_name(results, outcome);
  epx_influence *influence;
  epx_table *table = NULL;
  const epx_design_spec *spec = epx_deck_get_design(deck);
  if (n_factors == 0 || !epx_influence_is_supported(spec)) return EPX_OK;
  EPX_TRY(epx_influence_create(spec, factors, n_factors, &results->layout, outcome, results->n_points,
                               results->n_instances, results->record, &influence));
  int code = epx_table_create(1 + 3 * influence->n_indices, &table);
  if (code == EPX_OK) code = fill_table(table, influence, factors, csv);
  if (code == EPX_OK && !csv) print_remarks(influence, name, of_metric);
  if (code == EPX_OK) epx_table_view(table, csv);
  epx_table_destroy(&table);
  epx_influence_destroy(&influence);
  return code;
}

const char *epx_influence_table_get_name(epx_outcome_kind kind) {
  return kind == EPX_OUTCOME_YIELD ? "yield" : kind == EPX_OUTCOME_FAILURES ? "failures" : NULL;
}
