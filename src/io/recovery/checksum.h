/** @internal @file
 * Checksum: CRC-64/XZ, eight bytes a step. Finds every burst of up to 64 bits. Source: Ecma1992.
 */
#ifndef EPILUX_IO_RECOVERY_CHECKSUM_H
#define EPILUX_IO_RECOVERY_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t row[8][256]; /* row[k][b]: what byte b does to the sum when k more bytes follow it */
} epx_checksum_table;

/** Inits the table. O(2048). */
void epx_checksum_init(epx_checksum_table *table);

/** Evaluates the checksum of `n` bytes that follow those of which `start` is the checksum (0: none).
 * "123456789" has 0x995dc9bbdf1939fa. O(n). */
uint64_t epx_checksum_eval(const epx_checksum_table *table, uint64_t start, const void *bytes, size_t n);

#endif
