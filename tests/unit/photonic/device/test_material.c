/** @file
 * Materials: found by name, and unknown ones are refused.
 */
#include "photonic/device/material.h"
#include "unit/assert_close.h"

static void every_material_is_found_by_its_name(void **state) {
  (void)state;
  for (int i = 0; i < EPX_MATERIAL_COUNT; i++) {
    const epx_material *m = epx_material_get((epx_material_kind)i);
    epx_material_kind kind;
    assert_int_equal(epx_material_get_kind(m->name, &kind), EPX_OK);
    assert_int_equal(kind, i);
    assert_true(m->index > 1 && m->kerr_index > 0 && m->two_photon >= 0 && strlen(m->source) > 0);
  }
}

static void unknown_material_is_refused(void **state) {
  (void)state;
  epx_material_kind kind;
  assert_refused(epx_material_get_kind("unobtainium", &kind), "silicon or silicon-nitride");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_material_is_found_by_its_name),
                                     cmocka_unit_test(unknown_material_is_refused)};
  return cmocka_run_group_tests_name("material", tests, NULL, NULL);
}
