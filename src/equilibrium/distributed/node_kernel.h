/** @internal @file
 * The kernels of distributed networks: private to this layer; distributed_kernel.c is compiled once for each
 * instruction set. Arrays of nodes are interleaved, a[r * n + c], those of lanes rows, a[c * n_lanes + r].
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_NODE_KERNEL_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_NODE_KERNEL_H

#include <stddef.h>

#include "base/machine/kernel.h"

/** The links of n_left nodes: entries start[r] ... start[r + 1] - 1 of node r. Of arrays that a pass over the
 * nodes reads once, it asks the memory some nodes ahead: a lattice of a million goes through a dozen side by
 * side, and the machine's own foresight ends with every page of each. */
typedef struct {
  size_t n_left;
  const int *start, *column;
  const double *coupling;
  const double *sent; /* [column][n_sent] */
  size_t n_sent;
} epx_node_links;

/** input [n_rows][n_lanes] = base + S sum of what links bring, in their order, for n nodes. base
 * [n_rows][n_all]; slope S [n_rows][n_sent], NULL: one, and n_rows n_sent. */
#define EPX_NODES_RECEIVE_ARGUMENTS                                                                          \
  (const epx_node_links *links, size_t n, size_t n_rows, const double *slope, size_t n_all,                  \
   const double *base, size_t n_lanes, double *input)

/** y_r = D_r x_r + R sum of what links bring, for n nodes: own [n][components][components], by columns where
 * `transposed`; in = R [components][n_sent]. */
#define EPX_NODES_MULTIPLY_ARGUMENTS                                                                         \
  (const epx_node_links *links, size_t n, size_t n_components, const double *own, int transposed,            \
   const double *in, const double *x, double *y)

/** lanes = nodes, and back, for n nodes. */
#define EPX_NODES_LAY_ARGUMENTS                                                                              \
  (size_t n_components, size_t n, size_t n_lanes, const double *nodes, double *lanes)
#define EPX_NODES_GATHER_ARGUMENTS                                                                           \
  (size_t n_components, size_t n, size_t n_lanes, const double *lanes, double *nodes)

/** end = y + h (c[0] k[0] + c[1] k[1] + c[2] k[2]), k[i] left out where c[i] is 0; n numbers. */
#define EPX_PAIR_FORM_ARGUMENTS                                                                              \
  (size_t n, double h, const double *c, const double *y, const double *const *k, double *end)

/** Lets n nodes extend of = {|k[3]|, |end|, |c . k| / |(atol, rtol max(|y|, |end|))|, 1 where one of them
 * is not finite}, the largest of each: of the first two of components, of the third with the Euclidean norms
 * of nodes, for which quadrature a field is in does not matter. */
#define EPX_PAIR_EXTEND_ARGUMENTS                                                                            \
  (size_t n_components, size_t n, double rtol, double atol, const double *c, const double *y,                \
   const double *end, const double *const *k, double *of)

#endif
