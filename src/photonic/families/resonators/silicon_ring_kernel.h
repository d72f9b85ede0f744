/** @internal @file
 * The pointwise part of the silicon-ring field, and its Jacobian: private between silicon_ring.c and
 * silicon_ring_kernel.c. Symbols are those of silicon_ring.c.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_SILICON_RING_KERNEL_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_SILICON_RING_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/machine/kernel.h"

/** What a ring is made of, one row of lanes a node: the indices of the family's parameters. */
enum {
  EPX_RING_COUPLING,
  EPX_RING_DETUNING,
  EPX_RING_BIAS,
  EPX_RING_LOSS,
  EPX_RING_COUPLING_LOSS,
  EPX_RING_ABSORBED,
  EPX_RING_KERR,
  EPX_RING_TWO_PHOTON,
  EPX_RING_CARRIER_LOSS,
  EPX_RING_CARRIER_SHIFT,
  EPX_RING_THERMAL_SHIFT,
  EPX_RING_CARRIER_DECAY,
  EPX_RING_CARRIER_GENERATION,
  EPX_RING_THERMAL_DECAY,
  EPX_RING_HEATING,
  EPX_RING_WAVELENGTH,
  EPX_RING_PARAMETERS
};

/** omega_p - omega_0 [rad/us] = -EPX_RING_OFFSET detuning [pm] / wavelength^2 [nm^2], to first order. */
#define EPX_RING_OFFSET 1883651567.308853

enum { EPX_RING_COMPONENTS = 4 };

/** f = F: sent holds sum_j J_ij a_j on entry. */
typedef struct {
  size_t n_nodes, n_lanes;
  double *const *node;    /* [EPX_RING_PARAMETERS] of [n_nodes][n_lanes]; the coupling's is NULL */
  const double *drive;    /* [n_nodes][2][n_lanes]: sqrt(coupling_loss) s */
  const double *y, *sent; /* [n_nodes][4][n_lanes]; [n_nodes][2][n_lanes] */
  double *f;              /* [n_nodes][4][n_lanes] */
} epx_silicon_ring_field;

/** jacobian[(row * n_state + column) * width + w] of lanes lane + w; width is 1 or EPX_LANE_WIDTH. */
typedef struct {
  size_t n_nodes, n_lanes, lane;
  int width;
  bool shared;
  const double *coupling; /* shared [n_nodes][n_nodes], own [n_nodes][n_nodes][n_lanes] */
  double *const *node;
  const double *y;  /* [n_nodes][4][n_lanes] */
  double *jacobian; /* [4 n_nodes][4 n_nodes][width] */
} epx_silicon_ring_jacobian;

#endif
