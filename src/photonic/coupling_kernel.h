/** @internal @file
 * The coupling kernels' arguments: private between lanes.c and coupling_kernel.c, which is compiled once for
 * each instruction set. Nodes index x, out and u; a node's row holds its fields' lanes one field after the
 * other.
 */
#ifndef EPILUX_PHOTONIC_COUPLING_KERNEL_H
#define EPILUX_PHOTONIC_COUPLING_KERNEL_H

#include <stddef.h>

#include "base/machine/kernel.h"
#include "photonic/topology.h"

/** out[into[r]] = sum over c of J[into[r]][from[c]] x[from[c]] */
typedef struct {
  size_t n_nodes, n_lanes, n_fields;
  size_t n_into, n_from;
  const int *into, *from;
  const double *coupling; /* shared [n_nodes][n_nodes], own [n_nodes][n_nodes][n_lanes] */
  const double *x;        /* [n_nodes][n_fields][n_lanes] */
  double *out;            /* [n_nodes][n_fields][n_lanes] */
} epx_coupling_product;

/** The overlap of u and x over a link (i, j): sum over f of u[i][f] x[j][f] + back u[j][f] x[i][f]. */
typedef struct {
  size_t n_lanes, n_used, n_fields, n_links;
  const epx_link *links; /* [n_links] */
  double back;           /* 1, or -1 */
  const double *u, *x;   /* [n_nodes][n_fields][n_lanes] */
  double *out; /* added to, summed over the used lanes: [n_links]; written, of one link: [n_lanes] */
} epx_coupling_overlap;

#endif
