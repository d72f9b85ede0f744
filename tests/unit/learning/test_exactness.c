/** @file
 * Exactness: on every family that is built in, the rules that are exact by design give the gradient of
 * implicit differentiation, plain does so where there is nothing but an energy, and what a rule cannot do it
 * refuses with a remedy.
 */
#include "unit/settled_batch.h"

static const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = -0.2, .on = 0.4};

/** Light enough to lock a laser, too little to make a silicon ring pulse. */
static double get_drive(const epx_family *family) {
  return family->coupling_spread > 100 ? 0.3 * family->input_scale : 1;
}

/** A network of four nodes near its family's defaults; all parameters drawn, or those trained by default
 * alone. */
static settled_batch create_near_defaults(const epx_family *family, bool all) {
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 4},
                                 .n_inputs = 1,
                                 .input_scale = 0.7 * get_drive(family),
                                 .n_outputs = 2,
                                 .readout = family->readout,
                                 .readout_scale = 1};
  settled_batch b = create_batch(&spec, &cost, 1e-13, 2, 3, 2);
  double *theta = create_numbers(2 * b.network->n_theta), features[3];
  fill("theta", 2 * b.network->n_theta, theta);
  fill("features", 3, features);
  for (size_t k = 0; k < 2 * b.network->n_theta; k++) {
    const size_t at = k % b.network->n_theta;
    int p = family->n_parameters - 1;
    while (at < b.network->offset[p])
      p--;
    const epx_parameter *parameter = &family->parameters[p];
    double size = parameter->trained ? 0.5 : all ? 0.05 : 0;
    if (p == b.network->coupling) size = 0.6 * family->coupling_spread;
    if (strcmp(parameter->name, "bias") == 0) theta[k] = (2 + 0.5 * theta[k]) * get_drive(family);
    theta[k] = fmin(fmax(parameter->fallback + size * theta[k], parameter->low), parameter->high);
  }
  family->set_start(b.lanes, 1, b.state);
  const int n_settled = settle(&b, theta, features);
  if (n_settled != 6) fail_msg("family %s: %d of 6 lanes settled", family->name, n_settled);
  epx_array_destroy(&theta);
  b.batch.key.seed = 1;
  return b;
}

/** Evaluates a rule's limit for small nudges: two centred ones, of error O(beta^2), made one of O(beta^4). */
static double *create_limit(settled_batch *b, const char *rule) {
  const bool fast = b->network->family->coupling_spread > 100; /* rates in 1/us, energies in pJ */
  const double beta = 2e-5 * (fast ? 1e5 : 1);
  const size_t n = 2 * b->network->n_theta;
  double *limit = create_numbers(n), *wide = create_numbers(n);
  estimate_into(b, rule, beta, EPX_CENTERED, limit);
  estimate_into(b, rule, 2 * beta, EPX_CENTERED, wide);
  for (size_t k = 0; k < n; k++)
    limit[k] = (4 * limit[k] - wide[k]) / 3;
  epx_array_destroy(&wide);
  return limit;
}

static void exact_rules_agree_with_implicit_differentiation(void **state) {
  static const char *const rules[] = {"dyadic", "time-reversed", "unrolled"};
  (void)state;
  for (int i = 0; epx_family_get(i); i++) {
    settled_batch b = create_near_defaults(epx_family_get(i), true);
    const size_t n = 2 * b.network->n_theta;
    double *exact = create_numbers(n);
    estimate_into(&b, "backprop", 0, EPX_CENTERED, exact);
    assert_true(eval_norm(n, exact) > 0);
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
      if (epx_estimator_get_by_name(rules[k])->get_refusal(epx_family_get(i))) continue;
      double *estimated = create_limit(&b, rules[k]);
      if (!(eval_distance(n, estimated, exact) < 1e-6))
        fail_msg("family %s, %s: error %g", epx_family_get(i)->name, rules[k],
                 eval_distance(n, estimated, exact));
      epx_array_destroy(&estimated);
    }
    assert_int_equal(epx_estimator_get_failures(b.work), 0);
    epx_array_destroy(&exact);
    destroy_batch(&b);
  }
}

/** Tells whether the response is symmetric at the free states. */
static bool is_reciprocal(const settled_batch *b) {
  const size_t n = (size_t)b->network->n_state * (size_t)b->lanes->n_lanes;
  double *v = create_numbers(n), *out = create_numbers(n), largest = 0;
  fill("v", n, v);
  if (b->network->family->eval_antisymmetric)
    b->network->family->eval_antisymmetric(b->lanes, b->state, v, out);
  for (size_t k = 0; k < n; k++)
    largest = fmax(largest, fabs(out[k]));
  epx_array_destroy(&v);
  epx_array_destroy(&out);
  return largest == 0;
}

/** Of the trained parameters' part, that of others may be missing: an energy does not know what turns. */
static void plain_is_exact_where_the_response_is_reciprocal(void **state) {
  (void)state;
  int n_reciprocal = 0;
  for (int i = 0; epx_family_get(i); i++) {
    const epx_family *family = epx_family_get(i);
    settled_batch b = create_near_defaults(family, false);
    double *exact = create_numbers(2 * b.network->n_theta);
    double up = 0, down = 0;
    estimate_into(&b, "backprop", 0, EPX_CENTERED, exact);
    double *estimated = create_limit(&b, "plain");
    for (int p = 0; p < family->n_parameters; p++) {
      for (size_t k = b.network->offset[p]; k < b.network->offset[p] + b.network->count[p]; k++) {
        up += family->parameters[p].trained ? (estimated[k] - exact[k]) * (estimated[k] - exact[k]) : 0;
        down += family->parameters[p].trained ? exact[k] * exact[k] : 0;
      }
    }
    n_reciprocal += is_reciprocal(&b);
    if (is_reciprocal(&b) && !(sqrt(up / down) < 1e-6))
      fail_msg("%s: error %g", family->name, sqrt(up / down));
    epx_array_destroy(&estimated);
    epx_array_destroy(&exact);
    destroy_batch(&b);
  }
  assert_true(n_reciprocal >= 4);
}

static void every_rule_works_or_names_a_remedy(void **state) {
  (void)state;
  for (int i = 0; epx_family_get(i); i++) {
    settled_batch b = create_near_defaults(epx_family_get(i), true);
    for (int k = 0; epx_estimator_get(k); k++) {
      const epx_estimator *rule = epx_estimator_get(k);
      const char *refusal = rule->get_refusal(epx_family_get(i));
      if (refusal) {
        assert_non_null(strstr(refusal, "use "));
        continue;
      }
      const epx_nudging nudging = {.beta = 1e-3, .scheme = EPX_CENTERED, .penalty = 0.01};
      const double *estimated = estimate_by(&b, rule->name, &nudging);
      for (size_t at = 0; at < 2 * b.network->n_theta; at++)
        assert_true(isfinite(estimated[at]));
    }
    destroy_batch(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_rules_agree_with_implicit_differentiation),
      cmocka_unit_test(plain_is_exact_where_the_response_is_reciprocal),
      cmocka_unit_test(every_rule_works_or_names_a_remedy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
