/** @file
 * Cholesky's factor: its product is the matrix, it solves, and it refuses what is not positive definite.
 */
#include "base/numbers/random.h"
#include "photonic/process/cholesky.h"
#include "unit/assert_close.h"

enum { N = 12 };

/** Sets A = B B' + I / 10. */
static void set_matrix(double *a) {
  const epx_random stream = epx_random_init(5, "test:cholesky");
  double b[N][N];
  for (uint32_t i = 0; i < N; i++) {
    for (uint32_t j = 0; j < N; j++)
      b[i][j] = epx_random_eval_normal(&stream, 0, 0, i, j);
  }
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      a[i * N + j] = i == j ? 0.1 : 0;
      for (int k = 0; k < N; k++)
        a[i * N + j] += b[i][k] * b[j][k];
    }
  }
}

static void product_of_the_factor_is_the_matrix(void **state) {
  (void)state;
  double a[N * N], factor[N * N];
  set_matrix(a);
  memcpy(factor, a, sizeof a);
  assert_int_equal(epx_cholesky_eval(N, factor), EPX_OK);
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      double sum = 0;
      for (int k = 0; k < N; k++)
        sum += factor[i * N + k] * factor[j * N + k];
      assert_close(sum, a[i * N + j], 1e-12);
      if (j > i) assert_close(factor[i * N + j], 0, 0);
    }
  }
}

static void rows_of_a_product_are_those_of_the_whole(void **state) {
  (void)state;
  double factor[N * N], z[N], whole[N], part[4];
  set_matrix(factor);
  assert_int_equal(epx_cholesky_eval(N, factor), EPX_OK);
  for (int i = 0; i < N; i++)
    z[i] = i - 5.5;
  epx_cholesky_eval_product(N, factor, 0, N, z, whole);
  epx_cholesky_eval_product(N, factor, 7, 4, z, part);
  assert_memory_equal(part, whole + 7, sizeof part);
  assert_close(whole[0], factor[0] * z[0], 0);
}

static void solution_satisfies_the_equations(void **state) {
  (void)state;
  double a[N * N], factor[N * N], x[N * 2], right[N * 2];
  set_matrix(a);
  memcpy(factor, a, sizeof a);
  assert_int_equal(epx_cholesky_eval(N, factor), EPX_OK);
  for (int i = 0; i < 2 * N; i++)
    x[i] = right[i] = sin(i);
  epx_cholesky_solve(N, factor, 2, x);
  for (int i = 0; i < N; i++) {
    for (int c = 0; c < 2; c++) {
      double sum = 0;
      for (int j = 0; j < N; j++)
        sum += a[i * N + j] * x[j * 2 + c];
      assert_close(sum, right[i * 2 + c], 1e-11);
    }
  }
}

static void indefinite_matrix_is_refused(void **state) {
  (void)state;
  double a[] = {1, 0.9, 0, 0.9, 1, 0.9, 0, 0.9, 1}, zero[] = {0}, nothing[] = {NAN};
  assert_refused(epx_cholesky_eval(3, a), "not positive definite (row 2 of 3");
  assert_refused(epx_cholesky_eval(1, zero), "not positive definite");
  assert_refused(epx_cholesky_eval(1, nothing), "not positive definite");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(product_of_the_factor_is_the_matrix),
      cmocka_unit_test(rows_of_a_product_are_those_of_the_whole),
      cmocka_unit_test(solution_satisfies_the_equations),
      cmocka_unit_test(indefinite_matrix_is_refused),
  };
  return cmocka_run_group_tests_name("cholesky", tests, NULL, NULL);
}
