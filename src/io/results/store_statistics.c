/** @file
 * Store, statistics: point after point, over instances in their order.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "io/results/store_private.h"
#include "study/summary.h"

enum { N_COUNTS = 2, N_STATISTICS = 10 };

static const struct {
  const char *name, *meaning;
  bool in_unit; /* of the metric; else a pure number */
  bool of_yield;
} statistics[N_STATISTICS] = {
    {"count", "trials with a value: %s", false, false},
    {"failures", "finished trials without a value: %s", false, false},
    {"mean", "mean of: %s", true, false},
    {"std", "standard deviation (n - 1) of: %s", true, false},
    {"min", "least of: %s", true, false},
    {"max", "largest of: %s", true, false},
    {"yield", "share of good devices by: %s", false, true},
    {"yield_low", "lower end of the interval of the yield by: %s", false, true},
    {"yield_high", "upper end of the interval of the yield by: %s", false, true},
    {"yield_effective", "effective number of independent instances of the yield by: %s", false, true}};

/* value[s * n_points + i_point] and quantile[i_point * n_quantiles + q] of one metric. */
static epx_err eval_statistics(const epx_store *store, int i_metric, double *value, double *quantile) {
  const epx_campaign *campaign = store->campaign;
  const size_t n = (size_t)campaign->n_points;
  epx_settings settings = *store->settings;
  for (size_t i = 0; i < n; i++) {
    epx_summary summary;
    settings.yield = store->yield[i];
    EPX_TRY(epx_summary_eval(&settings, &campaign->layout, i_metric, campaign->n_instances,
                             epx_campaign_get_record(campaign, (int)i, 0), &summary,
                             quantile + i * (size_t)settings.n_quantiles));
    const double of_point[N_STATISTICS] = {
        summary.count, summary.failures, summary.mean,      summary.std,        summary.min,
        summary.max,   summary.yield,    summary.yield_low, summary.yield_high, summary.yield_effective};
    for (size_t s = 0; s < N_STATISTICS; s++)
      value[s * n + i] = of_point[s];
  }
  return EPX_OK;
}

static epx_err write_metric_statistics(const epx_store *store, epx_archive *archive, int i_metric,
                                       double *value, double *quantile) {
  const size_t n = (size_t)store->campaign->n_points, n_quantiles = (size_t)store->settings->n_quantiles;
  const epx_metric metric = store->settings->metric[i_metric];
  const char *unit = epx_field_get(store->fields, store->campaign->layout.metric + (size_t)i_metric)->unit,
             *meaning = epx_metric_get_meaning(metric);
  char path[128], long_name[256];
  EPX_TRY(eval_statistics(store, i_metric, value, quantile));
  for (size_t s = 0; s < N_STATISTICS; s++) {
    if (statistics[s].of_yield && store->settings->yield.metric != (int)metric) continue;
    snprintf(path, sizeof path, "/statistics/%s/%s", epx_metric_get_name(metric), statistics[s].name);
    snprintf(long_name, sizeof long_name, statistics[s].meaning, meaning);
    const epx_archive_array array = {.path = path,
                                     .unit = statistics[s].in_unit ? unit : "1",
                                     .long_name = long_name,
                                     .n_axes = 1,
                                     .n = {n},
                                     .axis = {"/point"}};
    if (s < N_COUNTS) {
      memcpy(store->column, value + s * n, n * sizeof *value);
      EPX_TRY(epx_store_write_integers(store, archive, &array, n));
    } else {
      EPX_TRY(epx_archive_write(archive, &array, value + s * n));
    }
  }
  if (n_quantiles == 0) return EPX_OK;
  snprintf(path, sizeof path, "/statistics/%s/quantile", epx_metric_get_name(metric));
  snprintf(long_name, sizeof long_name, "quantiles of: %s", meaning);
  const epx_archive_array array = {.path = path,
                                   .unit = unit,
                                   .long_name = long_name,
                                   .n_axes = 2,
                                   .n = {n, n_quantiles},
                                   .axis = {"/point", "/probability"}};
  return epx_archive_write(archive, &array, quantile);
}

epx_err epx_store_write_statistics(const epx_store *store, epx_archive *archive) {
  const size_t n = (size_t)store->campaign->n_points;
  double *value, *quantile;
  EPX_TRY(EPX_ARRAY(value, N_STATISTICS * n));
  int code = EPX_ARRAY(quantile, n * (size_t)store->settings->n_quantiles);
  for (int m = 0; code == EPX_OK && m < store->campaign->layout.n_metrics; m++)
    code = write_metric_statistics(store, archive, m, value, quantile);
  epx_array_destroy(&value);
  epx_array_destroy(&quantile);
  return code;
}
