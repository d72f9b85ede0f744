/** @internal @file
 * Random links: the topologies that are drawn.
 */
#ifndef EPILUX_PHOTONIC_RANDOM_LINKS_H
#define EPILUX_PHOTONIC_RANDOM_LINKS_H

#include "photonic/topology.h"

/** Creates the links of a topology of kind random or small-world, each pair once, in no order: links [*n_links], which
 * the caller destroys. Drawn from the stream (spec->seed, "topology").
 *   random       round(n_nodes degree / 2) pairs, all sets of so many equally likely (G(n, m) of Erdos and Renyi)
 *   small-world  n_nodes n_neighbours links: for k = 1 ... n_neighbours and each node i in turn, the link of i and i + k
 *                goes with probability `rewiring` to a node drawn among those that i is not linked with; it stays where
 *                i is linked with all (Watts and Strogatz)
 * Errors: EPX_EMEMORY. */
epx_err epx_random_links_create(const epx_topology_spec *spec, int n_nodes, epx_link **links,
                                size_t *n_links);

#endif
