/** @file
 * Saltelli's pick-freeze design. Base row g is one point of Sobol's sequence in 2 n_factors dimensions,
 * halved into A and B, and gives n_factors + 2 design points: A, B, then for each factor A with that factor's
 * value of B. So a larger design of 2 n rows begins with that of n. Source: Saltelli2010.
 */
#include <stdio.h>

#include "base/array.h"
#include "design/method.h"
#include "design/sobol_columns.h"

static epx_err check(const epx_design_spec *spec, int n_factors) {
  if (2 * n_factors > EPX_SOBOL_COLUMNS_MAX)
    return EPX_RAISE(EPX_EINPUT, "a Saltelli design of %d factors: it can take %d", n_factors,
                     EPX_SOBOL_COLUMNS_MAX / 2);
  return epx_sobol_check_points("a Saltelli design", spec->n_points);
}

/* u [n_rows], of A (half 0) or B (half 1) of one factor. */
static void eval_half(const epx_design_spec *spec, const epx_factor *factor, int i_factor, int n_factors,
                      int half, double *u) {
  char purpose[512];
  snprintf(purpose, sizeof purpose, "design:saltelli:%c:%s", "AB"[half], factor -> path);
  epx_sobol_eval_column(half * n_factors + i_factor, spec, purpose, u);
}

/* Column of one factor: its values of A at A and at AB of the other factors, of B at B and at its own AB. */
static void fill_column(const epx_factor *factor, int i_factor, int n_factors, int n_rows, const double *a,
                        const double *b, epx_design *design) {
  const int n_a_row = n_factors + 2;
  for (int g = 0; g < n_rows; g++)
    for (int p = 0; p < n_a_row; p++) {
      const double u = p == 1 || p == 2 + i_factor ? b[g] : a[g];
      design->value[((size_t)g * (size_t)n_a_row + (size_t)p) * (size_t)n_factors + (size_t)i_factor] =
          epx_factor_eval(factor, u);
    }
}

static epx_err fill(const epx_design_spec *spec, const epx_factor *factors, epx_design *design, double *a,
                    double *b) {
  for (int i = 0; i < design->n_factors; i++) {
    eval_half(spec, &factors[i], i, design->n_factors, 0, a);
    eval_half(spec, &factors[i], i, design->n_factors, 1, b);
    fill_column(&factors[i], i, design->n_factors, spec->n_points, a, b, design);
  }
  return EPX_OK;
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  double *a = NULL, *b = NULL;
  EPX_TRY(check(spec, design->n_factors));
  EPX_TRY(epx_design_set_n_points(design, (int64_t)spec->n_points * (design->n_factors + 2)));
  int code = EPX_ARRAY(a, (size_t)spec->n_points);
  if (code == EPX_OK) code = EPX_ARRAY(b, (size_t)spec->n_points);
  if (code == EPX_OK) code = fill(spec, factors, design, a, b);
  epx_array_destroy(&a);
  epx_array_destroy(&b);
  return code;
}

const epx_design_method epx_saltelli_method = {"saltelli",
                                               "pick-freeze rows for Sobol' indices: points = 2^k base rows, "
                                               "each of factors + 2 design points; doubling keeps "
                                               "the earlier points",
                                               create};
