/** @internal @file
 * Encoding: features made fewer, as many as a network has ports for: windows of an image averaged, or the
 * principal components of the training part.
 */
#ifndef EPILUX_LEARNING_TASK_ENCODING_H
#define EPILUX_LEARNING_TASK_ENCODING_H

#include <stdbool.h>

#include "epilux/error.h"

/** Creates pooled [n_samples][*n_pooled], the means of windows of window x window pixels side by side; those
 * at the right and the lower edge hold what is left. x [n_samples][n_rows][n_columns]. Free with
 * epx_array_destroy(). Errors: EPX_EINPUT: a window that is no pixel or larger than the image; EPX_EMEMORY.
 * O(n_samples n_rows n_columns). */
epx_err epx_encoding_create_pooled(int n_samples, int n_rows, int n_columns, const double *x, int window,
                                   int *n_pooled, double **pooled);

/** Creates ports [n_samples][n_ports]: each sample's coordinates along the n_ports directions in which the
 * samples fit [n_fit] vary most, measured from their mean,
 *
 *   z_k = v_k . (x - mean) / sigma,   C v_k = sigma_k^2 v_k,   C = 1/n_fit sum over fit (x - mean)(x -
 * mean)',
 *
 * sigma_0 >= sigma_1 >= …; sigma = sigma_0, or sigma_k when `whiten`: each port varies as much as any. The
 * sign of v_k is such that its largest entry in magnitude, the first of equals, is positive. x
 * [n_samples][n_features]; other samples than those of fit have no say in v. Free with epx_array_destroy().
 * Errors: EPX_EINPUT: n_ports < 1, > n_features or > n_fit - 1, or the samples of fit vary in fewer
 * directions; EPX_ESOLVER: LAPACK finds no eigenvectors; EPX_EMEMORY. O(n_fit n_features^2 + n_features^3);
 * memory O(n_features^2). Source: Jolliffe2002. */
epx_err epx_encoding_create_components(int n_samples, int n_features, const double *x, int n_fit,
                                       const int *fit, int n_ports, bool whiten, double **ports);

#endif
