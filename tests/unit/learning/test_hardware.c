/** @file
 * Hardware: what is dead, what drifts, what the drive can say; and that all of it off is not there.
 */
#include "unit/settled_batch.h"

#include "learning/estimators/estimator_work.h"
#include "unit/xor_learner.h"

static void every_switch_off_leaves_every_bit(void **state) {
  (void)state;
  static const char *const rules[] = {"plain", "phase-conjugate", "holomorphic", "dyadic",
                                      "spsa",  "backprop"};
  for (int i = 0; i < 6; i++) {
    xor_study without = create_xor_study(1, rules[i], 2), with = create_xor_study(1, rules[i], 2);
    without.spec.epochs = with.spec.epochs = 4;
    with.spec.hardware =
        (epx_hardware_spec){.drive_range = 3,
                            .reading = {.power = 1, .reference = 1, .range = 1, .averages = 7},
                            .drift = {.parameter = 1},
                            .tuning = {.range = 1e-3, .isolation = 1}};
    epx_learner *a = create_xor_learner(&without), *b = create_xor_learner(&with);
    epx_learner_set_dead(b, with.theta);
    assert_int_equal(epx_learner_solve_training(a, without.theta, NULL), EPX_OK);
    assert_int_equal(epx_learner_solve_training(b, with.theta, NULL), EPX_OK);
    assert_memory_equal(with.theta, without.theta, 2 * with.network->n_theta * sizeof(double));
    epx_learner_destroy(&a);
    epx_learner_destroy(&b);
    destroy_xor_study(&without);
    destroy_xor_study(&with);
  }
}

static void dead_devices_neither_couple_nor_learn(void **state) {
  (void)state;
  enum { n = 8 };
  xor_study x = create_xor_study(1, "backprop", n);
  x.spec.epochs = 3;
  x.spec.hardware.dead = (epx_dead_spec){.nodes = 0.3, .links = 0.1};
  epx_learner *learner = create_xor_learner(&x);
  const epx_network *network = x.network;
  const int coupling = network->coupling, detuning = epx_family_get_parameter(network->family, "detuning");
  unsigned char alive[256];
  double *start = create_numbers(n * network->n_theta);
  epx_learner_set_dead(learner, x.theta);
  memcpy(start, x.theta, n * network->n_theta * sizeof *start);
  assert_int_equal(epx_learner_solve_training(learner, x.theta, NULL), EPX_OK);
  int n_dead_nodes = 0, n_dead_links = 0;
  for (uint32_t i = 0; i < n; i++) {
    const double *before = start + i * network->n_theta, *after = x.theta + i * network->n_theta;
    double *copy = create_numbers(network->n_theta);
    memcpy(copy, before, network->n_theta * sizeof *copy);
    n_dead_nodes += epx_hardware_eval_dead(&x.spec.hardware, network, 1, EPX_RANDOM_ANY, i, copy, alive);
    assert_memory_equal(copy, before, network->n_theta * sizeof *copy);
    for (size_t l = 0; l < network->topology->n_links; l++) {
      const size_t at = network->offset[coupling] + l;
      const epx_link ends = network->topology->links[l];
      const bool ends_live = alive[network->offset[detuning] + (size_t)ends.i] &&
                             alive[network->offset[detuning] + (size_t)ends.j];
      if (!ends_live) assert_true(!alive[at]);
      if (!alive[at]) assert_true(after[at] == 0 && before[at] == 0);
      n_dead_links += ends_live && !alive[at];
    }
    for (size_t k = network->offset[detuning]; k < network->offset[detuning] + 10; k++)
      if (!alive[k]) assert_true(after[k] == before[k]);
    epx_array_destroy(&copy);
  }
  assert_in_range(n_dead_nodes, 12, 38); /* 24 +- 3.2 sigma */
  assert_in_range(n_dead_links, 3, 40);  /* a tenth of about 180 */
  epx_array_destroy(&start);
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

/* The common part is the same for every node, and both have their variance; another phase is another draw. */
static void drift_has_its_variance(void **state) {
  (void)state;
  enum { n_draws = 4000 };
  xor_study x = create_xor_study(1, "backprop", 1);
  const int detuning = epx_family_get_parameter(x.network->family, "detuning");
  const epx_hardware_spec spec = {.drift = {.parameter = detuning, .common = 0.03, .local = 0.01}};
  double *theta = create_numbers(x.network->n_theta), own = 0, together = 0;
  double *at = theta + x.network->offset[detuning];
  for (uint32_t k = 0; k < n_draws; k++) {
    memset(theta, 0, x.network->n_theta * sizeof *theta);
    const epx_reading_key key = {.seed = 1, .step = k / 2, .read = k % 2};
    epx_hardware_add_drift(&spec, x.network, &key, 5, theta);
    own += at[0] * at[0] / n_draws;
    together += at[0] * at[9] / n_draws;
  }
  assert_close(own / (0.03 * 0.03 + 0.01 * 0.01), 1, 0.08);
  assert_close(together / (0.03 * 0.03), 1, 0.1);
  for (size_t k = 0; k < x.network->n_theta; k++)
    if (theta + k < at || theta + k >= at + 10) assert_true(theta[k] == 0);
  epx_array_destroy(&theta);
  destroy_xor_study(&x);
}

/* A drift of d in both phases' difference looks like a response of ds/ddetuning d / beta: the error goes as 1
 * / beta. */
static void drift_hurts_as_one_over_beta(void **state) {
  (void)state;
  const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  static const char *const rules[] = {"phase-conjugate", "holomorphic"};
  settled_batch b = create_random_batch("kerr", &cost, 1, 0.2);
  const size_t n = 2 * b.network->n_theta;
  epx_hardware_spec spec = {.drift = {.common = 1e-6}};
  spec.drift.parameter = epx_family_get_parameter(b.network->family, "detuning");
  for (int i = 0; i < 2; i++) {
    double error[2];
    for (int k = 0; k < 2; k++) {
      const double beta = k ? 0.01 : 0.02;
      double *ideal = create_numbers(n);
      epx_estimator_set_hardware(b.work, NULL);
      estimate_into(&b, rules[i], beta, EPX_CENTERED, ideal);
      epx_estimator_set_hardware(b.work, &spec);
      error[k] = eval_distance(n, estimate(&b, rules[i], beta, EPX_CENTERED), ideal) * eval_norm(n, ideal);
      epx_array_destroy(&ideal);
    }
    assert_close(error[1] / error[0], 2, 0.05);
  }
  destroy_batch(&b);
}

static void drive_has_its_levels(void **state) {
  (void)state;
  const epx_hardware_spec spec = {.drive_bits = 2, .drive_range = 3}; /* -3, -1, 1, 3 */
  double features[] = {-4, -1.4, 0.2, 2.7, 3};
  static const double expected[] = {-3, -1, 1, 3, 3};
  epx_hardware_eval_drive(&spec, 5, features);
  for (int k = 0; k < 5; k++)
    assert_close(features[k], expected[k], 1e-12);
  const epx_hardware_spec signs = {.drive_bits = 1, .drive_range = 1};
  double ends[] = {-1, 1};
  epx_hardware_eval_drive(&signs, 2, ends);
  assert_true(ends[0] == -1 && ends[1] == 1);
}

/* The same reads whether samples come in one chunk or one by one, the only instance or one of many. */
static void reads_do_not_depend_on_the_chunks(void **state) {
  (void)state;
  xor_study one = create_xor_study(1, "phase-conjugate", 1),
            many = create_xor_study(1, "phase-conjugate", 64);
  const epx_task_spec moons = {.name = "moons", .n_samples = 150, .constant = true};
  epx_task_destroy(&one.task);
  epx_task_destroy(&many.task);
  assert_int_equal(epx_task_create(&moons, 1, &one.task), EPX_OK);
  many.task = one.task;
  one.spec.hardware.reading.noise = many.spec.hardware.reading.noise = 1e-4;
  epx_learner *alone = create_xor_learner(&one), *together = create_xor_learner(&many);
  const size_t n = one.network->n_theta;
  double *a = create_numbers(n), *b = create_numbers(64 * n);
  const epx_nudging nudging = {.beta = 0.01, .scheme = EPX_CENTERED};
  assert_int_equal(epx_learner_eval_gradient(alone, one.spec.estimator, &nudging, one.theta, a), EPX_OK);
  assert_int_equal(epx_learner_eval_gradient(together, one.spec.estimator, &nudging, many.theta, b), EPX_OK);
  assert_close(eval_distance(n, b, a), 0, 1e-6);
  epx_array_destroy(&a);
  epx_array_destroy(&b);
  epx_learner_destroy(&alone);
  epx_learner_destroy(&together);
  many.task = NULL;
  destroy_xor_study(&one);
  destroy_xor_study(&many);
}

static void bad_descriptions_are_refused(void **state) {
  (void)state;
  const epx_hardware_spec bad[] = {{.drive_bits = 40},        {.drive_range = NAN},
                                   {.drift = {.common = -1}}, {.drift = {.parameter = 99}},
                                   {.dead = {.nodes = 1.5}},  {.dead = {.links = -0.1}}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(epx_hardware_check(&bad[i], epx_family_get_by_name("kerr")), EPX_EINPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_switch_off_leaves_every_bit),
      cmocka_unit_test(dead_devices_neither_couple_nor_learn),
      cmocka_unit_test(drift_has_its_variance),
      cmocka_unit_test(drift_hurts_as_one_over_beta),
      cmocka_unit_test(drive_has_its_levels),
      cmocka_unit_test(reads_do_not_depend_on_the_chunks),
      cmocka_unit_test(bad_descriptions_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
