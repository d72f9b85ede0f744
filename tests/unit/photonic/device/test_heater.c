/** @file
 * Heaters: crosstalk as tabulated, power for a shift and back.
 */
#include "photonic/device/heater.h"
#include "unit/assert_close.h"

static void crosstalk_is_that_of_the_table(void **state) {
  (void)state;
  /* Yin2024; beyond 24 um its exponential: 0.47 % at 30 um, 0.037 % at 50 um */
  static const struct {
    double distance, share, tolerance;
  } cases[] = {{7e-6, 0.22, 1e-9},   {10e-6, 0.10, 1e-9},   {15e-6, 0.039, 1e-9},  {20e-6, 0.016, 1e-9},
               {24e-6, 0.010, 3e-4}, {30e-6, 0.0047, 5e-5}, {50e-6, 0.00037, 5e-6}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    double share;
    assert_int_equal(epx_heater_eval_crosstalk(cases[k].distance, &share), EPX_OK);
    assert_close(share, cases[k].share, cases[k].tolerance);
  }
}

static void crosstalk_falls_without_jumps(void **state) {
  (void)state;
  double last = 1;
  for (int i = 0; i < 2000; i++) {
    double share;
    assert_int_equal(epx_heater_eval_crosstalk(7e-6 + i * 0.02e-6, &share), EPX_OK);
    assert_true(share < last);
    if (i > 0) assert_true(share > 0.99 * last);
    last = share;
  }
}

static void near_arms_need_more_power(void **state) {
  (void)state;
  double factor;
  assert_int_equal(epx_heater_eval_arm_factor(7e-6, &factor), EPX_OK);
  assert_close(12.5 * factor, 17.7, 1e-9);
  assert_int_equal(epx_heater_eval_arm_factor(10e-6, &factor), EPX_OK);
  assert_close(12.5 * factor, 14.6, 1e-9);
  assert_int_equal(epx_heater_eval_arm_factor(60e-6, &factor), EPX_OK);
  assert_close(factor, 1, 1e-6);
}

/** Half a spectral range is a phase of pi. */
static void half_a_spectral_range_costs_the_power_of_pi(void **state) {
  (void)state;
  epx_heater heater;
  epx_device_init(&epx_heater_device, &heater);
  assert_close(epx_heater_eval_power(&heater, 9e-9, 4.5e-9), 12.5e-3, 1e-15);
  assert_close(epx_heater_eval_shift(&heater, 9e-9, 12.5e-3), 4.5e-9, 1e-20);
}

static void distances_below_the_table_are_refused(void **state) {
  (void)state;
  double number;
  assert_refused(epx_heater_eval_crosstalk(5e-6, &number), "known from 7 um only");
  assert_refused(epx_heater_eval_arm_factor(0, &number), "known from 7 um only");
  assert_refused(epx_heater_eval_crosstalk(NAN, &number), "known from 7 um only");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(crosstalk_is_that_of_the_table),
      cmocka_unit_test(crosstalk_falls_without_jumps),
      cmocka_unit_test(near_arms_need_more_power),
      cmocka_unit_test(half_a_spectral_range_costs_the_power_of_pi),
      cmocka_unit_test(distances_below_the_table_are_refused),
  };
  return cmocka_run_group_tests_name("heater", tests, NULL, NULL);
}
