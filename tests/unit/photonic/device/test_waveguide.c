/** @file
 * Waveguides: the tables at their rows and between them, physics that the tables must obey, and their ends.
 */
#include "photonic/device/waveguide.h"
#include "unit/assert_close.h"

static const double nm = 1e-9, um = 1e-6;

static void rows_of_the_table_are_met(void **state) {
  (void)state;
  /* full-vector mode solver, 1550 nm */
  static const struct {
    epx_waveguide guide;
    double n_eff, n_g, width, thickness, confinement, temperature;
  } cases[] = {
      {{EPX_SILICON, 400e-9, 220e-9, 0}, 2.227, 4.37, 1.09, 1.36, 1.05, 71e-12},
      {{EPX_SILICON, 450e-9, 220e-9, 0}, 2.352, 4.27, 0.77, 1.38, 1.07, 73e-12},
      {{EPX_SILICON, 500e-9, 220e-9, 0}, 2.444, 4.18, 0.588, 1.39, 1.06, 74e-12},
      {{EPX_SILICON_NITRIDE, 800e-9, 400e-9, 0}, 1.599, 2.03, 0.185, 0.39, 0.67, 15.8e-12},
      {{EPX_SILICON_NITRIDE, 1000e-9, 400e-9, 0}, 1.638, 2.05, 0.122, 0.42, 0.74, 16.4e-12},
      {{EPX_SILICON_NITRIDE, 1200e-9, 400e-9, 0}, 1.663, 2.06, 0.083, 0.43, 0.78, 16.7e-12},
      {{EPX_SILICON_NITRIDE, 1000e-9, 800e-9, 0}, 1.774, 2.15, 0.133, 0.14, 0.94, 17.7e-12},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    epx_mode mode;
    assert_int_equal(epx_waveguide_eval(&cases[k].guide, &mode), EPX_OK);
    assert_close(mode.n_eff, cases[k].n_eff, 1e-12);
    assert_close(mode.n_g, cases[k].n_g, 1e-12);
    assert_close(mode.shift_width, cases[k].width, 1e-12);
    assert_close(mode.shift_thickness, cases[k].thickness, 1e-12);
    assert_close(mode.confinement, cases[k].confinement, 1e-12);
    assert_close(mode.shift_temperature, cases[k].temperature, 1e-24);
    assert_close(mode.shift_slab, 0, 0);
  }
}

/** The width's shift of a resonance is (lambda / n_g) d n_eff / d width: the columns must agree, within the
 * curvature between two rows. */
static void effective_index_and_its_slope_agree(void **state) {
  (void)state;
  epx_waveguide_range range;
  for (int i = 0; epx_waveguide_get_range(i, &range) == 0; i++) {
    epx_waveguide narrow = {range.core, range.width_low, range.thickness, range.slab}, wide = narrow,
                  middle = narrow;
    wide.width = range.width_high;
    middle.width = (range.width_low + range.width_high) / 2;
    epx_mode low, high, mid;
    assert_int_equal(epx_waveguide_eval(&narrow, &low), EPX_OK);
    assert_int_equal(epx_waveguide_eval(&wide, &high), EPX_OK);
    assert_int_equal(epx_waveguide_eval(&middle, &mid), EPX_OK);
    /* Simpson's rule over the table's width */
    const double step = wide.width - narrow.width;
    const double slope =
        (low.shift_width * low.n_g + 4 * mid.shift_width * mid.n_g + high.shift_width * high.n_g) / 6;
    const double change = high.n_eff - low.n_eff;
    assert_close(slope * step / EPX_WAVEGUIDE_WAVELENGTH, change, 0.12 * change);
    assert_true(low.n_eff > 1.444 && high.n_eff < epx_material_get(range.core)->index);
    assert_true(strlen(range.source) > 0);
  }
}

static void widths_in_between_are_interpolated(void **state) {
  (void)state;
  const epx_waveguide guide = {EPX_SILICON, 475 * nm, 220 * nm, 0};
  epx_mode mode;
  assert_int_equal(epx_waveguide_eval(&guide, &mode), EPX_OK);
  assert_close(mode.n_eff, (2.352 + 2.444) / 2, 1e-9);
  assert_close(mode.shift_width, (0.77 + 0.588) / 2, 1e-9);
}

/** Coupled-mode tables: silicon strips 500 nm wide take 38 um at 200 nm and 225 um at 400 nm, a decay of 8.9
 * / um; silicon nitride 3.6 / um. */
static void coupling_falls_with_the_gap_as_reported(void **state) {
  (void)state;
  const epx_waveguide silicon = {EPX_SILICON, 500 * nm, 220 * nm, 0};
  const epx_waveguide nitride = {EPX_SILICON_NITRIDE, 1000 * nm, 400 * nm, 0};
  double near, far, decay, slope;
  assert_int_equal(epx_waveguide_eval_transfer(&silicon, 200 * nm, &near, &decay, &slope), EPX_OK);
  assert_int_equal(epx_waveguide_eval_transfer(&silicon, 400 * nm, &far, &decay, &slope), EPX_OK);
  assert_close(near, 38 * um, 0.03 * 38 * um);
  assert_close(far, 225 * um, 0.03 * 225 * um);
  assert_close(log(far / near) / 0.2, 8.9, 0.03 * 8.9);
  assert_int_equal(epx_waveguide_eval_transfer(&nitride, 400 * nm, &near, &decay, &slope), EPX_OK);
  assert_int_equal(epx_waveguide_eval_transfer(&nitride, 600 * nm, &far, &decay, &slope), EPX_OK);
  assert_close(log(far / near) / 0.2, 3.6, 0.03 * 3.6);
}

static void slopes_of_the_transfer_length_are_its_derivatives(void **state) {
  (void)state;
  const double h = 1e-12;
  epx_waveguide guide = {EPX_SILICON, 470 * nm, 220 * nm, 0};
  double low, high, decay, slope, other;
  assert_int_equal(epx_waveguide_eval_transfer(&guide, 230 * nm, &low, &decay, &slope), EPX_OK);
  assert_int_equal(epx_waveguide_eval_transfer(&guide, 230 * nm + h, &high, &other, &other), EPX_OK);
  assert_close(log(high / low) / h, decay, 1e-3 * decay);
  guide.width += h;
  assert_int_equal(epx_waveguide_eval_transfer(&guide, 230 * nm, &high, &other, &other), EPX_OK);
  assert_close(log(high / low) / h, slope, 1e-3 * slope);
  assert_true(decay > 0 && slope > 0);
}

static void index_follows_the_group_index(void **state) {
  (void)state;
  const epx_waveguide guide = {EPX_SILICON, 450 * nm, 220 * nm, 0};
  epx_mode mode;
  double red, blue;
  assert_int_equal(epx_waveguide_eval(&guide, &mode), EPX_OK);
  assert_int_equal(epx_waveguide_eval_index(&mode, 1560 * nm, &red), EPX_OK);
  assert_int_equal(epx_waveguide_eval_index(&mode, 1540 * nm, &blue), EPX_OK);
  assert_close(mode.n_eff - 1.55 * (red - blue) / 0.02, mode.n_g, 1e-9);
}

static void outside_a_table_is_refused_with_its_range(void **state) {
  (void)state;
  static const struct {
    epx_waveguide guide;
    double gap;
    const char *part;
  } cases[] = {
      {{EPX_SILICON, 300e-9, 220e-9, 0}, 2e-7, "from 400 to 600 nm"},
      {{EPX_SILICON, 601e-9, 220e-9, 0}, 2e-7, "from 400 to 600 nm"},
      {{EPX_SILICON, NAN, 220e-9, 0}, 2e-7, "from 400 to 600 nm"},
      {{EPX_SILICON, 450e-9, 250e-9, 0}, 2e-7, "220/0, 220/90"},
      {{EPX_SILICON_NITRIDE, 1000e-9, 400e-9, 50e-9}, 4e-7, "400/0, 400/100, 800/0"},
      {{EPX_SILICON, 450e-9, 220e-9, 0}, -1e-9, "from 100 to 500 nm"},
      {{EPX_SILICON_NITRIDE, 1000e-9, 400e-9, 0}, 2e-6, "from 200 to 1000 nm"},
  };
  epx_mode mode = {.n_eff = 2, .n_g = 4};
  double transfer, decay, slope, index;
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    assert_refused(epx_waveguide_eval_transfer(&cases[k].guide, cases[k].gap, &transfer, &decay, &slope),
                   cases[k].part);
    if (k < 5) assert_refused(epx_waveguide_eval(&cases[k].guide, &mode), cases[k].part);
  }
  assert_refused(epx_waveguide_eval_index(&mode, 1310 * nm, &index), "from 1500 to 1600 nm");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_of_the_table_are_met),
      cmocka_unit_test(effective_index_and_its_slope_agree),
      cmocka_unit_test(widths_in_between_are_interpolated),
      cmocka_unit_test(coupling_falls_with_the_gap_as_reported),
      cmocka_unit_test(slopes_of_the_transfer_length_are_its_derivatives),
      cmocka_unit_test(index_follows_the_group_index),
      cmocka_unit_test(outside_a_table_is_refused_with_its_range),
  };
  return cmocka_run_group_tests_name("waveguide", tests, NULL, NULL);
}
