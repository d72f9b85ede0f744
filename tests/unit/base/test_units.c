/** @file
 * Units: the texts a deck may hold, and those it may not.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/units.h"

static void quantities_are_read_in_the_wanted_unit(void **state) {
  (void)state;
  static const struct {
    const char *text, *unit;
    double expected;
  } cases[] = {
      {"1550 nm", "m", 1550e-9},
      {"0.3 dB/cm", "dB/m", 30},
      {"12.5 mW", "W", 12.5e-3},
      {"4.5 mm", "m", 4.5e-3},
      {"3 \u00b5m", "m", 3e-6},
      {"3 \u03bcm", "m", 3e-6},
      {"3 um", "m", 3e-6},
      {"12", "m", 12},
      {"-3e2 pm/K", "m/K", -3e-10},
      {" 7nm ", "nm", 7},
      {"+.5 1/ns", "1/s", 0.5e9},
      {"2 ns-1", "s-1", 2e9},
      {"50 %", "1", 0.5},
      {"0.25", "1", 0.25},
      {"180 deg", "rad", 3.14159265358979323846},
      {"25 degC", "K", 298.15},
      {"10 GHz", "Hz", 1e10},
      {"2 um^2", "m2", 2e-12},
      {"3 dB", "dB", 3},
      {"1 ps/(nm km)", "s/m2", 1e-6},
      {"1e-20 m2/W", "m^2/W", 1e-20},
      {"3 1", "1", 3},
      {"80 pm/degC", "m/K", 80e-12},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double value = NAN;
    if (epx_units_eval(cases[i].text, cases[i].unit, &value) != EPX_OK)
      fail_msg("%s", epx_error_get_message());
    if (!(fabs(value - cases[i].expected) <= 4e-16 * fabs(cases[i].expected))) {
      fail_msg("'%s' is %.17g '%s'", cases[i].text, value, cases[i].unit);
    }
  }
}

/* As the same number written in the wanted unit, to the last bit: so ends of ranges are reached. */
static void decimal_factors_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *text, *unit;
    double expected;
  } cases[] = {{"500 nm", "nm", 500},     {"1600 nm", "m", 1600e-9}, {"1000 nm", "m", 1e-6},
               {"10 um", "m", 1e-5},      {"1550 nm", "m", 1550e-9}, {"0.3 ns", "s", 0.3e-9},
               {"7 pm", "nm", 0.007},     {"50 %", "1", 0.5},        {"3.3 dB/cm", "dB/m", 330},
               {"12.5 mW", "W", 12.5e-3}, {"1 kHz", "Hz", 1000}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value;
    assert_int_equal(epx_units_eval(cases[i].text, cases[i].unit, &value), EPX_OK);
    if (value != cases[i].expected) fail_msg("'%s' is %.17g '%s'", cases[i].text, value, cases[i].unit);
  }
}

static void hertz_are_no_unit_of_an_angular_rate(void **state) {
  (void)state;
  static const struct {
    const char *text, *unit, *said[2];
  } refused[] = {
      {"1 GHz", "rad/us", {"'1000 cycle/us'", "'1000 rad/us'"}},
      {"2 MHz/pJ", "rad/us/pJ", {"'2 cycle/us/pJ'", "'2 rad/us/pJ'"}},
      {"3 kilohertz", "rad/s", {"'3000 cycle/s'", "'3000 rad/s'"}},
      {"1 rad/us", "Hz", {"frequency", "Hz"}},
  };
  static const struct {
    const char *text, *unit;
    double expected;
  } taken[] = {
      {"1 cycle/us", "rad/us", 6.283185307179586}, {"2 rad/us", "rad/us", 2}, {"3 us-1", "rad/us", 3},
      {"360 deg/us", "rad/us", 6.283185307179586}, {"4 MHz", "1/us", 4},      {"5 GHz", "Hz", 5e9}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    double value = 123;
    assert_int_equal(epx_units_eval(refused[i].text, refused[i].unit, &value), EPX_EINPUT);
    for (int k = 0; k < 2; k++)
      if (!strstr(epx_error_get_message(), refused[i].said[k])) fail_msg("%s", epx_error_get_message());
    assert_true(value == 123);
  }
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    double value;
    assert_int_equal(epx_units_eval(taken[i].text, taken[i].unit, &value), EPX_OK);
    assert_true(fabs(value - taken[i].expected) <= 4e-16 * taken[i].expected);
  }
}

static void levels_in_a_bandwidth_add_what_the_bandwidth_is(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double expected;
  } cases[] = {{"-145 dB/Hz", -145},
               {"-145 dBc/Hz", -145},
               {"-85 dB/MHz", -145},
               {"-115 dB/kHz", -145},
               {"-145 dB Hz-1", -145},
               {"-55 dBc/GHz", -145},
               {"-145 dB Hz\u207b\u00b9", -145},
               {"-145", -145}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value;
    if (epx_units_eval(cases[i].text, "dB Hz-1", &value) != EPX_OK) fail_msg("%s", epx_error_get_message());
    if (fabs(value - cases[i].expected) > 1e-12) fail_msg("'%s' is %.17g dB/Hz", cases[i].text, value);
  }
  double value;
  assert_int_equal(epx_units_eval("-85 dB/m", "dB Hz-1", &value), EPX_EINPUT);
}

static void superscripts_are_read(void **state) {
  (void)state;
  static const char *const texts[] = {"2 us\u207b\u00b9", "2 rad\u00b7us\u207b\u00b9", "2 rad us-1",
                                      "2 \u00b5s\u207b\u00b9", "2 rad\u22c5us\u22121"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    double value;
    if (epx_units_eval(texts[i], "rad/us", &value) != EPX_OK) fail_msg("%s", epx_error_get_message());
    assert_true(value == 2);
  }
}

static void decibels_of_a_logarithm_are_converted(void **state) {
  (void)state;
  double value;
  assert_int_equal(epx_units_eval_logarithm("3 dB", &value), EPX_OK);
  assert_true(fabs(value - 0.3 * log(10)) < 1e-15);
  assert_int_equal(epx_units_eval_logarithm("0.2", &value), EPX_OK);
  assert_true(value == 0.2);
  assert_int_equal(epx_units_eval_logarithm("20 %", &value), EPX_OK);
  assert_true(value == 0.2);
  assert_int_equal(epx_units_eval_logarithm("2 dB/cm", &value), EPX_EINPUT);
}

static void texts_that_are_no_quantity_are_refused(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",        " ",      "nm",          "nan",    "nan m",    "inf",   "-inf m",
      "1e999 m", "0x10 m", "1,5 mm",      "1 mm x", "1 mm 2",   "1 2",   "1 2 m",
      "1 m @ 3", "1 m;",   "1 furlongs_", "1 m/",   "1 m // 2", "1e",    "1 m since 2000-01-01",
      "--1 m",   "1 - 2",  "1 (m",        "1 3 m",  "1 m*2",    "1 m.2",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    double value = 123;
    if (epx_units_eval(texts[i], "m", &value) != EPX_EINPUT)
      fail_msg("'%s' was taken for %g m", texts[i], value);
    assert_true(value == 123);
    assert_string_not_equal(epx_error_get_message(), "");
  }
}

static void another_dimension_is_refused_and_both_units_are_named(void **state) {
  (void)state;
  static const struct {
    const char *text, *from, *to;
  } cases[] = {
      {"1 nm", "nm", "s"},   {"1 dB", "dB", "1"}, {"1 dB/cm", "dB/cm", "1/m"},
      {"1 ns", "ns", "1/s"}, {"1 Hz", "Hz", "s"}, {"0.3 dB/cm", "dB/cm", "dB"},
      {"1 m", "m", "dB"},    {"1 nm", "nm", "1"}, {"1 W", "W", "nonsense"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double value = 123;
    assert_int_equal(epx_units_eval(cases[i].text, cases[i].to, &value), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), cases[i].from));
    assert_non_null(strstr(epx_error_get_message(), cases[i].to));
    assert_true(value == 123);
  }
}

static void factors_turn_one_unit_into_another_and_back(void **state) {
  (void)state;
  static const char *const pairs[][2] = {
      {"nm", "m"}, {"dB/cm", "dB/m"}, {"mW", "W"}, {"GHz", "1/s"}, {"pm/degC", "nm/K"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    double there, back;
    assert_int_equal(epx_units_eval_factor(pairs[i][0], pairs[i][1], &there), EPX_OK);
    assert_int_equal(epx_units_eval_factor(pairs[i][1], pairs[i][0], &back), EPX_OK);
    assert_true(fabs(there * back - 1) < 1e-15);
  }
  double factor;
  assert_int_equal(epx_units_eval_factor("cm", "m", &factor), EPX_OK);
  assert_true(factor == 0.01);
  assert_int_equal(epx_units_eval_factor("degC", "K", &factor), EPX_EINPUT);
}

static void known_units_are_told_from_unknown_ones(void **state) {
  (void)state;
  static const char *const known[] = {"1",   "nm", "dB",   "dB/m",    "W",    "1/s",
                                      "rad", "K",  "m2/W", "\u00b5m", "Hz/K", "%"};
  static const char *const unknown[] = {"", "2", "nonsense", "m/", "nm nonsense", "m @ 3", "3 m", "-"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    assert_true(epx_units_is_known(known[i]));
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
    assert_false(epx_units_is_known(unknown[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantities_are_read_in_the_wanted_unit),
      cmocka_unit_test(decimal_factors_are_exact),
      cmocka_unit_test(hertz_are_no_unit_of_an_angular_rate),
      cmocka_unit_test(levels_in_a_bandwidth_add_what_the_bandwidth_is),
      cmocka_unit_test(superscripts_are_read),
      cmocka_unit_test(decibels_of_a_logarithm_are_converted),
      cmocka_unit_test(texts_that_are_no_quantity_are_refused),
      cmocka_unit_test(another_dimension_is_refused_and_both_units_are_named),
      cmocka_unit_test(factors_turn_one_unit_into_another_and_back),
      cmocka_unit_test(known_units_are_told_from_unknown_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
