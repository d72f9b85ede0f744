/** @file
 * Influence: records rearranged into the sample that the estimators take.
 */
#include "study/influence.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "design/morris.h"

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
      {"mu", "mean effect of the factor over its whole way: %s", true, NULL},
      {"mu_star", "mean size of the factor's effect over its whole way: %s", true, NULL},
      {"sigma", "spread of the factor's effect over its whole way: %s", true, NULL}};
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

epx_err epx_influence_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                             const epx_record_layout *layout, int i_metric, int n_points, int n_instances,
                             const double *record, epx_influence **out) {
  const size_t n = (size_t)n_points * (size_t)n_instances;
  double *value = NULL;
  *out = NULL;
  epx_influence *influence;
  EPX_TRY(EPX_ARRAY(influence, 1));
  influence->n_factors = n_factors;
  int code = EPX_ARRAY(value, n);
  for (size_t i = 0; code == EPX_OK && i < n; i++) {
    const double *r = record + i * layout->size;
    value[i] = r[0] == EPX_STATE_PENDING ? NAN : r[layout->metric + (size_t)i_metric];
  }
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
