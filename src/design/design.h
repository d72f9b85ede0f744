/** @file
 * Designs: make the table of design points from the factors. Every method is a row of one table. Points depend
 * only on the spec and the factors.
 */
#ifndef EPILUX_DESIGN_DESIGN_H
#define EPILUX_DESIGN_DESIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "design/factor.h"
#include "epilux/error.h"

/** Most points of a design. */
enum { EPX_DESIGN_MAX_POINTS = 10000000 };

typedef struct {
  const char *method; /* "grid", "latin-hypercube", "sobol", "one-at-a-time", "saltelli" or "morris" */
  int n_points;  /* latin-hypercube: >= 1; sobol: a power of two up to 2^30; saltelli: base rows, likewise;
                    morris:  trajectories; 0 for the methods that count  themselves */
  int levels;    /* grid and one-at-a-time: values taken of a range, >= 2; 0 means 5. Lists keep their own */
  uint64_t seed; /* latin-hypercube, and sobol with scramble */
  bool scramble; /* sobol: Owen scrambling */
} epx_design_spec;

typedef struct {
  int n_points, n_factors;
  double *value; /* value[i_point * n_factors + i_factor], as epx_factor says */
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
 *                    64). A design of 2 n_points begins with that of n_points. Scrambling is nested uniform
 *                    (Owen), keyed by seed and path
 *   one-at-a-time    the base point, then each factor through all its levels with the others at base
 *   saltelli         n_points rows of n_factors + 2 points: A, B, and A with each factor of B in turn (at most
 *                    32 factors)
 *   morris           n_points trajectories of n_factors + 1 points, see morris.h
 *
 * Errors: EPX_EINPUT, naming the path where there is one: an unknown method; what epx_factor_check() refuses;
 * a path that stands twice; n_points or levels the method cannot take; a category whose base is no level
 * (one-at-a-time); more than EPX_DESIGN_MAX_POINTS. EPX_EMEMORY. */
epx_err epx_design_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                          epx_design **out);

/** Counts the points that repeat an earlier one, value for value. Errors: EPX_EMEMORY. Cost O(n log n). */
epx_err epx_design_count_repeats(const epx_design *design, int *n_repeats);

/** Destroys the design. */
void epx_design_destroy(epx_design **design);

#endif
