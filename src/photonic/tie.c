#include "photonic/tie.h"

#include "base/array.h"

static void tie_parameter(const epx_network *network, int p, size_t *first) {
  const epx_topology *topology = network->topology;
  const bool links = network->family->parameters[p].site == EPX_SITE_LINK;
  const int *group = links ? topology->tie : topology->channel;
  for (size_t k = 0; k < network->count[p]; k++) {
    const size_t at = network->offset[p] + k;
    if (group[k] < 0) continue;
    if (first[group[k]] == SIZE_MAX) first[group[k]] = at;
    network->tie[at] = first[group[k]];
  }
}

/* No group has a number beyond that of the links or nodes. */
static size_t count_most(const epx_network *network) {
  const size_t n_links = network->topology->n_links, n_nodes = (size_t)network->n_nodes;
  return n_links > n_nodes ? n_links : n_nodes;
}

epx_err epx_tie_create(const bool *tied, epx_network *network) {
  size_t *first = NULL;
  bool any = false;
  for (int p = 0; p < network->family->n_parameters; p++)
    any = any || tied[p];
  if (!any || !network->topology->tie) return EPX_OK;
  const size_t most = count_most(network);
  EPX_TRY(EPX_ARRAY(network->tie, network->n_theta));
  EPX_TRY(EPX_ARRAY(first, most));
  for (size_t k = 0; k < network->n_theta; k++)
    network->tie[k] = k;
  for (int p = 0; p < network->family->n_parameters; p++) {
    for (size_t k = 0; k < most; k++)
      first[k] = SIZE_MAX;
    if (tied[p]) tie_parameter(network, p, first);
  }
  epx_array_destroy(&first);
  return EPX_OK;
}

epx_err epx_tie_set_nominal(const epx_network *network, int p, bool listed, double *theta) {
  const size_t offset = network->offset[p];
  for (size_t k = 0; network->tie && k < network->count[p]; k++) {
    const size_t first = network->tie[offset + k] - offset;
    if (listed && theta[k] != theta[first])
      return EPX_RAISE(
          EPX_EINPUT,
          "network.parameters.%s: entries %zu and %zu are tied, but are %g and %g; give both one "
          "value, or leave %s out of network.topology.tied",
          network->family->parameters[p].name, first, k, theta[first], theta[k],
          network->family->parameters[p].name);
    theta[k] = theta[first];
  }
  return EPX_OK;
}

/* An entry's first stands before it, so that one walk sums into these and another reads them; the first itself may not
 * be usable. */
void epx_tie_sum_gradient(const epx_network *network, const unsigned char *usable, double *gradient) {
  const size_t *tie = network->tie;
  for (size_t k = 0; tie && k < network->n_theta; k++) {
    if (!usable[k]) gradient[k] = 0;
    if (tie[k] != k) gradient[tie[k]] += gradient[k];
  }
  for (size_t k = 0; tie && k < network->n_theta; k++)
    if (tie[k] != k) gradient[k] = usable[k] ? gradient[tie[k]] : 0;
  for (size_t k = 0; tie && k < network->n_theta; k++)
    if (!usable[k]) gradient[k] = 0;
}
