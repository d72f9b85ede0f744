/** @internal @file
 * Folder: syncs the names in a folder to the disk.
 */
#ifndef EPILUX_IO_RECOVERY_FOLDER_H
#define EPILUX_IO_RECOVERY_FOLDER_H

#include "epilux/error.h"

/** Writes the folder that `path` lies in to the disk, so that a file just made or renamed there keeps its
 * name when the machine stops. File systems that cannot do this are left alone. Errors: EPX_EFILE: there is
 * no such folder. */
epx_err epx_folder_write(const char *path);

#endif
