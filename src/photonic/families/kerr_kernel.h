/** @file
 * The pointwise part of the kerr field: private between kerr.c and kerr_kernel.c.
 */
#ifndef EPILUX_SRC_PHOTONIC_KERR_KERNEL_H
#define EPILUX_SRC_PHOTONIC_KERR_KERNEL_H

#include <stddef.h>

#include "base/kernel.h"

/** f holds C = J a on entry and F = -loss/2 a + i((detuning + kerr |a|^2) a + C) + drive on return. */
typedef struct {
  size_t n_nodes, n_lanes;
  const double *loss, *detuning, *kerr; /* [n_nodes][n_lanes] */
  const double *drive, *y;              /* [n_nodes][2][n_lanes] */
  double *f;                            /* [n_nodes][2][n_lanes] */
} epx_kerr_field;

#endif
