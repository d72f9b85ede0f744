/** @file
 * Exact rules: four ways to the same gradient, none of which shares its arithmetic with another.
 */
#include "unit/settled_batch.h"

static const epx_cost softmax = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0},
                      squares = {.kind = EPX_SQUARED_ERROR, .off = -1, .on = 1};

static settled_batch create_case(int i) {
  return create_random_batch(i ? "phase" : "kerr", i ? &squares : &softmax, 0.8, 0.2);
}

/* A family's network as a deck gets it that says nothing of it, with fields spread a little so that nothing
 * is zero by symmetry. Of balanced pairs, four nodes are read. */
static settled_batch create_default_batch(const epx_family *family, const epx_cost *cost,
                                          epx_readout_kind readout) {
  epx_network_spec spec = {.family = family,
                           .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 7},
                           .n_inputs = 2,
                           .input_scale = family->input_scale,
                           .n_outputs = 2,
                           .readout = readout,
                           .readout_scale = 1};
  spec.value[epx_family_get_coupling(family)] = (epx_value){
      .kind = EPX_VALUE_SYMMETRISED, .spread = (family->clamps_inputs ? 2 : 0.3) * family->coupling_spread};
  settled_batch b = create_batch(&spec, cost, 1e-13, 2, 3, 2);
  double *theta = create_numbers(2 * b.network->n_theta), features[6];
  fill("features", 6, features);
  for (uint64_t k = 0; k < 2; k++)
    assert_int_equal(epx_network_eval_nominal(b.network, &spec, k + 1, theta + k * b.network->n_theta),
                     EPX_OK);
  const int bias = epx_family_get_parameter(family, "bias");
  for (size_t i = 0; bias >= 0 && i < 2 * b.network->n_theta; i++) {
    const size_t at = i % b.network->n_theta - b.network->offset[bias];
    if (at < b.network->count[bias]) theta[i] += 0.2 * family->input_scale * draw("bias", i);
  }
  family->set_start(b.lanes, 1, b.state);
  settle(&b, theta, features);
  epx_array_destroy(&theta);
  b.batch.key.seed = 1;
  return b;
}

/* Relative to the exact gradient; time reversal's nudge has a bias of its own, of the order of its square. */
static void assert_exact_rules_agree(settled_batch *b) {
  static const struct {
    const char *name;
    double beta;
  } rules[] = {{"dyadic", 0.02}, {"dyadic", 0.5}, {"unrolled", 0}, {"time-reversed", 1e-5}};
  const size_t n = 2 * b->network->n_theta;
  const double small = b->network->family->stiff ? 100 : 1; /* a nudge counts in the state's unit */
  double *exact = create_numbers(n);
  estimate_into(b, "backprop", 0, EPX_ONE_SIDED, exact);
  assert_true(eval_norm(n, exact) > 0);
  for (int k = 0; k < 4; k++) {
    const double distance =
        eval_distance(n, estimate(b, rules[k].name, small * rules[k].beta, EPX_CENTERED), exact);
    if (!(distance < 1e-6))
      fail_msg("%s, beta %g, of family %s is %g from backprop", rules[k].name, rules[k].beta,
               b->network->family->name, distance);
  }
  assert_int_equal(epx_estimator_get_failures(b->work), 0);
  epx_array_destroy(&exact);
}

static void exact_rules_agree_on_every_family(void **state) {
  (void)state;
  for (int i = 0; epx_family_get(i); i++) {
    const epx_family *family = epx_family_get(i);
    settled_batch b =
        create_default_batch(family, family->components == 1 ? &squares : &softmax, family->readout);
    int n_settled = 0;
    for (int lane = 0; lane < b.lanes->n_used; lane++)
      n_settled += b.weight[lane] > 0;
    if (n_settled < 4) fail_msg("%d of 6 networks of family %s settle", n_settled, family->name);
    assert_exact_rules_agree(&b);
    destroy_batch(&b);
  }
}

static void exact_rules_agree_on_drawn_networks(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    settled_batch b = create_case(i);
    assert_exact_rules_agree(&b);
    destroy_batch(&b);
  }
}

/* Balanced pairs with every cost; the conjugated rules are exact for the linear network. */
static void rules_are_exact_for_balanced_pairs(void **state) {
  (void)state;
  static const epx_cost costs[] = {{.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0},
                                   {.kind = EPX_SQUARED_ERROR, .off = -0.5, .on = 0.5},
                                   {.kind = EPX_PHASE_COSINE, .off = -1, .on = 1}};
  for (int i = 0; i < 3; i++) {
    settled_batch b = create_default_batch(epx_family_get_by_name("kerr"), &costs[i], EPX_READ_BALANCED);
    const size_t n = 2 * b.network->n_theta;
    assert_exact_rules_agree(&b);
    double *exact = create_numbers(n);
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    for (size_t k = 0; k < n; k++) /* the rule gives no gradient of the loss, nor of the Kerr shift's */
      exact[k] = estimate(&b, "phase-conjugate", 1e-5, EPX_CENTERED)[k] == 0 ? 0 : exact[k];
    assert_close(eval_distance(n, estimate(&b, "phase-conjugate", 1e-5, EPX_CENTERED), exact), 0, 1e-6);
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
      cmocka_unit_test(exact_rules_agree_on_drawn_networks),
      cmocka_unit_test(rules_are_exact_for_balanced_pairs),
      cmocka_unit_test(way_that_ends_elsewhere_is_left_out),
      cmocka_unit_test(lanes_left_out_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
