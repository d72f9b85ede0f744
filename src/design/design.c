/** @file
 * Designs: the table of methods, and what is checked for all of them.
 */
#include "design/design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "design/method.h"

enum { LEVELS_DEFAULT = 5 };

static const epx_design_method *const methods[] = {
#define EPX_DESIGN_METHOD(NAME) &epx_##NAME##_method,
#include "design/methods.def"
#undef EPX_DESIGN_METHOD
};
enum { N_METHODS = sizeof methods / sizeof methods[0] };

const epx_design_method *epx_design_get_method(int i_method) {
  return i_method >= 0 && i_method < N_METHODS ? methods[i_method] : NULL;
}

/* The names that there are, "a, b or c". */
static void write_names(char *text, size_t size) {
  size_t length = 0;
  for (int i = 0; i < N_METHODS && length < size; i++) {
    const char *joint = i == 0 ? "" : i == N_METHODS - 1 ? " or " : ", ";
    length += (size_t)snprintf(text + length, size - length, "%s%s", joint, methods[i]->name);
  }
}

static epx_err find_method(const char *name, const epx_design_method **method) {
  char names[512];
  for (int i = 0; i < N_METHODS; i++) {
    if (strcmp(methods[i]->name, name) == 0) {
      *method = methods[i];
      return EPX_OK;
    }
  }
  write_names(names, sizeof names);
  return EPX_RAISE(EPX_EINPUT, "no design method '%s': it is %s", name, names);
}

static epx_err check_factors(const epx_factor *factors, int n_factors) {
  for (int i = 0; i < n_factors; i++) {
    EPX_TRY(epx_factor_check(&factors[i]));
    for (int j = 0; j < i; j++) {
      if (strcmp(factors[i].path, factors[j].path) == 0) {
        return EPX_RAISE(EPX_EINPUT, "%s: stands twice among the factors", factors[i].path);
      }
    }
  }
  return EPX_OK;
}

/* One method, without inner and constraint. */
static epx_err place(const epx_design_spec *given, const epx_factor *factors, epx_design *design) {
  const epx_design_method *method;
  epx_design_spec spec = *given;
  EPX_TRY(find_method(spec.method, &method));
  if (spec.levels == 0) spec.levels = LEVELS_DEFAULT;
  if (spec.levels < 2)
    return EPX_RAISE(EPX_EINPUT, "%d levels of a range: at least 2 are wanted", spec.levels);
  if (design->n_factors == 0) return epx_design_set_n_points(design, 1);
  return method->create(&spec, factors, design);
}

static bool is_listed(const epx_design_spec *spec) {
  return strcmp(spec->method, "list") == 0 || strcmp(spec->method, "csv") == 0;
}

/* Moves the rows that satisfy the constraint to the front. */
static epx_err leave_out(const epx_design_spec *spec, epx_design *design) {
  const size_t n = (size_t)design->n_factors;
  int n_kept = 0;
  for (int k = 0; k < design->n_points; k++) {
    const double *row = design->value + (size_t)k * n;
    const double truth = epx_expression_eval(spec->constraint, row);
    if (truth != 0 && !isnan(truth))
      memmove(design->value + (size_t)n_kept++ * n, row, n * sizeof *row);
    else if (is_listed(spec))
      return EPX_RAISE(EPX_EINPUT, "point %d does not satisfy the constraint: take it from the list", k);
  }
  if (n_kept == 0)
    return EPX_RAISE(EPX_EINPUT,
                     "constraint: none of the %d points satisfies it; a weaker one, or more points, "
                     "are wanted",
                     design->n_points);
  design->n_left_out = design->n_points - n_kept;
  design->n_points = n_kept;
  return EPX_OK;
}

static epx_err fill(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  EPX_TRY(check_factors(factors, design->n_factors));
  if (spec->inner && design->n_factors > 0)
    EPX_TRY(epx_design_eval_product(spec, factors, place, design));
  else
    EPX_TRY(place(spec, factors, design));
  return spec->constraint && design->n_factors > 0 ? leave_out(spec, design) : EPX_OK;
}

epx_err epx_design_create(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                          epx_design **out) {
  epx_design *design = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(design, 1));
  design->n_factors = n_factors;
  const int code = fill(spec, factors, design);
  if (code != EPX_OK) epx_design_destroy(&design);
  *out = design;
  return code;
}

/* What sorting compares: a point's values, n of them. */
typedef struct {
  const double *value;
  int n;
} row;

static int compare_rows(const void *a, const void *b) {
  const row *x = a, *y = b;
  for (int i = 0; i < x->n; i++)
    if (x->value[i] != y->value[i]) return x->value[i] < y->value[i] ? -1 : 1;
  return 0;
}

epx_err epx_design_count_repeats(const epx_design *design, int *n_repeats) {
  row *rows;
  EPX_TRY(EPX_ARRAY(rows, (size_t)design->n_points));
  for (int i = 0; i < design->n_points; i++)
    rows[i] = (row){design->value + (size_t)i * (size_t)design->n_factors, design->n_factors};
  qsort(rows, (size_t)design->n_points, sizeof *rows, compare_rows);
  *n_repeats = 0;
  for (int i = 1; i < design->n_points; i++)
    *n_repeats += compare_rows(&rows[i - 1], &rows[i]) == 0;
  epx_array_destroy(&rows);
  return EPX_OK;
}

void epx_design_destroy(epx_design **design) {
  if (!design || !*design) return;
  epx_array_destroy(&(*design)->value);
  epx_array_destroy(design);
}
