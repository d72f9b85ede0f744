/** @internal Least squares: nonlinear, by GSL's Levenberg-Marquardt method with the Jacobian by finite differences. */
#ifndef EPILUX_MEASUREMENT_LEAST_SQUARES_H
#define EPILUX_MEASUREMENT_LEAST_SQUARES_H

#include <stddef.h>

#include "epilux/error.h"

enum { EPX_LEAST_SQUARES_MAX = 24 };

typedef struct {
  size_t n_residuals;
  int n_parameters; /* at most EPX_LEAST_SQUARES_MAX, fewer than n_residuals */
  /* residual [n_residuals] at parameter [n_parameters]; those near 1 are scaled best. */
  void (*eval)(const double *parameter, double *residual, void *context);
  void *context;
} epx_least_squares;

/** Moves `parameter` from its start to the nearest minimum of the sum of squares, which goes to *square.
 * covariance [n_parameters][n_parameters], (J'J)^-1 there, for residuals of variance 1; or NULL. Errors: EPX_EMEMORY;
 * EPX_FAILED: no minimum was found from this start. */
epx_err epx_least_squares_solve(const epx_least_squares *problem, double *parameter, double *square,
                                double *covariance);

#endif
