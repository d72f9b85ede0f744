/** @file
 * Checksum: it is CRC-64/XZ, whole or in parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/recovery/checksum.h"

static epx_checksum_table table;

/* Origin: the catalogue of parametrised CRC algorithms, CRC-64/XZ, check value. */
static void check_value_is_that_of_crc_64_xz(void **state) {
  (void)state;
  assert_true(epx_checksum_eval(&table, 0, "123456789", 9) == UINT64_C(0x995dc9bbdf1939fa));
}

static void sum_of_parts_is_the_sum_of_the_whole(void **state) {
  (void)state;
  unsigned char bytes[100];
  for (int i = 0; i < 100; i++)
    bytes[i] = (unsigned char)(37 * i + 11);
  const uint64_t whole = epx_checksum_eval(&table, 0, bytes, sizeof bytes);
  for (size_t cut = 0; cut <= sizeof bytes; cut++) {
    const uint64_t first = epx_checksum_eval(&table, 0, bytes, cut);
    assert_true(epx_checksum_eval(&table, first, bytes + cut, sizeof bytes - cut) == whole);
  }
}

static void every_flipped_bit_changes_the_sum(void **state) {
  (void)state;
  unsigned char bytes[64] = "a record of a trial";
  const uint64_t whole = epx_checksum_eval(&table, 7, bytes, sizeof bytes);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    assert_true(epx_checksum_eval(&table, 7, bytes, sizeof bytes) != whole);
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
}

int main(void) {
  epx_checksum_init(&table);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_value_is_that_of_crc_64_xz),
      cmocka_unit_test(sum_of_parts_is_the_sum_of_the_whole),
      cmocka_unit_test(every_flipped_bit_changes_the_sum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
