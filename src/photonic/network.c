/** @file
 * Network: checks what the deck says, copies it, and lays out theta: the family's parameters one after
 * another.
 */
#include "epilux/photonic/network.h"

#include <math.h>
#include <string.h>

#include "epilux/base/array.h"

#define READOUT_NAME(name, text, components, meaning) text,
#define READOUT_COMPONENTS(name, text, components, meaning) components,
#define READOUT_MEANING(name, text, components, meaning) meaning,
static const char *const readout_names[EPX_READ_COUNT] = {EPX_READOUTS(READOUT_NAME)};
static const int readout_components[EPX_READ_COUNT] = {EPX_READOUTS(READOUT_COMPONENTS)};
static const char *const readout_meanings[EPX_READ_COUNT] = {EPX_READOUTS(READOUT_MEANING)};

static epx_err check_family(const epx_network_spec *spec) {
  const epx_family *family = spec->family;
  if (family->components != readout_components[spec->readout]) {
    return EPX_RAISE(EPX_EINPUT, "network.readout: '%s' cannot be read from family %s; %s can",
                     readout_names[spec->readout], family->name,
                     family->components == 2 ? "intensity or quadrature" : "phase or sine");
  }
  if (!isfinite(spec->input_scale) || !isfinite(spec->readout_scale)) {
    return EPX_RAISE(EPX_EINPUT, "network: input scale %g and readout scale %g must be finite numbers",
                     spec->input_scale, spec->readout_scale);
  }
  return EPX_OK;
}

/** Copies a list of ports, or makes the one that is meant where there is none: n_ports nodes from `first` on.
 */
static epx_err create_ports(const char *what, const int *nodes, int n_ports, int first, int n_nodes,
                            int **ports) {
  if (n_ports < 0 || n_ports > n_nodes) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology: the task has %d %s, the network %d nodes: it needs at least one "
                     "node for each",
                     n_ports, what, n_nodes);
  }
  EPX_TRY(epx_array_create(ports, (size_t)n_ports, sizeof **ports));
  for (int k = 0; k < n_ports; k++) {
    const int node = nodes ? nodes[k] : first + k;
    if (node < 0 || node >= n_nodes) {
      return EPX_RAISE(EPX_EINPUT, "network.%s.nodes[%d]: there is no node %d, nodes are 0 to %d", what, k,
                       node, n_nodes - 1);
    }
    for (int l = 0; l < k; l++) {
      if ((*ports)[l] == node) {
        return EPX_RAISE(EPX_EINPUT, "network.%s.nodes[%d]: node %d stands there twice", what, k, node);
      }
    }
    (*ports)[k] = node;
  }
  return EPX_OK;
}

/** Lists the free nodes: all but the clamped inputs, in the order of the nodes. */
static epx_err create_rows(epx_network *network) {
  const int n_nodes = network->n_nodes;
  EPX_TRY(EPX_ARRAY(network->row_of_node, (size_t)n_nodes));
  EPX_TRY(EPX_ARRAY(network->free_nodes, (size_t)n_nodes));
  if (network->family->clamps_inputs) {
    for (int k = 0; k < network->n_inputs; k++)
      network->row_of_node[network->input_nodes[k]] = -1;
  }
  for (int i = 0; i < n_nodes; i++) {
    if (network->row_of_node[i] == -1) continue;
    network->row_of_node[i] = network->n_free;
    network->free_nodes[network->n_free++] = i;
  }
  network->n_state = network->n_free * network->family->components;
  if (network->n_free == 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology: all %d nodes are clamped inputs of family %s, none is free to settle",
                     n_nodes, network->family->name);
  }
  for (int k = 0; k < network->n_outputs; k++) {
    if (network->row_of_node[network->output_nodes[k]] >= 0) continue;
    return EPX_RAISE(EPX_EINPUT,
                     "network.outputs.nodes[%d]: node %d is an input, and inputs of family %s are clamped; "
                     "read a free node, or give the network more nodes",
                     k, network->output_nodes[k], network->family->name);
  }
  return EPX_OK;
}

static void lay_theta(epx_network *network) {
  const epx_family *family = network->family;
  for (int p = 0; p < family->n_parameters; p++) {
    const bool of_links = family->parameters[p].site == EPX_SITE_LINK;
    if (of_links) network->coupling = p;
    network->offset[p] = network->n_theta;
    network->count[p] = of_links ? network->topology->n_links : (size_t)network->n_nodes;
    network->n_theta += network->count[p];
  }
}

static epx_err fill_network(const epx_network_spec *spec, epx_network *network) {
  EPX_TRY(check_family(spec));
  EPX_TRY(epx_topology_create(&spec->topology, &network->topology));
  const int n_nodes = network->topology->n_nodes;
  network->family = spec->family;
  network->n_nodes = n_nodes;
  network->n_inputs = spec->n_inputs;
  network->n_outputs = spec->n_outputs;
  network->input_scale = spec->input_scale;
  network->readout = spec->readout;
  network->readout_scale = spec->readout_scale;
  EPX_TRY(create_ports("inputs", spec->input_nodes, spec->n_inputs, 0, n_nodes, &network->input_nodes));
  EPX_TRY(create_ports("outputs", spec->output_nodes, spec->n_outputs, n_nodes - spec->n_outputs, n_nodes,
                       &network->output_nodes));
  EPX_TRY(create_rows(network));
  lay_theta(network);
  return EPX_OK;
}

epx_err epx_network_create(const epx_network_spec *spec, epx_network **out) {
  *out = NULL;
  epx_network *network = NULL;
  EPX_TRY(EPX_ARRAY(network, 1));
  const int code = fill_network(spec, network);
  if (code != EPX_OK) epx_network_destroy(&network);
  EPX_TRY(code);
  *out = network;
  return EPX_OK;
}

void epx_network_destroy(epx_network **address) {
  epx_network *network = *address;
  if (!network) return;
  epx_topology_destroy(&network->topology);
  epx_array_destroy(&network->free_nodes);
  epx_array_destroy(&network->row_of_node);
  epx_array_destroy(&network->input_nodes);
  epx_array_destroy(&network->output_nodes);
  epx_array_destroy(address);
}

epx_err epx_network_get_readout(const char *name, epx_readout_kind *kind) {
  for (int k = 0; k < EPX_READ_COUNT; k++) {
    if (strcmp(name, readout_names[k]) == 0) {
      *kind = (epx_readout_kind)k;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT, "'%s' is not a readout: intensity, quadrature, phase or sine", name);
}

const char *epx_network_get_readout_name(epx_readout_kind kind) {
  return readout_names[kind];
}

const char *epx_network_get_readout_meaning(epx_readout_kind kind) {
  return readout_meanings[kind];
}
