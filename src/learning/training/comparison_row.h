/** @internal @file
 * Comparison row: the numbers of a row from its gradients, for networks on one core and distributed ones.
 */
#ifndef EPILUX_LEARNING_TRAINING_COMPARISON_ROW_H
#define EPILUX_LEARNING_TRAINING_COMPARISON_ROW_H

#include "learning/training/comparison.h"

/** Evaluates a . b. */
double epx_comparison_eval_dot(size_t n, const double *a, const double *b);

/** Evaluates |a - b| / |b|; NaN where b vanishes. */
double epx_comparison_eval_error(size_t n, const double *a, const double *b);

/** Evaluates the predicted convergence from <g.e>, <|g|^2> and |e|^2. */
double epx_comparison_eval_convergence(double ge, double gg, double ee);

/** Sets cosine, norm_ratio and error of the row's k-th beta from the gradient g [n] and the exact one. */
void epx_comparison_set_beta(size_t n, const double *g, const double *exact, int k, epx_comparison *row);

/** Sets slope, and of a nudged rule limit_error and vanishing, from its gradients, estimate
 * [EPX_COMPARISON_BETAS][n], whose bias is of an order in beta. limit [n] is overwritten. */
void epx_comparison_set_limit(size_t n, double *const *estimate, const double *exact, int order,
                              double *limit, epx_comparison *row);

#endif
