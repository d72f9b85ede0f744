/** @file
 * Lanes: many networks of one structure side by side, as the kernels see them.
 *
 * A lane is one network with one input sample. Lanes lie fastest in memory and are padded to whole vectors:
 *
 *   lane = i_instance * n_samples + i_sample,   n_used = n_instances * n_samples <= n_lanes,
 *   n_lanes = n_used rounded up to a multiple of EPX_LANE_WIDTH
 *
 * The padding repeats the last used lane, so that it is never harder to integrate than the rest, and its
 * results are dropped. Everything of a node or state component is a row of lanes, x[row * n_lanes + lane].
 * A lane's bits depend on its own numbers and on the instruction set in use, never on its place or on
 * n_lanes. Every array of lanes is aligned to EPX_ALIGNMENT.
 */
#ifndef EPILUX_PHOTONIC_LANES_H
#define EPILUX_PHOTONIC_LANES_H

#include <stdbool.h>

#include "epilux/base/isa.h"
#include "epilux/photonic/network.h"

typedef struct epx_lanes {
  const epx_network *network; /* borrowed: outlives the lanes */
  int n_instances, n_samples, n_used, n_lanes;
  int max_samples, max_lanes; /* as created: n_samples and n_lanes never exceed them */

  /** True when all lanes have one coupling matrix (one instance, many samples: a matrix–matrix product);
   * false when each lane has its own (many instances, few samples). Never changes. */
  bool shared;

  /** Dense coupling, zero where there is no link and on the diagonal; symmetric but for families with a skew,
   * which is in it: J[i][j] acts on i. shared: [n_nodes][n_nodes],
   * J[i * n_nodes + j]; own: [n_nodes][n_nodes][n_lanes], J[(i * n_nodes + j) * n_lanes + lane]. */
  double *coupling;

  /** False of a parameter that is 0 everywhere: a family may leave out what it does. [n_parameters] */
  bool *active;

  /** Node parameters, always of each lane: node[p][i * n_lanes + lane], p an index of family->parameters;
   * NULL for those of links. */
  double **node;

  double *features; /* [n_samples][n_inputs], as last set */

  /** What the field holds that no state changes, in the family's terms, made from the features and the
   * parameters by family->set_input: [n_nodes][family->input_rows][n_lanes]. */
  double *input;

  /** What the family makes of the parameters, family->set_derived: [count_derived][depth], depth 1 when
   * shared, else n_lanes. NULL where it makes nothing. */
  double *derived;

  double *theta;   /* [n_instances][n_theta], as last set */
  int *all_nodes;  /* 0 … n_nodes-1 */
  double *scratch; /* room for EPX_LANES_SCRATCH n_nodes n_lanes doubles, for the family's functions */
} epx_lanes;

#define EPX_LANES_SCRATCH 10

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

/** Gets the sample of a lane; the padding has the last one. */
int epx_lanes_get_sample(const epx_lanes *lanes, int lane);

/** Gets where the coupling J_ij of the lanes from `lane` on stands: that of lane + w is [w * *step]. */
const double *epx_lanes_get_coupling(const epx_lanes *lanes, int i, int j, int lane, int *step);

/** Evaluates out[i][f][lane] = sum over nodes j of J_ij x[j][f][lane], for `n_fields` fields at once:
 * x [n_nodes][n_fields][n_lanes], out [n_nodes][n_fields][n_lanes], not overlapping. The sum runs over j in
 * order. The hot kernel: O(n_nodes^2 n_fields n_lanes). */
void epx_lanes_eval_coupling(const epx_lanes *lanes, int n_fields, const double *x, double *out);

/** Evaluates the same from some nodes into others: the sum runs over j in from[n_from], in that order, and
 * out is written for i in into[n_into] alone. x and out are indexed by node as above; other nodes' rows are
 * not touched. */
void epx_lanes_eval_coupling_between(const epx_lanes *lanes, int n_into, const int *into, int n_from,
                                     const int *from, int n_fields, const double *x, double *out);

/** Sets row [width] to link parameter p of link l in the lanes from `lane` on, n_lanes at most. For those
 * beside the coupling, which has a matrix. O(width). */
void epx_lanes_lay_link(const epx_lanes *lanes, int p, size_t l, int lane, int width, double *row);

/** Adds to the gradient [n_instances][n_theta] of link parameter p, of every link (i, j), for each instance:
 *   sum over its lanes and the fields f of  u[i][f] x[j][f] + u[j][f] x[i][f].
 * u, x [n_nodes][n_fields][n_lanes], finite; u is zero in lanes that are left out, the padding among them.
 * `row` [n_lanes] is overwritten. O(n_links n_fields n_lanes). */
void epx_lanes_add_link_gradient(const epx_lanes *lanes, int p, int n_fields, const double *u,
                                 const double *x, double *row, double *gradient);

/** Adds the same of the skew, which acts on i and against j: of u[i][f] x[j][f] - u[j][f] x[i][f]. */
void epx_lanes_add_skew_gradient(const epx_lanes *lanes, int p, int n_fields, const double *u,
                                 const double *x, double *row, double *gradient);

/** Adds to the gradient [n_instances][n_theta] of parameter p at node i (of links: at link i), for each
 * instance, the sum over its lanes of weight[lane] row[lane], lanes of weight 0 and the padding left out.
 * `row` [n_lanes] is overwritten. O(n_lanes). */
void epx_lanes_add_node_gradient(const epx_lanes *lanes, int p, int i, const double *weight, double *row,
                                 double *gradient);

#endif
