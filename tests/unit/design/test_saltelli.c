/** @file
 * Saltelli's design: pick and freeze, nested, within range.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "design/design.h"

enum { FACTORS = 3, A_ROW = FACTORS + 2 };

static epx_design *create(int n_rows) {
  static char *colours[] = {"red", "green", "blue"};
  const epx_factor factors[FACTORS] = {
      {.path = "a", .low = 2, .high = 4},
      {.path = "b", .low = 0.01, .high = 100, .logarithmic = true},
      {.path = "c", .categorical = true, .names = colours, .n_levels = 3, .base = 0}};
  const epx_design_spec spec = {.method = "saltelli", .n_points = n_rows, .seed = 7, .scramble = true};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, FACTORS, &design), EPX_OK);
  assert_int_equal(design->n_points, n_rows * A_ROW);
  return design;
}

static const double *get_point(const epx_design *design, int i_row, int i_column) {
  return design->value + (i_row * A_ROW + i_column) * FACTORS;
}

static void each_row_picks_one_factor_of_b_and_freezes_the_rest(void **state) {
  (void)state;
  epx_design *design = create(64);
  int n_same = 0;
  for (int g = 0; g < 64; g++) {
    const double *a = get_point(design, g, 0), *b = get_point(design, g, 1);
    for (int i = 0; i < FACTORS; i++) {
      const double *ab = get_point(design, g, 2 + i);
      for (int f = 0; f < FACTORS; f++)
        assert_true(ab[f] == (f == i ? b[f] : a[f]));
    }
    n_same += a[0] == b[0] || a[1] == b[1];
    assert_true(a[0] >= 2 && a[0] < 4 && b[1] >= 0.01 && b[1] < 100);
  }
  assert_int_equal(n_same, 0);
  epx_design_destroy(&design);
}

static void a_larger_design_begins_with_a_smaller_one(void **state) {
  (void)state;
  epx_design *small = create(8), *large = create(64);
  assert_memory_equal(small->value, large->value, 8 * A_ROW * FACTORS * sizeof(double));
  epx_design_destroy(&small);
  epx_design_destroy(&large);
}

static void each_half_fills_its_strata(void **state) {
  (void)state;
  epx_design *design = create(32);
  for (int half = 0; half < 2; half++) {
    int counts[32] = {0};
    for (int g = 0; g < 32; g++)
      counts[(int)((get_point(design, g, half)[0] - 2) * 16)]++;
    for (int s = 0; s < 32; s++)
      assert_int_equal(counts[s], 1);
  }
  epx_design_destroy(&design);
}

static void other_numbers_of_rows_are_refused(void **state) {
  (void)state;
  const epx_factor factor = {.path = "a", .low = 0, .high = 1};
  for (int n = 0; n <= 6; n += 3) {
    const epx_design_spec spec = {.method = "saltelli", .n_points = n};
    epx_design *design;
    assert_int_equal(epx_design_create(&spec, &factor, 1, &design), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "power of two"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_row_picks_one_factor_of_b_and_freezes_the_rest),
                                     cmocka_unit_test(a_larger_design_begins_with_a_smaller_one),
                                     cmocka_unit_test(each_half_fills_its_strata),
                                     cmocka_unit_test(other_numbers_of_rows_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
