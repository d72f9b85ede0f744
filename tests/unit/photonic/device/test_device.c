/** @file
 * Devices: every default is good and says where it is from; what is out of range is named.
 */
#include "epilux/units.h"
#include "photonic/device/device.h"
#include "photonic/device/heater.h"
#include "photonic/device/ring.h"
#include "unit/assert_close.h"

static void every_default_is_in_range_and_has_a_source(void **state) {
  (void)state;
  for (int i = 0; epx_device_get(i); i++) {
    const epx_device *device = epx_device_get(i);
    assert_ptr_equal(epx_device_get_by_name(device->name), device);
    for (int k = 0; k < device->n_quantities; k++) {
      const epx_quantity *q = &device->quantities[k];
      assert_true(q->fallback >= q->low && q->fallback <= q->high);
      assert_true(strlen(q->source) > 0 && strlen(q->meaning) > 0);
      assert_true(epx_units_is_known(q->unit));
      assert_int_equal(q->assumed, strncmp(q->source, "common engineering knowledge", 28) == 0);
    }
  }
  assert_null(epx_device_get(-1));
  assert_null(epx_device_get_by_name("flux capacitor"));
}

static void init_sets_the_defaults_and_they_pass(void **state) {
  (void)state;
  epx_heater heater;
  epx_device_init(&epx_heater_device, &heater);
  assert_close(heater.power_pi, 12.5e-3, 0);
  assert_int_equal(epx_device_check(&epx_heater_device, &heater), EPX_OK);
}

static void quantity_out_of_range_is_named_with_the_range(void **state) {
  (void)state;
  epx_heater heater;
  epx_device_init(&epx_heater_device, &heater);
  heater.isolation = 1.5;
  assert_refused(epx_device_check(&epx_heater_device, &heater), "isolation is 1.5 , it must be from 0 to 1");
  heater.isolation = NAN;
  assert_refused(epx_device_check(&epx_heater_device, &heater), "isolation");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_default_is_in_range_and_has_a_source),
      cmocka_unit_test(init_sets_the_defaults_and_they_pass),
      cmocka_unit_test(quantity_out_of_range_is_named_with_the_range),
  };
  return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
