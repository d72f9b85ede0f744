/** @internal @file
 * The kernel of peak: private to this layer.
 */
#ifndef EPILUX_BASE_MACHINE_PEAK_KERNEL_H
#define EPILUX_BASE_MACHINE_PEAK_KERNEL_H

#include "base/machine/kernel.h"

#define EPX_PEAK_ARGUMENTS (long n_rounds, double *n_operations, double *sink)

#endif
