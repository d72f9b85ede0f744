/** @file
 * Arrays: C11 aligned_alloc(), with the size rounded up to whole vectors and zeroed to its very end, so that
 * a kernel that reads the padding of a last vector reads zeros.
 */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

epx_err epx_array_create(void *out, size_t count, size_t size) {
  void *array = NULL;
  memcpy(out, &array, sizeof array);
  if (size != 0 && count > (PTRDIFF_MAX - EPX_ALIGNMENT) / size) {
    return EPX_RAISE(EPX_EMEMORY, "an array of %zu elements of %zu bytes is larger than memory can be", count,
                     size);
  }
  size_t n_bytes = (count * size + EPX_ALIGNMENT - 1) / EPX_ALIGNMENT * EPX_ALIGNMENT;
  if (n_bytes == 0) n_bytes = EPX_ALIGNMENT;
  array = aligned_alloc(EPX_ALIGNMENT, n_bytes);
  if (!array) return EPX_RAISE(EPX_EMEMORY, "no memory for %zu elements of %zu bytes", count, size);
  memset(array, 0, n_bytes);
  memcpy(out, &array, sizeof array);
  return EPX_OK;
}

void epx_array_destroy(void *address) {
  if (!address) return;
  void *array;
  memcpy(&array, address, sizeof array);
  free(array);
  array = NULL;
  memcpy(address, &array, sizeof array);
}

epx_err epx_array_create_text(char **out, const char *text) {
  const size_t n_bytes = strlen(text) + 1;
  EPX_TRY(epx_array_create(out, n_bytes, 1));
  memcpy(*out, text, n_bytes);
  return EPX_OK;
}
