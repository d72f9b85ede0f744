/* The held-out part is drawn first, so that a validation part takes nothing from it and does not change it.
 */
#include "learning/task/partition.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "learning/task/split.h"

static epx_err check(const epx_task_spec *spec, int n_given) {
  const double fraction = spec->test_fraction, validation = spec->validation_fraction;
  if (!(fraction >= 0 && fraction < 1))
    return EPX_RAISE(EPX_EINPUT, "the test fraction is %g; must be 0 or more and less than 1", fraction);
  if (!(validation >= 0 && validation < 1))
    return EPX_RAISE(EPX_EINPUT, "task.validation_fraction: %g; must be 0 or more and less than 1",
                     validation);
  if (fraction > 0 && n_given > 0 && !spec->test_path)
    return EPX_RAISE(EPX_EINPUT, "task.test_fraction: %g, but task %s holds out points of its own", fraction,
                     spec->name);
  if (fraction > 0 && n_given > 0)
    return EPX_RAISE(EPX_EINPUT, "task.test_fraction: %g, but the held-out samples come from task.test_path",
                     fraction);
  if ((fraction > 0 || validation > 0) && strcmp(spec->name, "xor") == 0)
    return EPX_RAISE(
        EPX_EINPUT,
        "xor has four samples and none to hold out: set its test and validation fractions to 0, not %g "
        "and %g",
        fraction, validation);
  return EPX_OK;
}

/* Moves round(fraction n) of the samples *from [n] to `to`, the order of both kept. work [2 n]. */
static epx_err move(const epx_task *task, double fraction, uint64_t seed, const char *purpose, int *n,
                    int *from, int *n_moved, int *to, int *labels, unsigned char *chosen) {
  const int n_wanted = (int)floor(fraction * *n + 0.5), n_before = *n;
  for (int i = 0; i < n_before; i++)
    labels[i] = task->labels[from[i]];
  const int n_strata = task->n_classes > 0 ? task->n_classes : 1;
  EPX_TRY(epx_split_eval(n_before, labels, n_strata, n_wanted, 1, seed, purpose, chosen));
  *n = 0;
  for (int i = 0; i < n_before; i++) {
    if (chosen[i])
      to[(*n_moved)++] = from[i];
    else
      from[(*n)++] = from[i];
  }
  if (fraction > 0 && *n_moved == 0 && task->n_classes == n_before && n_before > 9)
    return EPX_RAISE(
        EPX_EINPUT,
        "each of the %d samples has a class of its own, so that a %s fraction of %g holds out none; for real "
        "targets set task.goal to numbers",
        n_before, strcmp(purpose, "task:split") == 0 ? "test" : "validation", fraction);
  if (fraction > 0 && *n_moved == 0)
    return EPX_RAISE(
        EPX_EINPUT, "a %s fraction of %g of %d samples holds out no sample; set it to 0 to have no such part",
        strcmp(purpose, "task:split") == 0 ? "test" : "validation", fraction, n_before);
  return EPX_OK;
}

static epx_err divide(const epx_task_spec *spec, int n_given, uint64_t seed, epx_task *task, int *labels,
                      unsigned char *chosen) {
  task->n_train = task->n_samples - n_given;
  for (int i = 0; i < task->n_samples; i++) {
    if (i < task->n_train)
      task->train[i] = i;
    else
      task->test[task->n_test++] = i;
  }
  if (n_given == 0)
    EPX_TRY(move(task, spec->test_fraction, seed, "task:split", &task->n_train, task->train, &task->n_test,
                 task->test, labels, chosen));
  return move(task, spec->validation_fraction, seed, "task:validation", &task->n_train, task->train,
              &task->n_validation, task->validation, labels, chosen);
}

/* Nothing is to be told apart in a training part of one class. */
static epx_err check_classes(const epx_task_spec *spec, const epx_task *task) {
  if (spec->goal != EPX_GOAL_CLASSES) return EPX_OK;
  for (int i = 1; i < task->n_train; i++)
    if (task->labels[task->train[i]] != task->labels[task->train[0]]) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s: the training part, %d sample%s, has samples of only one class; keep more samples, or "
                   "hold out fewer",
                   spec->n_samples > 0 ? "task.samples" : "task.test_fraction", task->n_train,
                   task->n_train == 1 ? "" : "s");
}

epx_err epx_partition_create(const epx_task_spec *spec, int n_given, uint64_t seed, epx_task *task) {
  const size_t n = (size_t)task->n_samples;
  int *labels = NULL;
  unsigned char *chosen = NULL;
  EPX_TRY(check(spec, n_given));
  EPX_TRY(EPX_ARRAY(task->train, n));
  EPX_TRY(EPX_ARRAY(task->test, n));
  EPX_TRY(EPX_ARRAY(task->validation, n));
  int code = EPX_ARRAY(labels, n);
  if (code == EPX_OK) code = EPX_ARRAY(chosen, n);
  if (code == EPX_OK) code = divide(spec, n_given, seed, task, labels, chosen);
  epx_array_destroy(&labels);
  epx_array_destroy(&chosen);
  return code == EPX_OK ? check_classes(spec, task) : code;
}
