/** @file
 * Clock: phases of a fixed length. States are read when the time is over, settled or not, as a machine with a fixed
 * clock reads them. Works over any ensemble, by its field alone.
 */
#ifndef EPILUX_EQUILIBRIUM_CLOCK_H
#define EPILUX_EQUILIBRIUM_CLOCK_H

#include "equilibrium/ensemble.h"

/** Is shown the states y [n_rows][n_lanes], `time` after the start; false stops the dynamics. */
typedef bool (*epx_clock_watch)(void *context, double time, const double *y);

typedef struct epx_clock {
  double free, nudged; /* lengths of the phases, in the family's unit of time; 0: until rest */
  double rtol;         /* local error relative to each component, or to 1e-3 of its lane's largest */
  double *work;        /* states of the integrator */
  double *readout, *slope, *extent;
} epx_clock;

/** Inits a clock under which phases come to rest, with rtol 1e-8, and its workspaces for an ensemble. Errors: EPX_EMEMORY;
 * call destroy then, too. */
epx_err epx_clock_init(const epx_ensemble *ensemble, epx_clock *clock);

/** Destroys the workspaces. */
void epx_clock_destroy(epx_clock *clock);

/** Follows every lane from y for `length`, by Dormand and Prince's pair of orders 5 and 4 (Hairer1993), all
 * lanes with the same steps; phase NULL: free. Idle and frozen lanes do not move. y in, out; watch may be
 * NULL; certificate [n_lanes]: EPX_OK with the length as settling_time, EPX_DIVERGED where a state is no
 * number, EPX_SLOW where 200,000 steps are not enough. residual and abscissa are NaN. Collective where the
 * ensemble is. Errors: of the engine; EPX_EINPUT: an adjoint phase. */
epx_err epx_clock_follow(epx_ensemble *ensemble, epx_clock *clock, const epx_phase *phase,
                         const unsigned char *idle, double length, epx_clock_watch watch, void *context,
                         double *y, epx_certificate *certificate);

/** Solves a phase as the ensemble's clock says: its functions' solve() where there is none, or its length is 0. */
epx_err epx_ensemble_solve(epx_ensemble *ensemble, const epx_phase *phase, const unsigned char *idle,
                           double *y, epx_certificate *certificate);

/** Solves two learning phases, likewise. */
epx_err epx_ensemble_solve_pair(epx_ensemble *ensemble, const epx_phase *phases, double *const *y,
                                epx_certificate *const *certificates);

#endif
