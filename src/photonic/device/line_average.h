/** @internal What a device sees of a random field: its average along the guide, not its value at a point. */
#ifndef EPILUX_PHOTONIC_DEVICE_LINE_AVERAGE_H
#define EPILUX_PHOTONIC_DEVICE_LINE_AVERAGE_H

#include "photonic/process/correlation.h"
#include "photonic/process/placement.h"

/** Evaluates the variance of the average over one device of a field of variance 1: ring, straight guide or
 * point. */
double epx_line_average_eval_variance(const epx_correlation *correlation, const epx_placed *device);

/** Evaluates the covariance of the averages over two devices that are not the same. */
double epx_line_average_eval_covariance(const epx_correlation *correlation, const epx_placed *a,
                                        const epx_placed *b);

/** Evaluates the covariance matrix of n devices, covariance [n][n]. O(n^2). */
void epx_line_average_eval_matrix(const epx_correlation *correlation, int n, const epx_placed *devices,
                                  double *covariance);

#endif
