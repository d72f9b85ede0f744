/** @file
 * Engine: what a network must be to be distributed, in words that name the key to change.
 */
#include "epilux/equilibrium/engine.h"

#include <limits.h>

static const struct {
  const char *name, *meaning;
} table[EPX_ENGINE_COUNT] = {
#define ROW(enumerator, text, meaning) {text, meaning},
    EPX_ENGINES(ROW)
#undef ROW
};

const char *epx_engine_get_name(epx_engine engine) {
  return table[engine].name;
}

const char *epx_engine_get_meaning(epx_engine engine) {
  return table[engine].meaning;
}

bool epx_engine_is_large(const epx_network *network) {
  const double degree = 2 * (double)network->topology->n_links / network->n_nodes;
  return network->n_nodes >= EPX_ENGINE_LARGE && degree <= EPX_ENGINE_SPARSE;
}

epx_err epx_engine_check(const epx_network *network, int n_ranks) {
  const epx_family *family = network->family;
  if (!family->link_law || family->components > EPX_LINK_MAX_ROWS || family->input_rows > EPX_LINK_MAX_ROWS)
    return EPX_RAISE(EPX_EINPUT,
                     "network.family: %s has no law of its links, so that its networks cannot be "
                     "distributed; use equilibrium.engine: population",
                     family->name);
  if (network->readout == EPX_READ_PORT_INTENSITY || network->readout == EPX_READ_PORT_QUADRATURE)
    return EPX_RAISE(EPX_EINPUT,
                     "network.outputs.readout: what leaves a port cannot be read from a distributed network; "
                     "read intensity or quadrature, or use equilibrium.engine: population");
  if (network->readout == EPX_READ_BALANCED)
    return EPX_RAISE(
        EPX_EINPUT, "network.outputs.readout: balanced pairs cannot be read from a distributed network; read "
                    "intensity, or use equilibrium.engine: population");
  if (network->encoding != EPX_ENCODE_AMPLITUDE)
    return EPX_RAISE(EPX_EINPUT,
                     "network.inputs.encoding: inputs of a distributed network enter by amplitude; use that, "
                     "or equilibrium.engine: population");
  if (network->n_free < n_ranks)
    return EPX_RAISE(EPX_EINPUT,
                     "population.ranks_per_network: %d free nodes cannot be spread over %d ranks; use at "
                     "most %d",
                     network->n_free, n_ranks, network->n_free);
  if (network->topology->n_links > INT_MAX / 2)
    return EPX_RAISE(EPX_EINPUT, "network.topology: %zu links, at most %d can be distributed",
                     network->topology->n_links, INT_MAX / 2);
  return EPX_OK;
}

epx_err epx_engine_check_parameters(const epx_network *network, const double *theta) {
  const epx_family *family = network->family;
  for (int p = 0; p < family->n_parameters; p++) {
    if (family->parameters[p].site != EPX_SITE_LINK || p == network->coupling) continue;
    for (size_t k = 0; k < network->count[p]; k++) {
      if (theta[network->offset[p] + k] != 0)
        return EPX_RAISE(EPX_EINPUT,
                         "network.parameters.%s: a network that is distributed over ranks has only %s along "
                         "its links; 0 is wanted, or equilibrium.engine: population",
                         family->parameters[p].name, family->parameters[network->coupling].name);
    }
  }
  return EPX_OK;
}
