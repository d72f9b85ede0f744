/** @file
 * Regression: real targets from formulas, files and features; what they cost, the gradient of that, and the errors
 * that a learner tells.
 */
#include <stdio.h>

#include "learning/task/packed.h"
#include "unit/assert_close.h"
#include "unit/settled_batch.h"
#include "unit/xor_learner.h"

static epx_task *create(const epx_task_spec *spec) {
  epx_task *task = NULL;
  assert_int_equal(epx_task_create(spec, 1, &task), EPX_OK);
  return task;
}

static void sine_holds_out_the_points_between(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "sine", .goal = EPX_GOAL_NUMBERS, .n_samples = 5};
  epx_task *task = create(&spec);
  static const double train[] = {-1, -0.5, 0, 0.5, 1}, test[] = {-0.75, -0.25, 0.25, 0.75};
  assert_int_equal(task->n_train, 5);
  assert_int_equal(task->n_test, 4);
  assert_int_equal(task->n_classes, 0);
  assert_int_equal(epx_task_count_outputs(task), 1);
  for (int i = 0; i < 5; i++)
    assert_close(task->features[task->train[i]], train[i], 1e-15);
  for (int i = 0; i < 4; i++) {
    assert_close(task->features[task->test[i]], test[i], 1e-15);
    assert_close(task->targets[task->test[i]], sin(3 * test[i]), 1e-15);
  }
  epx_task_destroy(&task);
}

static const char path[] = "test_regression.csv";

static void write_text(const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static const char measurements[] = "time,u,force,v\n0,1,100,-1\n1,2,300,-2\n2,4,500,-4\n3,8,900,-8\n";

/* Columns by name or by number, in the order asked for; the others are features; scaled over the training part, with what
 * takes a scaled number back to the data's. */
static void columns_of_a_file_are_targets(void **state) {
  (void)state;
  static const char *const names[] = {"force", "1"};
  const epx_task_spec spec = {.name = "csv",
                              .goal = EPX_GOAL_NUMBERS,
                              .path = path,
                              .n_targets = 2,
                              .targets = names,
                              .target_scaling = EPX_SCALE_SYMMETRIC};
  write_text(measurements);
  epx_task *task = create(&spec);
  assert_int_equal(task->n_features, 2);
  assert_int_equal(task->n_targets, 2);
  static const double expected[] = {-1, -1, -0.5, -1.0 / 3, 0, 1.0 / 3, 1, 1};
  for (int i = 0; i < 8; i++)
    assert_close(task->targets[i], expected[i], 1e-15);
  assert_close(task->target_scale[0], 400, 0);
  assert_close(task->target_scale[1], 1.5, 0);
  assert_close(task->features[2], 2, 0);
  assert_close(task->features[3], -2, 0);
  epx_task_destroy(&task);
}

static void what_targets_cannot_be_is_refused(void **state) {
  (void)state;
  static const char *const lists[][2] = {
      {"weight", ""}, {"force", "3"}, {"force", "u"}, {"9", ""}, {"time", "v"}};
  static const struct {
    int list, n;
    const char *text, *message;
  } cases[] = {{0, 1, measurements, "test_regression.csv:1: task.targets: no column 'weight'"},
               {3, 1, measurements, "number from 1 to 4"},
               {1, 2, measurements, "column 3 appears twice, as 'force' and '3'"},
               {2, 2, "u,force\n1,2\n3,4\n", "all 2 columns are targets"},
               {4, 1, "time,v\n0,1\n,2\n", "test_regression.csv:3: column 1 is empty; every target"},
               {4, 1, "time,v\n0,1\nnoon,2\n", "is 'noon'; every target must be a finite number"},
               {4, 1, "time,v\n7,1\n7,2\n", "time is 7 in all 2 training samples"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const epx_task_spec spec = {.name = "csv",
                                .goal = EPX_GOAL_NUMBERS,
                                .path = path,
                                .n_targets = cases[i].n,
                                .targets = lists[cases[i].list]};
    epx_task *task = NULL;
    write_text(cases[i].text);
    assert_refused(epx_task_create(&spec, 1, &task), cases[i].message);
    assert_null(task);
  }
  epx_task *task = NULL;
  const epx_task_spec iris = {.name = "iris", .goal = EPX_GOAL_NUMBERS}, sine = {.name = "sine"};
  assert_refused(epx_task_create(&iris, 1, &task), "task iris has no real targets");
  assert_refused(epx_task_create(&sine, 1, &task), "task sine has no classes; use numbers");
}

static void targets_are_drawn_with_their_samples(void **state) {
  (void)state;
  static const char *const names[] = {"force"};
  const epx_task_spec spec = {.name = "csv",
                              .goal = EPX_GOAL_NUMBERS,
                              .path = path,
                              .n_targets = 1,
                              .targets = names,
                              .n_samples = 3,
                              .test_fraction = 0.34};
  write_text("u,force\n1,10\n2,20\n3,30\n4,40\n5,50\n");
  epx_task *task = create(&spec);
  assert_int_equal(task->n_samples, 3);
  assert_int_equal(task->n_test, 1);
  for (int i = 0; i < 3; i++)
    assert_close(task->targets[i], 10 * task->features[i], 0);
  epx_task_destroy(&task);
}

static void autoencoding_asks_for_the_features(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "iris",
                              .goal = EPX_GOAL_FEATURES,
                              .test_fraction = 0.2,
                              .scaling = EPX_SCALE_SYMMETRIC,
                              .constant = true};
  epx_task *task = create(&spec);
  assert_int_equal(task->n_targets, 4);
  assert_int_equal(task->n_features, 5);
  assert_int_equal(task->n_classes, 0);
  for (int i = 0; i < 150; i++)
    assert_memory_equal(task->targets + (size_t)4 * i, task->features + (size_t)5 * i, 4 * sizeof(double));
  epx_task_destroy(&task);
}

static void packed_tasks_keep_their_targets(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "sine", .goal = EPX_GOAL_NUMBERS, .n_samples = 7};
  epx_task *task = create(&spec), *copy = NULL;
  double *bytes = create_numbers(epx_packed_get_size(task) / sizeof(double) + 1);
  epx_packed_write(task, bytes);
  assert_int_equal(epx_packed_create_task(bytes, &copy), EPX_OK);
  assert_int_equal(copy->n_targets, 1);
  assert_memory_equal(copy->targets, task->targets, 13 * sizeof(double));
  assert_memory_equal(copy->target_scale, task->target_scale, sizeof(double));
  assert_memory_equal(copy->train, task->train, 7 * sizeof(int));
  epx_task_destroy(&copy);
  epx_task_destroy(&task);
  epx_array_destroy(&bytes);
}

/* 1/2 sum (r - t)^2 with the targets of samples 1 and 0; phases on the circle. */
static void costs_and_errors_are_those_of_the_formulas(void **state) {
  (void)state;
  static const double targets[] = {0.5, -2, 3, 1}, r[] = {3.25, 0, 0.5, -2};
  static const int label[] = {1, 0}, all[] = {0, 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .targets = targets};
  double value[2], slope[4], correct[2];
  epx_cost_eval(&cost, 2, 2, r, label, value, slope, correct);
  assert_close(value[0], 0.5 * (0.25 * 0.25 + 0.5 * 0.5), 1e-15);
  assert_close(value[1], 0.5 * (0.5 * 0.5), 1e-15);
  assert_close(slope[0], 0.25, 0);
  assert_close(slope[3], 0, 0);
  assert_true(correct[0] == 0 && correct[1] == 0);
  assert_close(epx_cost_eval_error(&cost, 2, 1, 0, 4), 6, 0);
  assert_close(epx_cost_eval_guess(&cost, 2, 0, 2, all), 1.75, 0);
  /* variances 1.25^2 and 1.5^2 */
  assert_close(epx_cost_eval_ignorance(&cost, 2, 0, 2, all, label), 0.5 * (1.5625 + 2.25), 1e-15);
  const epx_cost angle = {.kind = EPX_SQUARED_ERROR, .periodic = true, .targets = targets};
  assert_close(epx_cost_eval_error(&angle, 2, 0, 1, -3), 2 * acos(-1) - 6, 1e-15);
}

/* The sine study: the network of the xor study, its two outputs one balanced pair. */
static xor_study create_sine_study(const char *rule) {
  xor_study x = create_xor_study(1, rule, 2);
  const epx_task_spec task = {.name = "sine", .goal = EPX_GOAL_NUMBERS, .n_samples = 6, .constant = true};
  x.cost.kind = EPX_SQUARED_ERROR;
  x.network->readout = EPX_READ_BALANCED;
  x.network->n_outputs = 1;
  epx_task_destroy(&x.task);
  assert_int_equal(epx_task_create(&task, 1, &x.task), EPX_OK);
  return x;
}

/* The loss is 1/2 of the mean squared error; R^2 one less its share of the held-out targets' variance. In another unit
 * of the targets the error is another, R^2 is not. */
static void errors_agree_with_the_loss(void **state) {
  (void)state;
  xor_study x = create_sine_study("backprop");
  epx_learner *learner = create_xor_learner(&x);
  epx_performance performance[2], scaled[2];
  double mean = 0, variance = 0;
  for (int i = 0; i < 5; i++)
    mean += x.task->targets[x.task->test[i]] / 5;
  for (int i = 0; i < 5; i++)
    variance += pow(x.task->targets[x.task->test[i]] - mean, 2) / 5;
  assert_int_equal(epx_learner_eval_performance(learner, x.theta, EPX_PART_TEST, false, performance), EPX_OK);
  x.task->target_scale[0] = 3;
  assert_int_equal(epx_learner_eval_performance(learner, x.theta, EPX_PART_TEST, false, scaled), EPX_OK);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(performance[k].n_settled, 5);
    assert_true(isnan(performance[k].accuracy));
    assert_close(performance[k].mean_squared_error, 2 * performance[k].loss, 1e-14);
    assert_close(performance[k].r_squared, 1 - performance[k].mean_squared_error / variance, 1e-12);
    assert_close(scaled[k].mean_squared_error, 9 * performance[k].mean_squared_error, 1e-12);
    assert_close(scaled[k].r_squared, performance[k].r_squared, 1e-12);
  }
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

static void gradients_of_backprop_are_the_differences(void **state) {
  (void)state;
  xor_study x = create_sine_study("backprop");
  epx_learner *learner = create_xor_learner(&x);
  const size_t n = 2 * x.network->n_theta;
  double *exact = create_numbers(n), *differences = create_numbers(n);
  assert_int_equal(epx_learner_eval_gradient(learner, epx_estimator_get_by_name("backprop"), &x.spec.nudging,
                                             x.theta, exact),
                   EPX_OK);
  assert_int_equal(epx_learner_eval_gradient(learner, epx_estimator_get_by_name("finite-difference"),
                                             &x.spec.nudging, x.theta, differences),
                   EPX_OK);
  assert_true(eval_distance(n, exact, differences) < 1e-6);
  epx_array_destroy(&exact);
  epx_array_destroy(&differences);
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
}

static void what_does_not_fit_real_targets_is_refused(void **state) {
  (void)state;
  xor_study x = create_sine_study("backprop");
  epx_learner *learner = NULL;
  x.cost.kind = EPX_CROSS_ENTROPY;
  assert_refused(epx_learner_create(x.network, x.task, &x.cost, &x.spec, &x.options, 2, 1, &learner),
                 "cross-entropy needs classes");
  x.cost.kind = EPX_SQUARED_ERROR;
  x.spec.target_accuracy = 0.9;
  assert_refused(epx_learner_create(x.network, x.task, &x.cost, &x.spec, &x.options, 2, 1, &learner),
                 "learning.target_accuracy: a share of classes");
  x.spec.target_accuracy = 0;
  x.network->n_outputs = 2;
  assert_refused(epx_learner_create(x.network, x.task, &x.cost, &x.spec, &x.options, 2, 1, &learner),
                 "2 for 1 real targets; use one output per target");
  destroy_xor_study(&x);
}

static int remove_file(void **state) {
  (void)state;
  remove(path);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(sine_holds_out_the_points_between),
                                     cmocka_unit_test(columns_of_a_file_are_targets),
                                     cmocka_unit_test(what_targets_cannot_be_is_refused),
                                     cmocka_unit_test(targets_are_drawn_with_their_samples),
                                     cmocka_unit_test(autoencoding_asks_for_the_features),
                                     cmocka_unit_test(packed_tasks_keep_their_targets),
                                     cmocka_unit_test(costs_and_errors_are_those_of_the_formulas),
                                     cmocka_unit_test(errors_agree_with_the_loss),
                                     cmocka_unit_test(gradients_of_backprop_are_the_differences),
                                     cmocka_unit_test(what_does_not_fit_real_targets_is_refused)};
  return cmocka_run_group_tests(tests, NULL, remove_file);
}
