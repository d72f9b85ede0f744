/** @file
 * Lane matrices: eight different systems at once against LAPACK, on every instruction set.
 */
#define _POSIX_C_SOURCE 200809L
#include <lapacke.h>
#include <stdlib.h>

#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_matrix.h"
#include "unit/random_network.h"

enum { W = EPX_LANE_WIDTH };

typedef struct {
  int n;
  double *a, *x, *sign; /* factors, right-hand side and solution, sign of each determinant */
  double *plain[W];     /* [n][n] of each lane, by columns */
  int *pivot;
} systems;

/** Creates random systems whose lanes need different pivots: one lane has a zero on its diagonal's head. */
static systems create_systems(int n) {
  const size_t stride = epx_lane_matrix_get_stride(n), m = (size_t)n;
  systems s = {
      .n = n, .a = create_numbers(m * stride * W), .x = create_numbers(m * W), .sign = create_numbers(W)};
  assert_int_equal(EPX_ARRAY(s.pivot, m * W), EPX_OK);
  for (size_t w = 0; w < W; w++) {
    s.plain[w] = create_numbers(m * m);
    for (size_t i = 0; i < m; i++) {
      for (size_t j = 0; j < m; j++) {
        double x = draw("matrix", (w * m + i) * m + j) + (i == j ? (double)w : 0);
        if (w == 1 && i == 0 && j == 0) x = n > 1 ? 0 : 1;
        s.plain[w][j * m + i] = s.a[(i * stride + j) * W + w] = x;
      }
      s.x[i * W + w] = draw("side", w * m + i);
    }
  }
  return s;
}

static void destroy_systems(systems *s) {
  epx_array_destroy(&s->a);
  epx_array_destroy(&s->x);
  epx_array_destroy(&s->sign);
  epx_array_destroy(&s->pivot);
  for (size_t w = 0; w < W; w++)
    epx_array_destroy(&s->plain[w]);
}

/** Solves lane w by LAPACK into x [n] and returns the sign of its determinant. */
static double solve_plainly(const systems *s, size_t w, bool transposed, double *x) {
  const size_t n = (size_t)s->n;
  double *a = create_numbers(n * n), sign = 1;
  lapack_int *pivot = NULL;
  assert_int_equal(EPX_ARRAY(pivot, n), EPX_OK);
  memcpy(a, s->plain[w], n * n * sizeof *a);
  for (size_t i = 0; i < n; i++)
    x[i] = s->x[i * W + w];
  assert_int_equal(LAPACKE_dgetrf(LAPACK_COL_MAJOR, s->n, s->n, a, s->n, pivot), 0);
  LAPACKE_dgetrs(LAPACK_COL_MAJOR, transposed ? 'T' : 'N', s->n, 1, a, s->n, pivot, x, s->n);
  for (size_t k = 0; k < n; k++) {
    if (a[k * n + k] < 0) sign = -sign;
    if (pivot[k] != (int)k + 1) sign = -sign;
  }
  epx_array_destroy(&a);
  epx_array_destroy(&pivot);
  return sign;
}

static void check_size(int n, bool transposed) {
  systems s = create_systems(n);
  double *expected = create_numbers((size_t)n * W), sign[W];
  for (size_t w = 0; w < W; w++)
    sign[w] = solve_plainly(&s, w, transposed, expected + w * (size_t)n);
  epx_lane_matrix_factor(n, s.a, s.pivot, s.sign);
  epx_lane_matrix_solve(n, s.a, s.pivot, transposed, s.x);
  for (size_t w = 0; w < W; w++) {
    double size = 1;
    for (size_t i = 0; i < (size_t)n; i++)
      size = fmax(size, fabs(expected[w * (size_t)n + i]));
    for (size_t i = 0; i < (size_t)n; i++)
      assert_close(s.x[i * W + w], expected[w * (size_t)n + i], 1e-10 * size);
    assert_true(s.sign[w] == sign[w]);
  }
  epx_array_destroy(&expected);
  destroy_systems(&s);
}

/** Solves for a side alone, and for it beside another, on either place. */
static void check_pair(int n) {
  systems s = create_systems(n);
  const size_t n_numbers = (size_t)n * W;
  double *other = create_numbers(n_numbers), *first = create_numbers(n_numbers),
         *second = create_numbers(n_numbers), *rest = create_numbers(n_numbers);
  for (size_t k = 0; k < n_numbers; k++) {
    other[k] = draw("other side", k);
    first[k] = second[k] = s.x[k];
  }
  epx_lane_matrix_factor(n, s.a, s.pivot, s.sign);
  epx_lane_matrix_solve(n, s.a, s.pivot, false, s.x);
  epx_lane_matrix_solve_pair(n, s.a, s.pivot, first, other, W, first, rest);
  epx_lane_matrix_solve_pair(n, s.a, s.pivot, other, second, W, rest, second);
  assert_memory_equal(first, s.x, n_numbers * sizeof *first);
  assert_memory_equal(second, s.x, n_numbers * sizeof *second);
  epx_array_destroy(&other);
  epx_array_destroy(&first);
  epx_array_destroy(&second);
  epx_array_destroy(&rest);
  destroy_systems(&s);
}

static const int sizes[] = {1, 2, 3, 4, 7, 8, 9, 16, 23, 32, 41};

static void pair_has_the_bits_of_one_solve_after_the_other(void **state) {
  (void)state;
  for (int isa = 0; isa < EPX_ISA_COUNT; isa++) {
    setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1);
    if (epx_isa_set_from_environment() != EPX_OK) continue;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
      check_pair(sizes[k]);
  }
  unsetenv("EPILUX_ISA");
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
}

static void lane_matrices_solve_as_lapack_does(void **state) {
  (void)state;
  for (int isa = 0; isa < EPX_ISA_COUNT; isa++) {
    setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1);
    if (epx_isa_set_from_environment() != EPX_OK) continue;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
      check_size(sizes[k], false);
      check_size(sizes[k], true);
    }
  }
  unsetenv("EPILUX_ISA");
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
}

static void singular_lane_has_no_sign_and_hurts_no_other(void **state) {
  (void)state;
  enum { n = 6 };
  systems s = create_systems(n), whole = create_systems(n);
  const size_t stride = epx_lane_matrix_get_stride(n);
  for (size_t i = 0; i < n; i++) {
    s.a[(i * stride + 2) * W + 3] = 0;
    s.a[(i * stride + 1) * W + 5] = NAN;
  }
  epx_lane_matrix_factor(n, s.a, s.pivot, s.sign);
  epx_lane_matrix_solve(n, s.a, s.pivot, false, s.x);
  epx_lane_matrix_factor(n, whole.a, whole.pivot, whole.sign);
  epx_lane_matrix_solve(n, whole.a, whole.pivot, false, whole.x);
  assert_true(s.sign[3] == 0 && s.sign[5] == 0);
  for (size_t k = 0; k < n * W; k++) {
    if (k % W != 3 && k % W != 5) assert_true(s.x[k] == whole.x[k]);
  }
  destroy_systems(&s);
  destroy_systems(&whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lane_matrices_solve_as_lapack_does),
      cmocka_unit_test(pair_has_the_bits_of_one_solve_after_the_other),
      cmocka_unit_test(singular_lane_has_no_sign_and_hurts_no_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
