/** @file
 * Product of two designs: every point of the outer one with every point of the inner one, the inner fastest. So a larger
 * outer sequence keeps the earlier points.
 */
#include <string.h>

#include "base/array.h"
#include "design/method.h"

/* The factors of one part, and which of the whole they are. */
typedef struct {
  int n;
  epx_factor *factors; /* [n], borrowing */
  int *index;          /* [n] */
  double *correlation; /* [n][n] */
  epx_design design;
} part;

static epx_err create_part(const epx_design_spec *spec, const epx_factor *factors, int n_factors, bool inner,
                           part *made) {
  EPX_TRY(EPX_ARRAY(made->factors, (size_t)n_factors));
  EPX_TRY(EPX_ARRAY(made->index, (size_t)n_factors));
  for (int i = 0; i < n_factors; i++)
    if (spec->inner_factor[i] == inner) {
      made->factors[made->n] = factors[i];
      made->index[made->n++] = i;
    }
  made->design.n_factors = made->n;
  if (made->n == 0)
    return EPX_RAISE(EPX_EINPUT, "inner: no factor is left for the %s design: one or more are wanted in each",
                     inner ? "inner" : "outer");
  if (!spec->correlation || inner) return EPX_OK;
  EPX_TRY(EPX_ARRAY(made->correlation, (size_t)made->n * (size_t)made->n));
  for (int i = 0; i < made->n; i++)
    for (int k = 0; k < made->n; k++)
      made->correlation[i * made->n + k] =
          spec->correlation[(size_t)made->index[i] * (size_t)n_factors + (size_t)made->index[k]];
  return EPX_OK;
}

static void destroy_part(part *made) {
  epx_array_destroy(&made->factors);
  epx_array_destroy(&made->index);
  epx_array_destroy(&made->correlation);
  epx_array_destroy(&made->design.value);
}

static void copy_row(const part *from, int i_point, double *row) {
  for (int i = 0; i < from->n; i++)
    row[from->index[i]] = from->design.value[(size_t)i_point * (size_t)from->n + (size_t)i];
}

static epx_err multiply(const part *outer, const part *inner, epx_design *design) {
  EPX_TRY(epx_design_set_n_points(design, (int64_t)outer->design.n_points * inner->design.n_points));
  for (int k = 0; k < design->n_points; k++) {
    double *row = design->value + (size_t)k * (size_t)design->n_factors;
    copy_row(outer, k / inner->design.n_points, row);
    copy_row(inner, k % inner->design.n_points, row);
  }
  return EPX_OK;
}

epx_err epx_design_eval_product(const epx_design_spec *spec, const epx_factor *factors,
                                epx_err (*place)(const epx_design_spec *, const epx_factor *, epx_design *),
                                epx_design *design) {
  part outer = {0}, inner = {0};
  epx_design_spec of_outer = *spec;
  if (strcmp(spec->method, "saltelli") == 0 || strcmp(spec->method, "morris") == 0)
    return EPX_RAISE(EPX_EINPUT, "inner: the points of method %s belong together and take no second design",
                     spec->method);
  int code = create_part(spec, factors, design->n_factors, false, &outer);
  if (code == EPX_OK) code = create_part(spec, factors, design->n_factors, true, &inner);
  of_outer.correlation = outer.correlation;
  if (code == EPX_OK) code = place(&of_outer, outer.factors, &outer.design);
  if (code == EPX_OK) code = place(spec->inner, inner.factors, &inner.design);
  if (code == EPX_OK) code = multiply(&outer, &inner, design);
  destroy_part(&outer);
  destroy_part(&inner);
  return code;
}
