/** @internal @file
 * Fields: what its parts share.
 */
#ifndef EPILUX_IO_FIELDS_FIELDS_PRIVATE_H
#define EPILUX_IO_FIELDS_FIELDS_PRIVATE_H

#include "io/fields/fields.h"

/** Writes the XDMF of a snapshot to `path`; data: the name of its HDF5 file, without a folder. By one rank.
 * Errors: EPX_EFILE. */
epx_err epx_fields_write_xdmf(const char *path, const char *data, const epx_snapshot *snapshot);

#endif
