/** @file
 * Yield: the share of instances that pass, and a confidence interval of it.
 *
 * `confidence` is two-sided: each end alone holds with (1 + confidence) / 2. A one-sided bound of 95 % is the
 * end of an interval of confidence 0.90; so 59 passes of 59 at 0.90 give low = 0.05^(1/59) = 0.9505, Wilks'
 * 95/95.
 */
#ifndef EPILUX_STATISTICS_YIELD_H
#define EPILUX_STATISTICS_YIELD_H

#include "epilux/error.h"

/** Wilson's interval has the nominal coverage on average over yields; Clopper and Pearson's at least, always.
 */
typedef enum { EPX_YIELD_WILSON, EPX_YIELD_CLOPPER_PEARSON } epx_yield_method;

typedef struct {
  double yield;     /* n_passed / n; NaN for n = 0 */
  double low, high; /* 0 … 1 for n = 0 */
} epx_yield;

/** Gets a method by its name, "wilson" or "clopper-pearson". Errors: EPX_EINPUT for any other. */
epx_err epx_yield_get_method(const char *name, epx_yield_method *method);

/** Evaluates the yield. With a = 1 - confidence:
 *   Wilson            the p with |n_passed/n - p| = z sqrt(p (1 - p) / n), z the normal quantile of 1 - a/2
 *   Clopper–Pearson   low: P(X >= n_passed | low) = a/2; high: P(X <= n_passed | high) = a/2; X binomial(n,
 * ·) Where none or all passed it is always Clopper–Pearson: 0 … 1 - (a/2)^(1/n), or (a/2)^(1/n) … 1. Errors:
 * EPX_EINPUT: not 0 <= n_passed <= n; confidence not within (0, 1); Clopper–Pearson with some but not all
 * passed and n > 10^6, where the incomplete beta function is no longer known to be right.
 * Source: Wilson1927, ClopperPearson1934, Wilks1941. */
epx_err epx_yield_eval(epx_yield_method method, int n_passed, int n, double confidence, epx_yield *yield);

#endif
