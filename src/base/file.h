/** @file
 * File: reads a whole file into memory, plain or gzipped, for readers of data from other programs.
 */
#ifndef EPILUX_BASE_FILE_H
#define EPILUX_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "epilux/error.h"

/** The largest file that is read, in bytes after unpacking. */
#define EPX_FILE_LIMIT ((size_t)1 << 30)

/** Reads a regular file: *bytes [*size] and a closing zero, which the caller frees with epx_array_destroy().
 * Memory grows with the data that are read; no number in the file sets its size. Errors: EPX_EFILE: not there, not readable,
 * damaged; EPX_EINPUT: a folder, a device or a pipe, more than EPX_FILE_LIMIT bytes; EPX_EMEMORY. */
epx_err epx_file_read(const char *path, unsigned char **bytes, size_t *size);

/** Reads at most the first `most` bytes of such a file. Errors: as epx_file_read(). */
epx_err epx_file_read_beginning(const char *path, size_t most, unsigned char **bytes, size_t *size);

/** Opens a regular file to read as it is: *file, which the caller closes with fclose(), and its bytes. Links are
 * followed; endless files (pipes, devices) are refused. Errors: EPX_EFILE: not there (errno is ENOENT), not readable;
 * EPX_EINPUT: a folder, a device or a pipe; EPX_EMEMORY. */
epx_err epx_file_open(const char *path, FILE **file, uint64_t *length);

#endif
