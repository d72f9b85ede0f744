/** @file
 * Kerr alone.
 */
#include "cli/bench/kerr_alone.h"

#include <stddef.h>

#include "cli/bench/kerr_alone_kernel.h"

EPX_KERNEL_TABLE(epx_kerr_alone_field, EPX_KERR_ALONE_ARGUMENTS);

void epx_kerr_alone_eval_field(const void *context, const double *y, double *f) {
  EPX_KERNEL_CALL(epx_kerr_alone_field)(context, y, f);
}

void epx_kerr_alone_eval_jacobian(const void *context, const double *y, double *jacobian) {
  const epx_kerr_alone *k = context;
  const size_t n = (size_t)k->n, n_state = 2 * n;
  for (size_t j = 0; j < n; j++) {
    double *of_x = jacobian + j * n_state, *of_p = jacobian + (n + j) * n_state;
    for (size_t i = 0; i < n; i++) {
      of_x[n + i] = k->coupling[j * n + i];
      of_p[i] = -k->coupling[j * n + i];
    }
    const double x = y[j], p = y[n + j], half = 0.5 * k->loss;
    const double shift = k->detuning[j] + k->kerr * (x * x + p * p), twist = 2 * k->kerr * x * p;
    of_x[j] = -half - twist;
    of_x[n + j] += shift + 2 * k->kerr * x * x;
    of_p[j] += -shift - 2 * k->kerr * p * p;
    of_p[n + j] = -half + twist;
  }
}
