/** @file
 * Snapshot: a distributed lattice at a free equilibrium, as columns over its nodes: amplitudes, drives and
 * parameters of the nodes that each rank owns. io/fields writes it.
 *
 * Values are those of neighbouring nodes, from the rank's first free node up to the next rank's, clamped ones between
 * them; those before the first free node are the first rank's:
 *
 *   node = first_node + k = (plane * n_rows + row) * n_columns + column
 */
#ifndef EPILUX_STUDY_SIMULATION_SNAPSHOT_H
#define EPILUX_STUDY_SIMULATION_SNAPSHOT_H

#include "study/point.h"

enum { EPX_SNAPSHOT_MAX_COLUMNS = 1 + 2 * EPX_LINK_MAX_ROWS + 3 + EPX_FAMILY_MAX_PARAMETERS };

/** One number a node. */
typedef struct {
  char name[48], long_name[256];
  const char *unit;
  double *values; /* [n_own] */
} epx_snapshot_column;

typedef struct epx_snapshot {
  const epx_network *network;         /* borrowed */
  const epx_distributed *distributed; /* borrowed: whose ranks hold the parts */
  int shape[3];                       /* planes, rows, columns */
  bool periodic;
  int first, n_local;    /* the rank's own free rows */
  int first_node, n_own; /* the nodes whose values the rank has */
  int i_point, i_instance, i_sample;
  int outcome;     /* EPX_OK, or why this is no equilibrium */
  double residual; /* largest |dF/dt| component */
  int n_columns;
  epx_snapshot_column column[EPX_SNAPSHOT_MAX_COLUMNS]; /* equal on all ranks but for their values */
} epx_snapshot;

/** Creates the snapshot of a point's network with the parameters theta [n_theta] at the equilibrium of the
 * task's sample i_sample, which it solves for. Columns: `intensity`, |a|^2, of families whose intensity is
 * read; the state's components, `amplitude_re`, `amplitude_im` of those and state_0 … of others and beyond;
 * what drives each node beside its links, likewise, `drive_…` (NaN of clamped nodes; their state is what the input
 * holds it at); every parameter of nodes by its name; and the
 * coupling to the next node along its row, column and through the planes, `…_right`, `…_down`, `…_behind`
 * (NaN where no link is). Collective. O(n_nodes log n_links). Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_snapshot_create(const epx_point *point, epx_learner *learner, const double *theta, int i_point,
                            int i_instance, int i_sample, epx_snapshot **out);

/** Destroys the snapshot at *address. */
void epx_snapshot_destroy(epx_snapshot **address);

#endif
