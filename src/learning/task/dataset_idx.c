/* IDX, the format of MNIST: big-endian 32-bit words (magic, count, sizes), then one byte a value. */
#include <limits.h>
#include <stdio.h>

#include "base/array.h"
#include "base/file.h"
#include "learning/task/dataset.h"

static const uint32_t magic_images = 0x803, magic_labels = 0x801;

static uint32_t get_word(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Checks magic number, header and length, and gives the sizes [n_sizes] of the array. */
static epx_err check(const char *path, const unsigned char *bytes, size_t size, uint32_t magic, int n_sizes,
                     uint32_t *sizes) {
  const char *what = magic == magic_images ? "images" : "labels";
  const uint32_t found = size >= 4 ? get_word(bytes) : 0;
  if (size >= 4 && found != magic && (found == magic_images || found == magic_labels))
    return EPX_RAISE(EPX_EINPUT, "%s: contains IDX %s instead of %s: are images and labels exchanged?", path,
                     found == magic_images ? "images" : "labels", what);
  if (size >= 4 && found != magic)
    return EPX_RAISE(EPX_EINPUT, "%s: magic number 0x%08x; IDX %s of unsigned bytes begin with 0x%08x", path,
                     (unsigned)found, what, (unsigned)magic);
  const size_t header = 4 + 4 * (size_t)n_sizes;
  if (size < header)
    return EPX_RAISE(EPX_EINPUT, "%s: truncated: %zu bytes are less than the header of IDX %s", path, size,
                     what);
  uint64_t n = 1;
  for (int k = 0; k < n_sizes; k++) {
    sizes[k] = get_word(bytes + 4 + 4 * k);
    if (sizes[k] == 0 || sizes[k] > INT_MAX || n > UINT64_MAX / sizes[k])
      return EPX_RAISE(EPX_EINPUT, "%s: size %u of dimension %d in the header; must be 1 to %d", path,
                       (unsigned)sizes[k], k + 1, INT_MAX);
    n *= sizes[k];
  }
  if (size - header != n)
    return EPX_RAISE(EPX_EINPUT, "%s: %s: %zu bytes of data where the header says %llu", path,
                     size - header < n ? "truncated" : "too long", size - header, (unsigned long long)n);
  return EPX_OK;
}

enum { N_BYTES = 256 };

/* number [N_BYTES]: the class of each label, those that there are in order; -1: none of it. */
static void count_classes(uint32_t n, const unsigned char *labels, int *n_classes, int *number) {
  for (int k = 0; k < N_BYTES; k++)
    number[k] = -1;
  for (uint32_t i = 0; i < n; i++)
    number[labels[i]] = 0;
  *n_classes = 0;
  for (int k = 0; k < N_BYTES; k++)
    if (number[k] == 0) number[k] = (*n_classes)++;
}

static epx_err name_classes(const int *number, epx_dataset *dataset) {
  char name[16];
  dataset->labelled = true;
  EPX_TRY(EPX_ARRAY(dataset->names, (size_t)dataset->n_classes));
  for (int k = 0; k < N_BYTES; k++) {
    if (number[k] < 0) continue;
    snprintf(name, sizeof name, "%d", k);
    EPX_TRY(epx_array_create_text(&dataset->names[number[k]], name));
  }
  return EPX_OK;
}

static epx_err fill(const char *images, const unsigned char *pixels, const uint32_t *sizes,
                    const char *labels, const unsigned char *classes, epx_dataset **out) {
  const uint64_t n_features = (uint64_t)sizes[1] * sizes[2];
  if (n_features > INT_MAX)
    return EPX_RAISE(EPX_EINPUT, "%s: images of %u x %u pixels have too many pixels to be inputs", images,
                     (unsigned)sizes[1], (unsigned)sizes[2]);
  int n_classes, number[N_BYTES];
  count_classes(sizes[0], classes, &n_classes, number);
  if (n_classes < 2)
    return EPX_RAISE(EPX_EINPUT, "%s: all %u labels are %d; at least two classes are needed", labels,
                     (unsigned)sizes[0], classes[0]);
  EPX_TRY(epx_dataset_create((int)sizes[0], (int)n_features, n_classes, out));
  EPX_TRY(name_classes(number, *out));
  (*out)->n_rows = (int)sizes[1];
  (*out)->n_columns = (int)sizes[2];
  for (size_t i = 0; i < (size_t)sizes[0] * (size_t)n_features; i++)
    (*out)->features[i] = pixels[i];
  for (size_t i = 0; i < sizes[0]; i++)
    (*out)->labels[i] = number[classes[i]];
  return EPX_OK;
}

static epx_err create_from_bytes(const char *images, const unsigned char *image_bytes, size_t image_size,
                                 const char *labels, const unsigned char *label_bytes, size_t label_size,
                                 epx_dataset **out) {
  uint32_t sizes[3], n_labels;
  EPX_TRY(check(images, image_bytes, image_size, magic_images, 3, sizes));
  EPX_TRY(check(labels, label_bytes, label_size, magic_labels, 1, &n_labels));
  if (n_labels != sizes[0])
    return EPX_RAISE(EPX_EINPUT, "%s: %u labels, but %s holds %u images", labels, (unsigned)n_labels, images,
                     (unsigned)sizes[0]);
  const int code = fill(images, image_bytes + 16, sizes, labels, label_bytes + 8, out);
  if (code != EPX_OK) epx_dataset_destroy(out);
  return code;
}

epx_err epx_dataset_create_idx(const char *images, const char *labels, epx_dataset **out) {
  unsigned char *image_bytes = NULL, *label_bytes = NULL;
  size_t image_size = 0, label_size = 0;
  *out = NULL;
  int code = epx_file_read(images, &image_bytes, &image_size);
  if (code == EPX_OK) code = epx_file_read(labels, &label_bytes, &label_size);
  if (code == EPX_OK)
    code = create_from_bytes(images, image_bytes, image_size, labels, label_bytes, label_size, out);
  epx_array_destroy(&image_bytes);
  epx_array_destroy(&label_bytes);
  EPX_TRY(code);
  return EPX_OK;
}
