/** @file
 * epilux show: of each design point the trials by how they ended, the metric's mean and spread, the yield.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/nearest.h"
#include "cli/command.h"
#include "cli/print/design_document.h"
#include "cli/print/influence_table.h"
#include "cli/print/table.h"
#include "io/deck/deck.h"
#include "io/results/results.h"
#include "study/influence.h"
#include "study/summary.h"

/* What is shown, and all it takes. */
typedef struct {
  const epx_results *results;
  epx_deck *deck;
  const epx_factor *factors; /* [n_factors] */
  int n_factors;
  epx_design *design;
  int i_metric;           /* in the record */
  epx_settings *settings; /* of the first point; no factor moves its yield or its quantiles */
  epx_yield_spec yield;
  epx_outcome_kind outcome; /* of the sensitivities alone */
  bool has_yield, exact;    /* exact: all digits */
  bool ended[EPX_STATES];   /* which causes of failure occur */
} view;

static epx_err raise_unknown_metric(const epx_results *results, const char *name) {
  const char *names[EPX_METRIC_COUNT];
  for (int m = 0; m < results->layout.n_metrics; m++)
    names[m] = epx_metric_get_name((epx_metric)results->metric[m]);
  const char *nearest = epx_nearest_get(name, results->layout.n_metrics, names);
  if (nearest) return EPX_RAISE(EPX_EINPUT, "--metric %s: not in this file; did you mean %s?", name, nearest);
  return EPX_RAISE(EPX_EINPUT, "--metric %s: not in this file, whose first metric is %s", name,
                   results->layout.n_metrics > 0 ? names[0] : "no metric at all");
}

/* The metric asked for, or that of the yield, or the first. */
static epx_err choose_metric(view *own, const char *name, int of_yield) {
  const epx_results *results = own->results;
  if (results->layout.n_metrics == 0) return raise_unknown_metric(results, name ? name : "");
  for (int m = 0; m < results->layout.n_metrics; m++) {
    const int metric = results->metric[m];
    if (name ? strcmp(name, epx_metric_get_name((epx_metric)metric)) == 0 : metric == of_yield) {
      own->i_metric = m;
      name = NULL;
      of_yield = -1;
    }
  }
  if (name) return raise_unknown_metric(results, name);
  return EPX_OK;
}

/* The points that a search has found stand in the file alone; where it has not come to, a word's number is the first. */
static epx_err take_rows(view *own, const char *path) {
  const epx_results *results = own->results;
  const size_t n = (size_t)results->n_points * (size_t)own->n_factors;
  if (!results->rows) return EPX_OK;
  if (results->n_factors != own->n_factors)
    return EPX_RAISE(EPX_EFORMAT, "%s: its deck has %d factors, its rows %d", path, own->n_factors,
                     results->n_factors);
  for (size_t k = 0; k < n; k++) {
    const epx_factor *factor = &own->factors[k % (size_t)own->n_factors];
    const double value = results->rows[k];
    const bool known = !isnan(value) && (!factor->categorical || (value >= 0 && value < factor->n_levels));
    if (known) own->design->value[k] = value;
  }
  return EPX_OK;
}

static epx_err read_view(view *own, const char *path, const char *metric) {
  EPX_TRY(epx_deck_read_stored(path, own->results->deck, &own->deck));
  EPX_TRY(epx_deck_eval_design(own->deck, &own->factors, &own->n_factors, &own->design));
  if (own->design->n_points != own->results->n_points)
    return EPX_RAISE(EPX_EFORMAT, "%s: its deck has %d design points, its trials %d", path,
                     own->design->n_points, own->results->n_points);
  EPX_TRY(take_rows(own, path));
  EPX_TRY(epx_deck_eval_settings(own->deck, own->design, 0, &own->settings));
  own->yield = own->settings->yield;
  EPX_TRY(choose_metric(own, metric, own->yield.metric));
  own->has_yield = own->results->metric[own->i_metric] == own->yield.metric;
  const epx_results *results = own->results;
  for (size_t i = 0; i < (size_t)results->n_points * (size_t)results->n_instances; i++)
    own->ended[(int)results->record[i * results->layout.size]] = true;
  return EPX_OK;
}

static int count_causes(const view *own) {
  int n = 0;
  for (int state = EPX_SLOW; state < EPX_STATES; state++)
    n += own->ended[state];
  return n;
}

static epx_err set_number(epx_table *table, const view *own, double value) {
  if (isnan(value)) return epx_table_set_next(table, "%s", own->exact ? "nan" : "-");
  return epx_table_set_next(table, own->exact ? "%.17g" : "%.4g", value);
}

/* Where instances are not independent, the table says how many would be worth as much. */
static bool shows_effective(const view *own) {
  return own->has_yield && own->yield.sampling.kind != EPX_SAMPLING_PROCESS;
}

static epx_err set_heads(epx_table *table, const view *own) {
  EPX_TRY(epx_table_set_next(table, "point"));
  for (int k = 0; k < epx_deck_get_n_columns(own->deck); k++)
    EPX_TRY(epx_table_set_column_head(table, epx_deck_get_column(own->deck, k).factor));
  EPX_TRY(epx_table_set_next(table, "done"));
  for (int state = EPX_SLOW; state < EPX_STATES; state++)
    if (own->ended[state]) EPX_TRY(epx_table_set_next(table, "%s", epx_record_get_state_name(state)));
  EPX_TRY(epx_table_set_next(table, "pending"));
  if (own->results->verdict) EPX_TRY(epx_table_set_next(table, "decision"));
  static const char *const heads[] = {"mean", "std", "min", "max"};
  for (size_t k = 0; k < 4; k++)
    EPX_TRY(epx_table_set_next(table, "%s", heads[k]));
  if (!own->has_yield) return EPX_OK;
  EPX_TRY(epx_table_set_next(table, "yield"));
  EPX_TRY(epx_table_set_next(table, "low"));
  EPX_TRY(epx_table_set_next(table, "high"));
  return shows_effective(own) ? epx_table_set_next(table, "effective") : EPX_OK;
}

/* What was never proposed is not pending. */
static int count_pending(const view *own, int i_point) {
  const epx_results *results = own->results;
  const int n = results->n_proposed ? (int)results->n_proposed[i_point] : results->n_instances;
  int n_pending = 0;
  for (int k = 0; k < n; k++) {
    const size_t i = (size_t)i_point * (size_t)results->n_instances + (size_t)k;
    n_pending += results->record[i * results->layout.size] == EPX_STATE_PENDING;
  }
  return n_pending;
}

static epx_err set_states(epx_table *table, const view *own, int i_point, const double *record) {
  int count[EPX_STATES];
  EPX_TRY(epx_table_set_next(table, "%d", i_point));
  const bool found = !own->results->rows || own->results->n_proposed[i_point] > 0;
  for (int k = 0; k < epx_deck_get_n_columns(own->deck) && !found; k++)
    EPX_TRY(epx_table_set_next(table, "%s", own->exact ? "nan" : "-"));
  for (int k = 0; k < epx_deck_get_n_columns(own->deck) && found; k++)
    EPX_TRY(epx_table_set_value(table, epx_deck_get_column(own->deck, k).factor,
                                epx_deck_eval_column(own->deck, own->design, i_point, k),
                                own->exact ? 17 : 4));
  epx_summary_eval_states(&own->results->layout, own->results->n_instances, record, count);
  EPX_TRY(epx_table_set_next(table, "%d", count[EPX_STATE_DONE]));
  for (int state = EPX_SLOW; state < EPX_STATES; state++)
    if (own->ended[state]) EPX_TRY(epx_table_set_next(table, "%d", count[state]));
  EPX_TRY(epx_table_set_next(table, "%d", count_pending(own, i_point)));
  if (!own->results->verdict) return EPX_OK;
  const epx_verdict verdict = (epx_verdict)own->results->verdict[i_point];
  return epx_table_set_next(table, "%s", epx_verdict_get_name(verdict));
}

static epx_err set_summary(epx_table *table, const view *own, const double *record, double *quantile) {
  epx_summary s;
  EPX_TRY(epx_summary_eval(own->settings, &own->results->layout, own->i_metric, own->results->n_instances,
                           record, &s, quantile));
  const double value[] = {s.mean, s.std, s.min, s.max, s.yield, s.yield_low, s.yield_high, s.yield_effective};
  for (size_t k = 0; k < (shows_effective(own) ? 8 : own->has_yield ? 7 : 4); k++)
    EPX_TRY(set_number(table, own, value[k]));
  return EPX_OK;
}

static epx_err set_point(epx_table *table, const view *own, int i_point) {
  const epx_results *results = own->results;
  const double *record =
      results->record + (size_t)i_point * (size_t)results->n_instances * results->layout.size;
  double *quantile;
  EPX_TRY(set_states(table, own, i_point, record));
  EPX_TRY(EPX_ARRAY(quantile, (size_t)own->settings->n_quantiles));
  const int code = set_summary(table, own, record, quantile);
  epx_array_destroy(&quantile);
  return code;
}

static epx_err fill_table(epx_table *table, const view *own) {
  EPX_TRY(set_heads(table, own));
  for (int i = 0; i < own->results->n_points; i++)
    EPX_TRY(set_point(table, own, i));
  return EPX_OK;
}

/* How instances were decided, and what the interval then is. */
static void print_rule(const epx_yield_spec *yield) {
  const epx_stopping_rule *rule = &yield->decide;
  const double confidence = 100 * epx_stopping_eval_confidence(rule);
  if (rule->kind == EPX_STOPPING_HALF_WIDTH)
    printf("decided: half-width %g", rule->half_width);
  else if (rule->kind == EPX_STOPPING_TARGET)
    printf("decided: against the target %g", rule->target);
  else if (rule->kind == EPX_STOPPING_HALVING)
    printf("decided: by halving, %g of the points kept each round", rule->keep);
  else
    printf("decided: design doubled to half-width %g", rule->half_width);
  printf("; intervals of %.4g %% at each look, so that all looks hold together (Clopper-Pearson)\n",
         confidence);
}

/* What the yield is of, and what its interval stands on. */
static void print_yield(const view *own, epx_metric metric) {
  const epx_yield_spec *yield = &own->yield;
  const epx_sampling *sampling = &yield->sampling;
  const int n = epx_sampling_get_n_clusters(sampling, own->results->n_instances);
  printf(
      "yield%s%s: %s at %s %g, with its %g %% interval", sampling->kind == EPX_SAMPLING_PROCESS ? "" : " of ",
      sampling->kind == EPX_SAMPLING_PROCESS ? "" : epx_summary_get_estimand(sampling),
      epx_metric_get_name(metric), yield->at_most ? "most" : "least", yield->limit, 100 * yield->confidence);
  if (sampling->kind == EPX_SAMPLING_NESTED) {
    const char *what = sampling->lots > 1 ? "lot" : "wafer";
    if (n < 2)
      printf(": not available, because 1 %s says nothing about other ones", what);
    else
      printf(" (Student's t on %d %ss%s)", n, what, n < 10 ? ": rough, below 10" : "");
  } else if (sampling->kind == EPX_SAMPLING_WAFER) {
    printf(" (%d of its %d dies)", own->results->n_instances, yield->n_dies);
  }
  printf("\n");
  if (yield->decide.kind != EPX_STOPPING_NONE) print_rule(yield);
}

static epx_err print_view(const view *own, const char *path, bool csv) {
  const int n_columns = epx_deck_get_n_columns(own->deck) + count_causes(own) +
                        (own->results->verdict != NULL) +
                        (shows_effective(own) ? 11
                         : own->has_yield     ? 10
                                              : 7);
  const epx_metric metric = (epx_metric)own->results->metric[own->i_metric];
  const char *unit = own->results->unit[own->i_metric];
  epx_table *table;
  EPX_TRY(epx_table_create(n_columns, &table));
  const int code = fill_table(table, own);
  if (code == EPX_OK && !csv) {
    const bool named = strcmp(unit, "1") != 0;
    printf("%s: %s%s%s%s: %s\n", path, epx_metric_get_name(metric), named ? " (" : "", named ? unit : "",
           named ? ")" : "", epx_metric_get_meaning(metric));
    if (own->has_yield) print_yield(own, metric);
  }
  if (code == EPX_OK) epx_table_view(table, csv);
  epx_table_destroy(&table);
  return code;
}

static void write_yield_spec(epx_document *document, const view *own) {
  const epx_yield_spec *yield = &own->yield;
  if (!own->has_yield) {
    epx_document_set_text(document, "yield", NULL);
    return;
  }
  epx_document_open(document, "yield", '{');
  epx_document_set_text(document, "of", epx_summary_get_estimand(&yield->sampling));
  epx_document_set_number(document, yield->at_most ? "at_most" : "at_least", yield->limit);
  epx_document_set_number(document, "confidence", yield->confidence);
  epx_document_close(document, '{');
}

static void write_summary(epx_document *document, const view *own, const epx_summary *s,
                          const double *quantile) {
  epx_document_set_number(document, "mean", s->mean);
  epx_document_set_number(document, "std", s->std);
  epx_document_set_number(document, "min", s->min);
  epx_document_set_number(document, "max", s->max);
  epx_document_open(document, "quantiles", '[');
  for (int i = 0; i < own->settings->n_quantiles; i++)
    epx_document_set_number(document, NULL, quantile[i]);
  epx_document_close(document, '[');
  if (!own->has_yield) return;
  epx_document_set_number(document, "yield", s->yield);
  epx_document_set_number(document, "yield_low", s->yield_low);
  epx_document_set_number(document, "yield_high", s->yield_high);
  epx_document_set_number(document, "yield_effective", s->yield_effective);
}

static epx_err write_point(epx_document *document, const view *own, int i_point, double *quantile) {
  const epx_results *results = own->results;
  const double *record =
      results->record + (size_t)i_point * (size_t)results->n_instances * results->layout.size;
  int count[EPX_STATES];
  epx_summary s;
  EPX_TRY(epx_summary_eval(own->settings, &results->layout, own->i_metric, results->n_instances, record, &s,
                           quantile));
  epx_summary_eval_states(&results->layout, results->n_instances, record, count);
  epx_document_open(document, NULL, '{');
  epx_document_set_number(document, "point", i_point);
  epx_design_document_set_values(document, "values", own->deck, own->design, i_point);
  if (own->results->verdict)
    epx_document_set_text(document, "decision",
                          epx_verdict_get_name((epx_verdict)own->results->verdict[i_point]));
  count[EPX_STATE_PENDING] = count_pending(own, i_point);
  epx_document_open(document, "states", '{');
  for (int state = 0; state < EPX_STATES; state++)
    epx_document_set_number(document, epx_record_get_state_name(state), count[state]);
  epx_document_close(document, '{');
  write_summary(document, own, &s, quantile);
  epx_document_close(document, '{');
  return EPX_OK;
}

static epx_err write_points(epx_document *document, const view *own) {
  double *quantile;
  int code = EPX_OK;
  EPX_TRY(EPX_ARRAY(quantile, (size_t)own->settings->n_quantiles));
  epx_document_open(document, "points", '[');
  for (int i = 0; code == EPX_OK && i < own->results->n_points; i++)
    code = write_point(document, own, i, quantile);
  epx_document_close(document, '[');
  epx_array_destroy(&quantile);
  return code;
}

static epx_err write_outcome(epx_document *document, const view *own, epx_outcome_kind kind) {
  const epx_outcome outcome = {kind, own->i_metric, &own->yield};
  return epx_influence_table_write(document, own->results, own->deck, own->factors, own->n_factors, &outcome);
}

/* With --sensitivity of the outcome asked for alone; else also of the yield and of failures. */
static epx_err write_sensitivities(epx_document *document, const view *own, bool alone) {
  epx_document_open(document, "sensitivity", '[');
  EPX_TRY(write_outcome(document, own, own->outcome));
  if (!alone && own->has_yield) EPX_TRY(write_outcome(document, own, EPX_OUTCOME_YIELD));
  if (!alone) EPX_TRY(write_outcome(document, own, EPX_OUTCOME_FAILURES));
  epx_document_close(document, '[');
  return EPX_OK;
}

static epx_err view_json(const view *own, const char *path, bool alone) {
  const epx_metric metric = (epx_metric)own->results->metric[own->i_metric];
  epx_document document;
  epx_document_begin(&document, stdout, "show");
  epx_document_set_text(&document, "file", path);
  epx_document_set_text(&document, "metric", epx_metric_get_name(metric));
  epx_document_set_text(&document, "unit", own->results->unit[own->i_metric]);
  epx_document_set_text(&document, "meaning", epx_metric_get_meaning(metric));
  write_yield_spec(&document, own);
  epx_document_open(&document, "quantiles", '[');
  for (int i = 0; i < own->settings->n_quantiles; i++)
    epx_document_set_number(&document, NULL, own->settings->quantile[i]);
  epx_document_close(&document, '[');
  epx_design_document_set_factors(&document, own->deck);
  EPX_TRY(write_points(&document, own));
  EPX_TRY(write_sensitivities(&document, own, alone));
  epx_document_end(&document);
  return EPX_OK;
}

static epx_err view_outcome(const view *own, epx_outcome_kind kind, bool csv) {
  const epx_outcome outcome = {kind, own->i_metric, &own->yield};
  return epx_influence_table_view(own->results, own->deck, own->factors, own->n_factors, &outcome, csv);
}

/* Sensitivities: of what was asked for; without a word also of the yield, and of failures where any are. */
static epx_err view_sensitivities(const view *own, bool alone, bool csv) {
  bool failed = false;
  EPX_TRY(view_outcome(own, own->outcome, csv));
  for (int state = EPX_SLOW; state < EPX_STATES; state++)
    failed |= own->ended[state];
  if (alone || csv) return EPX_OK;
  if (own->has_yield) EPX_TRY(view_outcome(own, EPX_OUTCOME_YIELD, csv));
  return failed ? view_outcome(own, EPX_OUTCOME_FAILURES, csv) : EPX_OK;
}

/* Yield and failures are no metrics, but sensitivity may be of them: then the metric is the yield's. */
static epx_err choose_outcome(view *own, const char **metric, bool alone) {
  static const epx_outcome_kind kinds[] = {EPX_OUTCOME_YIELD, EPX_OUTCOME_FAILURES};
  for (size_t i = 0; *metric && i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(*metric, epx_influence_table_get_name(kinds[i])) != 0) continue;
    if (!alone)
      return EPX_RAISE(EPX_EINPUT,
                       "--metric %s: only with --sensitivity; the table shows it with every metric", *metric);
    own->outcome = kinds[i];
    *metric = NULL;
  }
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  const char *path = call->arguments[0];
  const bool csv = epx_call_is_set(call, "--csv");
  epx_results *results;
  (void)status;
  EPX_TRY(epx_results_read(path, &results));
  view own = {.results = results, .exact = csv};
  const bool alone = epx_call_is_set(call, "--sensitivity");
  const char *metric = epx_call_get_value(call, "--metric", 0);
  int code = choose_outcome(&own, &metric, alone);
  if (code == EPX_OK) code = read_view(&own, path, metric);
  if (code == EPX_OK && own.outcome == EPX_OUTCOME_YIELD && !own.has_yield)
    code = EPX_RAISE(EPX_EINPUT, "--metric yield: the deck of %s has no section yield", path);
  if (code == EPX_OK && alone &&
      (own.n_factors == 0 || !epx_influence_is_supported(epx_deck_get_design(own.deck))))
    code = EPX_RAISE(EPX_EINPUT, "--sensitivity: not possible with design.method: %s; use saltelli or morris",
                     epx_deck_get_design(own.deck)->method);
  const bool json = epx_call_is_set(call, "--json");
  if (code == EPX_OK && json) code = view_json(&own, path, alone);
  if (code == EPX_OK && !json && !alone) code = print_view(&own, path, csv);
  if (code == EPX_OK && !json && (alone || !csv)) code = view_sensitivities(&own, alone, csv);
  epx_settings_destroy(&own.settings);
  epx_design_destroy(&own.design);
  epx_deck_destroy(&own.deck);
  epx_results_destroy(&results);
  return code;
}

static const epx_option options[] = {
    {"--metric", "METRIC", "show METRIC (default: the metric of the yield, else the first of the deck)", 0},
    {"--sensitivity", NULL,
     "show only the effect of each factor on the metric; METRIC may be yield or failures", 0},
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    EPX_OPTION_JSON,
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_show = {
    .name = "show",
    .arguments = "RESULTS.h5",
    .n_min = 1,
    .n_max = 1,
    .summary = "show mean, spread, yield and failures of each design point, and sensitivities",
    .details = "It can be used while the campaign runs.",
    .example = "epilux show quickstart.h5 --metric gradient_cosine",
    .options = options,
    .solve = solve};
