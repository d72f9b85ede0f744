/** @internal @file
 * Integrator: the states of many networks, a step at a time, by one of three methods:
 *
 *   pair    an explicit Runge-Kutta pair of orders 3 and 2, every lane with its own time and step
 *   ARKODE  one of orders 5 and 4, all lanes with one step, where the tolerance asks for its order
 *   CVODE   backward differentiation formulas, all lanes with one step, where the family is stiff
 *
 *   ds/dt = direction (F(s) + N(s))  in lanes whose mask is set, 0 in the others, whatever their state.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_INTEGRATOR_H
#define EPILUX_EQUILIBRIUM_POPULATION_INTEGRATOR_H

#include <stdint.h>

#include "equilibrium/equilibrium.h"

typedef struct epx_integrator epx_integrator;

/** Creates an integrator for up to n_lanes lanes of a network. It allocates all it will ever need. A step's error is
 * weighted by rtol times each component's size and what epx_integrator_get_floor() and _get_bound() hold.
 * Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_integrator_create(const epx_network *network, int n_lanes, double rtol, epx_integrator **out);

/** Destroys the integrator at *address. */
void epx_integrator_destroy(epx_integrator **address);

/** Gets the state [n_state][lanes->n_lanes]: the caller writes the start there, and reads it after each step.
 */
double *epx_integrator_get_state(epx_integrator *integrator);

/** Gets each lane's mask: -1 where it moves, 0 where it is frozen. A lane frozen between two steps may drift
 * by the last step's tolerance; one whose state is to be replaced needs a new start. */
int64_t *epx_integrator_get_mask(epx_integrator *integrator);

/** Gets the floors [n_kinds][lanes->n_lanes] under the allowed error of a step, in each kind's unit, beside rtol;
 * above 0 in lanes that move. */
double *epx_integrator_get_floor(epx_integrator *integrator);

/** Gets the bounds [n_kinds][lanes->n_lanes] on the allowed error of a step beside rtol and floor; INFINITY: none. */
double *epx_integrator_get_bound(epx_integrator *integrator);

/** Sets what is integrated and evaluates the field at the state as it stands. `lanes` and `nudge` are
 * borrowed until the next call. */
void epx_integrator_set_lanes(epx_integrator *integrator, const epx_lanes *lanes, const epx_nudge *nudge);

/** Evaluates the field f at any state y, both [n_state][lanes->n_lanes], as it is integrated; no solver knows of it. */
void epx_integrator_eval_at(epx_integrator *integrator, const double *y, double *f);

/** Gets the field at the current state, [n_state][n_lanes]: direction (F + N), 0 in frozen lanes. Of the
 * implicit method, the derivative of its polynomial after a step: the field without the noise that fast rates
 * make of what a step leaves open. */
const double *epx_integrator_get_field(epx_integrator *integrator);

/** Gets the field of the current state as the family has it, noise and all. Overwrites get_field()'s. */
const double *epx_integrator_get_exact_field(epx_integrator *integrator);

/** Tells which method it is: CVODE; or the pair. */
bool epx_integrator_is_implicit(const epx_integrator *integrator);
bool epx_integrator_is_pair(const epx_integrator *integrator);

/** Of the pair: gets the length of each lane's next step [n_lanes], which the caller sets before the first. */
double *epx_integrator_get_steps(epx_integrator *integrator);

/** Of the pair: gets how often each lane's step has failed in a row [n_lanes], 0 after set_lanes(). */
int *epx_integrator_get_failures(epx_integrator *integrator);

/** Of the pair: tries a step in every lane that moves, from the field as get_field() has it. A step's error is at most
 * the share `share` of the way that its kind would go at rate [n_kinds][n_lanes], too. taken [n_lanes]: out, its length; 0:
 * the lane did not move, and its next step is shorter; NaN: no step of it can be made small enough. */
void epx_integrator_step_lanes(epx_integrator *integrator, const double *rate, double share, double *taken);

/** Starts from the state as it stands, at `time`, with a first step of `step`. Not of the pair. */
epx_err epx_integrator_start(epx_integrator *integrator, double time, double step);

/** Takes one step of the integrator's own choice. Not of the pair. *broken: the step cannot be made small enough for some
 * lane; the state is that of the last good step. */
epx_err epx_integrator_step(epx_integrator *integrator, double *time, double *step, bool *broken);

/** Tells whether a lane kept the last step from passing: its own error was too large or not finite. */
bool epx_integrator_is_culprit(const epx_integrator *integrator, int lane);

/** Gets the evaluations of the field since creation, lane by lane. */
long epx_integrator_get_evaluations(const epx_integrator *integrator);

#endif
