/** @file
 * One-at-a-time designs: the star around the base point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "design/design.h"

static double losses[] = {0.1, 1, 2};
static char *names[] = {"plain", "backprop"};

static void base_comes_first_and_each_factor_runs_alone(void **state) {
  (void)state;
  const epx_factor factors[] = {
      {.path = "loss", .n_levels = 3, .levels = losses, .base = 0.7},
      {.path = "name", .categorical = true, .n_levels = 2, .names = names, .base = 1},
      {.path = "kerr", .low = 0, .high = 1, .base = 0.3}};
  static const double expected[][3] = {
      {0.7, 1, 0.3}, {0.1, 1, 0.3}, {1, 1, 0.3},   {2, 1, 0.3}, {0.7, 0, 0.3},
      {0.7, 1, 0.3}, {0.7, 1, 0},   {0.7, 1, 0.5}, {0.7, 1, 1},
  };
  const epx_design_spec spec = {.method = "one-at-a-time", .levels = 3};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, 3, &design), EPX_OK);
  assert_int_equal(design->n_points, 9);
  assert_memory_equal(design->value, expected, sizeof expected);
  epx_design_destroy(&design);
}

static void category_whose_base_is_no_level_is_refused_by_path(void **state) {
  (void)state;
  const epx_factor factor = {
      .path = "learning.estimator", .categorical = true, .n_levels = 2, .names = names, .base = -1};
  const epx_design_spec spec = {.method = "one-at-a-time"};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, &factor, 1, &design), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "learning.estimator"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(base_comes_first_and_each_factor_runs_alone),
      cmocka_unit_test(category_whose_base_is_no_level_is_refused_by_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
