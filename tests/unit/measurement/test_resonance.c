/** @file
 * Resonance, comb and series: from scans without noise, whose closed forms stand here in other words than in the model.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "measurement/comb.h"
#include "measurement/series.h"

enum { N = 401 };

static const double omega = 1.2152e15, light = 299792458.0, pi = 3.14159265358979323846;

/* |t|^2 of an unsplit ring: 1 - kappa_i kappa_e / ((kappa/2)^2 + D^2), ripple of a part in 10^6 for noise. */
static epx_scan *create_scan(double intrinsic, double coupling, double place) {
  epx_scan *scan;
  const double kappa = intrinsic + coupling;
  assert_int_equal(epx_scan_create("ring", N, EPX_SCAN_POWER, &scan), EPX_OK);
  for (int k = 0; k < N; k++) {
    const double d = (k - 200) * kappa / 20;
    scan->frequency[k] = omega + place + d;
    scan->power[k] =
        2.5 * (1 - intrinsic * coupling / (kappa * kappa / 4 + d * d)) * (1 + 1e-6 * sin(7.3 * k));
  }
  return scan;
}

static epx_resonance solve(epx_scan *scan, epx_coupling coupling) {
  const epx_resonance_spec spec = {.coupling = coupling};
  epx_resonance *found, first;
  int n;
  assert_int_equal(epx_resonance_create(scan, &spec, &found, &n), EPX_OK);
  assert_int_equal(n, 1);
  first = found[0];
  epx_array_destroy(&found);
  return first;
}

static double get(const epx_resonance *r, int i, epx_resonance_quantity quantity) {
  const epx_estimate *e = &r->solution[i].estimate[quantity];
  assert_true(e->low <= e->value && e->value <= e->high);
  return e->value;
}

static void assert_near(double value, double wanted, double share) {
  if (fabs(value - wanted) > share * fabs(wanted)) fail_msg("%.12g instead of %.12g", value, wanted);
}

static void rates_are_those_of_the_scan(void **state) {
  (void)state;
  epx_scan *scan = create_scan(3e9, 1e9, 0);
  const epx_resonance r = solve(scan, EPX_COUPLING_UNDER);
  assert_int_equal(r.n_solutions, 1);
  assert_int_equal(r.told, EPX_TOLD_BY_USER);
  assert_near(get(&r, 0, EPX_RESONANCE_RATE), 4e9, 1e-4);
  assert_near(get(&r, 0, EPX_RESONANCE_INTRINSIC), 3e9, 1e-4);
  assert_near(get(&r, 0, EPX_RESONANCE_COUPLING), 1e9, 1e-4);
  assert_near(get(&r, 0, EPX_RESONANCE_WAVELENGTH), 2 * pi * light / omega, 1e-10);
  assert_near(get(&r, 0, EPX_RESONANCE_QUALITY), omega / 4e9, 1e-4);
  assert_near(get(&r, 0, EPX_RESONANCE_EXTINCTION), -20 * log10(2e9 / 4e9),
              1e-3); /* (kappa_i - kappa_e) / kappa */
  assert_near(r.background, 2.5, 1e-4);
  epx_scan_destroy(&scan);
}

static void over_is_under_with_the_rates_exchanged(void **state) {
  (void)state;
  epx_scan *scan = create_scan(1e9, 3e9, 0);
  const epx_resonance over = solve(scan, EPX_COUPLING_OVER), open = solve(scan, EPX_COUPLING_UNTOLD);
  assert_near(get(&over, 0, EPX_RESONANCE_COUPLING), 3e9, 1e-4);
  assert_int_equal(open.n_solutions, 2);
  assert_int_equal(open.told, EPX_TOLD_BY_NOTHING);
  assert_true(open.solution[0].over != open.solution[1].over);
  assert_near(get(&open, 0, EPX_RESONANCE_COUPLING), get(&open, 1, EPX_RESONANCE_INTRINSIC), 1e-12);
  epx_scan_destroy(&scan);
}

static void critical_coupling_has_an_interval_that_holds_both_ways(void **state) {
  (void)state;
  epx_scan *scan = create_scan(2e9, 2e9, 0);
  const epx_resonance r = solve(scan, EPX_COUPLING_UNTOLD);
  assert_true(r.critical);
  assert_int_equal(r.n_solutions, 1);
  const epx_estimate *e = &r.solution[0].estimate[EPX_RESONANCE_INTRINSIC];
  assert_true(e->low < 2e9 && e->high > 2e9 && e->high < 2.1e9);
  assert_true(isinf(r.solution[0].estimate[EPX_RESONANCE_EXTINCTION].high));
  epx_scan_destroy(&scan);
}

static void what_cannot_be_fitted_is_refused(void **state) {
  (void)state;
  const epx_resonance_spec spec = {0};
  epx_scan *scan = create_scan(3e9, 1e9, 0);
  epx_resonance *found;
  int n;
  for (int k = 0; k < N; k++)
    scan->power[k] = 1 + 1e-3 * sin(7.3 * k);
  assert_int_equal(epx_resonance_create(scan, &spec, &found, &n), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "no resonance"));
  scan->n_points = 15;
  assert_int_equal(epx_resonance_create(scan, &spec, &found, &n), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "too few"));
  epx_scan_destroy(&scan);
}

static void comb_has_the_group_index_of_its_length(void **state) {
  (void)state;
  epx_resonance line[5] = {{0}};
  epx_comb comb;
  const double length = 1e-4, step = 2 * pi * light / (4.2 * length);
  for (int k = 0; k < 5; k++) {
    const double wavelength = 2 * pi * light / (omega + (k > 1 ? k + 1 : k) * step); /* one is missing */
    line[k].solution[0].estimate[EPX_RESONANCE_WAVELENGTH] =
        (epx_estimate){wavelength, wavelength * (1 - 1e-9), wavelength * (1 + 1e-9)};
  }
  assert_int_equal(epx_comb_eval(line, 5, length, &comb), EPX_OK);
  assert_int_equal(comb.n_lines, 5);
  assert_near(comb.group_index.value, 4.2, 1e-9);
  assert_near(comb.frequency_range.value, light / (4.2 * length), 1e-9);
  line[2].solution[0].estimate[EPX_RESONANCE_WAVELENGTH].value *= 1 - 0.3 * step / omega;
  assert_int_equal(epx_comb_eval(line, 5, length, &comb), EPX_OK);
  assert_int_equal(comb.n_lines, 0);
}

static void gaps_tell_where_coupling_passes_loss(void **state) {
  (void)state;
  enum { N_GAPS = 5 };
  epx_resonance ring[N_GAPS], *all[N_GAPS];
  double gaps[N_GAPS];
  epx_gap_series series;
  for (int k = 0; k < N_GAPS; k++) {
    gaps[k] = (200 + 40 * k) * 1e-9;
    epx_scan *scan = create_scan(2e9, 2e9 * exp(-1.5e7 * (gaps[k] - 290e-9)), 0);
    ring[k] = solve(scan, EPX_COUPLING_UNTOLD);
    all[k] = &ring[k];
    epx_scan_destroy(&scan);
  }
  assert_int_equal(epx_gap_series_eval(all, gaps, N_GAPS, &series), EPX_OK);
  assert_true(series.decided);
  assert_near(series.decay.value, 1.5e7, 1e-3);
  for (int k = 0; k < N_GAPS; k++) {
    assert_int_equal(ring[k].told, EPX_TOLD_BY_GAPS);
    assert_int_equal(ring[k].solution[0].over, gaps[k] < 290e-9);
  }
  assert_int_equal(epx_gap_series_eval(all, gaps, 2, &series), EPX_EINPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rates_are_those_of_the_scan),
      cmocka_unit_test(over_is_under_with_the_rates_exchanged),
      cmocka_unit_test(critical_coupling_has_an_interval_that_holds_both_ways),
      cmocka_unit_test(what_cannot_be_fitted_is_refused),
      cmocka_unit_test(comb_has_the_group_index_of_its_length),
      cmocka_unit_test(gaps_tell_where_coupling_passes_loss),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
