/** @internal @file
 * Block solver: the linear systems of an implicit step of many networks, one block a lane, behind SUNDIALS's
 * matrix and linear solver. Lanes are factored in vectors, side by side; they are not coupled.
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_BLOCK_SOLVER_H
#define EPILUX_EQUILIBRIUM_LANES_BLOCK_SOLVER_H

#include <stdint.h>

#include "equilibrium/equilibrium.h"
#include "equilibrium/lanes/lane_vector.h"

typedef struct epx_block_solver epx_block_solver;

/** Creates a solver for vectors of the shape, which is borrowed, as is mask [max_lanes]: lanes where it is 0
 * have the unit matrix. Memory: O(n_state^2 max_lanes). Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_block_solver_create(const epx_lane_shape *shape, const int64_t *mask, SUNContext context,
                                epx_block_solver **out);

/** Destroys the solver at *address, its SUNDIALS objects among it. */
void epx_block_solver_destroy(epx_block_solver **address);

/** Gets what CVODE is given: the solver, and a matrix that holds nothing. */
SUNLinearSolver epx_block_solver_get_solver(const epx_block_solver *solver);
SUNMatrix epx_block_solver_get_matrix(const epx_block_solver *solver);

/** Factors 1 - gamma direction d(F + N)/ds at y [n_state][n_lanes] of every vector of lanes with one that
 * moves; a nudge without a Jacobian is left out, NULL: none. *singular: some moving lane's matrix has no
 * inverse. O(n_state^3 n_lanes). */
void epx_block_solver_factor(epx_block_solver *solver, const epx_lanes *lanes, const epx_nudge *nudge,
                             double gamma, const double *y, bool *singular);

/** Gets the factorisations since creation, each over all lanes. */
long epx_block_solver_get_factorisations(const epx_block_solver *solver);

#endif
