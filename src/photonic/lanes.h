/** @file
 * Lanes: how they are created and filled. epilux/family.h describes them and what families do with them.
 */
#ifndef EPILUX_SRC_PHOTONIC_LANES_H
#define EPILUX_SRC_PHOTONIC_LANES_H

#include "epilux/family.h"
#include "photonic/network.h"

/** Creates lanes for a network: exactly `n_instances` instances of at most `n_samples` samples each, all
 * parameters and features zero, n_samples samples laid. Their coupling is shared when n_instances is 1 and
 * n_samples >= EPX_LANE_WIDTH. Nothing is allocated later. Memory: O(n_nodes^2 n_lanes) when own, O(n_nodes^2
 * + n_nodes n_lanes) when shared. Errors: EPX_EINPUT: n_instances or n_samples below 1; EPX_EMEMORY. */
epx_err epx_lanes_create(const epx_network *network, int n_instances, int n_samples, epx_lanes **out);

/** Destroys the lanes at *address. */
void epx_lanes_destroy(epx_lanes **address);

/** Sets the parameters of all instances from theta [n_instances][network->n_theta] (copied). In any order
 * with epx_lanes_set_samples(). O(n_nodes^2 n_lanes) when own, O(n_nodes^2 + n_nodes n_lanes) when shared. */
void epx_lanes_set_parameters(epx_lanes *lanes, const double *theta);

/** Sets what the samples drive: features [n_samples][network->n_inputs] (row-major, copied), the same samples
 * for every instance. 1 <= n_samples <= max_samples. Another n_samples than before (a last, smaller batch)
 * lays the lanes anew: n_samples, n_used and n_lanes change, `shared` stays, and the parameters last set are
 * laid out again at the cost of epx_lanes_set_parameters(). O(n_inputs n_lanes) otherwise. */
void epx_lanes_set_samples(epx_lanes *lanes, int n_samples, const double *features);

#endif
