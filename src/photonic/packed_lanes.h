/** @file
 * Packed lanes: copies some lanes of a network side by side, so that a few lanes cost only as much as a few.
 *
 * What the field and its Jacobian read is copied lane by lane, so that the bits of a lane stay the same; a
 * shared coupling is borrowed. Features are not copied, but the input that they make is.
 */
#ifndef EPILUX_PHOTONIC_PACKED_LANES_H
#define EPILUX_PHOTONIC_PACKED_LANES_H

#include "photonic/lanes.h"

typedef struct epx_packed_lanes epx_packed_lanes;

/** Most bytes that couplings of packed lanes take; where they would be more, fewer lanes find room. */
#define EPX_PACKED_LANES_BYTES 33554432.0

/** Creates room for up to max_lanes lanes of a network, fewer where EPX_PACKED_LANES_BYTES do not hold their
 * couplings; for none, where that is less than a vector. Errors: EPX_EMEMORY. */
epx_err epx_packed_lanes_create(const epx_network *network, int max_lanes, epx_packed_lanes **out);

/** Destroys the packed lanes at *address. */
void epx_packed_lanes_destroy(epx_packed_lanes **address);

/** Gets how many lanes find room. */
int epx_packed_lanes_get_room(const epx_packed_lanes *packed);

/** Sets the packed lanes to lane which[k] of `lanes` at place k, k < n <= room; the padding repeats the last.
 * `lanes` is borrowed while they are used. Returns them: valid until the next call. O(n_nodes^2 n) when own,
 * O(n_nodes n) when shared. */
const epx_lanes *epx_packed_lanes_set(epx_packed_lanes *packed, const epx_lanes *lanes, int n,
                                      const int *which);

#endif
