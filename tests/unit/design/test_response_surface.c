/** @file
 * Designs for models of first and second order: Plackett and Burman's own rows, orthogonality, Box and Behnken's numbers
 * of points, rotatability of central composites.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "design/design.h"

enum { N_MAX = 32 };
static char paths[N_MAX][4];
static epx_factor factors[N_MAX];

static epx_design *create(const char *method, int n_factors, int n_centers, double alpha) {
  for (int i = 0; i < n_factors; i++) {
    paths[i][0] = 'x';
    paths[i][1] = (char)('a' + i % 26);
    paths[i][2] = (char)('a' + i / 26);
    factors[i] = (epx_factor){.path = paths[i], .low = -1, .high = 1};
  }
  const epx_design_spec spec = {.method = method, .n_centers = n_centers, .alpha = alpha};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, n_factors, &design), EPX_OK);
  return design;
}

/* First columns of the designs of 12, 20 and 24 runs. Source: PlackettBurman1946. */
static void plackett_burman_rows_are_the_published_ones(void **state) {
  (void)state;
  static const char *const published[] = {"++-+++---+-", "++--++++-+-+----++-", "+++++-+-++--++--+-+----"};
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
    const int n = (int)strlen(published[i]);
    epx_design *design = create("plackett-burman", n, 0, 0);
    assert_int_equal(design->n_points, n + 1);
    for (int k = 0; k < n; k++) { /* rows are cyclic shifts of the first */
      assert_true(design->value[k] == (published[i][k] == '+' ? 1 : -1));
      assert_true(design->value[(size_t)n * (size_t)n + (size_t)k] == -1);
    }
    epx_design_destroy(&design);
  }
}

static void plackett_burman_columns_are_orthogonal(void **state) {
  (void)state;
  for (int n = 2; n <= N_MAX; n++) {
    epx_design *design = create("plackett-burman", n, 0, 0);
    for (int i = 0; i < n; i++)
      for (int k = 0; k <= i; k++) {
        double product = 0, sum = 0;
        for (int run = 0; run < design->n_points; run++) {
          product += design->value[run * n + i] * design->value[run * n + k];
          sum += design->value[run * n + i];
        }
        assert_true(sum == 0 && product == (i == k ? design->n_points : 0));
      }
    epx_design_destroy(&design);
  }
}

static void box_behnken_has_the_published_numbers_of_points(void **state) {
  (void)state;
  static const int published[] = {12, 24, 40, 48, 56};
  for (int n = 3; n <= 7; n++) {
    epx_design *design = create("box-behnken", n, 3, 0);
    assert_int_equal(design->n_points, published[n - 3] + 3);
    for (int run = 0; run < design->n_points; run++) {
      int n_ends = 0;
      for (int i = 0; i < n; i++)
        n_ends += fabs(design->value[run * n + i]) == 1;
      assert_int_equal(n_ends, run >= published[n - 3] ? 0 : n > 5 ? 3 : 2);
    }
    for (int i = 0; i < n;
         i++) /* every factor stands at its ends equally often, and each pair at all four corners */
      for (int k = 0; k < i; k++) {
        int corners[4] = {0};
        for (int run = 0; run < design->n_points; run++) {
          const double a = design->value[run * n + i], b = design->value[run * n + k];
          if (a != 0 && b != 0) corners[(a > 0) * 2 + (b > 0)]++;
        }
        assert_true(corners[0] > 0 && corners[0] == corners[1] && corners[0] == corners[2] &&
                    corners[0] == corners[3]);
      }
    epx_design_destroy(&design);
  }
}

/* Rotatable: the fourth moment of a factor is three times the mixed one of two. */
static void central_composites_are_rotatable(void **state) {
  (void)state;
  static const int published[] = {8, 14, 24, 26, 44, 78, 80};
  for (int n = 2; n <= 8; n++) {
    epx_design *design = create("central-composite", n, 2, 0);
    assert_int_equal(design->n_points, published[n - 2] + 2);
    double fourth = 0, mixed = 0, largest = 0;
    for (int run = 0; run < design->n_points; run++) {
      const double a = design->value[run * n], b = design->value[run * n + 1];
      fourth += pow(a, 4);
      mixed += a * a * b * b;
      largest = fmax(largest, fabs(a));
    }
    assert_true(largest == 1);
    assert_true(fabs(fourth / mixed - 3) < 1e-12);
    epx_design_destroy(&design);
  }
}

static void faced_composites_have_three_levels(void **state) {
  (void)state;
  epx_design *design = create("central-composite", 3, 1, 1);
  assert_int_equal(design->n_points, 15);
  for (int k = 0; k < 45; k++)
    assert_true(design->value[k] == 0 || fabs(design->value[k]) == 1);
  epx_design_destroy(&design);
}

static void factors_that_they_cannot_take_are_refused(void **state) {
  (void)state;
  static double levels[] = {1, 2, 3, 4};
  static const char *const methods[] = {"fractional-factorial", "plackett-burman", "central-composite",
                                        "box-behnken"};
  const epx_factor bad[] = {{.path = "a", .low = 0, .high = 1},
                            {.path = "b", .n_levels = 4, .levels = levels},
                            {.path = "c", .low = 0, .high = 1}};
  const epx_factor spread[] = {{.path = "a", .low = 0, .high = 1},
                               {.path = "b", .spread = true, .distribution = {EPX_NORMAL, 0, 1, 0, 0}},
                               {.path = "c", .low = 0, .high = 1}};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    const epx_design_spec spec = {.method = methods[i], .n_points = i == 0 ? 8 : 0};
    epx_design *design;
    assert_int_equal(epx_design_create(&spec, bad, 3, &design), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "b: "));
    assert_int_equal(epx_design_create(&spec, spread, 3, &design), EPX_EINPUT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plackett_burman_rows_are_the_published_ones),
      cmocka_unit_test(plackett_burman_columns_are_orthogonal),
      cmocka_unit_test(box_behnken_has_the_published_numbers_of_points),
      cmocka_unit_test(central_composites_are_rotatable),
      cmocka_unit_test(faced_composites_have_three_levels),
      cmocka_unit_test(factors_that_they_cannot_take_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
