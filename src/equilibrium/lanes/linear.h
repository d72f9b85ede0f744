/** @internal @file
 * Linear: the factors of lanes' Jacobians, kept in slots of one vector of lanes each. Small systems are
 * factored side by side as lane matrices, large ones lane by lane by LAPACK.
 */
#ifndef EPILUX_EQUILIBRIUM_LANES_LINEAR_H
#define EPILUX_EQUILIBRIUM_LANES_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "equilibrium/equilibrium.h"

typedef struct epx_linear epx_linear;

/** Gets the bytes of one slot. */
double epx_linear_get_slot_bytes(int n_state);

/** Gets the bytes of n_slots slots and of the room beside them. */
double epx_linear_get_bytes(int n_state, int n_slots);

/** Creates n_slots slots. Errors: EPX_EMEMORY. */
epx_err epx_linear_create(int n_state, int n_slots, epx_linear **out);

/** Destroys the slots at *address. */
void epx_linear_destroy(epx_linear **address);

/** Evaluates dF/ds (plus dN/ds of a nudge that gives it; NULL: none) at y of the EPX_LANE_WIDTH lanes from
 * `lane` on and factors it into the slot. sign [EPX_LANE_WIDTH]: out, the sign of det(dF/ds), 0 where it is
 * singular or not finite. With `chosen` [EPX_LANE_WIDTH] of these lanes alone: the slot's factors of the others stay,
 * and sign is set of the chosen. NULL: of all. O(n_state^3). */
void epx_linear_factor(epx_linear *linear, int slot, const epx_lanes *lanes, const epx_nudge *nudge,
                       const double *y, int lane, const bool *chosen, double *sign);

/** Copies the factors of a slot to another. O(n_state^2). */
void epx_linear_copy(epx_linear *linear, int from, int to);

/** Evaluates A = dF/ds (plus dN/ds) at y of chosen lanes [EPX_LANE_WIDTH], not neighbours, and factors A -
 * rate I into the slot, so that no eigenvalue of a stable system is near: rate [EPX_LANE_WIDTH], out, is of
 * the size of A's eigenvalues, the root mean square of its rows; of a stiff family the geometric mean of that
 * and the least of its diagonal. It has the sign of the nudge's direction, and is 0 where A is 0 or not
 * finite. O(n_state^3). */
void epx_linear_factor_shifted(epx_linear *linear, int slot, const epx_lanes *lanes, const epx_nudge *nudge,
                               const double *y, const int *chosen, double *rate);

/** Evaluates how large the terms are that F + N is a sum of, at y of one lane: terms [n_state], row by row the sum over
 * columns of |J| |y|, J its Jacobian. Rounding makes rates of their size times the unit of rounding. O(n_state^2). */
void epx_linear_eval_terms(epx_linear *linear, const epx_lanes *lanes, const epx_nudge *nudge,
                           const double *y, int lane, double *terms);

/** Solves with a slot's factors: x = A^-1 b, or A'^-1 b when transposed, b[row * stride_b + w],
 * x[row * EPX_LANE_WIDTH + w]. O(n_state^2). */
void epx_linear_solve(epx_linear *linear, int slot, bool transposed, const double *b, size_t stride_b,
                      double *x);

/** Solves for two right-hand sides at once: x = A^-1 b, z = A^-1 c, with the bits of one after the other; b
 * and c have rows `stride` apart. */
void epx_linear_solve_pair(epx_linear *linear, int slot, const double *b, const double *c, size_t stride,
                           double *x, double *z);

#endif
