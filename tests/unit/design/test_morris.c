/** @file
 * Morris's design: each factor moves once on a trajectory, between levels, and steps say how.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "design/morris.h"

enum { FACTORS = 3, A_ROW = FACTORS + 1 };

static double levels[] = {1, 2, 4, 8};
static const epx_factor factors[FACTORS] = {{.path = "a", .low = 2, .high = 4},
                                            {.path = "b", .low = 0.01, .high = 100, .logarithmic = true},
                                            {.path = "c", .levels = levels, .n_levels = 4}};

static epx_design_spec get_spec(int n_rows) {
  return (epx_design_spec){.method = "morris", .n_points = n_rows, .levels = 4, .seed = 7};
}

static epx_design *create(int n_rows) {
  const epx_design_spec spec = get_spec(n_rows);
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, FACTORS, &design), EPX_OK);
  assert_int_equal(design->n_points, n_rows * A_ROW);
  return design;
}

/* Where a value stands on its factor's way, 0 … 1. */
static double eval_place(int i_factor, double value) {
  if (i_factor == 0) return (value - 2) / 2;
  if (i_factor == 1) return (log10(value) + 2) / 4;
  return (value - 1) / 7; /* of a list, by the values themselves, however uneven */
}

static void each_factor_moves_once_as_its_step_says(void **state) {
  (void)state;
  const epx_design_spec spec = get_spec(50);
  epx_design *design = create(50);
  int n_down = 0;
  for (int i = 0; i < 50; i++) {
    epx_morris_step steps[FACTORS];
    bool moved[FACTORS] = {false};
    assert_int_equal(epx_morris_eval_steps(&spec, factors, FACTORS, i, steps), EPX_OK);
    for (int s = 0; s < FACTORS; s++) {
      const double *from = design->value + (i * A_ROW + s) * FACTORS, *to = from + FACTORS;
      for (int f = 0; f < FACTORS; f++) {
        const double way = eval_place(f, to[f]) - eval_place(f, from[f]);
        assert_true(fabs(way - (f == steps[s].i_factor ? steps[s].distance : 0)) < 1e-12);
        assert_true(eval_place(f, to[f]) >= 0 && eval_place(f, to[f]) <= 1);
      }
      assert_false(moved[steps[s].i_factor]);
      moved[steps[s].i_factor] = true;
      n_down += steps[s].distance < 0;
    }
  }
  assert_in_range(n_down, 50, 100); /* of 150, by chance */
  epx_design_destroy(&design);
}

static void a_larger_design_begins_with_a_smaller_one(void **state) {
  (void)state;
  epx_design *small = create(5), *large = create(17);
  assert_memory_equal(small->value, large->value, 5 * A_ROW * FACTORS * sizeof(double));
  epx_design_destroy(&small);
  epx_design_destroy(&large);
}

static void every_level_is_visited(void **state) {
  (void)state;
  int counts[4] = {0};
  epx_design *design = create(200);
  for (int p = 0; p < design->n_points; p++)
    counts[(int)lround(3 * eval_place(0, design->value[p * FACTORS]))]++;
  for (int l = 0; l < 4; l++)
    assert_in_range(counts[l], 140, 260); /* of 800, a quarter each */
  epx_design_destroy(&design);
}

static void a_factor_of_one_level_is_refused(void **state) {
  (void)state;
  const epx_factor factor = {.path = "lone", .levels = levels, .n_levels = 1};
  const epx_design_spec spec = get_spec(4);
  epx_design *design;
  assert_int_equal(epx_design_create(&spec, &factor, 1, &design), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "lone"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_factor_moves_once_as_its_step_says),
                                     cmocka_unit_test(a_larger_design_begins_with_a_smaller_one),
                                     cmocka_unit_test(every_level_is_visited),
                                     cmocka_unit_test(a_factor_of_one_level_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
