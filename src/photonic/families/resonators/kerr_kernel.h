/** @internal @file
 * The pointwise part of the kerr field, and its Jacobian: private between kerr.c and kerr_kernel.c.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_KERR_KERNEL_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_KERR_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/machine/kernel.h"

/** f holds C = J a on entry and F = -(loss + coupling_loss)/2 a + i((detuning + kerr |a|^2) a + C) + drive on
 * return. */
typedef struct {
  size_t n_nodes, n_lanes;
  const double *loss, *detuning, *kerr; /* [n_nodes][n_lanes] */
  const double *coupling_loss;          /* [n_nodes][n_lanes]; NULL: none */
  bool shared;                          /* a node's parameters are the same in all lanes */
  const double *drive, *y;              /* [n_nodes][2][n_lanes] */
  double *f;                            /* [n_nodes][2][n_lanes] */
} epx_kerr_field;

/** jacobian[(row * n_state + column) * width + w] of lanes lane + w; width is 1 or EPX_LANE_WIDTH. */
typedef struct {
  size_t n_nodes, n_lanes, lane;
  int width;
  bool shared;
  const double *coupling;               /* shared [n_nodes][n_nodes], own [n_nodes][n_nodes][n_lanes] */
  const double *loss, *detuning, *kerr; /* [n_nodes][n_lanes] */
  const double *coupling_loss;          /* [n_nodes][n_lanes]; NULL: none */
  const double *y;                      /* [n_nodes][2][n_lanes] */
  double *jacobian;                     /* [2 n_nodes][2 n_nodes][width] */
} epx_kerr_jacobian;

#endif
