/** @file
 * Summary: a design point's statistics over its instances, in instance order.
 */
#ifndef EPILUX_STUDY_SUMMARY_H
#define EPILUX_STUDY_SUMMARY_H

#include "study/record.h"

typedef struct {
  int count, failures;        /* trials with a value / finished trials without one */
  double mean, std, min, max; /* over `count`; std with n - 1; NaN when undefined */
  double yield, yield_low,
      yield_high; /* of the yield's metric only; failures count as failed devices; lost trials, of which nobody
                     knows, as bad in the share and the lower end and as good in the upper one; where the campaign
                     decides, the interval holds after stopping; NaN otherwise, and the ends where sampling leaves
                     them untold */
  double yield_effective; /* effective number of instances, as epx_yield has it */
} epx_summary;

/** Tells whether a metric's value is that of a good device; NaN, a failed trial, is not. */
bool epx_summary_is_good(const epx_yield_spec *spec, double value);

/** Gets what the yield of a sampling is of: "the process", "this lot" or "this wafer". */
const char *epx_summary_get_estimand(const epx_sampling *sampling);

/** Evaluates one metric's statistics at a point. record [n_instances][layout->size]; pending trials are left
 * out. quantile [settings->n_quantiles]: out. */
epx_err epx_summary_eval(const epx_settings *settings, const epx_record_layout *layout, int i_metric,
                         int n_instances, const double *record, epx_summary *summary, double *quantile);

/** Evaluates how many trials ended in each state: count [EPX_STATES] by state. */
void epx_summary_eval_states(const epx_record_layout *layout, int n_instances, const double *record,
                             int *count);

#endif
