/** @internal @file
 * Packed phase: a learning phase as some of its lanes see it, packed side by side.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_PACKED_PHASE_H
#define EPILUX_EQUILIBRIUM_POPULATION_PACKED_PHASE_H

#include "base/machine/isa.h"
#include "equilibrium/ensemble.h"

typedef struct {
  const epx_phase *home; /* borrowed */
  int n_state, n_outputs;
  int which[EPX_LANE_WIDTH]; /* where each lane stands at home */
  epx_phase phase;
  double *held, *origin;   /* [n_state][EPX_LANE_WIDTH] */
  double *readout, *slope; /* [n_outputs] of one lane */
  unsigned char frozen[EPX_LANE_WIDTH];
} epx_packed_phase;

/** Creates what a phase of a network's lanes is packed into. Errors: EPX_EMEMORY. */
epx_err epx_packed_phase_create(const epx_network *network, epx_packed_phase *out);

/** Destroys its arrays. */
void epx_packed_phase_destroy(epx_packed_phase *packed);

/** Sets it to lanes which[k], k < n <= EPX_LANE_WIDTH, of a phase of n_lanes lanes, borrowed; the padding repeats the
 * last. Returns the packed phase, valid until the next call. O(n_state n). */
const epx_phase *epx_packed_phase_set(epx_packed_phase *packed, const epx_phase *phase, int n_lanes, int n,
                                      const int *which);

#endif
