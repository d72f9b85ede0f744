#include "study/summary.h"

#include <math.h>

#include "base/array.h"
#include "statistics/moments.h"
#include "statistics/quantile.h"

static bool is_finished(const double *record) {
  return record[0] != EPX_STATE_PENDING;
}

static bool is_good(const epx_yield_spec *spec, double value) {
  return spec->at_most ? value <= spec->limit : value >= spec->limit; /* NaN, a failed trial, is neither */
}

/* A device that did not settle is a failed device: it counts among the instances and never among the good
 * ones. */
static epx_err eval_yield(const epx_yield_spec *spec, const double *value, int n_instances, int n_finished,
                          epx_summary *summary) {
  int n_good = 0;
  for (int k = 0; k < n_instances; k++)
    n_good += is_good(spec, value[k]);
  if (n_finished == 0) return EPX_OK;
  epx_yield yield;
  EPX_TRY(epx_yield_eval(spec->interval, n_good, n_finished, spec->confidence, &yield));
  summary->yield = yield.yield;
  summary->yield_low = yield.low;
  summary->yield_high = yield.high;
  return EPX_OK;
}

static epx_err eval(const epx_settings *settings, int i_metric, int n_instances, int n_finished,
                    const double *value, epx_summary *summary, double *quantile) {
  const epx_moments moments = epx_moments_eval(value, (size_t)n_instances);
  *summary = (epx_summary){.count = (int)moments.count,
                           .failures = n_finished - (int)moments.count,
                           .mean = moments.mean,
                           .std = moments.std,
                           .min = moments.min,
                           .max = moments.max,
                           .yield = NAN,
                           .yield_low = NAN,
                           .yield_high = NAN};
  if (settings->yield.metric == (int)settings->metric[i_metric])
    EPX_TRY(eval_yield(&settings->yield, value, n_instances, n_finished, summary));
  return epx_quantile_eval(value, (size_t)n_instances, settings->quantile, settings->n_quantiles, quantile);
}

epx_err epx_summary_eval(const epx_settings *settings, const epx_record_layout *layout, int i_metric,
                         int n_instances, const double *record, epx_summary *summary, double *quantile) {
  double *value;
  EPX_TRY(EPX_ARRAY(value, (size_t)n_instances));
  int n_finished = 0;
  for (int k = 0; k < n_instances; k++) {
    const double *r = record + (size_t)k * layout->size;
    n_finished += is_finished(r);
    value[k] = is_finished(r) ? r[layout->metric + (size_t)i_metric] : NAN;
  }
  const int err = eval(settings, i_metric, n_instances, n_finished, value, summary, quantile);
  epx_array_destroy(&value);
  return err;
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
