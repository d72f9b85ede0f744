/* Memory of a dataset, its classes, and the two datasets that are formulas. */
#include "learning/task/dataset.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/numbers/random.h"

/* A task holds its samples three times: as read, scaled, and as what enters a network. */
static epx_err check_memory(int n_samples, int n_features) {
  char what[96];
  snprintf(what, sizeof what, "task.samples: %d samples of %d features", n_samples, n_features);
  return epx_memory_check(3.0 * sizeof(double) * n_samples * n_features, what, "fewer samples are wanted");
}

epx_err epx_dataset_create(int n_samples, int n_features, int n_classes, epx_dataset **out) {
  epx_dataset *dataset = NULL;
  *out = NULL;
  EPX_TRY(check_memory(n_samples, n_features));
  EPX_TRY(EPX_ARRAY(dataset, 1));
  dataset->n_samples = n_samples;
  dataset->n_features = n_features;
  dataset->n_classes = n_classes;
  int code = epx_array_create(&dataset->features, (size_t)n_samples, (size_t)n_features * sizeof(double));
  if (code == EPX_OK) code = EPX_ARRAY(dataset->labels, (size_t)n_samples);
  if (code != EPX_OK) epx_dataset_destroy(&dataset);
  *out = dataset;
  EPX_TRY(code);
  return EPX_OK;
}

static void destroy_names(int n_classes, char ***names) {
  for (int k = 0; *names && k < n_classes; k++)
    epx_array_destroy(&(*names)[k]);
  epx_array_destroy(names);
}

void epx_dataset_destroy(epx_dataset **address) {
  if (!address || !*address) return;
  destroy_names((*address)->n_classes, &(*address)->names);
  epx_array_destroy(&(*address)->features);
  epx_array_destroy(&(*address)->labels);
  epx_array_destroy(&(*address)->targets);
  epx_array_destroy(address);
}

epx_err epx_dataset_create_targets(epx_dataset *dataset, int n_targets) {
  dataset->n_targets = n_targets;
  return EPX_ARRAY(dataset->targets, (size_t)dataset->n_samples * (size_t)n_targets);
}

/* Names the classes by their numbers. */
static epx_err number_classes(epx_dataset *dataset) {
  char number[16];
  EPX_TRY(EPX_ARRAY(dataset->names, (size_t)dataset->n_classes));
  for (int k = 0; k < dataset->n_classes; k++) {
    snprintf(number, sizeof number, "%d", k);
    EPX_TRY(epx_array_create_text(&dataset->names[k], number));
  }
  return EPX_OK;
}

/* Gets the class of a name, -1 where there is none. */
static int get_class(const epx_dataset *dataset, const char *name) {
  for (int k = 0; k < dataset->n_classes; k++)
    if (strcmp(dataset->names[k], name) == 0) return k;
  return -1;
}

/* place [n_classes of other]: each class's number in the dataset. */
static epx_err match_classes(const epx_dataset *other, const char *path, bool part,
                             const epx_dataset *dataset, int *place) {
  for (int k = 0; k < other->n_classes; k++) {
    place[k] = get_class(dataset, other->names[k]);
    if (place[k] < 0 && !part)
      return EPX_RAISE(
          EPX_EINPUT,
          "%s: contains samples of class '%.40s', but the training part has only '%.40s' to '%.40s'", path,
          other->names[k], dataset->names[0], dataset->names[dataset->n_classes - 1]);
  }
  return EPX_OK;
}

static epx_err append(const epx_dataset *other, const int *place, epx_dataset *dataset) {
  const size_t n = (size_t)dataset->n_samples, n_features = (size_t)dataset->n_features;
  size_t n_both = n;
  epx_dataset *both = NULL;
  EPX_TRY(epx_dataset_create(dataset->n_samples + other->n_samples, dataset->n_features, 0, &both));
  memcpy(both->features, dataset->features, n * n_features * sizeof(double));
  memcpy(both->labels, dataset->labels, n * sizeof(int));
  for (size_t i = 0; i < (size_t)other->n_samples; i++) {
    if (place[other->labels[i]] < 0) continue;
    memcpy(both->features + n_both * n_features, other->features + i * n_features,
           n_features * sizeof(double));
    both->labels[n_both++] = place[other->labels[i]];
  }
  epx_array_destroy(&dataset->features);
  epx_array_destroy(&dataset->labels);
  dataset->features = both->features;
  dataset->labels = both->labels;
  dataset->n_samples = (int)n_both;
  epx_array_destroy(&both);
  return EPX_OK;
}

epx_err epx_dataset_add(const epx_dataset *other, const char *path, bool part, epx_dataset *dataset) {
  int *place = NULL;
  if (other->n_features != dataset->n_features)
    return EPX_RAISE(EPX_EINPUT, "%s: %d features, but the training part has %d", path, other->n_features,
                     dataset->n_features);
  if (other->n_samples > INT_MAX - dataset->n_samples)
    return EPX_RAISE(EPX_EINPUT, "%s: more samples with those of the training part than %d", path, INT_MAX);
  EPX_TRY(EPX_ARRAY(place, (size_t)other->n_classes));
  int code = match_classes(other, path, part, dataset, place);
  if (code == EPX_OK) code = append(other, place, dataset);
  epx_array_destroy(&place);
  return code;
}

/* The class that task.classes means by a number, -1 where there is none. */
static int find_class(const epx_dataset *dataset, int number) {
  char name[16];
  if (!dataset->labelled) return number >= 0 && number < dataset->n_classes ? number : -1;
  snprintf(name, sizeof name, "%d", number);
  return get_class(dataset, name);
}

/* The place of a class of the dataset among those that are kept, -1 where it is none of them. */
static int get_place(const epx_dataset *dataset, int n_classes, const int *classes, int class) {
  for (int k = 0; k < n_classes; k++)
    if (find_class(dataset, classes[k]) == class) return k;
  return -1;
}

/* Keeps the names of the given classes, in their order. */
static epx_err keep_names(int n_classes, const int *classes, epx_dataset *dataset) {
  char **kept = NULL;
  EPX_TRY(EPX_ARRAY(kept, (size_t)n_classes));
  for (int k = 0; k < n_classes; k++) {
    EPX_TRY(epx_array_create_text(&kept[k], dataset->names[find_class(dataset, classes[k])]));
  }
  destroy_names(dataset->n_classes, &dataset->names);
  dataset->names = kept;
  dataset->n_classes = n_classes;
  return EPX_OK;
}

epx_err epx_dataset_set_classes(int n_classes, const int *classes, epx_dataset *dataset) {
  const size_t n_features = (size_t)dataset->n_features;
  size_t n = 0;
  for (size_t i = 0; i < (size_t)dataset->n_samples; i++) {
    const int label = get_place(dataset, n_classes, classes, dataset->labels[i]);
    if (label < 0) continue;
    memmove(dataset->features + n * n_features, dataset->features + i * n_features,
            n_features * sizeof(double));
    dataset->labels[n++] = label;
  }
  dataset->n_samples = (int)n;
  return keep_names(n_classes, classes, dataset);
}

epx_err epx_dataset_check_classes(int n_classes, const int *classes, const epx_dataset *dataset) {
  if (n_classes < 2)
    return EPX_RAISE(EPX_EINPUT, "task.classes: %d class; at least two are needed", n_classes);
  for (int k = 0; k < n_classes; k++) {
    const int class = find_class(dataset, classes[k]);
    if (class < 0 && dataset->labelled)
      return EPX_RAISE(EPX_EINPUT, "task.classes: no sample is of class %d; the labels are '%s' to '%s'",
                       classes[k], dataset->names[0], dataset->names[dataset->n_classes - 1]);
    if (class < 0)
      return EPX_RAISE(EPX_EINPUT, "task.classes: no sample is of class %d; the classes are numbered 0 to %d",
                       classes[k], dataset->n_classes - 1);
    if (get_place(dataset, k, classes, class) >= 0)
      return EPX_RAISE(EPX_EINPUT, "task.classes: class %d appears twice", classes[k]);
  }
  return EPX_OK;
}

epx_err epx_dataset_create_xor(epx_dataset **out) {
  EPX_TRY(epx_dataset_create(4, 2, 2, out));
  EPX_TRY(number_classes(*out));
  for (int i = 0; i < 4; i++) {
    const int u = i / 2, v = i % 2;
    (*out)->features[2 * i] = 2 * u - 1;
    (*out)->features[2 * i + 1] = 2 * v - 1;
    (*out)->labels[i] = u ^ v;
  }
  return EPX_OK;
}

epx_err epx_dataset_create_runs(int n_runs, epx_dataset **out) {
  if (n_runs < 2) return EPX_RAISE(EPX_EINPUT, "task.samples: %d runs; at least 2 are needed", n_runs);
  EPX_TRY(epx_dataset_create(n_runs, 0, 2, out));
  EPX_TRY(number_classes(*out));
  for (int i = 0; i < n_runs; i++)
    (*out)->labels[i] = i % 2;
  return EPX_OK;
}

epx_err epx_dataset_create_moons(int n_samples, double noise, uint64_t seed, epx_dataset **out) {
  if (n_samples < 4) return EPX_RAISE(EPX_EINPUT, "moons need at least 4 samples, not %d", n_samples);
  if (!(noise >= 0) || !isfinite(noise))
    return EPX_RAISE(EPX_EINPUT, "the noise of moons is %g; it is a standard deviation, 0 or more", noise);
  EPX_TRY(epx_dataset_create(n_samples, 2, 2, out));
  EPX_TRY(number_classes(*out));
  const epx_random stream = epx_random_init(seed, "task:moons");
  const double pi = acos(-1);
  const int n_outer = n_samples / 2;
  for (int i = 0; i < n_samples; i++) {
    const int label = i >= n_outer;
    const int n = label ? n_samples - n_outer : n_outer;
    const double t = pi * (label ? i - n_outer : i) / (n - 1);
    double *x = (*out)->features + 2 * (size_t)i;
    x[0] = label ? 1 - cos(t) : cos(t);
    x[1] = label ? 0.5 - sin(t) : sin(t);
    for (uint32_t k = 0; k < 2; k++)
      x[k] += noise * epx_random_eval_normal(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)i, k);
    (*out)->labels[i] = label;
  }
  return EPX_OK;
}

epx_err epx_dataset_create_sine(int n, epx_dataset **out) {
  if (n < 2) return EPX_RAISE(EPX_EINPUT, "task.samples: %d, but sine needs at least 2 points", n);
  if (n > INT_MAX / 2) return EPX_RAISE(EPX_EINPUT, "task.samples: %d; at most %d points", n, INT_MAX / 2);
  EPX_TRY(epx_dataset_create(2 * n - 1, 1, 0, out));
  EPX_TRY(epx_dataset_create_targets(*out, 1));
  (*out)->n_given = n - 1;
  for (int i = 0; i < 2 * n - 1; i++) {
    const double x = -1 + (i < n ? 2.0 * i : 2.0 * (i - n) + 1) / (n - 1);
    (*out)->features[i] = x;
    (*out)->targets[i] = sin(3 * x);
  }
  return EPX_OK;
}
