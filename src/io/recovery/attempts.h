/** @file
 * Attempts: the trials that are running, written beside the results file, so that a trial that crashes its
 * process is known after the crash, and is given up after some crashes.
 *
 * The file begins with a header of eight 64-bit words in the machine's byte order: "EPXATTM1",
 * 0x0102030405060708, the digest, blocks, suspects, slots, 0, a checksum (CRC-64/XZ over what stands before
 * it). Suspects follow, two words each: block, deaths so far + 2^32 share; then a checksum over them; then
 * slots, three words each: first block, count, checksum. A slot is what a worker was handed, written before
 * it begins, in place: the file does not grow.
 *
 * Slots are not brought to the disk: they outlive the process, which is what dies; after the death of the
 * machine a charge may be missing. A file that is missing, damaged or of another campaign holds nothing.
 */
#ifndef EPILUX_IO_RECOVERY_ATTEMPTS_H
#define EPILUX_IO_RECOVERY_ATTEMPTS_H

#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

typedef struct {
  int64_t block;
  int n_deaths; /* while it was under way */
  int share;    /* millionths of its training that were kept at the last of them, 0: none */
} epx_attempts_suspect;

typedef struct epx_attempts epx_attempts;

/** Reads what was under way when an earlier run died: its suspects, and each block of its slots charged once.
 * *suspects [*n], by block: out, the caller's, free with epx_array_destroy(). Errors: EPX_EFILE: cannot be
 * read; EPX_EMEMORY. */
epx_err epx_attempts_read(const char *path, uint64_t digest, int64_t n_blocks,
                          epx_attempts_suspect **suspects, size_t *n);

/** Creates the file with suspects [n] and empty slots for n_workers, in place of any that stands there, by
 * renaming. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_attempts_create(const char *path, uint64_t digest, int64_t n_blocks,
                            const epx_attempts_suspect *suspects, size_t n, int n_workers,
                            epx_attempts **out);

/** Writes that a worker is handed a unit; it may hold two. One write of 24 bytes. Errors: EPX_EFILE. */
epx_err epx_attempts_write(epx_attempts *attempts, int worker, int64_t first, int64_t count);

/** Sets all slots empty: the run ends, and nothing under way has died. Errors: EPX_EFILE. */
epx_err epx_attempts_set_over(epx_attempts *attempts);

/** Closes the file; removes it when it was set over and has no suspects. */
void epx_attempts_destroy(epx_attempts **address);

#endif
