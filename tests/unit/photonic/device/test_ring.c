/** @file
 * Rings: geometry to rates, thresholds against published examples, deviations against finite differences.
 */
#include "photonic/device/ring.h"
#include "unit/assert_close.h"

static const double pi = 3.14159265358979323846, light_speed = 299792458.0;

static epx_ring eval_ring(const epx_ring_spec *spec) {
  epx_ring ring;
  assert_int_equal(epx_ring_eval(spec, &ring), EPX_OK);
  return ring;
}

static void default_rings_are_consistent(void **state) {
  (void)state;
  for (int core = 0; core < EPX_MATERIAL_COUNT; core++) {
    epx_ring_spec spec;
    epx_ring_init((epx_material_kind)core, &spec);
    const epx_ring r = eval_ring(&spec);
    const double alpha = spec.loss * log(10) / 10;
    assert_close(r.q_intrinsic, 2 * pi * r.mode.n_g / (alpha * spec.wavelength), 1e-9 * r.q_intrinsic);
    assert_close(1 / r.q_loaded, 1 / r.q_intrinsic + spec.buses / r.q_coupling, 1e-9 / r.q_loaded);
    assert_close(r.spectral_range, spec.wavelength * spec.wavelength / (r.mode.n_g * 2 * pi * spec.radius),
                 1e-20);
    assert_true(r.power_coupling > 0 && r.power_coupling < 1 && r.kerr_rate > 0);
  }
}

/** Kerr bistability of three resonators, computed by hand from the formula: silicon nitride R = 100 um, 1
 * um^2, Q_i = Q_c = 1e6 (65 mW); silicon nitride V = 1e-15 m^3, n = 2.4, loaded rate 1.9e9 (90 mW); silicon R
 * = 5 um, 0.1 um^2, Q_i 5e4, Q_c 2e4 (45 mW). */
static void threshold_powers_are_those_of_published_resonators(void **state) {
  (void)state;
  const double omega = 2 * pi * light_speed / 1.55e-6;
  const struct {
    double n2, index, volume, loss, coupling, kerr, power;
  } cases[] = {
      {2.4e-19, 2.0, 1e-12 * 2 * pi * 100e-6, 2 * omega / 1e6, omega / 1e6, 4.46, 65e-3},
      {2.4e-19, 2.4, 1e-15, 1.9e9, 0.95e9, 1.95, 91e-3},
      {4.5e-18, 3.476, 0.1e-12 * 2 * pi * 5e-6, omega / 5e4 + omega / 2e4, omega / 2e4, 5540, 45e-3},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    double kerr, photons, power;
    assert_int_equal(epx_ring_eval_kerr(omega, cases[k].n2, cases[k].index, cases[k].volume, &kerr), EPX_OK);
    assert_close(kerr, cases[k].kerr, 0.005 * cases[k].kerr);
    assert_int_equal(epx_ring_eval_threshold(omega, cases[k].loss, cases[k].coupling, kerr, &photons, &power),
                     EPX_OK);
    assert_close(power, cases[k].power, 0.01 * cases[k].power);
    assert_close(photons, cases[k].loss / (sqrt(3) * kerr), 1e-9 * photons);
  }
}

static void quality_factor_and_loss_are_inverse(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring_init(EPX_SILICON_NITRIDE, &spec);
  assert_int_equal(epx_ring_eval_loss(1e6, 2.05, spec.wavelength, &spec.loss), EPX_OK);
  assert_close(eval_ring(&spec).q_intrinsic, 1e6, 1e-3);
}

/** Integrates the coupling along a bus past a circle numerically: the closed form takes the gap's parabola.
 */
static void coupling_is_the_integral_along_the_bus(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring_init(EPX_SILICON, &spec);
  const epx_ring r = eval_ring(&spec);
  const epx_waveguide guide = {spec.core, spec.width, spec.thickness, spec.slab};
  double transfer, decay, slope, angle = 0;
  assert_int_equal(epx_waveguide_eval_transfer(&guide, spec.gap, &transfer, &decay, &slope), EPX_OK);
  const int n = 4000;
  for (int i = 0; i < n; i++) {
    const double z = spec.radius * (2 * (i + 0.5) / n - 1);
    const double away = spec.radius - sqrt(spec.radius * spec.radius - z * z);
    angle += pi / (2 * transfer) * exp(-decay * away) * 2 * spec.radius / n;
  }
  assert_close(r.angle, angle, 0.01 * angle);
  assert_close(r.power_coupling, sin(r.angle) * sin(r.angle), 1e-15);
}

/** Two rings exchange as two guides that part on both sides: a wider gap between them than at a bus couples
 * alike. */
static void rings_exchange_less_than_a_bus_of_the_same_gap_couples(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring_init(EPX_SILICON, &spec);
  const epx_ring r = eval_ring(&spec);
  double rate;
  assert_int_equal(epx_ring_eval_exchange(&spec, spec.gap, &rate), EPX_OK);
  assert_close(rate, sin(r.angle / sqrt(2)) * light_speed / (r.mode.n_g * r.length), 1e-9 * rate);
}

static void deviations_change_what_a_ring_of_that_geometry_has(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring_init(EPX_SILICON, &spec);
  spec.width = 470e-9;
  spec.gap = 230e-9;
  const epx_ring nominal = eval_ring(&spec);
  const double width = 0.5e-9, gap = -2e-9;
  double deviation[EPX_DEVIATION_COUNT] = {0};
  deviation[EPX_DEVIATION_WIDTH] = width;
  deviation[EPX_DEVIATION_GAP] = gap;
  deviation[EPX_DEVIATION_LOSS] = log(1.25);
  epx_ring_change change;
  epx_ring_eval_change(&spec, &nominal, deviation, &change);
  spec.width += width;
  spec.gap += gap - width;
  spec.loss *= 1.25;
  const epx_ring made = eval_ring(&spec);
  const double group = made.mode.n_g / nominal.mode.n_g;
  const double coupling = made.coupling_rate * group / nominal.coupling_rate;
  assert_close(change.coupling_factor - 1, coupling - 1, 0.02 * (coupling - 1)); /* the decay changes, too */
  assert_close(change.loss_factor, made.intrinsic_rate * group / nominal.intrinsic_rate, 1e-12);
  assert_close(change.shift, nominal.mode.shift_width * width, 1e-18);
}

/** The default spread of width and thickness on silicon 450 × 220 nm gives 4.75 nm of resonance. */
static void shifts_add_up_over_width_and_thickness(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring_init(EPX_SILICON, &spec);
  const epx_ring r = eval_ring(&spec);
  const double by_width = r.mode.shift_width * 5e-9, by_thickness = r.mode.shift_thickness * 2e-9;
  assert_close(sqrt(by_width * by_width + by_thickness * by_thickness), 4.75e-9, 0.05 * 4.75e-9);
  double deviation[EPX_DEVIATION_COUNT] = {0};
  deviation[EPX_DEVIATION_THICKNESS] = 1e-9;
  deviation[EPX_DEVIATION_INDEX] = 1e-4;
  epx_ring_change change;
  epx_ring_eval_change(&spec, &r, deviation, &change);
  assert_close(change.shift, 1.38e-9 + 1.55e-6 * 1.07 * 1e-4 / 4.27, 1e-15);
  assert_close(change.coupling_factor, 1, 1e-12);
}

static void unphysical_rings_are_refused(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring ring;
  double number;
  epx_ring_init(EPX_SILICON, &spec);
  spec.gap = -10e-9;
  assert_refused(epx_ring_eval(&spec, &ring), "gap is -1e-08 m, it must be from 0");
  spec.gap = 50e-9;
  assert_refused(epx_ring_eval(&spec, &ring), "from 100 to 500 nm");
  epx_ring_init(EPX_SILICON, &spec);
  spec.radius = 5e-3;
  spec.gap = 100e-9;
  assert_refused(epx_ring_eval(&spec, &ring), "all power");
  epx_ring_init(EPX_SILICON, &spec);
  spec.wavelength = 1.31e-6;
  assert_refused(epx_ring_eval(&spec, &ring), "wavelength");
  assert_refused(epx_ring_eval_loss(0, 4.27, 1.55e-6, &number), "quality factor 0");
  assert_refused(epx_ring_eval_kerr(1e15, 1e-18, 3.5, 0, &number), "volume 0");
  assert_refused(epx_ring_eval_threshold(1e15, 0, 1e9, 1, &number, &number), "loss 0");
}

/** Of |a|^2 = 1 of a network of kerr 0.3 in the default ring of silicon, 4.199e6 photons; from an independent
 * calculation, in units of the loss 3.587e10 1/s. */
static void light_in_silicon_does_more_than_kerr_shifts(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring ring;
  epx_ring_effects e, tenth;
  epx_ring_init(EPX_SILICON, &spec);
  assert_int_equal(epx_ring_eval(&spec, &ring), EPX_OK);
  const double photons = 0.3 * ring.loss_rate / ring.kerr_rate;
  epx_ring_eval_effects(&spec, &ring, photons, &e);
  epx_ring_eval_effects(&spec, &ring, photons / 10, &tenth);
  assert_close(e.kerr / ring.loss_rate, -0.3, 1e-12);
  assert_close(e.two_photon / ring.loss_rate, 0.13814, 3e-3);
  assert_close(e.carrier_loss / ring.loss_rate, 19.54, 0.4);
  assert_close(e.carriers / ring.loss_rate, 137.0, 3);
  assert_true(e.heat < 0 && e.temperature > 0);
  assert_close(tenth.kerr / e.kerr, 0.1, 1e-12);
  assert_close(tenth.two_photon / e.two_photon, 0.1, 1e-12);
  assert_close(tenth.carriers / e.carriers, 0.01, 1e-12);
}

/** Heat outweighs Kerr in silicon nitride by absorption alone, in proportion to it. */
static void light_in_nitride_heats(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring ring;
  epx_ring_effects e;
  epx_ring_init(EPX_SILICON_NITRIDE, &spec);
  assert_int_equal(epx_ring_eval(&spec, &ring), EPX_OK);
  epx_ring_eval_effects(&spec, &ring, 1e6, &e);
  assert_true(e.carriers == 0 && e.two_photon == 0 && e.carrier_loss == 0);
  /* (s absorbed kappa_i tau n^2) / (rho c_p c n2), s the mode's d lambda / (lambda dT) */
  const double ratio =
      16.4e-12 / 1.55e-6 * 0.1 * ring.intrinsic_rate * 2e-6 * 4.0 / (3100.0 * 700 * 299792458 * 2.4e-19);
  assert_close(e.heat / e.kerr / ratio, 1, 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(light_in_silicon_does_more_than_kerr_shifts),
      cmocka_unit_test(light_in_nitride_heats),

      cmocka_unit_test(default_rings_are_consistent),
      cmocka_unit_test(threshold_powers_are_those_of_published_resonators),
      cmocka_unit_test(quality_factor_and_loss_are_inverse),
      cmocka_unit_test(coupling_is_the_integral_along_the_bus),
      cmocka_unit_test(rings_exchange_less_than_a_bus_of_the_same_gap_couples),
      cmocka_unit_test(deviations_change_what_a_ring_of_that_geometry_has),
      cmocka_unit_test(shifts_add_up_over_width_and_thickness),
      cmocka_unit_test(unphysical_rings_are_refused),
  };
  return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
