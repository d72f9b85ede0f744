/** @internal @file
 * Lasers: what lasers of class A and B share whose nodes have a complex amplitude a = x + i p in their first
 * two components: the waves that reach each of them,
 *
 *   w_i = sum_j (K_ij + i J_ij) a_j + F_i + i Delta_i a_i
 *
 * with K what partly transmitting links exchange (dissipative), J what lossless ones do (dispersive), both
 * real and symmetric, F_i = bias_i + input_scale feature the injected light, Delta_i the detuning. Waves are
 * rows [n_nodes][2][n_lanes].
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_OSCILLATORS_LASERS_H
#define EPILUX_PHOTONIC_FAMILIES_OSCILLATORS_LASERS_H

#include "photonic/lanes.h"

/** The parameters' order in both families; class B has one more. */
enum {
  EPX_LASER_COUPLING,
  EPX_LASER_DISPERSIVE,
  EPX_LASER_BIAS,
  EPX_LASER_PUMP,
  EPX_LASER_DETUNING,
  EPX_LASER_ENHANCEMENT,
  EPX_LASER_LIFETIME
};

/* clang-format off */
/** Their rows in the families' tables. */
#define EPX_LASER_WAVE_PARAMETERS                                                                            \
  [EPX_LASER_COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,                \
                          "K_ij, rate of dissipative exchange between two lasers, through light they both "  \
                          "lose"},                                                                           \
  [EPX_LASER_DISPERSIVE] = {"dispersive", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, false,           \
                            "J_ij, rate of lossless exchange between two lasers, a quarter turn late"},      \
  [EPX_LASER_BIAS] = {"bias", "1", EPX_SITE_NODE, 0.5, -INFINITY, INFINITY, true, true,                      \
                      "bias_i, constant real part of the injected light F_i, to which phases lock"}
/* clang-format on */

/** What fabrication moves: a cold cavity that is redder runs behind the injected light; a current or a loss that is
 * off is a pump. */
enum { EPX_LASER_RESPONSES = 3 };
extern const epx_family_device epx_laser_cavity;
extern const epx_family_response epx_laser_responses[EPX_LASER_RESPONSES];
#define EPX_LASER_FABRICATION                                                                                \
  .n_devices = 1, .devices = &epx_laser_cavity, .n_responses = EPX_LASER_RESPONSES,                          \
  .responses = epx_laser_responses

/** Sets y [n_nodes][components][n_lanes] to noise of the vacuum's size in Re and Im, one draw a node and
 * sample from the stream (seed, purpose), and 0 in further components. */
void epx_laser_set_start(const epx_lanes *lanes, const char *purpose, unsigned long long seed, double *y);

/** Sets the injected light: lanes->input [n_nodes][2][n_lanes]. */
void epx_laser_set_input(epx_lanes *lanes);

/** Evaluates w of all nodes; x [n_nodes][2][n_lanes] is left as the amplitudes of y. `room` has n_lanes. */
void epx_laser_eval_waves(const epx_lanes *lanes, const double *y, double *x, double *room, double *w);

/** Sets a Jacobian, laid out as that of epx_family, to dw/da, and everything else in it to 0. */
void epx_laser_set_jacobian(const epx_lanes *lanes, int lane, int width, double *jacobian);

/** Adds v' dG/dtheta, G = -w, of the links, the bias and the detuning. */
void epx_laser_add_wave_forces(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient);

/** Adds dE/dtheta, E = -sum_{i<j} K_ij Re(a_i* a_j) - sum_i Re(F_i* a_i), of the same: those of J and the
 * detuning, which are in no energy, are 0. */
void epx_laser_add_wave_energies(const epx_lanes *lanes, const double *y, const double *weight,
                                 double *gradient);

/** Evaluates out = (M - M') v of what J and the detuning do, -2 i (J + Delta) v, in the first two components;
 * further ones get 0. */
void epx_laser_eval_turning(const epx_lanes *lanes, const double *v, double *out);

#endif
