/** @file
 * Points of one's own: rows that the spec brings along, from the deck or from a file.
 */
#include <string.h>

#include "design/method.h"

static epx_err check_row(const epx_factor *factors, int n_factors, const double *row, int i_row) {
  for (int i = 0; i < n_factors; i++)
    if (epx_factor_check_value(&factors[i], row[i]) == EPX_EINPUT)
      return EPX_RAISE(EPX_EINPUT, "%s: point %d: %s", factors[i].path, i_row, epx_error_get_message());
  return EPX_OK;
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  const size_t n = (size_t)design->n_factors;
  if (spec->n_rows < 1)
    return EPX_RAISE(EPX_EINPUT, "a list of %d points: at least 1 is wanted", spec->n_rows);
  EPX_TRY(epx_design_set_n_points(design, spec->n_rows));
  for (int k = 0; k < spec->n_rows; k++)
    EPX_TRY(check_row(factors, design->n_factors, spec->rows + (size_t)k * n, k));
  memcpy(design->value, spec->rows, (size_t)spec->n_rows * n * sizeof *spec->rows);
  return EPX_OK;
}

const epx_design_method epx_list_method = {"list", "points of one's own: the rows of design.rows", create};
const epx_design_method epx_csv_method = {
    "csv", "points of one's own: the rows of a file, such as `epilux plan --csv` writes", create};
