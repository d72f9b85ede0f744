/** @file
 * Range: parameters held within what their family allows.
 */
#ifndef EPILUX_PHOTONIC_RANGE_H
#define EPILUX_PHOTONIC_RANGE_H

#include "epilux/family.h"

/** Sets the entries of one instance's theta [n_theta] that lie outside their parameter's range to its nearest end.
 * mask [n_theta]: only where it is not 0; NULL: everywhere. NaN stays. Returns how many were moved. O(n_theta). */
size_t epx_range_project(const epx_network *network, const unsigned char *mask, double *theta);

#endif
