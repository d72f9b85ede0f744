/** @file
 * Network: creates the structure of a network (epx_network, epilux/family.h) and its nominal parameters from
 * the deck.
 */
#ifndef EPILUX_SRC_PHOTONIC_NETWORK_H
#define EPILUX_SRC_PHOTONIC_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/numbers/distribution.h"
#include "epilux/family.h"
#include "photonic/topology.h"

/** A parameter's nominal values as the deck gives them. */
typedef enum {
  EPX_VALUE_FALLBACK,     /* the family's default everywhere; of couplings, what an edge list says */
  EPX_VALUE_LIST,         /* one value a node or link, in their order (1 value: the same everywhere) */
  EPX_VALUE_MATRIX,       /* link parameters: [n_nodes][n_nodes], symmetric; the skew: antisymmetric */
  EPX_VALUE_DISTRIBUTION, /* drawn, one a node or link */
  EPX_VALUE_SYMMETRISED /* link parameters: (A + A')/2 with A_ij normal, sigma = spread / sqrt(1 + mean links of a
                             node), of all-to-all spread / sqrt(n_nodes); of a convolution normal, sigma = spread /
                             sqrt(links of the later node with those before it) */
} epx_value_kind;

typedef struct {
  epx_value_kind kind;
  int n_values;
  const double *values; /* LIST [n_values], MATRIX [n_nodes * n_nodes] */
  epx_distribution distribution;
  double spread;
} epx_value;

/** What the deck says of the network. Arrays are borrowed for epx_network_create(). */
typedef struct {
  const epx_family *family;
  epx_topology_spec topology;
  epx_value value[EPX_FAMILY_MAX_PARAMETERS]; /* by parameter index */
  bool tied[EPX_FAMILY_MAX_PARAMETERS];       /* of a convolution: is learnt as one by kernel and channel */
  int n_inputs;                               /* features of the task */
  const int *input_nodes;                     /* [n_inputs]; NULL: 0 … n_inputs-1 */
  epx_encoding encoding;                      /* of the inputs */
  double input_scale; /* drive, amplitude or phase, as the family says, a unit of feature */
  int n_outputs;      /* what the task and the cost need */
  const int
      *output_nodes; /* [n_outputs], of balanced pairs [2 n_outputs] (+, -, +, …); NULL: the last nodes */
  epx_readout_kind readout;
  double readout_scale;
} epx_network_spec;

/** Creates the structure; spec->value is not read. Errors: EPX_EINPUT: a bad topology, inputs or outputs out
 * of range, twice the same or more than there are nodes, an output that is clamped, no node that is free, a
 * readout that the family lacks, a scale that is not finite; EPX_EMEMORY. */
epx_err epx_network_create(const epx_network_spec *spec, epx_network **out);

/** Destroys the network at *address. */
void epx_network_destroy(epx_network **address);

/** Evaluates the nominal parameters: theta [n_theta] from spec->value. Random ones are drawn by the keyed
 * stream (seed, "nominal:" parameter name) at (any point, any instance, i, j), with (node, 0) for a node's
 * and i < j for a link's, the same for every design point; SYMMETRISED draws A_ij at (i, j) and A_ji at (j,
 * i). Of entries that are tied all get the value of the first. Errors: EPX_EINPUT: tied entries that a list or a matrix gives
 * different values, a list of another length than 1 or the parameter's count, a matrix that is not
 * nodes by nodes, not symmetric (of the skew: not antisymmetric), or not zero where there is no link (its
 * diagonal among them), a bad distribution, a value that is not finite or outside the parameter's range, a
 * port that is read with a coupling_loss of 0, and, where ports are read or light comes in by ports alone, a
 * driven node with a coupling_loss of 0. */
epx_err epx_network_eval_nominal(const epx_network *network, const epx_network_spec *spec, uint64_t seed,
                                 double *theta);

/** Gets the rate at which a node loses light, the sum of its parameters `loss` and `coupling_loss`; 0 of a family
 * without these. theta [n_theta]. */
double epx_network_get_loss(const epx_network *network, const double *theta, int node);

/** Says where inputs have no way to an output, or outputs none from an input: by links whose coupling, or skew,
 * is not 0 or is trained. theta [n_theta], train [n_parameters]. O(n_links). Errors: EPX_EMEMORY. */
epx_err epx_network_check_reach(const epx_network *network, const double *theta, const bool *train);

/** Gets a readout by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_network_get_readout(const char *name, epx_readout_kind *kind);

/** Gets the deck name and meaning of a readout. */
const char *epx_network_get_readout_name(epx_readout_kind kind);
const char *epx_network_get_readout_meaning(epx_readout_kind kind);

#endif
