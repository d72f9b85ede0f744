/** @file
 * Estimators: the reference cases of the literature, exactness where it is claimed, refusals, and what
 * happens to lanes whose learning phase is lost.
 */
#include "unit/linear_family.h"
#include "unit/settled_batch.h"

static void every_estimator_is_found_by_its_name(void **state) {
  (void)state;
  int n = 0;
  for (; epx_estimator_get(n); n++) {
    assert_ptr_equal(epx_estimator_get_by_name(epx_estimator_get(n)->name), epx_estimator_get(n));
    assert_null(epx_estimator_get(n)->get_refusal(epx_family_get_by_name("kerr")));
    assert_true(!epx_estimator_get(n)->own_scheme || epx_estimator_get(n)->nudged);
  }
  assert_true(n >= 14);
  assert_null(epx_estimator_get_by_name("forward"));
}

/* The row and the struct say the same of a rule. */
static void rows_of_rules_are_true(void **state) {
  (void)state;
  static const struct {
    const char *name, *kind;
  } rows[] = {
#define EPX_ESTIMATOR(NAME, text, kind) {text, #kind},
#include "learning/estimators/estimators.def"
#undef EPX_ESTIMATOR
  };
  for (int i = 0; epx_estimator_get(i); i++) {
    assert_string_equal(rows[i].name, epx_estimator_get(i)->name);
    assert_string_equal(rows[i].kind, epx_estimator_get(i)->computed ? "COMPUTED" : "MEASURED");
  }
}

static void phase_conjugation_is_refused_where_there_is_no_conjugate(void **state) {
  (void)state;
  const epx_family *phase = epx_family_get_by_name("phase");
  const char *refusal = epx_estimator_get_by_name("phase-conjugate")->get_refusal(phase);
  assert_non_null(refusal);
  assert_non_null(strstr(refusal, "time-reversed"));
}

/* E = 1/2 s^2 - theta s, C = 1/2 (s - t)^2: s(beta) = (theta + beta t)/(1 + beta). One-sided (theta - t)/(1 +
 * beta), centred (theta - t)/(1 - beta^2), exact theta - t. */
static void scalar_energy_gives_the_closed_forms(void **state) {
  (void)state;
  const epx_family scalar = get_scalar_family();
  const epx_network_spec spec = {.family = &scalar,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = -0.3};
  static const struct {
    const char *name;
    double beta;
    epx_scheme scheme;
    double expected;
  } cases[] = {{"plain", 0.1, EPX_ONE_SIDED, 1 / 1.1},
               {"plain", 0.1, EPX_CENTERED, 1 / 0.99},
               {"plain", 0.02, EPX_ONE_SIDED, 1 / 1.02},
               {"plain", 0.02, EPX_CENTERED, 1 / 0.9996},
               {"time-reversed", 0.1, EPX_ONE_SIDED, 1 / 1.1},
               {"time-reversed", 0.1, EPX_CENTERED, 1 / 0.99},
               {"backprop", 0, EPX_ONE_SIDED, 1},
               {"finite-difference", 0, EPX_ONE_SIDED, 1}};
  settled_batch b = create_batch(&spec, &cost, 1e-14, 1, 1, 1);
  for (int lane = 0; lane < b.lanes->n_lanes; lane++)
    b.label[lane] = 1;
  assert_int_equal(settle(&b, &(double){0.7}, &(double){0}), 1);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_close(estimate(&b, cases[i].name, cases[i].beta, cases[i].scheme)[0], cases[i].expected, 1e-12);
  destroy_batch(&b);
}

/* Six phase oscillators, two of them clamped. States, gradient and errors from an independent program (Newton
 * in double precision), to the digits it prints. */
static settled_batch create_six_phases(const epx_cost *cost) {
  static const int inputs[] = {0, 1}, outputs[] = {5};
  static const double features[] = {1.5707963267948966, -1.5707963267948966};
  const epx_network_spec spec = {.family = epx_family_get_by_name("phase"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 6},
                                 .n_inputs = 2,
                                 .input_nodes = inputs,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .output_nodes = outputs,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  settled_batch b = create_batch(&spec, cost, 1e-13, 1, 1, 1);
  double *theta = create_numbers(b.network->n_theta);
  const epx_family *family = b.network->family;
  double *W = theta + b.network->offset[b.network->coupling];
  for (size_t l = 0; l < b.network->topology->n_links; l++) {
    const epx_link link = b.network->topology->links[l]; /* i < j here, i > j in the formula */
    W[l] = cos(1.7 * link.j + 2.3 * link.i);
  }
  for (int i = 0; i < 6; i++) {
    theta[b.network->offset[epx_family_get_parameter(family, "field")] + (size_t)i] = 0.5 + 0.1 * i;
    theta[b.network->offset[epx_family_get_parameter(family, "field_phase")] + (size_t)i] = 0.3 * i - 0.7;
  }
  for (int i = 0; i < 4; i++) {
    for (int lane = 0; lane < b.lanes->n_lanes; lane++)
      b.state[i * b.lanes->n_lanes + lane] = 0.1 * (i + 1);
  }
  for (int lane = 0; lane < b.lanes->n_lanes; lane++)
    b.label[lane] = 1;
  assert_int_equal(settle(&b, theta, features), 1);
  epx_array_destroy(&theta);
  return b;
}

static void six_phases_settle_where_they_should(void **state) {
  (void)state;
  static const double expected[] = {-1.0401843, 1.7158041, 1.0280217, -0.6056409};
  const epx_cost cost = {.kind = EPX_PHASE_COSINE, .off = 0, .on = 0.9};
  settled_batch b = create_six_phases(&cost);
  for (int i = 0; i < 4; i++)
    assert_close(b.state[i * b.lanes->n_lanes], expected[i], 6e-8);
  const double *W = estimate(&b, "backprop", 0, EPX_ONE_SIDED) + b.network->offset[b.network->coupling];
  assert_close(eval_norm(b.network->topology->n_links, W), 1.3196021, 6e-8);
  destroy_batch(&b);
}

static void errors_of_six_phases_are_the_published_ones(void **state) {
  (void)state;
  static const struct {
    double beta, error[2]; /* one-sided, centred */
  } cases[] = {{0.1, {7.883e-2, 1.396e-2}},
               {0.05, {4.199e-2, 3.377e-3}},
               {0.025, {2.172e-2, 8.377e-4}},
               {0.0125, {1.105e-2, 2.090e-4}},
               {0.00625, {5.577e-3, 5.223e-5}}};
  const epx_cost cost = {.kind = EPX_PHASE_COSINE, .off = 0, .on = 0.9};
  settled_batch b = create_six_phases(&cost);
  const size_t n = b.network->topology->n_links, at = b.network->offset[b.network->coupling];
  double *exact = create_numbers(b.network->n_theta), error[2][5];
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
  for (int i = 0; i < 5; i++) {
    for (int scheme = 0; scheme < 2; scheme++) {
      const double *g = estimate(&b, "plain", cases[i].beta, (epx_scheme)scheme);
      error[scheme][i] = eval_distance(n, g + at, exact + at);
      assert_close(error[scheme][i] / cases[i].error[scheme], 1, 5e-4);
    }
  }
  assert_close(log2(error[0][3] / error[0][4]), 1, 0.03);
  assert_close(log2(error[1][3] / error[1][4]), 2, 0.03);
  assert_int_equal(epx_estimator_get_failures(b.work), 0);
  epx_array_destroy(&exact);
  destroy_batch(&b);
}

static settled_batch create_linear(const epx_cost *cost, const double theta[2]) {
  const epx_network_spec spec = {.family = &linear_family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 2},
                                 .n_outputs = 2,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  settled_batch b = create_batch(&spec, cost, 1e-14, 1, 1, 1);
  for (int lane = 0; lane < b.lanes->n_lanes; lane++)
    b.label[lane] = 1;
  double *all = create_numbers(b.network->n_theta);
  memcpy(all + b.network->offset[1], theta, 2 * sizeof(double));
  assert_int_equal(settle(&b, all, &(double){0}), 1);
  epx_array_destroy(&all);
  return b;
}

/* ds/dt = J s + theta, C = 1/2 |s - t|^2: the exact gradient is -J^-T (s - t), the plain rule's -J^-1 (s -
 * t). */
static void non_conservative_field_needs_time_reversal(void **state) {
  (void)state;
  static const double J[] = {-2, 1, 0, -1}, theta[] = {0.3, -0.2};
  static const struct {
    const char *name;
    double expected[2];
  } cases[] = {{"backprop", {0.225, -0.675}},
               {"finite-difference", {0.225, -0.675}},
               {"time-reversed", {0.225, -0.675}},
               {"plain", {-0.225, -0.9}}};
  memcpy(linear_matrix, J, sizeof J);
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = -0.4, .on = 0.7}; /* label 1: t = (-0.4, 0.7) */
  settled_batch b = create_linear(&cost, theta);
  assert_close(b.state[0], 0.05, 1e-14);
  assert_close(b.state[b.lanes->n_lanes], -0.2, 1e-14);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double *g = estimate(&b, cases[i].name, 1e-4, EPX_CENTERED) + b.network->offset[1];
    assert_close(g[0], cases[i].expected[0], 1e-6);
    assert_close(g[1], cases[i].expected[1], 1e-6);
  }
  destroy_batch(&b);
}

/* J = -[[1, -w], [w, 1]]: cosine (1 - w^2)/(1 + w^2). */
static void rotation_turns_the_plain_gradient(void **state) {
  (void)state;
  static const double cases[][2] = {{0.5, 0.6}, {1, 0}, {2, -0.6}};
  static const double theta[] = {0.3, -0.2};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = -0.4, .on = 0.7};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double w = cases[i][0], J[] = {-1, w, -w, -1};
    memcpy(linear_matrix, J, sizeof J);
    settled_batch b = create_linear(&cost, theta);
    double exact[3], plain[3], reversed[3];
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    estimate_into(&b, "plain", 1e-4, EPX_CENTERED, plain);
    estimate_into(&b, "time-reversed", 1e-4, EPX_CENTERED, reversed);
    assert_close(eval_cosine(2, plain + 1, exact + 1), cases[i][1], 1e-6);
    assert_close(eval_distance(2, reversed + 1, exact + 1), 0, 1e-6);
    destroy_batch(&b);
  }
}

static const epx_cost softmax = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0},
                      squares = {.kind = EPX_SQUARED_ERROR, .off = -1, .on = 1};

static void backprop_agrees_with_finite_differences(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    settled_batch b = create_random_batch(i ? "phase" : "kerr", i ? &squares : &softmax, 0.8, 0.2);
    const size_t n = 2 * b.network->n_theta;
    double *exact = create_numbers(n);
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    assert_close(eval_distance(n, estimate(&b, "finite-difference", 0, EPX_ONE_SIDED), exact), 0, 1e-6);
    epx_array_destroy(&exact);
    destroy_batch(&b);
  }
}

static void time_reversal_is_exact_for_a_small_nudge(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    settled_batch b = create_random_batch(i ? "phase" : "kerr", i ? &squares : &softmax, 0.8, 0.2);
    const size_t n = 2 * b.network->n_theta;
    double *exact = create_numbers(n);
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    const double *g = estimate(&b, "time-reversed", 1e-5, EPX_CENTERED);
    assert_close(eval_distance(n, g, exact), 0, 1e-6);
    epx_array_destroy(&exact);
    destroy_batch(&b);
  }
}

static void finite_differences_leave_the_lanes_as_found(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  double *before = create_numbers(2 * b.network->n_theta), *after = create_numbers(2 * b.network->n_theta);
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, before);
  estimate(&b, "finite-difference", 0, EPX_ONE_SIDED);
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, after);
  assert_memory_equal(before, after, 2 * b.network->n_theta * sizeof(double));
  epx_array_destroy(&before);
  epx_array_destroy(&after);
  destroy_batch(&b);
}

/* M' = K M K when kerr = 0, at any loss. */
static void phase_conjugation_is_exact_for_linear_resonators(void **state) {
  (void)state;
  static const double losses[] = {0.1, 0.5, 1, 4};
  for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
    settled_batch b = create_random_batch("kerr", &softmax, losses[i], 0);
    const size_t n = b.network->offset[epx_family_get_parameter(b.network->family, "loss")];
    double *exact = create_numbers(2 * b.network->n_theta);
    estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
    const double *g = estimate(&b, "phase-conjugate", 1e-2, EPX_CENTERED);
    assert_close(eval_cosine(n, g, exact), 1, 1e-8);
    assert_close(eval_norm(n, g) / eval_norm(n, exact), 1, 1e-8);
    assert_true(eval_cosine(n, estimate(&b, "plain", 1e-4, EPX_CENTERED), exact) < 0.999999);
    epx_array_destroy(&exact);
    destroy_batch(&b);
  }
}

/* One Kerr ring just below its jump-up (detuning 3, X = 5.08 < 5.0887 of the turning point): a small nudge
 * stays on the lower branch, a large one kicks it to the upper branch, where it stays when released. */
static void phase_that_leaves_the_basin_is_counted_and_left_out(void **state) {
  (void)state;
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_inputs = 1,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 20};
  const double features[] = {sqrt(4.5), 0.5}; /* the second sample is far from any fold */
  const epx_family *family = spec.family;
  settled_batch b = create_batch(&spec, &cost, 1e-12, 1, 2, 1);
  double *theta = create_numbers(b.network->n_theta);
  theta[b.network->offset[epx_family_get_parameter(family, "loss")]] = 2;
  theta[b.network->offset[epx_family_get_parameter(family, "kerr")]] = 1;
  theta[b.network->offset[epx_family_get_parameter(family, "detuning")]] = -3;
  for (int lane = 0; lane < b.lanes->n_lanes; lane++)
    b.label[lane] = 1;
  family->set_start(b.lanes, 1, b.state);
  assert_int_equal(settle(&b, theta, features), 2);
  estimate(&b, "phase-conjugate", 1e-4, EPX_ONE_SIDED);
  assert_int_equal(epx_estimator_get_lanes(b.work, 0), 2);
  const double together = b.gradient[b.network->offset[1]];
  estimate(&b, "phase-conjugate", 0.1, EPX_ONE_SIDED);
  assert_int_equal(epx_estimator_get_failures(b.work), 1);
  assert_int_equal(epx_estimator_get_lanes(b.work, 0), 1);
  const double left = b.gradient[b.network->offset[1]];
  b.weight[0] = 0;
  b.weight[1] = 1;
  assert_close(estimate(&b, "phase-conjugate", 0.1, EPX_ONE_SIDED)[b.network->offset[1]], left, 1e-9);
  assert_true(fabs(left) < 0.5 * fabs(together));
  epx_array_destroy(&theta);
  destroy_batch(&b);
}

/* A scalar pushed away by more than its restoring force: the nudged phase runs off. */
static void nudge_beyond_the_restoring_force_diverges_and_is_counted(void **state) {
  (void)state;
  const epx_family scalar = get_scalar_family();
  const epx_network_spec spec = {.family = &scalar,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = -0.3};
  settled_batch b = create_batch(&spec, &cost, 1e-12, 1, 1, 1);
  assert_int_equal(settle(&b, &(double){0.7}, &(double){0}), 1);
  assert_close(estimate(&b, "plain", 1.5, EPX_CENTERED)[0], 0, 0);
  assert_int_equal(epx_estimator_get_failures(b.work), 1);
  assert_int_equal(epx_estimator_get_lanes(b.work, 0), 0);
  destroy_batch(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_estimator_is_found_by_its_name),
      cmocka_unit_test(rows_of_rules_are_true),
      cmocka_unit_test(phase_conjugation_is_refused_where_there_is_no_conjugate),
      cmocka_unit_test(scalar_energy_gives_the_closed_forms),
      cmocka_unit_test(six_phases_settle_where_they_should),
      cmocka_unit_test(errors_of_six_phases_are_the_published_ones),
      cmocka_unit_test(non_conservative_field_needs_time_reversal),
      cmocka_unit_test(rotation_turns_the_plain_gradient),
      cmocka_unit_test(backprop_agrees_with_finite_differences),
      cmocka_unit_test(time_reversal_is_exact_for_a_small_nudge),
      cmocka_unit_test(finite_differences_leave_the_lanes_as_found),
      cmocka_unit_test(phase_conjugation_is_exact_for_linear_resonators),
      cmocka_unit_test(phase_that_leaves_the_basin_is_counted_and_left_out),
      cmocka_unit_test(nudge_beyond_the_restoring_force_diverges_and_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
