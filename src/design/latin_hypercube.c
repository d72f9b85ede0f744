/** @file
 * Latin hypercube design: each factor's strata in a random order of its own, and a random place in each.
 *
 * One stream for each factor, by its path. Its counter is (ANY, ANY, 0, position) for the order of the strata
 * and (i_point, ANY, 1, 0) for the place, so the two never meet. Source: McKay1979.
 */
#include <stdio.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "design/method.h"

enum { ORDER, PLACE };

static void fill_column(const epx_random *stream, const epx_factor *factor, int i_factor, int *order,
                        epx_design *design) {
  const int n_points = design->n_points;
  epx_random_eval_permutation(stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, ORDER, n_points, order);
  for (int i_point = 0; i_point < n_points; i_point++) {
    const double place = epx_random_eval_uniform(stream, (uint32_t)i_point, EPX_RANDOM_ANY, PLACE, 0);
    const double u = (order[i_point] + place) / n_points;
    design->value[(size_t)i_point * (size_t)design->n_factors + (size_t)i_factor] =
        epx_factor_eval(factor, u);
  }
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  int *order = NULL;
  if (spec->n_points < 1) {
    return EPX_RAISE(EPX_EINPUT, "a Latin hypercube of %d points: at least 1 is wanted", spec->n_points);
  }
  EPX_TRY(epx_design_set_n_points(design, spec->n_points));
  EPX_TRY(EPX_ARRAY(order, (size_t)design->n_points));
  for (int i = 0; i < design->n_factors; i++) {
    char purpose[512];
    snprintf(purpose, sizeof purpose, "design:latin-hypercube:%s", factors[i].path);
    const epx_random stream = epx_random_init(spec->seed, purpose);
    fill_column(&stream, &factors[i], i, order, design);
  }
  epx_array_destroy(&order);
  return EPX_OK;
}

const epx_design_method epx_latin_hypercube_method = {
    "latin-hypercube", "n points; each of n equal strata of every factor holds exactly one", create};
