/** @file
 * Topologies: which pairs of nodes are linked. Links are undirected; link l joins nodes i < j, sorted by (i,
 * j).
 */
#ifndef EPILUX_PHOTONIC_TOPOLOGY_H
#define EPILUX_PHOTONIC_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#include "epilux/base/error.h"

/** X(name, deck name, meaning) */
#define EPX_TOPOLOGIES(X)                                                                                    \
  X(EPX_ALL_TO_ALL, "all-to-all", "every pair of nodes; `nodes`")                                            \
  X(EPX_LAYERED, "layered", "every pair of nodes of neighbouring layers; `layers`: their sizes")             \
  X(EPX_LATTICE, "lattice", "nearest neighbours on a rectangle; `rows`, `columns`, `periodic`")              \
  X(EPX_RING, "ring", "a closed chain of nearest neighbours; `nodes`")                                       \
  X(EPX_CHAIN, "chain", "an open chain of nearest neighbours; `nodes`")                                      \
  X(EPX_MATRIX, "matrix", "the pairs that are not zero in the symmetric matrix `parameters.coupling`")

typedef enum {
#define EPX_TOPOLOGY_ENUM(name, text, meaning) name,
  EPX_TOPOLOGIES(EPX_TOPOLOGY_ENUM)
#undef EPX_TOPOLOGY_ENUM
      EPX_TOPOLOGY_COUNT
} epx_topology_kind;

/** Most nodes a topology may have: a state row's index stays an int for families of several components. */
#define EPX_TOPOLOGY_MAX_NODES 100000000

/** What the deck says. Unused members are 0 / NULL. */
typedef struct {
  epx_topology_kind kind;
  int n_nodes;           /* all-to-all, ring, chain, matrix */
  int n_layers;          /* layered */
  const int *layers;     /* [n_layers] */
  int n_rows, n_columns; /* lattice; node = row * n_columns + column */
  bool periodic;         /* lattice: both directions wrap */
  const double *matrix;  /* matrix: [n_nodes][n_nodes], row-major, symmetric; its diagonal is not a link */
} epx_topology_spec;

typedef struct {
  int i, j; /* i < j */
} epx_link;

typedef struct {
  int n_nodes;
  size_t n_links;
  epx_link *links; /* [n_links], sorted by (i, j), no duplicates */
} epx_topology;

/** Creates the links of a topology. A link that a small ring or periodic lattice meets twice is one link.
 * O(n_links log n_links), O(n_nodes^2) for a matrix.
 * Errors: EPX_EINPUT: no nodes or more than EPX_TOPOLOGY_MAX_NODES, a layer without nodes, no matrix, one
 * that is not symmetric (couplers are reciprocal) or holds a number that is not finite; EPX_EMEMORY. */
epx_err epx_topology_create(const epx_topology_spec *spec, epx_topology **out);

/** Destroys the topology at *address. */
void epx_topology_destroy(epx_topology **address);

/** Gets the index of the link between two nodes, in either order, -1 when they are not linked. O(log
 * n_links). */
long epx_topology_get_link(const epx_topology *topology, int i, int j);

/** Gets a kind by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_topology_get_kind(const char *name, epx_topology_kind *kind);

/** Gets the deck name and the meaning of a kind. */
const char *epx_topology_get_name(epx_topology_kind kind);
const char *epx_topology_get_meaning(epx_topology_kind kind);

#endif
