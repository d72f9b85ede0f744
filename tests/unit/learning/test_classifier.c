/** @file
 * Classifier: its words, its gradient against differences of its cost, and its answers in 8-bit words by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "learning/reference/classifier.h"
#include "unit/assert_close.h"

static epx_task *make_task(const char *name, double test, double validation) {
  const epx_task_spec spec = {
      .name = name, .test_fraction = test, .validation_fraction = validation, .scaling = EPX_SCALE_STANDARD};
  epx_task *task;
  assert_int_equal(epx_task_create(&spec, 3, &task), EPX_OK);
  return task;
}

static void words_have_eight_bits_and_tie_to_even(void **state) {
  (void)state;
  assert_true(epx_classifier_round(1) == 1 && epx_classifier_round(-0.5f) == -0.5f);
  assert_true(epx_classifier_round(1 + 1 / 256.0f) == 1);               /* a tie, down to even */
  assert_true(epx_classifier_round(1 + 3 / 256.0f) == 1 + 2 / 128.0f);  /* a tie, up to even */
  assert_true(epx_classifier_round(1 + 1.01f / 256) == 1 + 1 / 128.0f); /* above it */
}

static void sizes_count_weights_and_biases(void **state) {
  (void)state;
  assert_int_equal(epx_classifier_get_size((epx_classifier_shape){4, 0, 3}), 15);
  assert_int_equal(epx_classifier_get_size((epx_classifier_shape){4, 5, 3}), 25 + 18);
}

/* Weights whose shifts are whole 16-bit words, so that differences see what the gradient sees. */
static void check_gradient(const char *name, int n_hidden) {
  epx_task *task = make_task(name, 0.2, 0.2);
  epx_classifier *model;
  assert_int_equal(epx_classifier_create(task, n_hidden, &model), EPX_OK);
  const size_t size = epx_classifier_get_size(epx_classifier_get_own_shape(model));
  double theta[128], gradient[128], up, down, cost, worst = 0, largest = 0;
  assert_true(size <= 128);
  epx_classifier_eval_start(model, 5, 0, theta);
  for (size_t i = 0; i < size; i++)
    theta[i] = rint(theta[i] * 16) / 16 + (n_hidden == 0 ? (double)(i % 5) / 16 : 0);
  epx_classifier_eval_cost(model, theta, task->n_train, task->train, &cost, gradient);
  for (size_t i = 0; i < size; i++) {
    const double own = theta[i], step = 1.0 / 64;
    theta[i] = own + step;
    epx_classifier_eval_cost(model, theta, task->n_train, task->train, &up, NULL);
    theta[i] = own - step;
    epx_classifier_eval_cost(model, theta, task->n_train, task->train, &down, NULL);
    theta[i] = own;
    worst = fmax(worst, fabs(gradient[i] - (up - down) / (2 * step)));
    largest = fmax(largest, fabs(gradient[i]));
  }
  assert_true(largest > 0.05);
  assert_close(worst / largest, 0, 0.02); /* 8 significant bits, and a few kinks of the hidden values */
  epx_classifier_destroy(&model);
  epx_task_destroy(&task);
}

static void gradients_are_differences_of_the_cost(void **state) {
  (void)state;
  check_gradient("iris", 0);
  check_gradient("iris", 6);
  check_gradient("moons", 8); /* one output */
}

/* Two inputs of 127 levels of 1/127 each: z = w . x; a margin below half a level is none. */
static void answers_in_levels_are_integers(void **state) {
  (void)state;
  double features[] = {1, 0, 0, 1, 0.5, 0.5, -1, 0.002};
  int labels[] = {1, 0, 1, 0}, samples[] = {0, 1, 2, 3};
  epx_task task = {.n_samples = 4,
                   .n_features = 2,
                   .n_classes = 2,
                   .features = features,
                   .labels = labels,
                   .n_train = 4,
                   .train = samples};
  epx_classifier *model;
  assert_int_equal(epx_classifier_create(&task, 0, &model), EPX_OK);
  const double theta[] = {1, -1, 0};
  assert_close(epx_classifier_eval_quantised(model, theta, 3, samples), 2 / 3.0, 1e-15); /* the third ties */
  const double biased[] = {1, -1, 0.01};
  assert_close(epx_classifier_eval_quantised(model, biased, 4, samples), 1, 1e-15);
  const double little[] = {1, -1, 1e-5}; /* less than half of 1/127^2 */
  assert_close(epx_classifier_eval_quantised(model, little, 3, samples), 2 / 3.0, 1e-15);
  epx_classifier_destroy(&model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_have_eight_bits_and_tie_to_even),
      cmocka_unit_test(sizes_count_weights_and_biases),
      cmocka_unit_test(gradients_are_differences_of_the_cost),
      cmocka_unit_test(answers_in_levels_are_integers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
