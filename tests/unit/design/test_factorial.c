/** @file
 * Full factorial designs: every combination once, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "design/design.h"

static double losses[] = {0.1, 2};
static char *names[] = {"a", "b", "c"};

static void last_factor_is_fastest(void **state) {
  (void)state;
  const epx_factor factors[] = {{.path = "loss", .n_levels = 2, .levels = losses},
                                {.path = "name", .categorical = true, .n_levels = 3, .names = names},
                                {.path = "kerr", .low = 0, .high = 1}};
  const epx_design_spec spec = {.method = "grid", .levels = 3};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, 3, &design), EPX_OK);
  assert_int_equal(design->n_points, 2 * 3 * 3);
  int i_point = 0;
  for (int a = 0; a < 2; a++) {
    for (int b = 0; b < 3; b++) {
      for (int c = 0; c < 3; c++, i_point++) {
        const double *row = design->value + (size_t)3 * (size_t)i_point;
        assert_true(row[0] == losses[a] && row[1] == b && row[2] == 0.5 * c);
      }
    }
  }
  epx_design_destroy(&design);
}

static void ranges_take_five_levels_by_default(void **state) {
  (void)state;
  const epx_factor factor = {.path = "kerr", .low = 1, .high = 16, .logarithmic = true};
  const epx_design_spec spec = {.method = "grid"};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, &factor, 1, &design), EPX_OK);
  assert_int_equal(design->n_points, 5);
  for (int i = 0; i < 5; i++)
    assert_true(design->value[i] == 1 << i);
  epx_design_destroy(&design);
}

static void grid_with_too_many_points_is_refused(void **state) {
  (void)state;
  static char paths[40][3];
  static epx_factor factors[40];
  for (int i = 0; i < 40; i++) {
    paths[i][0] = (char)('a' + i % 26);
    paths[i][1] = (char)('a' + i / 26);
    factors[i] = (epx_factor){.path = paths[i], .low = 0, .high = 1};
  }
  const epx_design_spec spec = {.method = "grid"};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, 40, &design), EPX_EINPUT);
  assert_null(design);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(last_factor_is_fastest),
      cmocka_unit_test(ranges_take_five_levels_by_default),
      cmocka_unit_test(grid_with_too_many_points_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
