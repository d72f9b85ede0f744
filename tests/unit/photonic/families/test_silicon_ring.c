/** @file
 * The family silicon-ring: its equation in SI, from the numbers of the paper; where the power goes; what the
 * presets are.
 */
#include "unit/random_network.h"

static const double pi = 3.14159265358979324, light = 299792458, hbar = 1.054571817e-34;

/** Two rings of a preset, coupled by 1000 rad/us, driven on ring 0. */
static random_network create_pair(const char *preset) {
  const epx_family *family = epx_family_get_by_name("silicon-ring");
  random_network r = create_random_network(family, 2, 1, 2, 3);
  for (int p = 0; p < family->n_parameters; p++) {
    set_everywhere(&r, family->parameters[p].name, epx_family_get_preset(family, preset)->values[p]);
  }
  set_everywhere(&r, "coupling", 1000);
  set_everywhere(&r, "detuning", 62);
  set_everywhere(&r, "bias", 5);
  return r;
}

/** dx/dt, dp/dt [J^(1/2)/s], dN/dt [m^-3/s], dT/dt [K/s] of a ring of VanVaerenbergh2012 with detuning 62
 * pm, from the formulas and numbers of the paper; `in` is what the neighbour sends, `s` the drive [W^(1/2)].
 */
static void eval_published(const double *s4, const double *in, double s, double *f) {
  const double lambda = 1552.770e-9, omega = 2 * pi * light / lambda, n = 3.476, tau = 205e-12;
  const double x = s4[0], p = s4[1], N = s4[2], T = s4[3], I = x * x + p * p;
  const double two_photon = .9964 * 8.4e-12 * light * light / (n * n * 2.59e-18) * I;
  const double carriers = .9996 * 1e-21 * light / n * N;
  const double shift =
      -2 * pi * light / (lambda * lambda) * 62e-12 + omega / n * (1.86e-4 * T - 1.73e-27 * N);
  const double loss = 1 / tau + 1 / tau + 0.5 * two_photon + 0.5 * carriers;
  f[0] = -loss * x - shift * p - in[1] + sqrt(2 / tau) * s;
  f[1] = -loss * p + shift * x + in[0];
  f[2] = -N / 5.3e-9 +
         .9996 * 8.4e-12 * light * light * I * I / (2 * hbar * omega * 2.36e-18 * 2.36e-18 * n * n);
  f[3] = -T / 65e-9 + .9355 * (2 * .4 / tau + two_photon + carriers) * I / (2330 * 700 * 3.19e-18);
}

static void silicon_ring_field_is_that_of_the_paper(void **state) {
  (void)state;
  static const double unit[] = {1e-6, 1e-6, 1e23, 1}; /* pJ^(1/2) in J^(1/2), carriers in m^-3, K */
  random_network r = create_pair("van-vaerenbergh-2012");
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < n; lane++) {
    double si[2][4], expected[4];
    for (size_t row = 0; row < 8; row++)
      si[row / 4][row % 4] = y[row * n + lane] * unit[row % 4];
    for (size_t i = 0; i < 2; i++) {
      const double feature = i == 0 ? 0.7 * r.features[epx_lanes_get_sample(r.lanes, (int)lane)] : 0;
      const double in[] = {1e9 * si[1 - i][0], 1e9 * si[1 - i][1]};
      eval_published(si[i], in, (5 + feature) * 1e-3, expected);
      for (size_t c = 0; c < 4; c++) {
        const double here = expected[c] / unit[c] * 1e-6;
        assert_close(f[(4 * i + c) * n + lane], here, 1e-8 * (1 + fabs(here)));
      }
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

/** Of what comes in, |s|^2, some leaves by the ports, some is lost in the rings, the rest is stored: with
 * carriers, which are never fewer than none, the rings never give more than they got. */
static void silicon_ring_never_gains(void **state) {
  (void)state;
  random_network r = create_pair("van-vaerenbergh-2012");
  set_everywhere(&r, "bias", 0);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *gain = create_numbers(n), *through = create_numbers(2 * n),
         *power = create_numbers(n), *left = create_numbers(n), *stored = create_numbers(n);
  for (size_t lane = 0; lane < n; lane++) {
    for (size_t i = 0; i < 2; i++)
      y[(4 * i + 2) * n + lane] = fabs(y[(4 * i + 2) * n + lane]);
  }
  double *f = create_field(&r, y);
  for (int i = 0; i < 2; i++) {
    const double *x = y + 4 * (size_t)i * n, *p = x + n, *f_x = f + 4 * (size_t)i * n, *f_p = f_x + n;
    r.network->family->eval_port(r.lanes, i, 0, (int)n, gain, through);
    for (size_t lane = 0; lane < n; lane++) {
      const double out_x = gain[lane] * x[lane] + through[lane],
                   out_p = gain[lane] * p[lane] + through[n + lane];
      left[lane] += out_x * out_x + out_p * out_p;
      stored[lane] += 2 * (x[lane] * f_x[lane] + p[lane] * f_p[lane]);
    }
  }
  r.network->family->eval_power(r.lanes, y, power);
  for (size_t lane = 0; lane < n; lane++) {
    double lost = 0;
    for (size_t i = 0; i < 2; i++) {
      const double *s = y + 4 * i * n + lane, I = s[0] * s[0] + s[n] * s[n];
      lost += (9756.0975609756 + 24037.8 * I + 8621.19 * s[2 * n]) * I;
    }
    assert_true(power[lane] > 0 && lost > 0);
    assert_close(power[lane] - left[lane] - stored[lane], lost, 1e-4 * lost);
    assert_true(left[lane] + stored[lane] < power[lane]);
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  epx_array_destroy(&gain);
  epx_array_destroy(&through);
  epx_array_destroy(&power);
  epx_array_destroy(&left);
  epx_array_destroy(&stored);
  destroy_random_network(&r);
}

static double get_value(const char *preset, const char *parameter) {
  const epx_family *family = epx_family_get_by_name("silicon-ring");
  return epx_family_get_preset(family, preset)->values[epx_family_get_parameter(family, parameter)];
}

static void presets_have_the_quality_and_the_shifts_of_their_sources(void **state) {
  (void)state;
  const char *names[] = {"van-vaerenbergh-2012", "de-cea-2019", "silicon-nitride"};
  const double quality[] = {6.2e4, 2.03e4, 5e5};
  for (int k = 0; k < 3; k++) {
    const double omega = 2 * pi * light / get_value(names[k], "wavelength") * 1e3; /* rad/us */
    const double loss = get_value(names[k], "loss") + get_value(names[k], "coupling_loss");
    assert_close(omega / loss, quality[k], 0.01 * quality[k]);
  }
  /* 4.46 rad/s a photon */
  const double photon = hbar * 2 * pi * light / 1550e-9 * 1e12;
  assert_close(get_value("silicon-nitride", "kerr") * 1e6 * photon, 4.46, 0.01);
  assert_close(get_value("silicon-nitride", "two_photon"), 0, 0);
  assert_close(get_value("silicon-nitride", "carrier_generation"), 0, 0);
  /* carriers and heat pull the resonance apart: both by about a K of 83 pm */
  assert_true(get_value("van-vaerenbergh-2012", "carrier_shift") < 0);
  assert_close(get_value("van-vaerenbergh-2012", "thermal_shift") * pow(1552.77, 2) / 1883651567.3, 83.1,
               0.1);
}

static void silicon_ring_is_stiff_and_rests_dark(void **state) {
  (void)state;
  random_network r = create_pair("de-cea-2019");
  assert_true(r.network->family->stiff);
  set_everywhere(&r, "bias", 0);
  memset(r.features, 0, 3 * sizeof *r.features);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  double *y = create_numbers(count_state(&r));
  r.network->family->set_start(r.lanes, 1, y);
  double *f = create_field(&r, y);
  for (size_t k = 0; k < count_state(&r); k++)
    assert_close(f[k], 0, 0);
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(silicon_ring_field_is_that_of_the_paper),
      cmocka_unit_test(silicon_ring_never_gains),
      cmocka_unit_test(presets_have_the_quality_and_the_shifts_of_their_sources),
      cmocka_unit_test(silicon_ring_is_stiff_and_rests_dark),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
