/** @file
 * Output: a name is looked at, then made anew where nothing stands; what could be put there in between is met by
 * O_EXCL, and never followed.
 */
#define _XOPEN_SOURCE 700
#include "io/recovery/output.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "io/recovery/folder.h"

enum { PATH_BYTES = 4096, N_LINKS_MAX = 40, N_BEGIN_MAX = 8, SIDE_NAME_BYTES = 72 };

static const struct {
  const char *begin;
  size_t n;
  const char *name;
} kinds[] = {[EPX_OUTPUT_LOCK] = {"process ", 8, "lock"},
             [EPX_OUTPUT_JOURNAL] = {"EPXJRNL", 7, "journal"},
             [EPX_OUTPUT_ATTEMPTS] = {"EPXATTM", 7, "list of attempts"},
             [EPX_OUTPUT_CHECKPOINT] = {"EPXCHKP", 7, "checkpoint"},
             [EPX_OUTPUT_HDF5] = {"\211HDF\r\n\032\n", 8, "HDF5 file"},
             [EPX_OUTPUT_XDMF] = {"<?xml ve", 8, "XDMF file"},
             [EPX_OUTPUT_SCRIPT] = {"#!/bin/b", 8, "job script"},
             [EPX_OUTPUT_ANY] = {"", 0, "file"}};

/* ---- paths */

/* The folder of a path, with its last slash, into folder [PATH_BYTES]; "" for the working folder. */
static epx_err eval_folder(const char *path, char *folder) {
  const char *slash = strrchr(path, '/');
  const size_t n = slash ? (size_t)(slash - path) + 1 : 0;
  if (n >= PATH_BYTES) return EPX_RAISE(EPX_EFILE, "%.100s…: a path of more than %d bytes", path, PATH_BYTES);
  memcpy(folder, path, n);
  folder[n] = '\0';
  return EPX_OK;
}

static const char *get_base(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* One step along a link: *path, which is the caller's, becomes what it says. */
static epx_err follow(char **path) {
  char target[PATH_BYTES], folder[PATH_BYTES];
  const ssize_t n = readlink(*path, target, sizeof target - 1);
  if (n < 0) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", *path, strerror(errno));
  target[n] = '\0';
  EPX_TRY(eval_folder(*path, folder));
  if (target[0] == '/') folder[0] = '\0';
  epx_array_destroy(path);
  const size_t size = strlen(folder) + strlen(target) + 1;
  EPX_TRY(EPX_ARRAY(*path, size));
  snprintf(*path, size, "%s%s", folder, target);
  return EPX_OK;
}

epx_err epx_output_create_path(const char *path, char **file) {
  struct stat state;
  int code = epx_array_create_text(file, path);
  for (int n = 0; code == EPX_OK && lstat(*file, &state) == 0 && S_ISLNK(state.st_mode); n++)
    code =
        n < N_LINKS_MAX ? follow(file) : EPX_RAISE(EPX_EFILE, "%s: its symbolic links form a circle", path);
  if (code != EPX_OK) epx_array_destroy(file);
  return code;
}

bool epx_output_is_same(const char *path, const char *other) {
  struct stat a, b;
  char folder[PATH_BYTES], other_folder[PATH_BYTES];
  const bool there = stat(path, &a) == 0, other_there = stat(other, &b) == 0;
  if (there && other_there) return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
  if (there != other_there || strcmp(get_base(path), get_base(other)) != 0) return false;
  if (eval_folder(path, folder) != EPX_OK || eval_folder(other, other_folder) != EPX_OK) return false;
  return stat(*folder ? folder : ".", &a) == 0 && stat(*other_folder ? other_folder : ".", &b) == 0 &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* ---- names of results */

bool epx_output_is_beside(const char *path) {
  const char *base = get_base(path);
  static const char *const ends[] = {".journal", ".lock", ".attempts", EPX_OUTPUT_PART};
  const size_t n = strlen(base);
  for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
    const size_t n_end = strlen(ends[k]);
    if (n > n_end && strcmp(base + n - n_end, ends[k]) == 0) return true;
  }
  for (const char *dot = strchr(base, '.'); dot; dot = strchr(dot + 1, '.')) {
    int end = 0;
    if (sscanf(dot, ".checkpoint.%*[0-9].%*[0-9]%n", &end) == 0 && end > 0) return true;
    end = 0;
    if (sscanf(dot, ".fields.%*[0-9].%n", &end) == 0 && end > 0) return true;
  }
  return strstr(base, EPX_OUTPUT_PART) != NULL;
}

static epx_err check_letters(const char *file) {
  for (const unsigned char *c = (const unsigned char *)file; *c; c++)
    if (iscntrl(*c))
      return EPX_RAISE(EPX_EINPUT, "the results file's path has a control character (%d, at byte %d): %s", *c,
                       (int)((const char *)c - file), "take another name");
  return EPX_OK;
}

static epx_err check_folder(const char *file) {
  char folder[PATH_BYTES];
  struct stat state;
  EPX_TRY(eval_folder(file, folder));
  const char *name = *folder ? folder : ".";
  if (stat(name, &state) != 0) return EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", file, strerror(errno));
  if (!S_ISDIR(state.st_mode)) return EPX_RAISE(EPX_EFILE, "%s: cannot be made: not a folder", file);
  const long longest = pathconf(name, _PC_NAME_MAX);
  const size_t n = strlen(get_base(file)),
               most = (size_t)(longest > 0 ? longest : NAME_MAX) - SIDE_NAME_BYTES;
  if (n == 0) return EPX_RAISE(EPX_EINPUT, "%s: names no file", file);
  if (n > most)
    return EPX_RAISE(
        EPX_EINPUT,
        "%s: the name has %zu bytes; use at most %zu, to leave room for the names of the files beside it",
        file, n, most);
  return EPX_OK;
}

epx_err epx_output_check(const char *file) {
  struct stat state;
  EPX_TRY(check_letters(file));
  EPX_TRY(check_folder(file));
  if (epx_output_is_beside(file))
    return EPX_RAISE(
        EPX_EINPUT,
        "%s: this name is reserved for a file beside the results of a campaign; choose another name", file);
  if (stat(file, &state) != 0) {
    if (errno == ENOENT) return EPX_OK;
    return EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", file, strerror(errno));
  }
  if (S_ISREG(state.st_mode)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s: a folder, a device or a pipe; results need a regular file", file);
}

epx_err epx_output_check_replaceable(const char *file) {
  if (epx_output_check_kind(file, EPX_OUTPUT_HDF5) == EPX_OK) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s: was not written by this program, so --force does not replace it; choose another name",
                   file);
}

/* ---- files beside results */

static epx_err check_begin(const char *name, epx_output_kind kind, int file) {
  char begin[N_BEGIN_MAX];
  struct stat state;
  const bool regular = fstat(file, &state) == 0 && S_ISREG(state.st_mode);
  const ssize_t n = regular ? pread(file, begin, kinds[kind].n, 0) : -1;
  if (n >= 0 && memcmp(begin, kinds[kind].begin, (size_t)n) == 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s: is not a %s of this program, which needs this name; move the file away",
                   name, kinds[kind].name);
}

epx_err epx_output_check_kind(const char *name, epx_output_kind kind) {
  const int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (file < 0 && errno == ENOENT) return EPX_OK;
  if (file < 0 && errno == ELOOP)
    return EPX_RAISE(EPX_EINPUT, "%s: is a link, and this program needs this name; move the link away", name);
  if (file < 0) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", name, strerror(errno));
  const int code = check_begin(name, kind, file);
  close(file);
  return code;
}

epx_err epx_output_remove(const char *name, epx_output_kind kind) {
  EPX_TRY(epx_output_check_kind(name, kind));
  if (unlink(name) == 0 || errno == ENOENT) return EPX_OK;
  return EPX_RAISE(EPX_EFILE, "%s: cannot be removed: %s", name, strerror(errno));
}

epx_err epx_output_open(const char *name, epx_output_kind kind, int flags, int *descriptor) {
  *descriptor = -1;
  EPX_TRY(epx_output_remove(name, kind));
  *descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | flags, 0666);
  return *descriptor < 0 ? EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", name, strerror(errno)) : EPX_OK;
}

/* A mode is set after owner and group, which clear part of it; a user who may not give a file away keeps it. */
static void keep_mode(const char *temporary, const char *file) {
  struct stat old;
  if (stat(file, &old) != 0) return;
  if (chown(temporary, old.st_uid, old.st_gid) != 0) (void)!chown(temporary, (uid_t)-1, old.st_gid);
  (void)!chmod(temporary, old.st_mode & 07777);
}

epx_err epx_output_replace(const char *temporary, const char *file) {
  keep_mode(temporary, file);
  if (rename(temporary, file) != 0) {
    const int reason = errno;
    unlink(temporary);
    return EPX_RAISE(EPX_EFILE, "%s: cannot be replaced: %s", file, strerror(reason));
  }
  return epx_folder_write(file);
}

static epx_err name_part(const char *file, char part[4400]) {
  if ((size_t)snprintf(part, 4400, "%s" EPX_OUTPUT_PART, file) < 4400) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%.60s…: the file's name is too long", file);
}

epx_err epx_output_open_stream(const char *file, FILE **out) {
  char part[4400];
  int descriptor;
  EPX_TRY(name_part(file, part));
  EPX_TRY(epx_output_open(part, EPX_OUTPUT_ANY, 0, &descriptor));
  *out = fdopen(descriptor, "w");
  if (*out) return EPX_OK;
  close(descriptor);
  return EPX_RAISE(EPX_EFILE, "%s cannot be written", part);
}

epx_err epx_output_close_stream(const char *file, FILE *out) {
  char part[4400];
  const int failed = ferror(out) != 0;
  const int named = name_part(file, part);
  if (fclose(out) != 0 || failed) return EPX_RAISE(EPX_EFILE, "%s cannot be written", file);
  EPX_TRY(named);
  return epx_output_replace(part, file);
}
