/** @file
 * Nodes: one pass over the links of the network finds those of the owned rows; they are sorted, so that each
 * row meets its neighbours in rising order, whatever the number of ranks: sums have the same bits.
 */
#include "equilibrium/distributed/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/distributed/session.h"
#include "equilibrium/engine.h"

/** Gets the rows of rank k: as even as can be. */
static int get_first(int n_free, int n_ranks, int rank) {
  return (int)((long long)n_free * rank / n_ranks);
}

static bool is_owned(const epx_nodes *nodes, int row) {
  return row >= nodes->first && row < nodes->first + nodes->n_local;
}

static int compare_rows(const void *a, const void *b) {
  const int p = *(const int *)a, q = *(const int *)b;
  return (p > q) - (p < q);
}

/** Counts the entries of each owned row into start[r + 1], and those that come from other ranks' rows. */
static size_t count_entries(const epx_nodes *nodes, size_t *n_foreign) {
  const epx_topology *topology = nodes->network->topology;
  const int *row_of = nodes->network->row_of_node;
  size_t n_entries = 0;
  for (size_t l = 0; l < topology->n_links; l++) {
    const int ends[2] = {row_of[topology->links[l].i], row_of[topology->links[l].j]};
    for (int side = 0; side < 2; side++) {
      if (!is_owned(nodes, ends[side])) continue;
      nodes->links.start[ends[side] - nodes->first + 1]++;
      n_entries++;
      *n_foreign += ends[!side] >= 0 && !is_owned(nodes, ends[!side]);
    }
  }
  for (int r = 0; r < nodes->n_local; r++)
    nodes->links.start[r + 1] += nodes->links.start[r];
  return n_entries;
}

/** Lists the rows of other ranks that owned rows are linked with, each once, rising. */
static epx_err find_ghosts(epx_nodes *nodes, size_t n_foreign) {
  const epx_topology *topology = nodes->network->topology;
  const int *row_of = nodes->network->row_of_node;
  size_t n = 0;
  EPX_TRY(EPX_ARRAY(nodes->messages.ghost_row, n_foreign));
  for (size_t l = 0; n_foreign > 0 && l < topology->n_links; l++) {
    const int i = row_of[topology->links[l].i], j = row_of[topology->links[l].j];
    if (is_owned(nodes, i) && j >= 0 && !is_owned(nodes, j)) nodes->messages.ghost_row[n++] = j;
    if (is_owned(nodes, j) && i >= 0 && !is_owned(nodes, i)) nodes->messages.ghost_row[n++] = i;
  }
  if (n > 0) qsort(nodes->messages.ghost_row, n, sizeof *nodes->messages.ghost_row, compare_rows);
  for (size_t k = 0; k < n; k++) {
    if (k == 0 || nodes->messages.ghost_row[k] != nodes->messages.ghost_row[nodes->n_ghosts - 1])
      nodes->messages.ghost_row[nodes->n_ghosts++] = nodes->messages.ghost_row[k];
  }
  return EPX_OK;
}

/** Gets where what a node sends stands in nodes->messages.sent; input_of: [n_nodes] place of the clamped inputs. */
static int get_column(const epx_nodes *nodes, int node, const int *input_of) {
  const int row = nodes->network->row_of_node[node];
  if (row < 0) return nodes->n_local + nodes->n_ghosts + input_of[node];
  if (is_owned(nodes, row)) return row - nodes->first;
  const int *found =
      bsearch(&row, nodes->messages.ghost_row, (size_t)nodes->n_ghosts, sizeof row, compare_rows);
  return nodes->n_local + (int)(found - nodes->messages.ghost_row);
}

/** Writes the entries of the owned rows; `next` [n_local] is where each row's next one stands. */
static void write_entries(epx_nodes *nodes, const int *input_of, int *next) {
  const epx_topology *topology = nodes->network->topology;
  const int *row_of = nodes->network->row_of_node;
  memcpy(next, nodes->links.start, (size_t)nodes->n_local * sizeof *next);
  for (size_t l = 0; l < topology->n_links; l++) {
    const int ends[2] = {topology->links[l].i, topology->links[l].j};
    for (int side = 0; side < 2; side++) {
      if (!is_owned(nodes, row_of[ends[side]])) continue;
      const int at = next[row_of[ends[side]] - nodes->first]++;
      nodes->links.column[at] = get_column(nodes, ends[!side], input_of);
      nodes->links.link[at] = (int)l;
    }
  }
}

/** Finds the longest run of rows without ghosts: what can be done while these are on their way. */
static void find_inner(epx_nodes *nodes) {
  int begin = 0;
  for (int r = 0; r <= nodes->n_local; r++) {
    bool hears = r == nodes->n_local;
    for (int k = hears ? 0 : nodes->links.start[r]; !hears && k < nodes->links.start[r + 1]; k++)
      hears = nodes->links.column[k] >= nodes->n_local &&
              nodes->links.column[k] < nodes->n_local + nodes->n_ghosts;
    if (!hears) continue;
    if (r - begin > nodes->n_inner) {
      nodes->inner = begin;
      nodes->n_inner = r - begin;
    }
    begin = r + 1;
  }
}

static epx_err create_links(epx_nodes *nodes) {
  const epx_network *network = nodes->network;
  size_t n_foreign = 0;
  int *input_of = NULL, *next = NULL;
  EPX_TRY(EPX_ARRAY(nodes->links.start, (size_t)nodes->n_local + 1));
  const size_t n_entries = count_entries(nodes, &n_foreign);
  EPX_TRY(find_ghosts(nodes, n_foreign));
  EPX_TRY(EPX_ARRAY(nodes->links.column, n_entries));
  EPX_TRY(EPX_ARRAY(nodes->links.link, n_entries));
  EPX_TRY(EPX_ARRAY(nodes->links.coupling, n_entries));
  EPX_TRY(EPX_ARRAY(input_of, (size_t)network->n_nodes));
  const int code = EPX_ARRAY(next, (size_t)nodes->n_local);
  if (code == EPX_OK) {
    for (int k = 0; k < network->n_inputs; k++)
      input_of[network->input_nodes[k]] = k;
    write_entries(nodes, input_of, next);
    find_inner(nodes);
  }
  epx_array_destroy(&next);
  epx_array_destroy(&input_of);
  return code;
}

static epx_err create_type(int n, MPI_Datatype *type) {
  if (MPI_Type_contiguous(n, MPI_DOUBLE, type) != MPI_SUCCESS || MPI_Type_commit(type) != MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "MPI does not make a type of %d numbers", n);
  }
  return EPX_OK;
}

/** Says who sends which rows to this rank. */
static epx_err create_exchange(epx_nodes *nodes, int n_ranks) {
  PetscSFNode *remote = NULL;
  EPX_TRY(EPX_ARRAY(remote, (size_t)nodes->n_ghosts));
  for (int k = 0, rank = 0; k < nodes->n_ghosts; k++) {
    while (nodes->messages.ghost_row[k] >= get_first(nodes->network->n_free, n_ranks, rank + 1))
      rank++;
    remote[k].rank = rank;
    remote[k].index = nodes->messages.ghost_row[k] - get_first(nodes->network->n_free, n_ranks, rank);
  }
  PetscErrorCode code = PetscSFCreate(nodes->communicator, &nodes->messages.exchange);
  if (!code) {
    code = PetscSFSetGraph(nodes->messages.exchange, nodes->n_local, nodes->n_ghosts, NULL, PETSC_COPY_VALUES,
                           remote, PETSC_COPY_VALUES);
  }
  if (!code) code = PetscSFSetUp(nodes->messages.exchange);
  epx_array_destroy(&remote);
  EPX_PETSC(code);
  EPX_TRY(create_type(nodes->n_rows, &nodes->messages.sent_type));
  return create_type(nodes->n_components, &nodes->messages.state_type);
}

/** Creates the networks of one node that stand for each node, and for each input that drives one. */
static epx_err create_lanes(epx_nodes *nodes) {
  const epx_network *network = nodes->network;
  if (network->encoding != EPX_ENCODE_AMPLITUDE)
    return EPX_RAISE(EPX_EINPUT,
                     "network.inputs.encoding: inputs of a distributed network enter by amplitude");
  epx_network_spec spec = {.family = network->family,
                           .topology = {.kind = EPX_CHAIN, .n_nodes = 1},
                           .input_scale = network->input_scale,
                           .readout = network->readout,
                           .readout_scale = network->readout_scale};
  EPX_TRY(epx_network_create(&spec, &nodes->single));
  EPX_TRY(epx_lanes_create(nodes->single, nodes->n_local, 1, &nodes->lanes));
  if (network->family->clamps_inputs) return EPX_OK;
  spec.n_inputs = 1;
  EPX_TRY(epx_network_create(&spec, &nodes->port_network));
  return epx_lanes_create(nodes->port_network, 1, 1, &nodes->port);
}

/** Lists the owned rows of ports. */
static epx_err create_port_rows(epx_nodes *nodes, const int *ports, int n_ports, int **rows) {
  EPX_TRY(epx_array_create(rows, (size_t)n_ports, sizeof **rows));
  for (int k = 0; k < n_ports; k++) {
    const int row = nodes->network->row_of_node[ports[k]];
    (*rows)[k] = is_owned(nodes, row) ? row - nodes->first : -1;
  }
  return EPX_OK;
}

/** Creates what the parts of the field need. A family that derives something of parameters gets all lanes at
 * once: it is not laid out for parts. */
static epx_err create_part(epx_nodes *nodes) {
  const int n_lanes = nodes->lanes->n_lanes;
  nodes->cache.part_length = nodes->lanes->derived || n_lanes < EPX_NODES_PART ? n_lanes : EPX_NODES_PART;
  const size_t n_rows = (size_t)nodes->n_rows + 6 * (size_t)nodes->n_components;
  EPX_TRY(EPX_ARRAY(nodes->cache.part_node, (size_t)nodes->network->family->n_parameters));
  EPX_TRY(EPX_ARRAY(nodes->cache.part_arrays, n_rows * (size_t)nodes->cache.part_length));
  nodes->cache.part_y = nodes->cache.part_arrays + (size_t)nodes->n_rows * (size_t)nodes->cache.part_length;
  return EPX_OK;
}

static epx_err create_arrays(epx_nodes *nodes) {
  const epx_network *network = nodes->network;
  const size_t n_lanes = (size_t)nodes->lanes->n_lanes, n_components = (size_t)nodes->n_components;
  const size_t n_clamped = network->family->clamps_inputs ? (size_t)network->n_inputs : 0;
  const size_t n_sending = (size_t)nodes->n_local + (size_t)nodes->n_ghosts + n_clamped;
  nodes->messages.n_sent = n_sending * (size_t)nodes->n_rows;
  EPX_TRY(EPX_ARRAY(nodes->packed, n_lanes * nodes->single->n_theta));
  EPX_TRY(EPX_ARRAY(nodes->features, (size_t)network->n_inputs));
  EPX_TRY(create_port_rows(nodes, network->input_nodes, network->n_inputs, &nodes->input_row));
  EPX_TRY(create_port_rows(nodes, network->output_nodes, network->n_outputs, &nodes->output_row));
  EPX_TRY(EPX_ARRAY(nodes->messages.sent, nodes->messages.n_sent));
  EPX_TRY(EPX_ARRAY(nodes->messages.ghost_state, (size_t)nodes->n_ghosts * n_components));
  EPX_TRY(EPX_ARRAY(nodes->messages.heard, nodes->messages.n_sent));
  EPX_TRY(EPX_ARRAY(nodes->gradient, n_lanes * nodes->single->n_theta));
  EPX_TRY(EPX_ARRAY(nodes->weight, n_lanes));
  EPX_TRY(EPX_ARRAY(nodes->base, (size_t)nodes->n_rows * n_lanes));
  EPX_TRY(EPX_ARRAY(nodes->y, n_components * n_lanes));
  EPX_TRY(EPX_ARRAY(nodes->f, n_components * n_lanes));
  EPX_TRY(EPX_ARRAY(nodes->work, 4 * n_components * n_lanes));
  return EPX_OK;
}

/** Looks whether what nodes send is linear in their states: whether then the states themselves can be sent.
 */
static void set_law(epx_nodes *nodes) {
  const epx_link_law *law = nodes->network->family->link_law;
  const double rest[EPX_LINK_MAX_ROWS] = {0};
  double sent[EPX_LINK_MAX_ROWS] = {0};
  law->eval_sent(rest, sent);
  law->eval_sent_slope(rest, nodes->messages.sent_slope);
  nodes->messages.sends_states = law->linear && !nodes->network->family->clamps_inputs;
  for (int c = 0; c < nodes->n_rows; c++)
    nodes->messages.sends_states = nodes->messages.sends_states && sent[c] == 0;
}

static epx_err fill_nodes(epx_nodes *nodes, const epx_network *network, MPI_Comm communicator) {
  int n_ranks = 0, rank = 0;
  if (MPI_Comm_size(communicator, &n_ranks) != MPI_SUCCESS ||
      MPI_Comm_rank(communicator, &rank) != MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "the communicator of a distributed network cannot be used");
  }
  EPX_TRY(epx_engine_check(network, n_ranks));
  if (MPI_Comm_dup(communicator, &nodes->communicator) != MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "MPI cannot duplicate the communicator of a distributed network");
  }
  nodes->network = network;
  nodes->links.further = -1;
  nodes->n_components = network->family->components;
  nodes->n_rows = network->family->input_rows;
  nodes->first = get_first(network->n_free, n_ranks, rank);
  nodes->n_local = get_first(network->n_free, n_ranks, rank + 1) - nodes->first;
  set_law(nodes);
  EPX_TRY(create_links(nodes));
  EPX_TRY(create_exchange(nodes, n_ranks));
  EPX_TRY(create_lanes(nodes));
  EPX_TRY(create_part(nodes));
  return create_arrays(nodes);
}

epx_err epx_nodes_create(const epx_network *network, MPI_Comm communicator, epx_nodes **out) {
  epx_nodes *nodes = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(nodes, 1));
  nodes->communicator = MPI_COMM_NULL;
  nodes->messages.sent_type = nodes->messages.state_type = MPI_DATATYPE_NULL;
  const int code = fill_nodes(nodes, network, communicator);
  if (code != EPX_OK) epx_nodes_destroy(&nodes);
  EPX_TRY(code);
  *out = nodes;
  return EPX_OK;
}

void epx_nodes_destroy(epx_nodes **address) {
  epx_nodes *nodes = *address;
  if (!nodes) return;
  (void)!PetscSFDestroy(&nodes->messages.exchange);
  if (nodes->messages.sent_type != MPI_DATATYPE_NULL) MPI_Type_free(&nodes->messages.sent_type);
  if (nodes->messages.state_type != MPI_DATATYPE_NULL) MPI_Type_free(&nodes->messages.state_type);
  epx_lanes_destroy(&nodes->lanes);
  epx_lanes_destroy(&nodes->port);
  epx_network_destroy(&nodes->single);
  epx_network_destroy(&nodes->port_network);
  int **const integers[] = {&nodes->links.start,        &nodes->links.column, &nodes->links.link,
                            &nodes->messages.ghost_row, &nodes->input_row,    &nodes->output_row};
  double **const numbers[] = {&nodes->links.coupling,
                              &nodes->packed,
                              &nodes->features,
                              &nodes->messages.sent,
                              &nodes->messages.ghost_state,
                              &nodes->messages.heard,
                              &nodes->gradient,
                              &nodes->weight,
                              &nodes->base,
                              &nodes->y,
                              &nodes->f,
                              &nodes->work,
                              &nodes->cache.part_arrays};
  epx_array_destroy(&nodes->cache.part_node);
  for (size_t k = 0; k < sizeof integers / sizeof integers[0]; k++)
    epx_array_destroy(integers[k]);
  for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
    epx_array_destroy(numbers[k]);
  if (nodes->communicator != MPI_COMM_NULL) MPI_Comm_free(&nodes->communicator);
  epx_array_destroy(address);
}
