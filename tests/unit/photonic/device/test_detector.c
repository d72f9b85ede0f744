/** @file
 * Detectors: the noise of three optical powers, and what each term grows with.
 */
#include "photonic/device/detector.h"
#include "unit/assert_close.h"

static epx_detector create_detector(void) {
  epx_detector detector;
  epx_device_init(&epx_detector_device, &detector);
  assert_int_equal(epx_device_check(&epx_detector_device, &detector), EPX_OK);
  return detector;
}

/** 0.8 A/W, 10 GHz, 50 Ohm, 300 K, RIN -145 dB/Hz; computed by hand from the formulas. */
static void signal_to_noise_of_three_powers(void **state) {
  (void)state;
  static const struct {
    double power, decibel, bits;
  } cases[] = {{1e-3, 43.9, 7.0}, {0.1e-3, 32.3, 5.1}, {10e-6, 12.8, 1.8}};
  const epx_detector detector = create_detector();
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    epx_detector_noise noise;
    epx_detector_eval(&detector, cases[k].power, &noise);
    assert_close(noise.snr_decibel, cases[k].decibel, 0.05);
    assert_close(noise.bits, cases[k].bits, 0.05);
  }
}

static void the_laser_limits_high_powers_and_the_load_low_ones(void **state) {
  (void)state;
  const epx_detector detector = create_detector();
  epx_detector_noise high, low;
  epx_detector_eval(&detector, 1e-3, &high);
  epx_detector_eval(&detector, 10e-6, &low);
  assert_true(high.laser > high.thermal && high.laser > high.shot);
  assert_true(low.thermal > low.laser && low.thermal > low.shot);
  assert_close(high.laser / low.laser, 1e4, 1e-6);
  assert_close(high.thermal / low.thermal, 1, 0);
}

static void converter_adds_a_twelfth_of_its_step_squared(void **state) {
  (void)state;
  epx_detector detector = create_detector();
  epx_detector_noise noise;
  epx_detector_eval(&detector, 1e-3, &noise);
  assert_close(noise.converter, 0, 0);
  detector.bits = 6;
  epx_detector_eval(&detector, 1e-3, &noise);
  assert_close(noise.converter, 1e-6 / (64.0 * 64.0 * 12), 1e-20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signal_to_noise_of_three_powers),
      cmocka_unit_test(the_laser_limits_high_powers_and_the_load_low_ones),
      cmocka_unit_test(converter_adds_a_twelfth_of_its_step_squared),
  };
  return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
