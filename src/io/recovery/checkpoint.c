/** @file
 * Checkpoint: the contents go to the file part by part, and from it only once its checksum is known to be
 * right: no memory is taken for them, and a place is filled from a whole file or not at all.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/recovery/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/machine/isa.h"
#include "epilux/log.h"
#include "epilux/version.h"
#include "io/recovery/checksum.h"
#include "io/recovery/folder.h"
#include "io/recovery/output.h"

enum { PATH_BYTES = 8192 };
enum { HEADER_WORDS = 16, CONTENTS_SUM = 14, HEADER_SUM = 15, CHUNK = 1 << 16 };

/* Words of the header, and what a file is that has another one there. */
enum { ORDER = 1, DIGEST, POINT, FIRST, BLOCK, KIND, ISA, RANKS, VERSION, BYTES, SHARE };
static const char *const others[] = {
    [ORDER] = "of another machine type",    [DIGEST] = "of another deck or seed",
    [POINT] = "of another trial",           [FIRST] = "of another trial",
    [BLOCK] = "of a block of another size", [ISA] = "of another instruction set",
    [RANKS] = "of another number of ranks", [VERSION] = "of another version of the program",
    [BYTES] = "of another layout"};

static const uint64_t byte_order = UINT64_C(0x0102030405060708);
static const char suffix[] = ".checkpoint.";

epx_err epx_checkpoint_create_name(const epx_checkpoint_key *key, char **name) {
  const size_t n = strlen(key->results) + sizeof suffix + 32;
  EPX_TRY(EPX_ARRAY(*name, n));
  snprintf(*name, n, "%s%s%d.%d", key->results, suffix, key->i_point, key->first);
  return EPX_OK;
}

static void init_header(const epx_checkpoint_key *key, const epx_restart *restart,
                        const epx_checksum_table *table, uint64_t *header) {
  const char *version = epx_version_get(), *revision = epx_version_get_revision();
  memset(header, 0, HEADER_WORDS * sizeof *header);
  memcpy(header, "EPXCHKP1", 8);
  header[ORDER] = byte_order;
  header[DIGEST] = key->digest;
  header[POINT] = (uint64_t)key->i_point;
  header[FIRST] = (uint64_t)key->first;
  header[BLOCK] = (uint64_t)key->block;
  header[KIND] = (uint64_t)restart->kind;
  header[ISA] = (uint64_t)epx_isa_get();
  header[RANKS] = (uint64_t)key->n_ranks;
  header[VERSION] = epx_checksum_eval(table, epx_checksum_eval(table, 0, version, strlen(version)), revision,
                                      strlen(revision));
  header[BYTES] = epx_restart_get_bytes(restart);
}

/* ---- writing */

static epx_err write_bytes(FILE *file, const char *name, const void *bytes, size_t n) {
  if (fwrite(bytes, 1, n, file) == n) return EPX_OK;
  return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", name, strerror(errno));
}

static epx_err write_file(const epx_checkpoint_key *key, double share, const epx_restart *restart, FILE *file,
                          const char *name) {
  epx_checksum_table table;
  uint64_t header[HEADER_WORDS], sum = 0;
  epx_checksum_init(&table);
  init_header(key, restart, &table, header);
  for (int k = 0; k < restart->n_parts; k++)
    sum = epx_checksum_eval(&table, sum, restart->part[k].data, restart->part[k].n_bytes);
  header[SHARE] = (uint64_t)(1e6 * share);
  header[CONTENTS_SUM] = sum;
  header[HEADER_SUM] = epx_checksum_eval(&table, 0, header, HEADER_SUM * sizeof *header);
  EPX_TRY(write_bytes(file, name, header, sizeof header));
  for (int k = 0; k < restart->n_parts; k++)
    EPX_TRY(write_bytes(file, name, restart->part[k].data, restart->part[k].n_bytes));
  if (fflush(file) != 0 || fsync(fileno(file)) != 0)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be written to disk: %s", name, strerror(errno));
  return EPX_OK;
}

static epx_err write_beside(const epx_checkpoint_key *key, double share, const epx_restart *restart,
                            const char *name, const char *temporary) {
  int descriptor;
  EPX_TRY(epx_output_check_kind(name, EPX_OUTPUT_CHECKPOINT));
  EPX_TRY(epx_output_open(temporary, EPX_OUTPUT_ANY, 0, &descriptor));
  FILE *file = fdopen(descriptor, "wb");
  if (!file) {
    close(descriptor);
    return EPX_RAISE(EPX_EMEMORY, "%s: cannot be made: %s", temporary, strerror(errno));
  }
  int code = write_file(key, share, restart, file, temporary);
  if (fclose(file) != 0 && code == EPX_OK)
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", temporary, strerror(errno));
  if (code == EPX_OK && rename(temporary, name) != 0)
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be renamed: %s", temporary, strerror(errno));
  if (code != EPX_OK) unlink(temporary);
  return code == EPX_OK ? epx_folder_write(name) : code;
}

epx_err epx_checkpoint_write(const epx_checkpoint_key *key, int writer, double share,
                             const epx_restart *restart) {
  char *name = NULL, *temporary = NULL;
  int code = epx_checkpoint_create_name(key, &name);
  const size_t n = name ? strlen(name) + 24 : 0;
  if (code == EPX_OK) code = EPX_ARRAY(temporary, n);
  if (code == EPX_OK) {
    snprintf(temporary, n, "%s.part%d", name, writer);
    code = write_beside(key, share, restart, name, temporary);
  }
  epx_array_destroy(&name);
  epx_array_destroy(&temporary);
  return code;
}

/* ---- reading */

/* What a file is instead, by its header; NULL: what is wanted. */
static const char *get_other(const uint64_t *header, const uint64_t *wanted,
                             const epx_checksum_table *table) {
  if (memcmp(header, "EPXCHKP", 7) != 0) return "not a checkpoint of Epilux";
  if (header[ORDER] != byte_order) return others[ORDER];
  if (header[HEADER_SUM] != epx_checksum_eval(table, 0, header, HEADER_SUM * sizeof *header))
    return "damaged";
  if (memcmp(header, wanted, 8) != 0) return others[VERSION];
  for (int k = DIGEST; k <= BYTES; k++)
    if (others[k] && header[k] != wanted[k]) return others[k];
  return NULL;
}

/* Whether the contents are all there and as they were written. */
static bool is_whole(FILE *file, const uint64_t *header, const epx_checksum_table *table) {
  unsigned char chunk[CHUNK];
  uint64_t sum = 0, n_left = header[BYTES];
  size_t n;
  while ((n = fread(chunk, 1, sizeof chunk, file)) > 0) {
    if (n > n_left) return false;
    n_left -= n;
    sum = epx_checksum_eval(table, sum, chunk, n);
  }
  return n_left == 0 && sum == header[CONTENTS_SUM];
}

static epx_err read_contents(FILE *file, const char *name, const epx_restart *restart) {
  bool read = fseek(file, HEADER_WORDS * sizeof(uint64_t), SEEK_SET) == 0;
  for (int k = 0; k < restart->n_parts && read; k++)
    read = fread(restart->part[k].data, 1, restart->part[k].n_bytes, file) == restart->part[k].n_bytes;
  return read ? EPX_OK : EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", name, strerror(errno));
}

static epx_err read_file(const epx_checkpoint_key *key, const epx_restart *restart, FILE *file,
                         const char *name, double *share) {
  epx_checksum_table table;
  uint64_t header[HEADER_WORDS], wanted[HEADER_WORDS];
  epx_checksum_init(&table);
  init_header(key, restart, &table, wanted);
  const bool headed = fread(header, 1, sizeof header, file) == sizeof header;
  const char *other = headed ? get_other(header, wanted, &table) : "cut short";
  if (headed && header[KIND] != wanted[KIND] && (!other || other == others[BYTES])) return EPX_OK;
  if (!other && !is_whole(file, header, &table)) other = "damaged";
  if (other) {
    epx_log_write(EPX_LOG_WARNING, "checkpoint", "%s: is %s; its trials start again", name, other);
    return EPX_OK;
  }
  EPX_TRY(read_contents(file, name, restart));
  *share = 1e-6 * (double)header[SHARE];
  return EPX_OK;
}

epx_err epx_checkpoint_read(const epx_checkpoint_key *key, const epx_restart *restart, double *share) {
  char *name;
  *share = -1;
  EPX_TRY(epx_checkpoint_create_name(key, &name));
  FILE *file;
  uint64_t length;
  int code = epx_file_open(name, &file, &length);
  if (code == EPX_OK) {
    code = read_file(key, restart, file, name, share);
    fclose(file);
  } else if (code == EPX_EFILE || code == EPX_EINPUT) {
    if (code == EPX_EINPUT || errno != ENOENT)
      epx_log_write(EPX_LOG_WARNING, "checkpoint", "%s; its trials start again", epx_error_get_message());
    epx_error_reset();
    code = EPX_OK;
  }
  epx_array_destroy(&name);
  return code;
}

/* ---- the folder */

/* Millionths, by the header alone. */
static int read_share(int folder, const char *name) {
  uint64_t header[HEADER_WORDS] = {0};
  epx_checksum_table table;
  const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  const bool read = file >= 0 && pread(file, header, sizeof header, 0) == (ssize_t)sizeof header;
  if (file >= 0) close(file);
  epx_checksum_init(&table);
  const bool whole =
      read && header[HEADER_SUM] == epx_checksum_eval(&table, 0, header, HEADER_SUM * sizeof *header);
  return whole ? (int)header[SHARE] : 0;
}

int epx_checkpoint_get_share(const epx_checkpoint_key *key) {
  char *name;
  if (epx_checkpoint_create_name(key, &name) != EPX_OK) return 0;
  const int share = read_share(AT_FDCWD, name);
  epx_array_destroy(&name);
  return share;
}

/* Removes a file that is this program's; somebody else's stays, and is no error. */
static void remove_own(const char *name, epx_output_kind kind) {
  if (epx_output_remove(name, kind) != EPX_OK) epx_error_reset();
}

void epx_checkpoint_destroy(const epx_checkpoint_key *key) {
  char *name;
  if (epx_checkpoint_create_name(key, &name) != EPX_OK) return;
  remove_own(name, EPX_OUTPUT_CHECKPOINT);
  epx_array_destroy(&name);
}

/* Whether a name in the folder is that of a checkpoint of these results, or of one that was cut short. */
static bool is_own(const char *name, const char *base, bool whole) {
  const size_t n = strlen(base);
  if (strncmp(name, base, n) != 0 || strncmp(name + n, suffix, sizeof suffix - 1) != 0) return false;
  int end = 0;
  const char *rest = name + n + sizeof suffix - 1;
  if (sscanf(rest, "%*d.%*d%n", &end) != 0 || end == 0) return false;
  return rest[end] == '\0' || (!whole && strncmp(rest + end, ".part", 5) == 0);
}

/* Removes the file `name` of a folder, a checkpoint or one that was cut short. */
static void remove_entry(const char *folder, const char *name) {
  char path[PATH_BYTES];
  const int n = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (n > 0 && n < PATH_BYTES)
    remove_own(path, strstr(name, ".part") ? EPX_OUTPUT_ANY : EPX_OUTPUT_CHECKPOINT);
}

/* Counts the checkpoints, or removes all files of the kind. */
static int visit(const char *results, bool remove, double *shares) {
  char *folder;
  int n = 0;
  if (epx_array_create_text(&folder, results) != EPX_OK) return 0;
  char *slash = strrchr(folder, '/');
  const char *base = slash ? results + (slash - folder) + 1 : results;
  if (slash) slash[slash == folder] = '\0';
  DIR *stream = opendir(slash ? folder : ".");
  for (struct dirent *entry; stream && (entry = readdir(stream));) {
    if (!is_own(entry->d_name, base, !remove)) continue;
    n++;
    if (shares) *shares += 1e-6 * read_share(dirfd(stream), entry->d_name);
    if (remove) remove_entry(slash ? folder : ".", entry->d_name);
  }
  if (stream) closedir(stream);
  epx_array_destroy(&folder);
  return n;
}

int epx_checkpoint_get_count(const char *results, double *shares) {
  if (shares) *shares = 0;
  return visit(results, false, shares);
}

void epx_checkpoint_destroy_all(const char *results) {
  visit(results, true, NULL);
}
