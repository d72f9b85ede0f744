/** @file
 * Remedies: what trimming leaves, what heating costs, and that crosstalk is allowed for or is not.
 */
#include "base/numbers/random.h"
#include "photonic/fabrication/remedy.h"
#include "unit/assert_close.h"

enum { N = 400 };

static void set_shifts(double sigma, double *shift) {
  const epx_random stream = epx_random_init(8, "test:remedy");
  for (uint32_t i = 0; i < N; i++)
    shift[i] = sigma * epx_random_eval_normal(&stream, 0, 0, i, 0);
}

static void trimming_leaves_its_residual_within_its_range(void **state) {
  (void)state;
  epx_trim trim;
  epx_device_init(&epx_trim_device, &trim);
  double shift[N], before[N], sum = 0;
  set_shifts(4e-9, shift);
  memcpy(before, shift, sizeof shift);
  const int n_out = epx_remedy_trim(&trim, 0, 1, 0, 0, N, shift);
  int n_far = 0;
  for (int i = 0; i < N; i++) {
    if (fabs(before[i]) > trim.range) {
      n_far++;
      assert_close(shift[i], before[i] - copysign(trim.range, before[i]), 1e-18);
    } else {
      sum += shift[i] * shift[i];
    }
  }
  assert_int_equal(n_out, n_far);
  assert_in_range(n_far, 1, N / 2);
  const double n = N - n_far, variance = trim.residual * trim.residual;
  assert_close(sum / n, variance, 4 * variance * sqrt(2 / n));
}

static void trimming_again_draws_the_same(void **state) {
  (void)state;
  const epx_trim trim = {.range = 1e-8, .residual = 1e-10};
  double a[N], b[N];
  set_shifts(1e-9, a);
  memcpy(b, a, sizeof a);
  epx_remedy_trim(&trim, 2e-9, 5, 3, 4, N, a);
  epx_remedy_trim(&trim, 2e-9, 5, 3, 4, N / 2, b);
  assert_memory_equal(a, b, sizeof *a * N / 2);
}

static epx_heating create_heating(void) {
  epx_heating h = {.spectral_range = 9e-9};
  epx_device_init(&epx_heater_device, &h.heater);
  return h;
}

static void heating_to_the_reddest_ring_reaches_all_and_says_the_power(void **state) {
  (void)state;
  const epx_heating h = create_heating();
  double shift[N], before[N], power[N], expected = 0;
  set_shifts(1e-9, shift);
  memcpy(before, shift, sizeof shift);
  const double target = epx_remedy_eval_reddest(N, shift);
  epx_heating_report report;
  assert_int_equal(epx_remedy_heat(&h, target, N, shift, power, &report), EPX_OK);
  for (int i = 0; i < N; i++) {
    assert_close(shift[i], target, 1e-20);
    assert_close(power[i], 2 * 12.5e-3 * (target - before[i]) / 9e-9, 1e-12);
    expected += power[i];
  }
  assert_close(report.total, expected, 1e-12);
  assert_int_equal(report.n_too_red + report.n_limited, 0);
}

static void ring_that_is_too_red_stays_or_takes_its_next_resonance(void **state) {
  (void)state;
  epx_heating h = create_heating();
  double shift[] = {2e-9, -1e-9}, power[2];
  epx_heating_report report;
  assert_int_equal(epx_remedy_heat(&h, 0, 2, shift, power, &report), EPX_OK);
  assert_int_equal(report.n_too_red, 1);
  assert_close(shift[0], 2e-9, 0);
  assert_close(power[0], 0, 0);
  shift[1] = -1e-9;
  h.wraps = true;
  assert_int_equal(epx_remedy_heat(&h, 0, 2, shift, power, &report), EPX_OK);
  assert_int_equal(report.n_too_red, 0);
  assert_close(shift[0], 0, 1e-20);
  assert_close(power[0], 2 * 12.5e-3 * 7.0 / 9.0, 1e-12);
}

static void heaters_stop_at_their_limit(void **state) {
  (void)state;
  epx_heating h = create_heating();
  h.heater.power_limit = 5e-3;
  double shift[] = {-4e-9, -0.5e-9}, power[2];
  epx_heating_report report;
  assert_int_equal(epx_remedy_heat(&h, 0, 2, shift, power, &report), EPX_OK);
  assert_int_equal(report.n_limited, 1);
  assert_close(report.largest, 5e-3, 1e-15);
  assert_close(shift[0], -4e-9 + 5e-3 / 25e-3 * 9e-9, 1e-18);
  assert_close(shift[1], 0, 1e-20);
}

static void crosstalk_is_an_error_unless_it_is_compensated(void **state) {
  (void)state;
  epx_heating h = create_heating();
  double crosstalk[9], shift[] = {-2e-9, -1e-9, -3e-9}, power[3];
  epx_placement *p = NULL;
  assert_int_equal(epx_placement_create_grid(3, 3, 12e-6, 0, 0, 0, &p), EPX_OK);
  assert_int_equal(epx_remedy_eval_crosstalk(&h.heater, p, crosstalk), EPX_OK);
  h.crosstalk = crosstalk;
  epx_heating_report report;
  assert_int_equal(epx_remedy_heat(&h, 0, 3, shift, power, &report), EPX_OK);
  assert_close(shift[1], crosstalk[3] * 2e-9 + crosstalk[5] * 3e-9, 1e-18);
  const double alone = report.total;
  const double again[] = {-2e-9, -1e-9, -3e-9};
  memcpy(shift, again, sizeof shift);
  h.compensated = true;
  assert_int_equal(epx_remedy_heat(&h, 0, 3, shift, power, &report), EPX_OK);
  for (int i = 0; i < 3; i++)
    assert_close(shift[i], 0, 1e-16);
  assert_true(report.total < alone);
  epx_placement_destroy(&p);
}

static void heating_that_cannot_be_is_refused(void **state) {
  (void)state;
  epx_heating h = create_heating();
  double shift[] = {-1e-9, -1.1e-9, -1.2e-9}, power[3];
  epx_heating_report report;
  h.spectral_range = 0;
  assert_refused(epx_remedy_heat(&h, 0, 3, shift, power, &report), "spectral range");
  h = create_heating();
  h.heater.power_pi = 0;
  assert_refused(epx_remedy_heat(&h, 0, 3, shift, power, &report), "power_pi is 0");
  epx_placement *p = NULL;
  double crosstalk[9];
  assert_int_equal(epx_placement_create_grid(3, 3, 5e-6, 0, 0, 0, &p), EPX_OK);
  assert_refused(epx_remedy_eval_crosstalk(&h.heater, p, crosstalk), "known from 7 um only");
  epx_placement_destroy(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trimming_leaves_its_residual_within_its_range),
      cmocka_unit_test(trimming_again_draws_the_same),
      cmocka_unit_test(heating_to_the_reddest_ring_reaches_all_and_says_the_power),
      cmocka_unit_test(ring_that_is_too_red_stays_or_takes_its_next_resonance),
      cmocka_unit_test(heaters_stop_at_their_limit),
      cmocka_unit_test(crosstalk_is_an_error_unless_it_is_compensated),
      cmocka_unit_test(heating_that_cannot_be_is_refused),
  };
  return cmocka_run_group_tests_name("remedy", tests, NULL, NULL);
}
