/** @file
 * The field of a distributed network: send, sum over links, then the family's own field of every node.
 */
#include <string.h>

#include "equilibrium/distributed/nodes.h"

EPX_KERNEL_TABLE(epx_nodes_receive, EPX_NODES_RECEIVE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_nodes_lay, EPX_NODES_LAY_ARGUMENTS);
EPX_KERNEL_TABLE(epx_nodes_gather, EPX_NODES_GATHER_ARGUMENTS);

/** Sets base from the input of a lane of the port, that of one node with its feature. */
static void set_driven(epx_nodes *nodes, int r, double feature) {
  const size_t n_lanes = (size_t)nodes->lanes->n_lanes, n_port = (size_t)nodes->port->n_lanes;
  epx_lanes_set_parameters(nodes->port, nodes->packed + (size_t)r * nodes->single->n_theta);
  epx_lanes_set_samples(nodes->port, 1, &feature);
  for (size_t c = 0; c < (size_t)nodes->n_rows; c++)
    nodes->base[c * n_lanes + (size_t)r] = nodes->port->input[c * n_port];
}

/** Sets base, and what clamped inputs send, from the parameters and the features. */
static void set_inputs(epx_nodes *nodes) {
  const epx_network *network = nodes->network;
  const size_t n_rows = (size_t)nodes->n_rows, n_lanes = (size_t)nodes->lanes->n_lanes;
  double *clamped = nodes->messages.sent + (size_t)(nodes->n_local + nodes->n_ghosts) * n_rows;
  epx_lanes_set_parameters(nodes->lanes, nodes->packed);
  memcpy(nodes->base, nodes->lanes->input, n_rows * n_lanes * sizeof *nodes->base);
  for (int k = 0; k < network->n_inputs; k++) {
    const double state = network->input_scale * nodes->features[k];
    if (network->family->clamps_inputs) {
      network->family->link_law->eval_sent(&state, clamped + (size_t)k * n_rows);
    } else if (nodes->input_row[k] >= 0) {
      set_driven(nodes, nodes->input_row[k], nodes->features[k]);
    }
  }
}

/** Gets a parameter of links beside the coupling that is not 0 everywhere, -1 when there is none. */
static int get_further(const epx_network *network, const double *theta) {
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (p == network->coupling || network->family->parameters[p].site != EPX_SITE_LINK) continue;
    for (size_t l = 0; l < network->count[p]; l++) {
      if (theta[network->offset[p] + l] != 0) return p;
    }
  }
  return -1;
}

void epx_nodes_set_parameters(epx_nodes *nodes, const double *theta) {
  const epx_network *network = nodes->network, *single = nodes->single;
  nodes->links.further = get_further(network, theta);
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (network->family->parameters[p].site == EPX_SITE_LINK) continue;
    for (int r = 0; r < nodes->n_local; r++) {
      nodes->packed[(size_t)r * single->n_theta + single->offset[p]] =
          theta[network->offset[p] + (size_t)network->free_nodes[nodes->first + r]];
    }
  }
  const double *coupling = theta + network->offset[network->coupling];
  for (int k = 0; k < nodes->links.start[nodes->n_local]; k++)
    nodes->links.coupling[k] = coupling[nodes->links.link[k]];
  set_inputs(nodes);
}

void epx_nodes_set_sample(epx_nodes *nodes, const double *features) {
  memcpy(nodes->features, features, (size_t)nodes->network->n_inputs * sizeof *features);
  set_inputs(nodes);
}

/** Lets the padding of rows of lanes repeat the last of n_used. */
static void pad(int n_rows, size_t n_used, size_t n_lanes, double *of_lanes) {
  for (size_t c = 0; c < (size_t)n_rows; c++) {
    for (size_t lane = n_used; lane < n_lanes; lane++)
      of_lanes[c * n_lanes + lane] = of_lanes[c * n_lanes + n_used - 1];
  }
}

/** Lays n_used nodes from `first` on into rows of n_lanes lanes, and back. */
static void lay(const epx_nodes *nodes, size_t first, size_t n_used, size_t n_lanes,
                const double *interleaved, double *of_lanes) {
  const size_t n = (size_t)nodes->n_components;
  EPX_KERNEL_CALL(epx_nodes_lay)(n, n_used, n_lanes, interleaved + first * n, of_lanes);
  pad(nodes->n_components, n_used, n_lanes, of_lanes);
}

static void gather(const epx_nodes *nodes, size_t first, size_t n_used, size_t n_lanes,
                   const double *of_lanes, double *interleaved) {
  const size_t n = (size_t)nodes->n_components;
  EPX_KERNEL_CALL(epx_nodes_gather)(n, n_used, n_lanes, of_lanes, interleaved + first * n);
}

void epx_nodes_lay(const epx_nodes *nodes, const double *interleaved, double *of_lanes) {
  lay(nodes, 0, (size_t)nodes->n_local, (size_t)nodes->lanes->n_lanes, interleaved, of_lanes);
}

void epx_nodes_lay_sent(const epx_nodes *nodes, size_t first, size_t n_used, const double *state,
                        double *sent) {
  const epx_link_law *law = nodes->network->family->link_law;
  const size_t n = (size_t)nodes->n_components, n_rows = (size_t)nodes->n_rows;
  for (size_t r = first; r < first + n_used; r++)
    law->eval_sent(state + r * n, sent + r * n_rows);
}

PetscErrorCode epx_nodes_begin_exchange(const epx_nodes *nodes, double *sent) {
  double *ghosts = sent + (size_t)nodes->n_local * (size_t)nodes->n_rows;
  return PetscSFBcastBegin(nodes->messages.exchange, nodes->messages.sent_type, sent, ghosts, MPI_REPLACE);
}

PetscErrorCode epx_nodes_end_exchange(const epx_nodes *nodes, double *sent) {
  double *ghosts = sent + (size_t)nodes->n_local * (size_t)nodes->n_rows;
  return PetscSFBcastEnd(nodes->messages.exchange, nodes->messages.sent_type, sent, ghosts, MPI_REPLACE);
}

PetscErrorCode epx_nodes_exchange(const epx_nodes *nodes, double *sent) {
  PetscCall(epx_nodes_begin_exchange(nodes, sent));
  return epx_nodes_end_exchange(nodes, sent);
}

PetscErrorCode epx_nodes_exchange_states(const epx_nodes *nodes, double *states) {
  double *ghosts = states + (size_t)nodes->n_local * (size_t)nodes->n_components;
  PetscCall(
      PetscSFBcastBegin(nodes->messages.exchange, nodes->messages.state_type, states, ghosts, MPI_REPLACE));
  return PetscSFBcastEnd(nodes->messages.exchange, nodes->messages.state_type, states, ghosts, MPI_REPLACE);
}

PetscErrorCode epx_nodes_send(epx_nodes *nodes, const double *state) {
  epx_nodes_lay_sent(nodes, 0, (size_t)nodes->n_local, state, nodes->messages.sent);
  return epx_nodes_exchange(nodes, nodes->messages.sent);
}

epx_node_links epx_nodes_get_links(const epx_nodes *nodes, size_t first, const double *sent, int n_sent) {
  return (epx_node_links){.n_left = (size_t)nodes->n_local - first,
                          .start = nodes->links.start + first,
                          .column = nodes->links.column,
                          .coupling = nodes->links.coupling,
                          .sent = sent,
                          .n_sent = (size_t)n_sent};
}

/** Fills the input of n_used nodes from `first` on, in rows of n_lanes lanes: what no state changes, and what
 * their links bring of `sent`, or of states. */
static void receive(const epx_nodes *nodes, size_t first, size_t n_used, bool of_states, const double *sent,
                    size_t n_lanes, double *input) {
  const epx_node_links links =
      epx_nodes_get_links(nodes, first, sent, of_states ? nodes->n_components : nodes->n_rows);
  EPX_KERNEL_CALL(epx_nodes_receive)
  (&links, n_used, (size_t)nodes->n_rows, of_states ? nodes->messages.sent_slope : NULL,
   (size_t)nodes->lanes->n_lanes, nodes->base + first, n_lanes, input);
  pad(nodes->n_rows, n_used, n_lanes, input);
}

PetscErrorCode epx_nodes_set_state(epx_nodes *nodes, const double *state) {
  PetscCall(epx_nodes_send(nodes, state));
  receive(nodes, 0, (size_t)nodes->n_local, false, nodes->messages.sent, (size_t)nodes->lanes->n_lanes,
          nodes->lanes->input);
  epx_nodes_lay(nodes, state, nodes->y);
  return 0;
}

/** Makes nodes->cache.part the lanes of n_used nodes from `first` on. */
static void cut_part(epx_nodes *nodes, size_t first, size_t n_used) {
  const epx_lanes *lanes = nodes->lanes;
  epx_lanes *part = &nodes->cache.part;
  *part = *lanes;
  part->n_instances = part->n_used = (int)n_used;
  part->n_lanes = (part->n_used + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
  part->coupling = lanes->shared ? lanes->coupling : lanes->coupling + first;
  part->node = nodes->cache.part_node;
  for (int p = 0; p < nodes->network->family->n_parameters; p++)
    part->node[p] = lanes->node[p] ? lanes->node[p] + first : NULL;
  part->input = nodes->cache.part_arrays;
}

/** Makes nodes->cache.part the lanes of a part, their state and their input. */
static void set_part(epx_nodes *nodes, size_t first, size_t n_used, bool of_states, const double *sent,
                     const double *state) {
  cut_part(nodes, first, n_used);
  const size_t n_lanes = (size_t)nodes->cache.part.n_lanes;
  receive(nodes, first, n_used, of_states, sent, n_lanes, nodes->cache.part.input);
  lay(nodes, first, n_used, n_lanes, state, nodes->cache.part_y);
}

void epx_nodes_set_part(epx_nodes *nodes, size_t first, size_t n_used, const double *state) {
  set_part(nodes, first, n_used, false, nodes->messages.sent, state);
}

/** Evaluates the field of nodes->cache.part. */
static void eval_part(epx_nodes *nodes, size_t first, size_t n_used, double *f) {
  const size_t n = (size_t)nodes->n_components * (size_t)nodes->cache.part_length;
  double *rate = nodes->cache.part_y + n, *work = rate + n;
  nodes->network->family->eval_field(&nodes->cache.part, nodes->cache.part_y, rate, work);
  gather(nodes, first, n_used, (size_t)nodes->cache.part.n_lanes, rate, f);
}

void epx_nodes_eval_part(epx_nodes *nodes, size_t first, size_t n_used, const double *sent,
                         const double *state, double *f) {
  set_part(nodes, first, n_used, false, sent, state);
  eval_part(nodes, first, n_used, f);
}

void epx_nodes_eval_part_of_states(epx_nodes *nodes, size_t first, size_t n_used, const double *states,
                                   double *f) {
  set_part(nodes, first, n_used, true, states, states);
  eval_part(nodes, first, n_used, f);
}

size_t epx_nodes_get_part_size(const epx_nodes *nodes, size_t first) {
  const size_t left = (size_t)nodes->n_local - first, length = (size_t)nodes->cache.part_length;
  return left < length ? left : length;
}

PetscErrorCode epx_nodes_eval_field(epx_nodes *nodes, const double *state, double *f) {
  const size_t n_local = (size_t)nodes->n_local;
  PetscCall(epx_nodes_send(nodes, state));
  for (size_t first = 0, n = 0; first < n_local; first += n) {
    n = epx_nodes_get_part_size(nodes, first);
    epx_nodes_eval_part(nodes, first, n, nodes->messages.sent, state, f);
  }
  return 0;
}

void epx_nodes_turn(const epx_nodes *nodes, const double *v, double *out) {
  if (nodes->network->family->frame != EPX_FRAME_HAMILTONIAN) {
    for (int c = 0; c < nodes->n_components; c++)
      out[c] = -v[c];
    return;
  }
  for (int c = 0; c < nodes->n_components; c += 2) {
    out[c] = -v[c + 1];
    out[c + 1] = v[c];
  }
}

int epx_nodes_get_row(const epx_nodes *nodes, int column) {
  if (column < nodes->n_local) return nodes->first + column;
  if (column < nodes->n_local + nodes->n_ghosts) return nodes->messages.ghost_row[column - nodes->n_local];
  return -1;
}
