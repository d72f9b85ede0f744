/** @file
 * Comparison: each rule's error falls with the nudge as theory says.
 */
#include "unit/xor_learner.h"

#include "learning/training/comparison.h"

static const epx_comparison *find(const epx_comparison *rows, int n_rows, const char *name,
                                  epx_scheme scheme) {
  for (int i = 0; i < n_rows; i++) {
    if (strcmp(rows[i].estimator->name, name) == 0 && rows[i].scheme == scheme) return &rows[i];
  }
  fail_msg("no row for %s", name);
  return NULL;
}

/* Exclusive or on phase oscillators: the inputs clamped at -pi/2 and pi/2. */
static xor_study create_phase_study(void) {
  xor_study x = {.n_instances = 1, .cost = {.kind = EPX_PHASE_COSINE, .off = -1, .on = 1}};
  const epx_task_spec task = {.name = "xor"};
  epx_network_spec network = {.family = epx_family_get_by_name("phase"),
                              .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 7},
                              .n_inputs = 2,
                              .input_scale = 1.5707963267948966,
                              .n_outputs = 1,
                              .readout = EPX_READ_PHASE,
                              .readout_scale = 1};
  network.value[0] = (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 1};
  network.value[1] = (epx_value){.kind = EPX_VALUE_DISTRIBUTION,
                                 .distribution = {.kind = EPX_UNIFORM, .low = 0.5, .high = 1}};
  network.value[2] = (epx_value){.kind = EPX_VALUE_DISTRIBUTION,
                                 .distribution = {.kind = EPX_UNIFORM, .low = -1, .high = 1}};
  assert_int_equal(epx_task_create(&task, 1, &x.task), EPX_OK);
  assert_int_equal(epx_network_create(&network, &x.network), EPX_OK);
  x.theta = create_numbers(x.network->n_theta);
  assert_int_equal(epx_network_eval_nominal(x.network, &network, 1, x.theta), EPX_OK);
  x.spec = (epx_learning_spec){.estimator = epx_estimator_get_by_name("plain"),
                               .nudging = {.beta = 0.02, .scheme = EPX_CENTERED},
                               .optimizer = {.kind = EPX_SGD, .rate = 0.1},
                               .train = {true, true, true},
                               .decay = 1};
  epx_equilibrium_init(&x.options);
  return x;
}

static int compare(const xor_study *x, double beta, epx_comparison *rows) {
  int n_rows = 0;
  const epx_nudging nudging = {.beta = beta};
  epx_learner *learner = create_xor_learner(x);
  assert_int_equal(epx_comparison_eval(learner, x->theta, &nudging, rows, &n_rows, NULL), EPX_OK);
  epx_learner_destroy(&learner);
  return n_rows;
}

static void errors_fall_with_the_order_of_the_scheme_on_phases(void **state) {
  (void)state;
  epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
  xor_study x = create_phase_study();
  const int n_rows = compare(&x, 0.002, rows);
  static const char *const rules[] = {"plain", "time-reversed"};
  for (int i = 0; i < 2; i++) {
    const epx_comparison *one = find(rows, n_rows, rules[i], EPX_ONE_SIDED);
    const epx_comparison *two = find(rows, n_rows, rules[i], EPX_CENTERED);
    assert_close(one->slope, 1, 0.05);
    assert_close(two->slope, 2, 0.1);
    assert_true(one->limit_error < 0.1 * one->error[2] && two->limit_error < 0.1 * two->error[2]);
    assert_int_equal(one->equilibria, 8);
    assert_int_equal(two->equilibria, 12);
    assert_int_equal(two->failures, 0);
  }
  assert_non_null(find(rows, n_rows, "phase-conjugate", EPX_ONE_SIDED)->refusal);
  assert_int_equal(n_rows, 16);
  destroy_xor_study(&x);
}

static void judges_agree(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
    xor_study x = i ? create_phase_study() : create_xor_study(1, "plain", 1);
    const int n_rows = compare(&x, 0.01, rows);
    const epx_comparison *exact = find(rows, n_rows, "backprop", EPX_ONE_SIDED);
    const epx_comparison *difference = find(rows, n_rows, "finite-difference", EPX_ONE_SIDED);
    assert_true(exact->difference_error < 1e-6 && exact->error[0] == 0 && exact->equilibria == 4);
    assert_true(difference->error[0] < 1e-6 && difference->difference_error == 0);
    assert_close(difference->cosine[0], 1, 1e-11);
    assert_true(isnan(exact->slope) && isnan(exact->beta[0]) && exact->n_betas == 1);
    destroy_xor_study(&x);
  }
}

static void bias_of_the_rule_is_told_from_that_of_the_nudge(void **state) {
  (void)state;
  epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
  xor_study x = create_xor_study(1, "plain", 1);
  const int n_rows = compare(&x, 0.01, rows);
  const epx_comparison *plain = find(rows, n_rows, "plain", EPX_CENTERED);
  const epx_comparison *reversed = find(rows, n_rows, "time-reversed", EPX_CENTERED);
  assert_true(plain->limit_error > 0.1 && plain->cosine[2] < 0.99 && fabs(plain->slope) < 0.1);
  assert_true(reversed->limit_error < 1e-4 && reversed->cosine[2] > 0.99999);
  assert_close(reversed->slope, 2, 0.1);
  assert_close(find(rows, n_rows, "time-reversed", EPX_ONE_SIDED)->slope, 1, 0.1);
  assert_int_equal(n_rows, 19);
  destroy_xor_study(&x);
}

/* The rows' numbers follow from the gradients that are given beside them. */
static void gradients_are_those_that_the_rows_are_of(void **state) {
  (void)state;
  epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
  int n_rows, exact = -1;
  xor_study x = create_xor_study(1, "plain", 1);
  epx_learner *learner = create_xor_learner(&x);
  const epx_nudging nudging = {.beta = 0.01};
  const size_t n = epx_learner_get_ensemble(learner)->network->n_theta;
  double *vector = NULL;
  assert_int_equal(EPX_ARRAY(vector, (1 + EPX_COMPARISON_MAX_ROWS) * n), EPX_OK);
  assert_int_equal(epx_comparison_eval(learner, x.theta, &nudging, rows, &n_rows, vector), EPX_OK);
  for (int i = 0; i < n_rows; i++)
    if (strcmp(rows[i].estimator->name, "backprop") == 0) exact = i;
  assert_true(exact >= 0);
  for (int i = 0; i < n_rows; i++) {
    const double *g = vector + (size_t)(i + 1) * n, *e = vector + (size_t)(exact + 1) * n;
    double gg = 0, ee = 0, ge = 0;
    for (size_t k = 0; k < n; k++) {
      gg += g[k] * g[k];
      ee += e[k] * e[k];
      ge += g[k] * e[k];
    }
    assert_true((gg == 0) == (rows[i].refusal != NULL));
    if (rows[i].refusal) continue;
    assert_close(rows[i].norm_ratio[0], sqrt(gg / ee), 1e-9 * sqrt(gg / ee));
    assert_close(rows[i].cosine[0], ge / sqrt(gg * ee), 1e-9);
  }
  epx_array_destroy(&vector);
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

static void impossible_comparisons_are_refused(void **state) {
  (void)state;
  static const struct {
    int n_instances;
    double beta;
  } cases[] = {{2, 0.1}, {1, 0}, {1, -0.1}, {1, NAN}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    xor_study x = create_xor_study(1, "plain", cases[i].n_instances);
    epx_learner *learner = create_xor_learner(&x);
    epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
    int n_rows;
    const epx_nudging nudging = {.beta = cases[i].beta};
    assert_int_equal(epx_comparison_eval(learner, x.theta, &nudging, rows, &n_rows, NULL), EPX_EINPUT);
    epx_learner_destroy(&learner);
    destroy_xor_study(&x);
  }
}

/* Read-out noise of sigma is a spread that grows as 1 / beta, costs convergence where it is large, and leaves
 * the other numbers as they are; rules that are computed have none. */
static void noise_spreads_gradients_as_one_over_beta(void **state) {
  (void)state;
  epx_comparison quiet[EPX_COMPARISON_MAX_ROWS], noisy[EPX_COMPARISON_MAX_ROWS];
  xor_study x = create_xor_study(1, "plain", 1);
  const int n_rows = compare(&x, 0.02, quiet);
  x.spec.hardware.reading.noise = 1e-3;
  compare(&x, 0.02, noisy);
  static const char *const rules[] = {"plain", "time-reversed", "holomorphic", "dyadic"};
  for (int i = 0; i < 4; i++) {
    const epx_scheme scheme = i < 2 ? EPX_CENTERED : EPX_ONE_SIDED;
    const epx_comparison *q = find(quiet, n_rows, rules[i], scheme),
                         *n = find(noisy, n_rows, rules[i], scheme);
    assert_close(n->spread[1] / n->spread[0], 2, 0.2);
    assert_close(n->spread[2] / n->spread[1], 2, 0.2);
    assert_close(q->spread[0], 0, 1e-6); /* the root of what rounding leaves */
    assert_true(q->cosine[0] == n->cosine[0] && q->error[2] == n->error[2]);
    assert_close(q->convergence[0], q->cosine[0] > 0 ? q->cosine[0] * q->cosine[0] : 0, 1e-9);
    assert_true(n->convergence[2] < q->convergence[2]);
  }
  assert_true(isnan(find(noisy, n_rows, "backprop", EPX_ONE_SIDED)->spread[0]));
  assert_close(find(noisy, n_rows, "backprop", EPX_ONE_SIDED)->convergence[0], 1, 1e-9);
  destroy_xor_study(&x);
}

/* Both parts of the bias: what stays is the rule's, what vanishes is the nudge's, and falls with its order.
 */
static void biases_that_stay_and_that_vanish_are_told_apart(void **state) {
  (void)state;
  epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
  xor_study x = create_xor_study(1, "plain", 1);
  const int n_rows = compare(&x, 0.004, rows);
  const epx_comparison *plain = find(rows, n_rows, "plain", EPX_CENTERED);
  const epx_comparison *reversed = find(rows, n_rows, "time-reversed", EPX_ONE_SIDED);
  assert_true(plain->limit_error > 0.1 && plain->vanishing[0] < 0.1 * plain->limit_error);
  assert_true(reversed->limit_error < 0.1 * reversed->vanishing[2]);
  assert_close(reversed->vanishing[0] / reversed->vanishing[1], 2, 0.1);
  assert_close(plain->vanishing[0] / plain->vanishing[1], 4, 0.2);
  destroy_xor_study(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_fall_with_the_order_of_the_scheme_on_phases),
      cmocka_unit_test(judges_agree),
      cmocka_unit_test(bias_of_the_rule_is_told_from_that_of_the_nudge),
      cmocka_unit_test(gradients_are_those_that_the_rows_are_of),
      cmocka_unit_test(impossible_comparisons_are_refused),
      cmocka_unit_test(noise_spreads_gradients_as_one_over_beta),
      cmocka_unit_test(biases_that_stay_and_that_vanish_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
