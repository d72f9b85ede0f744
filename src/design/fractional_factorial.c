/** @file
 * Two-level fractional factorial: the runs of a fraction, in standard order. Its factors take the ends of their ranges,
 * or the two values of their lists.
 */
#include "design/fraction.h"
#include "design/method.h"

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  epx_fraction fraction;
  const int n = design->n_factors;
  EPX_TRY(epx_design_check_corners("a fractional factorial", factors, n, 2));
  EPX_TRY(epx_fraction_init(&fraction, n, spec->n_points));
  EPX_TRY(epx_design_set_n_points(design, spec->n_points));
  for (int k = 0; k < design->n_points; k++)
    for (int i = 0; i < n; i++)
      design->value[(size_t)k * (size_t)n + (size_t)i] =
          epx_design_eval_corner(&factors[i], epx_fraction_eval_level(&fraction, k, i));
  return EPX_OK;
}

const epx_design_method epx_fractional_factorial_method = {
    "fractional-factorial",
    "both ends of every factor in n = 2^m points, of the largest resolution; `plan` prints what is aliased",
    create};
