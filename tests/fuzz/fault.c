/** @file
 * Fault: a library to preload that lets one call of the writing kind fail, the FAULT_AT-th, with ENOSPC, and all after it
 * where FAULT_LASTS is set. Calls count that are on files whose names begin with FAULT_PATH. At the end it appends to
 * FAULT_LOG how many there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long n_calls;

static int is_watched(const char *path) {
  const char *watched = getenv("FAULT_PATH");
  return watched && path && strncmp(path, watched, strlen(watched)) == 0;
}

static int is_watched_file(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = '\0';
  return is_watched(path);
}

static int fails(int watched) {
  const char *at = getenv("FAULT_AT");
  if (!watched) return 0;
  n_calls++;
  if (!at || (n_calls != atol(at) && !(getenv("FAULT_LASTS") && n_calls > atol(at)))) return 0;
  errno = ENOSPC;
  return 1;
}

__attribute__((destructor)) static void tell(void) {
  FILE *log = getenv("FAULT_LOG") ? fopen(getenv("FAULT_LOG"), "a") : NULL;
  if (!log) return;
  fprintf(log, "%ld\n", n_calls);
  fclose(log);
}

#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t n) {
  return fails(is_watched_file(file)) ? -1
                                      : NEXT(write, ssize_t(*)(int, const void *, size_t))(file, bytes, n);
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
