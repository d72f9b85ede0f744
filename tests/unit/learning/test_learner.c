/** @file
 * Learner: exclusive or is learned, with the same bits every time; what stops, what fails and what is
 * refused.
 */
#include "unit/settled_batch.h"
#include "unit/xor_learner.h"

/* Trains a copy of the study's theta; returns it. curves may be NULL. */
static double *train(const xor_study *x, epx_learner *learner, epx_curves *curves) {
  const size_t n = (size_t)x->n_instances * x->network->n_theta;
  double *theta = create_numbers(n);
  memcpy(theta, x->theta, n * sizeof *theta);
  assert_int_equal(epx_learner_solve_training(learner, theta, curves), EPX_OK);
  return theta;
}

/* An independent program reached loss < 0.02 after 14, 33 and 23 epochs with exact gradients, after 30, 41
 * and 28 with phase-conjugate ones, at loss 1; the plain rule ended above 0.5. */
static void exclusive_or_is_learned_at_high_loss(void **state) {
  (void)state;
  static const char *const rules[] = {"backprop", "phase-conjugate"};
  for (int i = 0; i < 2; i++) {
    xor_study x = create_xor_study(1, rules[i], 8);
    x.spec.target_loss = 0.02;
    epx_learner *learner = create_xor_learner(&x);
    double *theta = train(&x, learner, NULL);
    epx_performance performance[8];
    int n_solved = 0;
    assert_int_equal(epx_learner_eval_performance(learner, theta, EPX_PART_TEST, true, performance), EPX_OK);
    for (int k = 0; k < 8; k++) {
      assert_int_equal(performance[k].n_samples, 4);
      assert_true(performance[k].abscissa < 0 || performance[k].outcome != EPX_OK);
      n_solved += performance[k].accuracy == 1 && performance[k].loss < 0.02;
    }
    assert_true(n_solved >= 7);
    epx_array_destroy(&theta);
    epx_learner_destroy(&learner);
    destroy_xor_study(&x);
  }
}

static void training_twice_gives_the_same_bits(void **state) {
  (void)state;
  xor_study x = create_xor_study(0.5, "plain", 4);
  x.spec.epochs = 12;
  x.spec.batch = 3;
  double loss[2][48];
  epx_curves curves[] = {{.loss = loss[0]}, {.loss = loss[1]}};
  epx_learner *learner = create_xor_learner(&x), *other = create_xor_learner(&x);
  const size_t size = 4 * x.network->n_theta * sizeof(double);
  double *first = train(&x, learner, &curves[0]), *again = train(&x, learner, &curves[1]);
  double *apart = train(&x, other, NULL);
  assert_memory_equal(first, again, size);
  assert_memory_equal(first, apart, size);
  assert_memory_equal(loss[0], loss[1], sizeof loss[0]);
  assert_memory_not_equal(first, x.theta, size);
  epx_array_destroy(&first);
  epx_array_destroy(&again);
  epx_array_destroy(&apart);
  epx_learner_destroy(&learner);
  epx_learner_destroy(&other);
  destroy_xor_study(&x);
}

static void what_is_not_trained_stays(void **state) {
  (void)state;
  xor_study x = create_xor_study(1, "backprop", 2);
  x.spec.epochs = 3;
  epx_learner *learner = create_xor_learner(&x);
  double *theta = train(&x, learner, NULL);
  for (size_t k = 0; k < 2 * x.network->n_theta; k++) {
    const size_t own = k % x.network->n_theta;
    bool trained = false;
    for (int p = 0; p < x.network->family->n_parameters; p++) {
      if (own >= x.network->offset[p] && own < x.network->offset[p] + x.network->count[p])
        trained = x.spec.train[p];
    }
    assert_true((theta[k] != x.theta[k]) == trained);
  }
  epx_array_destroy(&theta);
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

static void stopped_instance_rests_and_the_others_go_on(void **state) {
  (void)state;
  enum { n_epochs = 40, n = 4 };
  xor_study x = create_xor_study(1, "phase-conjugate", n);
  x.spec.epochs = n_epochs;
  double loss[2][n * n_epochs], norm[n * n_epochs];
  epx_curves curves[] = {{.loss = loss[0]}, {.loss = loss[1], .gradient_norm = norm}};
  epx_learner *without = create_xor_learner(&x);
  double *unstopped = train(&x, without, &curves[0]);
  x.spec.target_loss = 0.1;
  epx_learner *learner = create_xor_learner(&x);
  double *theta = train(&x, learner, &curves[1]);
  int n_stopped = 0;
  for (int i = 0; i < n; i++) {
    int stop = n_epochs;
    for (int e = 0; e < n_epochs; e++) {
      const double was = loss[0][i * n_epochs + e], is = loss[1][i * n_epochs + e];
      if (e <= stop) assert_close(is, was, 1e-6);
      assert_true(isnan(is) == (e > stop) && isnan(norm[i * n_epochs + e]) == (e > stop));
      if (stop == n_epochs && was < 0.1) stop = e;
    }
    const size_t at = (size_t)i * x.network->n_theta;
    assert_true((eval_distance(x.network->n_theta, theta + at, unstopped + at) < 1e-6) ==
                (stop >= n_epochs - 1));
    n_stopped += stop < n_epochs;
  }
  assert_in_range(n_stopped, 1, n);
  assert_true(epx_learner_get_counts(learner).steps < epx_learner_get_counts(without).steps);
  epx_array_destroy(&theta);
  epx_array_destroy(&unstopped);
  epx_learner_destroy(&learner);
  epx_learner_destroy(&without);
  destroy_xor_study(&x);
}

/* 64 instances settle two samples at once, one instance many: the same mean all the same. */
static void gradient_does_not_depend_on_the_chunks(void **state) {
  (void)state;
  xor_study one = create_xor_study(1, "backprop", 1), many = create_xor_study(1, "backprop", 64);
  const epx_task_spec spec = {
      .name = "moons", .n_samples = 150, .constant = true, .scaling = EPX_SCALE_SYMMETRIC};
  epx_task_destroy(&one.task);
  assert_int_equal(epx_task_create(&spec, 1, &one.task), EPX_OK);
  epx_task_destroy(&many.task);
  many.task = one.task;
  epx_learner *alone = create_xor_learner(&one), *together = create_xor_learner(&many);
  const size_t n = one.network->n_theta;
  double *a = create_numbers(n), *b = create_numbers(64 * n);
  const epx_nudging nudging = {.beta = 0.01, .scheme = EPX_CENTERED};
  const epx_estimator *rule = epx_estimator_get_by_name("phase-conjugate");
  assert_int_equal(epx_learner_eval_gradient(alone, rule, &nudging, one.theta, a), EPX_OK);
  assert_int_equal(epx_learner_eval_gradient(together, rule, &nudging, many.theta, b), EPX_OK);
  assert_close(eval_distance(n, b, a), 0, 1e-6);
  assert_true(eval_norm(n, a) > 0);
  epx_array_destroy(&a);
  epx_array_destroy(&b);
  epx_learner_destroy(&alone);
  epx_learner_destroy(&together);
  many.task = NULL;
  destroy_xor_study(&one);
  destroy_xor_study(&many);
}

static void networks_that_do_not_settle_are_wrong_and_keep_their_parameters(void **state) {
  (void)state;
  xor_study x = create_xor_study(1, "plain", 2);
  x.spec.epochs = 2;
  x.options.max_time = 1e-3;
  double loss[4];
  epx_curves curves = {.loss = loss};
  epx_learner *learner = create_xor_learner(&x);
  double *theta = train(&x, learner, &curves);
  assert_memory_equal(theta, x.theta, 2 * x.network->n_theta * sizeof(double));
  epx_performance performance[2];
  assert_int_equal(epx_learner_eval_performance(learner, theta, EPX_PART_TRAIN, true, performance), EPX_OK);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(performance[i].outcome, EPX_SLOW);
    assert_int_equal(performance[i].n_samples, 4);
    assert_int_equal(performance[i].n_settled, 0);
    assert_true(performance[i].accuracy == 0);
    assert_true(isnan(performance[i].abscissa) && isnan(performance[i].power));
    const double ignorance = epx_cost_eval_ignorance(&x.cost, x.network->n_outputs, 2, x.task->n_train,
                                                     x.task->train, x.task->labels);
    assert_close(performance[i].loss, ignorance, 1e-15);
    assert_close(loss[2 * i], ignorance, 1e-15);
    assert_close(epx_learner_get_skipped(learner, i), 1, 0);
  }
  epx_array_destroy(&theta);
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

static void performance_is_measured_at_certified_equilibria(void **state) {
  (void)state;
  xor_study x = create_xor_study(1, "backprop", 3);
  epx_learner *learner = create_xor_learner(&x);
  epx_performance with[3], without[3];
  epx_learner_set_settling(learner, true);
  assert_int_equal(epx_learner_eval_performance(learner, x.theta, EPX_PART_TEST, true, with), EPX_OK);
  epx_learner_set_settling(learner, false);
  assert_int_equal(epx_learner_eval_performance(learner, x.theta, EPX_PART_TEST, false, without), EPX_OK);
  for (int i = 0; i < 3; i++) {
    assert_true(with[i].residual <= 10 * x.options.tolerance); /* before the last step, which is within it */
    assert_true(with[i].settling_time > 0 && isnan(without[i].settling_time));
    assert_close(with[i].power, 3 * 0.64, 1e-12); /* three drives of 0.8 in every sample */
    assert_true(isnan(without[i].abscissa));
    assert_true(with[i].loss == without[i].loss && with[i].accuracy == without[i].accuracy);
  }
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

/* Each case spoils one thing. */
static void impossible_learners_are_refused(void **state) {
  (void)state;
  for (int i = 0; i < 11; i++) {
    xor_study x = create_xor_study(1, "backprop", 1);
    epx_learner *learner = NULL;
    const int kerr = epx_family_get_parameter(x.network->family, "kerr");
    const int rings = x.network->n_inputs;
    if (i == 1) x.spec.batch = 5;
    if (i == 2) x.spec.batch = -1;
    if (i == 3) x.spec.train[kerr] = true;
    if (i == 4) memset(x.spec.train, 0, sizeof x.spec.train);
    if (i == 5) x.network->n_inputs = 2;
    if (i == 6) x.task->n_classes = 3;
    if (i == 7) x.spec.decay = 0;
    if (i == 8) x.spec.epochs = -1;
    if (i == 9) x.spec.target_loss = NAN;
    if (i == 10) {
      x.spec.estimator = epx_estimator_get_by_name("plain");
      x.spec.nudging.beta = 0;
    }
    const int code = epx_learner_create(x.network, x.task, &x.cost, &x.spec, &x.options, 1, 1, &learner);
    if (code != (i == 0 ? EPX_OK : EPX_EINPUT)) fail_msg("case %d gives %d", i, code);
    assert_true((learner != NULL) == (i == 0));
    x.network->n_inputs = rings;
    epx_learner_destroy(&learner);
    destroy_xor_study(&x);
  }
}

/** No sample settles in so short a time: after one epoch that is known, and no later one is paid for. */
static void instance_that_settles_nowhere_stops_after_an_epoch(void **state) {
  (void)state;
  enum { n_epochs = 50, n = 2 };
  xor_study x = create_xor_study(1, "phase-conjugate", n);
  x.options.max_time = 1e-3;
  x.spec.epochs = n_epochs;
  double accuracy[n * n_epochs];
  epx_curves curves = {.accuracy = accuracy};
  epx_learner *learner = create_xor_learner(&x);
  double *theta = train(&x, learner, &curves);
  x.spec.epochs = 1;
  epx_learner *brief = create_xor_learner(&x);
  double *same = train(&x, brief, NULL);
  assert_int_equal(epx_learner_get_counts(learner).equilibria, epx_learner_get_counts(brief).equilibria);
  assert_memory_equal(theta, x.theta, n * x.network->n_theta * sizeof *theta);
  for (int e = 0; e < n_epochs; e++)
    assert_true(e == 0 ? accuracy[e] == 0 : isnan(accuracy[e]));
  epx_array_destroy(&theta);
  epx_array_destroy(&same);
  epx_learner_destroy(&learner);
  epx_learner_destroy(&brief);
  destroy_xor_study(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exclusive_or_is_learned_at_high_loss),
      cmocka_unit_test(training_twice_gives_the_same_bits),
      cmocka_unit_test(what_is_not_trained_stays),
      cmocka_unit_test(stopped_instance_rests_and_the_others_go_on),
      cmocka_unit_test(instance_that_settles_nowhere_stops_after_an_epoch),
      cmocka_unit_test(gradient_does_not_depend_on_the_chunks),
      cmocka_unit_test(networks_that_do_not_settle_are_wrong_and_keep_their_parameters),
      cmocka_unit_test(performance_is_measured_at_certified_equilibria),
      cmocka_unit_test(impossible_learners_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
