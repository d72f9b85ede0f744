/** @internal @file
 * Columns of Sobol's sequence, for the designs that are made of it.
 */
#ifndef EPILUX_DESIGN_SOBOL_COLUMNS_H
#define EPILUX_DESIGN_SOBOL_COLUMNS_H

#include "design/design.h"

enum { EPX_SOBOL_COLUMNS_MAX = 1024 };

/** Checks that n is a power of two from 1 to 2^30; `what` begins the message. Errors: EPX_EINPUT. */
epx_err epx_sobol_check_points(const char *what, int n);

/** Evaluates dimension i of the first spec->n_points points: u [n_points] in [0, 1); scrambled by a stream of
 * that purpose where the spec says so. */
void epx_sobol_eval_column(int i_dimension, const epx_design_spec *spec, const char *purpose, double *u);

#endif
