/** @file
 * Normalisation: there and back, and the family's own bistability at the ring's threshold power.
 */
#include "photonic/device/normalisation.h"
#include "unit/assert_close.h"

typedef struct {
  epx_ring_spec spec;
  epx_ring ring;
  epx_normalisation units;
} described;

static described describe(epx_material_kind core, double kerr) {
  described d;
  epx_ring_init(core, &d.spec);
  assert_int_equal(epx_ring_eval(&d.spec, &d.ring), EPX_OK);
  assert_int_equal(epx_normalisation_init(&d.ring, d.ring.loss_rate, kerr, &d.units), EPX_OK);
  return d;
}

static void kerr_comes_out_as_asked_and_loss_in_the_reference_rate(void **state) {
  (void)state;
  const described d = describe(EPX_SILICON_NITRIDE, 0.3);
  epx_kerr_node node;
  epx_normalisation_eval_node(&d.units, &d.spec, &d.ring, NULL, 0, &node);
  assert_close(node.kerr, 0.3, 1e-14);
  assert_close(node.loss, 1, 1e-14);
  assert_close(node.detuning, 0, 0);
}

static void rates_come_back(void **state) {
  (void)state;
  const described d = describe(EPX_SILICON, 0.7);
  const double drive_shift = 12e-12;
  epx_kerr_node node;
  double loss, kerr, shift;
  epx_normalisation_eval_node(&d.units, &d.spec, &d.ring, NULL, drive_shift, &node);
  epx_normalisation_eval_rates(&d.units, &d.spec, &node, &loss, &kerr, &shift);
  assert_close(loss, d.ring.loss_rate, 1e-12 * loss);
  assert_close(kerr, d.ring.kerr_rate, 1e-12 * kerr);
  assert_close(shift, drive_shift, 1e-24);
  assert_close(epx_normalisation_eval_exchange(&d.units, epx_normalisation_eval_coupling(&d.units, 3e9)), 3e9,
               1e-3);
  assert_close(epx_normalisation_eval_power(&d.units, epx_normalisation_eval_drive(&d.units, 2e-3)), 2e-3,
               1e-15);
}

/** At the onset of bistability of  da/dt = -loss/2 a + i (detuning + kerr |a|^2) a + s  with loss = 1:
 * |s|^2 = 1 / (3 sqrt3 kerr); it must be the power that epx_ring_eval() names. */
static void threshold_of_the_family_is_that_of_the_ring(void **state) {
  (void)state;
  const double kerr = 0.3;
  const described d = describe(EPX_SILICON_NITRIDE, kerr);
  const double drive = epx_normalisation_eval_drive(&d.units, d.ring.threshold_power);
  assert_close(drive * drive, 1 / (3 * sqrt(3) * kerr), 1e-12);
}

/** A ring that is made redder has a lower frequency: the drive stands further above it. */
static void red_shift_raises_the_detuning(void **state) {
  (void)state;
  const described d = describe(EPX_SILICON, 0.3);
  const epx_ring_change redder = {.shift = 10e-12, .loss_factor = 2, .coupling_factor = 0.5};
  epx_kerr_node node;
  epx_normalisation_eval_node(&d.units, &d.spec, &d.ring, &redder, 0, &node);
  const double omega = d.ring.frequency, expected = omega * 10e-12 / d.spec.wavelength / d.units.rate;
  assert_close(node.detuning, expected, 1e-9 * expected);
  assert_close(node.loss * d.units.rate, 2 * d.ring.intrinsic_rate + 0.5 * d.ring.coupling_rate,
               1e-9 * d.ring.loss_rate);
}

static void units_that_cannot_be_are_refused(void **state) {
  (void)state;
  described d = describe(EPX_SILICON, 0.3);
  assert_refused(epx_normalisation_init(&d.ring, 0, 0.3, &d.units), "reference rate 0");
  assert_refused(epx_normalisation_init(&d.ring, 1e9, -0.3, &d.units), "kerr -0.3");
  d.ring.kerr_rate = 0;
  assert_refused(epx_normalisation_init(&d.ring, 1e9, 0.3, &d.units), "Kerr shift 0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kerr_comes_out_as_asked_and_loss_in_the_reference_rate),
      cmocka_unit_test(rates_come_back),
      cmocka_unit_test(threshold_of_the_family_is_that_of_the_ring),
      cmocka_unit_test(red_shift_raises_the_detuning),
      cmocka_unit_test(units_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests_name("normalisation", tests, NULL, NULL);
}
