/** @file
 * Influence: a campaign's records to what each factor does to a metric, where the design supports it.
 */
#ifndef EPILUX_STUDY_INFLUENCE_H
#define EPILUX_STUDY_INFLUENCE_H

#include "design/design.h"
#include "statistics/sensitivity.h"
#include "study/record.h"
#include "study/settings.h"

enum { EPX_INFLUENCE_MAX_INDICES = 3 };

/** What the influence is on. Yield and failures have a value for every finished trial, so that no group of
 * trials is dropped because one of them failed. */
typedef enum {
  EPX_OUTCOME_METRIC,  /* a metric's value; none where a trial failed */
  EPX_OUTCOME_YIELD,   /* 1: good; 0: not, or failed */
  EPX_OUTCOME_FAILURES /* 1: a finished trial without a value of its metrics; 0: done */
} epx_outcome_kind;

typedef struct {
  epx_outcome_kind kind;
  int i_metric;                /* in the record: of the metric, or of the yield's */
  const epx_yield_spec *yield; /* yield alone */
} epx_outcome;

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
  int n_rows; /* of the design */
} epx_influence;

/** Tells whether a design supports any index: methods saltelli (first_order, total_order) and morris (mu,
 * mu_star, sigma). */
bool epx_influence_is_supported(const epx_design_spec *spec);

/** Creates the indices of one outcome. record [n_points][n_instances][layout->size]; trials that are pending
 * or have no value drop their groups, whole: counts says how many. Intervals are of 95 %. Errors: EPX_EMEMORY.
 */
epx_err epx_influence_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                             const epx_record_layout *layout, const epx_outcome *outcome, int n_points,
                             int n_instances, const double *record, epx_influence **out);

/** Tells whether more than half of the groups were dropped: the indices are then of what survived, and no
 * number of rows makes them those of the design. */
bool epx_influence_is_thinned(const epx_influence *influence);

/** Widths of the interval of a share of the variance, which is from 0 to 1: beyond which it says nothing, and
 * which tells important factors from others. */
#define EPX_INFLUENCE_LEAST_ROWS 8 /* below which resampled rows give no interval */
#define EPX_INFLUENCE_WIDTH_USELESS 0.5
#define EPX_INFLUENCE_WIDTH_WANTED 0.2

/** Tells whether an index says nothing: the influence is thinned or of fewer than
 * EPX_INFLUENCE_LEAST_ROWS rows, the index is NaN, or, of a share of the variance, its interval is wider than EPX_INFLUENCE_WIDTH_USELESS. */
bool epx_influence_is_useless(const epx_influence *influence, int i_index, int i_factor);

/** Evaluates how many rows the design should have for the widest interval of its shares of the variance to be
 * EPX_INFLUENCE_WIDTH_WANTED wide, a power of two: widths fall as the root of the rows. 0 where it cannot be told. */
double epx_influence_eval_rows(const epx_influence *influence);

void epx_influence_destroy(epx_influence **address);

#endif
