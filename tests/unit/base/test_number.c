/** @file
 * Number: what is a number, and what only strtod() takes for one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/numbers/number.h"

static void decimal_numbers_are_read_up_to_what_follows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double value;
    const char *rest;
  } cases[] = {{"12", 12, ""},         {" +.5 mm", 0.5, " mm"}, {"-3e2nm", -300, "nm"}, {"5.", 5, ""},
               {"1E-3,2", 1e-3, ",2"}, {"3 eV", 3, " eV"},      {"3eV", 3, "eV"},       {"1e+", 1, "e+"},
               {"7.5.2", 7.5, ".2"},   {"0100", 100, ""},       {"0 x", 0, " x"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = -1;
    const char *rest = NULL;
    assert_true(epx_number_read(cases[i].text, &value, &rest));
    assert_true(value == cases[i].value);
    assert_string_equal(rest, cases[i].rest);
  }
}

static void nothing_else_is_a_number(void **state) {
  (void)state;
  static const char *const texts[] = {"",   " ", "nan", "inf", "-inf",  "infinity", "0x10", "0X1p3",
                                      "e5", ".", "+",   "--1", "1e999", "x1",       ".e3",  "-0x1"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    double value = 123;
    const char *rest = NULL;
    if (epx_number_read(texts[i], &value, &rest)) fail_msg("'%s' was taken for %g", texts[i], value);
    assert_true(value == 123 && rest == NULL);
  }
}

static void whole_texts_have_nothing_behind_the_number(void **state) {
  (void)state;
  double value = 0;
  assert_true(epx_number_read_whole(" 1.5 \t", &value));
  assert_true(value == 1.5);
  assert_false(epx_number_read_whole("1.5 m", &value));
  assert_false(epx_number_read_whole("1,5", &value));
  assert_false(epx_number_read_whole("0x10", &value));
  assert_true(value == 1.5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decimal_numbers_are_read_up_to_what_follows),
      cmocka_unit_test(nothing_else_is_a_number),
      cmocka_unit_test(whole_texts_have_nothing_behind_the_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
