/** @internal @file
 * Maximin: a Latin hypercube whose closest points are as far from each other as exchanges make them.
 */
#ifndef EPILUX_DESIGN_MAXIMIN_H
#define EPILUX_DESIGN_MAXIMIN_H

#include <stdint.h>

/** Exchanges the strata of two points in one factor, again and again, wherever this lowers
 *   phi = sum over pairs of points of  d^-15,   d: their distance in strata,
 * which is ruled by the closest pair; each factor's strata stay a permutation. stratum [n_points][n_factors] in and
 * out; pairs are drawn by the seed. Cost: O(n_points n_factors) an exchange that is tried, 20 n_points n_factors of
 * them, at most 4e8 operations. Source: MorrisMitchell1995. */
void epx_maximin_solve(uint64_t seed, int n_points, int n_factors, int *stratum);

#endif
