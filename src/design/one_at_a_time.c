/** @file
 * One-at-a-time design: a star around the deck's own values. A level equal to the base makes a second base
 * point; it is kept, so that each factor's rows are its whole curve.
 */
#include "design/method.h"

static epx_err check(const epx_design_spec *spec, const epx_factor *factors, int n_factors) {
  if (spec->n_points != 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "one-at-a-time has as many points as its levels make: leave the number of points out");
  }
  for (int i = 0; i < n_factors; i++) {
    if (factors[i].categorical && !(factors[i].base >= 0 && factors[i].base < factors[i].n_levels)) {
      return EPX_RAISE(EPX_EINPUT,
                       "%s: one-at-a-time starts at the deck's own value: add it to the factor's values",
                       factors[i].path);
    }
  }
  return EPX_OK;
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  const int n_factors = design->n_factors;
  EPX_TRY(check(spec, factors, n_factors));
  int64_t n_points = 1;
  for (int i = 0; i < n_factors; i++)
    n_points += epx_factor_get_n_levels(&factors[i], spec->levels);
  EPX_TRY(epx_design_set_n_points(design, n_points));
  for (int i_point = 0; i_point < design->n_points; i_point++) {
    for (int i = 0; i < n_factors; i++) {
      design->value[(size_t)i_point * (size_t)n_factors + (size_t)i] = factors[i].base;
    }
  }
  size_t i_point = 1;
  for (int i = 0; i < n_factors; i++) {
    const int n_levels = epx_factor_get_n_levels(&factors[i], spec->levels);
    for (int i_level = 0; i_level < n_levels; i_level++, i_point++) {
      design->value[i_point * (size_t)n_factors + (size_t)i] =
          epx_factor_eval_level(&factors[i], i_level, n_levels);
    }
  }
  return EPX_OK;
}

const epx_design_method epx_one_at_a_time_method = {
    "one-at-a-time", "the base point, then each factor through its levels with the others at base", create};
