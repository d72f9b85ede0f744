/** @file
 * Latin hypercubes: the strata, the seed, and what a column depends on.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "design/design.h"

enum { N_FACTORS = 6 };
static char *paths[N_FACTORS] = {"a", "b", "c", "d", "e", "f"};

static epx_design *create(uint64_t seed, int n_points, int n_factors, int i_first) {
  epx_factor factors[N_FACTORS];
  for (int i = 0; i < n_factors; i++)
    factors[i] = (epx_factor){.path = paths[i_first + i], .low = 0, .high = 1};
  const epx_design_spec spec = {.method = "latin-hypercube", .n_points = n_points, .seed = seed};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, n_factors, &design), EPX_OK);
  return design;
}

static void every_stratum_of_every_factor_holds_one_point(void **state) {
  (void)state;
  static const int sizes[] = {1, 2, 7, 100, 1000};
  for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
    const int n = sizes[k];
    epx_design *design = create(11, n, N_FACTORS, 0);
    assert_int_equal(design->n_points, n);
    for (int i = 0; i < N_FACTORS; i++) {
      int counts[1000] = {0};
      for (int j = 0; j < n; j++)
        counts[(int)(design->value[j * N_FACTORS + i] * n)]++;
      for (int j = 0; j < n; j++)
        assert_int_equal(counts[j], 1);
    }
    epx_design_destroy(&design);
  }
}

static void columns_are_not_correlated(void **state) {
  (void)state;
  enum { N = 1000 };
  epx_design *design = create(12, N, N_FACTORS, 0);
  for (int i = 0; i < N_FACTORS; i++) {
    for (int j = 0; j < i; j++) {
      double covariance = 0;
      for (int k = 0; k < N; k++) {
        covariance += (design->value[k * N_FACTORS + i] - 0.5) * (design->value[k * N_FACTORS + j] - 0.5);
      }
      assert_true(fabs(12 * covariance / N) < 5 / sqrt(N));
    }
  }
  epx_design_destroy(&design);
}

static void column_depends_on_seed_and_path_alone(void **state) {
  (void)state;
  enum { N = 50 };
  epx_design *all = create(13, N, 6, 0), *some = create(13, N, 2, 3), *other = create(14, N, 6, 0);
  int n_equal = 0;
  for (int k = 0; k < N; k++) {
    assert_true(some->value[2 * k] == all->value[6 * k + 3] &&
                some->value[2 * k + 1] == all->value[6 * k + 4]);
    for (int i = 0; i < 6; i++)
      n_equal += all->value[6 * k + i] == other->value[6 * k + i];
  }
  assert_int_equal(n_equal, 0);
  epx_design_destroy(&all);
  epx_design_destroy(&some);
  epx_design_destroy(&other);
}

static void repeated_points_are_counted(void **state) {
  (void)state;
  const epx_factor factors[] = {{.path = "n", .low = 1, .high = 2, .integer = true},
                                {.path = "x", .low = 0, .high = 1}};
  const epx_design_spec spec = {.method = "latin-hypercube", .n_points = 50, .seed = 1};
  static const int expected[] = {48, 0}; /* of two values; of two factors, one of which is never the same */
  for (int n_factors = 1; n_factors <= 2; n_factors++) {
    epx_design *design;
    int n_repeats;
    assert_int_equal(epx_design_create(&spec, factors, n_factors, &design), EPX_OK);
    assert_int_equal(epx_design_count_repeats(design, &n_repeats), EPX_OK);
    assert_int_equal(n_repeats, expected[n_factors - 1]);
    epx_design_destroy(&design);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_stratum_of_every_factor_holds_one_point),
      cmocka_unit_test(columns_are_not_correlated),
      cmocka_unit_test(column_depends_on_seed_and_path_alone),
      cmocka_unit_test(repeated_points_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
