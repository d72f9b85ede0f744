/** @file
 * File: zlib reads plain files as they are, so that one way serves both kinds.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"

enum { FIRST_ROOM = 1 << 16 };

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

static epx_err read_up_to(gzFile file, const char *path, size_t most, unsigned char **bytes, size_t *size) {
  size_t capacity = FIRST_ROOM;
  EPX_TRY(EPX_ARRAY(*bytes, capacity));
  while (*size < most) {
    if (*size + 1 == capacity) EPX_TRY(grow(bytes, *size, &capacity));
    const size_t spare = capacity - *size - 1, room = spare < most - *size ? spare : most - *size;
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

/* Opens without waiting for a pipe's other end, and looks at what was opened, which nobody can exchange. */
static epx_err open_regular(const char *path, int *descriptor, uint64_t *length) {
  struct stat status;
  *descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (*descriptor < 0) {
    const int reason = errno;
    (void)EPX_RAISE(EPX_EFILE, "%s: cannot be opened: %s", path, strerror(reason));
    errno = reason;
    return EPX_EFILE;
  }
  if (fstat(*descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(*descriptor);
    return EPX_RAISE(EPX_EINPUT, "%s: not a regular file, but a folder, a device or a pipe", path);
  }
  *length = (uint64_t)status.st_size;
  return EPX_OK;
}

static epx_err open_zipped(const char *path, gzFile *file) {
  int descriptor;
  uint64_t length;
  EPX_TRY(open_regular(path, &descriptor, &length));
  *file = gzdopen(descriptor, "rb");
  if (*file) return EPX_OK;
  close(descriptor);
  return EPX_RAISE(EPX_EMEMORY, "%s: cannot be opened: out of memory", path);
}

epx_err epx_file_open(const char *path, FILE **file, uint64_t *length) {
  int descriptor;
  *file = NULL;
  EPX_TRY(open_regular(path, &descriptor, length));
  *file = fdopen(descriptor, "rb");
  if (*file) return EPX_OK;
  close(descriptor);
  return EPX_RAISE(EPX_EMEMORY, "%s: cannot be opened: out of memory", path);
}

epx_err epx_file_read(const char *path, unsigned char **bytes, size_t *size) {
  EPX_TRY(epx_file_read_beginning(path, EPX_FILE_LIMIT + 1, bytes, size));
  if (*size <= EPX_FILE_LIMIT) return EPX_OK;
  epx_array_destroy(bytes);
  return EPX_RAISE(EPX_EINPUT, "%s: larger than %zu MiB when unpacked, the limit", path,
                   EPX_FILE_LIMIT >> 20);
}

epx_err epx_file_read_beginning(const char *path, size_t most, unsigned char **bytes, size_t *size) {
  gzFile file;
  *bytes = NULL;
  *size = 0;
  EPX_TRY(open_zipped(path, &file));
  int code = read_up_to(file, path, most, bytes, size);
  const int closed = gzclose(file);
  if (code == EPX_OK && closed != Z_OK && *size < most)
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be read: the gzip stream ends early", path);
  if (code != EPX_OK) epx_array_destroy(bytes);
  return code;
}
