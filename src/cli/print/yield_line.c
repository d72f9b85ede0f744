/** @file
 * Yield line: as `epilux show` tells it, of the first design point's settings for all.
 */
#include "cli/print/yield_line.h"

#include <math.h>
#include <stdio.h>

#include "base/array.h"
#include "study/summary.h"

typedef struct {
  int best, worst, n; /* design points; n: those with a yield */
  epx_summary at_best, at_worst;
} yield_range;

static epx_err add_point(const epx_campaign *campaign, const epx_settings *settings, int i_metric,
                         int i_point, double *quantile, yield_range *range) {
  epx_summary summary;
  EPX_TRY(epx_summary_eval(settings, &campaign->layout, i_metric, campaign->n_instances,
                           epx_campaign_get_record(campaign, i_point, 0), &summary, quantile));
  if (isnan(summary.yield)) return EPX_OK;
  if (range->n == 0 || summary.yield > range->at_best.yield) {
    range->best = i_point;
    range->at_best = summary;
  }
  if (range->n == 0 || summary.yield < range->at_worst.yield) {
    range->worst = i_point;
    range->at_worst = summary;
  }
  range->n++;
  return EPX_OK;
}

static void print_range(const epx_settings *settings, const yield_range *range) {
  const epx_yield_spec *yield = &settings->yield;
  if (range->n == 0) return;
  printf("yield (%s %s %g): ", epx_metric_get_name((epx_metric)yield->metric),
         yield->at_most ? "at most" : "at least", yield->limit);
  if (range->n > 1) printf("best at design point %d: ", range->best);
  printf("%.3g, %g %% interval %.3g to %.3g", range->at_best.yield, 100 * yield->confidence,
         range->at_best.yield_low, range->at_best.yield_high);
  if (range->n > 1) printf("; worst at design point %d: %.3g", range->worst, range->at_worst.yield);
  printf("\n");
}

static epx_err view(const epx_campaign *campaign, const epx_settings *settings) {
  yield_range range = {0};
  double *quantile;
  int i_metric = 0;
  while (i_metric < settings->n_metrics && (int)settings->metric[i_metric] != settings->yield.metric)
    i_metric++;
  if (i_metric == settings->n_metrics) return EPX_OK;
  EPX_TRY(EPX_ARRAY(quantile, (size_t)settings->n_quantiles));
  int code = EPX_OK;
  for (int i = 0; i < campaign->n_points && code == EPX_OK; i++)
    code = add_point(campaign, settings, i_metric, i, quantile, &range);
  epx_array_destroy(&quantile);
  EPX_TRY(code);
  print_range(settings, &range);
  return EPX_OK;
}

epx_err epx_yield_line_view(const epx_campaign *campaign) {
  epx_settings *settings;
  EPX_TRY(epx_deck_eval_settings(campaign->deck, campaign->design, 0, &settings));
  const int code = view(campaign, settings);
  epx_settings_destroy(&settings);
  return code;
}
