/** @file
 * Network: checks what the deck says, copies it, and lays out theta: the family's parameters one after
 * another.
 */
#include "photonic/network.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "epilux/log.h"
#include "photonic/tie.h"

#define READOUT_NAME(name, text, meaning) text,
#define READOUT_MEANING(name, text, meaning) meaning,
static const char *const readout_names[EPX_READ_COUNT] = {EPX_READOUTS(READOUT_NAME)};
static const char *const readout_meanings[EPX_READ_COUNT] = {EPX_READOUTS(READOUT_MEANING)};

/** Writes the names of a set of readouts, with commas. */
static void write_readouts(unsigned readouts, size_t size, char *text) {
  size_t length = 0;
  text[0] = 0;
  for (int k = 0; k < EPX_READ_COUNT && length < size; k++) {
    if (!(readouts & EPX_READS(k))) continue;
    length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", readout_names[k]);
  }
}

static const char *const encoding_names[EPX_ENCODE_COUNT] = {EPX_ENCODINGS(READOUT_NAME)};

static epx_err check_family(const epx_network_spec *spec) {
  const epx_family *family = spec->family;
  if (spec->encoding != EPX_ENCODE_AMPLITUDE && !(family->encodings & EPX_ENCODES(spec->encoding)))
    return EPX_RAISE(EPX_EINPUT, "network.inputs.encoding: family %s has no encoding %s; use amplitude",
                     family->name, encoding_names[spec->encoding]);
  if (!(epx_family_get_readouts(family) & EPX_READS(spec->readout))) {
    char words[256];
    write_readouts(epx_family_get_readouts(family), sizeof words, words);
    return EPX_RAISE(EPX_EINPUT, "network.outputs.readout: family %s has no readout %s: %s", family->name,
                     readout_names[spec->readout], words);
  }
  if (!isfinite(spec->input_scale) || !isfinite(spec->readout_scale)) {
    return EPX_RAISE(EPX_EINPUT, "network: input scale %g and readout scale %g must be finite numbers",
                     spec->input_scale, spec->readout_scale);
  }
  return EPX_OK;
}

/** Checks port k and marks its node as taken. */
static epx_err check_port(const char *what, int node, int k, int n_nodes, unsigned char *taken) {
  if (node < 0 || node >= n_nodes) {
    return EPX_RAISE(EPX_EINPUT, "network.%s.nodes[%d]: there is no node %d, nodes are 0 to %d", what, k,
                     node, n_nodes - 1);
  }
  if (taken[node]) return EPX_RAISE(EPX_EINPUT, "network.%s.nodes[%d]: node %d appears twice", what, k, node);
  taken[node] = 1;
  return EPX_OK;
}

/** Copies a list of ports, or makes the one that is meant where there is none: n_ports nodes from `first` on.
 */
static epx_err create_ports(const char *what, const int *nodes, int n_ports, int first, int n_nodes,
                            int **ports) {
  if (n_ports < 0 || n_ports > n_nodes) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology: the task has %d %s, but the network has %d node%s; it needs at least "
                     "one node for each%s",
                     n_ports, what, n_nodes, n_nodes == 1 ? "" : "s",
                     first == 0 ? ", or fewer features (task.encoding.reduction: pca)" : "");
  }
  EPX_TRY(epx_array_create(ports, (size_t)n_ports, sizeof **ports));
  unsigned char *taken = NULL;
  EPX_TRY(EPX_ARRAY(taken, (size_t)n_nodes));
  int code = EPX_OK;
  for (int k = 0; code == EPX_OK && k < n_ports; k++) {
    const int node = nodes ? nodes[k] : first + k;
    code = check_port(what, node, k, n_nodes, taken);
    (*ports)[k] = node;
  }
  epx_array_destroy(&taken);
  return code;
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
  for (int k = 0; k < network->n_probes; k++) {
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
  network->coupling = epx_family_get_coupling(family);
  network->skew = family->skew > 0 ? family->skew : -1;
  for (int p = 0; p < family->n_parameters; p++) {
    const bool of_links = family->parameters[p].site == EPX_SITE_LINK;
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
  network->n_probes = spec->readout == EPX_READ_BALANCED ? 2 * spec->n_outputs : spec->n_outputs;
  network->encoding = spec->encoding;
  network->input_scale = spec->input_scale;
  network->readout = spec->readout;
  network->readout_scale = spec->readout_scale;
  EPX_TRY(create_ports("inputs", spec->input_nodes, spec->n_inputs, 0, n_nodes, &network->input_nodes));
  EPX_TRY(create_ports("outputs", spec->output_nodes, network->n_probes, n_nodes - network->n_probes, n_nodes,
                       &network->output_nodes));
  EPX_TRY(create_rows(network));
  lay_theta(network);
  return epx_tie_create(spec->tied, network);
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
  epx_array_destroy(&network->tie);
  epx_array_destroy(address);
}

/** What is evaluated: one parameter of the network. */
typedef struct {
  const epx_network *network;
  const epx_parameter *parameter;
  const epx_value *value;
  size_t count;
  epx_random stream;
} nominal;

/** Gets the nodes that the k-th value belongs to: of a node (k, 0), of a link (i, j). */
static epx_link get_site(const nominal *n, size_t k) {
  if (n->parameter->site == EPX_SITE_NODE) return (epx_link){(int)k, 0};
  return n->network->topology->links[k];
}

static epx_err check_range(const nominal *n, const double *theta) {
  const epx_parameter *p = n->parameter;
  for (size_t k = 0; k < n->count; k++) {
    if (isfinite(theta[k]) && theta[k] >= p->low && theta[k] <= p->high) continue;
    const epx_link at = get_site(n, k);
    const char *drawn = n->value->kind >= EPX_VALUE_DISTRIBUTION ? "drawn as " : "";
    if (p->site == EPX_SITE_NODE) {
      return EPX_RAISE(EPX_EINPUT,
                       "network.parameters.%s of node %d: %s%g, it must be finite and from %g to %g", p->name,
                       at.i, drawn, theta[k], p->low, p->high);
    }
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s of nodes %d and %d: %s%g, it must be finite and from %g to %g",
                     p->name, at.i, at.j, drawn, theta[k], p->low, p->high);
  }
  return EPX_OK;
}

static epx_err eval_list(const nominal *n, double *theta) {
  const epx_value *value = n->value;
  const bool same = value->n_values == 1;
  if (!same && (size_t)value->n_values != n->count) {
    return EPX_RAISE(EPX_EINPUT, "network.parameters.%s: %d values; give one, or one for each of the %zu %s",
                     n->parameter->name, value->n_values, n->count,
                     n->parameter->site == EPX_SITE_NODE ? "nodes" : "links");
  }
  for (size_t k = 0; k < n->count; k++)
    theta[k] = value->values[same ? 0 : k];
  return EPX_OK;
}

/** Checks that a matrix is symmetric, that of the skew antisymmetric. */
static epx_err check_reciprocal(const nominal *n, int i, int j, double there, double back) {
  const epx_family *family = n->network->family;
  const bool skew = n->network->skew >= 0 && n->parameter == &family->parameters[n->network->skew];
  const char *name = n->parameter->name;
  if (there == (skew ? -back : back)) return EPX_OK;
  if (skew) {
    return EPX_RAISE(
        EPX_EINPUT,
        "network.parameters.%s[%d][%d] is %.17g but [%d][%d] is %.17g: this matrix, what the two "
        "directions differ by, must be antisymmetric",
        name, i, j, there, j, i, back);
  }
  if (n->network->skew >= 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s[%d][%d] is %.17g but [%d][%d] is %.17g: write a matrix W that is "
                     "not symmetric as %s: (W + W')/2 and %s: (W - W')/2",
                     name, i, j, there, j, i, back, name, family->parameters[n->network->skew].name);
  }
  return EPX_RAISE(EPX_EINPUT,
                   "network.parameters.%s[%d][%d] is %.17g but [%d][%d] is %.17g: couplers are "
                   "reciprocal, the matrix must be symmetric",
                   name, i, j, there, j, i, back);
}

/** Checks one entry of the matrix that is not read as a link's value. */
static epx_err check_entry(const nominal *n, int i, int j) {
  const size_t n_nodes = (size_t)n->network->n_nodes;
  const double there = n->value->values[(size_t)i * n_nodes + (size_t)j];
  const double back = n->value->values[(size_t)j * n_nodes + (size_t)i];
  const char *name = n->parameter->name;
  if (!isfinite(there)) {
    return EPX_RAISE(EPX_EINPUT, "network.parameters.%s[%d][%d]: %g is not a finite number", name, i, j,
                     there);
  }
  EPX_TRY(check_reciprocal(n, i, j, there, back));
  if (there == 0 || epx_topology_get_link(n->network->topology, i, j) >= 0) return EPX_OK;
  if (i == j) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s[%d][%d]: %g, but a node has no link with itself; write 0 here",
                     name, i, j, there);
  }
  return EPX_RAISE(EPX_EINPUT,
                   "network.parameters.%s[%d][%d]: %g, but the topology does not link nodes %d and %d; write "
                   "0 here, or use network.topology.kind: matrix",
                   name, i, j, there, i, j);
}

static epx_err eval_matrix(const nominal *n, double *theta) {
  const int n_nodes = n->network->n_nodes;
  if (n->parameter->site != EPX_SITE_LINK ||
      (size_t)n->value->n_values != (size_t)n_nodes * (size_t)n_nodes) {
    return EPX_RAISE(EPX_EINPUT, "network.parameters.%s: a matrix of %d entries; %s", n->parameter->name,
                     n->value->n_values,
                     n->parameter->site == EPX_SITE_LINK ? "it must have nodes × nodes entries"
                                                         : "this parameter takes one value per node");
  }
  for (int i = 0; i < n_nodes; i++) {
    for (int j = 0; j < n_nodes; j++)
      EPX_TRY(check_entry(n, i, j));
  }
  for (size_t k = 0; k < n->count; k++) {
    const epx_link at = get_site(n, k);
    theta[k] = n->value->values[(size_t)at.i * (size_t)n_nodes + (size_t)at.j];
  }
  return EPX_OK;
}

static epx_err eval_distribution(const nominal *n, double *theta) {
  EPX_TRY(epx_distribution_check(&n->value->distribution));
  for (size_t k = 0; k < n->count; k++) {
    const epx_link at = get_site(n, k);
    const double u =
        epx_random_eval_uniform(&n->stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)at.i, (uint32_t)at.j);
    theta[k] = epx_distribution_eval(&n->value->distribution, u);
  }
  return EPX_OK;
}

/* Of a convolution a map's node has as many links as its kernels have entries, less at an edge with padding: all of a map, and
 * with it all that may be tied, are drawn alike. */
static epx_err eval_layers(const nominal *n, double *theta) {
  const epx_topology *topology = n->network->topology;
  double *fan = NULL, *largest = NULL;
  EPX_TRY(EPX_ARRAY(fan, (size_t)topology->n_nodes));
  const int code = EPX_ARRAY(largest, n->count);
  for (size_t k = 0; k < n->count; k++)
    fan[topology->links[k].j]++;
  for (size_t k = 0; code == EPX_OK && k < n->count; k++)
    if (topology->tie[k] >= 0)
      largest[topology->tie[k]] = fmax(largest[topology->tie[k]], fan[topology->links[k].j]);
  for (size_t k = 0; code == EPX_OK && k < n->count; k++) {
    const epx_link at = topology->links[k];
    const double links = topology->tie[k] >= 0 ? largest[topology->tie[k]] : fan[at.j];
    theta[k] =
        n->value->spread / sqrt(links) *
        epx_random_eval_normal(&n->stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)at.i, (uint32_t)at.j);
  }
  epx_array_destroy(&fan);
  epx_array_destroy(&largest);
  return code;
}

static epx_err eval_symmetrised(const nominal *n, double *theta) {
  const double spread = n->value->spread;
  if (n->parameter->site != EPX_SITE_LINK || !isfinite(spread) || spread < 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s_spread: %g; must be a spread >= 0 of a link parameter",
                     n->parameter->name, spread);
  }
  if (n->network->topology->tie) return eval_layers(n, theta);
  const double links = 2 * (double)n->network->topology->n_links / n->network->n_nodes; /* of a node */
  const double sigma = spread / sqrt(1 + links);
  for (size_t k = 0; k < n->count; k++) {
    const epx_link at = get_site(n, k);
    const uint32_t i = (uint32_t)at.i, j = (uint32_t)at.j;
    theta[k] = 0.5 * sigma *
               (epx_random_eval_normal(&n->stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, i, j) +
                epx_random_eval_normal(&n->stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, j, i));
  }
  return EPX_OK;
}

/** The family's default; of links that an edge list gives values, those. */
static void eval_fallback(const nominal *n, double *theta) {
  const epx_network *network = n->network;
  const bool coupling = n->parameter == &network->family->parameters[network->coupling];
  const double *listed = coupling ? network->topology->couplings : NULL;
  for (size_t k = 0; k < n->count; k++)
    theta[k] = listed ? listed[k] : n->parameter->fallback;
}

static epx_err eval_parameter(const nominal *n, double *theta) {
  switch (n->value->kind) {
  case EPX_VALUE_FALLBACK:
    eval_fallback(n, theta);
    break;
  case EPX_VALUE_LIST:
    EPX_TRY(eval_list(n, theta));
    break;
  case EPX_VALUE_MATRIX:
    EPX_TRY(eval_matrix(n, theta));
    break;
  case EPX_VALUE_DISTRIBUTION:
    EPX_TRY(eval_distribution(n, theta));
    break;
  case EPX_VALUE_SYMMETRISED:
    EPX_TRY(eval_symmetrised(n, theta));
    break;
  }
  EPX_TRY(check_range(n, theta));
  return EPX_OK;
}

static bool is_port(epx_readout_kind readout) {
  return readout == EPX_READ_PORT_INTENSITY || readout == EPX_READ_PORT_QUADRATURE;
}

/** Checks that light leaves the nodes that are read at their ports. */
static epx_err check_read_ports(const epx_network *network, const double *coupling_loss) {
  for (int k = 0; is_port(network->readout) && k < network->n_probes; k++) {
    if (coupling_loss[network->output_nodes[k]] > 0) continue;
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.coupling_loss of node %d: 0, but the node is read at its port; set "
                     "it above 0, or read the node itself: network.outputs.readout: %s",
                     network->output_nodes[k], readout_names[network->family->readout]);
  }
  return EPX_OK;
}

static bool is_input(const epx_network *network, int node) {
  for (int k = 0; network->encoding != EPX_ENCODE_DETUNING && k < network->n_inputs; k++)
    if (network->input_nodes[k] == node) return true;
  return false;
}

/** Checks that light has a port to come in by, where it comes by ports alone or what leaves them is counted. */
static epx_err check_driven_ports(const epx_network *network, const double *theta,
                                  const double *coupling_loss) {
  const int p = epx_family_get_parameter(network->family, "bias");
  if (!network->family->drives_ports && !is_port(network->readout)) return EPX_OK;
  for (int i = 0; i < network->n_nodes; i++) {
    const bool lit = p >= 0 && theta[network->offset[p] + (size_t)i] != 0, input = is_input(network, i);
    if (coupling_loss[i] > 0 || (!lit && !input)) continue;
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.coupling_loss of node %d: 0, but the node is driven%s, and without "
                     "a port no light can enter; set it above 0, or remove the node's %s",
                     i, network->family->drives_ports ? "" : " (in a network that is read at ports)",
                     input ? "input" : "bias");
  }
  return EPX_OK;
}

static epx_err check_ports(const epx_network *network, const double *theta) {
  const int p = epx_family_get_parameter(network->family, "coupling_loss");
  if (p < 0 || !network->family->eval_port) return EPX_OK;
  const double *coupling_loss = theta + network->offset[p];
  EPX_TRY(check_read_ports(network, coupling_loss));
  return check_driven_ports(network, theta, coupling_loss);
}

epx_err epx_network_eval_nominal(const epx_network *network, const epx_network_spec *spec, uint64_t seed,
                                 double *theta) {
  for (int p = 0; p < network->family->n_parameters; p++) {
    char purpose[128];
    snprintf(purpose, sizeof purpose, "nominal:%s", network->family->parameters[p].name);
    const nominal n = {.network = network,
                       .parameter = &network->family->parameters[p],
                       .value = &spec->value[p],
                       .count = network->count[p],
                       .stream = epx_random_init(seed, purpose)};
    EPX_TRY(eval_parameter(&n, theta + network->offset[p]));
    const bool listed = n.value->kind == EPX_VALUE_LIST || n.value->kind == EPX_VALUE_MATRIX;
    EPX_TRY(epx_tie_set_nominal(network, p, listed, theta + network->offset[p]));
  }
  return check_ports(network, theta);
}

/** Marks the links that carry light: those that one parameter at least makes act, or may. */
static void mark_links(const epx_network *network, const double *theta, const bool *train, bool *used) {
  const epx_family *family = network->family;
  for (int p = 0; p < family->n_parameters; p++) {
    if (family->parameters[p].site != EPX_SITE_LINK) continue;
    for (size_t l = 0; l < network->count[p]; l++)
      used[l] = used[l] || train[p] || theta[network->offset[p] + l] != 0;
  }
}

/** Counts the nodes of one list that no node of the other shares a part with. */
static int count_apart(const int *part, int n, const int *nodes, int n_others, const int *others) {
  int n_apart = 0;
  for (int i = 0; i < n; i++) {
    int k = 0;
    while (k < n_others && part[others[k]] != part[nodes[i]])
      k++;
    n_apart += k == n_others;
  }
  return n_apart;
}

epx_err epx_network_check_reach(const epx_network *network, const double *theta, const bool *train) {
  const epx_topology *topology = network->topology;
  bool *used = NULL;
  int *part = NULL;
  if (network->n_inputs == 0) return EPX_OK; /* nothing has to find a way */
  EPX_TRY(EPX_ARRAY(used, topology->n_links));
  int code = EPX_ARRAY(part, (size_t)network->n_nodes);
  if (code == EPX_OK) {
    mark_links(network, theta, train, used);
    epx_topology_eval_parts(topology, used, part);
    const int dark = count_apart(part, network->n_probes, network->output_nodes, network->n_inputs,
                                 network->input_nodes),
              lost = count_apart(part, network->n_inputs, network->input_nodes, network->n_probes,
                                 network->output_nodes);
    if (dark > 0)
      epx_log_write_once(EPX_LOG_WARNING, "network",
                         "%d of the %d nodes that are read are not linked with any input: they do not depend "
                         "on the features",
                         dark, network->n_probes);
    if (lost > 0)
      epx_log_write_once(
          EPX_LOG_WARNING, "network",
          "%d of the %d inputs are not linked with any node that is read: their light reaches no output",
          lost, network->n_inputs);
  }
  epx_array_destroy(&used);
  epx_array_destroy(&part);
  return code;
}

double epx_network_get_loss(const epx_network *network, const double *theta, int node) {
  static const char *const names[] = {"loss", "coupling_loss"};
  double loss = 0;
  for (int k = 0; k < 2; k++) {
    const int p = epx_family_get_parameter(network->family, names[k]);
    if (p >= 0) loss += theta[network->offset[p] + (size_t)node];
  }
  return loss;
}

epx_err epx_network_get_readout(const char *name, epx_readout_kind *kind) {
  for (int k = 0; k < EPX_READ_COUNT; k++) {
    if (strcmp(name, readout_names[k]) == 0) {
      *kind = (epx_readout_kind)k;
      return EPX_OK;
    }
  }
  char words[256];
  write_readouts(~0u, sizeof words, words);
  return EPX_RAISE(EPX_EINPUT, "'%s' is not a readout: %s", name, words);
}

const char *epx_network_get_readout_name(epx_readout_kind kind) {
  return readout_names[kind];
}

const char *epx_network_get_readout_meaning(epx_readout_kind kind) {
  return readout_meanings[kind];
}
