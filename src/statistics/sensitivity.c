/** @file
 * Sensitivity: every estimator is a function of sums over rows, so that a resample is a sum of other rows.
 * What is summed of a row is its term vector; values are taken from the mean of all first, so that their
 * squares lose no digits.
 */
#include "statistics/sensitivity.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "statistics/quantile.h"

enum { N_BOOTSTRAP = 1000 };

/* Terms [n_rows][n_terms] of the rows that are left, and the estimates [n_estimates] that sums [n_terms] over
 * n rows give. */
typedef struct {
  double *term;
  int n_rows, n_terms, n_estimates, n_factors;
  void (*estimate)(const double *sum, double n, int n_factors, double *estimate);
} table;

/* ---- groups */

static const double *get_column(const epx_sensitivity_sample *sample, int n_columns, int i_row,
                                int i_column) {
  return sample->value + ((size_t)i_row * (size_t)n_columns + (size_t)i_column) * (size_t)sample->n_instances;
}

/* keep [n_instances]: groups of the row that are whole. Returns how many. */
static int find_whole(const epx_sensitivity_sample *sample, int n_columns, int i_row, unsigned char *keep) {
  int m = 0;
  memset(keep, 1, (size_t)sample->n_instances);
  for (int c = 0; c < n_columns; c++) {
    const double *value = get_column(sample, n_columns, i_row, c);
    for (int k = 0; k < sample->n_instances; k++)
      keep[k] &= !isnan(value[k]);
  }
  for (int k = 0; k < sample->n_instances; k++)
    m += keep[k];
  return m;
}

/* Mean of a - b (b NULL: of a) over the m groups kept, and its inner variance s^2/m; 0 with one group. */
static double eval_mean(const double *a, const double *b, const unsigned char *keep, int n, int m,
                        double *inner) {
  double sum = 0, squares = 0;
  for (int k = 0; k < n; k++)
    if (keep[k]) sum += b ? a[k] - b[k] : a[k];
  const double mean = sum / m;
  for (int k = 0; k < n; k++) {
    const double d = keep[k] ? (b ? a[k] - b[k] : a[k]) - mean : 0;
    squares += d * d;
  }
  *inner = m > 1 ? squares / ((double)(m - 1) * m) : 0;
  return mean;
}

/* ---- resamples */

static double mean_over(const double *sum, double n, int i) {
  return sum[i] / n;
}

static void add_row(const table *rows, int i_row, double *sum) {
  const double *term = rows->term + (size_t)i_row * (size_t)rows->n_terms;
  for (int t = 0; t < rows->n_terms; t++)
    sum[t] += term[t];
}

/* index [n_estimates]: values from all rows, intervals from resamples. work: [n_terms] and
 * [n_estimates][N_BOOTSTRAP]. */
static epx_err eval_indices(const table *rows, const epx_sensitivity_sample *sample, double *sum,
                            double *estimate, double *resampled, epx_sensitivity_index *index) {
  const epx_random stream = epx_random_init(sample->seed, "sensitivity:bootstrap");
  const double probability[2] = {(1 - sample->confidence) / 2, (1 + sample->confidence) / 2};
  memset(sum, 0, (size_t)rows->n_terms * sizeof *sum);
  for (int i = 0; i < rows->n_rows; i++)
    add_row(rows, i, sum);
  rows->estimate(sum, rows->n_rows, rows->n_factors, estimate);
  for (int e = 0; e < rows->n_estimates; e++)
    index[e].value = estimate[e];
  for (int r = 0; r < N_BOOTSTRAP; r++) {
    memset(sum, 0, (size_t)rows->n_terms * sizeof *sum);
    for (int i = 0; i < rows->n_rows; i++) {
      const double u = epx_random_eval_uniform(&stream, (uint32_t)r, (uint32_t)i, 0, 0);
      add_row(rows, (int)(u * rows->n_rows), sum);
    }
    rows->estimate(sum, rows->n_rows, rows->n_factors, estimate);
    for (int e = 0; e < rows->n_estimates; e++)
      resampled[(size_t)e * N_BOOTSTRAP + (size_t)r] = estimate[e];
  }
  for (int e = 0; e < rows->n_estimates; e++) {
    double ends[2];
    EPX_TRY(epx_quantile_eval(resampled + (size_t)e * N_BOOTSTRAP, N_BOOTSTRAP, probability, 2, ends));
    index[e].low = ends[0];
    index[e].high = ends[1];
  }
  return EPX_OK;
}

static epx_err bootstrap(const table *rows, const epx_sensitivity_sample *sample,
                         epx_sensitivity_index *index) {
  double *sum = NULL, *estimate = NULL, *resampled = NULL;
  for (int e = 0; e < rows->n_estimates; e++)
    index[e] = (epx_sensitivity_index){NAN, NAN, NAN};
  if (rows->n_rows < 2) return EPX_OK;
  int code = EPX_ARRAY(sum, (size_t)rows->n_terms);
  if (code == EPX_OK) code = EPX_ARRAY(estimate, (size_t)rows->n_estimates);
  if (code == EPX_OK) code = EPX_ARRAY(resampled, (size_t)rows->n_estimates * N_BOOTSTRAP);
  if (code == EPX_OK) code = eval_indices(rows, sample, sum, estimate, resampled, index);
  epx_array_destroy(&sum);
  epx_array_destroy(&estimate);
  epx_array_destroy(&resampled);
  return code;
}

/* Makes the table's rows: fill() writes the terms of a row from its m whole groups. */
typedef void (*row_filler)(const epx_sensitivity_sample *sample, int i_row, const unsigned char *keep, int m,
                           const void *context, double *term);

static epx_err create_rows(const epx_sensitivity_sample *sample, int n_columns, row_filler fill,
                           const void *context, table *rows, epx_sensitivity_counts *counts) {
  unsigned char *keep;
  *counts = (epx_sensitivity_counts){.n_groups = sample->n_rows * sample->n_instances};
  EPX_TRY(EPX_ARRAY(rows->term, (size_t)sample->n_rows * (size_t)rows->n_terms));
  EPX_TRY(EPX_ARRAY(keep, (size_t)sample->n_instances));
  for (int i = 0; i < sample->n_rows; i++) {
    const int m = find_whole(sample, n_columns, i, keep);
    counts->n_dropped += sample->n_instances - m;
    if (m > 0) fill(sample, i, keep, m, context, rows->term + (size_t)rows->n_rows++ * (size_t)rows->n_terms);
  }
  counts->n_rows = rows->n_rows;
  epx_array_destroy(&keep);
  return EPX_OK;
}

/* ---- Sobol' indices. Terms: a, b, inner variance of a - b; then of each factor q(a - ab), q(b - ab). */

enum { TERM_A, TERM_B, TERM_INNER, TERM_FACTORS };

static void fill_pick_freeze(const epx_sensitivity_sample *sample, int i_row, const unsigned char *keep,
                             int m, const void *context, double *term) {
  const int n = sample->n_instances, n_columns = sample->n_factors + 2;
  const double *a = get_column(sample, n_columns, i_row, 0), *b = get_column(sample, n_columns, i_row, 1);
  double inner;
  (void)context;
  term[TERM_A] = eval_mean(a, NULL, keep, n, m, &inner);
  term[TERM_B] = eval_mean(b, NULL, keep, n, m, &inner);
  eval_mean(a, b, keep, n, m, &term[TERM_INNER]);
  for (int f = 0; f < sample->n_factors; f++) {
    const double *ab = get_column(sample, n_columns, i_row, 2 + f);
    const double of_a = eval_mean(a, ab, keep, n, m, &inner);
    term[TERM_FACTORS + 2 * f] = of_a * of_a - inner;
    const double of_b = eval_mean(b, ab, keep, n, m, &inner);
    term[TERM_FACTORS + 2 * f + 1] = of_b * of_b - inner;
  }
}

/* Once the rows' values are taken from their mean, a and b give way to a + b and a^2 + b^2. */
static void centre(table *rows) {
  double mean = 0;
  for (int i = 0; i < rows->n_rows; i++) {
    const double *term = rows->term + (size_t)i * (size_t)rows->n_terms;
    mean += (term[TERM_A] + term[TERM_B]) / (2.0 * rows->n_rows);
  }
  for (int i = 0; i < rows->n_rows; i++) {
    double *term = rows->term + (size_t)i * (size_t)rows->n_terms;
    const double a = term[TERM_A] - mean, b = term[TERM_B] - mean;
    term[TERM_A] = a + b;
    term[TERM_B] = a * a + b * b;
  }
}

static void estimate_indices(const double *sum, double n, int n_factors, double *estimate) {
  const double mean = sum[TERM_A] / (2 * n);
  const double variance =
      (sum[TERM_B] - 2 * n * mean * mean) / (2 * n - 1) - mean_over(sum, n, TERM_INNER) / 2;
  for (int f = 0; f < n_factors; f++) {
    const double of_a = mean_over(sum, n, TERM_FACTORS + 2 * f),
                 of_b = mean_over(sum, n, TERM_FACTORS + 2 * f + 1);
    estimate[f] = variance > 0 ? 1 - of_b / (2 * variance) : NAN;
    estimate[n_factors + f] = variance > 0 ? of_a / (2 * variance) : NAN;
  }
}

epx_err epx_sensitivity_eval_sobol(const epx_sensitivity_sample *sample, epx_sensitivity_index *first,
                                   epx_sensitivity_index *total, epx_sensitivity_counts *counts) {
  const int k = sample->n_factors;
  table rows = {
      .n_terms = TERM_FACTORS + 2 * k, .n_estimates = 2 * k, .n_factors = k, .estimate = estimate_indices};
  epx_sensitivity_index *index = NULL;
  int code = create_rows(sample, k + 2, fill_pick_freeze, NULL, &rows, counts);
  if (code == EPX_OK) code = EPX_ARRAY(index, (size_t)(2 * k));
  if (code == EPX_OK) {
    centre(&rows);
    code = bootstrap(&rows, sample, index);
  }
  if (code == EPX_OK) {
    memcpy(first, index, (size_t)k * sizeof *index);
    memcpy(total, index + k, (size_t)k * sizeof *index);
  }
  epx_array_destroy(&index);
  epx_array_destroy(&rows.term);
  return code;
}

/* ---- elementary effects. Terms of each factor: effect, its absolute value, its square, its inner variance.
 */

typedef struct {
  const int *step;
  const double *distance;
} trajectories;

static void fill_effects(const epx_sensitivity_sample *sample, int i_row, const unsigned char *keep, int m,
                         const void *context, double *term) {
  const trajectories *given = context;
  const int k = sample->n_factors;
  for (int s = 0; s < k; s++) {
    const size_t i = (size_t)i_row * (size_t)k + (size_t)s;
    const double distance = given->distance[i];
    double inner, *of_factor = term + 4 * given->step[i];
    const double effect =
        eval_mean(get_column(sample, k + 1, i_row, s + 1), get_column(sample, k + 1, i_row, s), keep,
                  sample->n_instances, m, &inner) /
        distance;
    of_factor[0] = effect;
    of_factor[1] = fabs(effect);
    of_factor[2] = effect * effect;
    of_factor[3] = inner / (distance * distance);
  }
}

static void estimate_effects(const double *sum, double n, int n_factors, double *estimate) {
  for (int f = 0; f < n_factors; f++) {
    const double *of_factor = sum + 4 * f, mean = of_factor[0] / n;
    const double variance = (of_factor[2] - n * mean * mean) / (n - 1) - of_factor[3] / n;
    estimate[f] = mean;
    estimate[n_factors + f] = of_factor[1] / n;
    estimate[2 * n_factors + f] = variance > 0 ? sqrt(variance) : 0;
  }
}

epx_err epx_sensitivity_eval_effects(const epx_sensitivity_sample *sample, const int *step,
                                     const double *distance, epx_sensitivity_index *mu,
                                     epx_sensitivity_index *mu_star, epx_sensitivity_index *sigma,
                                     epx_sensitivity_counts *counts) {
  const int k = sample->n_factors;
  const trajectories given = {step, distance};
  table rows = {.n_terms = 4 * k, .n_estimates = 3 * k, .n_factors = k, .estimate = estimate_effects};
  epx_sensitivity_index *index = NULL;
  int code = create_rows(sample, k + 1, fill_effects, &given, &rows, counts);
  if (code == EPX_OK) code = EPX_ARRAY(index, (size_t)(3 * k));
  if (code == EPX_OK) code = bootstrap(&rows, sample, index);
  if (code == EPX_OK) {
    memcpy(mu, index, (size_t)k * sizeof *index);
    memcpy(mu_star, index + k, (size_t)k * sizeof *index);
    memcpy(sigma, index + 2 * k, (size_t)k * sizeof *index);
  }
  epx_array_destroy(&index);
  epx_array_destroy(&rows.term);
  return code;
}
