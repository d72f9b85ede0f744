/** @file
 * The kernel of kerr_alone: column by column of the symmetric matrix, so that a compiler makes vectors over
 * nodes.
 */
#include "cli/bench/kerr_alone_kernel.h"

void EPX_KERNEL(epx_kerr_alone_field) EPX_KERR_ALONE_ARGUMENTS;

void EPX_KERNEL(epx_kerr_alone_field) EPX_KERR_ALONE_ARGUMENTS {
  const int n = k->n;
  const double *x = y, *p = y + n;
  double *f_x = f, *f_p = f + n;
  for (int i = 0; i < n; i++) {
    const double shift = k->detuning[i] + k->kerr * (x[i] * x[i] + p[i] * p[i]);
    f_x[i] = k->drive[i] - 0.5 * k->loss * x[i] - shift * p[i];
    f_p[i] = shift * x[i] - 0.5 * k->loss * p[i];
  }
  for (int j = 0; j < n; j++) {
    const double *column = k->coupling + (long)j * n;
    const double x_j = x[j], p_j = p[j];
    for (int i = 0; i < n; i++) {
      f_x[i] -= column[i] * p_j;
      f_p[i] += column[i] * x_j;
    }
  }
}
