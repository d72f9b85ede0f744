/** @internal @file
 * XY: what families share whose nodes are phases that pull each other. Inputs are clamped. Unit vectors are
 * rows [n_nodes][2][n_lanes], (cos phi, sin phi) of free nodes; lanes->input has their place.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_OSCILLATORS_XY_H
#define EPILUX_PHOTONIC_FAMILIES_OSCILLATORS_XY_H

#include "photonic/lanes.h"

/** Gets where the cosine of node i stands; the sine stands n_lanes behind. */
size_t epx_xy_at_cos(const epx_lanes *lanes, int i);

/** Sets the vectors of the inputs in lanes->input, (cos, sin) of input_scale feature where `phases`, else
 * (input_scale feature, 0), and what they pull free nodes by, (X_i, Y_i) = sum over clamped j of W_ij times
 * their vector. The family adds its own fields to the latter. */
void epx_xy_clamp(epx_lanes *lanes, bool phases);

/** Evaluates the vectors of all nodes. */
void epx_xy_eval_all_vectors(const epx_lanes *lanes, const double *y, double *x);

/** Evaluates f_i = B_i cos phi_i - A_i sin phi_i with (A_i, B_i) = (X_i, Y_i) + sum over free j of W_ij (cos,
 * sin) phi_j; work as of epx_family.eval_field. */
void epx_xy_eval_field(const epx_lanes *lanes, const double *y, double *f, double *work);

/** Evaluates its Jacobian, laid out as that of epx_family. */
void epx_xy_eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian);

/** Makes the vectors x zero in lanes that are left out. */
void epx_xy_leave_out(const epx_lanes *lanes, const double *weight, double *x);

/** Adds v' dG/dW of every link, of vectors x = lanes->scratch as left out. */
void epx_xy_add_link_forces(const epx_lanes *lanes, const double *v, const double *weight, const double *x,
                            double *gradient);

/** Adds dE/dW of every link, E = -sum over links of W_ij x_i . x_j; x likewise. */
void epx_xy_add_link_energies(const epx_lanes *lanes, const double *weight, const double *x,
                              double *gradient);

/** Evaluates that energy [n_lanes], and the vectors x = lanes->scratch on the way. */
void epx_xy_eval_link_energy(const epx_lanes *lanes, const double *y, double *x, double *energy);

#endif
