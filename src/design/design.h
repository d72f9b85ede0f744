/** @file
 * Designs: make the table of design points from the factors. Every method is a row of one table. Points depend
 * only on the spec and the factors.
 */
#ifndef EPILUX_DESIGN_DESIGN_H
#define EPILUX_DESIGN_DESIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/numbers/expression.h"
#include "design/factor.h"
#include "epilux/error.h"

/** Most points of a design. */
enum { EPX_DESIGN_MAX_POINTS = 10000000 };

typedef struct epx_design_spec {
  const char *method; /* the name of one, epx_design_get_method() */
  int n_points; /* latin-hypercube, halton: >= 1; sobol: a power of two up to 2^30; saltelli: base rows, likewise;
                    morris: trajectories; fractional-factorial: a power of two; 0 for the methods that count
                    themselves */
  int levels;    /* grid and one-at-a-time: values taken of a range, >= 2; 0 means 5. Lists keep their own */
  uint64_t seed; /* latin-hypercube, and sobol, saltelli and halton with scramble */
  bool scramble; /* sobol, saltelli: Owen scrambling; halton: permuted digits */
  bool maximin;  /* latin-hypercube: spread out, see maximin.h */
  int n_centers; /* central-composite, box-behnken: points in the middle, >= 0 */
  double alpha;  /* central-composite: distance of the axial points, in that of the corners; 0: rotatable */
  int n_rows;    /* list, csv */
  const double *rows; /* [n_rows][n_factors] likewise; borrowed */
  const double *
      correlation; /* [n_factors][n_factors] of a Gaussian copula: latin-hypercube, sobol, halton; NULL: none;
                                borrowed */
  const epx_expression
      *constraint; /* over the row of a point: points where it is not true are left out; NULL: none;
                                       borrowed. Not for methods whose points belong together: saltelli,
                                       morris */
  const struct epx_design_spec
      *inner; /* of the factors inner_factor: NULL: none; borrowed. Its own inner, correlation and
                                          constraint are not used */
  const bool *inner_factor; /* [n_factors], with inner */
} epx_design_spec;

typedef struct {
  int n_points, n_factors;
  double *value;  /* value[i_point * n_factors + i_factor], as epx_factor says */
  int n_left_out; /* points that the constraint left out */
} epx_design;

/** One method. `create` fills a design that has n_factors >= 1 set and nothing else; epx_design_create()
 * calls it. */
typedef struct {
  const char *name;
  const char *summary; /* one line for `epilux list designs` */
  epx_err (*create)(const epx_design_spec *spec, const epx_factor *factors, epx_design *design);
} epx_design_method;

/** Gets method i_method = 0, 1, …; NULL past the last. */
const epx_design_method *epx_design_get_method(int i_method);

/** Creates the design at *out. factors [n_factors]; with none, any method gives one point.
 *
 *   grid             every combination of levels, the last factor fastest
 *   latin-hypercube  n_points; each of n_points equal strata of each factor holds one. A factor's column
 *                    depends on seed, path and n_points alone
 *   sobol            the first n_points of Sobol's sequence, point 0 kept; factor i takes dimension i (at most
 *                    1,024). A design of 2 n_points begins with that of n_points. Scrambling is nested uniform
 *                    (Owen), keyed by seed and path
 *   one-at-a-time    the base point, then each factor through all its levels with the others at base
 *   saltelli         n_points rows of n_factors + 2 points: A, B, and A with each factor of B in turn (at most
 *                    512 factors)
 *   morris           n_points trajectories of n_factors + 1 points, see morris.h
 *   list, csv        the rows of the spec, each value one that its factor can take
 *   halton           the first n_points of Halton's sequence, in the first primes (at most 100 factors); a larger
 *                    design begins with a smaller one
 *   fractional-factorial, plackett-burman   both ends of each factor: fraction.h, plackett_burman.c
 *   central-composite, box-behnken          of ranges, for a second-order model; each with n_centers centres
 *
 * With `inner`, the method places the other factors, the outer ones, and inner->method those of inner_factor; the
 * design is the product, the inner points of one outer point one after the other. A correlation is then of the
 * outer factors. The constraint comes last: its points are those of the design without it, in their order.
 *
 * Errors: EPX_EINPUT, naming the path where there is one: an unknown method; a constraint that no point satisfies, or, of
 * list and csv, not all; what epx_factor_check() refuses;
 * a path that stands twice; n_points or levels the method cannot take; a category whose base is no level
 * (one-at-a-time); more than EPX_DESIGN_MAX_POINTS. EPX_EMEMORY. */
epx_err epx_design_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                          epx_design **out);

/** Counts the points that repeat an earlier one, value for value. Errors: EPX_EMEMORY. Cost O(n log n). */
epx_err epx_design_count_repeats(const epx_design *design, int *n_repeats);

/** Destroys the design. */
void epx_design_destroy(epx_design **design);

#endif
