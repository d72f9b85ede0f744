/** @internal @file
 * Convolution: an image of nodes, maps of it and fully connected layers behind them; which nodes are linked, and which
 * links are the same entry of a kernel.
 *
 * Nodes: the image, (plane rows + row) columns + column; then map after map, likewise with its channels as planes; then the
 * layers. Node (channel o, row r, column c) of a map is linked with the nodes of what lies before it at
 *
 *   rows  r stride - padding + 0 ... kernel - 1,   columns likewise,   every channel,   where there are any.
 *
 * A map has (rows + 2 padding - kernel) / stride + 1 rows, rounded down; columns likewise.
 */
#ifndef EPILUX_PHOTONIC_CONVOLUTION_H
#define EPILUX_PHOTONIC_CONVOLUTION_H

#include "photonic/topology.h"

enum { EPX_CONVOLUTION_MAX_MAPS = 16 };

/** The image, or a map behind it. */
typedef struct {
  int first, channels, rows, columns;
  int kernel, stride, padding; /* 0 of the image */
  int first_tie;               /* number of its kernels' first entry */
} epx_convolution_map;

typedef struct {
  int n_maps; /* with the image */
  epx_convolution_map map[EPX_CONVOLUTION_MAX_MAPS + 1];
  int first_layer, n_layers; /* node of the first fully connected layer */
  const int *layers;         /* [n_layers], borrowed */
} epx_convolution;

/** Inits the geometry of a spec of kind EPX_CONVOLUTION; counts its nodes and, of padding as well, its links. Errors: EPX_EINPUT: no image, no map
 * or too many, a list that has neither one entry nor one for each map, a kernel larger than what it looks at, a
 * stride that passes over all of it, a padding as wide as the kernel, no layer or an empty one, more nodes than
 * EPX_TOPOLOGY_MAX_NODES. */
epx_err epx_convolution_init(const epx_topology_spec *spec, epx_convolution *convolution, int *n_nodes,
                             size_t *n_links);

/** Writes all links, i < j, in no order: links [n_links]. Returns how many they are, fewer where there is padding. */
size_t epx_convolution_link(const epx_convolution *convolution, epx_link *links);

/** Gets which entry of all kernels a link is; -1: of none, it belongs to a layer. */
int epx_convolution_get_tie(const epx_convolution *convolution, epx_link link);

/** Gets which layer a node is of: the image 0, map after map, then the fully connected ones. */
int epx_convolution_get_layer(const epx_convolution *convolution, int node);

/** Gets which channel of all maps a node is of, the image's planes first; -1: of none. */
int epx_convolution_get_channel(const epx_convolution *convolution, int node);

#endif
