/** @file
 * Comparison row.
 */
#include "learning/training/comparison_row.h"

#include <math.h>

double epx_comparison_eval_dot(size_t n, const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

double epx_comparison_eval_error(size_t n, const double *a, const double *b) {
  double squares = 0;
  for (size_t i = 0; i < n; i++)
    squares += (a[i] - b[i]) * (a[i] - b[i]);
  const double norm = sqrt(epx_comparison_eval_dot(n, b, b));
  return norm > 0 ? sqrt(squares) / norm : NAN;
}

double epx_comparison_eval_convergence(double ge, double gg, double ee) {
  if (!(ee > 0) || !(gg > 0)) return NAN;
  return ge > 0 ? ge * ge / (gg * ee) : 0;
}

/* Least squares of log error over log beta. */
static double fit_slope(int n, const double *beta, const double *error) {
  double x = 0, y = 0, xx = 0, xy = 0;
  for (int i = 0; i < n; i++) {
    const double log_beta = log(beta[i]), log_error = log(error[i]);
    x += log_beta;
    y += log_error;
    xx += log_beta * log_beta;
    xy += log_beta * log_error;
  }
  const double slope = (n * xy - x * y) / (n * xx - x * x);
  return isfinite(slope) ? slope : NAN;
}

void epx_comparison_set_beta(size_t n, const double *g, const double *exact, int k, epx_comparison *row) {
  const double norm = sqrt(epx_comparison_eval_dot(n, g, g)),
               size = sqrt(epx_comparison_eval_dot(n, exact, exact));
  row->cosine[k] = norm > 0 && size > 0 ? epx_comparison_eval_dot(n, g, exact) / norm / size : NAN;
  row->norm_ratio[k] = size > 0 ? norm / size : NAN;
  row->error[k] = epx_comparison_eval_error(n, g, exact);
}

/* The limit a + (a - b) / (2^order - 1), a at half the beta of b; its error, and how far each beta is from
 * it. */
void epx_comparison_set_limit(size_t n, double *const *estimate, const double *exact, int order,
                              double *limit, epx_comparison *row) {
  row->slope = row->limit_error = NAN;
  if (!row->estimator->nudged) return;
  row->slope = fit_slope(row->n_betas, row->beta, row->error);
  const double *a = estimate[EPX_COMPARISON_BETAS - 1], *b = estimate[EPX_COMPARISON_BETAS - 2];
  const double size = sqrt(epx_comparison_eval_dot(n, exact, exact)), share = 1 / (ldexp(1, order) - 1);
  for (size_t i = 0; i < n; i++)
    limit[i] = a[i] + share * (a[i] - b[i]);
  row->limit_error = epx_comparison_eval_error(n, limit, exact);
  const double length = sqrt(epx_comparison_eval_dot(n, limit, limit));
  for (int k = 0; k < row->n_betas; k++)
    row->vanishing[k] = size > 0 ? epx_comparison_eval_error(n, estimate[k], limit) * length / size : NAN;
}
