/** @file
 * Topologies: which pairs of nodes are linked. Links are undirected; link l joins nodes i < j, sorted by (i,
 * j).
 */
#ifndef EPILUX_SRC_PHOTONIC_TOPOLOGY_H
#define EPILUX_SRC_PHOTONIC_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/family.h"

/** X(name, deck name, meaning) */
#define EPX_TOPOLOGIES(X)                                                                                    \
  X(EPX_ALL_TO_ALL, "all-to-all", "every pair of nodes; `nodes`")                                            \
  X(EPX_LAYERED, "layered",                                                                                  \
    "every pair of nodes in neighbouring layers, and in those that `skips` pairs; `layers`: their sizes")    \
  X(EPX_LATTICE, "lattice",                                                                                  \
    "nearest neighbours on a rectangle or a box; `rows`, `columns`, `planes`, `periodic`")                   \
  X(EPX_RING, "ring", "a closed chain of nearest neighbours; `nodes`")                                       \
  X(EPX_CHAIN, "chain", "an open chain of nearest neighbours; `nodes`")                                      \
  X(EPX_MATRIX, "matrix",                                                                                    \
    "the pairs with a value other than 0 in the symmetric matrix `parameters.coupling`")                     \
  X(EPX_SMALL_WORLD, "small-world",                                                                          \
    "a ring with `neighbours` links to each side; one end of every link is moved, with probability "         \
    "`rewiring`, to a random node that it is not linked with (Watts and Strogatz); `nodes`")                 \
  X(EPX_RANDOM, "random", "`nodes` * `degree` / 2 different pairs, all equally likely; `nodes`")             \
  X(EPX_EDGE_LIST, "edge-list",                                                                              \
    "the entries of a file of Matrix Market or in rudy's format, `path`; its values, if it has any, times "  \
    "`scale` are the couplings")                                                                             \
  X(EPX_CONVOLUTION, "convolution",                                                                          \
    "an image (`planes`, `rows`, `columns`), maps of it (`channels`, `kernels`, `strides`, `padding`) and "  \
    "fully connected `layers` behind them; what is `tied` is learnt as one")

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
  int n_nodes;           /* all-to-all, ring, chain, matrix, small-world, random */
  int n_layers;          /* layered, convolution */
  const int *layers;     /* [n_layers] */
  int n_skips;           /* layered: pairs of layers that are linked beside neighbouring ones */
  const int *skips;      /* [2 n_skips]: from, to, from, to, ... */
  int n_rows, n_columns; /* lattice, image; node = (plane * n_rows + row) * n_columns + column */
  int n_planes;          /* lattice, image; 0 means 1 */
  int n_maps;            /* convolution */
  const int *channels;   /* [n_maps] */
  int n_kernels, n_strides, n_paddings; /* 1 or n_maps of each */
  const int *kernels, *strides, *paddings;
  bool periodic;        /* lattice: all directions wrap */
  const double *matrix; /* matrix: [n_nodes][n_nodes], row-major, symmetric; its diagonal is not a link */
  int n_neighbours;     /* small-world: on each side */
  double rewiring;      /* small-world: 0 ... 1 */
  double degree;        /* random: mean number of links of a node */
  uint64_t seed;        /* small-world, random: drawn from the stream (seed, "topology") */
  const char *path;     /* edge-list */
  double scale;         /* edge-list: factor of its couplings; 0 means 1 */
} epx_topology_spec;

/** Creates the links of a topology. A link that a small ring or periodic lattice meets twice is one link.
 * O(n_links log n_links), O(n_nodes^2) for a matrix. A network that falls into parts that no link joins, and
 * an edge list that is not symmetric (its links get the mean of the two values), are allowed, and logged.
 * Errors: EPX_EINPUT: no nodes or more than EPX_TOPOLOGY_MAX_NODES, a layer without nodes, no matrix, one
 * that is not symmetric (couplers are reciprocal) or holds a number that is not finite, rewiring
 * outside 0 ... 1, neighbours or a degree that the nodes do not allow, a pair of skips that are no two layers or are neighbours
 * or appear twice, what convolution.h says, a line of an edge list that is not one
 * (FILE:LINE: what is wrong) or a file that cannot be opened; EPX_EMEMORY. */
epx_err epx_topology_create(const epx_topology_spec *spec, epx_topology **out);

/** Destroys the topology at *address. */
void epx_topology_destroy(epx_topology **address);

/** Evaluates the part of each node, part [n_nodes]: the least node that it is joined with by links that are used
 * (used [n_links]; NULL: all). Returns how many parts there are. O(n_links). */
int epx_topology_eval_parts(const epx_topology *topology, const bool *used, int *part);

/** Tells whether the edge list at `path` has links alone, no couplings: a Matrix Market pattern. Reads its
 * first line; false where that cannot be read. */
bool epx_topology_is_pattern(const char *path);

/** Gets a kind by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_topology_get_kind(const char *name, epx_topology_kind *kind);

/** Gets the deck name and the meaning of a kind. */
const char *epx_topology_get_name(epx_topology_kind kind);
const char *epx_topology_get_meaning(epx_topology_kind kind);

#endif
