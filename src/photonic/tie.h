/** @file
 * Tie: entries of the parameters that are learnt as one, the entries of a kernel and the channels of a map. Each stays a value of its
 * own device: fabrication, drift and writing hit every link by itself.
 */
#ifndef EPILUX_PHOTONIC_TIE_H
#define EPILUX_PHOTONIC_TIE_H

#include "photonic/network.h"

/** Creates network->tie for those parameters [n_parameters] whose entries are tied: of links by the entry of a kernel that
 * they are, of nodes by their channel. Without a convolution, or without such a parameter, it stays NULL. Entries of two
 * parameters are never tied. Errors: EPX_EMEMORY. */
epx_err epx_tie_create(const bool *tied, epx_network *network);

/** Sets tied entries of parameter p to the first of each, theta [count of p]; `listed`: they must be equal already.
 * Errors: EPX_EINPUT: they differ. */
epx_err epx_tie_set_nominal(const epx_network *network, int p, bool listed, double *theta);

/** Adds up the gradient [n_theta] of what is tied, in the order of the entries, and gives each of them the sum. usable
 * [n_theta]: entries that count and that get it. */
void epx_tie_sum_gradient(const epx_network *network, const unsigned char *usable, double *gradient);

#endif
