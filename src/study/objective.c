/** @file
 * Objective: what is maximised is taken with the other sign, so that larger is always worse here.
 */
#include "study/objective.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "statistics/quantile.h"
#include "study/summary.h"

int epx_objective_get_metric(const epx_settings *settings, int metric) {
  for (int m = 0; m < settings->n_metrics; m++)
    if ((int)settings->metric[m] == metric) return m;
  return -1;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double eval_mean(const double *cost, int n) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += cost[k];
  return sum / n;
}

/* cost [n], rising. */
static double eval_tail(const double *cost, int n, double level) {
  const double wanted = (1 - level) * n;
  double sum = 0, taken = 0;
  for (int k = n - 1; k >= 0 && taken < wanted; k--) {
    const double part = fmin(1, wanted - taken);
    sum += part * cost[k];
    taken += part;
  }
  return sum / taken;
}

static epx_err eval_statistic(const epx_objective *objective, double *cost, int n, double *value) {
  qsort(cost, (size_t)n, sizeof *cost, compare);
  if (objective->statistic == EPX_OBJECTIVE_QUANTILE)
    return epx_quantile_eval(cost, (size_t)n, &objective->level, 1, value);
  *value =
      objective->statistic == EPX_OBJECTIVE_TAIL ? eval_tail(cost, n, objective->level) : eval_mean(cost, n);
  return EPX_OK;
}

epx_err epx_objective_eval(const epx_objective *objective, const epx_settings *settings,
                           const epx_record_layout *layout, int n_instances, const double *record,
                           epx_objective_result *result) {
  const int i_metric = epx_objective_get_metric(settings, objective->metric),
            i_yield = epx_objective_get_metric(settings, settings->yield.metric);
  const double sign = objective->maximise ? -1 : 1;
  double *cost;
  int n = 0, n_good = 0, code = EPX_OK;
  *result = (epx_objective_result){.value = NAN, .yield = NAN};
  EPX_TRY(EPX_ARRAY(cost, (size_t)n_instances));
  for (int k = 0; k < n_instances; k++) {
    const double *one = record + (size_t)k * layout->size;
    const double value = one[layout->metric + (size_t)i_metric];
    result->n_pending += one[0] == EPX_STATE_PENDING;
    result->n_failed += one[0] != EPX_STATE_PENDING && isnan(value);
    if (i_yield >= 0) n_good += epx_summary_is_good(&settings->yield, one[layout->metric + (size_t)i_yield]);
    if (!isnan(value)) cost[n++] = sign * value;
  }
  const int n_finished = n_instances - result->n_pending;
  if (i_yield >= 0 && n_finished > 0) result->yield = (double)n_good / n_finished;
  if (objective->yield)
    result->value = result->yield;
  else if (n > 0) {
    code = eval_statistic(objective, cost, n, &result->value);
    result->value *= sign;
  }
  epx_array_destroy(&cost);
  return code;
}
