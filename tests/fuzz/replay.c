/** @file
 * Replay: what CI runs of a fuzzer. Every file of a corpus, then changes of these files, the same ones each time: bytes
 * flipped, cut out, doubled, and joined from two files.
 *   PROGRAM FOLDER RUNS
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epilux/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { N_FILES_MAX = 1000, N_BYTES_MAX = 1 << 16 };

typedef struct {
  uint8_t *bytes;
  size_t n;
} content;

static uint64_t state = 88172645463325252u;

static size_t draw(size_t end) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return end ? (size_t)(state % end) : 0;
}

static content read_content(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  content made = {calloc(1, N_BYTES_MAX), 0};
  FILE *file = fopen(path, "rb");
  if (!made.bytes || !file) exit(1);
  made.n = fread(made.bytes, 1, N_BYTES_MAX / 4, file);
  fclose(file);
  return made;
}

/* Changes bytes [n], which have room for N_BYTES_MAX; returns how many there are then. */
static size_t change(uint8_t *bytes, size_t n, const content *other) {
  for (size_t k = 1 + draw(4); k-- > 0;) {
    const size_t at = draw(n), length = 1 + draw(16);
    switch (draw(5)) {
    case 0:
      if (n > 0) bytes[at] ^= (uint8_t)(1u << draw(8));
      break;
    case 1:
      if (n > 0) bytes[at] = (uint8_t)draw(256);
      break;
    case 2:
      if (n > at + length) memmove(bytes + at, bytes + at + length, n - at - length), n -= length;
      break;
    case 3:
      if (n > at + length && n + length < N_BYTES_MAX)
        memmove(bytes + at + length, bytes + at, n - at), n += length;
      break;
    default:
      if (other->n > 0 && at + other->n < N_BYTES_MAX)
        memcpy(bytes + at, other->bytes, other->n), n = at + other->n;
    }
  }
  return n;
}

static void say_nothing(void *context, epx_log_level level, const char *tag, const char *line) {
  (void)context, (void)level, (void)tag, (void)line;
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv) {
  static char *names[N_FILES_MAX];
  static content files[N_FILES_MAX];
  static uint8_t bytes[N_BYTES_MAX];
  size_t n = 0;
  DIR *folder = argc == 3 ? opendir(argv[1]) : NULL;
  if (!folder) return 2;
  epx_log_set_sink(say_nothing, NULL, EPX_LOG_WARNING);
  for (struct dirent *entry; (entry = readdir(folder)) && n < N_FILES_MAX;)
    if (entry->d_name[0] != '.') names[n++] = strdup(entry->d_name);
  closedir(folder);
  qsort(names, n, sizeof *names, compare);
  for (size_t i = 0; i < n; i++) {
    files[i] = read_content(argv[1], names[i]);
    LLVMFuzzerTestOneInput(files[i].bytes, files[i].n);
  }
  const long runs = n > 0 ? atol(argv[2]) : 0;
  for (long k = 0; k < runs; k++) {
    const content *from = &files[draw(n)];
    memcpy(bytes, from->bytes, from->n);
    LLVMFuzzerTestOneInput(bytes, change(bytes, from->n, &files[draw(n)]));
  }
  for (size_t i = 0; i < n; i++) {
    free(names[i]);
    free(files[i].bytes);
  }
  printf("%zu files, %ld changes of them\n", n, runs);
  return n > 0 ? 0 : 1;
}
