/** @file
 * Exact rules: four ways to the same gradient, none of which shares its arithmetic with another.
 */
#include "settled_batch.h"

static const epx_cost softmax = {EPX_CROSS_ENTROPY, 0, 0}, squares = {EPX_SQUARED_ERROR, -1, 1};

static settled_batch create_case(int i) {
  return create_random_batch(i ? "phase" : "kerr", i ? &squares : &softmax, 0.8, 0.2);
}

static void exact_rules_agree_on_every_family(void **state) {
  (void)state;
  static const struct {
    const char *name;
    double beta;
  } rules[] = {{"dyadic", 0.02}, {"dyadic", 0.5}, {"unrolled", 0}, {"time-reversed", 1e-5}};
  for (int i = 0; i < 2; i++) {
    settled_batch b = create_case(i);
    const size_t n = 2 * b.network->n_theta;
    double *exact = create_numbers(n);
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    for (int k = 0; k < 4; k++)
      assert_close(eval_distance(n, estimate(&b, rules[k].name, rules[k].beta, EPX_CENTERED), exact), 0,
                   1e-6);
    assert_int_equal(epx_estimator_get_failures(b.work), 0);
    epx_array_destroy(&exact);
    destroy_batch(&b);
  }
}

/* Another start: the way ends at another equilibrium, or at none, and not at the free state it is to end at.
 */
static void way_that_ends_elsewhere_is_left_out(void **state) {
  (void)state;
  settled_batch b = create_case(0);
  const size_t n_lanes = (size_t)b.lanes->n_lanes;
  for (size_t row = 0; row < (size_t)b.network->n_state; row++)
    b.state[row * n_lanes + 3] += 0.5;
  estimate(&b, "unrolled", 0, EPX_ONE_SIDED);
  assert_int_equal(epx_estimator_get_failures(b.work), 1);
  assert_int_equal(epx_estimator_get_lanes(b.work, 0), 4);
  assert_int_equal(epx_estimator_get_lanes(b.work, 1), 5);
  destroy_batch(&b);
}

static void lanes_left_out_do_not_matter(void **state) {
  (void)state;
  static const char *const rules[] = {"dyadic", "unrolled", "holomorphic", "direct-feedback", "scattering"};
  settled_batch b = create_case(0);
  const size_t n = 2 * b.network->n_theta, n_lanes = (size_t)b.lanes->n_lanes;
  double *before = create_numbers(n);
  for (int i = 0; i < 5; i++) {
    b.weight[2] = 0;
    estimate_into(&b, rules[i], 0.02, EPX_CENTERED, before);
    for (size_t row = 0; row < (size_t)b.network->n_state; row++)
      b.state[row * n_lanes + 2] = NAN;
    const double *g = estimate(&b, rules[i], 0.02, EPX_CENTERED);
    assert_close(eval_distance(n, g, before), 0, 1e-9);
    for (size_t row = 0; row < (size_t)b.network->n_state; row++)
      b.state[row * n_lanes + 2] = 0;
  }
  epx_array_destroy(&before);
  destroy_batch(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_rules_agree_on_every_family),
      cmocka_unit_test(way_that_ends_elsewhere_is_left_out),
      cmocka_unit_test(lanes_left_out_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
