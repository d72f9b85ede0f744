/** @file
 * Central composite design, for a second-order model: the corners of a cube (a fraction of resolution V or more, from five
 * factors on), two axial points a factor at +-alpha, and centres. low and high are the ends of all of it: where
 * alpha > 1 the axial points stand there and the cube within (inscribed); alpha = 1 is the face-centred design. By
 * default alpha is the fourth root of the number of corners, which makes the design rotatable. Source: BoxWilson1951.
 */
#include <math.h>

#include "design/fraction.h"
#include "design/method.h"

enum { N_FACTORS_MAX = 11, RESOLUTION = 5, N_FULL = 4 };

static epx_err init_corners(int n_factors, epx_fraction *fraction) {
  for (int n_runs = 1 << (n_factors > N_FULL ? N_FULL : n_factors);; n_runs *= 2) {
    EPX_TRY(epx_fraction_init(fraction, n_factors, n_runs));
    if (fraction->resolution >= RESOLUTION) return EPX_OK;
  }
}

static epx_err check(const epx_design_spec *spec, const epx_factor *factors, int n_factors) {
  EPX_TRY(epx_design_check_corners("a central composite design", factors, n_factors, 0));
  if (n_factors < 2 || n_factors > N_FACTORS_MAX)
    return EPX_RAISE(EPX_EINPUT, "a central composite design of %d factors: 2 to %d are wanted", n_factors,
                     N_FACTORS_MAX);
  if (!(isfinite(spec->alpha) && spec->alpha >= 0) || spec->n_centers < 0)
    return EPX_RAISE(EPX_EINPUT, "a central composite design: alpha above 0 and centres from 0 are wanted");
  return EPX_OK;
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  epx_fraction fraction;
  const int n = design->n_factors;
  EPX_TRY(check(spec, factors, n));
  EPX_TRY(init_corners(n, &fraction));
  const int n_corners = 1 << fraction.n_basic;
  const double alpha = spec->alpha > 0 ? spec->alpha : pow(n_corners, 0.25), reach = fmax(alpha, 1);
  EPX_TRY(epx_design_set_n_points(design, (int64_t)n_corners + 2 * n + spec->n_centers));
  for (int k = 0; k < design->n_points; k++)
    for (int i = 0; i < n; i++) {
      const int axial = k - n_corners;
      double x = 0;
      if (k < n_corners) x = epx_fraction_eval_level(&fraction, k, i) / reach;
      if (axial >= 0 && axial / 2 == i) x = (axial % 2 ? alpha : -alpha) / reach;
      design->value[(size_t)k * (size_t)n + (size_t)i] = epx_design_eval_corner(&factors[i], x);
    }
  return EPX_OK;
}

const epx_design_method epx_central_composite_method = {
    "central-composite", "corners, axial points and centres within low and high, for a second-order model",
    create};
