/** @file
 * Population: the fast engine, many networks at once. The dynamics of each go by steps of its own, in groups of
 * EPX_LANE_WIDTH lanes; those of stiff families, and where rtol is below 1e-4, go through SUNDIALS (CVODE, implicit; ARKODE,
 * explicit) on a vector of lanes that share their steps: there the error norm is the largest of the norms of the single
 * networks, so that none is integrated less accurately than alone. The finish is a batched Newton.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_POPULATION_H
#define EPILUX_EQUILIBRIUM_POPULATION_POPULATION_H

#include "equilibrium/equilibrium.h"

typedef struct epx_population epx_population;

/** Counted since creation. */
typedef struct {
  long equilibria, failures;              /* used lanes asked for / without an equilibrium */
  long steps, field_evaluations;          /* of the dynamics, lane by lane */
  long newton_iterations, factorisations; /* lane by lane */
  long newton_halvings;  /* of Newton steps that did not descend: the line search of method newton */
  long basin_departures; /* Newton left the dynamics' basin, or what was reached is unstable; the
                            dynamics went on */
  long spectra;          /* computed whole, for a certificate that nothing cheaper decided */
} epx_population_counts;

/** Creates the workspaces for lanes of `network` up to n_lanes (as in epx_lanes.n_lanes). Memory:
 * O(n_state^2 EPX_LANE_WIDTH + n_state n_lanes); nothing is allocated later.
 * Errors: EPX_EMEMORY, EPX_ESOLVER, EPX_EINPUT (options). */
epx_err epx_population_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                              epx_population **out);

/** Evaluates how many bytes a population for n_lanes lanes takes, about. */
double epx_population_eval_bytes(const epx_network *network, int n_lanes);

/** Destroys the population at *address. */
void epx_population_destroy(epx_population **address);

/** Sets which lanes are idle [n_lanes] (borrowed): epx_population_solve() neither asks for their equilibrium
 * nor changes their state and certificate. NULL, as after create: none. */
void epx_population_set_idle(epx_population *population, const unsigned char *idle);

/** Solves for the equilibrium of every lane.
 * y [n_state][n_lanes]: in, the start; out, the equilibrium, or where the lane was when it gave up.
 * certificate [n_lanes]: out; abscissa and settling_time are left NaN (see epx_population_eval_stability() and
 * _eval_settling()).
 * Lanes without an equilibrium are a result: the call still returns EPX_OK.
 * `nudge` NULL: free phase. Errors: EPX_ESOLVER. */
epx_err epx_population_solve(epx_population *population, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_certificate *certificate);

/** Solves two learning phases of the same lanes, nudges [2], y [2], certificates [2] as in
 * epx_population_solve() and with the bits that one call after the other gives, for less: where both start at
 * the equilibria of the free phase, they are iterated on side by side. A lane without an equilibrium on the
 * first side is left out of the second: it gets that certificate, and its state there is not an equilibrium.
 * Errors: EPX_ESOLVER. */
epx_err epx_population_solve_pair(epx_population *population, const epx_lanes *lanes, const epx_nudge *nudges,
                                  double *const *y, epx_certificate *const *certificates);

/** Solves for the equilibrium of the chosen lanes [n_lanes] once more, in the free phase and by pure
 * dynamics, whatever the method: y and certificate as in epx_population_solve(), of chosen lanes alone.
 * Nothing that learning phases begin with is touched, and nothing is counted as an equilibrium. Errors:
 * EPX_ESOLVER. */
epx_err epx_population_solve_dynamics(epx_population *population, const epx_lanes *lanes,
                                      const unsigned char *chosen, double *y, epx_certificate *certificate);

/** Evaluates certificate[lane].settling_time in the free phase of every used lane with outcome EPX_OK that is not idle, by following its
 * dynamics once more and closely, from where the phase began, start [n_state][n_lanes], to where it ended, y: the
 * last time at which the distance of some kind of components from its end is more than options->settled of the
 * largest that it had in the phase. 0 where nothing moves; NaN where the closer way does not come to rest. Of equilibria
 * that are not alone, the end is the one that this way comes to. Nothing else asks for it: it costs about as much
 * as the dynamics of the phase, and memory like theirs, made at the first call. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_population_eval_settling(epx_population *population, const epx_lanes *lanes, const double *start,
                                     const double *y, epx_certificate *certificate);

/** Solves (dF/ds) x = b, or (dF/ds)' x = b when transposed, at y in every lane; all [n_state][n_lanes]. The
 * nudge is not part of it. A singular lane gets x = NaN. */
epx_err epx_population_solve_linear(epx_population *population, const epx_lanes *lanes, const double *y,
                                    bool transposed, const double *b, double *x);

/** Evaluates certificate[lane].abscissa of every used lane with outcome EPX_OK at y, by the full spectrum
 * (LAPACK). That a lane is stable is known before: see epx_population_solve(). O(n_state^3) a lane. */
epx_err epx_population_eval_stability(epx_population *population, const epx_lanes *lanes, const double *y,
                                      epx_certificate *certificate);

/** Evaluates the eigenvalues of dF/ds at y [n_state][n_lanes] of one lane: real, imaginary [n_state] per unit
 * of time, in no order, conjugate ones together; NaN where the Jacobian is not finite. O(n_state^3). */
void epx_population_eval_spectrum(epx_population *population, const epx_lanes *lanes, const double *y,
                                  int lane, double *real, double *imaginary);

/** Gets the counts. */
epx_population_counts epx_population_get_counts(const epx_population *population);

#endif
