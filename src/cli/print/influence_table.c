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
      EPX_TRY(set_number(table, index->value, exact));
      EPX_TRY(set_number(table, index->low, exact));
      EPX_TRY(set_number(table, index->high, exact));
    }
  }
  return EPX_OK;
}

static epx_err view(const epx_influence *influence, const epx_factor *factors, const char *metric, bool csv) {
  epx_table *table;
  const epx_sensitivity_counts *counts = &influence->counts;
  EPX_TRY(epx_table_create(1 + 3 * influence->n_indices, &table));
  const int code = fill_table(table, influence, factors, csv);
  if (code == EPX_OK && !csv)
    printf("\n"
           "sensitivity of %s, with 95 %% intervals: %d groups of trials; %d groups dropped because a trial "
           "has no value\n",
           metric, counts->n_groups, counts->n_dropped);
  if (code == EPX_OK) epx_table_view(table, csv);
  epx_table_destroy(&table);
  return code;
}

epx_err epx_influence_table_view(const epx_results *results, const epx_deck *deck, const epx_factor *factors,
                                 int n_factors, int i_metric, bool csv) {
  epx_influence *influence;
  const epx_design_spec *spec = epx_deck_get_design(deck);
  if (n_factors == 0 || !epx_influence_is_supported(spec)) return EPX_OK;
  EPX_TRY(epx_influence_create(spec, factors, n_factors, &results->layout, i_metric, results->n_points,
                               results->n_instances, results->record, &influence));
  const int code = view(influence, factors, epx_metric_get_name((epx_metric)results->metric[i_metric]), csv);
  epx_influence_destroy(&influence);
  return code;
}
