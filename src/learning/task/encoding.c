/* The covariance is summed in a fixed order, sample after sample; its eigenvectors are LAPACK's. A mean that
 * is taken away first keeps digits that a sum of squares would lose. */
#include "learning/task/encoding.h"

#include <lapacke.h>
#include <math.h>

#include "base/array.h"

/* A direction whose variance is less than this share of the first's is rounding, not data. */
static const double least_variance = 1e-12;

epx_err epx_encoding_create_pooled(int n_samples, int n_rows, int n_columns, const double *x, int window,
                                   int *n_pooled, double **pooled) {
  if (window < 1 || window > n_rows || window > n_columns)
    return EPX_RAISE(EPX_EINPUT, "task.encoding.window: %d, but the images have %d x %d pixels", window,
                     n_rows, n_columns);
  const int rows = (n_rows + window - 1) / window, columns = (n_columns + window - 1) / window;
  EPX_TRY(EPX_ARRAY(*pooled, (size_t)n_samples * (size_t)(rows * columns)));
  *n_pooled = rows * columns;
  for (int i = 0; i < n_samples; i++) {
    const double *image = x + (size_t)i * (size_t)(n_rows * n_columns);
    double *out = *pooled + (size_t)i * (size_t)(rows * columns);
    for (int k = 0; k < rows * columns; k++) {
      const int top = k / columns * window, left = k % columns * window;
      const int bottom = top + window < n_rows ? top + window : n_rows;
      const int right = left + window < n_columns ? left + window : n_columns;
      double sum = 0;
      for (int r = top; r < bottom; r++)
        for (int c = left; c < right; c++)
          sum += image[r * n_columns + c];
      out[k] = sum / ((bottom - top) * (right - left));
    }
  }
  return EPX_OK;
}

/* Samples that go through a loop together, each with sums of its own in their order: the bits are those of
 * one sample after the other. */
enum { N_TOGETHER = 4 };

/* What finding the directions needs. */
typedef struct {
  double *mean, *centred;       /* [n_features], [N_TOGETHER][n_features] */
  double *covariance;           /* [n_features][n_features], its upper half */
  double *variance, *direction; /* [n_features]; [n_ports][n_features], rising variance */
  lapack_int *support;          /* [2 n_ports], LAPACK's */
} components;

static void destroy_work(components *work) {
  double **const arrays[] = {&work->mean, &work->centred, &work->covariance, &work->variance,
                             &work->direction};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(&work->support);
}

static epx_err create_work(size_t n_features, size_t n_ports, components *work) {
  EPX_TRY(EPX_ARRAY(work->mean, n_features));
  EPX_TRY(EPX_ARRAY(work->centred, N_TOGETHER * n_features));
  EPX_TRY(EPX_ARRAY(work->covariance, n_features * n_features));
  EPX_TRY(EPX_ARRAY(work->variance, n_features));
  EPX_TRY(EPX_ARRAY(work->direction, n_ports * n_features));
  EPX_TRY(EPX_ARRAY(work->support, 2 * n_ports));
  return EPX_OK;
}

/* Adds what n samples give to one row: one after the other to each entry, in one pass over the row, which no
 * cache holds for all rows. */
static void add_row(size_t n_features, size_t j, int n, int n_fit, const double *centred, double *row) {
  double factor[N_TOGETHER] = {0};
  const double *c[N_TOGETHER];
  for (int s = 0; s < N_TOGETHER; s++) {
    c[s] = centred + (size_t)(s < n ? s : 0) * n_features;
    if (s < n) factor[s] = c[s][j] / n_fit;
  }
  for (size_t k = j; k < n_features; k++)
    row[k] =
        (((row[k] + factor[0] * c[0][k]) + factor[1] * c[1][k]) + factor[2] * c[2][k]) + factor[3] * c[3][k];
}

static void eval_covariance(size_t n_features, const double *x, int n_fit, const int *fit, components *work) {
  for (int i = 0; i < n_fit; i++)
    for (size_t k = 0; k < n_features; k++)
      work->mean[k] += x[(size_t)fit[i] * n_features + k];
  for (size_t k = 0; k < n_features; k++)
    work->mean[k] /= n_fit;
  for (int i = 0; i < n_fit; i += N_TOGETHER) {
    const int n = n_fit - i < N_TOGETHER ? n_fit - i : N_TOGETHER;
    for (int s = 0; s < n; s++)
      for (size_t k = 0; k < n_features; k++)
        work->centred[(size_t)s * n_features + k] = x[(size_t)fit[i + s] * n_features + k] - work->mean[k];
    for (size_t j = 0; j < n_features; j++)
      add_row(n_features, j, n, n_fit, work->centred, work->covariance + j * n_features);
  }
}

static epx_err eval_directions(int n_features, int n_fit, int n_ports, components *work) {
  lapack_int n_found = 0;
  const lapack_int n = n_features;
  const lapack_int info =
      LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'L', n, work->covariance, n, 0, 0, n - n_ports + 1, n, 0,
                     &n_found, work->variance, work->direction, n, work->support);
  if (info == LAPACK_WORK_MEMORY_ERROR)
    return EPX_RAISE(EPX_EMEMORY, "no room for %d principal components", n_ports);
  if (info != 0 || n_found != n_ports)
    return EPX_RAISE(EPX_ESOLVER, "LAPACK's dsyevr finds no principal components of %d features: info %d",
                     n_features, (int)info);
  int n_varied = 0;
  for (int k = 0; k < n_ports; k++)
    n_varied += work->variance[k] > least_variance * work->variance[n_ports - 1];
  if (n_varied < n_ports)
    return EPX_RAISE(
        EPX_EINPUT,
        "task.encoding.ports: %d, but the %d training samples vary in %d directions only; that many "
        "ports are enough",
        n_ports, n_fit, n_varied);
  return EPX_OK;
}

static double get_sign(size_t n_features, const double *direction) {
  size_t largest = 0;
  for (size_t k = 1; k < n_features; k++)
    if (fabs(direction[k]) > fabs(direction[largest])) largest = k;
  return direction[largest] < 0 ? -1 : 1;
}

static void project(int n_samples, size_t n_features, const double *x, int n_ports, bool whiten,
                    const components *work, double *ports) {
  for (int k = 0; k < n_ports; k++) {
    const int row = n_ports - 1 - k;
    const double *direction = work->direction + (size_t)row * n_features;
    const double factor = get_sign(n_features, direction) / sqrt(work->variance[whiten ? row : n_ports - 1]);
    for (int i = 0; i < n_samples; i += N_TOGETHER) {
      const int n = n_samples - i < N_TOGETHER ? n_samples - i : N_TOGETHER;
      const double *sample[N_TOGETHER];
      double sum[N_TOGETHER] = {0};
      for (int s = 0; s < N_TOGETHER; s++)
        sample[s] = x + (size_t)(i + (s < n ? s : 0)) * n_features;
      for (size_t f = 0; f < n_features; f++)
        for (int s = 0; s < N_TOGETHER; s++)
          sum[s] += direction[f] * (sample[s][f] - work->mean[f]);
      for (int s = 0; s < n; s++)
        ports[(size_t)(i + s) * (size_t)n_ports + (size_t)k] = factor * sum[s];
    }
  }
}

epx_err epx_encoding_create_components(int n_samples, int n_features, const double *x, int n_fit,
                                       const int *fit, int n_ports, bool whiten, double **ports) {
  if (n_ports < 1 || n_ports > n_features)
    return EPX_RAISE(EPX_EINPUT, "task.encoding.ports: %d, but the task has only %d features", n_ports,
                     n_features);
  if (n_ports > n_fit - 1)
    return EPX_RAISE(EPX_EINPUT,
                     "task.encoding.ports: %d, but %d training samples vary in %d directions at most",
                     n_ports, n_fit, n_fit - 1);
  components work = {0};
  int code = create_work((size_t)n_features, (size_t)n_ports, &work);
  if (code == EPX_OK) {
    eval_covariance((size_t)n_features, x, n_fit, fit, &work);
    code = eval_directions(n_features, n_fit, n_ports, &work);
  }
  if (code == EPX_OK) code = EPX_ARRAY(*ports, (size_t)n_samples * (size_t)n_ports);
  if (code == EPX_OK) project(n_samples, (size_t)n_features, x, n_ports, whiten, &work, *ports);
  destroy_work(&work);
  EPX_TRY(code);
  return EPX_OK;
}
