/* IDX, the format of MNIST: big-endian 32-bit words (magic, count, sizes), then one byte a value. */
#include <limits.h>

#include "base/array.h"
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
    return EPX_RAISE(EPX_EINPUT, "%s: holds IDX %s, but %s are wanted: are images and labels exchanged?",
                     path, found == magic_images ? "images" : "labels", what);
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
      return EPX_RAISE(EPX_EINPUT, "%s: size %u of dimension %d in the header; 1 to %d is wanted", path,
                       (unsigned)sizes[k], k + 1, INT_MAX);
    n *= sizes[k];
  }
  if (size - header != n)
    return EPX_RAISE(EPX_EINPUT, "%s: %s: %zu bytes of data where the header says %llu", path,
                     size - header < n ? "truncated" : "too long", size - header, (unsigned long long)n);
  return EPX_OK;
}

static epx_err fill(const char *images, const unsigned char *pixels, const uint32_t *sizes,
                    const char *labels, const unsigned char *classes, epx_dataset **out) {
  const uint64_t n_features = (uint64_t)sizes[1] * sizes[2];
  if (n_features > INT_MAX)
    return EPX_RAISE(EPX_EINPUT, "%s: %u x %u pixels an image are more than can be inputs", images,
                     (unsigned)sizes[1], (unsigned)sizes[2]);
  int low = 255, high = 0;
  for (uint32_t i = 0; i < sizes[0]; i++) {
    low = classes[i] < low ? classes[i] : low;
    high = classes[i] > high ? classes[i] : high;
  }
  if (low == high)
    return EPX_RAISE(EPX_EINPUT, "%s: all %u labels are %d; at least two classes are wanted", labels,
                     (unsigned)sizes[0], low);
  EPX_TRY(epx_dataset_create((int)sizes[0], (int)n_features, high + 1, out));
  (*out)->n_rows = (int)sizes[1];
  (*out)->n_columns = (int)sizes[2];
  for (size_t i = 0; i < (size_t)sizes[0] * (size_t)n_features; i++)
    (*out)->features[i] = pixels[i];
  for (size_t i = 0; i < sizes[0]; i++)
    (*out)->labels[i] = classes[i];
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
  EPX_TRY(fill(images, image_bytes + 16, sizes, labels, label_bytes + 8, out));
  return EPX_OK;
}

epx_err epx_dataset_create_idx(const char *images, const char *labels, epx_dataset **out) {
  unsigned char *image_bytes = NULL, *label_bytes = NULL;
  size_t image_size = 0, label_size = 0;
  *out = NULL;
  int code = epx_dataset_read_file(images, &image_bytes, &image_size);
  if (code == EPX_OK) code = epx_dataset_read_file(labels, &label_bytes, &label_size);
  if (code == EPX_OK)
    code = create_from_bytes(images, image_bytes, image_size, labels, label_bytes, label_size, out);
  epx_array_destroy(&image_bytes);
  epx_array_destroy(&label_bytes);
  EPX_TRY(code);
  return EPX_OK;
}
