/** @file
 * Yield: Wilson's interval in closed form; quantiles of beta distributions by bisection of GSL's incomplete beta
 * function, those of the hypergeometric by bisection over whole numbers.
 *
 * Not by GSL's inverse, gsl_cdf_beta_Pinv(): version 2.7.1 loses its way in arguments as plain as 1 passed of
 * 1000 at confidence 0.999, and then ends the program unless its error handler is off. The function itself
 * agrees with SciPy's to 1e-9 up to n = 10^6 and fails at 10^7.
 */
#include "statistics/yield.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

enum { N_MAX = 1000000 };

static const char *const names[EPX_YIELD_METHOD_COUNT] = {
#define NAME(name, text) text,
    EPX_YIELD_METHODS(NAME)
#undef NAME
};

epx_err epx_yield_get_method(const char *name, epx_yield_method *method) {
  for (int i = 0; i < EPX_YIELD_METHOD_COUNT; i++) {
    if (strcmp(name, names[i]) != 0) continue;
    *method = (epx_yield_method)i;
    return EPX_OK;
  }
  return EPX_RAISE(EPX_EINPUT, "no interval '%s': must be wilson, clopper-pearson or jeffreys", name);
}

static epx_err check(epx_yield_method method, int n_passed, int n, double confidence) {
  if (n_passed < 0 || n_passed > n) return EPX_RAISE(EPX_EINPUT, "a yield of %d passed of %d", n_passed, n);
  if (!(confidence > 0 && confidence < 1))
    return EPX_RAISE(EPX_EINPUT, "a confidence of %g: it must be above 0 and below 1", confidence);
  if (method != EPX_YIELD_WILSON && n > N_MAX)
    return EPX_RAISE(EPX_EINPUT, "a %s interval of %d instances: at most %d, or take wilson", names[method],
                     n, N_MAX);
  return EPX_OK;
}

/* The quantile of beta(a, b) at this probability, halved down to neighbouring numbers. */
static double find_quantile(double a, double b, double probability) {
  double low = 0, high = 1;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (gsl_cdf_beta_P(middle, a, b) < probability)
      low = middle;
    else
      high = middle;
  }
}

/* n may be effective, and then broken: y->yield is the share that passed. */
static void eval_wilson(double n, double tail, epx_yield *y) {
  const double z = gsl_cdf_ugaussian_Qinv(tail), z2 = z * z / n;
  const double centre = (y->yield + z2 / 2) / (1 + z2);
  const double half_width = z / (1 + z2) * sqrt((y->yield * (1 - y->yield) + z2 / 4) / n);
  y->low = y->yield > 0 ? fmax(centre - half_width, 0) : 0;
  y->high = y->yield < 1 ? fmin(centre + half_width, 1) : 1;
}

static void eval_jeffreys(double n, double tail, epx_yield *y) {
  const double a = y->yield * n + 0.5, b = (1 - y->yield) * n + 0.5;
  y->low = y->yield > 0 ? find_quantile(a, b, tail) : 0;
  y->high = y->yield < 1 ? 1 - find_quantile(b, a, tail) : 1; /* what fails is binomial too */
}

/* The p at which a binomial(n, p) reaches n_passed or more with probability `tail`, and the other end. */
static void eval_clopper_pearson(int n_passed, int n, double tail, epx_yield *y) {
  const int n_failed = n - n_passed;
  y->low = n_passed == 0   ? 0
           : n_failed == 0 ? exp(log(tail) / n)
                           : find_quantile(n_passed, n_failed + 1, tail);
  y->high = n_failed == 0   ? 1
            : n_passed == 0 ? -expm1(log(tail) / n)
                            : 1 - find_quantile(n_failed, n_passed + 1, tail);
}

epx_err epx_yield_eval(epx_yield_method method, int n_passed, int n, double confidence, epx_yield *y) {
  EPX_TRY(check(method, n_passed, n, confidence));
  const double tail = (1 - confidence) / 2;
  *y = (epx_yield){NAN, 0, 1, n};
  if (n == 0) return EPX_OK;
  y->yield = (double)n_passed / n;
  if (method == EPX_YIELD_WILSON)
    eval_wilson(n, tail, y);
  else if (method == EPX_YIELD_JEFFREYS)
    eval_jeffreys(n, tail, y);
  else
    eval_clopper_pearson(n_passed, n, tail, y);
  return EPX_OK;
}

/* ---- a finite number of instances */

/* The least number of good ones among n_all with which n_passed or more of n are drawn with a probability above
 * `tail`. */
static int find_least(int n_passed, int n, int n_all, double tail) {
  int low = n_passed - 1, high = n_all - (n - n_passed);
  if (n_passed == 0) return 0;
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    if (gsl_cdf_hypergeometric_Q((unsigned)n_passed - 1, (unsigned)middle, (unsigned)(n_all - middle),
                                 (unsigned)n) > tail)
      high = middle;
    else
      low = middle;
  }
  return high;
}

epx_err epx_yield_eval_finite(epx_yield_method method, int n_passed, int n, int n_all, double confidence,
                              epx_yield *y) {
  EPX_TRY(check(method, n_passed, n, confidence));
  if (n > n_all) return EPX_RAISE(EPX_EINPUT, "a yield of %d instances of %d", n, n_all);
  const double tail = (1 - confidence) / 2, all = n_all;
  *y = (epx_yield){NAN, 0, 1, n};
  if (n == 0) return EPX_OK;
  y->yield = (double)n_passed / n;
  y->effective = n < n_all ? n * ((all - 1) / (all - n)) : INFINITY;
  if (n == n_all) {
    y->low = y->high = y->yield;
  } else if (method == EPX_YIELD_CLOPPER_PEARSON) {
    y->low = find_least(n_passed, n, n_all, tail) / all;
    y->high = 1 - find_least(n - n_passed, n, n_all, tail) / all; /* what fails is drawn alike */
  } else {
    (method == EPX_YIELD_WILSON ? eval_wilson : eval_jeffreys)(y->effective, tail, y);
    y->low = fmax(y->low, n_passed / all);
    y->high = fmin(y->high, 1 - (n - n_passed) / all);
  }
  return EPX_OK;
}

/* ---- instances that share clusters */

/* Mean and variance over the clusters that have instances; returns their number. */
static int eval_spread(const int *n_passed, const int *n, int n_clusters, double *mean, double *variance) {
  int count = 0;
  double sum = 0, squares = 0;
  for (int i = 0; i < n_clusters; i++) {
    if (n[i] == 0) continue;
    count++;
    sum += (double)n_passed[i] / n[i];
  }
  *mean = sum / count;
  for (int i = 0; i < n_clusters; i++) {
    const double deviation = n[i] > 0 ? (double)n_passed[i] / n[i] - *mean : 0;
    squares += deviation * deviation;
  }
  *variance = count > 1 ? squares / (count - 1) : NAN;
  return count;
}

epx_err epx_yield_eval_clustered(epx_yield_method method, const int *n_passed, const int *n, int n_clusters,
                                 double confidence, epx_yield *y) {
  int passed = 0, all = 0;
  double mean, variance;
  for (int i = 0; i < n_clusters; i++) {
    passed += n_passed[i];
    all += n[i];
  }
  EPX_TRY(epx_yield_eval(method, passed, all, confidence, y));
  if (all == 0) return EPX_OK;
  const int count = eval_spread(n_passed, n, n_clusters, &mean, &variance);
  if (count < 2) {
    y->low = y->high = y->effective = NAN;
    return EPX_OK;
  }
  const double half_width = gsl_cdf_tdist_Qinv((1 - confidence) / 2, count - 1) * sqrt(variance / count);
  y->low = fmax(0, fmin(y->low, mean - half_width));
  y->high = fmin(1, fmax(y->high, mean + half_width));
  y->effective = passed > 0 && passed < all ? fmin(all, mean * (1 - mean) * count / variance) : NAN;
  return EPX_OK;
}
