/** @file
 * Circulant embedding: the clipped variance of known cases, and the covariance of what is drawn.
 */
#include "base/array.h"
#include "base/numbers/random.h"
#include "photonic/process/circulant.h"
#include "unit/assert_close.h"

/** On 128 × 128 points over a field of width 1; each number computed independently, with another program. */
static void clipped_variance_is_that_of_known_cases(void **state) {
  (void)state;
  static const struct {
    epx_correlation_kind kind;
    double length, padding, clipped, tolerance;
  } cases[] = {
      {EPX_CORRELATION_GAUSSIAN, 0.9, 2, 0.126, 1e-3},    {EPX_CORRELATION_MATERN, 0.9, 2, 0.0677, 1e-4},
      {EPX_CORRELATION_GAUSSIAN, 0.9, 4, 3.24e-3, 1e-5},  {EPX_CORRELATION_MATERN, 0.9, 4, 0.0131, 1e-4},
      {EPX_CORRELATION_GAUSSIAN, 0.9, 8, 1.28e-9, 1e-11}, {EPX_CORRELATION_MATERN, 0.9, 8, 2.0e-4, 1e-6},
      {EPX_CORRELATION_GAUSSIAN, 0.2, 2, 0, 1e-10},       {EPX_CORRELATION_MATERN, 0.2, 2, 6.17e-5, 1e-6},
      {EPX_CORRELATION_MATERN, 0.2, 4, 0, 1e-12},         {EPX_CORRELATION_EXPONENTIAL, 0.2, 2, 0, 1e-12},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    const epx_correlation c = {.kind = cases[k].kind, .length = cases[k].length};
    double clipped;
    assert_int_equal(
        epx_circulant_eval_clipped(&c, 128, 128, 1.0 / 128, 1.0 / 128, cases[k].padding, &clipped), EPX_OK);
    assert_close(clipped, cases[k].clipped, cases[k].tolerance);
  }
}

static void too_much_clipping_is_refused_with_the_remedy(void **state) {
  (void)state;
  const epx_correlation c = {.kind = EPX_CORRELATION_GAUSSIAN, .length = 4.5e-3};
  epx_circulant *circulant = NULL;
  assert_refused(epx_circulant_create(&c, 50, 50, 1e-4, 1e-4, 2, &circulant), "more padding");
  assert_null(circulant);
  assert_int_equal(epx_circulant_create(&c, 50, 50, 1e-4, 1e-4, 8, &circulant), EPX_OK);
  assert_in_range(epx_circulant_get_clipped(circulant) * 1e6, 0, 1);
  epx_circulant_destroy(&circulant);
}

/** A table that is linear and steep is no kernel in the plane: its spectrum is negative in part. */
static void table_that_is_no_kernel_is_refused(void **state) {
  (void)state;
  static const double distance[] = {0, 1e-3, 1.2e-3, 2e-3}, value[] = {1, 0.95, -0.9, 0};
  const epx_correlation c = {EPX_CORRELATION_TABLE, 0, 4, distance, value};
  epx_circulant *circulant = NULL;
  assert_refused(epx_circulant_create(&c, 60, 60, 2e-4, 2e-4, 2, &circulant), "the kernel table clips");
}

/** The map from normal numbers to the field is linear; its columns, field of one unit number each, give the
 * field's exact covariance: sum over columns of column_a column_b. */
static void covariance_on_the_grid_is_the_kernel(void **state) {
  (void)state;
  enum { N_X = 9, N_Y = 6 };
  const epx_correlation c = {.kind = EPX_CORRELATION_EXPONENTIAL, .length = 2e-3};
  const double d_x = 0.5e-3, d_y = 0.8e-3;
  epx_circulant *circulant = NULL;
  assert_int_equal(epx_circulant_create(&c, N_X, N_Y, d_x, d_y, 4, &circulant), EPX_OK);
  assert_close(epx_circulant_get_clipped(circulant), 0, 1e-3);
  const size_t size = epx_circulant_get_size(circulant);
  double *normal = NULL, field[N_X * N_Y], covariance[N_X * N_Y] = {0};
  assert_int_equal(EPX_ARRAY(normal, size), EPX_OK);
  const int centre = 2 * N_X + 3;
  for (size_t k = 0; k < size; k++) {
    normal[k] = 1;
    epx_circulant_eval(circulant, normal, field);
    normal[k] = 0;
    for (int i = 0; i < N_X * N_Y; i++)
      covariance[i] += field[centre] * field[i];
  }
  for (int i = 0; i < N_X * N_Y; i++) {
    const double d = hypot(d_x * (i % N_X - 3), d_y * (i / N_X - 2));
    assert_close(covariance[i], epx_correlation_eval(&c, d), 1e-3);
  }
  epx_array_destroy(&normal);
  epx_circulant_destroy(&circulant);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clipped_variance_is_that_of_known_cases),
      cmocka_unit_test(too_much_clipping_is_refused_with_the_remedy),
      cmocka_unit_test(table_that_is_no_kernel_is_refused),
      cmocka_unit_test(covariance_on_the_grid_is_the_kernel),
  };
  return cmocka_run_group_tests_name("circulant", tests, NULL, NULL);
}
