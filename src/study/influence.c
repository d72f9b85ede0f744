/** @file
 * Influence: records rearranged into the sample that the estimators take.
 */
#include "study/influence.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "design/morris.h"
#include "study/summary.h"

static const double confidence = 0.95;

static bool is_pick_freeze(const epx_design_spec *spec) {
  return strcmp(spec->method, "saltelli") == 0;
}

static bool is_screening(const epx_design_spec *spec) {
  return strcmp(spec->method, "morris") == 0;
}

bool epx_influence_is_supported(const epx_design_spec *spec) {
  return is_pick_freeze(spec) || is_screening(spec);
}

void epx_influence_destroy(epx_influence **address) {
  epx_influence *influence = *address;
  if (!influence) return;
  for (int i = 0; i < EPX_INFLUENCE_MAX_INDICES; i++)
    epx_array_destroy(&influence->index[i].factor);
  epx_array_destroy(address);
}

static epx_err create_indices(epx_influence *influence, int n, const epx_influence_index *indices) {
  influence->n_indices = n;
  for (int i = 0; i < n; i++) {
    influence->index[i] = indices[i];
    EPX_TRY(EPX_ARRAY(influence->index[i].factor, (size_t)influence->n_factors));
  }
  return EPX_OK;
}

static epx_err eval_pick_freeze(const epx_sensitivity_sample *sample, epx_influence *influence) {
  static const epx_influence_index indices[] = {
      {"first_order", "share of the variance that the factor explains alone: %s", false, NULL},
      {"total_order", "share of the variance that the factor explains with its interactions: %s", false,
       NULL}};
  EPX_TRY(create_indices(influence, 2, indices));
  return epx_sensitivity_eval_sobol(sample, influence->index[0].factor, influence->index[1].factor,
                                    &influence->counts);
}

static epx_err eval_steps(const epx_design_spec *spec, const epx_factor *factors, int n_factors, int *step,
                          double *distance) {
  epx_morris_step *steps;
  EPX_TRY(EPX_ARRAY(steps, (size_t)n_factors));
  int code = EPX_OK;
  for (int i = 0; i < spec->n_points && code == EPX_OK; i++) {
    code = epx_morris_eval_steps(spec, factors, n_factors, i, steps);
    for (int s = 0; s < n_factors; s++) {
      step[i * n_factors + s] = steps[s].i_factor;
      distance[i * n_factors + s] = steps[s].distance;
    }
  }
  epx_array_destroy(&steps);
  return code;
}

static epx_err eval_screening(const epx_design_spec *spec, const epx_factor *factors,
                              const epx_sensitivity_sample *sample, epx_influence *influence) {
  static const epx_influence_index indices[] = {
      {"mu", "mean effect of the factor over its whole range: %s", true, NULL},
      {"mu_star", "mean size of the factor's effect over its whole range: %s", true, NULL},
      {"sigma", "spread of the factor's effect over its whole range: %s", true, NULL}};
  const size_t n = (size_t)sample->n_rows * (size_t)sample->n_factors;
  int *step = NULL;
  double *distance = NULL;
  int code = create_indices(influence, 3, indices);
  if (code == EPX_OK) code = EPX_ARRAY(step, n);
  if (code == EPX_OK) code = EPX_ARRAY(distance, n);
  if (code == EPX_OK) code = eval_steps(spec, factors, sample->n_factors, step, distance);
  if (code == EPX_OK)
    code = epx_sensitivity_eval_effects(sample, step, distance, influence->index[0].factor,
                                        influence->index[1].factor, influence->index[2].factor,
                                        &influence->counts);
  epx_array_destroy(&step);
  epx_array_destroy(&distance);
  return code;
}

/* The outcome of a trial; NaN while it is pending, and of a metric where it has none. */
static double eval_outcome(const epx_outcome *outcome, const epx_record_layout *layout,
                           const double *record) {
  const double value = record[layout->metric + (size_t)outcome->i_metric];
  if (record[0] == EPX_STATE_PENDING) return NAN;
  if (record[0] == EPX_LOST && outcome->kind != EPX_OUTCOME_METRIC) return NAN; /* not known to have failed */
  if (outcome->kind == EPX_OUTCOME_YIELD) return epx_summary_is_good(outcome->yield, value);
  if (outcome->kind == EPX_OUTCOME_FAILURES) return record[0] != EPX_STATE_DONE;
  return value;
}

epx_err epx_influence_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                             const epx_record_layout *layout, const epx_outcome *outcome, int n_points,
                             int n_instances, const double *record, epx_influence **out) {
  const size_t n = (size_t)n_points * (size_t)n_instances;
  double *value = NULL;
  *out = NULL;
  epx_influence *influence;
  EPX_TRY(EPX_ARRAY(influence, 1));
  influence->n_factors = n_factors;
  influence->n_rows = spec->n_points;
  int code = EPX_ARRAY(value, n);
  for (size_t i = 0; code == EPX_OK && i < n; i++)
    value[i] = eval_outcome(outcome, layout, record + i * layout->size);
  const epx_sensitivity_sample sample = {.value = value,
                                         .n_rows = spec->n_points,
                                         .n_factors = n_factors,
                                         .n_instances = n_instances,
                                         .seed = spec->seed,
                                         .confidence = confidence};
  if (code == EPX_OK)
    code = is_pick_freeze(spec) ? eval_pick_freeze(&sample, influence)
                                : eval_screening(spec, factors, &sample, influence);
  epx_array_destroy(&value);
  if (code == EPX_OK)
    *out = influence;
  else
    epx_influence_destroy(&influence);
  return code;
}

/* ---- what an index is worth */

bool epx_influence_is_thinned(const epx_influence *influence) {
  return 2 * (long)influence->counts.n_dropped > influence->counts.n_groups;
}

bool epx_influence_is_useless(const epx_influence *influence, int i_index, int i_factor) {
  const epx_influence_index *index = &influence->index[i_index];
  const epx_sensitivity_index *of_factor = &index->factor[i_factor];
  if (epx_influence_is_thinned(influence) || influence->counts.n_rows < EPX_INFLUENCE_LEAST_ROWS) return true;
  if (isnan(of_factor->value)) return true;
  return !index->in_unit && of_factor->high - of_factor->low > EPX_INFLUENCE_WIDTH_USELESS;
}

double epx_influence_eval_rows(const epx_influence *influence) {
  double widest = 0, rows = 1;
  for (int i = 0; i < influence->n_indices; i++) {
    const epx_influence_index *index = &influence->index[i];
    for (int f = 0; f < influence->n_factors && !index->in_unit; f++)
      widest = fmax(widest, index->factor[f].high - index->factor[f].low); /* fmax passes over NaN */
  }
  const double ratio = widest / EPX_INFLUENCE_WIDTH_WANTED, n = influence->n_rows * ratio * ratio;
  if (!(n > 0 && isfinite(n))) return 0;
  while (rows < n)
    rows *= 2;
  return rows;
}
