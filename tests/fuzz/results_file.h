/** @file
 * Results file: a small one, changed as its bytes say.
 */
#ifndef EPILUX_TESTS_FUZZ_RESULTS_FILE_H
#define EPILUX_TESTS_FUZZ_RESULTS_FILE_H

#include <stddef.h>
#include <stdint.h>

/** Writes a results file to a new path [size], after a program: each four bytes are an operation, which thing of the file
 * it is done to, and two of a value. The file is HDF5 that the library itself wrote; what it holds is none of ours. */
void fuzz_write_results(const uint8_t *bytes, size_t n, char *path, size_t size);

#endif
