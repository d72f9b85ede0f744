/** @file
 * Lanes: many networks of one structure side by side, as the kernels see them.
 *
 * A lane is one network with one input sample. Lanes lie fastest in memory and are padded to whole vectors:
 *   lane = i_instance * n_samples + i_sample,   n_used = n_instances * n_samples <= n_lanes,
 *   n_lanes = n_used rounded up to EPX_LANE_WIDTH; the padding repeats the last used lane, so that it is never
 *   harder to integrate than the rest and its results are dropped.
 * Everything of a free node or state component is a row of lanes:
 *   x[row * n_lanes + lane].
 */
#ifndef EPILUX_PHOTONIC_LANES_H
#define EPILUX_PHOTONIC_LANES_H

#include <stdbool.h>

#include "epilux/photonic/network.h"

typedef struct epx_lanes {
  const epx_network *network;
  int n_instances, n_samples, n_used, n_lanes;

  /** True when all lanes have one coupling matrix (one instance, many samples: a matrix–matrix product);
   * false when each lane has its own (many instances, few samples). */
  bool shared;

  /** Dense coupling, symmetric, zero diagonal. shared: [n_nodes][n_nodes], J[i * n_nodes + j];
   * own: [n_nodes][n_nodes][n_lanes], J[(i * n_nodes + j) * n_lanes + lane]. */
  double *coupling;

  /** Node parameters, always of each lane: node[p][i * n_lanes + lane], p an index of family->parameters; NULL for
   * parameters of links. */
  double **node;

  /** What the inputs do, in the family's terms. Families that drive: the force added to each state component,
   * [n_state][n_lanes]. Families that clamp: the values of the clamped nodes, [n_nodes][n_lanes] (rows of free nodes
   * are not read). */
  double *input;
} epx_lanes;

/** Creates lanes for a network, for at most `n_instances` instances and `n_samples` samples each. Their coupling is
 * shared when n_instances is 1. */
epx_err epx_lanes_create(const epx_network *network, int n_instances, int n_samples, epx_lanes **out);

/** Destroys the lanes at *address. */
void epx_lanes_destroy(epx_lanes **address);

/** Sets the parameters of all instances from theta [n_instances][network->n_theta]. Also the family's input force
 * that depends on parameters is set anew when samples are set: call this first.
 * O(n_nodes^2 n_lanes) when own, O(n_nodes^2) when shared. */
void epx_lanes_set_parameters(epx_lanes *lanes, const double *theta);

/** Sets what the samples drive: features [n_samples][n_features] (row-major), the same samples for every instance.
 * `n_samples` may be less than at creation (a last, smaller batch): the lanes are laid anew, so set the parameters
 * before and after use epx_lanes.n_samples as given here. n_features = network->n_inputs. */
void epx_lanes_set_samples(epx_lanes *lanes, int n_samples, const double *features);

/** Evaluates out[row][lane] = sum over nodes j of J_ij x[j][lane], for `n_fields` fields at once:
 * x [n_nodes][n_fields][n_lanes], out [n_nodes][n_fields][n_lanes]. The hot kernel: O(n_nodes^2 n_fields n_lanes). */
void epx_lanes_eval_coupling(const epx_lanes *lanes, int n_fields, const double *x, double *out);

#endif
