/** @file
 * Tasks: the shipped data, splits, scalings, and what is refused.
 */
#define _POSIX_C_SOURCE 200112L /* setenv */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "learning/task/task.h"

static epx_task *create(const epx_task_spec *spec, uint64_t seed) {
  epx_task *task = NULL;
  assert_int_equal(epx_task_create(spec, seed, &task), EPX_OK);
  return task;
}

static void count_classes(const epx_task *task, const int *part, int n, int *counts) {
  for (int k = 0; k < task->n_classes; k++)
    counts[k] = 0;
  for (int i = 0; i < n; i++)
    counts[task->labels[part[i]]]++;
}

static void every_kind_is_found_by_its_name(void **state) {
  (void)state;
  int n = 0;
  for (; epx_task_get_kind(n); n++)
    assert_ptr_equal(epx_task_get_kind_by_name(epx_task_get_kind(n)->name), epx_task_get_kind(n));
  assert_int_equal(n, 11);
  assert_null(epx_task_get_kind_by_name("mnist"));
  assert_null(epx_task_get_kind(-1));
}

static void scalings_and_names_are_one_to_one(void **state) {
  (void)state;
  for (int i = 0; i < EPX_SCALE_COUNT; i++) {
    epx_scaling found = EPX_SCALE_COUNT;
    assert_int_equal(epx_task_get_scaling(epx_task_get_scaling_name((epx_scaling)i), &found), EPX_OK);
    assert_int_equal(found, i);
  }
  epx_scaling found;
  assert_int_equal(epx_task_get_scaling("normal", &found), EPX_EINPUT);
}

static void xor_has_four_samples_and_holds_out_none(void **state) {
  (void)state;
  epx_task_spec spec = {.name = "xor"};
  epx_task *task = create(&spec, 1);
  static const double features[] = {-1, -1, -1, 1, 1, -1, 1, 1};
  static const int labels[] = {0, 1, 1, 0};
  assert_int_equal(task->n_samples, 4);
  assert_int_equal(task->n_train, 4);
  assert_int_equal(task->n_test, 0);
  assert_memory_equal(task->features, features, sizeof features);
  assert_memory_equal(task->labels, labels, sizeof labels);
  epx_task_destroy(&task);
  assert_null(task);
  spec.test_fraction = 0.25;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_EINPUT);
  assert_null(task);
}

/* Sizes as the data sets' own descriptions give them (inputs/data/README.md). */
static void shipped_data_have_their_published_sizes(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int n_samples, n_features, n_classes, n_first; /* n_first: samples of class 0 */
  } cases[] = {{"iris", 150, 4, 3, 50},
               {"wine", 178, 13, 3, 59},
               {"breast-cancer", 569, 30, 2, 212},
               {"digits", 1797, 64, 10, 178}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_task_spec spec = {.name = cases[i].name, .scaling = EPX_SCALE_NONE};
    epx_task *task = create(&spec, 7);
    int counts[16];
    assert_int_equal(task->n_samples, cases[i].n_samples);
    assert_int_equal(task->n_features, cases[i].n_features);
    assert_int_equal(task->n_classes, cases[i].n_classes);
    count_classes(task, task->train, task->n_train, counts);
    assert_int_equal(counts[0], cases[i].n_first);
    epx_task_destroy(&task);
  }
}

static void split_is_stratified_complete_and_disjoint(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "digits", .test_fraction = 0.2, .scaling = EPX_SCALE_RANGE};
  epx_task *task = create(&spec, 3);
  assert_int_equal(task->n_test, 359);
  assert_int_equal(task->n_train + task->n_test, 1797);
  int seen[1797] = {0}, train[10], test[10];
  for (int i = 0; i < task->n_train; i++)
    seen[task->train[i]]++;
  for (int i = 0; i < task->n_test; i++)
    seen[task->test[i]]++;
  for (int i = 0; i < 1797; i++)
    assert_int_equal(seen[i], 1);
  count_classes(task, task->train, task->n_train, train);
  count_classes(task, task->test, task->n_test, test);
  for (int k = 0; k < 10; k++)
    assert_true(fabs(test[k] - 359.0 / 1797 * (train[k] + test[k])) <= 1);
  epx_task_destroy(&task);
}

static void split_depends_on_the_seed_alone(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "iris", .test_fraction = 0.2, .scaling = EPX_SCALE_STANDARD};
  epx_task *first = create(&spec, 5), *again = create(&spec, 5), *other = create(&spec, 6);
  const size_t size = (size_t)first->n_test * sizeof(int);
  assert_int_equal(first->n_test, other->n_test);
  assert_memory_equal(first->test, again->test, size);
  assert_memory_equal(first->features, again->features, 600 * sizeof(double));
  assert_memory_not_equal(first->test, other->test, size);
  epx_task_destroy(&first);
  epx_task_destroy(&again);
  epx_task_destroy(&other);
}

static void subset_keeps_the_share_of_each_class(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "digits", .n_samples = 200, .scaling = EPX_SCALE_RANGE};
  epx_task *task = create(&spec, 3);
  int counts[10];
  assert_int_equal(task->n_samples, 200);
  assert_int_equal(task->n_classes, 10);
  count_classes(task, task->train, task->n_train, counts);
  for (int k = 0; k < 10; k++)
    assert_in_range(counts[k], 19, 21);
  epx_task_destroy(&task);
}

/* Low, high, mean and mean square of a feature over the training part. */
static void measure(const epx_task *task, int feature, double m[4]) {
  m[0] = INFINITY;
  m[1] = -INFINITY;
  m[2] = m[3] = 0;
  for (int i = 0; i < task->n_train; i++) {
    const double x = task->features[task->train[i] * task->n_features + feature];
    m[0] = fmin(m[0], x);
    m[1] = fmax(m[1], x);
    m[2] += x / task->n_train;
    m[3] += x * x / task->n_train;
  }
}

static void scaling_holds_over_the_training_part(void **state) {
  (void)state;
  static const struct {
    epx_scaling scaling;
    int which[2];
    double expected[2];
  } cases[] = {{EPX_SCALE_UNIT, {0, 1}, {0, 1}},
               {EPX_SCALE_SYMMETRIC, {0, 1}, {-1, 1}},
               {EPX_SCALE_STANDARD, {2, 3}, {0, 1}}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_task_spec spec = {.name = "wine", .test_fraction = 0.3, .scaling = cases[i].scaling};
    epx_task *task = create(&spec, 11);
    for (int k = 0; k < task->n_features; k++) {
      double m[4];
      measure(task, k, m);
      for (int j = 0; j < 2; j++)
        assert_true(fabs(m[cases[i].which[j]] - cases[i].expected[j]) < 1e-12);
    }
    epx_task_destroy(&task);
  }
}

static void range_scaling_divides_all_features_by_one_number(void **state) {
  (void)state;
  const epx_task_spec raw_spec = {.name = "digits", .scaling = EPX_SCALE_NONE};
  const epx_task_spec spec = {.name = "digits", .scaling = EPX_SCALE_RANGE};
  epx_task *raw = create(&raw_spec, 1), *task = create(&spec, 1);
  for (int i = 0; i < 1797 * 64; i++)
    assert_true(task->features[i] == raw->features[i] / 16);
  epx_task_destroy(&raw);
  epx_task_destroy(&task);
}

/* The first pixel of the digits is 0 in every image. */
static void constant_feature_becomes_zero(void **state) {
  (void)state;
  static const epx_scaling scalings[] = {EPX_SCALE_UNIT, EPX_SCALE_SYMMETRIC, EPX_SCALE_STANDARD};
  for (size_t i = 0; i < sizeof scalings / sizeof scalings[0]; i++) {
    const epx_task_spec spec = {.name = "digits", .scaling = scalings[i]};
    epx_task *task = create(&spec, 1);
    for (int k = 0; k < task->n_samples; k++)
      assert_true(task->features[k * 64] == 0);
    epx_task_destroy(&task);
  }
}

static void moons_without_noise_lie_on_their_circles(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "moons", .n_samples = 101, .scaling = EPX_SCALE_NONE};
  epx_task *task = create(&spec, 1);
  assert_int_equal(task->n_samples, 101);
  for (int i = 0; i < 101; i++) {
    const double *x = task->features + 2 * i;
    const double radius = task->labels[i] ? hypot(x[0] - 1, x[1] - 0.5) : hypot(x[0], x[1]);
    assert_true(fabs(radius - 1) < 1e-14);
  }
  epx_task_destroy(&task);
}

static void noise_of_moons_has_the_width_asked_for(void **state) {
  (void)state;
  epx_task_spec spec = {.name = "moons", .n_samples = 2000, .scaling = EPX_SCALE_NONE};
  epx_task *clean = create(&spec, 1);
  spec.noise = 0.2;
  epx_task *noisy = create(&spec, 1);
  double squares = 0;
  for (int i = 0; i < 4000; i++)
    squares += pow(noisy->features[i] - clean->features[i], 2);
  assert_true(fabs(sqrt(squares / 4000) - 0.2) < 4 * 0.2 / sqrt(8000));
  epx_task_destroy(&clean);
  epx_task_destroy(&noisy);
}

static void constant_drive_is_one_more_feature(void **state) {
  (void)state;
  const epx_task_spec spec = {
      .name = "iris", .test_fraction = 0.2, .scaling = EPX_SCALE_UNIT, .constant = true};
  const epx_task_spec without = {.name = "iris", .test_fraction = 0.2, .scaling = EPX_SCALE_UNIT};
  epx_task *task = create(&spec, 1), *plain = create(&without, 1);
  assert_int_equal(task->n_features, 5);
  for (int i = 0; i < task->n_samples; i++) {
    assert_memory_equal(task->features + 5 * i, plain->features + 4 * i, 4 * sizeof(double));
    assert_true(task->features[5 * i + 4] == 1);
  }
  epx_task_destroy(&task);
  epx_task_destroy(&plain);
}

static void impossible_tasks_are_refused(void **state) {
  (void)state;
  static const epx_task_spec bad[] = {
      {.name = "mnist"},
      {.name = "csv"},
      {.name = "idx", .path = "images"},
      {.name = "iris", .test_fraction = 1},
      {.name = "iris", .test_fraction = -0.1},
      {.name = "iris", .test_fraction = NAN},
      {.name = "iris", .test_fraction = 0.001},
      {.name = "iris", .n_samples = -1},
      {.name = "moons", .n_samples = 3},
      {.name = "moons", .n_samples = 30, .noise = -1},
      {.name = "moons", .n_samples = 30, .noise = INFINITY},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    epx_task *task = NULL;
    assert_int_equal(epx_task_create(&bad[i], 1, &task), EPX_EINPUT);
    assert_null(task);
  }
}

static void data_folder_of_the_environment_comes_first(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "iris", .scaling = EPX_SCALE_NONE};
  FILE *file = fopen("iris.csv", "w");
  assert_non_null(file);
  fputs("1,0\n2,1\n3,1\n", file);
  fclose(file);
  assert_int_equal(setenv("EPILUX_DATA", ".", 1), 0);
  epx_task *task = create(&spec, 1);
  assert_int_equal(task->n_samples, 3);
  epx_task_destroy(&task);
  assert_int_equal(remove("iris.csv"), 0);
  task = create(&spec, 1);
  assert_int_equal(task->n_samples, 150);
  epx_task_destroy(&task);
  assert_int_equal(unsetenv("EPILUX_DATA"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_is_found_by_its_name),
      cmocka_unit_test(scalings_and_names_are_one_to_one),
      cmocka_unit_test(xor_has_four_samples_and_holds_out_none),
      cmocka_unit_test(shipped_data_have_their_published_sizes),
      cmocka_unit_test(split_is_stratified_complete_and_disjoint),
      cmocka_unit_test(split_depends_on_the_seed_alone),
      cmocka_unit_test(subset_keeps_the_share_of_each_class),
      cmocka_unit_test(scaling_holds_over_the_training_part),
      cmocka_unit_test(range_scaling_divides_all_features_by_one_number),
      cmocka_unit_test(constant_feature_becomes_zero),
      cmocka_unit_test(moons_without_noise_lie_on_their_circles),
      cmocka_unit_test(noise_of_moons_has_the_width_asked_for),
      cmocka_unit_test(constant_drive_is_one_more_feature),
      cmocka_unit_test(impossible_tasks_are_refused),
      cmocka_unit_test(data_folder_of_the_environment_comes_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
