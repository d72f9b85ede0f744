/** @file
 * Fields: what a distributed lattice looks like at an equilibrium after training, for each design point in a
 * file of its own beside the results file, by parallel HDF5, each rank its own part:
 *
 *   RESULTS.h5.fields.POINT.h5     /NAME (plane, row, column) for every column of the snapshot, 64-bit floats,
 *                                  with the dimension scales /plane, /row and /column;
 *                                  NaN at nodes that inputs clamp; attributes units and long_name
 *   RESULTS.h5.fields.POINT.xdmf   the same for ParaView: a uniform grid with a node a site
 *
 * RESULTS.h5 links to it, /fields/point_POINT, by the name without its folder: the files move together. A
 * file is written under another name and then takes its own, before the trial is reported; the results file
 * has a link only where the trial is finished and the file is there. Merged results link to the files of their
 * parts, which keep their names. All ranks of a network see one folder.
 */
#ifndef EPILUX_IO_FIELDS_FIELDS_H
#define EPILUX_IO_FIELDS_FIELDS_H

#include "study/simulation/snapshot.h"

/** The format's version, attribute `format_version`. */
#define EPX_FIELDS_FORMAT_VERSION 1

/** Writes both files of a snapshot beside the results file `results`. i_writer: which of the groups that may
 * write the same file at once this is, 0 …; each has its own temporary name. Collective over the network's
 * ranks. Errors: EPX_EFILE: cannot be written, the file of before stays; EPX_EMEMORY; EPX_EMPI. */
epx_err epx_fields_write(const char *results, int i_writer, const epx_snapshot *snapshot);

/** Creates the name of the file of a point: that of the results, ".fields.POINT." and suffix. *name is the caller's, to be
 * freed by epx_array_destroy(). Errors: EPX_EMEMORY. */
epx_err epx_fields_create_name(const char *results, int i_point, const char *suffix, char **name);

#endif
