/* Right-looking, so that the innermost loops run along rows and need no reordered sum to be fast. */
#include "photonic/process/cholesky.h"

#include <math.h>
#include <stddef.h>

#include "base/array.h"

static epx_err factorise(size_t n, double *a, double *column) {
  for (size_t k = 0; k < n; k++) {
    const double pivot = a[k * n + k];
    if (!(pivot > 0)) {
      return EPX_RAISE(EPX_EINPUT,
                       "the covariance is not positive definite (row %zu of %zu leaves %g): this kernel is "
                       "none on these positions",
                       k, n, pivot);
    }
    const double root = sqrt(pivot);
    a[k * n + k] = root;
    for (size_t i = k + 1; i < n; i++) {
      a[i * n + k] /= root;
      column[i] = a[i * n + k];
      a[k * n + i] = 0;
    }
    for (size_t i = k + 1; i < n; i++) {
      const double factor = column[i];
      double *row = a + i * n;
      for (size_t j = k + 1; j <= i; j++)
        row[j] -= factor * column[j];
    }
  }
  return EPX_OK;
}

epx_err epx_cholesky_eval(int n, double *a) {
  double *column = NULL;
  EPX_TRY(EPX_ARRAY(column, (size_t)n));
  const int status = factorise((size_t)n, a, column);
  epx_array_destroy(&column);
  return status;
}

void epx_cholesky_eval_product(int n, const double *factor, int first, int n_out, const double *z,
                               double *out) {
  for (int i = 0; i < n_out; i++) {
    const double *row = factor + (size_t)(first + i) * (size_t)n;
    double sum = 0;
    for (int j = 0; j <= first + i; j++)
      sum += row[j] * z[j];
    out[i] = sum;
  }
}

/** x_i -= factor x_j, over the columns. */
static void subtract(size_t n_columns, double factor, const double *x_j, double *x_i) {
  for (size_t c = 0; c < n_columns; c++)
    x_i[c] -= factor * x_j[c];
}

void epx_cholesky_solve(int n, const double *factor, int n_columns, double *x) {
  const size_t m = (size_t)n_columns, rows = (size_t)n;
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < i; j++)
      subtract(m, factor[i * rows + j], x + j * m, x + i * m);
    for (size_t c = 0; c < m; c++)
      x[i * m + c] /= factor[i * rows + i];
  }
  for (size_t i = rows; i-- > 0;) {
    for (size_t j = i + 1; j < rows; j++)
      subtract(m, factor[j * rows + i], x + j * m, x + i * m);
    for (size_t c = 0; c < m; c++)
      x[i * m + c] /= factor[i * rows + i];
  }
}
