#include "study/record.h"

#include <math.h>
#include <string.h>

void epx_record_init(const epx_record_layout *layout, double *record) {
  record[0] = EPX_STATE_PENDING;
  for (size_t i = 1; i < layout->size; i++)
    record[i] = NAN;
}

void epx_record_write_draws(const epx_record_layout *layout, const epx_network *network, const double *theta,
                            double *record) {
  for (int v = 0; v < layout->n_varied; v++) {
    const int p = epx_family_get_parameter(network->family, layout->varied[v]);
    memcpy(record + layout->value[v], theta + network->offset[p], layout->n_values[v] * sizeof *record);
  }
}

/* The gravest first: a device that diverges is worse than one that swings, which is worse than a slow one. */
static int judge(const epx_performance *performance, double require) {
  if (performance->n_settled > 0 && performance->n_settled >= require * performance->n_samples)
    return EPX_STATE_DONE;
  return performance->outcome == EPX_OK ? EPX_FAILED : performance->outcome;
}

static void write_curves(const epx_record_layout *layout, const epx_settings *settings,
                         const epx_curves *curves, int n_trained, int k, double *record) {
  const double *const kept[EPX_CURVE_COUNT] = {[EPX_CURVE_LOSS] = curves->loss,
                                               [EPX_CURVE_ACCURACY] = curves->accuracy,
                                               [EPX_CURVE_GRADIENT_NORM] = curves->gradient_norm,
                                               [EPX_CURVE_VALIDATION_LOSS] = curves->validation_loss,
                                               [EPX_CURVE_VALIDATION_ACCURACY] = curves->validation_accuracy};
  const int n = n_trained < layout->n_epochs ? n_trained : layout->n_epochs;
  double *out = record + layout->curve;
  for (int c = 0; c < EPX_CURVE_COUNT; c++) {
    if (!settings->curve[c]) continue;
    for (int e = 0; e < n; e++)
      out[e] = kept[c][(size_t)k * (size_t)n_trained + (size_t)e];
    out += layout->n_epochs;
  }
}

void epx_record_write_result(const epx_record_layout *layout, const epx_settings *settings,
                             const epx_measured *measured, const epx_curves *curves, int n_epochs,
                             const double *theta, int k, double *record) {
  record[0] = judge(&measured->test[k], settings->require);
  for (int m = 0; m < layout->n_metrics; m++)
    record[layout->metric + (size_t)m] = record[0] == EPX_STATE_DONE || epx_metric_stands(settings->metric[m])
                                             ? epx_metric_eval(settings->metric[m], measured, k)
                                             : NAN;
  write_curves(layout, settings, curves, n_epochs, k, record);
  if (layout->n_kept > 0) {
    const size_t n = layout->size - layout->parameters;
    memcpy(record + layout->parameters, theta + (size_t)k * n, n * sizeof *record);
  }
}

const char *epx_record_get_state_name(int state) {
  if (state == EPX_STATE_PENDING) return "pending";
  if (state == EPX_STATE_DONE) return "done";
  if (state >= EPX_SLOW && state < EPX_STATES) return epx_error_get_text(state);
  return "unknown";
}
