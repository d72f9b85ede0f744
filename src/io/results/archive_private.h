/** @internal @file
 * Archive: what its two halves share.
 */
#ifndef EPILUX_IO_RESULTS_ARCHIVE_PRIVATE_H
#define EPILUX_IO_RESULTS_ARCHIVE_PRIVATE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

struct epx_archive {
  hid_t file;
  uint64_t n_bytes; /* of the file that is read */
  const char *path; /* for messages */
  char *owned_path; /* the same, or NULL */
};

/** HDF5 serves one thread at a time, and in a run two of rank 0 have need of it, the coordinator and a
 * worker: sets whether it is this thread's turn, and waits for it. A thread whose turn it is may take it
 * again. An archive has the turn from its creation to its end. */
void epx_archive_set_turn(bool own);

#endif
