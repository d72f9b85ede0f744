/** @file
 * Folder: fsync() of its descriptor.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/recovery/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"

epx_err epx_folder_write(const char *path) {
  char *name;
  EPX_TRY(epx_array_create_text(&name, path));
  char *slash = strrchr(name, '/');
  if (slash) slash[slash == name] = '\0';
  const int folder = open(slash ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int reason = errno;
  epx_array_destroy(&name);
  if (folder < 0) return EPX_RAISE(EPX_EFILE, "%s: its folder cannot be opened: %s", path, strerror(reason));
  const int code = fsync(folder);
  const bool failed = code != 0 && errno == EIO;
  close(folder);
  return failed ? EPX_RAISE(EPX_EFILE, "%s: its folder cannot be written: %s", path, strerror(EIO)) : EPX_OK;
}
