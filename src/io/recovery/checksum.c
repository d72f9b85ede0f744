/** @file
 * Checksum: the reflected polynomial, sliced by eight: one table look-up a byte, but eight independent ones a
 * step.
 */
#include "io/recovery/checksum.h"

static const uint64_t polynomial = UINT64_C(0xc96c5795d7870f42);

void epx_checksum_init(epx_checksum_table *table) {
  for (unsigned b = 0; b < 256; b++) {
    uint64_t sum = b;
    for (int bit = 0; bit < 8; bit++)
      sum = sum & 1 ? sum >> 1 ^ polynomial : sum >> 1;
    table->row[0][b] = sum;
  }
  for (int k = 1; k < 8; k++) {
    for (unsigned b = 0; b < 256; b++) {
      const uint64_t sum = table->row[k - 1][b];
      table->row[k][b] = table->row[0][sum & 0xff] ^ sum >> 8;
    }
  }
}

uint64_t epx_checksum_eval(const epx_checksum_table *table, uint64_t start, const void *bytes, size_t n) {
  const unsigned char *byte = bytes;
  uint64_t sum = ~start;
  for (; n >= 8; n -= 8, byte += 8) {
    uint64_t next = 0;
    for (int k = 0; k < 8; k++)
      next ^= table->row[7 - k][(byte[k] ^ sum >> 8 * k) & 0xff];
    sum = next;
  }
  for (; n > 0; n--, byte++)
    sum = table->row[0][(*byte ^ sum) & 0xff] ^ sum >> 8;
  return ~sum;
}
