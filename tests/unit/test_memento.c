/** @file
 * Memento: places are kept in their order, empty ones left out, and no more than there is room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "epilux/base/memento.h"

static void places_are_kept_in_their_order(void **state) {
  (void)state;
  epx_memento memento = {0};
  double numbers[3] = {1, 2, 3};
  int count = 4;
  assert_int_equal(epx_memento_get_bytes(&memento), 0);
  assert_int_equal(epx_memento_add(&memento, numbers, sizeof numbers), EPX_OK);
  assert_int_equal(epx_memento_add(&memento, NULL, 8), EPX_OK);
  assert_int_equal(epx_memento_add(&memento, numbers, 0), EPX_OK);
  assert_int_equal(EPX_MEMENTO_ADD(&memento, count), EPX_OK);
  assert_int_equal(memento.n_parts, 2);
  assert_ptr_equal(memento.part[0].data, numbers);
  assert_ptr_equal(memento.part[1].data, &count);
  assert_int_equal(epx_memento_get_bytes(&memento), sizeof numbers + sizeof count);
}

static void too_many_places_are_an_error(void **state) {
  (void)state;
  epx_memento memento = {0};
  int place;
  for (int k = 0; k < EPX_MEMENTO_MAX_PARTS; k++)
    assert_int_equal(EPX_MEMENTO_ADD(&memento, place), EPX_OK);
  assert_int_equal(EPX_MEMENTO_ADD(&memento, place), EPX_EMEMORY);
  assert_int_equal(memento.n_parts, EPX_MEMENTO_MAX_PARTS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_kept_in_their_order),
      cmocka_unit_test(too_many_places_are_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
