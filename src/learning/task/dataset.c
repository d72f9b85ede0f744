/* Memory of a dataset, the one way files are read, and the two datasets that are formulas. */
#include "learning/task/dataset.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

#include "base/array.h"
#include "base/numbers/random.h"

epx_err epx_dataset_create(int n_samples, int n_features, int n_classes, epx_dataset **out) {
  epx_dataset *dataset = NULL;
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

void epx_dataset_destroy(epx_dataset **address) {
  if (!address || !*address) return;
  epx_array_destroy(&(*address)->features);
  epx_array_destroy(&(*address)->labels);
  epx_array_destroy(address);
}

epx_err epx_dataset_add(const epx_dataset *other, const char *path, epx_dataset *dataset) {
  const size_t n = (size_t)dataset->n_samples, n_other = (size_t)other->n_samples,
               n_features = (size_t)dataset->n_features;
  epx_dataset *both = NULL;
  if (other->n_features != dataset->n_features)
    return EPX_RAISE(EPX_EINPUT, "%s: %d features, but the training part has %d", path, other->n_features,
                     dataset->n_features);
  if (other->n_classes > dataset->n_classes)
    return EPX_RAISE(EPX_EINPUT, "%s: a sample of class %d, but the training part has classes 0 to %d only",
                     path, other->n_classes - 1, dataset->n_classes - 1);
  EPX_TRY(epx_dataset_create((int)(n + n_other), dataset->n_features, dataset->n_classes, &both));
  memcpy(both->features, dataset->features, n * n_features * sizeof(double));
  memcpy(both->features + n * n_features, other->features, n_other * n_features * sizeof(double));
  memcpy(both->labels, dataset->labels, n * sizeof(int));
  memcpy(both->labels + n, other->labels, n_other * sizeof(int));
  epx_array_destroy(&dataset->features);
  epx_array_destroy(&dataset->labels);
  dataset->features = both->features;
  dataset->labels = both->labels;
  dataset->n_samples += other->n_samples;
  epx_array_destroy(&both);
  return EPX_OK;
}

static int get_place(int n_classes, const int *classes, int label) {
  for (int k = 0; k < n_classes; k++) {
    if (classes[k] == label) return k;
  }
  return -1;
}

void epx_dataset_set_classes(int n_classes, const int *classes, epx_dataset *dataset) {
  const size_t n_features = (size_t)dataset->n_features;
  size_t n = 0;
  for (size_t i = 0; i < (size_t)dataset->n_samples; i++) {
    const int label = get_place(n_classes, classes, dataset->labels[i]);
    if (label < 0) continue;
    memmove(dataset->features + n * n_features, dataset->features + i * n_features,
            n_features * sizeof(double));
    dataset->labels[n++] = label;
  }
  dataset->n_samples = (int)n;
  dataset->n_classes = n_classes;
}

epx_err epx_dataset_check_classes(int n_classes, const int *classes, const epx_dataset *dataset) {
  if (n_classes < 2)
    return EPX_RAISE(EPX_EINPUT, "task.classes: %d class; at least two are needed", n_classes);
  for (int k = 0; k < n_classes; k++) {
    int i = 0;
    if (get_place(k, classes, classes[k]) >= 0)
      return EPX_RAISE(EPX_EINPUT, "task.classes: class %d stands there twice", classes[k]);
    while (i < dataset->n_samples && dataset->labels[i] != classes[k])
      i++;
    if (i == dataset->n_samples)
      return EPX_RAISE(EPX_EINPUT, "task.classes: no sample is of class %d; the classes are numbered 0 to %d",
                       classes[k], dataset->n_classes - 1);
  }
  return EPX_OK;
}

/* Moves the bytes to an array of twice the capacity. */
static epx_err grow(unsigned char **bytes, size_t size, size_t *capacity) {
  unsigned char *larger = NULL;
  EPX_TRY(EPX_ARRAY(larger, 2 * *capacity));
  memcpy(larger, *bytes, size);
  epx_array_destroy(bytes);
  *bytes = larger;
  *capacity *= 2;
  return EPX_OK;
}

static epx_err read_all(gzFile file, const char *path, unsigned char **bytes, size_t *size) {
  size_t capacity = (size_t)1 << 16;
  EPX_TRY(EPX_ARRAY(*bytes, capacity));
  for (;;) {
    if (*size + 1 == capacity) EPX_TRY(grow(bytes, *size, &capacity));
    const size_t room = capacity - *size - 1;
    const int n = gzread(file, *bytes + *size, room > INT_MAX ? INT_MAX : (unsigned)room);
    if (n < 0) {
      int number = Z_OK;
      const char *text = gzerror(file, &number);
      return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", path, number == Z_ERRNO ? strerror(errno) : text);
    }
    if (n == 0) break;
    *size += (size_t)n;
  }
  (*bytes)[*size] = 0;
  return EPX_OK;
}

epx_err epx_dataset_read_file(const char *path, unsigned char **bytes, size_t *size) {
  *bytes = NULL;
  *size = 0;
  errno = 0;
  gzFile file = gzopen(path, "rb");
  if (!file)
    return EPX_RAISE(errno ? EPX_EFILE : EPX_EMEMORY, "%s: cannot be opened: %s", path,
                     errno ? strerror(errno) : "out of memory");
  int code = read_all(file, path, bytes, size);
  const int closed = gzclose(file);
  if (code == EPX_OK && closed != Z_OK)
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be read: the gzip stream ends early", path);
  if (code != EPX_OK) epx_array_destroy(bytes);
  return code;
}

epx_err epx_dataset_create_xor(epx_dataset **out) {
  EPX_TRY(epx_dataset_create(4, 2, 2, out));
  for (int i = 0; i < 4; i++) {
    const int u = i / 2, v = i % 2;
    (*out)->features[2 * i] = 2 * u - 1;
    (*out)->features[2 * i + 1] = 2 * v - 1;
    (*out)->labels[i] = u ^ v;
  }
  return EPX_OK;
}

epx_err epx_dataset_create_moons(int n_samples, double noise, uint64_t seed, epx_dataset **out) {
  if (n_samples < 4) return EPX_RAISE(EPX_EINPUT, "moons need at least 4 samples, not %d", n_samples);
  if (!(noise >= 0) || !isfinite(noise))
    return EPX_RAISE(EPX_EINPUT, "the noise of moons is %g; it is a standard deviation, 0 or more", noise);
  EPX_TRY(epx_dataset_create(n_samples, 2, 2, out));
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
