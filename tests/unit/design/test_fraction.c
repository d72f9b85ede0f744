/** @file
 * Fractions of the two-level factorial: word lengths of the published tables, orthogonal columns, aliases.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "design/fraction.h"

/* Resolution and number of shortest words of minimum-aberration designs. Source: FriesHunter1980, and the table of 16 to
 * 128 runs in Wu and Hamada, Experiments (2000), appendix 4A. */
static void resolutions_are_those_of_the_published_tables(void **state) {
  (void)state;
  static const struct {
    int n_factors, n_runs, resolution, n_shortest;
  } cases[] = {{3, 4, 3, 1},   {4, 8, 4, 1},    {5, 8, 3, 2},    {6, 8, 3, 4},   {7, 8, 3, 7},
               {5, 16, 5, 1},  {6, 16, 4, 3},   {7, 16, 4, 7},   {8, 16, 4, 14}, {9, 16, 3, 4},
               {10, 16, 3, 8}, {11, 16, 3, 12}, {6, 32, 6, 1},   {7, 32, 4, 1},  {8, 32, 4, 3},
               {9, 32, 4, 6},  {10, 32, 4, 10}, {11, 32, 4, 25}, {7, 64, 7, 1},  {8, 64, 5, 2},
               {9, 64, 4, 1},  {10, 64, 4, 2},  {11, 64, 4, 4},  {9, 128, 6, 3}, {10, 128, 5, 3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_fraction fraction;
    int counts[EPX_FRACTION_MAX_FACTORS + 1];
    assert_int_equal(epx_fraction_init(&fraction, cases[i].n_factors, cases[i].n_runs), EPX_OK);
    epx_fraction_count_words(&fraction, counts);
    assert_int_equal(fraction.resolution, cases[i].resolution);
    for (int length = 1; length < fraction.resolution; length++)
      assert_int_equal(counts[length], 0);
    assert_int_equal(counts[fraction.resolution], cases[i].n_shortest);
  }
}

static void columns_are_balanced_and_orthogonal(void **state) {
  (void)state;
  epx_fraction fraction;
  assert_int_equal(epx_fraction_init(&fraction, 11, 16), EPX_OK);
  for (int i = 0; i < 11; i++)
    for (int k = 0; k <= i; k++) {
      int sum = 0, product = 0;
      for (int run = 0; run < 16; run++) {
        sum += epx_fraction_eval_level(&fraction, run, i);
        product += epx_fraction_eval_level(&fraction, run, i) * epx_fraction_eval_level(&fraction, run, k);
      }
      assert_int_equal(sum, 0);
      assert_int_equal(product, i == k ? 16 : 0);
    }
}

/* The textbook's 2^(5-2): D = AB, E = AC; A = BD = CE, and so on. */
static void aliases_are_those_of_the_textbook(void **state) {
  (void)state;
  epx_fraction fraction;
  char text[256];
  assert_int_equal(epx_fraction_init(&fraction, 5, 8), EPX_OK);
  epx_fraction_write_generators(&fraction, text, sizeof text);
  assert_string_equal(text, "D = AB, E = AC");
  epx_fraction_write_aliases(&fraction, 0, -1, text, sizeof text);
  assert_string_equal(text, "A = BD = CE");
  epx_fraction_write_aliases(&fraction, 1, 2, text, sizeof text);
  assert_string_equal(text, "BC = DE");
  epx_fraction_write_aliases(&fraction, 3, 4, text, sizeof text); /* said before, with BC */
  assert_string_equal(text, "");
}

/* Two effects are aliased where their columns are the same in every run. */
static void aliased_effects_have_equal_columns(void **state) {
  (void)state;
  epx_fraction fraction;
  char text[256];
  assert_int_equal(epx_fraction_init(&fraction, 6, 16), EPX_OK);
  for (int i = 0; i < 6; i++)
    for (int k = i + 1; k < 6; k++) {
      epx_fraction_write_aliases(&fraction, i, k, text, sizeof text);
      for (const char *at = strstr(text, " = "); at; at = strstr(at + 3, " = "))
        for (int run = 0; run < 16; run++)
          assert_int_equal(epx_fraction_eval_level(&fraction, run, i) *
                               epx_fraction_eval_level(&fraction, run, k),
                           epx_fraction_eval_level(&fraction, run, at[3] - 'A') *
                               epx_fraction_eval_level(&fraction, run, at[4] - 'A'));
    }
}

static void full_factorials_alias_nothing(void **state) {
  (void)state;
  epx_fraction fraction;
  char text[64];
  assert_int_equal(epx_fraction_init(&fraction, 3, 8), EPX_OK);
  assert_int_equal(fraction.resolution, EPX_FRACTION_FULL);
  epx_fraction_write_aliases(&fraction, 0, 1, text, sizeof text);
  assert_string_equal(text, "");
}

static void numbers_of_runs_that_do_not_fit_are_refused(void **state) {
  (void)state;
  static const int bad[][2] = {{5, 4}, {5, 12}, {5, 64}, {16, 32}, {1, 4}, {8, 8}, {3, 0}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    epx_fraction fraction;
    assert_int_equal(epx_fraction_init(&fraction, bad[i][0], bad[i][1]), EPX_EINPUT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resolutions_are_those_of_the_published_tables),
      cmocka_unit_test(columns_are_balanced_and_orthogonal),
      cmocka_unit_test(aliases_are_those_of_the_textbook),
      cmocka_unit_test(aliased_effects_have_equal_columns),
      cmocka_unit_test(full_factorials_alias_nothing),
      cmocka_unit_test(numbers_of_runs_that_do_not_fit_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
