/** @internal @file
 * Signal: shared by families whose nodes have one real state that starts near zero, and a drive that no state
 * changes.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_SIGNAL_H
#define EPILUX_PHOTONIC_FAMILIES_SIGNAL_H

#include "photonic/lanes.h"

/** Sets y [n_nodes][n_lanes] to numbers within `size` of zero, drawn by the stream (seed, purpose), one for
 * each node and sample. */
void epx_signal_set_start(const epx_lanes *lanes, unsigned long long seed, const char *purpose, double size,
                          double *y);

/** Sets lanes->input [n_nodes][n_lanes] to bias_i, and at inputs + input_scale feature. bias: the index of
 * its parameter. */
void epx_signal_set_drive(epx_lanes *lanes, int bias);

#endif
