/** @file
 * Response: the linear response of a network's ports to weak light beside what it is driven with, at a state where it rests.
 *
 * A port is that of a node with coupling_loss k > 0, in the order of the nodes. Light a_in e^(-i nu t) beside the laser, nu its
 * frequency above the laser's, drives the node with -sqrt(k) a_in; what leaves is a_out = a_in + sqrt(k) a:
 *
 *   S_kj = delta_kj - sqrt(k_k) A_kj sqrt(k_j),   A the answer of the amplitudes by the Jacobian J of the whole state,
 *   (-i nu - J) Y = B
 *
 * carriers and heat among it. A nonlinear network also makes light at -nu, which is not part of S. Without nonlinearity and
 * loss S is unitary; with the losses kept, sum_k |S_kj|^2 + sum_i loss_i |a_i|^2 = 1.
 * Of a mesh the loops are opened: ports 1 … N are the inputs of its waveguides, N + 1 … 2N its outputs behind gain and phase,
 * and S = [[0, A'], [A, 0]] at every frequency.
 */
#ifndef EPILUX_STUDY_SIMULATION_RESPONSE_H
#define EPILUX_STUDY_SIMULATION_RESPONSE_H

#include "study/simulation/simulation.h"

typedef struct {
  int n_ports, n_offsets;
  int *node;      /* [n_ports]: whose port it is */
  double *offset; /* [n_offsets]: nu, in the family's unit of rate */
  double *s;      /* [n_offsets][n_ports][n_ports][Re, Im]: S(out, in), time as e^(-i omega t) */
} epx_response;

/** Creates the response at a state [n_state] for `n_offsets` equal steps from `from` to `to`. Errors: EPX_EINPUT: a family without
 * ports; a network none of whose nodes has one; EPX_ESOLVER: no response, the network is at the edge of stability; EPX_EMEMORY.
 * O(n_state^3) an offset. */
epx_err epx_response_create(const epx_simulation *simulation, const double *state, int n_offsets, double from,
                            double to, epx_response **out);
void epx_response_destroy(epx_response **address);

#endif
