/** @file
 * Sensitivity: against functions whose indices are known; what failed takes its whole group with it; noise of
 * the instances does not pass for an effect.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numbers/random.h"
#include "design/design.h"
#include "design/morris.h"
#include "statistics/sensitivity.h"

enum { N_MAX = 8 };
static const double pi = 3.14159265358979323846;

typedef double (*model)(const double *x, int n);

/* Ishigami1990, a = 7, b = 0.1. */
static double ishigami(const double *u, int n) {
  const double x[3] = {pi * (2 * u[0] - 1), pi * (2 * u[1] - 1), pi * (2 * u[2] - 1)};
  (void)n;
  return sin(x[0]) + 7 * sin(x[1]) * sin(x[1]) + 0.1 * pow(x[2], 4) * sin(x[0]);
}

static const double g_a[N_MAX] = {0, 1, 4.5, 9, 99, 99, 99, 99};

/* Sobol's g-function; V_i = 1/(3 (1 + a_i)^2), and total variance prod(1 + V_i) - 1. */
static double g_function(const double *u, int n) {
  double product = 1;
  for (int i = 0; i < n; i++)
    product *= (fabs(4 * u[i] - 2) + g_a[i]) / (1 + g_a[i]);
  return product;
}

static double linear(const double *u, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += (i + 1) * u[i];
  return sum;
}

static epx_design *create_design(const char *method, int n_rows, int n_factors, epx_design_spec *spec,
                                 epx_factor *factors) {
  static char names[N_MAX][3];
  epx_design *design;
  for (int i = 0; i < n_factors; i++) {
    names[i][0] = 'x';
    names[i][1] = (char)('1' + i);
    factors[i] = (epx_factor){.path = names[i], .low = 0, .high = 1};
  }
  *spec = (epx_design_spec){.method = method, .n_points = n_rows, .levels = 4, .seed = 3, .scramble = true};
  assert_int_equal(epx_design_create(spec, factors, n_factors, &design), EPX_OK);
  return design;
}

/* Values of a model at all points of a design; each instance adds a normal of `noise`, its own at each point.
 */
static double *create_values(const epx_design *design, model f, int n_instances, double noise) {
  const epx_random stream = epx_random_init(1, "test:noise");
  double *value = malloc((size_t)design->n_points * (size_t)n_instances * sizeof *value);
  assert_non_null(value);
  for (int p = 0; p < design->n_points; p++)
    for (int k = 0; k < n_instances; k++)
      value[p * n_instances + k] = f(design->value + p * design->n_factors, design->n_factors) +
                                   noise * epx_random_eval_normal(&stream, (uint32_t)p, (uint32_t)k, 0, 0);
  return value;
}

typedef struct {
  epx_sensitivity_index first[N_MAX], total[N_MAX];
  epx_sensitivity_counts counts;
} sobol;

static sobol eval_sobol(model f, int n_rows, int n_factors, int n_instances, double noise) {
  epx_design_spec spec;
  epx_factor factors[N_MAX];
  epx_design *design = create_design("saltelli", n_rows, n_factors, &spec, factors);
  double *value = create_values(design, f, n_instances, noise);
  sobol out;
  const epx_sensitivity_sample sample = {value, n_rows, n_factors, n_instances, 1, 0.95};
  assert_int_equal(epx_sensitivity_eval_sobol(&sample, out.first, out.total, &out.counts), EPX_OK);
  free(value);
  epx_design_destroy(&design);
  return out;
}

static void assert_index(const epx_sensitivity_index *index, double expected, double tolerance) {
  if (!(fabs(index->value - expected) <= tolerance))
    fail_msg("index %g [%g, %g], expected %g", index->value, index->low, index->high, expected);
  assert_true(index->low <= index->value && index->value <= index->high);
}

/* Origin of the values: Ishigami1990, analytic. */
static void ishigamis_indices_are_found(void **state) {
  (void)state;
  static const double first[] = {0.3139, 0.4424, 0}, total[] = {0.5576, 0.4424, 0.2437};
  const sobol got = eval_sobol(ishigami, 2048, 3, 1, 0);
  for (int f = 0; f < 3; f++) {
    assert_index(&got.first[f], first[f], 0.03);
    assert_index(&got.total[f], total[f], 0.03);
  }
  assert_int_equal(got.counts.n_groups, 2048);
  assert_int_equal(got.counts.n_dropped, 0);
}

static void the_g_functions_indices_are_found(void **state) {
  (void)state;
  double variance = 1;
  for (int f = 0; f < N_MAX; f++)
    variance *= 1 + 1 / (3 * pow(1 + g_a[f], 2));
  const double whole = variance - 1;
  const sobol got = eval_sobol(g_function, 1024, N_MAX, 1, 0);
  for (int f = 0; f < N_MAX; f++) {
    const double own = 1 / (3 * pow(1 + g_a[f], 2));
    assert_index(&got.first[f], own / whole, 0.03);
    assert_index(&got.total[f], own * variance / (1 + own) / whole, 0.03);
  }
}

static void intervals_hold_the_truth_and_shrink(void **state) {
  (void)state;
  const sobol few = eval_sobol(ishigami, 128, 3, 1, 0), many = eval_sobol(ishigami, 1024, 3, 1, 0);
  static const double total[] = {0.5576, 0.4424, 0.2437};
  for (int f = 0; f < 3; f++) {
    assert_true(few.total[f].low < total[f] && total[f] < few.total[f].high);
    assert_true(many.total[f].high - many.total[f].low < 0.6 * (few.total[f].high - few.total[f].low));
  }
}

/* Noise as large as the model would, uncorrected, lift every total index and hide the first. */
static void noise_of_the_instances_is_no_effect(void **state) {
  (void)state;
  const sobol got = eval_sobol(linear, 512, 3, 8, 1.0);
  for (int f = 0; f < 3; f++) {
    const double share = (f + 1) * (f + 1) / 14.0;
    assert_index(&got.first[f], share, 0.08);
    assert_index(&got.total[f], share, 0.08);
  }
  const sobol uncorrected = eval_sobol(linear, 4096, 3, 1, 1.0 / sqrt(8)); /* the same noise of the mean */
  assert_true(uncorrected.total[0].value > got.total[0].value + 0.05);
}

static void a_missing_value_drops_its_group_and_no_more(void **state) {
  (void)state;
  enum { ROWS = 64, FACTORS = 3, INSTANCES = 2 };
  epx_design_spec spec;
  epx_factor factors[N_MAX];
  epx_design *design = create_design("saltelli", ROWS, FACTORS, &spec, factors);
  double *value = create_values(design, ishigami, INSTANCES, 0);
  const int n_row = (FACTORS + 2) * INSTANCES;
  value[5 * n_row + 3] = NAN;                 /* row 5, instance 1 */
  value[9 * n_row + 2 * INSTANCES] = NAN;     /* row 9, instance 0 … */
  value[9 * n_row + 4 * INSTANCES + 1] = NAN; /* … and instance 1: no group is left */
  sobol got, left;
  epx_sensitivity_sample sample = {value, ROWS, FACTORS, INSTANCES, 1, 0.95};
  assert_int_equal(epx_sensitivity_eval_sobol(&sample, got.first, got.total, &got.counts), EPX_OK);
  assert_int_equal(got.counts.n_groups, ROWS * INSTANCES);
  assert_int_equal(got.counts.n_dropped, 3);
  assert_int_equal(got.counts.n_rows, ROWS - 1);
  /* The same as if the row had never been. */
  memmove(value + 9 * n_row, value + 10 * n_row, (size_t)((ROWS - 10) * n_row) * sizeof *value);
  sample.n_rows = ROWS - 1;
  assert_int_equal(epx_sensitivity_eval_sobol(&sample, left.first, left.total, &left.counts), EPX_OK);
  for (int f = 0; f < FACTORS; f++) {
    assert_true(got.first[f].value == left.first[f].value && isfinite(got.first[f].value));
    assert_true(got.total[f].low == left.total[f].low);
  }
  free(value);
  epx_design_destroy(&design);
}

static double constant(const double *u, int n) {
  (void)u;
  (void)n;
  return 3;
}

static void what_does_not_vary_has_no_index(void **state) {
  (void)state;
  const sobol got = eval_sobol(constant, 64, 2, 1, 0);
  assert_true(isnan(got.first[0].value) && isnan(got.total[1].value) && isnan(got.first[0].low));
  const sobol single = eval_sobol(linear, 1, 2, 1, 0);
  assert_true(isnan(single.first[0].value));
}

typedef struct {
  epx_sensitivity_index mu[N_MAX], mu_star[N_MAX], sigma[N_MAX];
  epx_sensitivity_counts counts;
} effects;

static effects eval_effects(model f, int n_rows, int n_factors, int n_instances, double noise) {
  epx_design_spec spec;
  epx_factor factors[N_MAX];
  epx_design *design = create_design("morris", n_rows, n_factors, &spec, factors);
  double *value = create_values(design, f, n_instances, noise);
  int step[512 * N_MAX];
  double distance[512 * N_MAX];
  effects out;
  for (int i = 0; i < n_rows; i++) {
    epx_morris_step steps[N_MAX];
    assert_int_equal(epx_morris_eval_steps(&spec, factors, n_factors, i, steps), EPX_OK);
    for (int s = 0; s < n_factors; s++) {
      step[i * n_factors + s] = steps[s].i_factor;
      distance[i * n_factors + s] = steps[s].distance;
    }
  }
  const epx_sensitivity_sample sample = {value, n_rows, n_factors, n_instances, 1, 0.95};
  assert_int_equal(
      epx_sensitivity_eval_effects(&sample, step, distance, out.mu, out.mu_star, out.sigma, &out.counts),
      EPX_OK);
  free(value);
  epx_design_destroy(&design);
  return out;
}

static void a_linear_model_has_its_slopes_for_effects(void **state) {
  (void)state;
  const effects got = eval_effects(linear, 16, 4, 1, 0);
  for (int f = 0; f < 4; f++) {
    assert_index(&got.mu[f], f + 1, 1e-12);
    assert_index(&got.mu_star[f], f + 1, 1e-12);
    assert_true(got.sigma[f].value < 1e-6);
  }
}

static double product(const double *u, int n) {
  (void)n;
  return u[0] + 4 * (u[1] - 0.5) * u[2];
}

static void interactions_show_as_spread(void **state) {
  (void)state;
  const effects got = eval_effects(product, 256, 3, 1, 0);
  assert_index(&got.mu_star[0], 1, 1e-12);
  assert_true(got.sigma[0].value < 1e-6 && got.sigma[1].value > 0.5 && got.sigma[2].value > 0.5);
  assert_true(fabs(got.mu[2].value) < 0.4 &&
              got.mu_star[2].value > 0.6); /* both signs: mu alone would hide it */
}

static void noise_of_the_instances_is_no_spread(void **state) {
  (void)state;
  const effects got = eval_effects(linear, 256, 3, 8, 1.0);
  for (int f = 0; f < 3; f++)
    assert_true(got.sigma[f].value < 0.35); /* uncorrected: sqrt(2/8)/(2/3) = 0.75 */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ishigamis_indices_are_found),
                                     cmocka_unit_test(the_g_functions_indices_are_found),
                                     cmocka_unit_test(intervals_hold_the_truth_and_shrink),
                                     cmocka_unit_test(noise_of_the_instances_is_no_effect),
                                     cmocka_unit_test(a_missing_value_drops_its_group_and_no_more),
                                     cmocka_unit_test(what_does_not_vary_has_no_index),
                                     cmocka_unit_test(a_linear_model_has_its_slopes_for_effects),
                                     cmocka_unit_test(interactions_show_as_spread),
                                     cmocka_unit_test(noise_of_the_instances_is_no_spread)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
