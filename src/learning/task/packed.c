#include "learning/task/packed.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"

enum { SAMPLES, FEATURES, CLASSES, TRAIN, TEST, VALIDATION, NAMES, RAW, TARGETS, N_NUMBERS };

static void get_numbers(const epx_task *task, int64_t *number) {
  memset(number, 0, N_NUMBERS * sizeof *number);
  number[SAMPLES] = task->n_samples;
  number[FEATURES] = task->n_features;
  number[CLASSES] = task->n_classes;
  number[RAW] = task->n_raw;
  number[TARGETS] = task->n_targets;
  number[TRAIN] = task->n_train;
  number[TEST] = task->n_test;
  number[VALIDATION] = task->n_validation;
  for (int k = 0; k < task->n_classes; k++)
    number[NAMES] += (int64_t)strlen(task->names[k]) + 1;
}

static size_t count_features(const int64_t *number) {
  return (size_t)number[SAMPLES] * (size_t)number[FEATURES];
}

/* Real targets and their scales. */
static size_t count_targets(const int64_t *number) {
  return ((size_t)number[SAMPLES] + 1) * (size_t)number[TARGETS];
}

size_t epx_packed_get_size(const epx_task *task) {
  int64_t number[N_NUMBERS];
  get_numbers(task, number);
  const int64_t n_int = number[SAMPLES] + number[TRAIN] + number[TEST] + number[VALIDATION];
  return sizeof number + (count_features(number) + count_targets(number)) * sizeof(double) +
         (size_t)n_int * sizeof(int) + (size_t)number[NAMES];
}

static char *write_bytes(char *to, const void *from, size_t n_bytes) {
  if (n_bytes > 0) memcpy(to, from, n_bytes);
  return to + n_bytes;
}

void epx_packed_write(const epx_task *task, void *bytes) {
  int64_t number[N_NUMBERS];
  get_numbers(task, number);
  char *to = write_bytes(bytes, number, sizeof number);
  to = write_bytes(to, task->features, count_features(number) * sizeof(double));
  to = write_bytes(to, task->targets, (size_t)task->n_samples * (size_t)task->n_targets * sizeof(double));
  to = write_bytes(to, task->target_scale, (size_t)task->n_targets * sizeof(double));
  to = write_bytes(to, task->labels, (size_t)task->n_samples * sizeof(int));
  to = write_bytes(to, task->train, (size_t)task->n_train * sizeof(int));
  to = write_bytes(to, task->test, (size_t)task->n_test * sizeof(int));
  to = write_bytes(to, task->validation, (size_t)task->n_validation * sizeof(int));
  for (int k = 0; k < task->n_classes; k++)
    to = write_bytes(to, task->names[k], strlen(task->names[k]) + 1);
}

/* Names are few: they are copied. */
static epx_err create_names(const char *from, epx_task *task) {
  EPX_TRY(EPX_ARRAY(task->names, (size_t)task->n_classes));
  for (int k = 0; k < task->n_classes; k++) {
    EPX_TRY(epx_array_create_text(&task->names[k], from));
    from += strlen(from) + 1;
  }
  return EPX_OK;
}

epx_err epx_packed_create_task(const void *bytes, epx_task **out) {
  const int64_t *number = bytes;
  epx_task *task;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(task, 1));
  *task = (epx_task){.n_samples = (int)number[SAMPLES],
                     .n_features = (int)number[FEATURES],
                     .n_classes = (int)number[CLASSES],
                     .n_raw = (int)number[RAW],
                     .n_targets = (int)number[TARGETS],
                     .n_train = (int)number[TRAIN],
                     .n_test = (int)number[TEST],
                     .n_validation = (int)number[VALIDATION],
                     .borrowed = true};
  union {
    const void *from;
    double *values;
    int *list;
  } at = {.from = number + N_NUMBERS}; /* nobody writes to a task */
  task->features = at.values;
  at.values += count_features(number);
  if (task->n_targets > 0) task->targets = at.values;
  if (task->n_targets > 0) task->target_scale = at.values + number[SAMPLES] * number[TARGETS];
  at.values += count_targets(number);
  int **const lists[] = {&task->labels, &task->train, &task->test, &task->validation};
  const int n[] = {task->n_samples, task->n_train, task->n_test, task->n_validation};
  for (int i = 0; i < 4; i++) {
    *lists[i] = at.list;
    at.list += n[i];
  }
  const int code = create_names(at.from, task);
  if (code == EPX_OK)
    *out = task;
  else
    epx_task_destroy(&task);
  return code;
}
