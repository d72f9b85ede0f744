/** @file
 * Ring parameters: silicon rings by their geometry, against closed forms, against family kerr, and against the tables
 * of the mode solver.
 */
#include "photonic/device/constant.h"
#include "photonic/device/normalisation.h"
#include "photonic/families/resonators/ring_parameters.h"
#include "unit/random_network.h"

static double get(const epx_ring_spec *spec, const epx_ring *ring, const char *name) {
  const epx_family *family = epx_family_get_by_name("silicon-ring");
  const int p = epx_family_get_parameter(family, name);
  assert_true(epx_ring_gives(family, p));
  return epx_ring_eval_parameter(spec, ring, p);
}

static void make(double radius, double gap, double buses, epx_ring_spec *spec, epx_ring *ring) {
  epx_ring_init(EPX_SILICON, spec);
  spec->radius = radius;
  spec->gap = gap;
  spec->buses = buses;
  assert_int_equal(epx_ring_eval(spec, ring), EPX_OK);
}

/** Q and linewidth from the coupler's power and the guide's loss, by round trips: the loaded linewidth of a resonance
 * lambda^2 (1 - sqrt(1 - K) ...) / (pi n_g L) at high finesse is (lambda^2 / (2 pi n_g L)) (alpha L + K). */
static void rates_are_those_of_round_trips(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring ring;
  make(20e-6, 300e-9, 1, &spec, &ring);
  const double L = 2 * EPX_PI * 20e-6, n_g = 4.27, alpha = 200 * log(10) / 10;
  const double width = 1.55e-6 * 1.55e-6 / (2 * EPX_PI * n_g * L) * (alpha * L + ring.power_coupling);
  const double kappa = 1e6 * (get(&spec, &ring, "loss") + get(&spec, &ring, "coupling_loss"));
  assert_close(kappa * 1.55e-6 * 1.55e-6 / (2 * EPX_PI * 299792458.0) / width, 1, 1e-12);
  assert_close(ring.q_loaded / (1.55e-6 / width), 1, 1e-12);
  assert_close(ring.spectral_range / (1.55e-6 * 1.55e-6 / (n_g * L)), 1, 1e-12);
  assert_close(get(&spec, &ring, "wavelength"), 1550, 1e-9);
}

/** With two buses the second loses with the guide; the port is one of them. */
static void a_second_bus_is_a_loss(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring one, two;
  make(10e-6, 200e-9, 1, &spec, &one);
  const double loss = get(&spec, &one, "loss"), bus = get(&spec, &one, "coupling_loss");
  assert_close(get(&spec, &one, "absorbed"), 0.4, 1e-12);
  make(10e-6, 200e-9, 2, &spec, &two);
  assert_close(get(&spec, &two, "loss") / (loss + bus), 1, 1e-12);
  assert_close(get(&spec, &two, "absorbed") * get(&spec, &two, "loss") / (0.4 * loss), 1, 1e-12);
}

/** Carriers of 1e18 cm^-3, half electrons, half holes: 7.25 a cm times the confinement. */
static void doping_absorbs(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring pure, doped;
  make(10e-6, 200e-9, 1, &spec, &pure);
  const double before = get(&spec, &pure, "loss");
  spec.doping = 1e24;
  spec.carrier_lifetime = 1e-10;
  assert_int_equal(epx_ring_eval(&spec, &doped), EPX_OK);
  assert_close((get(&spec, &doped, "loss") - before) / (1e-6 * 725 * 1.07 * 299792458.0 / 4.27), 1, 1e-9);
  assert_close(get(&spec, &doped, "carrier_decay"), 1e4, 1e-8);
}

/** 1 K shifts by what the mode solver says, 73 pm, against the laser. */
static void heat_shifts_as_the_mode_solver_says(void **state) {
  (void)state;
  epx_ring_spec spec;
  epx_ring ring;
  make(10e-6, 200e-9, 1, &spec, &ring);
  const double detuning = 2 * EPX_PI * 299792458.0 / (1.55e-6 * 1.55e-6) * 73e-12;
  assert_close(get(&spec, &ring, "thermal_shift"), 1e-6 * detuning, 1e-9 * 1e-6 * detuning);
}

/** The shift of a wider guide within 5 % of lambda / n_g times the slope of the effective index by another mode solver:
 * tests/bench/mode_slopes.py 10, differences over 40 nm on a grid of 10 nm whose lines are the core's edges. */
static void deviations_shift_as_the_effective_index_does(void **state) {
  (void)state;
  static const struct {
    double width, slope; /* nm, 1/nm */
  } cases[] = {{400, 2.9555e-3}, {450, 2.1450e-3}, {500, 1.5853e-3}, {550, 1.1989e-3}, {600, 9.268e-4}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    epx_mode mode;
    const epx_waveguide guide = {EPX_SILICON, cases[k].width * 1e-9, 220e-9, 0};
    assert_int_equal(epx_waveguide_eval(&guide, &mode), EPX_OK);
    assert_close(mode.shift_width / (1550 / mode.n_g * cases[k].slope), 1, 0.05);
  }
}

/** |a|^2 at rest of one ring driven through its port, in J, by either family: dark carriers, cold ring. */
static double solve_intensity(const char *name, const double *theta, double drive) {
  random_network r = create_random_network(epx_family_get_by_name(name), 1, 1, 1, 1);
  const epx_family *family = r.network->family;
  memcpy(r.theta, theta, r.network->n_theta * sizeof *theta);
  r.network->input_scale = drive;
  r.features[0] = 1;
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, 1, r.features);
  const size_t n = (size_t)r.network->n_state, n_lanes = (size_t)r.lanes->n_lanes;
  double *y = create_numbers(n * n_lanes), *f = create_numbers(n * n_lanes), *J = create_numbers(n * n);
  double *work = create_numbers(4 * n * n_lanes);
  family->eval_field(r.lanes, y, f, work);
  family->eval_jacobian(r.lanes, y, 0, 1, J);
  /* linear in the first two components at y = 0: J y = -f */
  const double det = J[0] * J[n + 1] - J[1] * J[n], a = -f[0], b = -f[n_lanes];
  const double x = (a * J[n + 1] - b * J[1]) / det, p = (J[0] * b - J[n] * a) / det;
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  epx_array_destroy(&J);
  epx_array_destroy(&work);
  destroy_random_network(&r);
  return x * x + p * p;
}

/** Little light: a silicon ring of some geometry holds the energy that the Kerr ring of the same geometry does, on
 * resonance and off it, and that is the closed form 4 kappa_c P / (kappa^2 + 4 delta^2). */
static void kerr_is_the_limit_of_little_light(void **state) {
  (void)state;
  const epx_family *silicon = epx_family_get_by_name("silicon-ring"), *kerr = epx_family_get_by_name("kerr");
  const double shifts[] = {0, 20e-12, -60e-12}, watts = 1e-9;
  for (int k = 0; k < 3; k++) {
    epx_ring_spec spec;
    epx_ring ring;
    epx_normalisation units;
    epx_kerr_node node;
    double theta[EPX_FAMILY_MAX_PARAMETERS] = {0}, other[EPX_FAMILY_MAX_PARAMETERS] = {0};
    make(10e-6, 220e-9, 1, &spec, &ring);
    for (int p = 0, at = 0; p < silicon->n_parameters; p++) {
      if (silicon->parameters[p].site == EPX_SITE_LINK) continue;
      if (epx_ring_gives(silicon, p)) theta[at] = epx_ring_eval_parameter(&spec, &ring, p);
      if (strcmp(silicon->parameters[p].name, "detuning") == 0) theta[at] = 1e12 * shifts[k];
      at++;
    }
    assert_int_equal(epx_normalisation_init(&ring, ring.loss_rate, 0.3, &units), EPX_OK);
    epx_normalisation_eval_node(&units, &spec, &ring, NULL, shifts[k], &node);
    for (int p = 0, at = 0; p < kerr->n_parameters; p++) {
      const char *name = kerr->parameters[p].name;
      if (kerr->parameters[p].site == EPX_SITE_LINK) continue;
      if (strcmp(name, "loss") == 0) other[at] = node.loss;
      if (strcmp(name, "detuning") == 0) other[at] = node.detuning;
      if (strcmp(name, "kerr") == 0) other[at] = node.kerr;
      at++;
    }
    const double by_silicon = 1e-12 * solve_intensity("silicon-ring", theta, sqrt(watts * 1e6));
    const double by_kerr = units.photons * EPX_PLANCK_REDUCED * ring.frequency *
                           solve_intensity("kerr", other, epx_normalisation_eval_drive(&units, watts));
    const double delta = 2 * EPX_PI * 299792458.0 / (1.55e-6 * 1.55e-6) * shifts[k];
    const double closed =
        4 * ring.coupling_rate * watts / (ring.loss_rate * ring.loss_rate + 4 * delta * delta);
    assert_close(by_silicon / closed, 1, 1e-9);
    assert_close(by_kerr / closed, 1, 1e-9);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rates_are_those_of_round_trips),
      cmocka_unit_test(a_second_bus_is_a_loss),
      cmocka_unit_test(doping_absorbs),
      cmocka_unit_test(heat_shifts_as_the_mode_solver_says),
      cmocka_unit_test(deviations_shift_as_the_effective_index_does),
      cmocka_unit_test(kerr_is_the_limit_of_little_light),
  };
  return cmocka_run_group_tests_name("ring_parameters", tests, NULL, NULL);
}
