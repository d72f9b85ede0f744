/** @file
 * Restart data: places are kept in their order, empty ones left out, and no more than there is room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/restart.h"

static void places_are_kept_in_their_order(void **state) {
  (void)state;
  epx_restart restart = {0};
  double numbers[3] = {1, 2, 3};
  int count = 4;
  assert_int_equal(epx_restart_get_bytes(&restart), 0);
  assert_int_equal(epx_restart_add(&restart, numbers, sizeof numbers), EPX_OK);
  assert_int_equal(epx_restart_add(&restart, NULL, 8), EPX_OK);
  assert_int_equal(epx_restart_add(&restart, numbers, 0), EPX_OK);
  assert_int_equal(EPX_RESTART_ADD(&restart, count), EPX_OK);
  assert_int_equal(restart.n_parts, 2);
  assert_ptr_equal(restart.part[0].data, numbers);
  assert_ptr_equal(restart.part[1].data, &count);
  assert_int_equal(epx_restart_get_bytes(&restart), sizeof numbers + sizeof count);
}

static void too_many_places_are_an_error(void **state) {
  (void)state;
  epx_restart restart = {0};
  int place;
  for (int k = 0; k < EPX_RESTART_MAX_PARTS; k++)
    assert_int_equal(EPX_RESTART_ADD(&restart, place), EPX_OK);
  assert_int_equal(EPX_RESTART_ADD(&restart, place), EPX_EMEMORY);
  assert_int_equal(restart.n_parts, EPX_RESTART_MAX_PARTS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_kept_in_their_order),
      cmocka_unit_test(too_many_places_are_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
