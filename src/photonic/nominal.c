/** @file
 * Nominal parameters of a network: the part of network.h that reads the deck's values. Draws are keyed by the
 * node, or by the pair of nodes of a link, so that a pair keeps its draw when the topology around it changes.
 */
#include <math.h>
#include <stdio.h>

#include "epilux/base/random.h"
#include "epilux/photonic/network.h"

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
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s: %d values, 1 or one for each of the %zu %s is needed",
                     n->parameter->name, value->n_values, n->count,
                     n->parameter->site == EPX_SITE_NODE ? "nodes" : "links");
  }
  for (size_t k = 0; k < n->count; k++)
    theta[k] = value->values[same ? 0 : k];
  return EPX_OK;
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
  if (there != back) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s[%d][%d] is %.17g but [%d][%d] is %.17g: couplers are "
                     "reciprocal, the matrix must be symmetric",
                     name, i, j, there, j, i, back);
  }
  if (there == 0 || epx_topology_get_link(n->network->topology, i, j) >= 0) return EPX_OK;
  if (i == j) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s[%d][%d]: %g, but a node is not linked with itself: 0 belongs "
                     "there, and what acts on a node alone among the node's parameters",
                     name, i, j, there);
  }
  return EPX_RAISE(EPX_EINPUT,
                   "network.parameters.%s[%d][%d]: %g, but the topology does not link nodes %d and %d: 0 "
                   "belongs there, or topology kind matrix",
                   name, i, j, there, i, j);
}

static epx_err eval_matrix(const nominal *n, double *theta) {
  const int n_nodes = n->network->n_nodes;
  if (n->parameter->site != EPX_SITE_LINK ||
      (size_t)n->value->n_values != (size_t)n_nodes * (size_t)n_nodes) {
    return EPX_RAISE(EPX_EINPUT, "network.parameters.%s: a matrix of %d entries, %s", n->parameter->name,
                     n->value->n_values,
                     n->parameter->site == EPX_SITE_LINK ? "one of nodes × nodes is needed"
                                                         : "this parameter takes one value a node");
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

static epx_err eval_symmetrised(const nominal *n, double *theta) {
  const double spread = n->value->spread;
  if (n->parameter->site != EPX_SITE_LINK || !isfinite(spread) || spread < 0) {
    return EPX_RAISE(EPX_EINPUT, "network.parameters.%s_spread: %g, a link parameter's spread >= 0 is needed",
                     n->parameter->name, spread);
  }
  const double sigma = spread / sqrt((double)n->network->n_nodes);
  for (size_t k = 0; k < n->count; k++) {
    const epx_link at = get_site(n, k);
    const uint32_t i = (uint32_t)at.i, j = (uint32_t)at.j;
    theta[k] = 0.5 * sigma *
               (epx_random_eval_normal(&n->stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, i, j) +
                epx_random_eval_normal(&n->stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, j, i));
  }
  return EPX_OK;
}

static epx_err eval_parameter(const nominal *n, double *theta) {
  switch (n->value->kind) {
  case EPX_VALUE_FALLBACK:
    for (size_t k = 0; k < n->count; k++)
      theta[k] = n->parameter->fallback;
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
  }
  return EPX_OK;
}
