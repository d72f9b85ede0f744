/** @file
 * Hysteresis: sweeps one parameter up and down in steps, each starting from the state of the step before, and
 * finds where the state jumps.
 */
#ifndef EPILUX_STUDY_SIMULATION_HYSTERESIS_H
#define EPILUX_STUDY_SIMULATION_HYSTERESIS_H

#include "equilibrium/certificate.h"

#include "epilux/error.h"

/** Solves for where the network comes to at `value`, by its dynamics from state [n_state], which is
 * overwritten. */
typedef epx_err (*epx_hysteresis_solve_at)(void *context, double value, double *state,
                                           epx_certificate *certificate);

/** What is moved. */
typedef struct {
  double from, to;
  int n_values; /* at least 2, from `from` to `to` in even steps */
  int n_state;
  int n_components; /* of a node: state [n_state / n_components][n_components] */
  void *context;
  epx_hysteresis_solve_at solve_at;
} epx_hysteresis_spec;

/** One way: that on which the parameter rises, or that on which it falls. */
typedef struct {
  double *state;                /* [n_values][n_state], by value, not by time */
  epx_certificate *certificate; /* [n_values] */
  int n_jumps;
  double *jump; /* [n_jumps]: at which value of the parameter, to a 4096th of a step */
} epx_branch;

typedef struct {
  int n_values, n_state, n_components;
  double *value; /* [n_values], from spec->from to spec->to */
  epx_branch up, down;
} epx_hysteresis;

/** Creates both ways, the first from `start` [n_state] at spec->from, the second from where that ended; `up`
 * is the one on which the parameter rises. A jump is where some node's state changes by as much in ever
 * shorter steps of the parameter, or where the network begins or ceases to settle; neither a steep branch nor
 * a pitchfork is one. A jump is missed where it is smaller than half of what its node moves in the step
 * before and the states on both sides of it do not coexist at the step's beginning. Cost: at most 4 n_values
 * calls of solve_at, and 13 a step that is looked into. Errors: EPX_EINPUT: fewer than 2 values, or ends that
 * are equal or not finite; EPX_EMEMORY; those of solve_at. */
epx_err epx_hysteresis_create(const epx_hysteresis_spec *spec, const double *start, epx_hysteresis **out);

/** Destroys the ways at *address. */
void epx_hysteresis_destroy(epx_hysteresis **address);

/** Counts the values at which the ways up and down end in states of which some node differs, or in other
 * outcomes. */
int epx_hysteresis_eval_width(const epx_hysteresis *hysteresis);

#endif
