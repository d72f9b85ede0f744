#include "study/summary.h"

#include <math.h>

#include "base/array.h"
#include "statistics/moments.h"
#include "statistics/quantile.h"

static bool is_finished(const double *record) {
  return record[0] != EPX_STATE_PENDING;
}

bool epx_summary_is_good(const epx_yield_spec *spec, double value) {
  return spec->at_most ? value <= spec->limit : value >= spec->limit; /* NaN, a failed trial, is neither */
}

const char *epx_summary_get_estimand(const epx_sampling *sampling) {
  if (sampling->kind == EPX_SAMPLING_WAFER) return "this wafer";
  return sampling->kind == EPX_SAMPLING_NESTED && sampling->lots == 1 ? "this lot" : "the process";
}

/* The yield of instances that share lots, or one lot's wafers. */
static epx_err eval_clustered(const epx_yield_spec *spec, const bool *finished, const double *value,
                              int n_instances, epx_yield *yield) {
  const int n_clusters = epx_sampling_get_n_clusters(&spec->sampling, n_instances);
  int *count = NULL;
  EPX_TRY(EPX_ARRAY(count, 2 * (size_t)n_clusters));
  for (int k = 0; k < n_instances; k++) {
    const int cluster = epx_sampling_get_cluster(&spec->sampling, k);
    count[cluster] += finished[k] && epx_summary_is_good(spec, value[k]);
    count[n_clusters + cluster] += finished[k];
  }
  const int code = epx_yield_eval_clustered(spec->interval, count, count + n_clusters, n_clusters,
                                            spec->confidence, yield);
  epx_array_destroy(&count);
  return code;
}

/* A device that did not settle is a failed device: it counts among the instances and never among the good
 * ones. */
static epx_err eval_yield(const epx_yield_spec *spec, const bool *finished, const double *value,
                          int n_instances, int n_finished, epx_summary *summary) {
  int n_good = 0;
  for (int k = 0; k < n_instances; k++)
    n_good += epx_summary_is_good(spec, value[k]);
  if (n_finished == 0) return EPX_OK;
  epx_yield yield;
  if (spec->decide.kind != EPX_STOPPING_NONE)
    EPX_TRY(epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, n_good, n_finished,
                           epx_stopping_eval_confidence(&spec->decide), &yield));
  else if (spec->sampling.kind == EPX_SAMPLING_NESTED)
    EPX_TRY(eval_clustered(spec, finished, value, n_instances, &yield));
  else if (spec->sampling.kind == EPX_SAMPLING_WAFER)
    EPX_TRY(
        epx_yield_eval_finite(spec->interval, n_good, n_finished, spec->n_dies, spec->confidence, &yield));
  else
    EPX_TRY(epx_yield_eval(spec->interval, n_good, n_finished, spec->confidence, &yield));
  summary->yield = yield.yield;
  summary->yield_low = yield.low;
  summary->yield_high = yield.high;
  summary->yield_effective = yield.effective;
  return EPX_OK;
}

static epx_err eval(const epx_settings *settings, int i_metric, int n_instances, int n_finished,
                    const bool *finished, const double *value, epx_summary *summary, double *quantile) {
  const epx_moments moments = epx_moments_eval(value, (size_t)n_instances);
  *summary = (epx_summary){.count = (int)moments.count,
                           .failures = n_finished - (int)moments.count,
                           .mean = moments.mean,
                           .std = moments.std,
                           .min = moments.min,
                           .max = moments.max,
                           .yield = NAN,
                           .yield_low = NAN,
                           .yield_high = NAN,
                           .yield_effective = NAN};
  if (settings->yield.metric == (int)settings->metric[i_metric])
    EPX_TRY(eval_yield(&settings->yield, finished, value, n_instances, n_finished, summary));
  return epx_quantile_eval(value, (size_t)n_instances, settings->quantile, settings->n_quantiles, quantile);
}

epx_err epx_summary_eval(const epx_settings *settings, const epx_record_layout *layout, int i_metric,
                         int n_instances, const double *record, epx_summary *summary, double *quantile) {
  double *value = NULL;
  bool *finished = NULL;
  int n_finished = 0;
  int code = EPX_ARRAY(value, (size_t)n_instances);
  if (code == EPX_OK) code = EPX_ARRAY(finished, (size_t)n_instances);
  for (int k = 0; code == EPX_OK && k < n_instances; k++) {
    const double *r = record + (size_t)k * layout->size;
    finished[k] = is_finished(r);
    n_finished += finished[k];
    value[k] = finished[k] ? r[layout->metric + (size_t)i_metric] : NAN;
  }
  if (code == EPX_OK)
    code = eval(settings, i_metric, n_instances, n_finished, finished, value, summary, quantile);
  epx_array_destroy(&value);
  epx_array_destroy(&finished);
  return code;
}

void epx_summary_eval_states(const epx_record_layout *layout, int n_instances, const double *record,
                             int *count) {
  for (int s = 0; s < EPX_STATES; s++)
    count[s] = 0;
  for (int k = 0; k < n_instances; k++) {
    const int state = (int)record[(size_t)k * layout->size];
    if (state >= 0 && state < EPX_STATES) count[state]++;
  }
}
