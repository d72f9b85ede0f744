/** @file
 * Fitted: four ways to print the same estimates.
 */
#include "cli/print/fitted.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/print/document.h"
#include "cli/print/table.h"
#include "epilux/version.h"
#include "statistics/quantile.h"

enum { N_LEAST_VARIED = 3 };

/** A column of the table for a person: a quantity in a unit of its own. */
typedef struct {
  epx_resonance_quantity quantity;
  const char *head;
  double scale;
  int digits; /* of the value; bounds have as many */
} column;

static const column columns[] = {
    {EPX_RESONANCE_WAVELENGTH, "wavelength (nm)", 1e9, 10},
    {EPX_RESONANCE_QUALITY, "q_loaded", 1, 5},
    {EPX_RESONANCE_RATE, "total rate (1/ns)", 1e-9, 5},
    {EPX_RESONANCE_EXTINCTION, "extinction (dB)", 1, 4},
    {EPX_RESONANCE_SPLITTING, "splitting (1/ns)", 1e-9, 4},
    {EPX_RESONANCE_INTRINSIC, "intrinsic (1/ns)", 1e-9, 4},
    {EPX_RESONANCE_COUPLING, "coupling (1/ns)", 1e-9, 4},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static const char *get_way(const epx_resonance *r, int i_solution) {
  if (r->told == EPX_TOLD_BY_DROP) return "two buses";
  if (r->critical) return "near critical";
  return r->solution[i_solution].over ? "over" : "under";
}

static epx_err set_estimate(epx_table *table, const epx_estimate *e, double scale, int digits) {
  if (isnan(e->value)) return epx_table_set_next(table, "-");
  return epx_table_set_next(table, "%.*g (%.*g to %.*g)", digits, scale * e->value, digits, scale * e->low,
                            digits, scale * e->high);
}

static epx_err set_row(epx_table *table, const epx_resonance *r, int i_solution) {
  EPX_TRY(epx_table_set_next(table, "%.60s", r->scan->name));
  for (int k = 0; k < N_COLUMNS; k++)
    EPX_TRY(set_estimate(table, &r->solution[i_solution].estimate[columns[k].quantity], columns[k].scale,
                         columns[k].digits));
  EPX_TRY(epx_table_set_next(table, "%s", get_way(r, i_solution)));
  return epx_table_set_next(table, "%s", epx_told_get_text(r->told));
}

static epx_err set_rows(const epx_fitted_set *set, epx_table *table,
                        epx_err (*row)(epx_table *, const epx_resonance *, int)) {
  for (int s = 0; s < set->n_scans; s++)
    for (int k = 0; k < set->scans[s].n; k++)
      for (int i = 0; i < set->scans[s].resonances[k].n_solutions; i++)
        EPX_TRY(row(table, &set->scans[s].resonances[k], i));
  return EPX_OK;
}

static void print_comb(const epx_fitted *f) {
  const epx_comb *c = &f->comb;
  if (c->n_lines < 2) return;
  printf("%s: %d resonances about %.6g nm, spectral range %.6g nm (%.6g to %.6g)", f->scan->name, c->n_lines,
         1e9 * c->wavelength, 1e9 * c->spectral_range.value, 1e9 * c->spectral_range.low,
         1e9 * c->spectral_range.high);
  if (isnan(c->group_index.value))
    printf("; with --length, the group index\n");
  else
    printf(", group index %.6g (%.6g to %.6g)\n", c->group_index.value, c->group_index.low,
           c->group_index.high);
}

static void print_series(const epx_fitted_set *set) {
  if (set->gaps.n > 0)
    printf("gap series: coupling rate falls by %.4g (%.4g to %.4g) a micrometre%s\n",
           1e-6 * set->gaps.decay.value, 1e-6 * set->gaps.decay.low, 1e-6 * set->gaps.decay.high,
           set->gaps.decided ? "" : "; it does not say which rings are over-coupled");
  if (isnan(set->shift.value)) return;
  printf("power series: red shift over absorbed power %.4g (%.4g to %.4g) rad/s/W; it is heat's shift a watt "
         "times the "
         "share of the absorbed power that heats\n",
         set->shift.value, set->shift.low, set->shift.high);
  const double factor = 1 / (set->absorbed * set->kelvin);
  if (!isnan(factor))
    printf("thermal resistance, by the share and the shift given: %.4g (%.4g to %.4g) K/W\n",
           factor * set->shift.value, factor * set->shift.low, factor * set->shift.high);
}

static void print_notes(const epx_fitted_set *set) {
  int n_open = 0, n_denied = 0;
  for (int s = 0; s < set->n_scans; s++)
    for (int k = 0; k < set->scans[s].n; k++) {
      const epx_resonance *r = &set->scans[s].resonances[k];
      n_open += r->told == EPX_TOLD_BY_NOTHING;
      n_denied += r->contradiction > 10.83;
    }
  if (n_open > 0)
    printf("of %d resonance%s nothing says which rate is the larger: the power is the same with both "
           "exchanged. Tell "
           "it by --coupling under or over, or by a phase (Touchstone), a drop port or a gap series\n",
           n_open, n_open == 1 ? "" : "s");
  if (n_denied > 0)
    printf("of %d split resonance%s the scan itself says the other way of coupling than --coupling: chi^2 is "
           "lower by more "
           "than 10.83\n",
           n_denied, n_denied == 1 ? "" : "s");
  printf("in brackets: intervals of 95 %% by profile likelihood\n");
}

epx_err epx_fitted_view(const epx_fitted_set *set) {
  epx_table *table;
  EPX_TRY(epx_table_create(N_COLUMNS + 3, &table));
  int code = epx_table_set_next(table, "scan");
  for (int k = 0; code == EPX_OK && k < N_COLUMNS; k++)
    code = epx_table_set_next(table, "%s", columns[k].head);
  if (code == EPX_OK) code = epx_table_set_next(table, "coupled");
  if (code == EPX_OK) code = epx_table_set_next(table, "told by");
  if (code == EPX_OK) code = set_rows(set, table, set_row);
  if (code == EPX_OK) epx_table_view(table, false);
  epx_table_destroy(&table);
  EPX_TRY(code);
  for (int s = 0; s < set->n_scans; s++)
    print_comb(&set->scans[s]);
  print_series(set);
  print_notes(set);
  return EPX_OK;
}

static epx_err set_csv_row(epx_table *table, const epx_resonance *r, int i_solution) {
  const epx_solution *s = &r->solution[i_solution];
  EPX_TRY(epx_table_set_next(table, "%.200s", r->scan->name));
  EPX_TRY(epx_table_set_next(table, "%s", get_way(r, i_solution)));
  EPX_TRY(epx_table_set_next(table, "%s", epx_told_get_text(r->told)));
  EPX_TRY(epx_table_set_next(table, "%d", r->split));
  EPX_TRY(epx_table_set_next(table, "%.17g", s->excess));
  EPX_TRY(epx_table_set_next(table, "%.17g", r->noise));
  for (int q = 0; q < EPX_RESONANCE_COUNT; q++) {
    const double numbers[] = {s->estimate[q].value, s->estimate[q].low, s->estimate[q].high};
    for (int k = 0; k < 3; k++)
      EPX_TRY(isnan(numbers[k]) ? epx_table_set_next(table, "%s", "")
                                : epx_table_set_next(table, "%.17g", numbers[k]));
  }
  return EPX_OK;
}

epx_err epx_fitted_view_csv(const epx_fitted_set *set) {
  static const char *const heads[] = {"scan", "coupled", "told_by", "split", "excess_chi2", "noise"};
  enum { N_HEADS = sizeof heads / sizeof *heads };
  epx_table *table;
  EPX_TRY(epx_table_create(N_HEADS + 3 * EPX_RESONANCE_COUNT, &table));
  int code = EPX_OK;
  for (int k = 0; code == EPX_OK && k < N_HEADS; k++)
    code = epx_table_set_next(table, "%s", heads[k]);
  for (int q = 0; code == EPX_OK && q < EPX_RESONANCE_COUNT; q++) {
    const char *name = epx_resonance_get_name((epx_resonance_quantity)q);
    code = epx_table_set_next(table, "%s (%s)", name, epx_resonance_get_unit((epx_resonance_quantity)q));
    if (code == EPX_OK) code = epx_table_set_next(table, "%s_low", name);
    if (code == EPX_OK) code = epx_table_set_next(table, "%s_high", name);
  }
  if (code == EPX_OK) code = set_rows(set, table, set_csv_row);
  if (code == EPX_OK) epx_table_view(table, true);
  epx_table_destroy(&table);
  return code;
}

static void set_document_estimate(epx_document *d, const char *key, const epx_estimate *e) {
  epx_document_open(d, key, '{');
  epx_document_set_number(d, "value", e->value);
  epx_document_set_number(d, "low", e->low);
  epx_document_set_number(d, "high", e->high);
  epx_document_close(d, '{');
}

static void set_document_resonance(epx_document *d, const epx_resonance *r) {
  epx_document_open(d, NULL, '{');
  epx_document_set_text(d, "told_by", epx_told_get_text(r->told));
  epx_document_set_boolean(d, "split", r->split);
  epx_document_set_number(d, "noise", r->noise);
  epx_document_open(d, "solutions", '[');
  for (int i = 0; i < r->n_solutions; i++) {
    epx_document_open(d, NULL, '{');
    epx_document_set_text(d, "coupled", get_way(r, i));
    epx_document_set_number(d, "excess", r->solution[i].excess);
    for (int q = 0; q < EPX_RESONANCE_COUNT; q++)
      set_document_estimate(d, epx_resonance_get_name((epx_resonance_quantity)q),
                            &r->solution[i].estimate[q]);
    epx_document_close(d, '{');
  }
  epx_document_close(d, '[');
  epx_document_close(d, '{');
}

void epx_fitted_view_json(const epx_fitted_set *set) {
  epx_document d;
  epx_document_begin(&d, stdout, "fit");
  epx_document_open(&d, "scans", '[');
  for (int s = 0; s < set->n_scans; s++) {
    const epx_fitted *f = &set->scans[s];
    epx_document_open(&d, NULL, '{');
    epx_document_set_text(&d, "scan", f->scan->name);
    set_document_estimate(&d, "spectral_range", &f->comb.spectral_range);
    set_document_estimate(&d, "group_index", &f->comb.group_index);
    epx_document_open(&d, "resonances", '[');
    for (int k = 0; k < f->n; k++)
      set_document_resonance(&d, &f->resonances[k]);
    epx_document_close(&d, '[');
    epx_document_close(&d, '{');
  }
  epx_document_close(&d, '[');
  if (set->gaps.n > 0) set_document_estimate(&d, "coupling_decay", &set->gaps.decay);
  if (!isnan(set->shift.value)) set_document_estimate(&d, "shift_per_power", &set->shift);
  epx_document_end(&d);
}

/* Median and standard deviation of ln x over the scans, each by the median of its resonances. */
static epx_err eval_spread(const epx_fitted_set *set, epx_resonance_quantity quantity, double *median,
                           double *sigma) {
  double *all, *own, mean = 0, square = 0;
  const double half = 0.5;
  int most = 1, code = EPX_OK;
  for (int s = 0; s < set->n_scans; s++)
    most = set->scans[s].n > most ? set->scans[s].n : most;
  EPX_TRY(EPX_ARRAY(all, (size_t)set->n_scans));
  code = EPX_ARRAY(own, (size_t)most);
  for (int s = 0; code == EPX_OK && s < set->n_scans; s++) {
    for (int k = 0; k < set->scans[s].n; k++)
      own[k] = set->scans[s].resonances[k].solution[0].estimate[quantity].value;
    code = epx_quantile_eval(own, (size_t)set->scans[s].n, &half, 1, &all[s]);
    mean += log(all[s]) / set->n_scans;
  }
  for (int s = 0; code == EPX_OK && s < set->n_scans; s++)
    square += pow(log(all[s]) - mean, 2);
  *sigma = set->n_scans > 1 ? sqrt(square / (set->n_scans - 1)) : 0;
  if (code == EPX_OK) code = epx_quantile_eval(all, (size_t)set->n_scans, &half, 1, median);
  epx_array_destroy(&all);
  epx_array_destroy(&own);
  return code;
}

epx_err epx_fitted_view_deck(const epx_fitted_set *set) {
  double intrinsic, coupling, intrinsic_spread, coupling_spread;
  bool buses = false;
  int n = 0;
  for (int s = 0; s < set->n_scans; s++)
    for (int k = 0; k < set->scans[s].n; k++, n++) {
      const epx_resonance *r = &set->scans[s].resonances[k];
      buses |= r->told == EPX_TOLD_BY_DROP;
      if (r->n_solutions > 1)
        return EPX_RAISE(
            EPX_EINPUT,
            "%s: nothing says whether the ring is under- or over-coupled, and a deck needs it; give "
            "--coupling under or over",
            r->scan->name);
    }
  EPX_TRY(eval_spread(set, EPX_RESONANCE_INTRINSIC, &intrinsic, &intrinsic_spread));
  EPX_TRY(eval_spread(set, EPX_RESONANCE_COUPLING, &coupling, &coupling_spread));
  const double loss = intrinsic + (buses ? coupling : 0), total = loss + coupling;
  printf("# by epilux %s fit, from %d resonance%s of %d scan%s: a rate of 1 is the ring's total rate\n",
         epx_version_get(), n, n == 1 ? "" : "s", set->n_scans, set->n_scans == 1 ? "" : "s");
  printf("network:\n  family: kerr\n  parameters: {loss: %.6g, coupling_loss: %.6g}\n", loss / total,
         coupling / total);
  printf("# energy: {rate_unit: %.6g}   # in 1/s; beside a metric in J, which alone asks for it\n", total);
  if (set->n_scans < N_LEAST_VARIED) return EPX_OK;
  printf("variation:\n");
  printf("  - {parameter: loss, distribution: lognormal, sigma: %.4g}\n", intrinsic_spread);
  printf("  - {parameter: coupling_loss, distribution: lognormal, sigma: %.4g}\n", coupling_spread);
  return EPX_OK;
}
