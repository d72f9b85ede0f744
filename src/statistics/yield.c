/** @file
 * Yield: Wilson's interval in closed form; Clopper and Pearson's by bisection of GSL's incomplete beta
 * function.
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

epx_err epx_yield_get_method(const char *name, epx_yield_method *method) {
  if (strcmp(name, "wilson") == 0) {
    *method = EPX_YIELD_WILSON;
  } else if (strcmp(name, "clopper-pearson") == 0) {
    *method = EPX_YIELD_CLOPPER_PEARSON;
  } else {
    return EPX_RAISE(EPX_EINPUT, "no interval '%s': it is wilson or clopper-pearson", name);
  }
  return EPX_OK;
}

/* The p at which a binomial(n, p) reaches n_passed or more with this probability: the quantile of
 * beta(n_passed, n - n_passed + 1), halved down to neighbouring numbers. 0 < n_passed <= n. */
static double find_low(int n_passed, int n, double probability) {
  double low = 0, high = 1;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (gsl_cdf_beta_P(middle, n_passed, n - n_passed + 1) < probability) {
      low = middle;
    } else {
      high = middle;
    }
  }
}

static void eval_wilson(int n_passed, int n, double tail, epx_yield *y) {
  const double z = gsl_cdf_ugaussian_Qinv(tail), z2 = z * z / n;
  const double centre = (y->yield + z2 / 2) / (1 + z2);
  const double failed = (double)(n - n_passed) / n;
  const double half_width = z / (1 + z2) * sqrt((y->yield * failed + z2 / 4) / n);
  y->low = fmax(centre - half_width, 0);
  y->high = fmin(centre + half_width, 1);
}

epx_err epx_yield_eval(epx_yield_method method, int n_passed, int n, double confidence, epx_yield *y) {
  if (n_passed < 0 || n_passed > n) return EPX_RAISE(EPX_EINPUT, "a yield of %d passed of %d", n_passed, n);
  if (!(confidence > 0 && confidence < 1)) {
    return EPX_RAISE(EPX_EINPUT, "a confidence of %g: it must be above 0 and below 1", confidence);
  }
  const double tail = (1 - confidence) / 2;
  *y = (epx_yield){NAN, 0, 1};
  if (n == 0) return EPX_OK;
  y->yield = (double)n_passed / n;
  if (n_passed == 0) {
    y->high = -expm1(log(tail) / n);
  } else if (n_passed == n) {
    y->low = exp(log(tail) / n);
  } else if (method == EPX_YIELD_WILSON) {
    eval_wilson(n_passed, n, tail, y);
  } else if (n <= N_MAX) {
    y->low = find_low(n_passed, n, tail);
    y->high = 1 - find_low(n - n_passed, n, tail); /* what fails is binomial too */
  } else {
    return EPX_RAISE(EPX_EINPUT, "a Clopper-Pearson interval of %d instances: at most %d, or take wilson", n,
                     N_MAX);
  }
  return EPX_OK;
}
