/** @internal @file
 * Cross-Kerr: the shift of each resonator by the light of those it is linked with, X_i = sum over j of g_ij
 * |a_j|^2, g the values of link parameter p. Amplitudes are rows [n_nodes][2][n_lanes].
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_KERR_CROSS_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_KERR_CROSS_H

#include "photonic/lanes.h"

/** Evaluates X [n_nodes][n_lanes]; row has room for three rows of lanes. O(n_links n_lanes). */
void epx_kerr_cross_eval_shift(const epx_lanes *lanes, int p, const double *y, double *shift, double *row);

/** Adds i X_i a_i to the field; work has room for n_nodes + 3 rows of lanes. */
void epx_kerr_cross_add_field(const epx_lanes *lanes, int p, const double *y, double *work, double *f);

/** Adds its Jacobian, laid out as that of epx_family. */
void epx_kerr_cross_add_jacobian(const epx_lanes *lanes, int p, const double *y, int lane, int width,
                                 double *jacobian);

/** Evaluates what it may add to the logarithmic norm at each node, |a_i| sum over j of |g_ij| |a_j|, into
 * bound [n_nodes][n_lanes]; row has room for three rows of lanes. O(n_links n_lanes). */
void epx_kerr_cross_eval_bound(const epx_lanes *lanes, int p, const double *y, double *bound, double *row);

#endif
