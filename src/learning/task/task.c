/* A task is made in six steps: read or compute the dataset, take a part of it (classes, samples) when asked
 * to, split, scale and reduce by what the training part shows, repeat what enters more than once. */
#include "learning/task/task.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "epilux/version.h"
#include "learning/task/dataset.h"
#include "learning/task/encoding.h"
#include "learning/task/partition.h"
#include "learning/task/split.h"

static const int moons_default = 200, sine_default = 64, runs_default = 1000;

/* Gives the path of a shipped file in the first data folder that has it. */
static epx_err find_file(const char *file, char *path, size_t size) {
  const char *dirs[EPX_VERSION_MAX_DATA_DIRS];
  const int n = epx_version_get_data_dirs(dirs);
  for (int i = 0; i < n; i++) {
    const int length = snprintf(path, size, "%s/%s", dirs[i], file);
    if (length < 0 || (size_t)length >= size) continue;
    FILE *found = fopen(path, "rb");
    if (found) {
      fclose(found);
      return EPX_OK;
    }
  }
  return EPX_RAISE(
      EPX_EFILE, "%s is in none of the data folders (the last is %s); set EPILUX_DATA to the one that has it",
      file, n > 0 ? dirs[n - 1] : "none");
}

/* A file that is shipped. */
static epx_err create_shipped(const char *file, epx_dataset **out) {
  char path[4096];
  EPX_TRY(find_file(file, path, sizeof path));
  return epx_dataset_create_csv(&(epx_csv_table){.path = path}, out);
}

/* ---- where the samples of each task come from: (spec, seed) -> dataset */

static epx_err create_xor(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  (void)spec;
  (void)seed;
  return epx_dataset_create_xor(out);
}

static epx_err create_moons(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  return epx_dataset_create_moons(spec->n_samples ? spec->n_samples : moons_default, spec->noise, seed, out);
}

/* Two classes, so that there is an output. */
static epx_err create_runs(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  (void)seed;
  return epx_dataset_create_runs(spec->n_samples ? spec->n_samples : runs_default, out);
}

static epx_err create_sine(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  (void)seed;
  return epx_dataset_create_sine(spec->n_samples ? spec->n_samples : sine_default, out);
}

#define SHIPPED(NAME, file)                                                                                  \
  static epx_err create_##NAME(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {                \
    (void)spec;                                                                                              \
    (void)seed;                                                                                              \
    return create_shipped(file, out);                                                                        \
  }
SHIPPED(iris, "iris.csv")
SHIPPED(wine, "wine.csv")
SHIPPED(breast_cancer, "breast_cancer.csv")
SHIPPED(digits, "digits.csv.gz")
#undef SHIPPED

static epx_err create_csv(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  (void)seed;
  if (!spec->path) return EPX_RAISE(EPX_EINPUT, "task csv needs the path of a file");
  const bool numbers = spec->goal == EPX_GOAL_NUMBERS;
  if (numbers && spec->n_targets < 1)
    return EPX_RAISE(EPX_EINPUT, "task.targets: missing; name the columns of the real targets");
  const epx_csv_table table = {spec->path, spec->label, spec->header, numbers ? spec->n_targets : 0,
                               spec->targets};
  return epx_dataset_create_csv(&table, out);
}

static epx_err create_npz(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  (void)seed;
  if (!spec->path) return EPX_RAISE(EPX_EINPUT, "task npz needs the path of a file");
  const bool numbers = spec->goal == EPX_GOAL_NUMBERS;
  if (numbers && spec->n_targets < 1)
    return EPX_RAISE(EPX_EINPUT, "task.targets: missing; name the arrays of the real targets");
  const epx_npz_table table = {spec->path, spec->features ? spec->features : "X",
                               spec->label ? spec->label : "y", numbers ? spec->n_targets : 0, spec->targets};
  return epx_dataset_create_npz(&table, out);
}

static epx_err create_idx(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  (void)seed;
  if (!spec->path || !spec->labels)
    return EPX_RAISE(EPX_EINPUT, "task idx needs the paths of two files: images and labels");
  return epx_dataset_create_idx(spec->path, spec->labels, out);
}

/* ---- the table */

enum {
  NUMBERS = 1 << EPX_GOAL_NUMBERS,
  KNOWN = 1 << EPX_GOAL_CLASSES | 1 << EPX_GOAL_FEATURES,
  ANY = KNOWN | NUMBERS
};

static const struct {
  epx_task_kind kind;
  epx_err (*create)(const epx_task_spec *, uint64_t, epx_dataset **);
} tasks[] = {
#define EPX_TASK(name, create, test_fraction, scaling, goals, source, summary)                               \
  {{name, summary, source, test_fraction, EPX_SCALE_##scaling, goals}, create},
#include "learning/task/tasks.def"
#undef EPX_TASK
};
enum { N_TASKS = sizeof tasks / sizeof tasks[0] };

const epx_task_kind *epx_task_get_kind(int i) {
  return i >= 0 && i < N_TASKS ? &tasks[i].kind : NULL;
}

const epx_task_kind *epx_task_get_kind_by_name(const char *name) {
  for (int i = 0; i < N_TASKS; i++) {
    if (strcmp(tasks[i].kind.name, name) == 0) return &tasks[i].kind;
  }
  return NULL;
}

epx_err epx_task_check_goal(const epx_task_spec *spec) {
  const epx_task_kind *kind = epx_task_get_kind_by_name(spec->name);
  if (!kind) return EPX_RAISE(EPX_EINPUT, "no task is named '%s'", spec->name);
  if (kind->goals & 1U << spec->goal) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "task.goal: task %s has no %s; use %s", spec->name,
                   spec->goal == EPX_GOAL_NUMBERS ? "real targets" : "classes",
                   kind->goals & NUMBERS ? "numbers" : "classes or features");
}

static epx_err create_dataset(const epx_task_spec *spec, uint64_t seed, epx_dataset **out) {
  EPX_TRY(epx_task_check_goal(spec));
  for (int i = 0; i < N_TASKS; i++)
    if (strcmp(tasks[i].kind.name, spec->name) == 0) return tasks[i].create(spec, seed, out);
  return EPX_RAISE(EPX_EINPUT, "no task is named '%s'", spec->name);
}

/* Keeps the chosen samples, in their order. */
static void keep_chosen(epx_dataset *dataset, const unsigned char *chosen) {
  const size_t n_features = (size_t)dataset->n_features, n_targets = (size_t)dataset->n_targets;
  int n = 0;
  for (int i = 0; i < dataset->n_samples; i++) {
    if (!chosen[i]) continue;
    memmove(dataset->features + (size_t)n * n_features, dataset->features + (size_t)i * n_features,
            n_features * sizeof(double));
    if (n_targets > 0)
      memmove(dataset->targets + (size_t)n * n_targets, dataset->targets + (size_t)i * n_targets,
              n_targets * sizeof(double));
    dataset->labels[n++] = dataset->labels[i];
  }
  dataset->n_samples = n;
}

static epx_err reduce(const epx_task_spec *spec, uint64_t seed, epx_dataset *dataset) {
  unsigned char *chosen = NULL;
  if (spec->n_samples < 0)
    return EPX_RAISE(EPX_EINPUT, "%d samples of task %s; 0 means all", spec->n_samples, spec->name);
  const bool made = dataset->n_given > 0; /* of as many samples as were asked for */
  if (made || spec->n_samples == 0 || spec->n_samples >= dataset->n_samples) return EPX_OK;
  const int n_strata = dataset->n_classes > 0 ? dataset->n_classes : 1;
  EPX_TRY(EPX_ARRAY(chosen, (size_t)dataset->n_samples));
  const int code = epx_split_eval(dataset->n_samples, dataset->labels, n_strata, spec->n_samples, 0, seed,
                                  "task:subset", chosen);
  if (code == EPX_OK) keep_chosen(dataset, chosen);
  epx_array_destroy(&chosen);
  return code;
}

/* Adds the samples of the held-out files behind the others. */
static epx_err add_held_out(const epx_task_spec *spec, epx_dataset *dataset, int *n_given) {
  epx_dataset *held_out = NULL;
  if (!spec->test_labels)
    return EPX_RAISE(EPX_EINPUT, "task.test_labels is missing: the labels of task.test_path");
  EPX_TRY(epx_dataset_create_idx(spec->test_path, spec->test_labels, &held_out));
  const int n_before = dataset->n_samples;
  const int code = epx_dataset_add(held_out, spec->test_path, spec->n_classes > 0, dataset);
  *n_given = dataset->n_samples - n_before;
  epx_dataset_destroy(&held_out);
  return code;
}

/* What maps a number: (x - shift) / scale; one that is constant over the training part becomes 0. */
typedef struct {
  double shift, scale;
} mapping;

/* Numbers of all samples [n_samples][n], column by column. */
typedef struct {
  double *value;
  size_t n;
} table;

static mapping get_mapping(const epx_task *task, epx_scaling scaling, const table *x, size_t k) {
  double low = INFINITY, high = -INFINITY, sum = 0, squares = 0;
  for (int i = 0; i < task->n_train; i++) {
    const double value = x->value[(size_t)task->train[i] * x->n + k];
    low = fmin(low, value);
    high = fmax(high, value);
    sum += value;
  }
  const double mean = sum / task->n_train;
  for (int i = 0; i < task->n_train; i++) {
    const double value = x->value[(size_t)task->train[i] * x->n + k] - mean;
    squares += value * value;
  }
  mapping map = {0, 1};
  if (scaling == EPX_SCALE_UNIT)
    map = (mapping){low, high - low};
  else if (scaling == EPX_SCALE_SYMMETRIC)
    map = (mapping){0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low};
  else if (scaling == EPX_SCALE_STANDARD)
    map = (mapping){mean, high > low ? sqrt(squares / task->n_train) : 0};
  return map;
}

static double get_largest_magnitude(const epx_task *task, const table *x) {
  double largest = 0;
  for (int i = 0; i < task->n_train; i++)
    for (size_t k = 0; k < x->n; k++)
      largest = fmax(largest, fabs(x->value[(size_t)task->train[i] * x->n + k]));
  return largest;
}

/* factor [n]: out, what the data have per scaled number; NULL: not asked. */
static void scale(epx_scaling scaling, const epx_task *task, const table *x, double *factor) {
  const double largest = scaling == EPX_SCALE_RANGE ? get_largest_magnitude(task, x) : 1;
  for (size_t k = 0; k < x->n; k++) {
    mapping map = get_mapping(task, scaling, x, k);
    if (scaling == EPX_SCALE_RANGE) map.scale = largest;
    for (int i = 0; i < task->n_samples; i++) {
      double *value = x->value + (size_t)i * x->n + k;
      *value = map.scale > 0 ? (*value - map.shift) / map.scale : 0;
    }
    if (factor) factor[k] = map.scale;
  }
}

/* A target that never changes is learnt by a constant, and leaves nothing to explain. */
static epx_err check_target(const epx_task_spec *spec, const epx_task *task, int k) {
  const size_t n = (size_t)task->n_targets;
  const double first = task->targets[(size_t)task->train[0] * n + (size_t)k];
  for (int i = 1; i < task->n_train; i++)
    if (task->targets[(size_t)task->train[i] * n + (size_t)k] != first) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "task.targets: %s is %g in all %d training samples; there is nothing to learn",
                   spec->targets ? spec->targets[k] : spec->name, first, task->n_train);
}

static epx_err scale_targets(const epx_task_spec *spec, epx_task *task) {
  if (spec->goal != EPX_GOAL_NUMBERS) return EPX_OK;
  for (int k = 0; k < task->n_targets; k++)
    EPX_TRY(check_target(spec, task, k));
  EPX_TRY(EPX_ARRAY(task->target_scale, (size_t)task->n_targets));
  scale(spec->target_scaling, task, &(table){task->targets, (size_t)task->n_targets}, task->target_scale);
  return EPX_OK;
}

/* Images of a csv file are square: it does not say otherwise. */
static epx_err pool(const epx_task_spec *spec, const epx_dataset *dataset, epx_task *task, int *n_pooled,
                    double **pooled) {
  int rows = dataset->n_rows, columns = dataset->n_columns;
  if (rows == 0) rows = columns = (int)floor(sqrt(task->n_features) + 0.5);
  if (rows * columns != task->n_features)
    return EPX_RAISE(
        EPX_EINPUT,
        "task.encoding.reduction: the %d features of task '%s' are not a square image to pool; use pca",
        task->n_features, spec->name);
  return epx_encoding_create_pooled(task->n_samples, rows, columns, task->features, spec->window, n_pooled,
                                    pooled);
}

static epx_err reduce_features(const epx_task_spec *spec, const epx_dataset *dataset, epx_task *task) {
  double *reduced = NULL;
  int n = spec->n_ports;
  if (spec->reduction == EPX_REDUCE_NONE) return EPX_OK;
  if (spec->reduction == EPX_REDUCE_POOLING)
    EPX_TRY(pool(spec, dataset, task, &n, &reduced));
  else
    EPX_TRY(epx_encoding_create_components(task->n_samples, task->n_features, task->features, task->n_train,
                                           task->train, n, spec->whiten, &reduced));
  epx_array_destroy(&task->features);
  task->features = reduced;
  task->n_features = n;
  return EPX_OK;
}

/* Repeats the features of each sample, one whole set after the other. */
static epx_err copy_features(const epx_task_spec *spec, epx_task *task) {
  const size_t n = (size_t)task->n_features, n_copies = spec->n_copies > 0 ? (size_t)spec->n_copies : 1;
  const int most = n > 0 ? INT_MAX / task->n_features : INT_MAX;
  double *wider = NULL;
  if (spec->n_copies < 0 || n_copies > (size_t)most)
    return EPX_RAISE(EPX_EINPUT, "task.encoding.copies: %d of %d features; 1 to %d are possible",
                     spec->n_copies, task->n_features, most);
  if (n_copies == 1) return EPX_OK;
  EPX_TRY(EPX_ARRAY(wider, (size_t)task->n_samples * n_copies * n));
  for (size_t i = 0; i < (size_t)task->n_samples; i++)
    for (size_t k = 0; k < n_copies; k++)
      memcpy(wider + (i * n_copies + k) * n, task->features + i * n, n * sizeof *wider);
  epx_array_destroy(&task->features);
  task->features = wider;
  task->n_features = (int)(n_copies * n);
  return EPX_OK;
}

static epx_err add_constant(epx_task *task) {
  const size_t n = (size_t)task->n_features;
  double *wider = NULL;
  EPX_TRY(EPX_ARRAY(wider, (size_t)task->n_samples * (n + 1)));
  for (size_t i = 0; i < (size_t)task->n_samples; i++) {
    memcpy(wider + i * (n + 1), task->features + i * n, n * sizeof(double));
    wider[i * (n + 1) + n] = 1;
  }
  epx_array_destroy(&task->features);
  task->features = wider;
  task->n_features++;
  return EPX_OK;
}

static void forget_classes(epx_task *task) {
  for (int k = 0; task->names && k < task->n_classes; k++)
    epx_array_destroy(&task->names[k]);
  epx_array_destroy(&task->names);
  memset(task->labels, 0, (size_t)task->n_samples * sizeof *task->labels);
  task->n_classes = 0;
}

/* Of features as targets, once the parts are drawn: the classes have no further use. */
static epx_err copy_targets(const epx_task_spec *spec, epx_task *task) {
  const size_t n = (size_t)task->n_samples * (size_t)task->n_features;
  if (spec->goal != EPX_GOAL_FEATURES) return EPX_OK;
  forget_classes(task);
  EPX_TRY(EPX_ARRAY(task->targets, n));
  task->n_targets = task->n_features;
  EPX_TRY(EPX_ARRAY(task->target_scale, (size_t)task->n_targets));
  memcpy(task->targets, task->features, n * sizeof *task->targets);
  for (int k = 0; k < task->n_targets; k++)
    task->target_scale[k] = 1;
  return EPX_OK;
}

/* Fills the task from its dataset, whose arrays it takes over. */
static epx_err fill(const epx_task_spec *spec, uint64_t seed, epx_dataset *dataset, epx_task *task) {
  int n_given = dataset->n_given; /* held-out samples that have files of their own, or are made so */
  if (spec->n_classes > 0) {
    EPX_TRY(epx_dataset_check_classes(spec->n_classes, spec->classes, dataset));
    EPX_TRY(epx_dataset_set_classes(spec->n_classes, spec->classes, dataset));
  }
  EPX_TRY(reduce(spec, seed, dataset));
  if (spec->test_path) EPX_TRY(add_held_out(spec, dataset, &n_given));
  task->n_samples = dataset->n_samples;
  task->n_features = task->n_raw = dataset->n_features;
  task->n_classes = dataset->n_classes;
  task->features = dataset->features;
  task->labels = dataset->labels;
  task->names = dataset->names;
  task->targets = dataset->targets;
  task->n_targets = dataset->n_targets;
  dataset->features = dataset->targets = NULL;
  dataset->labels = NULL;
  dataset->names = NULL;
  EPX_TRY(epx_partition_create(spec, n_given, seed, task));
  scale(spec->scaling, task, &(table){task->features, (size_t)task->n_features}, NULL);
  EPX_TRY(scale_targets(spec, task));
  EPX_TRY(reduce_features(spec, dataset, task));
  EPX_TRY(copy_targets(spec, task));
  EPX_TRY(copy_features(spec, task));
  if (spec->constant) EPX_TRY(add_constant(task));
  return EPX_OK;
}

epx_err epx_task_create(const epx_task_spec *spec, uint64_t seed, epx_task **out) {
  epx_dataset *dataset = NULL;
  epx_task *task = NULL;
  *out = NULL;
  int code = create_dataset(spec, seed, &dataset);
  if (code == EPX_OK) code = EPX_ARRAY(task, 1);
  if (code == EPX_OK) code = fill(spec, seed, dataset, task);
  epx_dataset_destroy(&dataset);
  if (code != EPX_OK) epx_task_destroy(&task);
  *out = task;
  EPX_TRY(code);
  return EPX_OK;
}

epx_task *epx_task_share(epx_task *task) {
  task->n_shares++;
  return task;
}

static void destroy_samples(epx_task *task) {
  epx_array_destroy(&task->features);
  epx_array_destroy(&task->labels);
  epx_array_destroy(&task->train);
  epx_array_destroy(&task->test);
  epx_array_destroy(&task->validation);
  epx_array_destroy(&task->targets);
  epx_array_destroy(&task->target_scale);
}

void epx_task_destroy(epx_task **address) {
  epx_task *task = address ? *address : NULL;
  if (!task) return;
  *address = NULL;
  if (task->n_shares-- > 0) return;
  if (!task->borrowed) destroy_samples(task);
  for (int k = 0; task->names && k < task->n_classes; k++)
    epx_array_destroy(&task->names[k]);
  epx_array_destroy(&task->names);
  epx_array_destroy(&task);
}

static const char *const scaling_names[] = {
#define SCALING_NAME(name, text, meaning) [name] = text,
    EPX_SCALINGS(SCALING_NAME)
#undef SCALING_NAME
};

epx_err epx_task_get_scaling(const char *name, epx_scaling *scaling) {
  for (int i = 0; i < EPX_SCALE_COUNT; i++) {
    if (strcmp(scaling_names[i], name) == 0) {
      *scaling = (epx_scaling)i;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT,
                   "no scaling is named '%s'; there are none, unit, symmetric, standard and range", name);
}

const char *epx_task_get_scaling_name(epx_scaling scaling) {
  return (unsigned)scaling < EPX_SCALE_COUNT ? scaling_names[scaling] : NULL;
}

static const struct {
  const char *name, *meaning;
} goals[] = {
#define GOAL_NAME(name, text, meaning) [name] = {text, meaning},
    EPX_GOALS(GOAL_NAME)
#undef GOAL_NAME
};

const char *epx_task_get_goal_name(epx_goal goal) {
  return (unsigned)goal < EPX_GOAL_COUNT ? goals[goal].name : NULL;
}

const char *epx_task_get_goal_meaning(epx_goal goal) {
  return (unsigned)goal < EPX_GOAL_COUNT ? goals[goal].meaning : NULL;
}

int epx_task_count_outputs(const epx_task *task) {
  return task->n_targets > 0 ? task->n_targets : task->n_classes;
}
