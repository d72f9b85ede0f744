/** @file
 * Simulation: solves one network of a design point with one sample by the reference engine, and records the
 * transient. A free phase of a fixed length (equilibrium.duration), with the deck's noise if it has any, is followed by
 * the clock (equilibrium/clock.h), with the draws that the first evaluation of this instance and sample has.
 */
#ifndef EPILUX_STUDY_SIMULATION_SIMULATION_H
#define EPILUX_STUDY_SIMULATION_SIMULATION_H

#include "equilibrium/equilibrium.h"
#include "study/point.h"

/** Most rows of a transient that are kept, and most numbers of its states: where it has more steps, every
 * second, fourth … of them. */
enum { EPX_SIMULATION_ROWS = 32768, EPX_SIMULATION_NUMBERS = 1 << 23 };

/** How a network went to where it came to rest, or did not. */
typedef struct {
  int n_state, n_outputs;
  size_t n_rows;
  long n_steps;     /* of the integrator */
  double *time;     /* [n_rows] in the family's unit, from 0 */
  double *residual; /* [n_rows]: max |ds/dt| */
  double *state;    /* [n_rows][n_state] */
  double *output;   /* [n_rows][n_outputs]: what the detectors report */
  epx_certificate certificate;
  const char *
      outcome; /* its outcome in a word: epx_simulation_get_outcome_name(), or "read" at the end of a phase of a
                          fixed length */
  const double *
      read; /* [n_outputs] what is read of it, with a window of the noise means; NULL: it has no fixed length */
  double power; /* light that enters, in the family's unit; NAN: not known */
} epx_transient;

typedef struct epx_simulation epx_simulation;

/** Creates a simulation of a sample (0 … n_samples - 1 of the point's task, which is borrowed) in the nominal
 * network (i_instance < 0) or in a fabricated instance. Errors: EPX_EINPUT: no such sample; EPX_EMEMORY. */
epx_err epx_simulation_create(const epx_point *point, int i_point, int i_instance, int i_sample,
                              epx_simulation **out);

/** Destroys the simulation at *address. */
void epx_simulation_destroy(epx_simulation **address);

/** Sets state [n_state] to where the family starts. */
void epx_simulation_set_start(const epx_simulation *simulation, double *state);

/** Solves for the equilibrium from `state` [n_state], which it overwrites, and keeps the transient, the
 * simulation's until the next call. The last row is the equilibrium, or the end of a phase of a fixed length; `state` is
 * then what is read. No equilibrium is an outcome of the certificate. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_simulation_solve(epx_simulation *simulation, double *state, const epx_transient **transient);

/** Evaluates ds/dt of the network at a state [n_state]: field [n_state]. */
void epx_simulation_eval_field(epx_simulation *simulation, const double *state, double *field);

/** Gets the network's lanes, whose first holds the simulated network and sample. Borrowed. */
const epx_lanes *epx_simulation_get_lanes(const epx_simulation *simulation);

/** Evaluates what the detectors report of a state [n_state]: output [n_outputs]. */
void epx_simulation_eval_output(epx_simulation *simulation, const double *state, double *output);

/** Gets the word for an outcome: settled, slow, oscillates, diverged. */
const char *epx_simulation_get_outcome_name(int outcome);

#endif
