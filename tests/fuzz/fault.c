/** @file
 * Fault: a library to preload that lets one call of the writing kind fail, the FAULT_AT-th, and all after it where
 * FAULT_LASTS is set: with ENOSPC, or with EIO what does not ask for room (close, unlink, chmod, chown). Where FAULT_HALF is
 * set, a write takes half of its bytes first. Calls count that are on files whose names begin with FAULT_PATH, and on the
 * folder of these. At the end it appends to FAULT_LOG how many there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long n_calls;

static int is_watched(const char *path) {
  const char *watched = getenv("FAULT_PATH");
  return watched && path && strncmp(path, watched, strlen(watched)) == 0;
}

/* The folder of the watched files, which is brought to the disk with them. */
static int is_folder(const char *path) {
  const char *watched = getenv("FAULT_PATH"), *slash = watched ? strrchr(watched, '/') : NULL;
  return slash && strlen(path) == (size_t)(slash - watched) && strncmp(path, watched, strlen(path)) == 0;
}

static int is_watched_file(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = '\0';
  return is_watched(path) || is_folder(path);
}

static int fails_with(int watched, int reason) {
  const char *at = getenv("FAULT_AT");
  if (!watched) return 0;
  n_calls++;
  if (!at || (n_calls != atol(at) && !(getenv("FAULT_LASTS") && n_calls > atol(at)))) return 0;
  errno = reason;
  return 1;
}

static int fails(int watched) {
  return fails_with(watched, ENOSPC);
}

__attribute__((destructor)) static void tell(void) {
  FILE *log = getenv("FAULT_LOG") ? fopen(getenv("FAULT_LOG"), "a") : NULL;
  if (!log) return;
  fprintf(log, "%ld\n", n_calls);
  fclose(log);
}

#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t n) {
  static long half_at;
  const int failed = fails(is_watched_file(file));
  if (failed && (!getenv("FAULT_HALF") || n < 2 || (half_at > 0 && half_at != n_calls))) return -1;
  if (failed) half_at = n_calls;
  return NEXT(write, ssize_t(*)(int, const void *, size_t))(file, bytes, failed ? n / 2 : n);
}

ssize_t pwrite(int file, const void *bytes, size_t n, off_t at) {
  return fails(is_watched_file(file))
             ? -1
             : NEXT(pwrite, ssize_t(*)(int, const void *, size_t, off_t))(file, bytes, n, at);
}

int fsync(int file) {
  return fails(is_watched_file(file)) ? -1 : NEXT(fsync, int (*)(int))(file);
}

int fdatasync(int file) {
  return fails(is_watched_file(file)) ? -1 : NEXT(fdatasync, int (*)(int))(file);
}

int ftruncate(int file, off_t n) {
  return fails(is_watched_file(file)) ? -1 : NEXT(ftruncate, int (*)(int, off_t))(file, n);
}

int rename(const char *from, const char *to) {
  return fails(is_watched(to)) ? -1 : NEXT(rename, int (*)(const char *, const char *))(from, to);
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if ((flags & O_CREAT) && fails(is_watched(path))) return -1;
  return NEXT(open, int (*)(const char *, int, ...))(path, flags, mode);
}

/* The file is closed all the same, as on a network's file system that only then says what became of its bytes. */
int close(int file) {
  const int failed = fails_with(is_watched_file(file), EIO);
  const int code = NEXT(close, int (*)(int))(file);
  if (failed) errno = EIO;
  return failed ? -1 : code;
}

int unlink(const char *path) {
  return fails_with(is_watched(path), EIO) ? -1 : NEXT(unlink, int (*)(const char *))(path);
}

int chmod(const char *path, mode_t mode) {
  return fails_with(is_watched(path), EIO) ? -1 : NEXT(chmod, int (*)(const char *, mode_t))(path, mode);
}

int chown(const char *path, uid_t owner, gid_t group) {
  return fails_with(is_watched(path), EIO)
             ? -1
             : NEXT(chown, int (*)(const char *, uid_t, gid_t))(path, owner, group);
}
