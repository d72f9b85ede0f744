/** @internal @file
 * The kernel of kerr_alone: private to it.
 */
#ifndef EPILUX_CLI_BENCH_KERR_ALONE_KERNEL_H
#define EPILUX_CLI_BENCH_KERR_ALONE_KERNEL_H

#include "base/machine/kernel.h"
#include "cli/bench/kerr_alone.h"

#define EPX_KERR_ALONE_ARGUMENTS (const epx_kerr_alone *k, const double *restrict y, double *restrict f)

#endif
