/** @file
 * Sensitivity: from a metric at the points of a pick-freeze or a screening design to what each factor does to
 * it.
 *
 * value[(i_row * n_columns + i_column) * n_instances + i_instance] is the metric; NaN is a missing value. The
 * quantity of interest is f, the mean over instances. A group is the n_columns values of one row and one
 * instance. A group with a missing value is dropped whole, and a row without a group is no row.
 *
 * The mean of d over the m groups of a row has the inner variance s^2(d)/m of the instances that are a
 * sample. It would add to every square of a difference; so a square of a mean difference is always q(d) =
 * mean(d)^2 - s^2(d)/m, free of that bias whether instances are the same at all points or not; with m = 1
 * nothing can be said of it, and nothing is taken off.
 *
 * Intervals are percentiles of the estimator over N_BOOTSTRAP = 1000 resamples of the rows, drawn by the
 * seed.
 */
#ifndef EPILUX_STATISTICS_SENSITIVITY_H
#define EPILUX_STATISTICS_SENSITIVITY_H

#include <stdint.h>

#include "epilux/error.h"

typedef struct {
  double value, low, high; /* NaN where fewer than two rows are left, or nothing varies */
} epx_sensitivity_index;

typedef struct {
  int n_groups, n_dropped; /* rows times instances; of these, with a missing value */
  int n_rows;              /* that are left */
} epx_sensitivity_counts;

/** The sample. */
typedef struct {
  const double *value; /* [n_rows][n_columns][n_instances] */
  int n_rows, n_factors, n_instances;
  uint64_t seed;     /* of the resamples */
  double confidence; /* of the intervals, 0.95 */
} epx_sensitivity_sample;

/** Evaluates Sobol' indices from a pick-freeze sample of n_factors + 2 columns: A, B, then A with factor i of
 * B, by Jansen's estimators: V = var(A and B) - mean(s^2(A - B)/m) / 2, first_i = 1 - mean(q(B - AB_i)) / (2
 * V),   total_i = mean(q(A - AB_i)) / (2 V). first, total [n_factors], out. Errors: EPX_EMEMORY. Cost
 * O(n_rows (n_factors (1000 + n_instances))). Source: Jansen1999, Saltelli2010. */
epx_err epx_sensitivity_eval_sobol(const epx_sensitivity_sample *sample, epx_sensitivity_index *first,
                                   epx_sensitivity_index *total, epx_sensitivity_counts *counts);

/** Evaluates elementary effects from a screening sample of n_factors + 1 columns. step[i_row * n_factors +
 * s]: which factor moves from column s to s + 1; distance [same]: how far, signed. An effect is the mean
 * difference over the distance: mu_i = mean, mu_star_i = mean of the absolute value, sigma_i^2 = variance
 * less the mean inner variance (at least 0). mu, mu_star, sigma [n_factors], out. Errors: EPX_EMEMORY.
 * Source: Morris1991, Campolongo2007. */
epx_err epx_sensitivity_eval_effects(const epx_sensitivity_sample *sample, const int *step,
                                     const double *distance, epx_sensitivity_index *mu,
                                     epx_sensitivity_index *mu_star, epx_sensitivity_index *sigma,
                                     epx_sensitivity_counts *counts);

#endif
