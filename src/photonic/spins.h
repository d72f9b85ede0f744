/** @file
 * Spins: the Ising problem that a network's couplings are, with s_i = 1 or -1 of every node,
 *
 *   E(s) = -(sum_{i<j} J_ij s_i s_j + sum_i h_i s_i) / unit,   cut = sum over links with s_i != s_j of -J_ij / unit,
 *
 * J the family's coupling, h its bias or field, unit the magnitude of the factor that the deck has put before an edge list's
 * values (1 without one): energies and cuts are in the file's own values, which are the weights of the cut where that factor
 * is negative. Families opo (the sign of x), soft-spin (of sin s), ising and phase (of cos phi; h cos psi of phase).
 */
#ifndef EPILUX_PHOTONIC_SPINS_H
#define EPILUX_PHOTONIC_SPINS_H

#include "epilux/family.h"

/** Most spins whose ground state is found by trying all states. */
enum { EPX_SPINS_MOST_TRIED = 24 };

typedef struct {
  const epx_network *network; /* borrowed */
  double *coupling;           /* [n_links], over unit */
  double *field;              /* [n_nodes], over unit */
} epx_spins;

/** Tells whether the states of a family have signs that stand for spins. */
bool epx_spins_has(const epx_family *family);

/** Inits the problem that nominal parameters are, theta [n_theta]; a network without inputs. Errors: EPX_EMEMORY; call
 * destroy then, too. */
epx_err epx_spins_init(const epx_network *network, const double *theta, double unit, epx_spins *spins);

void epx_spins_destroy(epx_spins *spins);

/** Evaluates the spins of a state, whose rows are `stride` apart: spin [n_nodes]; 0 counts as 1. */
void epx_spins_eval(const epx_spins *spins, const double *y, size_t stride, signed char *spin);

/** Evaluates energy and cut of spins [n_nodes]. O(n_links). */
double epx_spins_eval_energy(const epx_spins *spins, const signed char *spin);
double epx_spins_eval_cut(const epx_spins *spins, const signed char *spin);

/** Solves for the least energy by trying all states, one flip after the other (Gray's code), each half of them if no field
 * tells s from -s. O(2^n n). Errors: EPX_EINPUT: more than EPX_SPINS_MOST_TRIED nodes; EPX_EMEMORY. */
epx_err epx_spins_solve_ground(const epx_spins *spins, double *energy);

#endif
