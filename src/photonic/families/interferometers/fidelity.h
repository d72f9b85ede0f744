/** @file
 * Fidelity: what a mesh that was fabricated does to light beside what was designed.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_INTERFEROMETERS_FIDELITY_H
#define EPILUX_PHOTONIC_FAMILIES_INTERFEROMETERS_FIDELITY_H

#include "photonic/lanes.h"
#include "photonic/network.h"

/** Tells whether the nodes of a family are joined by a mesh of interferometers. */
bool epx_fidelity_is_known(const epx_family *family);

/** Evaluates, with U and V the transfer matrices of two parameter vectors, theta [2][n_theta], gains and output phases
 * among them,
 *   fidelity       |tr U^+ V|^2 / (tr U^+ U tr V^+ V)     of unitary ones |tr U^+ V|^2 / N^2
 *   insertion_loss -10 log10(tr V^+ V / N) [dB]           mean over the inputs, of V; below 0 where it gains
 * Small errors of a rectangular mesh of N waveguides, of the phases of one arm and of the splitters as *angles*, leave
 *   -ln fidelity = (N - 1) sigma_phase^2 + 2 (N - 1) sigma_splitter^2.
 * Tolerances quoted for a splitter's *amplitude* are sqrt2 times as large as angles: with sigma for phases and amplitudes
 * alike it is 5 (N - 1) sigma^2.
 * NaN both for a family without a mesh. Errors: EPX_EMEMORY. O(n_nodes^3). Source: Clements2016. */
epx_err epx_fidelity_eval(const epx_network *network, const double *theta, double *fidelity,
                          double *insertion_loss);

/** Evaluates the transfer matrix of the first lane, gain_i e^(i phase_i) U_ij from the input of waveguide j to its output i:
 * transfer [n_nodes][n_nodes][Re, Im]. For a family with a mesh, its parameters set. */
void epx_fidelity_eval_transfer(const epx_lanes *lanes, double *transfer);

#endif
