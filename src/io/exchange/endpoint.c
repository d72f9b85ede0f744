/** @file
 * Endpoint: the file is bound under a closed umask, in a closed folder, so that at no moment it is open to others.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/exchange/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { N_WAITING = 8 };

static epx_err set_address(const char *path, struct sockaddr_un *address) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address->sun_path)
    return EPX_RAISE(EPX_EINPUT, "--socket %s: %zu bytes; a path of at most %zu is wanted", path,
                     strlen(path), sizeof address->sun_path - 1);
  strcpy(address->sun_path, path);
  return EPX_OK;
}

static epx_err check_folder(const char *path) {
  char folder[sizeof(struct sockaddr_un)];
  struct stat status;
  const char *slash = strrchr(path, '/');
  if (!slash || slash == path)
    return EPX_RAISE(EPX_EINPUT,
                     "--socket %s: a file in a folder of its own is wanted, such as drive/epilux.sock", path);
  snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
  if (mkdir(folder, 0700) != 0 && errno != EEXIST)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", folder, strerror(errno));
  if (lstat(folder, &status) != 0)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", folder, strerror(errno));
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
    return EPX_RAISE(EPX_EINPUT,
                     "--socket %s: others may enter its folder; one of your own is wanted: chmod 700 %s",
                     path, folder);
  return EPX_OK;
}

/* Removes what a dead process left. */
static epx_err clear_place(const char *path, const struct sockaddr_un *address) {
  struct stat status;
  if (lstat(path, &status) != 0) return EPX_OK;
  if (!S_ISSOCK(status.st_mode))
    return EPX_RAISE(EPX_EINPUT, "--socket %s: there is another file of that name", path);
  const int probe = socket(AF_UNIX, SOCK_STREAM, 0);
  if (probe < 0) return EPX_RAISE(EPX_EFILE, "no socket can be made: %s", strerror(errno));
  const int refused = connect(probe, (const struct sockaddr *)address, sizeof *address) != 0;
  close(probe);
  if (!refused) return EPX_RAISE(EPX_EBUSY, "--socket %s: another process serves there", path);
  return unlink(path) == 0 ? EPX_OK
                           : EPX_RAISE(EPX_EFILE, "%s: cannot be removed: %s", path, strerror(errno));
}

epx_err epx_endpoint_create(const char *path, int *listener) {
  struct sockaddr_un address;
  *listener = -1;
  EPX_TRY(set_address(path, &address));
  EPX_TRY(check_folder(path));
  EPX_TRY(clear_place(path, &address));
  const int made = socket(AF_UNIX, SOCK_STREAM, 0);
  if (made < 0) return EPX_RAISE(EPX_EFILE, "no socket can be made: %s", strerror(errno));
  const mode_t before = umask(0177);
  const int bound = bind(made, (const struct sockaddr *)&address, sizeof address);
  umask(before);
  if (bound != 0 || listen(made, N_WAITING) != 0) {
    const int code = EPX_RAISE(EPX_EFILE, "--socket %s: %s", path, strerror(errno));
    close(made);
    return code;
  }
  *listener = made;
  return EPX_OK;
}

void epx_endpoint_destroy(const char *path, int listener) {
  close(listener);
  unlink(path);
}
