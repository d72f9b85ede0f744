/** @file
 * Attempts: slots of one size, each under its own checksum; a worker's two units take turns in its two slots.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/recovery/attempts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "io/recovery/checksum.h"
#include "io/recovery/output.h"

enum { HEADER_WORDS = 8, SUSPECT_WORDS = 2, SLOT_WORDS = 3, N_HELD = 2 };

static const uint64_t byte_order = UINT64_C(0x0102030405060708);

struct epx_attempts {
  char *path;
  int file;
  uint64_t header;                   /* its checksum, that every slot begins with */
  size_t n_suspects, n_slots, start; /* start: bytes before the slots */
  unsigned char *turn;               /* [n_slots / N_HELD] which of its slots a worker takes next */
  bool over;
  epx_checksum_table table;
};

/* ---- reading */

typedef struct {
  FILE *file;
  uint64_t length; /* of the file */
  epx_checksum_table table;
  uint64_t header[HEADER_WORDS];
  uint64_t *words;
  epx_attempts_suspect *list; /* [n] of [capacity] */
  size_t n, capacity;
} reader;

static epx_err add(reader *in, int64_t block, int n_deaths, int share) {
  if (in->n == in->capacity) {
    epx_attempts_suspect *larger;
    const size_t capacity = in->capacity ? 2 * in->capacity : 64;
    EPX_TRY(EPX_ARRAY(larger, capacity));
    if (in->n > 0) memcpy(larger, in->list, in->n * sizeof *larger);
    epx_array_destroy(&in->list);
    in->list = larger;
    in->capacity = capacity;
  }
  in->list[in->n++] = (epx_attempts_suspect){block, n_deaths, share};
  return EPX_OK;
}

static bool read_header(reader *in, uint64_t digest, int64_t n_blocks) {
  uint64_t *header = in->header;
  return fread(header, sizeof *header, HEADER_WORDS, in->file) == HEADER_WORDS &&
         memcmp(header, "EPXATTM1", 8) == 0 && header[1] == byte_order && header[2] == digest &&
         header[3] == (uint64_t)n_blocks && header[4] <= (uint64_t)n_blocks && header[5] <= UINT32_MAX &&
         header[4] <= in->length / (SUSPECT_WORDS * sizeof *header) &&
         header[7] == epx_checksum_eval(&in->table, 0, header, 7 * sizeof *header);
}

static epx_err read_suspects(reader *in, bool *whole) {
  const size_t n = SUSPECT_WORDS * (size_t)in->header[4];
  EPX_TRY(EPX_ARRAY(in->words, n + 1));
  *whole = fread(in->words, sizeof *in->words, n + 1, in->file) == n + 1 &&
           in->words[n] == epx_checksum_eval(&in->table, 0, in->words, n * sizeof *in->words);
  for (size_t i = 0; *whole && i < n; i += SUSPECT_WORDS)
    if (in->words[i] < in->header[3])
      EPX_TRY(add(in, (int64_t)in->words[i], (int)(in->words[i + 1] & UINT32_MAX),
                  (int)(in->words[i + 1] >> 32)));
  return EPX_OK;
}

static int compare(const void *a, const void *b) {
  const epx_attempts_suspect *first = a, *second = b;
  return (first->block > second->block) - (first->block < second->block);
}

/* Adds up what has the same block, from `from` on as one death at most: a copy dies with what it is one of.
 */
static void unite(reader *in, size_t from) {
  qsort(in->list + from, in->n - from, sizeof *in->list, compare);
  size_t n = from;
  for (size_t i = from; i < in->n; i++)
    if (n == from || in->list[n - 1].block != in->list[i].block) in->list[n++] = in->list[i];
  in->n = n;
  qsort(in->list, in->n, sizeof *in->list, compare);
  n = 0;
  for (size_t i = 0; i < in->n; i++)
    if (n > 0 && in->list[n - 1].block == in->list[i].block) {
      in->list[n - 1].n_deaths += in->list[i].n_deaths;
      in->list[n - 1].share += in->list[i].share; /* slots have none */
    } else {
      in->list[n++] = in->list[i];
    }
  in->n = n;
}

static epx_err read_slots(reader *in) {
  const size_t from = in->n;
  uint64_t slot[SLOT_WORDS];
  for (uint64_t i = 0; i < in->header[5]; i++) {
    if (fread(slot, sizeof *slot, SLOT_WORDS, in->file) != SLOT_WORDS) break;
    if (slot[1] == 0 || slot[2] != epx_checksum_eval(&in->table, in->header[7], slot, 2 * sizeof *slot))
      continue;
    for (uint64_t b = slot[0]; b - slot[0] < slot[1] && b < in->header[3]; b++)
      EPX_TRY(add(in, (int64_t)b, 1, 0));
    /* Slots hold each block once or twice, a copy; more of them is no file that a run left. */
    if (in->n - from > 2 * in->header[3]) break;
  }
  if (in->n > 0) unite(in, from);
  return EPX_OK;
}

static epx_err read_file(reader *in, uint64_t digest, int64_t n_blocks) {
  bool whole;
  epx_checksum_init(&in->table);
  if (!read_header(in, digest, n_blocks)) return EPX_OK;
  EPX_TRY(read_suspects(in, &whole));
  return whole ? read_slots(in) : EPX_OK;
}

epx_err epx_attempts_read(const char *path, uint64_t digest, int64_t n_blocks,
                          epx_attempts_suspect **suspects, size_t *n) {
  *suspects = NULL;
  *n = 0;
  reader *in;
  EPX_TRY(EPX_ARRAY(in, 1));
  int code = epx_file_open(path, &in->file, &in->length);
  if (code == EPX_OK) {
    code = read_file(in, digest, n_blocks);
    fclose(in->file);
  } else if (code == EPX_EFILE && errno == ENOENT) {
    epx_error_reset();
    code = EPX_OK;
  }
  epx_array_destroy(&in->words);
  if (code == EPX_OK) {
    *suspects = in->list;
    *n = in->n;
  } else {
    epx_array_destroy(&in->list);
  }
  epx_array_destroy(&in);
  return code;
}

/* ---- writing */

static epx_err write_at(const epx_attempts *attempts, const void *bytes, size_t n, size_t at) {
  if (pwrite(attempts->file, bytes, n, (off_t)at) == (ssize_t)n) return EPX_OK;
  return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", attempts->path, strerror(errno));
}

/* All words of a file with empty slots. */
static epx_err write_file(epx_attempts *attempts, uint64_t digest, int64_t n_blocks,
                          const epx_attempts_suspect *suspects) {
  const size_t n = attempts->n_suspects, n_words = attempts->start / sizeof(uint64_t);
  uint64_t *words;
  EPX_TRY(EPX_ARRAY(words, n_words + SLOT_WORDS * attempts->n_slots));
  memcpy(words, "EPXATTM1", 8);
  words[1] = byte_order;
  words[2] = digest;
  words[3] = (uint64_t)n_blocks;
  words[4] = n;
  words[5] = attempts->n_slots;
  words[7] = epx_checksum_eval(&attempts->table, 0, words, 7 * sizeof *words);
  attempts->header = words[7];
  for (size_t i = 0; i < n; i++) {
    words[HEADER_WORDS + SUSPECT_WORDS * i] = (uint64_t)suspects[i].block;
    words[HEADER_WORDS + SUSPECT_WORDS * i + 1] = (uint64_t)suspects[i].n_deaths | (uint64_t)suspects[i].share
                                                                                       << 32;
  }
  words[n_words - 1] =
      epx_checksum_eval(&attempts->table, 0, words + HEADER_WORDS, SUSPECT_WORDS * n * sizeof *words);
  const int code = write_at(attempts, words, (n_words + SLOT_WORDS * attempts->n_slots) * sizeof *words, 0);
  epx_array_destroy(&words);
  return code;
}

static epx_err create(const char *path, uint64_t digest, int64_t n_blocks,
                      const epx_attempts_suspect *suspects, int n_workers, epx_attempts *attempts) {
  char *temporary;
  const size_t n = strlen(path) + sizeof EPX_OUTPUT_PART;
  EPX_TRY(epx_array_create_text(&attempts->path, path));
  EPX_TRY(EPX_ARRAY(attempts->turn, (size_t)n_workers));
  EPX_TRY(EPX_ARRAY(temporary, n));
  snprintf(temporary, n, "%s" EPX_OUTPUT_PART, path);
  int code = epx_output_check_kind(path, EPX_OUTPUT_ATTEMPTS);
  if (code == EPX_OK) code = epx_output_open(temporary, EPX_OUTPUT_ANY, 0, &attempts->file);
  if (code == EPX_OK) code = write_file(attempts, digest, n_blocks, suspects);
  if (code == EPX_OK && rename(temporary, path) != 0)
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be renamed: %s", temporary, strerror(errno));
  if (code != EPX_OK && attempts->file >= 0) unlink(temporary);
  epx_array_destroy(&temporary);
  return code;
}

epx_err epx_attempts_create(const char *path, uint64_t digest, int64_t n_blocks,
                            const epx_attempts_suspect *suspects, size_t n, int n_workers,
                            epx_attempts **out) {
  *out = NULL;
  epx_attempts *attempts;
  EPX_TRY(EPX_ARRAY(attempts, 1));
  attempts->file = -1;
  attempts->n_suspects = n;
  attempts->n_slots = N_HELD * (size_t)n_workers;
  attempts->start = (HEADER_WORDS + SUSPECT_WORDS * n + 1) * sizeof(uint64_t);
  epx_checksum_init(&attempts->table);
  const int code = create(path, digest, n_blocks, suspects, n_workers, attempts);
  if (code == EPX_OK)
    *out = attempts;
  else
    epx_attempts_destroy(&attempts);
  return code;
}

epx_err epx_attempts_write(epx_attempts *attempts, int worker, int64_t first, int64_t count) {
  uint64_t slot[SLOT_WORDS] = {(uint64_t)first, (uint64_t)count};
  slot[2] = epx_checksum_eval(&attempts->table, attempts->header, slot, 2 * sizeof *slot);
  const size_t i = N_HELD * (size_t)worker + attempts->turn[worker];
  attempts->turn[worker] ^= 1;
  attempts->over = false;
  return write_at(attempts, slot, sizeof slot, attempts->start + i * sizeof slot);
}

epx_err epx_attempts_set_over(epx_attempts *attempts) {
  if (ftruncate(attempts->file, (off_t)attempts->start) != 0)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be cut: %s", attempts->path, strerror(errno));
  attempts->over = true;
  return EPX_OK;
}

void epx_attempts_destroy(epx_attempts **address) {
  epx_attempts *attempts = *address;
  if (!attempts) return;
  if (attempts->file >= 0) close(attempts->file);
  if (attempts->over && attempts->n_suspects == 0) unlink(attempts->path);
  epx_array_destroy(&attempts->path);
  epx_array_destroy(&attempts->turn);
  epx_array_destroy(address);
}
