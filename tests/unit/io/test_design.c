/** @file
 * Designs: the table of methods, and what holds for all of them.
 */
#include <math.h>
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
/* what designs of two and three levels take */
static const epx_factor ranges[] = {
    {.path = "loss", .unit = "1", .low = 0.1, .high = 2, .base = 0.7},
    {.path = "estimator", .unit = "1", .low = 0, .high = 2, .integer = true, .base = 1},
    {.path = "power", .unit = "W", .low = 1e-3, .high = 10, .logarithmic = true, .base = 1},
};
enum { N_FACTORS = 3 };
static const double rows[][N_FACTORS] = {{0.5, 2, 1}, {2, 0, 1e-3}, {0.5, 2, 10}};

static bool is_one_of(const char *name, const char *const *list) {
  for (; *list; list++)
    if (strcmp(name, *list) == 0) return true;
  return false;
}

static epx_design_spec make_spec(int i_method) {
  static const char *const counting[] = {
      "grid", "one-at-a-time", "list", "csv", "plackett-burman", "central-composite", "box-behnken", NULL};
  const char *name = epx_design_get_method(i_method)->name;
  const int n_points = is_one_of(name, counting) ? 0 : strcmp(name, "fractional-factorial") == 0 ? 4 : 64;
  return (epx_design_spec){.method = name,
                           .n_points = n_points,
                           .seed = 7,
                           .scramble = true,
                           .n_centers = 1,
                           .n_rows = 3,
                           .rows = &rows[0][0]};
}

static const epx_factor *get_factors(int i_method) {
  static const char *const of_ranges[] = {"fractional-factorial", "plackett-burman", "central-composite",
                                          "box-behnken", NULL};
  return is_one_of(epx_design_get_method(i_method)->name, of_ranges) ? ranges : factors;
}

static void all_methods_are_listed_with_summaries(void **state) {
  (void)state;
  static const char *const expected[] = {"grid",
                                         "latin-hypercube",
                                         "sobol",
                                         "one-at-a-time",
                                         "saltelli",
                                         "morris",
                                         "list",
                                         "csv",
                                         "halton",
                                         "fractional-factorial",
                                         "plackett-burman",
                                         "central-composite",
                                         "box-behnken"};
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
    assert_int_equal(epx_design_create(&spec, get_factors(i_method), N_FACTORS, &design), EPX_OK);
    assert_int_equal(design->n_factors, N_FACTORS);
    for (int i = 0; i < design->n_points; i++) {
      const double *row = design->value + (size_t)i * N_FACTORS;
      const bool range = get_factors(i_method) == ranges;
      assert_true(range ? row[0] >= 0.1 && row[0] <= 2
                        : row[0] == 0.1 || row[0] == 0.5 || row[0] == 0.7 || row[0] == 1 || row[0] == 2);
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
    assert_int_equal(epx_design_create(&spec, get_factors(i_method), N_FACTORS, &a), EPX_OK);
    assert_int_equal(epx_design_create(&spec, get_factors(i_method), N_FACTORS, &b), EPX_OK);
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
      {.method = "halton"},
      {.method = "list"},
      {.method = "fractional-factorial", .n_points = 8},
      {.method = "plackett-burman"},
      {.method = "central-composite"},
      {.method = "box-behnken"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    epx_design *design = NULL;
    assert_int_equal(epx_design_create(&bad[i], factors, N_FACTORS, &design), EPX_EINPUT);
    assert_null(design);
  }
}

/* A value beyond its factor's range, none of its list, no whole number. */
static void rows_that_factors_cannot_take_are_refused(void **state) {
  (void)state;
  static const double bad[][N_FACTORS] = {{0.6, 0, 1}, {0.5, 3, 1}, {0.5, 1, 11}, {0.5, 1, NAN}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const epx_design_spec spec = {.method = "list", .n_rows = 1, .rows = bad[i]};
    epx_design *design;
    assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &design), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "point 0"));
  }
}

static int get_index(const void *context, const char *name) {
  (void)context;
  return strcmp(name, "loss") == 0 ? 0 : strcmp(name, "power") == 0 ? 2 : -1;
}

static void a_constraint_leaves_out_points_and_keeps_the_order(void **state) {
  (void)state;
  epx_expression *constraint;
  epx_design *all, *some;
  epx_design_spec spec = {.method = "sobol", .n_points = 256, .seed = 7, .scramble = true};
  assert_int_equal(epx_expression_create("power < loss", get_index, NULL, &constraint), EPX_OK);
  assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &all), EPX_OK);
  spec.constraint = constraint;
  assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &some), EPX_OK);
  int n = 0;
  for (int k = 0; k < all->n_points; k++) {
    const double *row = all->value + (size_t)k * N_FACTORS;
    if (row[2] < row[0])
      assert_memory_equal(row, some->value + (size_t)n++ * N_FACTORS, sizeof(double) * N_FACTORS);
  }
  assert_int_equal(some->n_points, n);
  assert_int_equal(some->n_left_out, all->n_points - n);
  assert_true(n > 64 && n < 250);
  epx_expression_destroy(&constraint);
  assert_int_equal(epx_expression_create("power > 20", get_index, NULL, &constraint), EPX_OK);
  spec.constraint = constraint;
  epx_design_destroy(&some);
  assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &some), EPX_EINPUT);
  epx_expression_destroy(&constraint);
  epx_design_destroy(&all);
}

static void a_product_is_every_inner_point_at_every_outer_one(void **state) {
  (void)state;
  static const bool inner_factor[] = {false, true, false};
  const epx_design_spec inner = {.method = "grid"};
  const epx_design_spec spec = {.method = "sobol",
                                .n_points = 8,
                                .seed = 7,
                                .scramble = true,
                                .inner = &inner,
                                .inner_factor = inner_factor};
  const epx_factor outer_factors[] = {factors[0], factors[2]};
  const epx_design_spec alone = {.method = "sobol", .n_points = 8, .seed = 7, .scramble = true};
  epx_design *product, *outer;
  assert_int_equal(epx_design_create(&spec, factors, N_FACTORS, &product), EPX_OK);
  assert_int_equal(epx_design_create(&alone, outer_factors, 2, &outer), EPX_OK);
  assert_int_equal(product->n_points, 24);
  for (int k = 0; k < 24; k++) {
    const double *row = product->value + (size_t)k * N_FACTORS, *from = outer->value + (size_t)(k / 3) * 2;
    assert_true(row[0] == from[0] && row[1] == k % 3 && row[2] == from[1]);
  }
  epx_design_destroy(&product);
  epx_design_destroy(&outer);
}

/* With r the ranks correlate by 6/pi asin(r/2); the first factor's column is that of the design without it. */
static void correlated_factors_correlate_and_keep_their_distribution(void **state) {
  (void)state;
  enum { N = 4096 };
  static const double r[] = {1, 0.8, 0, 0.8, 1, 0, 0, 0, 1};
  epx_design_spec spec = {.method = "sobol", .n_points = N, .seed = 7, .scramble = true};
  const epx_factor unit[] = {{.path = "a", .low = 0, .high = 1},
                             {.path = "b", .low = 0, .high = 1},
                             {.path = "c", .low = 0, .high = 1}};
  epx_design *plain, *design;
  assert_int_equal(epx_design_create(&spec, unit, 3, &plain), EPX_OK);
  spec.correlation = r;
  assert_int_equal(epx_design_create(&spec, unit, 3, &design), EPX_OK);
  double ab = 0, ac = 0, b2 = 0;
  for (int k = 0; k < N; k++) {
    const double *x = design->value + (size_t)k * 3;
    assert_true(fabs(x[0] - plain->value[(size_t)k * 3]) < 1e-9);
    ab += 12 * (x[0] - 0.5) * (x[1] - 0.5) / N;
    ac += 12 * (x[0] - 0.5) * (x[2] - 0.5) / N;
    b2 += 12 * (x[1] - 0.5) * (x[1] - 0.5) / N;
  }
  assert_true(fabs(ab - 6 / acos(-1) * asin(0.4)) < 0.01);
  assert_true(fabs(ac) < 0.01 && fabs(b2 - 1) < 0.01);
  static const double impossible[] = {1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1};
  spec.correlation = impossible;
  epx_design_destroy(&design);
  assert_int_equal(epx_design_create(&spec, unit, 3, &design), EPX_EINPUT);
  epx_design_destroy(&plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_methods_are_listed_with_summaries),
      cmocka_unit_test(every_value_is_one_its_factor_can_take),
      cmocka_unit_test(same_spec_gives_the_same_bits),
      cmocka_unit_test(no_factors_make_one_point),
      cmocka_unit_test(bad_factor_is_refused_by_every_method),
      cmocka_unit_test(bad_specs_are_refused),
      cmocka_unit_test(rows_that_factors_cannot_take_are_refused),
      cmocka_unit_test(a_constraint_leaves_out_points_and_keeps_the_order),
      cmocka_unit_test(a_product_is_every_inner_point_at_every_outer_one),
      cmocka_unit_test(correlated_factors_correlate_and_keep_their_distribution),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
