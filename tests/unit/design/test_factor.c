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

static void whole_numbers_hold_equal_shares(void **state) {
  (void)state;
  const epx_factor even = {.path = "n", .low = 1, .high = 4, .integer = true};
  const epx_factor decades_of = {.path = "n", .low = 1, .high = 9, .integer = true, .logarithmic = true};
  int counts[5] = {0};
  for (int i = 0; i < 4000; i++) {
    const double value = epx_factor_eval(&even, (i + 0.5) / 4000);
    assert_true(value >= 1 && value <= 4 && value == floor(value));
    counts[(int)value]++;
  }
  for (int n = 1; n <= 4; n++)
    assert_int_equal(counts[n], 1000);
  assert_true(epx_factor_eval(&even, 0) == 1 && epx_factor_eval(&even, 1 - 0x1p-53) == 4);
  /* of the way from log .5 to log 9.5, 1 has log 3 and 9 log(9.5/8.5) */
  const double way = log(9.5 / 0.5), first = log(3) / way, last = 1 - log(9.5 / 8.5) / way;
  assert_true(epx_factor_eval(&decades_of, first - 1e-9) == 1 &&
              epx_factor_eval(&decades_of, first + 1e-9) == 2);
  assert_true(epx_factor_eval(&decades_of, last - 1e-9) == 8 &&
              epx_factor_eval(&decades_of, last + 1e-9) == 9);
}

static void ranges_wider_than_numbers_stay_finite(void **state) {
  (void)state;
  const epx_factor wide = {.path = "w", .low = 1e-200, .high = 1e200, .logarithmic = true},
                   signs = {.path = "s", .low = -1.5e308, .high = 1.5e308};
  for (int i = 0; i <= 8; i++) {
    const double u = i / 8.0, expected = 400 * u - 200;
    assert_true(fabs(log10(epx_factor_eval(&wide, u)) - expected) < 1e-9);
    assert_true(fabs(epx_factor_eval(&signs, u) / 1.5e308 - (2 * u - 1)) < 1e-15);
  }
  assert_true(epx_factor_eval_place(&wide, 1) == 0.5 && epx_factor_eval_place(&signs, 0) == 0.5);
}

static void places_are_shares_of_the_whole_way(void **state) {
  (void)state;
  assert_true(epx_factor_eval_place(&list, 0.5) == 1.5 / 9 && epx_factor_eval_place(&list, 8) == 1);
  assert_true(epx_factor_eval_place(&categories, 1) == 1);
  assert_true(epx_factor_eval_place(&range, 0) == 0.25);
  assert_true(fabs(epx_factor_eval_place(&decades, 1e-3) - 0.5) < 1e-15);
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
      {.path = "x.y", .low = 1, .high = 2.5, .integer = true},
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
      cmocka_unit_test(whole_numbers_hold_equal_shares),
      cmocka_unit_test(ranges_wider_than_numbers_stay_finite),
      cmocka_unit_test(places_are_shares_of_the_whole_way),
      cmocka_unit_test(levels_of_a_range_hold_both_ends_exactly),
      cmocka_unit_test(lists_keep_their_own_number_of_levels),
      cmocka_unit_test(bad_factors_are_refused_by_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
