/** @file
 * Designs: the table of methods, and what holds for all of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "design/design.h"

static char *names[] = {"plain", "phase-conjugate", "backprop"};
static double losses[] = {0.1, 0.5, 1, 2};
static const epx_factor factors[] = {
    {.path = "loss", .unit = "1", .n_levels = 4, .levels = losses, .base = 0.7},
    {.path = "estimator", .categorical = true, .n_levels = 3, .names = names, .base = 1},
    {.path = "power", .unit = "W", .low = 1e-3, .high = 10, .logarithmic = true, .base = 1},
};
enum { N_FACTORS = 3 };

static epx_design_spec make_spec(int i_method) {
  const char *name = epx_design_get_method(i_method)->name;
  const bool counts = strcmp(name, "grid") == 0 || strcmp(name, "one-at-a-time") == 0;
  const int n_points = counts ? 0 : 64;
  return (epx_design_spec){.method = name, .n_points = n_points, .seed = 7, .scramble = true};
}

static void all_methods_are_listed_with_summaries(void **state) {
  (void)state;
  static const char *const expected[] = {"grid",          "latin-hypercube", "sobol",
                                         "one-at-a-time", "saltelli",        "morris"};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
    assert_string_equal(epx_design_get_method((int)i)->name, expected[i]);
  for (int i = 0; epx_design_get_method(i); i++)
    assert_true(strlen(epx_design_get_method(i)->summary) > 10);
  assert_null(epx_design_get_method(-1));
}

static void every_value_is_one_its_factor_can_take(void **state) {
  (void)state;
  for (int i_method = 0; epx_design_get_method(i_method); i_method++) {
    const epx_design_spec spec = make_spec(i_method);
    epx_design *design = NULL;
    assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &design), EPX_OK);
    assert_int_equal(design->n_factors, N_FACTORS);
    for (int i = 0; i < design->n_points; i++) {
      const double *row = design->value + (size_t)i * N_FACTORS;
      assert_true(row[0] == 0.1 || row[0] == 0.5 || row[0] == 0.7 || row[0] == 1 || row[0] == 2);
      assert_true(row[1] == 0 || row[1] == 1 || row[1] == 2);
      assert_true(row[2] >= 1e-3 && row[2] <= 10);
    }
    epx_design_destroy(&design);
    assert_null(design);
  }
}

static void same_spec_gives_the_same_bits(void **state) {
  (void)state;
  for (int i_method = 0; epx_design_get_method(i_method); i_method++) {
    const epx_design_spec spec = make_spec(i_method);
    epx_design *a = NULL, *b = NULL;
    assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &a), EPX_OK);
    assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &b), EPX_OK);
    assert_int_equal(a->n_points, b->n_points);
    assert_memory_equal(a->value, b->value, sizeof(double) * N_FACTORS * (size_t)a->n_points);
    epx_design_destroy(&a);
    epx_design_destroy(&b);
  }
}

static void no_factors_make_one_point(void **state) {
  (void)state;
  for (int i_method = 0; epx_design_get_method(i_method); i_method++) {
    const epx_design_spec spec = make_spec(i_method);
    epx_design *design = NULL;
    assert_int_equal(epx_design_create(&spec, NULL, 0, &design), EPX_OK);
    assert_int_equal(design->n_points, 1);
    assert_int_equal(design->n_factors, 0);
    epx_design_destroy(&design);
  }
}

static void bad_factor_is_refused_by_every_method(void **state) {
  (void)state;
  const epx_factor twice[] = {factors[0], factors[2], factors[0]};
  const epx_factor backwards[] = {factors[0], {.path = "loss.rate", .low = 2, .high = 1}};
  for (int i_method = 0; epx_design_get_method(i_method); i_method++) {
    const epx_design_spec spec = make_spec(i_method);
    epx_design *design = (epx_design *)&spec;
    assert_int_equal(epx_design_create(&spec, twice, 3, &design), EPX_EINPUT);
    assert_null(design);
    assert_non_null(strstr(epx_error_get_message(), "loss"));
    assert_int_equal(epx_design_create(&spec, backwards, 2, &design), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "loss.rate"));
  }
}

static void bad_specs_are_refused(void **state) {
  (void)state;
  static const epx_design_spec bad[] = {
      {.method = "gird"},
      {.method = "grid", .n_points = 10},
      {.method = "grid", .levels = 1},
      {.method = "grid", .levels = -3},
      {.method = "one-at-a-time", .n_points = 10},
      {.method = "latin-hypercube"},
      {.method = "latin-hypercube", .n_points = -4},
      {.method = "sobol"},
      {.method = "sobol", .n_points = 100},
      {.method = "sobol", .n_points = -8},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    epx_design *design = NULL;
    assert_int_equal(epx_design_create(&bad[i], factors, N_FACTORS, &design), EPX_EINPUT);
    assert_null(design);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_methods_are_listed_with_summaries),
      cmocka_unit_test(every_value_is_one_its_factor_can_take),
      cmocka_unit_test(same_spec_gives_the_same_bits),
      cmocka_unit_test(no_factors_make_one_point),
      cmocka_unit_test(bad_factor_is_refused_by_every_method),
      cmocka_unit_test(bad_specs_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
