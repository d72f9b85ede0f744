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

/* How a point's instances ended, each [n_instances]: lost ones are finished, and nobody knows whether they are good. */
typedef struct {
  int n_instances, n_finished, n_lost;
  bool *finished, *lost;
  double *value; /* NaN: none */
} endings;

static bool is_good(const epx_yield_spec *spec, const endings *e, int k, bool lost_are_good) {
  return epx_summary_is_good(spec, e->value[k]) || (lost_are_good && e->lost[k]);
}

/* The yield of instances that share lots, or one lot's wafers. */
static epx_err eval_clustered(const epx_yield_spec *spec, const endings *e, bool lost_are_good,
                              epx_yield *yield) {
  const int n_clusters = epx_sampling_get_n_clusters(&spec->sampling, e->n_instances);
  int *count = NULL;
  EPX_TRY(EPX_ARRAY(count, 2 * (size_t)n_clusters));
  for (int k = 0; k < e->n_instances; k++) {
    const int cluster = epx_sampling_get_cluster(&spec->sampling, k);
    count[cluster] += e->finished[k] && is_good(spec, e, k, lost_are_good);
    count[n_clusters + cluster] += e->finished[k];
  }
  const int code = epx_yield_eval_clustered(spec->interval, count, count + n_clusters, n_clusters,
                                            spec->confidence, yield);
  epx_array_destroy(&count);
  return code;
}

/* A device that did not settle is a failed device: it counts among the instances and never among the good
 * ones. */
static epx_err eval_yield(const epx_yield_spec *spec, const endings *e, bool lost_are_good,
                          epx_yield *yield) {
  int n_good = 0;
  for (int k = 0; k < e->n_instances; k++)
    n_good += is_good(spec, e, k, lost_are_good);
  if (spec->decide.kind != EPX_STOPPING_NONE)
    return epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, n_good, e->n_finished,
                          epx_stopping_eval_confidence(&spec->decide), yield);
  if (spec->sampling.kind == EPX_SAMPLING_NESTED) return eval_clustered(spec, e, lost_are_good, yield);
  if (spec->sampling.kind == EPX_SAMPLING_WAFER)
    return epx_yield_eval_finite(spec->interval, n_good, e->n_finished, spec->n_dies, spec->confidence,
                                 yield);
  return epx_yield_eval(spec->interval, n_good, e->n_finished, spec->confidence, yield);
}

/* The share and the lower end take lost instances for bad, the upper end for good. */
static epx_err set_yield(const epx_yield_spec *spec, const endings *e, epx_summary *summary) {
  epx_yield least, most;
  if (e->n_finished == 0) return EPX_OK;
  EPX_TRY(eval_yield(spec, e, false, &least));
  most = least;
  if (e->n_lost > 0) EPX_TRY(eval_yield(spec, e, true, &most));
  summary->yield = least.yield;
  summary->yield_low = least.low;
  summary->yield_high = most.high;
  summary->yield_effective = least.effective;
  return EPX_OK;
}

static epx_err eval(const epx_settings *settings, int i_metric, const endings *e, epx_summary *summary,
                    double *quantile) {
  const epx_moments moments = epx_moments_eval(e->value, (size_t)e->n_instances);
  *summary = (epx_summary){.count = (int)moments.count,
                           .failures = e->n_finished - (int)moments.count,
                           .mean = moments.mean,
                           .std = moments.std,
                           .min = moments.min,
                           .max = moments.max,
                           .yield = NAN,
                           .yield_low = NAN,
                           .yield_high = NAN,
                           .yield_effective = NAN};
  if (settings->yield.metric == (int)settings->metric[i_metric])
    EPX_TRY(set_yield(&settings->yield, e, summary));
  return epx_quantile_eval(e->value, (size_t)e->n_instances, settings->quantile, settings->n_quantiles,
                           quantile);
}

epx_err epx_summary_eval(const epx_settings *settings, const epx_record_layout *layout, int i_metric,
                         int n_instances, const double *record, epx_summary *summary, double *quantile) {
  endings e = {.n_instances = n_instances};
  int code = EPX_ARRAY(e.value, (size_t)n_instances);
  if (code == EPX_OK) code = EPX_ARRAY(e.finished, (size_t)n_instances);
  if (code == EPX_OK) code = EPX_ARRAY(e.lost, (size_t)n_instances);
  for (int k = 0; code == EPX_OK && k < n_instances; k++) {
    const double *r = record + (size_t)k * layout->size;
    e.finished[k] = is_finished(r);
    e.lost[k] = r[0] == EPX_LOST;
    e.n_finished += e.finished[k];
    e.n_lost += e.lost[k];
    e.value[k] = e.finished[k] ? r[layout->metric + (size_t)i_metric] : NAN;
  }
  if (code == EPX_OK) code = eval(settings, i_metric, &e, summary, quantile);
  epx_array_destroy(&e.value);
  epx_array_destroy(&e.finished);
  epx_array_destroy(&e.lost);
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
