/** @file
 * Latin hypercube design: each factor's strata in a random order of its own, and a random place in each.
 *
 * One stream for each factor, by its path. Its counter is (ANY, ANY, 0, position) for the order of the strata
 * and (i_point, ANY, 1, 0) for the place, so the two never meet. Source: McKay1979.
 */
#include <stdio.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "design/maximin.h"
#include "design/method.h"

enum { ORDER, PLACE };

static epx_random init_stream(const epx_design_spec *spec, const epx_factor *factor) {
  char purpose[512];
  snprintf(purpose, sizeof purpose, "design:latin-hypercube:%s", factor->path);
  return epx_random_init(spec->seed, purpose);
}

/* Strata [n_points][n_factors], in an order of each factor's own. */
static epx_err draw_strata(const epx_design_spec *spec, const epx_factor *factors, const epx_design *design,
                           int *stratum) {
  const int n = design->n_factors;
  int *order;
  EPX_TRY(EPX_ARRAY(order, (size_t)design->n_points));
  for (int i = 0; i < n; i++) {
    const epx_random stream = init_stream(spec, &factors[i]);
    epx_random_eval_permutation(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, ORDER, design->n_points, order);
    for (int k = 0; k < design->n_points; k++)
      stratum[(size_t)k * (size_t)n + (size_t)i] = order[k];
  }
  epx_array_destroy(&order);
  if (spec->maximin) epx_maximin_solve(spec->seed, design->n_points, n, stratum);
  return EPX_OK;
}

static void fill_places(const epx_design_spec *spec, const epx_factor *factors, const int *stratum,
                        epx_design *design) {
  const size_t n = (size_t)design->n_factors;
  for (size_t i = 0; i < n; i++) {
    const epx_random stream = init_stream(spec, &factors[i]);
    for (int k = 0; k < design->n_points; k++) {
      const double place = epx_random_eval_uniform(&stream, (uint32_t)k, EPX_RANDOM_ANY, PLACE, 0);
      design->value[(size_t)k * n + i] = (stratum[(size_t)k * n + i] + place) / design->n_points;
    }
  }
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  int *stratum;
  if (spec->n_points < 1) {
    return EPX_RAISE(EPX_EINPUT, "a Latin hypercube of %d points: at least 1 is wanted", spec->n_points);
  }
  EPX_TRY(epx_design_set_n_points(design, spec->n_points));
  EPX_TRY(EPX_ARRAY(stratum, (size_t)design->n_points * (size_t)design->n_factors));
  const int code = draw_strata(spec, factors, design, stratum);
  if (code == EPX_OK) fill_places(spec, factors, stratum, design);
  epx_array_destroy(&stratum);
  return code == EPX_OK ? epx_design_eval_places(spec, factors, design) : code;
}

const epx_design_method epx_latin_hypercube_method = {
    "latin-hypercube", "n points; each of n equal strata of every factor holds exactly one", create};
