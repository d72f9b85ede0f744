/* Datasets of an npz file: an array of features, and one of classes or some of real targets. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/npz.h"
#include "learning/task/dataset.h"

typedef struct {
  const epx_npz_table *spec;
  epx_npz *npz;
  epx_npz_array features;
  int n_samples, n_features;
} source;

static epx_err raise_lengths(const source *s, const char *name, size_t n) {
  return EPX_RAISE(EPX_EINPUT, "%s: array '%s' has %zu samples, but '%s' has %d", s->spec->path, name, n,
                   s->spec->features, s->n_samples);
}

static epx_err check_finite(const source *s, const char *name, const epx_npz_array *array,
                            size_t per_sample) {
  for (size_t i = 0; i < array->n_values; i++)
    if (!isfinite(array->values[i]))
      return EPX_RAISE(EPX_EINPUT,
                       "%s: array '%s': sample %zu, number %zu is %g; every number must be finite",
                       s->spec->path, name, i / per_sample, i % per_sample, array->values[i]);
  return EPX_OK;
}

/* [sample, …]: all axes behind the first together are the features; two of them an image. */
static epx_err read_features(source *s) {
  const char *name = s->spec->features, *path = s->spec->path;
  epx_npz_array *x = &s->features;
  EPX_TRY(epx_npz_read(s->npz, name, x));
  if (!x->values)
    return EPX_RAISE(EPX_EINPUT, "%s: array '%s' holds texts; features are numbers", path, name);
  if (x->n_axes == 0 || x->n_values == 0)
    return EPX_RAISE(EPX_EINPUT, "%s: array '%s' has no samples", path, name);
  const size_t n_features = x->n_values / x->n[0];
  if (x->n[0] >= INT_MAX || n_features >= INT_MAX)
    return EPX_RAISE(EPX_EINPUT,
                     "%s: array '%s': %zu samples of %zu features; at most %d of each can be read", path,
                     name, x->n[0], n_features, INT_MAX - 1);
  s->n_samples = (int)x->n[0];
  s->n_features = (int)n_features;
  return check_finite(s, name, x, n_features);
}

/* ---- targets */

static epx_err fill_target(const source *s, int k, const epx_npz_array *array, epx_dataset *dataset) {
  const char *name = s->spec->targets[k];
  if (!array->values)
    return EPX_RAISE(EPX_EINPUT, "%s: array '%s' holds texts; targets are numbers", s->spec->path, name);
  if (array->n_axes == 0 || array->n[0] != (size_t)s->n_samples)
    return raise_lengths(s, name, array->n_axes == 0 ? 1 : array->n[0]);
  if (array->n_values != array->n[0])
    return EPX_RAISE(EPX_EINPUT, "%s: array '%s' has %zu numbers a sample; give an array for each target",
                     s->spec->path, name, array->n_values / array->n[0]);
  EPX_TRY(check_finite(s, name, array, 1));
  for (size_t i = 0; i < array->n_values; i++)
    dataset->targets[i * (size_t)dataset->n_targets + (size_t)k] = array->values[i];
  return EPX_OK;
}

static epx_err read_targets(const source *s, epx_dataset *dataset) {
  EPX_TRY(epx_dataset_create_targets(dataset, s->spec->n_targets));
  for (int k = 0; k < s->spec->n_targets; k++) {
    epx_npz_array array;
    EPX_TRY(epx_npz_read(s->npz, s->spec->targets[k], &array));
    const int code = fill_target(s, k, &array, dataset);
    epx_npz_reset_array(&array);
    EPX_TRY(code);
  }
  return EPX_OK;
}

/* ---- classes */

typedef struct {
  double number;
  const char *word; /* NULL: the number */
  int sample;
} class_name;

static int compare(const void *a, const void *b) {
  const class_name *x = a, *y = b;
  return x->word ? strcmp(x->word, y->word) : (x->number > y->number) - (x->number < y->number);
}

static epx_err add_class(const class_name *name, epx_dataset *dataset) {
  char number[32];
  snprintf(number, sizeof number, "%.15g", name->number);
  return epx_array_create_text(&dataset->names[dataset->n_classes++], name->word ? name->word : number);
}

/* Classes are numbered in sorted order: by value of numbers, by bytes of texts. */
static epx_err number_classes(const epx_npz_array *array, class_name *names, epx_dataset *dataset) {
  const size_t n = (size_t)dataset->n_samples;
  dataset->labelled = array->values != NULL;
  for (size_t i = 0; i < n; i++) {
    names[i] = (class_name){array->values ? array->values[i] : 0,
                            array->words ? array->words + i * array->width : NULL, (int)i};
    dataset->labelled =
        dataset->labelled && floor(names[i].number) == names[i].number && fabs(names[i].number) < 1e9;
  }
  qsort(names, n, sizeof *names, compare);
  EPX_TRY(EPX_ARRAY(dataset->names, n));
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || compare(&names[i - 1], &names[i]) != 0) EPX_TRY(add_class(&names[i], dataset));
    dataset->labels[names[i].sample] = dataset->n_classes - 1;
  }
  return EPX_OK;
}

static epx_err check_labels(const source *s, const epx_npz_array *array) {
  const char *name = s->spec->label;
  if (array->n_axes == 0 || array->n[0] != (size_t)s->n_samples)
    return raise_lengths(s, name, array->n_axes == 0 ? 1 : array->n[0]);
  if (array->n_values != array->n[0])
    return EPX_RAISE(EPX_EINPUT,
                     "%s: array '%s' has %zu values a sample; a class is one number or one word, not one of "
                     "several columns",
                     s->spec->path, name, array->n_values / array->n[0]);
  return array->values ? check_finite(s, name, array, 1) : EPX_OK;
}

static epx_err read_classes(const source *s, epx_dataset *dataset) {
  epx_npz_array array;
  class_name *names = NULL;
  EPX_TRY(epx_npz_read(s->npz, s->spec->label, &array));
  int code = check_labels(s, &array);
  if (code == EPX_OK) code = EPX_ARRAY(names, (size_t)s->n_samples);
  if (code == EPX_OK) code = number_classes(&array, names, dataset);
  if (code == EPX_OK && dataset->n_classes < 2)
    code = EPX_RAISE(EPX_EINPUT,
                     "%s: array '%s': all samples are of class '%.40s'; at least two classes are needed",
                     s->spec->path, s->spec->label, dataset->names[0]);
  epx_array_destroy(&names);
  epx_npz_reset_array(&array);
  return code;
}

static epx_err create_from(source *s, epx_dataset **out) {
  EPX_TRY(read_features(s));
  EPX_TRY(epx_dataset_create(s->n_samples, s->n_features, 0, out));
  memcpy((*out)->features, s->features.values, s->features.n_values * sizeof(double));
  if (s->features.n_axes == 3) {
    (*out)->n_rows = (int)s->features.n[1];
    (*out)->n_columns = (int)s->features.n[2];
  }
  const int code = s->spec->n_targets > 0 ? read_targets(s, *out) : read_classes(s, *out);
  if (code != EPX_OK) epx_dataset_destroy(out);
  return code;
}

epx_err epx_dataset_create_npz(const epx_npz_table *spec, epx_dataset **out) {
  source s = {.spec = spec};
  *out = NULL;
  int code = epx_npz_create(spec->path, &s.npz);
  if (code == EPX_OK) code = create_from(&s, out);
  epx_npz_reset_array(&s.features);
  epx_npz_destroy(&s.npz);
  return code;
}
