/** @file
 * Lock: a POSIX record lock on a file of its own, for closing any descriptor of a locked file drops its
 * locks, and results file and journal are opened and closed as needed.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/recovery/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "epilux/log.h"
#include "io/recovery/output.h"

struct epx_lock {
  char *path;
  int file;
};

static struct flock get_whole(short type) {
  return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

/* What the holder wrote of itself; a lock that came from elsewhere has only a process number. */
static void read_holder(int file, long process, char *holder, size_t size) {
  char text[256] = "";
  const ssize_t n = pread(file, text, sizeof text - 1, 0);
  text[n > 0 ? n : 0] = '\0';
  text[strcspn(text, "\n")] = '\0';
  if (*text)
    snprintf(holder, size, "%s", text);
  else
    snprintf(holder, size, "process %ld", process);
}

size_t epx_lock_get_holder(const char *path, char *holder, size_t size) {
  *holder = '\0';
  const int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return 0;
  struct flock whole = get_whole(F_WRLCK);
  if (fcntl(file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK)
    read_holder(file, (long)whole.l_pid, holder, size);
  close(file);
  return strlen(holder);
}

/* The last holder removes the file before it lets go: a lock on a removed file excludes nobody. */
static bool is_at(int file, const char *path) {
  struct stat held, named;
  return fstat(file, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

static epx_err take(const char *path, int *file) {
  for (;;) {
    EPX_TRY(epx_output_check_kind(path, EPX_OUTPUT_LOCK));
    *file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (*file < 0) return EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", path, strerror(errno));
    struct flock whole = get_whole(F_WRLCK);
    if (fcntl(*file, F_SETLK, &whole) != 0) {
      const int reason = errno;
      if (reason != EACCES && reason != EAGAIN) {
        epx_log_write(EPX_LOG_WARNING, "lock",
                      "%s: cannot be locked (%s): do not start a second run on these results", path,
                      strerror(reason));
        return EPX_OK;
      }
      char holder[256];
      read_holder(*file, 0, holder, sizeof holder);
      close(*file);
      return EPX_RAISE(EPX_EBUSY, "%s: in use by %s; wait for that run, or stop it", path, holder);
    }
    if (is_at(*file, path)) return EPX_OK;
    close(*file);
  }
}

static epx_err create(const char *path, epx_lock *lock) {
  EPX_TRY(epx_array_create_text(&lock->path, path));
  EPX_TRY(take(path, &lock->file));
  char host[128] = "", text[256];
  gethostname(host, sizeof host - 1);
  const int n = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
  if (ftruncate(lock->file, 0) != 0 || pwrite(lock->file, text, (size_t)n, 0) != n)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", path, strerror(errno));
  return EPX_OK;
}

epx_err epx_lock_create(const char *path, epx_lock **out) {
  *out = NULL;
  epx_lock *lock;
  EPX_TRY(EPX_ARRAY(lock, 1));
  lock->file = -1;
  const int code = create(path, lock);
  if (code == EPX_OK)
    *out = lock;
  else if (code == EPX_EFILE && lock->file >= 0)
    epx_lock_destroy(&lock);
  else {
    epx_array_destroy(&lock->path);
    epx_array_destroy(&lock);
  }
  return code;
}

void epx_lock_destroy(epx_lock **address) {
  epx_lock *lock = *address;
  if (!lock) return;
  if (is_at(lock->file, lock->path)) unlink(lock->path);
  close(lock->file);
  epx_array_destroy(&lock->path);
  epx_array_destroy(address);
}
