/** @internal @file
 * Finish: polishes lanes by Newton's method, many at a time, and two learning phases of the same lanes side
 * by side.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_FINISH_H
#define EPILUX_EQUILIBRIUM_POPULATION_FINISH_H

#include "equilibrium/equilibrium.h"
#include "equilibrium/lanes/linear.h"
#include "equilibrium/population/lane_record.h"

typedef struct epx_finish epx_finish;

/** Counted lane by lane. */
typedef struct {
  long iterations, factorisations;
  long halvings;   /* of steps that did not descend */
  long departures; /* lanes given back to the dynamics that had arrived */
} epx_finish_counts;

/** Creates the workspaces for up to n_lanes lanes; `options` are copied, `linear` is borrowed and has 2
 * n_slots slots: vector v of a group of n_slots uses slot v in the free phase and slot n_slots + v in
 * learning phases. Errors: EPX_EMEMORY. */
epx_err epx_finish_create(const epx_network *network, int n_lanes, int n_slots,
                          const epx_equilibrium_options *options, epx_linear *linear, epx_finish **out);

/** Destroys the finish at *address. */
void epx_finish_destroy(epx_finish **address);

typedef struct {
  bool polish; /* the start was reached by the dynamics: Newton may not leave their basin */
} epx_finish_mode;

enum { EPX_FINISH_SIDES = 2 };

/** Begins a free phase: factors that earlier ones have left are dropped. */
void epx_finish_begin(epx_finish *finish);

/** One side: the free phase, or one learning phase. */
typedef struct {
  const epx_nudge *nudge; /* NULL: free phase */
  /** Learning phase: the lanes that start at the equilibrium of the last free phase [n_lanes]; they
   * begin with the factors that the free phase left, which stay as they are. NULL: none. */
  const bool *at_rest;
  double *y;                /* [n_state][n_lanes] */
  epx_lane_record *records; /* [n_lanes] */
} epx_finish_side;

/** Solves F + N = 0 by Newton for the lanes whose record is EPX_LANE_READY, from y:
 *   EPX_LANE_DONE     a step d = -J^-1 (F + N) was at most options->tolerance, or F + N rounding; y is the
 *                     equilibrium, behind that step, and the record's residual |F + N| before it,
 *   EPX_LANE_RUNNING  Newton failed or, when polishing, left the basin: y is as it was, and the record's
 *                     handover is ten times lower (when not polishing: as it was).
 * Steps are shares of the largest component of each kind in this phase, of angles of 1 rad. With factors of y itself a
 * step d is shortened, l = 1, 1/2 ... 1/64, until the step from y + l d, by the same factors, is at most 1 - l/4 of d;
 * when polishing it is not, but the lane given back. Of a lane that the dynamics have brought, the second step
 * is at most a quarter of the first, or it is given back.
 * What happens in a lane depends on its own numbers and the instruction set alone.
 * Two sides [n_sides] are two learning phases: what they share of the factors is read once for both, and each
 * gets the bits that it gets alone. */
void epx_finish_solve(epx_finish *finish, const epx_lanes *lanes, epx_finish_mode mode, int n_sides,
                      const epx_finish_side *sides);

/** Gets where the lanes of the first side of the last epx_finish_solve() began, [n_state][n_lanes]. */
const double *epx_finish_get_start(const epx_finish *finish);

/** Gets what was counted since creation. */
epx_finish_counts epx_finish_get_counts(const epx_finish *finish);

#endif
