/** @internal Circulant embedding: a stationary random field on a regular grid, exact in its covariance. Source:
 * Dietrich1997. */
#ifndef EPILUX_PHOTONIC_PROCESS_CIRCULANT_H
#define EPILUX_PHOTONIC_PROCESS_CIRCULANT_H

#include <stddef.h>

#include "epilux/error.h"
#include "photonic/process/correlation.h"

/** Most of the variance that may be clipped. */
#define EPX_CIRCULANT_MAX_CLIPPED 1e-3

typedef struct epx_circulant epx_circulant;

/** Evaluates the share of the variance that lies in negative eigenvalues of the periodic covariance,
 *   sum over lambda < 0 of |lambda| / (n_padded rho(0)),
 * on a grid of n_x × n_y points d_x and d_y [m] apart, `padding` times larger in both directions (rounded up
 * to sizes that transform fast). Errors: EPX_EMEMORY. */
epx_err epx_circulant_eval_clipped(const epx_correlation *correlation, int n_x, int n_y, double d_x,
                                   double d_y, double padding, double *clipped);

/** Creates a sampler of that grid. Negative eigenvalues are set to 0 and the rest scaled down, so that the
 * variance stays 1. Errors: EPX_EINPUT: more than EPX_CIRCULANT_MAX_CLIPPED is clipped: the field would have
 * another covariance; EPX_EMEMORY. O(n_padded log n_padded). */
epx_err epx_circulant_create(const epx_correlation *correlation, int n_x, int n_y, double d_x, double d_y,
                             double padding, epx_circulant **out);

/** Destroys the sampler at *address. */
void epx_circulant_destroy(epx_circulant **address);

/** Gets the number of normal numbers a field takes, n_padded, and the clipped share. */
size_t epx_circulant_get_size(const epx_circulant *circulant);
double epx_circulant_get_clipped(const epx_circulant *circulant);

/** Evaluates a field of variance 1 from standard normal numbers [n_padded]: field [n_y][n_x]. The map is
 * linear: two fields from normal numbers of correlation r have correlation r in every point. Not for two
 * threads at once. */
void epx_circulant_eval(epx_circulant *circulant, const double *normal, double *field);

#endif
