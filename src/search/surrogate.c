/** @file
 * Surrogate: the likelihood's maximum by GSL's simplex, from one start, so that it is the same for the same results.
 */
#include "search/surrogate.h"

#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

#include "base/array.h"

enum { N_STEPS = 160 };

static const double log_length = -0.6931471805599453 /* log 0.5 */,
                    log_noise = -9.210340371976182 /* log 1e-4 */, length_deviation = 1, noise_deviation = 3,
                    log_bound = 14, refused = 1e30;

struct epx_surrogate {
  int n, d;
  double *x, *y;
  double *scale;                  /* [d + 1]: log l_i, log g */
  double *factor;                 /* [n][n], lower: of R + g */
  double *weight;                 /* [n]: inverse of R + g, times y - m */
  double *one;                    /* [n]: inverse of R + g, times 1 */
  double *work;                   /* [n] */
  double mean, variance, one_sum; /* m, s^2, 1' (R + g)^-1 1 */
};

static double eval_correlation(const epx_surrogate *s, const double *a, const double *b) {
  double square = 0;
  for (int i = 0; i < s->d; i++) {
    const double step = (a[i] - b[i]) * exp(-s->scale[i]);
    square += step * step;
  }
  const double r = sqrt(5 * square);
  return (1 + r + r * r / 3) * exp(-r);
}

static int factorise(epx_surrogate *s) {
  const int n = s->n;
  const double noise = exp(s->scale[s->d]) + 1e-10;
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      const double *a = s->factor + (size_t)i * (size_t)n, *b = s->factor + (size_t)j * (size_t)n;
      double sum =
          i == j ? 1 + noise
                 : eval_correlation(s, s->x + (size_t)i * (size_t)s->d, s->x + (size_t)j * (size_t)s->d);
      for (int k = 0; k < j; k++)
        sum -= a[k] * b[k];
      if (i == j && !(sum > 0)) return 0;
      s->factor[(size_t)i * (size_t)n + (size_t)j] = i == j ? sqrt(sum) : sum / b[j];
    }
  return 1;
}

/* v <- L^-1 v; with `whole`, then L'^-1 of that. */
static void solve(const epx_surrogate *s, double *v, int whole) {
  const size_t n = (size_t)s->n;
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < i; k++)
      v[i] -= s->factor[i * n + k] * v[k];
    v[i] /= s->factor[i * n + i];
  }
  for (size_t i = n; whole && i-- > 0;) {
    for (size_t k = i + 1; k < n; k++)
      v[i] -= s->factor[k * n + i] * v[k];
    v[i] /= s->factor[i * n + i];
  }
}

/* Sets m, s^2 and the weights for the scales there are; returns minus the logarithm of likelihood times prior. */
static double fit(epx_surrogate *s) {
  double determinant = 0, prior = 0, sum = 0, square = 0;
  if (!factorise(s)) return refused;
  memcpy(s->weight, s->y, (size_t)s->n * sizeof *s->y);
  for (int i = 0; i < s->n; i++)
    s->one[i] = 1;
  solve(s, s->one, 1);
  s->one_sum = 0;
  for (int i = 0; i < s->n; i++) {
    s->one_sum += s->one[i];
    sum += s->one[i] * s->y[i];
    determinant += log(s->factor[(size_t)i * (size_t)s->n + (size_t)i]);
  }
  s->mean = sum / s->one_sum;
  for (int i = 0; i < s->n; i++)
    s->weight[i] = s->y[i] - s->mean;
  solve(s, s->weight, 1);
  for (int i = 0; i < s->n; i++)
    square += s->weight[i] * (s->y[i] - s->mean);
  s->variance = fmax(square / s->n, 1e-300);
  for (int i = 0; i < s->d; i++)
    prior += pow((s->scale[i] - log_length) / length_deviation, 2) / 2;
  prior += pow((s->scale[s->d] - log_noise) / noise_deviation, 2) / 2;
  return s->n * log(s->variance) / 2 + determinant + prior;
}

static double eval_objective(const gsl_vector *scale, void *context) {
  epx_surrogate *s = context;
  for (int i = 0; i <= s->d; i++) {
    s->scale[i] = gsl_vector_get(scale, (size_t)i);
    if (fabs(s->scale[i]) > (i < s->d ? log_bound / 2 : 2 * log_bound)) return refused;
  }
  return fit(s);
}

static epx_err maximise(epx_surrogate *s) {
  const size_t n = (size_t)s->d + 1;
  gsl_multimin_function f = {eval_objective, n, s};
  gsl_vector *start = gsl_vector_alloc(n), *step = gsl_vector_alloc(n);
  gsl_multimin_fminimizer *simplex = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
  for (size_t i = 0; i < n; i++) {
    gsl_vector_set(start, i, i + 1 < n ? log_length : log_noise);
    gsl_vector_set(step, i, i + 1 < n ? 0.7 : 2);
  }
  gsl_multimin_fminimizer_set(simplex, &f, start, step);
  for (int k = 0; k < N_STEPS && gsl_multimin_fminimizer_iterate(simplex) == 0; k++)
    if (gsl_multimin_test_size(gsl_multimin_fminimizer_size(simplex), 0.02) == 0) break;
  const double least = eval_objective(gsl_multimin_fminimizer_x(simplex), s);
  gsl_multimin_fminimizer_free(simplex);
  gsl_vector_free(start);
  gsl_vector_free(step);
  if (least >= refused) return EPX_RAISE(EPX_ESOLVER, "a Gaussian process of %d results has no fit", s->n);
  return EPX_OK;
}

static epx_err create_arrays(epx_surrogate *s) {
  const size_t n = (size_t)s->n, d = (size_t)s->d;
  EPX_TRY(EPX_ARRAY(s->x, n * d));
  EPX_TRY(EPX_ARRAY(s->y, n));
  EPX_TRY(EPX_ARRAY(s->scale, d + 1));
  EPX_TRY(EPX_ARRAY(s->factor, n * n));
  EPX_TRY(EPX_ARRAY(s->weight, n));
  EPX_TRY(EPX_ARRAY(s->one, n));
  return EPX_ARRAY(s->work, n);
}

epx_err epx_surrogate_create(int n, int d, const double *x, const double *y, epx_surrogate **out) {
  epx_surrogate *s;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(s, 1));
  s->n = n;
  s->d = d;
  int code = create_arrays(s);
  if (code == EPX_OK) {
    memcpy(s->x, x, (size_t)n * (size_t)d * sizeof *x);
    memcpy(s->y, y, (size_t)n * sizeof *y);
    code = maximise(s);
  }
  if (code != EPX_OK) epx_surrogate_destroy(&s);
  *out = s;
  return code;
}

void epx_surrogate_destroy(epx_surrogate **address) {
  epx_surrogate *s = *address;
  if (!s) return;
  epx_array_destroy(&s->x);
  epx_array_destroy(&s->y);
  epx_array_destroy(&s->scale);
  epx_array_destroy(&s->factor);
  epx_array_destroy(&s->weight);
  epx_array_destroy(&s->one);
  epx_array_destroy(&s->work);
  epx_array_destroy(address);
}

/* The mean is one more unknown: it adds (1 - 1' (R + g)^-1 c)^2 / 1' (R + g)^-1 1 to the variance. */
void epx_surrogate_eval(const epx_surrogate *s, const double *x, double *mean, double *deviation) {
  double sum = s->mean, known = 0, trend = 1;
  for (int i = 0; i < s->n; i++) {
    s->work[i] = eval_correlation(s, x, s->x + (size_t)i * (size_t)s->d);
    sum += s->work[i] * s->weight[i];
    trend -= s->work[i] * s->one[i];
  }
  solve(s, s->work, 0);
  for (int i = 0; i < s->n; i++)
    known += s->work[i] * s->work[i];
  *mean = sum;
  *deviation = sqrt(s->variance * fmax(1 - known + trend * trend / s->one_sum, 0));
}
