/** @file
 * Bayesian optimisation: the surrogate beside its definition, Branin's and Hartmann's functions, words, failures, constraints.
 *
 *   test_bayesian [SEEDS]      with SEEDS, prints how many evaluations the functions take, over so many seeds
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

#include "base/numbers/random.h"
#include "search/bayesian.h"
#include "search/surrogate.h"

enum { N_MAX = 150, D_MAX = 6 };

/* Least value 0.397887, at three points. */
static double eval_branin(const double *x) {
  const double pi = acos(-1), b = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
  return b * b + 10 * (1 - 1 / (8 * pi)) * cos(x[0]) + 10;
}

/* Least value -3.32237. */
static double eval_hartmann(const double *x) {
  static const double alpha[] = {1, 1.2, 3, 3.2};
  static const double a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                 {0.05, 10, 17, 0.1, 8, 14},
                                 {3, 3.5, 1.7, 10, 17, 8},
                                 {17, 8, 0.05, 10, 0.1, 14}};
  static const double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                 {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                 {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                 {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0;
  for (int i = 0; i < 4; i++) {
    double square = 0;
    for (int k = 0; k < 6; k++)
      square += a[i][k] * (x[k] - p[i][k]) * (x[k] - p[i][k]);
    sum -= alpha[i] * exp(-square);
  }
  return sum;
}

static const epx_factor branin[] = {{.path = "a", .low = -5, .high = 10},
                                    {.path = "b", .low = 0, .high = 15}};
static const epx_factor hartmann[] = {{.path = "a", .low = 0, .high = 1}, {.path = "b", .low = 0, .high = 1},
                                      {.path = "c", .low = 0, .high = 1}, {.path = "d", .low = 0, .high = 1},
                                      {.path = "e", .low = 0, .high = 1}, {.path = "f", .low = 0, .high = 1}};

/* Evaluations until the least value is within 1 % of the known one; most + 1: never. */
static int count_evaluations(const epx_factor *factors, int n, double (*eval)(const double *), double goal,
                             int most, uint64_t seed) {
  static double rows[N_MAX * D_MAX], result[N_MAX];
  const epx_bayesian_spec spec = {factors, n, epx_bayesian_get_n_initial(factors, n), seed, NULL};
  for (int i = 0; i < most; i++) {
    assert_int_equal(epx_bayesian_eval(&spec, i, i, rows, result, NULL, rows + i * n), EPX_OK);
    result[i] = eval(rows + i * n);
    if (result[i] <= goal) return i + 1;
  }
  return most + 1;
}

static void branin_is_solved_in_sixty(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++)
    assert_true(count_evaluations(branin, 2, eval_branin, 0.397887 * 1.01, 60, seed) <= 60);
}

/* By the definition: correlations, the mean's own uncertainty, at a point between two; far away the mean is m. */
static void the_surrogate_passes_through_results_without_noise(void **state) {
  (void)state;
  double x[20], y[20], mean, deviation, middle;
  for (int k = 0; k < 20; k++) {
    x[k] = k / 19.0;
    y[k] = sin(6 * x[k]);
  }
  epx_surrogate *surrogate;
  assert_int_equal(epx_surrogate_create(20, 1, x, y, &surrogate), EPX_OK);
  for (int k = 0; k < 20; k++) {
    epx_surrogate_eval(surrogate, &x[k], &mean, &deviation);
    assert_true(fabs(mean - y[k]) < 1e-2 && deviation < 2e-2);
  }
  middle = 9.5 / 19;
  epx_surrogate_eval(surrogate, &middle, &mean, &deviation);
  assert_true(fabs(mean - sin(6 * middle)) < 1e-2);
  const double far = 50;
  double apart;
  epx_surrogate_eval(surrogate, &far, &mean, &apart);
  assert_true(apart > 20 * deviation);
  epx_surrogate_destroy(&surrogate);
}

static void the_same_results_give_the_same_bits(void **state) {
  (void)state;
  double rows[24], result[12], a[2], b[2];
  const epx_bayesian_spec spec = {branin, 2, 6, 5, NULL};
  for (int i = 0; i < 12; i++) {
    assert_int_equal(epx_bayesian_eval(&spec, i, i, rows, result, NULL, rows + 2 * i), EPX_OK);
    result[i] = i % 5 == 4 ? NAN : eval_branin(rows + 2 * i);
  }
  assert_int_equal(epx_bayesian_eval(&spec, 12, 12, rows, result, NULL, a), EPX_OK);
  assert_int_equal(epx_bayesian_eval(&spec, 12, 12, rows, result, NULL, b), EPX_OK);
  assert_memory_equal(a, b, sizeof a);
}

static int get_index(const void *context, const char *name) {
  (void)context;
  return name[0] == 'a' ? 0 : -1;
}

/* Words, whole numbers, failures left of 0.3, and a constraint that holds off the minimum at 0.5. */
static void mixed_factors_failures_and_constraints_are_taken(void **state) {
  (void)state;
  static char *names[] = {"red", "green", "blue"};
  const epx_factor factors[] = {{.path = "a", .low = 0, .high = 1},
                                {.path = "b", .low = 1, .high = 20, .integer = true},
                                {.path = "c", .categorical = true, .n_levels = 3, .names = names}};
  epx_expression *constraint;
  assert_int_equal(epx_expression_create("a < 0.45", get_index, NULL, &constraint), EPX_OK);
  const epx_bayesian_spec spec = {factors, 3, 12, 1, constraint};
  double rows[3 * 40], result[40], least = INFINITY;
  for (int i = 0; i < 40; i++) {
    double *x = rows + 3 * i;
    assert_int_equal(epx_bayesian_eval(&spec, i, i, rows, result, NULL, x), EPX_OK);
    assert_true(x[0] < 0.45 && x[1] == rint(x[1]) && x[1] >= 1 && x[1] <= 20 && x[2] >= 0 && x[2] <= 2);
    result[i] = x[0] < 0.3 ? NAN : pow(x[0] - 0.5, 2) + pow(x[1] - 7, 2) / 100 + (x[2] == 1 ? 0 : 0.5);
    if (!isnan(result[i])) least = fmin(least, result[i]);
  }
  assert_true(least < 0.0025 * 1.2); /* a just below 0.45, b = 7, green */
  epx_expression_destroy(&constraint);
}

static void what_nothing_satisfies_is_refused(void **state) {
  (void)state;
  epx_expression *constraint;
  double row[2];
  assert_int_equal(epx_expression_create("a > 11", get_index, NULL, &constraint), EPX_OK);
  const epx_bayesian_spec spec = {branin, 2, 6, 1, constraint};
  assert_int_equal(epx_bayesian_eval(&spec, 0, 0, NULL, NULL, NULL, row), EPX_EINPUT);
  epx_expression_destroy(&constraint);
}

/* A sum to be made small within a wavy bound, both with noise. Source: Gramacy2016. */
static double eval_margin(const double *x) {
  return x[0] + 2 * x[1] + 0.5 * sin(2 * acos(-1) * (x[0] * x[0] - 2 * x[1])) - 1.5;
}

/* The least sum over a fine grid of points that have their margin. */
static double find_least(void) {
  double least = INFINITY;
  for (int a = 0; a <= 1000; a++)
    for (int b = 0; b <= 1000; b++) {
      const double x[] = {a / 1000.0, b / 1000.0};
      if (eval_margin(x) >= 0) least = fmin(least, x[0] + x[1]);
    }
  return least;
}

static void a_noisy_bound_is_kept(void **state) {
  (void)state;
  enum { N = 50 };
  static const epx_factor unit[] = {{.path = "a", .low = 0, .high = 1}, {.path = "b", .low = 0, .high = 1}};
  const double least = find_least();
  assert_true(fabs(least - 0.5998) < 0.002);
  for (uint64_t seed = 1; seed <= 3; seed++) {
    const epx_bayesian_spec spec = {unit, 2, 6, seed, NULL};
    const epx_random stream = epx_random_init(seed, "noise");
    double rows[2 * N], result[N], margin[N];
    int best = -1;
    for (uint32_t i = 0; i < N; i++) {
      double *x = rows + 2 * i;
      assert_int_equal(epx_bayesian_eval(&spec, (int)i, (int)i, rows, result, margin, x), EPX_OK);
      result[i] = x[0] + x[1] + 0.005 * epx_random_eval_normal(&stream, i, 0, 0, 0);
      margin[i] = eval_margin(x) + 0.01 * epx_random_eval_normal(&stream, i, 0, 0, 1);
      if (margin[i] >= 0 && (best < 0 || result[i] < result[best])) best = (int)i;
    }
    assert_true(best >= 0);
    const double *x = rows + 2 * best;
    assert_true(fabs(x[0] + x[1] - least) < 0.03 && eval_margin(x) > -0.03);
  }
}

/* No point of the start has its margin: the first that has is then found where it is likely. */
static void a_margin_is_sought_where_none_has_it(void **state) {
  (void)state;
  enum { N = 40 };
  static const epx_factor unit[] = {{.path = "a", .low = 0, .high = 1}, {.path = "b", .low = 0, .high = 1}};
  const epx_bayesian_spec spec = {unit, 2, 6, 1, NULL};
  double rows[2 * N], result[N], margin[N];
  double least = INFINITY;
  int n_start = 0;
  for (int i = 0; i < N; i++) {
    double *x = rows + 2 * i;
    assert_int_equal(epx_bayesian_eval(&spec, i, i, rows, result, margin, x), EPX_OK);
    result[i] = x[0];
    margin[i] = 0.02 - pow(x[0] - 0.7, 2) - pow(x[1] - 0.3, 2); /* 6 % of the square */
    if (margin[i] >= 0) least = fmin(least, x[0]);
    if (i < 6) n_start += margin[i] >= 0;
  }
  assert_int_equal(n_start, 0);
  assert_true(fabs(least - (0.7 - sqrt(0.02))) < 0.01);
}

static int compare(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static void view(const char *name, int *counts, int n, int most) {
  int n_met = 0;
  for (int k = 0; k < n; k++)
    n_met += counts[k] <= most;
  qsort(counts, (size_t)n, sizeof *counts, compare);
  printf("%s: within 1 %% after %d evaluations in the median of %d seeds, in %d of them after at most %d\n",
         name, counts[n / 2], n, n_met, most);
}

int main(int n_words, char **words) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(branin_is_solved_in_sixty),
      cmocka_unit_test(the_surrogate_passes_through_results_without_noise),
      cmocka_unit_test(the_same_results_give_the_same_bits),
      cmocka_unit_test(mixed_factors_failures_and_constraints_are_taken),
      cmocka_unit_test(what_nothing_satisfies_is_refused),
      cmocka_unit_test(a_noisy_bound_is_kept),
      cmocka_unit_test(a_margin_is_sought_where_none_has_it),
  };
  if (n_words < 2) return cmocka_run_group_tests(tests, NULL, NULL);
  const int n = atoi(words[1]);
  int counts[100];
  for (int k = 0; k < n && k < 100; k++)
    counts[k] = count_evaluations(branin, 2, eval_branin, 0.397887 * 1.01, 60, (uint64_t)k + 1);
  view("Branin", counts, n, 60);
  fflush(stdout);
  for (int k = 0; k < n && k < 100; k++)
    counts[k] = count_evaluations(hartmann, 6, eval_hartmann, -3.32237 * 0.99, N_MAX, (uint64_t)k + 1);
  view("Hartmann-6", counts, n, N_MAX);
  return 0;
}
