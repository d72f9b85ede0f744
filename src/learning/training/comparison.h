/** @file
 * Comparison: how near each estimator comes to the exact gradient, and how its error falls with the nudge.
 */
#ifndef EPILUX_LEARNING_TRAINING_COMPARISON_H
#define EPILUX_LEARNING_TRAINING_COMPARISON_H

#include "learning/training/learner.h"

/** Strengths of the nudge that are compared: beta, beta / 2, beta / 4. */
#define EPX_COMPARISON_BETAS 3

/** One estimator, or one estimator and scheme. `exact` is implicit differentiation (backprop). Ratios and
 * errors are NaN where the exact gradient is zero or nothing was estimated. */
typedef struct {
  const epx_estimator *estimator;
  const char *refusal;                 /* why it does not apply (then nothing else is set); NULL if it does */
  epx_scheme scheme;                   /* of a nudged estimator whose phases are not its own */
  int n_betas;                         /* EPX_COMPARISON_BETAS when nudged, else 1 */
  double beta[EPX_COMPARISON_BETAS];   /* falling; NaN when not nudged */
  double cosine[EPX_COMPARISON_BETAS]; /* with exact */
  double norm_ratio[EPX_COMPARISON_BETAS]; /* |g| / |exact| */
  double error[EPX_COMPARISON_BETAS];      /* |g - exact| / |exact| */
  double vanishing[EPX_COMPARISON_BETAS];  /* |g - g0| / |exact|, g0 extrapolated to beta = 0: the bias that
                                              goes with the nudge; NaN when not nudged */
  double spread[EPX_COMPARISON_BETAS]; /* root of the summed variances of g under the learner's read-out and
                                          drift, and the rule's own draws, over |exact|; NaN of a rule that is
                                          computed */
  double convergence[EPX_COMPARISON_BETAS]; /* predicted: how far down a step of the best length along g gets,
                                               next to one along exact, where the cost's curvature is the same
                                               in all directions: <g.e>^2 / (<|g|^2> |e|^2) over the noise; 0
                                               where g points uphill */
  double difference_error;                  /* |g - d| / |d| at the smallest beta, d by finite differences */
  double slope; /* least squares, of log error in log beta: 1 and 2 for an unbiased rule; NaN when not nudged
                   or an error is zero */
  double
      limit_error; /* error of the value extrapolated to beta = 0: the rule's own bias; NaN when not nudged */
  long equilibria; /* solved for one gradient, with the free phase */
  long failures;   /* learning phases that failed and were skipped, over all betas */
} epx_comparison;

/** For distributed networks: finite differences of at most so many parameters of each kind (those with the largest
 * entries of the exact gradient), and the largest number of equilibria per sample that a rule may need. */
#define EPX_COMPARISON_DIFFERENCES 2
#define EPX_COMPARISON_PHASES 1000

/** Largest number of rows. */
#define EPX_COMPARISON_MAX_ROWS 32

/** Evaluates the rows of one instance over the training part, on ideal read-out and without drift but for
 * spread and convergence: every estimator in the table's order, nudged ones one-sided, then centered, unless
 * their phases are their own; at nudging's beta, a half and a quarter of it, its other settings as they are.
 * `learner` holds one instance; theta [n_theta]; rows [EPX_COMPARISON_MAX_ROWS] out, *n_rows out. vector [1 +
 * EPX_COMPARISON_MAX_ROWS][n_theta] out, or NULL: the gradients themselves, by finite differences (0 where
 * none was taken), then of each row at its first beta; 0 of refused ones. The extrapolation takes the two
 * smallest betas and the scheme's order (1, 2, or the number of points). Errors: EPX_EINPUT: not one instance,
 * beta not positive; EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_comparison_eval(epx_learner *learner, const double *theta, const epx_nudging *nudging,
                            epx_comparison *rows, int *n_rows, double *vector);

#endif
