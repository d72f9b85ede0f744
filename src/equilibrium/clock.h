/** @file
 * Clock: phases of a fixed length. States are read when the time is over, settled or not, as a machine with a fixed
 * clock reads them. Works over any ensemble, by its field alone; with noise, over populations.
 */
#ifndef EPILUX_EQUILIBRIUM_CLOCK_H
#define EPILUX_EQUILIBRIUM_CLOCK_H

#include "equilibrium/ensemble.h"
#include "equilibrium/noise.h"

/** Is shown the states y [n_rows][n_lanes], `time` after the start; false stops the dynamics. */
typedef bool (*epx_clock_watch)(void *context, double time, const double *y);

typedef struct epx_clock {
  double free, nudged; /* lengths of the phases, in the family's unit of time; 0: until rest */
  double step;         /* of Euler's method, in place of the pair; 0: the pair */
  double rtol;         /* local error relative to each component, or to 1e-3 of its lane's largest */
  double *work;        /* states of the integrator */
  double *readout, *slope, *extent;

  /* Of noise; arrays are NULL without it, or without a window. */
  epx_noise_spec noise;
  epx_noise_key key;  /* of the chunk at hand: set before its free phase */
  uint32_t n_phases;  /* of the chunk so far: set to 0 with the key */
  epx_random *stream; /* [n_lanes] of the phase at hand */
  double *left;       /* [n_rows][n_lanes] where the last free phase ended */
  double *annealed;   /* [n_nodes][n_lanes] the annealed parameter's own values; NULL: none is */
  double *reads;      /* [n_outputs][n_lanes] means of its outputs over the window */
} epx_clock;

/** Inits a clock under which phases come to rest, with rtol 1e-8, and its workspaces for an ensemble. Errors: EPX_EMEMORY;
 * call destroy then, too. */
epx_err epx_clock_init(const epx_ensemble *ensemble, epx_clock *clock);

/** Sets the noise of all phases, which have a length then, and its workspaces. Errors: EPX_EMEMORY. */
epx_err epx_clock_set_noise(const epx_ensemble *ensemble, const epx_noise_spec *noise, epx_clock *clock);

/** Destroys the workspaces. */
void epx_clock_destroy(epx_clock *clock);

/** Follows every lane from y for `length`, by Dormand and Prince's pair of orders 5 and 4 (Hairer1993), all
 * lanes with the same steps; phase NULL: free. Idle and frozen lanes do not move. y in, out; watch may be
 * NULL; certificate [n_lanes]: EPX_OK with the length as settling_time, EPX_DIVERGED where a state is no
 * number, EPX_SLOW where 200,000 steps are not enough. residual and abscissa are NaN. Collective where the
 * ensemble is. With a step instead by ceil(length / step) equal steps of Euler's method, y += h F(y), as a machine that
 * updates all nodes at once does. Errors: of the engine; EPX_EINPUT: an adjoint phase.
 *
 * With noise, by the stochastic Heun method, of weak order 2 as the noise is additive (Kloeden1992), steps of h =
 * length / ceil(length / noise.step), draws W of variance 1 keyed as noise.h says:
 *
 *   Y = y + h F(y) + sqrt(2 D h) W,   y+ = y + h/2 (F(y) + F(Y)) + sqrt(2 D h) W
 *
 * With a window, y out is the mean of the states over its last steps, by trapezia, and of a free phase clock->reads
 * and clock->left are set. No lane depends on another; a lane that diverges stays so. */
epx_err epx_clock_follow(epx_ensemble *ensemble, epx_clock *clock, const epx_phase *phase,
                         const unsigned char *idle, double length, epx_clock_watch watch, void *context,
                         double *y, epx_certificate *certificate);

/** Solves a phase as the ensemble's clock says: its functions' solve() where there is none, or its length is 0. */
epx_err epx_ensemble_solve(epx_ensemble *ensemble, const epx_phase *phase, const unsigned char *idle,
                           double *y, epx_certificate *certificate);

/** Evaluates the outputs that are read after a free phase that ended, or was averaged, at y: r [n_outputs][n_lanes]; with a
 * window the means of the detectors' signals. Errors: of the engine. */
epx_err epx_ensemble_eval_reads(epx_ensemble *ensemble, const double *y, double *r);

/** Gets the states from where learning phases go on after a free phase that was read as `read`: with a window of the clock
 * those at its end. */
const double *epx_ensemble_get_left(const epx_ensemble *ensemble, const double *read);

/** Solves two learning phases, likewise. */
epx_err epx_ensemble_solve_pair(epx_ensemble *ensemble, const epx_phase *phases, double *const *y,
                                epx_certificate *const *certificates);

#endif
