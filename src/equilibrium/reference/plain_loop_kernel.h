/** @internal @file
 * The kernel of the plain loop: compiled once for each instruction set.
 */
#ifndef EPILUX_EQUILIBRIUM_REFERENCE_PLAIN_LOOP_KERNEL_H
#define EPILUX_EQUILIBRIUM_REFERENCE_PLAIN_LOOP_KERNEL_H

#include <stdbool.h>

#include "base/machine/kernel.h"
#include "equilibrium/reference/plain_loop.h"

/** What follows a network: its state and rooms, [n_state] each, and what has become of it. */
typedef struct {
  const epx_baseline_system *system;
  const epx_plain_loop_options *options;
  double *y, *z, *k[4];
  long evaluations;
  bool arrived;
} epx_plain_loop_way;

/** Follows the network from y until its rates have fallen. */
#define EPX_PLAIN_LOOP_ARGUMENTS (epx_plain_loop_way * way)

#endif
