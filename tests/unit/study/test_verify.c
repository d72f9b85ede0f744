/** @file
 * Verification: what makes a check pass, and that each case can be asked for by its name. The cases
 * themselves are run by tests/verify.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "study/verification/cases.h"

static void case_is_found_by_its_name_and_says_where_it_is_from(void **state) {
  (void)state;
  int n = 0;
  for (const epx_verify_case *next; (next = epx_verify_get(n)); n++) {
    assert_ptr_equal(epx_verify_get_by_name(next->name), next);
    assert_true(strlen(next->title) > 0 && strlen(next->source) > 0);
  }
  assert_true(n >= 9);
  assert_null(epx_verify_get(-1));
  assert_null(epx_verify_get_by_name("P0"));
}

static void check_passes_within_its_tolerance_alone(void **state) {
  (void)state;
  static const struct {
    double got;
    bool passed;
  } rows[] = {{1, true},     {1.125, true}, {0.875, true},    {1.13, false},
              {0.87, false}, {NAN, false},  {INFINITY, false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    epx_verify_report report = {0};
    epx_verify_add(&report, EPX_VERIFY_EXACT, rows[i].got, 1, 0.125, "row %d", (int)i);
    assert_int_equal(report.check[0].passed, rows[i].passed);
    assert_int_equal(epx_verify_is_passed(&report), rows[i].passed);
  }
}

static void bound_passes_on_its_right_side_alone(void **state) {
  (void)state;
  static const struct {
    double got;
    epx_verify_relation relation;
    double error;
    bool passed;
  } rows[] = {{2, EPX_VERIFY_AT_LEAST, 0, true},
              {1, EPX_VERIFY_AT_LEAST, 0, true},
              {0.5, EPX_VERIFY_AT_LEAST, 0.5, false},
              {0.5, EPX_VERIFY_AT_MOST, 0, true},
              {3, EPX_VERIFY_AT_MOST, 2, false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    epx_verify_report report = {0};
    epx_verify_add_bound(&report, EPX_VERIFY_COMPUTED, rows[i].got, rows[i].relation, 1, "row");
    assert_true(report.check[0].error == rows[i].error);
    assert_int_equal(report.check[0].passed, rows[i].passed);
  }
  epx_verify_report report = {0};
  epx_verify_add_bound(&report, EPX_VERIFY_COMPUTED, NAN, EPX_VERIFY_AT_MOST, 1, "row");
  assert_false(report.check[0].passed);
}

static void report_without_checks_or_with_too_many_fails(void **state) {
  (void)state;
  epx_verify_report report = {0};
  assert_false(epx_verify_is_passed(&report));
  for (int i = 0; i < EPX_VERIFY_MAX_CHECKS; i++)
    epx_verify_add(&report, EPX_VERIFY_EXACT, 0, 0, 0, "check");
  assert_true(epx_verify_is_passed(&report));
  epx_verify_add(&report, EPX_VERIFY_EXACT, 0, 0, 0, "one more");
  assert_int_equal(report.n_checks, EPX_VERIFY_MAX_CHECKS);
  assert_false(epx_verify_is_passed(&report));
}

static void origins_have_a_name_and_a_meaning(void **state) {
  (void)state;
  assert_string_equal(epx_verify_get_origin_name(EPX_VERIFY_PUBLISHED), "published");
  for (int i = 0; i < EPX_VERIFY_ORIGIN_COUNT; i++)
    assert_true(strlen(epx_verify_get_origin_meaning((epx_verify_origin)i)) > 0);
}

static void solved_case_reports_every_number(void **state) {
  (void)state;
  epx_verify_report report;
  assert_int_equal(epx_verify_solve(epx_verify_get_by_name("P3"), false, &report), EPX_OK);
  assert_int_equal(report.n_checks, 3);
  assert_true(epx_verify_is_passed(&report));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(case_is_found_by_its_name_and_says_where_it_is_from),
      cmocka_unit_test(check_passes_within_its_tolerance_alone),
      cmocka_unit_test(bound_passes_on_its_right_side_alone),
      cmocka_unit_test(report_without_checks_or_with_too_many_fails),
      cmocka_unit_test(origins_have_a_name_and_a_meaning),
      cmocka_unit_test(solved_case_reports_every_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
