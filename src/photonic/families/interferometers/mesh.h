/** @internal @file
 * Mesh: what the families share whose nodes are joined by a rectangular mesh of Mach-Zehnder interferometers
 * (Clements2016) on n_nodes waveguides: n_nodes columns, the interferometers of column c between waveguides m
 * and m + 1 with m = c, c + 2, … modulo 2.
 *
 * Were all of them in their cross state, the light of every two nodes would meet in just one of them: that
 * interferometer is the link (i, j) of the two. So a mesh needs no topology of its own: all-to-all is the
 * whole rectangle, and where two nodes are not linked their waveguides merely cross. Light that went straight
 * through all crossings leaves where it returns to its own node.
 *
 * An interferometer is T = e^(-loss/2) S(splitter_out) diag(e^(i theta), 1) S(splitter_in) diag(e^(i phi),
 * 1), S(e) = [[cos b, i sin b], [i sin b, cos b]], b = pi/4 + e; with ideal splitters
 *
 *   T = i e^(i theta/2) [[e^(i phi) sin(theta/2), cos(theta/2)], [e^(i phi) cos(theta/2), -sin(theta/2)]],
 *
 * the cross state at theta = 0, the bar state at pi.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_INTERFEROMETERS_MESH_H
#define EPILUX_PHOTONIC_FAMILIES_INTERFEROMETERS_MESH_H

#include "photonic/lanes.h"

/** The first parameters of all families with a mesh. */
enum {
  EPX_MESH_THETA,
  EPX_MESH_PHI,
  EPX_MESH_SPLITTER_IN,
  EPX_MESH_SPLITTER_OUT,
  EPX_MESH_LOSS,
  EPX_MESH_PHASE,
  EPX_MESH_GAIN,
  EPX_MESH_BIAS,
  EPX_MESH_N_PARAMETERS
};

/** Their rows in the families' tables. */
#define EPX_MESH_PARAMETERS                                                                                  \
  [EPX_MESH_THETA] = {"theta",                                                                               \
                      "rad",                                                                                 \
                      EPX_SITE_LINK,                                                                         \
                      0,                                                                                     \
                      -INFINITY,                                                                             \
                      INFINITY,                                                                              \
                      true,                                                                                  \
                      true,                                                                                  \
                      "theta_ij, phase between the arms of the interferometer where the light of two nodes " \
                      "meets: 0 crosses, pi does not"},                                                      \
  [EPX_MESH_PHI] = {"phi", "rad",     EPX_SITE_LINK,                                                         \
                    0,     -INFINITY, INFINITY,                                                              \
                    true,  true,      "phi_ij, phase before the upper input of the interferometer"},         \
  [EPX_MESH_SPLITTER_IN] =                                                                                   \
      {"splitter_in",                                                                                        \
       "rad",                                                                                                \
       EPX_SITE_LINK,                                                                                        \
       0,                                                                                                    \
       -INFINITY,                                                                                            \
       INFINITY,                                                                                             \
       false,                                                                                                \
       false,                                                                                                \
       "deviation of the first splitter from pi/4: its power ratio is about 1/2 + this"},                    \
  [EPX_MESH_SPLITTER_OUT] = {"splitter_out",                                                                 \
                             "rad",                                                                          \
                             EPX_SITE_LINK,                                                                  \
                             0,                                                                              \
                             -INFINITY,                                                                      \
                             INFINITY,                                                                       \
                             false,                                                                          \
                             false,                                                                          \
                             "deviation of the second splitter from pi/4"},                                  \
  [EPX_MESH_LOSS] = {"loss", "1",   EPX_SITE_LINK,                                                           \
                     0,      0,     INFINITY,                                                                \
                     false,  false, "power loss of the interferometer in nepers: 0.23 for 1 dB"},            \
  [EPX_MESH_PHASE] = {"phase", "rad",     EPX_SITE_NODE,                                                     \
                      0,       -INFINITY, INFINITY,                                                          \
                      true,    true,      "phase_i, phase between the mesh and a node"},                     \
  [EPX_MESH_GAIN] = {"gain", "1",   EPX_SITE_NODE,                                                           \
                     1,      0,     INFINITY,                                                                \
                     false,  false, "gain_i of the amplitude in the loop of a node: passive up to 1"},       \
  [EPX_MESH_BIAS] = {                                                                                        \
      "bias", "1",       EPX_SITE_NODE,                                                                      \
      0,      -INFINITY, INFINITY,                                                                           \
      true,   true,      "bias_i, constant real part of the light b_i that is added behind the mesh"}

/** Counts what epx_mesh_set_derived() sets: A, [n_nodes][n_nodes][Re, Im]. */
size_t epx_mesh_count_derived(const epx_network *network);

/** Sets lanes->derived to A_ij = gain_i e^(i phase_i) U_ij, U the mesh. O(n_nodes^3 depth). */
void epx_mesh_set_derived(epx_lanes *lanes);

/** Gets where A_ij of the lanes from `lane` on stands: Re of lane + w is [w * *step], Im *im behind it. */
const double *epx_mesh_get_entry(const epx_lanes *lanes, int i, int j, int lane, int *step, size_t *im);

/** Evaluates z = A s, s and z [n_nodes][2][n_lanes]; with `adjoint` the conjugate transpose of A. */
void epx_mesh_eval_product(const epx_lanes *lanes, bool adjoint, const double *s, double *z);

/** Adds weight times the slope of Re sum_i w_i* z_i, z = A s + b, in all parameters of the mesh, with a sign:
 * for -1 that of a force -F. The light is followed through the mesh once, then backwards with w, every
 * interferometer undone on the way. s, w [n_nodes][2][n_lanes], finite; lanes left out must be zero in w.
 * Overwrites lanes->scratch; O(n_links n_lanes). */
void epx_mesh_add_gradient(const epx_lanes *lanes, double sign, const double *s, const double *w,
                           const double *weight, double *gradient);

#endif
