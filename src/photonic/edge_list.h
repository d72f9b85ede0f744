/** @internal @file
 * Edge lists: the links of a network from a Matrix Market file.
 */
#ifndef EPILUX_PHOTONIC_EDGE_LIST_H
#define EPILUX_PHOTONIC_EDGE_LIST_H

#include "photonic/topology.h"

/** Reads a square Matrix Market "matrix coordinate" file, real, integer or pattern, symmetric or general, or one of rudy's
 * format (a line with the numbers of nodes and links, then "i j weight" of each), indices from 1, into nodes, sorted unique links and, but for a pattern, their couplings. Entries of the diagonal are not
 * links. A pair that is given twice, or in both directions with different values, gets their mean; what is
 * dropped, made symmetric or made one is logged. Lines may be of any length and end as on any system but the
 * oldest Macintosh. O(n log n) in its entries. Errors: EPX_EINPUT: it cannot be opened, or FILE:LINE: what is
 * wrong; EPX_EMEMORY. */
epx_err epx_edge_list_read(const char *path, epx_topology *topology);

/** Tells whether the file's first line says that it is a pattern, without couplings; false where it cannot be
 * read. */
bool epx_edge_list_is_pattern(const char *path);

#endif
