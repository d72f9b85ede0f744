/** @file
 * Full factorial design: a point's index, written in the mixed radix of the factors' numbers of levels, names
 * its levels; the last factor is the least significant digit.
 */
#include <limits.h>

#include "design/method.h"

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  const int n_factors = design->n_factors;
  if (spec->n_points != 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "a grid has as many points as its levels make: leave the number of points out");
  }
  int64_t n_points = 1;
  for (int i = 0; i < n_factors && n_points < INT_MAX; i++) {
    n_points *= epx_factor_get_n_levels(&factors[i], spec->levels);
  }
  EPX_TRY(epx_design_set_n_points(design, n_points));
  for (int i_point = 0; i_point < design->n_points; i_point++) {
    double *row = design->value + (size_t)i_point * (size_t)n_factors;
    int digits = i_point;
    for (int i = n_factors - 1; i >= 0; i--) {
      const int n_levels = epx_factor_get_n_levels(&factors[i], spec->levels);
      row[i] = epx_factor_eval_level(&factors[i], digits % n_levels, n_levels);
      digits /= n_levels;
    }
  }
  return EPX_OK;
}

const epx_design_method epx_factorial_method = {
    "grid", "full factorial: every combination of the factors' levels, the last factor fastest", create};
