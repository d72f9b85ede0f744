/** @file
 * Scattering: both quadratures are exact without Kerr shift; with it, each where a^2 lies on its axis.
 */
#include "unit/settled_batch.h"

static const epx_cost softmax = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0};

static const double *estimate_in(settled_batch *b, epx_quadrature quadrature) {
  const epx_nudging nudging = {.beta = 1e-4, .scheme = EPX_CENTERED, .quadrature = quadrature};
  return estimate_by(b, "scattering", &nudging);
}

static void both_quadratures_are_exact_for_linear_networks(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0);
  const size_t n = 2 * b.network->n_theta;
  double *exact = create_numbers(n);
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
  for (int q = 0; q < EPX_QUADRATURE_COUNT; q++)
    assert_close(eval_distance(n, estimate_in(&b, (epx_quadrature)q), exact), 0, 1e-6);
  epx_array_destroy(&exact);
  destroy_batch(&b);
}

static void sigma_y_is_the_phase_conjugate_rule(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const size_t n = 2 * b.network->n_theta;
  double *conjugate = create_numbers(n);
  estimate_into(&b, "phase-conjugate", 1e-4, EPX_CENTERED, conjugate);
  assert_memory_equal(estimate_in(&b, EPX_SIGMA_Y), conjugate, n * sizeof(double));
  assert_true(eval_distance(n, estimate_in(&b, EPX_SIGMA_X), conjugate) > 1e-3);
  epx_array_destroy(&conjugate);
  destroy_batch(&b);
}

/* One ring, a = s / (loss/2 - i D), D = detuning + kerr |a|^2: a^2 is real for D = 0, imaginary for D =
 * loss/2.
 */
static void each_quadrature_is_exact_on_its_axis(void **state) {
  (void)state;
  const epx_family *family = epx_family_get_by_name("kerr");
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_inputs = 1,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .readout = EPX_READ_QUADRATURE,
                                 .readout_scale = 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 3};
  for (int q = 0; q < EPX_QUADRATURE_COUNT; q++) {
    const double shift = q == EPX_SIGMA_Y ? 0 : 0.5, intensity = 1 / (0.25 + shift * shift);
    settled_batch b = create_batch(&spec, &cost, 1e-13, 1, 1, 1);
    double *theta = create_numbers(b.network->n_theta), exact[8];
    theta[b.network->offset[epx_family_get_parameter(family, "loss")]] = 1;
    theta[b.network->offset[epx_family_get_parameter(family, "kerr")]] = 0.1;
    theta[b.network->offset[epx_family_get_parameter(family, "detuning")]] = shift - 0.1 * intensity;
    assert_int_equal(settle(&b, theta, &(double){1}), 1);
    assert_close(b.state[0] * b.state[0] + b.state[b.lanes->n_lanes] * b.state[b.lanes->n_lanes], intensity,
                 1e-9);
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    for (int other = 0; other < EPX_QUADRATURE_COUNT; other++) {
      const double error = eval_distance(b.network->n_theta, estimate_in(&b, (epx_quadrature)other), exact);
      assert_true(other == q ? error < 1e-6 : error > 1e-2);
    }
    epx_array_destroy(&theta);
    destroy_batch(&b);
  }
}

static void families_without_a_conjugate_are_refused(void **state) {
  (void)state;
  const char *refusal = epx_estimator_get_by_name("scattering")->get_refusal(epx_family_get_by_name("phase"));
  assert_non_null(refusal);
  assert_non_null(strstr(refusal, "time-reversed"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_quadratures_are_exact_for_linear_networks),
      cmocka_unit_test(sigma_y_is_the_phase_conjugate_rule),
      cmocka_unit_test(each_quadrature_is_exact_on_its_axis),
      cmocka_unit_test(families_without_a_conjugate_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
