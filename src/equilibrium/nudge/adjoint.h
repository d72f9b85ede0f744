/** @file
 * Adjoint: products with the transposed Jacobian.
 */
#ifndef EPILUX_EQUILIBRIUM_NUDGE_ADJOINT_H
#define EPILUX_EQUILIBRIUM_NUDGE_ADJOINT_H

#include "photonic/lanes.h"

/** Adds (dF/ds)' v at y to out, of every lane, all [n_state][n_lanes]; jacobian has room for
 * n_state^2 EPX_LANE_WIDTH. O(n_state^2 n_lanes). */
void epx_adjoint_add_product(const epx_lanes *lanes, const double *y, const double *v, double *jacobian,
                             double *out);

#endif
