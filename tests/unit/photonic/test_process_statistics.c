/** @file
 * Statistics of the process: correlation, semivariogram, mismatch of a pair, spread of resonances.
 */
#include "photonic/device/ring.h"
#include "photonic/process/process.h"
#include "unit/chip.h"

/** Covariances of device 0 with device k, over instances: each within 3 standard errors of the kernel of the
 * ring averages; and the semivariogram, half the mean square of the difference, likewise. Ten distances up to
 * 4 mm; of dies that share a wafer, only every third, so that they are independent of each other. */
static void check_kernel(chip *c, const epx_correlation *kernel, double sigma, uint32_t step) {
  enum { K = 11, N_INSTANCES = 1500 };
  double x[EPX_DEVIATION_COUNT * K], product[K] = {0}, difference[K] = {0};
  for (uint32_t i = 0; i < N_INSTANCES; i++) {
    draw(c, i * step, x);
    for (int k = 1; k < K; k++) {
      product[k] += x[0] * x[k];
      difference[k] += 0.5 * (x[0] - x[k]) * (x[0] - x[k]);
    }
  }
  for (int k = 1; k < K; k++) {
    const double d = c->placement->devices[k].x - c->placement->devices[0].x;
    const double variance = sigma * sigma, rho = epx_correlation_eval(kernel, d), n = N_INSTANCES;
    assert_close(product[k] / n, variance * rho, 3 * variance * sqrt((1 + rho * rho) / n));
    const double half = variance * (1 - rho);
    assert_close(difference[k] / n, half, 3 * half * sqrt(2 / n));
  }
}

static const double distances[] = {0,      0.02e-3, 0.05e-3, 0.1e-3, 0.2e-3, 0.4e-3,
                                   0.7e-3, 1.2e-3,  2e-3,    3e-3,   4e-3};

static void empirical_correlation_is_that_of_the_kernel(void **state) {
  (void)state;
  static const epx_correlation_kind kinds[] = {EPX_CORRELATION_GAUSSIAN, EPX_CORRELATION_MATERN,
                                               EPX_CORRELATION_EXPONENTIAL};
  double y[11] = {0};
  chip c = {0};
  epx_process_init(&c.spec);
  assert_int_equal(epx_placement_create(11, distances, y, NULL, &c.placement), EPX_OK);
  c.spec.placement = c.placement;
  c.spec.seed = 5;
  for (int sampler = 0; sampler < 2; sampler++) {
    c.spec.sampler = sampler ? EPX_SAMPLE_WAFER : EPX_SAMPLE_DEVICES;
    for (int k = 0; k < 3; k++) {
      const epx_correlation kernel = {.kind = kinds[k], .length = 3e-3};
      c.spec.terms[EPX_DEVIATION_WIDTH].local = 5e-9;
      c.spec.terms[EPX_DEVIATION_WIDTH].local_kernel = kernel;
      make(&c);
      check_kernel(&c, &kernel, 5e-9, sampler ? 3 : 1);
    }
  }
  destroy_chip(&c);
}

/** Of instances of one wafer, in the middle of neighbouring dies. */
static void neighbouring_dies_are_correlated_on_a_wafer_alone(void **state) {
  (void)state;
  chip c = create_chip(1, 1, 1e-3);
  c.placement->devices[0] = (epx_placed){.x = 2.5e-3, .y = 2.5e-3};
  c.spec.wafer.diameter = 0.03;
  c.spec.terms[EPX_DEVIATION_WIDTH].local = 1;
  c.spec.terms[EPX_DEVIATION_WIDTH].local_kernel = gaussian;
  const double rho = exp(-25 / (4.5 * 4.5));
  for (int sampler = 0; sampler < 2; sampler++) {
    c.spec.sampler = sampler ? EPX_SAMPLE_WAFER : EPX_SAMPLE_DEVICES;
    make(&c);
    const uint32_t n_dies = (uint32_t)epx_process_get_wafer(c.process)->n_dies, n = 600;
    double one[EPX_DEVIATION_COUNT], next[EPX_DEVIATION_COUNT], product = 0;
    for (uint32_t wafer = 0; wafer < n; wafer++) {
      draw(&c, wafer * n_dies + 1, one);
      draw(&c, wafer * n_dies + 2, next);
      product += one[0] * next[0];
    }
    assert_close(product / n, sampler ? rho : 0, 3 * sqrt((1 + rho * rho) / n));
  }
  destroy_chip(&c);
}

static void width_and_thickness_have_the_correlation_asked_for(void **state) {
  (void)state;
  static const double coefficients[] = {0, 0.6, -0.95, 1};
  chip c = create_chip(2, 2, 1e-3);
  for (int sampler = 0; sampler < 2; sampler++) {
    c.spec.sampler = sampler ? EPX_SAMPLE_WAFER : EPX_SAMPLE_DEVICES;
    c.spec.wafer.diameter = 0.03;
    for (int k = 0; k < 4; k++) {
      assert_int_equal(epx_process_set_preset("siepic", &c.spec), EPX_OK);
      c.spec.terms[EPX_DEVIATION_WIDTH].white = c.spec.terms[EPX_DEVIATION_THICKNESS].white = 1e-9;
      c.spec.correlation = coefficients[k];
      make(&c);
      const uint32_t n_dies = (uint32_t)epx_process_get_wafer(c.process)->n_dies, n = 600;
      double x[EPX_DEVIATION_COUNT * 2], w = 0, t = 0, both = 0;
      for (uint32_t i = 0; i < n; i++) {
        draw(&c, i * n_dies, x);
        const double width = x[EPX_DEVIATION_WIDTH * 2], thickness = x[EPX_DEVIATION_THICKNESS * 2];
        w += width * width;
        t += thickness * thickness;
        both += width * thickness;
      }
      /* covariance r sum sigma_w sigma_t over the terms wafer (5, 3), local (5, 2) and white (1, 1) nm */
      const double expected = coefficients[k] * (10 + 15 + 1) / sqrt((25 + 25 + 1) * (4.0 + 9 + 1));
      assert_close(both / sqrt(w * t), expected, 3 * (1 - expected * expected) / sqrt(n) + 1e-12);
    }
  }
  destroy_chip(&c);
}

/** Two rings 20 um, 100 um and 1 mm apart, L = 4.5 mm: sigma of the difference over sigma, as the kernels
 * say, within 3 standard errors. */
static void mismatch_of_a_pair_is_that_of_the_kernel(void **state) {
  (void)state;
  static const epx_correlation_kind kinds[] = {EPX_CORRELATION_GAUSSIAN, EPX_CORRELATION_MATERN,
                                               EPX_CORRELATION_EXPONENTIAL};
  static const double apart[] = {20e-6, 100e-6, 1e-3};
  const uint32_t n = 2000;
  for (int k = 0; k < 3; k++) {
    for (int j = 0; j < 3; j++) {
      chip c = create_chip(2, 2, apart[j]);
      c.placement->devices[0].radius = c.placement->devices[1].radius = 0;
      c.spec.terms[EPX_DEVIATION_WIDTH].local = 5e-9;
      c.spec.terms[EPX_DEVIATION_WIDTH].local_kernel = (epx_correlation){.kind = kinds[k], .length = 4.5e-3};
      make(&c);
      double x[EPX_DEVIATION_COUNT * 2], squares = 0;
      for (uint32_t i = 0; i < n; i++) {
        draw(&c, i, x);
        squares += (x[0] - x[1]) * (x[0] - x[1]);
      }
      const double asked = epx_correlation_eval_difference(&c.spec.terms[0].local_kernel, apart[j]);
      assert_close(sqrt(squares / n) / 5e-9, asked, 3 * asked / sqrt(2.0 * n) + 1e-5);
      destroy_chip(&c);
    }
  }
}

/** SiEPIC-Tools' defaults on silicon 450 × 220 nm: 4.75 nm of resonance within a wafer; silicon nitride's of
 * Zhang2023 on 1000 × 400 nm: 3.4 nm. */
static void presets_give_their_spread_of_resonances(void **state) {
  (void)state;
  static const struct {
    const char *preset;
    epx_material_kind core;
    unsigned off;
    double sigma;
  } cases[] = {{"siepic", EPX_SILICON, 1u << EPX_TERM_WAFER, 4.75e-9},
               {"nitride-2023", EPX_SILICON_NITRIDE, 0, 3.4e-9}};
  for (int k = 0; k < 2; k++) {
    chip c = create_chip(1, 1, 1e-3);
    epx_ring_spec spec;
    epx_ring ring;
    epx_ring_init(cases[k].core, &spec);
    assert_int_equal(epx_ring_eval(&spec, &ring), EPX_OK);
    assert_int_equal(epx_process_set_preset(cases[k].preset, &c.spec), EPX_OK);
    c.spec.off = cases[k].off;
    c.spec.wafer.diameter = 0.02; /* few dies a wafer: many wafers */
    make(&c);
    const uint32_t n = 4000, step = (uint32_t)epx_process_get_wafer(c.process)->n_dies;
    double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
      double x[EPX_DEVIATION_COUNT];
      epx_ring_change change;
      draw(&c, i * step, x);
      epx_ring_eval_change(&spec, &ring, x, &change);
      squares += change.shift * change.shift;
    }
    assert_close(sqrt(squares / n), cases[k].sigma, 0.05 * cases[k].sigma);
    destroy_chip(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(empirical_correlation_is_that_of_the_kernel),
      cmocka_unit_test(neighbouring_dies_are_correlated_on_a_wafer_alone),
      cmocka_unit_test(width_and_thickness_have_the_correlation_asked_for),
      cmocka_unit_test(mismatch_of_a_pair_is_that_of_the_kernel),
      cmocka_unit_test(presets_give_their_spread_of_resonances),
  };
  return cmocka_run_group_tests_name("process_statistics", tests, NULL, NULL);
}
