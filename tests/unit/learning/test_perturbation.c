/** @file
 * Baselines and drawn rules: what they give on average, and that their draws are keyed.
 */
#include "unit/linear_family.h"
#include "unit/settled_batch.h"

static const epx_cost softmax = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0},
                      squares = {.kind = EPX_SQUARED_ERROR, .off = -1, .on = 1};

static void multiplexed_codes_are_orthogonal_over_a_period(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const size_t n = 2 * b.network->n_theta;
  double *exact = create_numbers(n), error[2];
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
  for (int i = 0; i < 2; i++) {
    const epx_nudging nudging = {.shift = i ? 1e-5 : 2e-5};
    error[i] = eval_distance(n, estimate_by(&b, "multiplexed", &nudging), exact);
  }
  assert_true(error[1] < 1e-3);
  assert_close(error[0] / error[1], 2, 0.1);
  epx_array_destroy(&exact);
  destroy_batch(&b);
}

/* The mean over draws tends to the gradient as one over the square root of their number times that of the
 * parameters. */
static void spsa_is_right_on_average(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const size_t n = 2 * b.network->n_theta;
  double *exact = create_numbers(n);
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
  const epx_nudging nudging = {.shift = 1e-4, .n_probes = 100};
  const double error = eval_distance(n, estimate_by(&b, "spsa", &nudging), exact);
  const double expected = sqrt((double)b.network->n_theta / 100);
  assert_true(error > 0.5 * expected && error < 1.5 * expected);
  epx_array_destroy(&exact);
  destroy_batch(&b);
}

static void draws_are_keyed_by_step_and_instance(void **state) {
  (void)state;
  static const char *const rules[] = {"spsa", "homeostasis"};
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const size_t n = b.network->n_theta;
  const epx_nudging nudging = {.beta = 0.02, .penalty = 1};
  double *first = create_numbers(2 * n);
  for (int i = 0; i < 2; i++) {
    memcpy(first, estimate_by(&b, rules[i], &nudging), 2 * n * sizeof *first);
    assert_memory_equal(estimate_by(&b, rules[i], &nudging), first, 2 * n * sizeof *first);
    b.batch.key.step = 1;
    assert_true(eval_distance(n, estimate_by(&b, rules[i], &nudging), first) > 1e-6);
    b.batch.key.step = 0;
    b.batch.key.first = 1;
    assert_true(eval_distance(n, estimate_by(&b, rules[i], &nudging), first) > 1e-6);
    b.batch.key.first = 0;
  }
  epx_array_destroy(&first);
  destroy_batch(&b);
}

static void random_sign_is_one_side_or_the_other(void **state) {
  (void)state;
  settled_batch b = create_random_batch("phase", &squares, 0, 0);
  const size_t n = 2 * b.network->n_theta;
  double *up = create_numbers(n), *centred = create_numbers(n), *g = create_numbers(n);
  estimate_into(&b, "plain", 0.002, EPX_ONE_SIDED, up);
  estimate_into(&b, "plain", 0.002, EPX_CENTERED, centred);
  int n_up = 0;
  for (b.batch.key.step = 0; b.batch.key.step < 16; b.batch.key.step++) {
    estimate_into(&b, "random-sign", 0.002, EPX_CENTERED, g);
    const bool is_up = eval_distance(n, g, up) < 1e-12;
    n_up += is_up;
    for (size_t k = 0; k < n; k++)
      g[k] = 0.5 * (g[k] + up[k]);
    if (!is_up) assert_close(eval_distance(n, g, centred), 0, 1e-6);
  }
  assert_true(n_up > 2 && n_up < 14);
  epx_array_destroy(&up);
  epx_array_destroy(&centred);
  epx_array_destroy(&g);
  destroy_batch(&b);
}

/* M - M' = loss Omega: P = sum over nodes of 2 loss^2, dP/d loss_i = 4 loss_i on average over e. */
static void penalty_of_homeostasis_is_the_slope_of_the_asymmetry(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const size_t at = b.network->offset[epx_family_get_parameter(b.network->family, "loss")];
  const epx_nudging plain = {.beta = 0.02, .scheme = EPX_CENTERED},
                    penal = {.beta = 0.02, .scheme = EPX_CENTERED, .penalty = 1};
  double mean = 0;
  const int n = 200;
  for (b.batch.key.step = 0; b.batch.key.step < (uint32_t)n; b.batch.key.step++) {
    const double without = b.batch.key.step ? 0 : estimate_by(&b, "plain", &plain)[at];
    if (b.batch.key.step == 0) assert_close(without, 0, 1e-12);
    const double *g = estimate_by(&b, "homeostasis", &penal);
    for (size_t i = 0; i < 7; i++)
      mean += g[at + i] / (7 * n);
  }
  assert_close(mean, 4 * 0.8, 0.3); /* of 1400 squares, each of spread 2 loss sqrt(4) */
  destroy_batch(&b);
}

static void homeostasis_is_refused_where_nothing_is_asymmetric(void **state) {
  (void)state;
  assert_non_null(epx_estimator_get_by_name("homeostasis")->get_refusal(epx_family_get_by_name("phase")));
}

/* At the output's own state feedback is exact for a network that couples nothing. */
static void direct_feedback_is_exact_without_a_network(void **state) {
  (void)state;
  const epx_family scalar = get_scalar_family();
  const epx_network_spec spec = {.family = &scalar,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 2},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = -0.3};
  settled_batch b = create_batch(&spec, &cost, 1e-14, 1, 1, 1);
  const double theta[] = {0, 0.2, 0.7};
  for (int lane = 0; lane < b.lanes->n_lanes; lane++)
    b.label[lane] = 1;
  assert_int_equal(settle(&b, theta, &(double){0}), 1);
  const double *g = estimate(&b, "direct-feedback", 0, EPX_ONE_SIDED);
  assert_close(g[2], 1, 1e-12);
  assert_true(g[1] != 0); /* the other node hears of the error, though nothing links it */
  destroy_batch(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(multiplexed_codes_are_orthogonal_over_a_period),
      cmocka_unit_test(spsa_is_right_on_average),
      cmocka_unit_test(draws_are_keyed_by_step_and_instance),
      cmocka_unit_test(random_sign_is_one_side_or_the_other),
      cmocka_unit_test(penalty_of_homeostasis_is_the_slope_of_the_asymmetry),
      cmocka_unit_test(homeostasis_is_refused_where_nothing_is_asymmetric),
      cmocka_unit_test(direct_feedback_is_exact_without_a_network),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
