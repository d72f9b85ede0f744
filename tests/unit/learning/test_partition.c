/** @file
 * Partition: nobody is in two of them, nobody in none, and the test part does not hang on the validation
 * part.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "learning/task/task.h"
#include "unit/assert_close.h"

static epx_task *create(const epx_task_spec *spec) {
  epx_task *task = NULL;
  assert_int_equal(epx_task_create(spec, 7, &task), EPX_OK);
  return task;
}

static void mark(const int *samples, int n, unsigned char *seen) {
  for (int i = 0; i < n; i++) {
    assert_true(i == 0 || samples[i] > samples[i - 1]);
    seen[samples[i]]++;
  }
}

static void every_sample_is_in_one_part(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "wine", .test_fraction = 0.2, .validation_fraction = 0.25};
  epx_task *task = create(&spec);
  unsigned char seen[178] = {0};
  assert_int_equal(task->n_samples, 178);
  assert_int_equal(task->n_test, 36);
  assert_int_equal(task->n_validation, 36);
  mark(task->train, task->n_train, seen);
  mark(task->validation, task->n_validation, seen);
  mark(task->test, task->n_test, seen);
  for (int i = 0; i < 178; i++)
    assert_int_equal(seen[i], 1);
  epx_task_destroy(&task);
}

static void classes_give_their_share_to_the_validation_part(void **state) {
  (void)state;
  const epx_task_spec spec = {.name = "iris", .test_fraction = 0.2, .validation_fraction = 0.25};
  epx_task *task = create(&spec);
  int counts[3] = {0};
  for (int i = 0; i < task->n_validation; i++)
    counts[task->labels[task->validation[i]]]++;
  for (int k = 0; k < 3; k++)
    assert_int_equal(counts[k], 10);
  epx_task_destroy(&task);
}

/* Of one class alone there is nothing to tell apart. */
static void a_training_part_of_one_class_is_refused(void **state) {
  (void)state;
  static const char *const names[] = {"iris", "wine"};
  for (int k = 0; k < 2; k++) {
    const epx_task_spec spec = {.name = names[k], .n_samples = 1};
    epx_task *task = NULL;
    assert_int_equal(epx_task_create(&spec, 7, &task), EPX_EINPUT);
    assert_null(task);
    assert_non_null(strstr(epx_error_get_message(), "one class"));
  }
}

static void a_validation_part_leaves_the_test_part_alone(void **state) {
  (void)state;
  epx_task_spec spec = {.name = "breast-cancer", .test_fraction = 0.2};
  epx_task *without = create(&spec);
  spec.validation_fraction = 0.3;
  epx_task *with = create(&spec);
  assert_int_equal(with->n_test, without->n_test);
  assert_memory_equal(with->test, without->test, (size_t)with->n_test * sizeof(int));
  epx_task_destroy(&with);
  epx_task_destroy(&without);
}

static void impossible_parts_are_refused(void **state) {
  (void)state;
  epx_task *task = NULL;
  epx_task_spec spec = {.name = "iris", .validation_fraction = 1};
  assert_refused(epx_task_create(&spec, 1, &task), "task.validation_fraction: 1");
  spec.validation_fraction = 0.001;
  assert_refused(epx_task_create(&spec, 1, &task),
                 "a validation fraction of 0.001 of 150 samples holds out no sample");
  spec = (epx_task_spec){.name = "xor", .validation_fraction = 0.25};
  assert_refused(epx_task_create(&spec, 1, &task), "xor has four samples");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_sample_is_in_one_part),
      cmocka_unit_test(classes_give_their_share_to_the_validation_part),
      cmocka_unit_test(a_training_part_of_one_class_is_refused),
      cmocka_unit_test(a_validation_part_leaves_the_test_part_alone),
      cmocka_unit_test(impossible_parts_are_refused),
  };
  return cmocka_run_group_tests_name("partition", tests, NULL, NULL);
}
