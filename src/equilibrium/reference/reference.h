/** @file
 * Reference: one network, plain CVODE (Adams, functional iteration, stock serial vector; of a stiff family BDF
 * with a dense Jacobian) until the residual is small, then KINSOL's Newton with line search. It judges the
 * fast engine, and `simulate` uses it.
 */
#ifndef EPILUX_EQUILIBRIUM_REFERENCE_REFERENCE_H
#define EPILUX_EQUILIBRIUM_REFERENCE_REFERENCE_H

#include "equilibrium/equilibrium.h"

/** Receives the transient after each step: state [n_state] at `time`. Returns 0 to go on; another
 * number ends the solve there, as slow. */
typedef int (*epx_reference_watch)(void *context, double time, int n_state, const double *state);

/** Solves one lane: `lanes` must hold one instance and one sample. state [n_state]: in, the start; out, the
 * equilibrium. The certificate is complete, with the full spectrum. watch may be NULL.
 * Errors: EPX_ESOLVER, EPX_EMEMORY. No equilibrium is an outcome of the certificate, not an error. */
epx_err epx_reference_solve(const epx_lanes *lanes, const epx_nudge *nudge,
                            const epx_equilibrium_options *options, epx_reference_watch watch, void *context,
                            double *state, epx_certificate *certificate);

#endif
