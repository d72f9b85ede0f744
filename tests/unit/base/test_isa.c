/** @file
 * Instruction sets: names, choice by the environment.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/machine/isa.h"
#include "base/machine/kernel.h"

static void highest_is_in_use_until_another_is_set(void **state) {
  (void)state;
  const epx_isa before = epx_isa_get();
  assert_int_equal(unsetenv("EPILUX_ISA"), 0);
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
  assert_int_equal(epx_isa_get(), before);
}

static void environment_sets_any_set_up_to_the_highest(void **state) {
  (void)state;
  assert_int_equal(unsetenv("EPILUX_ISA"), 0);
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
  const epx_isa highest = epx_isa_get();
  for (int isa = EPX_ISA_PLAIN; isa < EPX_ISA_COUNT; isa++) {
    assert_int_equal(setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1), 0);
    const epx_isa before = epx_isa_get();
    assert_int_equal(epx_isa_set_from_environment(), isa <= (int)highest ? EPX_OK : EPX_EINPUT);
    assert_int_equal(epx_isa_get(), isa <= (int)highest ? (epx_isa)isa : before);
  }
}

static void unknown_set_is_refused(void **state) {
  (void)state;
  static const char *const unknown[] = {"avx2", "v3", "x86-64-v9", "PLAIN"};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    assert_int_equal(setenv("EPILUX_ISA", unknown[i], 1), 0);
    assert_int_equal(epx_isa_set_from_environment(), EPX_EINPUT);
  }
}

static void vector_of_lanes_fills_an_aligned_block(void **state) {
  (void)state;
  assert_int_equal(sizeof(epx_vector), EPX_LANE_WIDTH * sizeof(double));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(highest_is_in_use_until_another_is_set),
      cmocka_unit_test(environment_sets_any_set_up_to_the_highest),
      cmocka_unit_test(unknown_set_is_refused),
      cmocka_unit_test(vector_of_lanes_fills_an_aligned_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
