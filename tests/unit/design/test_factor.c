/** @file
 * Factors: lists, ranges, what is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "design/factor.h"

static double three[] = {0.5, -1, 8};
static char *names[] = {"plain", "backprop"};

static const epx_factor list = {.path = "a.list", .unit = "1", .n_levels = 3, .levels = three};
static const epx_factor categories = {.path = "a.name", .categorical = true, .n_levels = 2, .names = names};
static const epx_factor range = {.path = "a.range", .unit = "m", .low = -1, .high = 3};
static const epx_factor decades = {
    .path = "a.decades", .unit = "W", .low = 1e-6, .high = 1, .logarithmic = true};

static void lists_give_their_levels_equal_shares_in_order(void **state) {
  (void)state;
  for (int i = 0; i < 3000; i++) {
    assert_true(epx_factor_eval(&list, (i + 0.5) / 3000) == three[i / 1000]);
    assert_true(epx_factor_eval(&categories, (i + 0.5) / 3000) == i / 1500);
  }
  assert_true(epx_factor_eval(&list, 1 - 0x1p-53) == 8);
}

static void ranges_are_even_on_their_scale(void **state) {
  (void)state;
  for (int i = 0; i < 64; i++) {
    const double u = i / 64.0;
    assert_true(fabs(epx_factor_eval(&range, u) - (4 * u - 1)) < 1e-15);
    assert_true(fabs(log10(epx_factor_eval(&decades, u)) - (6 * u - 6)) < 1e-14);
  }
}

static void levels_of_a_range_hold_both_ends_exactly(void **state) {
  (void)state;
  static const epx_factor *const ranges[] = {&range, &decades};
  for (int i = 0; i < 2; i++) {
    for (int n = 2; n < 30; n++) {
      assert_true(epx_factor_eval_level(ranges[i], 0, n) == ranges[i]->low);
      assert_true(epx_factor_eval_level(ranges[i], n - 1, n) == ranges[i]->high);
      for (int k = 1; k < n; k++) {
        assert_true(epx_factor_eval_level(ranges[i], k - 1, n) < epx_factor_eval_level(ranges[i], k, n));
      }
    }
  }
  assert_true(fabs(epx_factor_eval_level(&decades, 2, 7) - 1e-4) < 1e-18);
}

static void lists_keep_their_own_number_of_levels(void **state) {
  (void)state;
  assert_int_equal(epx_factor_get_n_levels(&list, 7), 3);
  assert_int_equal(epx_factor_get_n_levels(&categories, 7), 2);
  assert_int_equal(epx_factor_get_n_levels(&range, 7), 7);
  assert_true(epx_factor_eval_level(&list, 1, 3) == -1);
  assert_true(epx_factor_eval_level(&categories, 1, 2) == 1);
}

static void bad_factors_are_refused_by_path(void **state) {
  (void)state;
  static double holed[] = {1, NAN};
  static const epx_factor bad[] = {
      {.path = "x.y", .low = 1, .high = 1},
      {.path = "x.y", .low = 2, .high = 1},
      {.path = "x.y", .low = NAN, .high = 1},
      {.path = "x.y", .low = 0, .high = INFINITY},
      {.path = "x.y", .low = 0, .high = 1, .logarithmic = true},
      {.path = "x.y", .low = -1, .high = 1, .logarithmic = true},
      {.path = "x.y", .low = 0, .high = 1, .categorical = true},
      {.path = "x.y", .n_levels = 2, .levels = holed},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(epx_factor_check(&bad[i]), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "x.y"));
  }
  static const epx_factor *const good[] = {&list, &categories, &range, &decades};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(epx_factor_check(good[i]), EPX_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists_give_their_levels_equal_shares_in_order),
      cmocka_unit_test(ranges_are_even_on_their_scale),
      cmocka_unit_test(levels_of_a_range_hold_both_ends_exactly),
      cmocka_unit_test(lists_keep_their_own_number_of_levels),
      cmocka_unit_test(bad_factors_are_refused_by_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
