/** @file
 * Influence: a campaign's records to what each factor does to a metric, where the design supports it.
 */
#ifndef EPILUX_STUDY_INFLUENCE_H
#define EPILUX_STUDY_INFLUENCE_H

#include "design/design.h"
#include "statistics/sensitivity.h"
#include "study/record.h"

enum { EPX_INFLUENCE_MAX_INDICES = 3 };

/** One index of all factors. */
typedef struct {
  const char *name, *meaning;    /* "first_order"; borrowed for ever */
  bool in_unit;                  /* of the metric; else a pure number */
  epx_sensitivity_index *factor; /* [n_factors] */
} epx_influence_index;

typedef struct {
  int n_indices, n_factors;
  epx_influence_index index[EPX_INFLUENCE_MAX_INDICES];
  epx_sensitivity_counts counts;
} epx_influence;

/** Tells whether a design supports any index: methods saltelli (first_order, total_order) and morris (mu,
 * mu_star, sigma). */
bool epx_influence_is_supported(const epx_design_spec *spec);

/** Creates the indices of one metric. record [n_points][n_instances][layout->size]; trials that are pending
 * or have no value drop their groups. Intervals are of 95 %. Errors: EPX_EMEMORY. */
epx_err epx_influence_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                             const epx_record_layout *layout, int i_metric, int n_points, int n_instances,
                             const double *record, epx_influence **out);
void epx_influence_destroy(epx_influence **address);

#endif
