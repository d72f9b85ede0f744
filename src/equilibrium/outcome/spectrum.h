/** @internal @file
 * Spectrum: the eigenvalues of one Jacobian.
 */
#ifndef EPILUX_EQUILIBRIUM_OUTCOME_SPECTRUM_H
#define EPILUX_EQUILIBRIUM_OUTCOME_SPECTRUM_H

#include "equilibrium/equilibrium.h"

typedef struct epx_spectrum epx_spectrum;

/** Creates the workspaces. Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_spectrum_create(int n_state, epx_spectrum **out);

/** Destroys the spectrum at *address. */
void epx_spectrum_destroy(epx_spectrum **address);

/** Evaluates the largest real part of the spectrum of direction (dF/ds + dN/ds) at y of one lane; NaN when it
 * has none. `nudge` NULL, as in a free phase: of dF/ds. O(n_state^3). */
double epx_spectrum_eval_abscissa(epx_spectrum *spectrum, const epx_lanes *lanes, const epx_nudge *nudge,
                                  const double *y, int lane);

/** Evaluates all eigenvalues: real, imaginary [n_state], in no order, conjugate ones together; NaN when there
 * are none. O(n_state^3). */
void epx_spectrum_eval(epx_spectrum *spectrum, const epx_lanes *lanes, const double *y, int lane,
                       double *real, double *imaginary);

#endif
