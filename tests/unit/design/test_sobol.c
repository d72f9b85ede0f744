/** @file
 * Sobol's sequence: the sequence itself, its net property before and after scrambling, nesting.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "design/design.h"

enum { N_DIMENSIONS = 64 };
static char paths[N_DIMENSIONS + 1][3];

static epx_design *create(uint64_t seed, int n_points, int n_factors, bool scramble) {
  epx_factor factors[N_DIMENSIONS];
  for (int i = 0; i < n_factors; i++) {
    paths[i][0] = (char)('a' + i % 26);
    paths[i][1] = (char)('a' + i / 26);
    factors[i] = (epx_factor){.path = paths[i], .low = 0, .high = 1};
  }
  const epx_design_spec spec = {.method = "sobol", .n_points = n_points, .seed = seed, .scramble = scramble};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, n_factors, &design), EPX_OK);
  return design;
}

/* Origin: scipy 1.10.1, (1024 * scipy.stats.qmc.Sobol(64, scramble=False).random(1024))[1000]. SciPy takes
 * points in the order of the Gray code. */
static void points_are_those_of_joe_and_kuo(void **state) {
  (void)state;
  static const int expected[N_DIMENSIONS] = {
      225,  99,  531,  693, 287, 929, 47,  921, 513, 71,  87,  261,  165, 393, 147, 379,
      737,  353, 1015, 743, 535, 563, 973, 553, 597, 929, 41,  1003, 61,  349, 151, 149,
      303,  607, 821,  789, 869, 851, 315, 491, 935, 261, 983, 719,  861, 95,  893, 941,
      1023, 491, 361,  529, 771, 449, 129, 913, 465, 81,  905, 585,  457, 617, 265, 457};
  epx_design *design = create(0, 1024, N_DIMENSIONS, false);
  const double *row = design->value + (size_t)(1000 ^ 1000 >> 1) * N_DIMENSIONS;
  for (int i = 0; i < N_DIMENSIONS; i++) {
    assert_true(row[i] * 1024 == expected[i]);
    assert_true(design->value[i] == 0);
  }
  epx_design_destroy(&design);
}

static void each_interval_of_each_dimension_holds_its_share(void **state) {
  (void)state;
  for (int n = 1; n <= 1024; n *= 4) {
    for (int scramble = 0; scramble < 2; scramble++) {
      epx_design *design = create(5, n, N_DIMENSIONS, scramble);
      for (int i = 0; i < N_DIMENSIONS; i++) {
        int counts[1024] = {0};
        for (int k = 0; k < n; k++)
          counts[(int)(design->value[k * N_DIMENSIONS + i] * n)]++;
        for (int k = 0; k < n; k++)
          assert_int_equal(counts[k], 1);
      }
      epx_design_destroy(&design);
    }
  }
}

enum { M = 8, N = 1 << M };

/* counts[box] of the 2^k_i by 2^(M-k_i) elementary intervals of the projection on dimensions i and j, each of
 * which has the volume of one point. */
static void count_boxes(const epx_design *design, int i, int j, int k_i, int counts[N]) {
  const int n_i = 1 << k_i, n_j = N / n_i;
  memset(counts, 0, N * sizeof counts[0]);
  for (int k = 0; k < N; k++) {
    const double *row = design->value + (size_t)k * (size_t)design->n_factors;
    counts[(int)(row[i] * n_i) * n_j + (int)(row[j] * n_j)]++;
  }
}

static void scrambled_first_two_dimensions_are_a_perfect_net(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 5; seed++) {
    epx_design *design = create(seed, N, 2, true);
    for (int k = 0; k <= M; k++) {
      int counts[N];
      count_boxes(design, 0, 1, k, counts);
      for (int box = 0; box < N; box++)
        assert_int_equal(counts[box], 1);
    }
    epx_design_destroy(&design);
  }
}

static int compare_ints(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

/* Scrambling permutes the elementary intervals of each dimension, so every projection keeps its quality t. */
static void scrambling_keeps_the_net_of_every_pair_of_dimensions(void **state) {
  (void)state;
  enum { N_CHECKED = 12 };
  epx_design *plain = create(0, N, N_CHECKED, false), *scrambled = create(9, N, N_CHECKED, true);
  for (int i = 0; i < N_CHECKED; i++) {
    for (int j = 0; j < i; j++) {
      for (int k = 0; k <= M; k++) {
        int before[N], after[N];
        count_boxes(plain, i, j, k, before);
        count_boxes(scrambled, i, j, k, after);
        qsort(before, N, sizeof before[0], compare_ints);
        qsort(after, N, sizeof after[0], compare_ints);
        assert_memory_equal(before, after, sizeof before);
      }
    }
  }
  epx_design_destroy(&plain);
  epx_design_destroy(&scrambled);
}

static uint32_t get_digits(const epx_design *design, int i_point) {
  return (uint32_t)(design->value[i_point] * 0x1p32);
}

/* Nested: two points share exactly as many leading digits as before. Not a mere shift: the XOR of two points
 * does not stay, so digits below the first that differs are flipped on their own. */
static void scrambling_is_nested_and_more_than_a_shift(void **state) {
  (void)state;
  epx_design *plain = create(0, N, 1, false), *scrambled = create(3, N, 1, true);
  int n_kept = 0, n_pairs = 0;
  for (int a = 0; a < N; a++) {
    for (int b = 0; b < a; b++, n_pairs++) {
      const uint32_t before = get_digits(plain, a) ^ get_digits(plain, b);
      const uint32_t after = get_digits(scrambled, a) ^ get_digits(scrambled, b);
      assert_int_equal(__builtin_clz(before), __builtin_clz(after));
      n_kept += before == after;
    }
  }
  assert_true(n_kept < n_pairs / 1000);
  epx_design_destroy(&plain);
  epx_design_destroy(&scrambled);
}

static void doubling_keeps_the_earlier_points(void **state) {
  (void)state;
  enum { N_CHECKED = 10 };
  for (int scramble = 0; scramble < 2; scramble++) {
    for (int n = 1; n < 512; n *= 2) {
      epx_design *half = create(6, n, N_CHECKED, scramble), *whole = create(6, 2 * n, N_CHECKED, scramble);
      assert_memory_equal(half->value, whole->value, sizeof(double) * N_CHECKED * (size_t)n);
      epx_design_destroy(&half);
      epx_design_destroy(&whole);
    }
  }
}

/* The mean of a product over seeds is 1/4; the spread of a single estimate is far below that of n random
 * points, which is sqrt(7/144/n). */
static void scrambled_means_are_unbiased_and_better_than_random(void **state) {
  (void)state;
  enum { N_SEEDS = 200, N_POINTS = 64 };
  double sum = 0, squares = 0;
  for (uint64_t seed = 0; seed < N_SEEDS; seed++) {
    epx_design *design = create(seed, N_POINTS, 2, true);
    double mean = 0;
    for (int k = 0; k < N_POINTS; k++)
      mean += design->value[2 * k] * design->value[2 * k + 1] / N_POINTS;
    sum += mean - 0.25;
    squares += (mean - 0.25) * (mean - 0.25);
    epx_design_destroy(&design);
  }
  const double deviation = sqrt(squares / N_SEEDS);
  assert_true(deviation > 0 && deviation < 0.1 * sqrt(7.0 / 144 / N_POINTS));
  assert_true(fabs(sum / N_SEEDS) < 5 * deviation / sqrt(N_SEEDS));
}

static void other_numbers_of_points_are_refused_with_the_nearest(void **state) {
  (void)state;
  static const struct {
    int n_points;
    const char *said;
  } cases[] = {
      {100, "64 or 128"}, {3, "2 or 4"}, {129, "128 or 256"}, {0, "power of two"}, {INT32_MAX, "1073741824"}};
  const epx_factor factor = {.path = "a", .low = 0, .high = 1};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_design_spec spec = {.method = "sobol", .n_points = cases[i].n_points};
    epx_design *design = NULL;
    assert_int_equal(epx_design_create(&spec, &factor, 1, &design), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), cases[i].said));
  }
}

enum { N_DIMENSIONS_ALL = 1024 };
static char long_paths[N_DIMENSIONS_ALL + 1][12];
static epx_factor many[N_DIMENSIONS_ALL + 1];

static void set_many(void) {
  for (int i = 0; i <= N_DIMENSIONS_ALL; i++) {
    snprintf(long_paths[i], sizeof long_paths[i], "%04d", i);
    many[i] = (epx_factor){.path = long_paths[i], .low = 0, .high = 1};
  }
}

/* Origin: scipy 1.10.1, int(1024 * scipy.stats.qmc.Sobol(1024, scramble=False).random(1024)[1000, i]). */
static void the_last_dimensions_are_those_of_joe_and_kuo(void **state) {
  (void)state;
  static const int expected[] = {987, 733, 137, 881, 949, 929, 37,  79,
                                 745, 177, 879, 955, 589, 301, 141, 731};
  const epx_design_spec spec = {.method = "sobol", .n_points = 1024};
  epx_design *design = NULL;
  set_many();
  assert_int_equal(epx_design_create(&spec, many, N_DIMENSIONS_ALL, &design), EPX_OK);
  const double *row = design->value + (size_t)(1000 ^ 1000 >> 1) * N_DIMENSIONS_ALL;
  for (int i = 0; i < 16; i++)
    assert_true(row[N_DIMENSIONS_ALL - 16 + i] * 1024 == expected[i]);
  epx_design_destroy(&design);
}

static void more_factors_than_dimensions_are_refused(void **state) {
  (void)state;
  const epx_design_spec spec = {.method = "sobol", .n_points = 4};
  epx_design *design = NULL;
  set_many();
  assert_int_equal(epx_design_create(&spec, many, N_DIMENSIONS_ALL + 1, &design), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "1024"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_are_those_of_joe_and_kuo),
      cmocka_unit_test(each_interval_of_each_dimension_holds_its_share),
      cmocka_unit_test(scrambled_first_two_dimensions_are_a_perfect_net),
      cmocka_unit_test(scrambling_keeps_the_net_of_every_pair_of_dimensions),
      cmocka_unit_test(scrambling_is_nested_and_more_than_a_shift),
      cmocka_unit_test(doubling_keeps_the_earlier_points),
      cmocka_unit_test(scrambled_means_are_unbiased_and_better_than_random),
      cmocka_unit_test(other_numbers_of_points_are_refused_with_the_nearest),
      cmocka_unit_test(the_last_dimensions_are_those_of_joe_and_kuo),
      cmocka_unit_test(more_factors_than_dimensions_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
