/** @internal Cholesky's factor of a covariance. The sums run in a fixed order, whatever the number of threads a LAPACK
 * would take: a field has the same bits on every rank. */
#ifndef EPILUX_PHOTONIC_PROCESS_CHOLESKY_H
#define EPILUX_PHOTONIC_PROCESS_CHOLESKY_H

#include "epilux/error.h"

/** Evaluates the lower factor L of A = L L' in place. a [n][n], row-major; on return its lower triangle holds
 * L, its upper one zeros. O(n^3). Errors: EPX_EINPUT: A is not positive definite; the message names the first
 * row where that shows. */
epx_err epx_cholesky_eval(int n, double *a);

/** Evaluates out = L z, rows `first` … `first + n_out` - 1 of L [n][n]; z [n], out [n_out]. */
void epx_cholesky_eval_product(int n, const double *factor, int first, int n_out, const double *z,
                               double *out);

/** Evaluates x = A^-1 x in place from the factor, for `n_columns` right-hand sides: x [n][n_columns]. */
void epx_cholesky_solve(int n, const double *factor, int n_columns, double *x);

#endif
