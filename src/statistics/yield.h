/** @file
 * Yield: the share of instances that pass, and a confidence interval of it: of independent instances, of
 * instances that share lots, or of the first instances of a finite number.
 *
 * `confidence` is two-sided: each end alone holds with (1 + confidence) / 2. A one-sided bound of 95 % is the
 * end of an interval of confidence 0.90; so 59 passes of 59 at 0.90 give Clopper and Pearson's low =
 * 0.05^(1/59) = 0.9505, Wilks' 95/95.
 */
#ifndef EPILUX_STATISTICS_YIELD_H
#define EPILUX_STATISTICS_YIELD_H

#include "epilux/error.h"

/** X(name, deck name). Wilson's interval and Jeffreys' have the nominal coverage on average over yields;
 * Clopper and Pearson's at least, always. */
#define EPX_YIELD_METHODS(X)                                                                                 \
  X(EPX_YIELD_WILSON, "wilson")                                                                              \
  X(EPX_YIELD_CLOPPER_PEARSON, "clopper-pearson")                                                            \
  X(EPX_YIELD_JEFFREYS, "jeffreys")

typedef enum {
#define EPX_YIELD_ENUM(name, text) name,
  EPX_YIELD_METHODS(EPX_YIELD_ENUM)
#undef EPX_YIELD_ENUM
      EPX_YIELD_METHOD_COUNT
} epx_yield_method;

typedef struct {
  double yield;     /* n_passed / n; NaN for n = 0 */
  double low, high; /* 0 … 1 for n = 0; NaN where nothing can be told */
  double effective; /* how many independent instances would tell as much, at most n; NaN where not known */
} epx_yield;

/** Gets a method by its deck name. Errors: EPX_EINPUT for any other. */
epx_err epx_yield_get_method(const char *name, epx_yield_method *method);

/** Evaluates the yield of n independent instances. With a = 1 - confidence and p' = n_passed/n:
 *   Wilson            the p with |p' - p| = z sqrt(p (1 - p) / n), z the normal quantile of 1 - a/2
 *   Clopper–Pearson   low: P(X >= n_passed | low) = a/2; high: P(X <= n_passed | high) = a/2; X binomial(n, ·)
 *   Jeffreys          quantiles a/2 and 1 - a/2 of beta(n_passed + 1/2, n - n_passed + 1/2); low = 0 for
 *                     n_passed = 0, high = 1 for n_passed = n
 * Errors: EPX_EINPUT: not 0 <= n_passed <= n; confidence not within (0, 1); n > 10^6 for all but Wilson's,
 * where the incomplete beta function is no longer known to be right.
 * Source: Wilson1927, ClopperPearson1934, Wilks1941, BrownCaiDasGupta2001. */
epx_err epx_yield_eval(epx_yield_method method, int n_passed, int n, double confidence, epx_yield *yield);

/** Evaluates the yield of all n_all instances, of which n were drawn at random without replacement and looked
 * at. Wilson's and Jeffreys' intervals take n' = n (n_all - 1) / (n_all - n) instances in the place of n, which
 * is the variance of such a sample; Clopper and Pearson's takes the hypergeometric distribution in the place of
 * the binomial. No end leaves n_passed/n_all … 1 - (n - n_passed)/n_all; for n = n_all both are the yield.
 * effective: n'. Errors: as epx_yield_eval(); n > n_all. Source: Cochran1977. */
epx_err epx_yield_eval_finite(epx_yield_method method, int n_passed, int n, int n_all, double confidence,
                              epx_yield *yield);

/** Evaluates the yield of instances that come from n_clusters random clusters (lots), n_passed [n_clusters] of
 * n [n_clusters] good; clusters without an instance are left out. With the L shares m_l of the others, their
 * mean m and their variance s^2 = sum (m_l - m)^2 / (L - 1):
 *   m -+ t sqrt(s^2 / L), t Student's quantile with L - 1 degrees of freedom, cut to 0 … 1,
 * and never inside the interval that `method` gives of as many independent instances. Few clusters, or yields
 * near 0 or 1, leave it rough. L = 1: low, high and effective are NaN, since one cluster says nothing of others.
 * effective: m (1 - m) L / s^2, at most the number of instances; NaN where m is 0 or 1. Errors: as
 * epx_yield_eval(). */
epx_err epx_yield_eval_clustered(epx_yield_method method, const int *n_passed, const int *n, int n_clusters,
                                 double confidence, epx_yield *yield);

#endif
