/** @file
 * Archive: what its two halves share.
 */
#ifndef EPILUX_IO_ARCHIVE_PRIVATE_H
#define EPILUX_IO_ARCHIVE_PRIVATE_H

#include <hdf5.h>

struct epx_archive {
  hid_t file;
  const char *path; /* for messages */
  char *owned_path; /* the same, or NULL */
};

#endif
