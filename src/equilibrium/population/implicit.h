/** @internal @file
 * Implicit: CVODE's backward differentiation formulas on lane vectors, a step at a time: how the integrator
 * steps families whose rates differ much (epx_family.stiff).
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_IMPLICIT_H
#define EPILUX_EQUILIBRIUM_POPULATION_IMPLICIT_H

#include "equilibrium/lanes/block_solver.h"

typedef struct epx_implicit epx_implicit;

/** What is integrated, borrowed from the integrator. */
typedef struct {
  void *context;
  /** Evaluates f = direction (F + N), 0 in frozen lanes; both [n_state][n_lanes]. */
  void (*eval_field)(void *context, const double *y, double *f);
  /** Evaluates the weights of the error norm at y. */
  void (*eval_weights)(void *context, N_Vector y, N_Vector weights);
} epx_implicit_system;

/** Creates the method for vectors like `state`, whose shape and mask [max_lanes] are borrowed with it.
 * Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_implicit_create(const epx_lane_shape *shape, const int64_t *mask, N_Vector state,
                            SUNContext context, const epx_implicit_system *system, epx_implicit **out);

/** Destroys the method at *address. */
void epx_implicit_destroy(epx_implicit **address);

/** Sets what the Jacobian is of: lanes NULL: of nothing. Borrowed until the next call. */
void epx_implicit_set_lanes(epx_implicit *implicit, const epx_lanes *lanes, const epx_nudge *nudge);

/** As epx_integrator_start() and epx_integrator_step() of the state it was created with. */
epx_err epx_implicit_start(epx_implicit *implicit, double time, double step);
epx_err epx_implicit_step(epx_implicit *implicit, double *time, double *step, bool *broken);

/** Gets the derivative [n_state][n_lanes] of the polynomial through the last steps at their end: the field,
 * within the error of the step, but without the noise that rates of 1e4 make of a state's last digits. NULL
 * before the first step of a start. */
const double *epx_implicit_get_rate(epx_implicit *implicit);

#endif
