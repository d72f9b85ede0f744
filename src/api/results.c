/** @file
 * Results: single numbers of a results file, and statistics as `epilux show` has them.
 */
#include "epilux/results.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/deck.h"
#include "io/results/results.h"
#include "study/summary.h"

int epx_results_get_n_points(const epx_results *results) {
  return results->n_points;
}

int epx_results_get_n_instances(const epx_results *results) {
  return results->n_instances;
}

const char *epx_results_get_deck(const epx_results *results) {
  return results->deck;
}

const char *epx_results_get_metric(const epx_results *results, int i) {
  if (i < 0 || i >= results->layout.n_metrics) return NULL;
  return epx_metric_get_name((epx_metric)results->metric[i]);
}

/* The record of a trial, NULL where there is none. */
static const double *get_record(const epx_results *results, int i_point, int i_instance) {
  if (i_point < 0 || i_point >= results->n_points) return NULL;
  if (i_instance < 0 || i_instance >= results->n_instances) return NULL;
  const size_t i_trial = (size_t)i_point * (size_t)results->n_instances + (size_t)i_instance;
  return results->record + i_trial * results->layout.size;
}

int epx_results_get_state(const epx_results *results, int i_point, int i_instance) {
  const double *record = get_record(results, i_point, i_instance);
  return record ? (int)record[0] : -1;
}

static epx_err find(const epx_results *results, const char *metric, int i_point, int i_instance,
                    int *i_metric, const double **record) {
  *record = get_record(results, i_point, i_instance);
  if (!*record)
    return EPX_RAISE(EPX_EINPUT, "there is no trial (%d, %d): the file has %d design points of %d instances",
                     i_point, i_instance, results->n_points, results->n_instances);
  for (*i_metric = 0; *i_metric < results->layout.n_metrics; ++*i_metric)
    if (strcmp(epx_results_get_metric(results, *i_metric), metric) == 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "the file has no metric %s", metric);
}

epx_err epx_results_get_value(const epx_results *results, const char *metric, int i_point, int i_instance,
                              double *value) {
  const double *record;
  int i_metric;
  EPX_TRY(find(results, metric, i_point, i_instance, &i_metric, &record));
  *value = record[0] == EPX_STATE_PENDING ? NAN : record[results->layout.metric + (size_t)i_metric];
  return EPX_OK;
}

static epx_err eval_summary(const epx_results *results, const epx_settings *settings, int i_metric,
                            const double *record, epx_results_summary *summary) {
  epx_summary own;
  double *quantile;
  EPX_TRY(EPX_ARRAY(quantile, (size_t)settings->n_quantiles));
  const int code =
      epx_summary_eval(settings, &results->layout, i_metric, results->n_instances, record, &own, quantile);
  epx_array_destroy(&quantile);
  EPX_TRY(code);
  *summary = (epx_results_summary){.count = own.count,
                                   .failures = own.failures,
                                   .mean = own.mean,
                                   .std = own.std,
                                   .min = own.min,
                                   .max = own.max,
                                   .yield = own.yield,
                                   .low = own.yield_low,
                                   .high = own.yield_high};
  return EPX_OK;
}

epx_err epx_results_eval_summary(const epx_results *results, const char *metric, int i_point,
                                 epx_results_summary *summary) {
  const double *record;
  int i_metric, n_factors;
  const epx_factor *factors;
  epx_deck *deck = NULL;
  epx_design *design = NULL;
  epx_settings *settings = NULL;
  EPX_TRY(find(results, metric, i_point, 0, &i_metric, &record));
  int code = epx_deck_read_text("results", results->deck, &deck);
  if (code == EPX_OK) code = epx_deck_eval_design(deck, &factors, &n_factors, &design);
  if (code == EPX_OK) code = epx_deck_eval_settings(deck, design, i_point, &settings);
  if (code == EPX_OK) code = eval_summary(results, settings, i_metric, record, summary);
  epx_settings_destroy(&settings);
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
  return code;
}
