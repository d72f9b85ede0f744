/** @file
 * Bayesian optimisation: proposes the point at which a costly result with noise should be had next, to find its least value.
 *
 * The first n_initial points are those of a scrambled Halton design. After them, point i maximises the expected improvement
 *   EI = (b - mu) Phi(z) + sigma phi(z),   z = (b - mu) / sigma,
 * over a Gaussian process (surrogate.h) through the results 0 … i - 1, b being the least mu at a point that was tried. Results
 * above their median are compressed by a logarithm, which leaves the order as it is. A result that is NaN, of a point that
 * failed, counts as the worst there is. Where points must also have a margin >= 0 (how far a yield is above what is wanted), EI
 * is times the probability of that, by a second process through the margins, and b is of points that have it; while none
 * has, the probability alone is maximised. Every factor is a place from 0 to 1 (on its scale, by its distribution), words have
 * a place each. A pure function of its arguments. Source: Jones1998, Gardner2014.
 */
#ifndef EPILUX_SEARCH_BAYESIAN_H
#define EPILUX_SEARCH_BAYESIAN_H

#include "design/design.h"

typedef struct {
  const epx_factor *factors; /* [n_factors] */
  int n_factors;
  int n_initial; /* points before the first that learns; >= 2 */
  uint64_t seed;
  const epx_expression
      *constraint; /* over the row of a point, or NULL: points where it is not true are not proposed */
} epx_bayesian_spec;

/** Gets a number of initial points that suits: 2 (places + 1). */
int epx_bayesian_get_n_initial(const epx_factor *factors, int n_factors);

/** Proposes point i: row [n_factors], from rows [i][n_factors] of the points 0 … i - 1, and of the first n_known of them, at
 * least 2 where i >= n_initial, their results [n_known] and margins [n_known], finite numbers, or NULL: any point will do.
 * Points that are under way count with what the surrogate believes of them (Ginsbourger2010). Cost: some hundred
 * O(i^3), and O(i^2) a candidate, some thousands. Errors: EPX_EINPUT: no point satisfies the constraint; of
 * epx_design_create() and epx_surrogate_create(). */
epx_err epx_bayesian_eval(const epx_bayesian_spec *spec, int i, int n_known, const double *rows,
                          const double *result, const double *margin, double *row);

#endif
