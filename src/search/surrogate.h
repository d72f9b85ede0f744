/** @internal @file
 * Surrogate: a Gaussian process on [0, 1]^d, from results with noise.
 *
 *   y(x) = m + s Z(x) + s sqrt(g) e,   cov Z = Matern 5/2 of r,   r^2 = sum over i of (x_i - x'_i)^2 / l_i^2
 *
 * m and s are the maximum-likelihood values given l and g; l and g maximise the likelihood times a prior, log l_i normal
 * around log 0.5 with deviation 1, log g around log 1e-4 with deviation 3. Source: Rasmussen2006.
 */
#ifndef EPILUX_SEARCH_SURROGATE_H
#define EPILUX_SEARCH_SURROGATE_H

#include "epilux/error.h"

typedef struct epx_surrogate epx_surrogate;

/** Creates a surrogate of n >= 2 results y [n] at x [n][d], finite numbers; both are copied. Cost: some hundred O(n^3).
 * Errors: EPX_ESOLVER: no length makes the matrix positive definite; EPX_EMEMORY. */
epx_err epx_surrogate_create(int n, int d, const double *x, const double *y, epx_surrogate **out);
void epx_surrogate_destroy(epx_surrogate **address);

/** Evaluates the mean at x [d] and the standard deviation of what is uncertain there, without the noise. Cost O(n^2). */
void epx_surrogate_eval(const epx_surrogate *surrogate, const double *x, double *mean, double *deviation);

#endif
