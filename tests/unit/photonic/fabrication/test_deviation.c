/** @file
 * Deviations: each has a name of its own and a unit that is known.
 */
#include "epilux/error.h"
#include "epilux/units.h"
#include "photonic/fabrication/deviation.h"
#include "unit/assert_close.h"

static void every_deviation_has_its_own_name_and_a_known_unit(void **state) {
  (void)state;
  for (int i = 0; i < EPX_DEVIATION_COUNT; i++) {
    const epx_deviation kind = (epx_deviation)i;
    assert_true(epx_units_is_known(epx_deviation_get_unit(kind)));
    assert_true(strlen(epx_deviation_get_meaning(kind)) > 0);
    for (int k = 0; k < i; k++)
      assert_string_not_equal(epx_deviation_get_name(kind), epx_deviation_get_name((epx_deviation)k));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_deviation_has_its_own_name_and_a_known_unit)};
  return cmocka_run_group_tests_name("deviation", tests, NULL, NULL);
}
