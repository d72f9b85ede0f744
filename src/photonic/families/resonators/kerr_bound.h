/** @internal @file
 * A bound of the kerr family's growth that knows of rotation: private to kerr.c.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_KERR_BOUND_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_KERR_BOUND_H

#include <stdbool.h>

#include "photonic/lanes.h"

/** One lane, its node parameters by their place among the family's. */
typedef struct {
  const epx_lanes *lanes;
  int loss, coupling_loss, detuning, kerr;
  const double *y;
  int lane;
} epx_kerr_bound;

/** Evaluates a bound of the abscissa of a lane without cross-Kerr shift, below 0, where the quadratic form
 * that kerr_bound.c describes has one; INFINITY where it has not. O(n_nodes m^2), m the nodes, at most 12,
 * whose squeeze is nearly as large as half their loss or larger. */
double epx_kerr_bound_eval(const epx_kerr_bound *call);

#endif
