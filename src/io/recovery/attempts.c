/** @file
 * Attempts: slots of one size, each under its own checksum; a worker's two units take turns in its two slots.
 * Slots and notes are checked against the header of their run, so that what another run left is nothing.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/recovery/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "io/recovery/checksum.h"
#include "io/recovery/output.h"

enum { HEADER_WORDS = 8, SUSPECT_WORDS = 3, SLOT_WORDS = 4, NOTE_WORDS = 4, N_HELD = 2 };
enum { MAGIC, ORDER, DIGEST, UNITS, SUSPECTS, SLOTS, RUN, CHECKSUM }; /* words of the header */

static const uint64_t byte_order = UINT64_C(0x0102030405060708);

struct epx_attempts {
  char *path;
  int file, run;
  uint64_t header; /* its checksum, that every slot begins with */
  size_t n_suspects, n_slots, n_notes;
  size_t slots, notes; /* bytes before them */
  unsigned char *turn; /* [n_slots / N_HELD] which of its slots a worker takes next */
  bool over;
  epx_checksum_table table;
};

static size_t eval_slots_start(size_t n_suspects) {
  return (HEADER_WORDS + SUSPECT_WORDS * n_suspects + 1) * sizeof(uint64_t);
}

static size_t eval_notes_start(size_t n_suspects, size_t n_slots) {
  return eval_slots_start(n_suspects) + n_slots * SLOT_WORDS * sizeof(uint64_t);
}

/* ---- reading */

typedef struct {
  FILE *file;
  uint64_t length; /* bytes of the file */
  epx_checksum_table table;
  uint64_t header[HEADER_WORDS];
  uint64_t *words;
  epx_attempts_suspect *list; /* [n] of [capacity] */
  size_t n, capacity;
} reader;

static epx_err add(reader *in, epx_attempts_suspect suspect) {
  if (in->n == in->capacity) {
    epx_attempts_suspect *larger;
    const size_t capacity = in->capacity ? 2 * in->capacity : 64;
    EPX_TRY(EPX_ARRAY(larger, capacity));
    if (in->n > 0) memcpy(larger, in->list, in->n * sizeof *larger);
    epx_array_destroy(&in->list);
    in->list = larger;
    in->capacity = capacity;
  }
  in->list[in->n++] = suspect;
  return EPX_OK;
}

static bool is_header(const epx_checksum_table *table, const uint64_t *header) {
  return memcmp(header, "EPXATTM2", 8) == 0 && header[ORDER] == byte_order &&
         header[CHECKSUM] == epx_checksum_eval(table, 0, header, CHECKSUM * sizeof *header);
}

static size_t count_slots(const uint64_t *header) {
  return header[SLOTS] & UINT32_MAX;
}

static size_t count_notes(const uint64_t *header) {
  return header[SLOTS] >> 32;
}

static bool read_header(reader *in, uint64_t digest, int64_t n_units) {
  uint64_t *header = in->header;
  return fread(header, sizeof *header, HEADER_WORDS, in->file) == HEADER_WORDS &&
         is_header(&in->table, header) && header[DIGEST] == digest && header[UNITS] == (uint64_t)n_units &&
         header[SUSPECTS] <= header[UNITS] &&
         header[SUSPECTS] <= in->length / (SUSPECT_WORDS * sizeof *header);
}

static epx_err read_suspects(reader *in, bool *whole) {
  const size_t n = SUSPECT_WORDS * (size_t)in->header[SUSPECTS];
  EPX_TRY(EPX_ARRAY(in->words, n + 1));
  *whole = fread(in->words, sizeof *in->words, n + 1, in->file) == n + 1 &&
           in->words[n] == epx_checksum_eval(&in->table, 0, in->words, n * sizeof *in->words);
  for (size_t i = 0; *whole && i < n; i += SUSPECT_WORDS)
    if (in->words[i] < in->header[UNITS])
      EPX_TRY(add(in, (epx_attempts_suspect){.unit = (int64_t)in->words[i],
                                             .n_ends = (int)(in->words[i + 1] & INT32_MAX),
                                             .n_alone = (int)(in->words[i + 1] >> 32 & INT32_MAX),
                                             .share = (int)(in->words[i + 2] & INT32_MAX)}));
  return EPX_OK;
}

static int compare(const void *a, const void *b) {
  const epx_attempts_suspect *first = a, *second = b;
  return (first->unit > second->unit) - (first->unit < second->unit);
}

/* Keeps one of what has the same unit, from `from` on: a copy ends with what it is one of. Then adds that to
 * what was suspected before. */
static void unite(reader *in, size_t from) {
  if (in->n == 0) return;
  qsort(in->list + from, in->n - from, sizeof *in->list, compare);
  size_t n = from;
  for (size_t i = from; i < in->n; i++)
    if (n == from || in->list[n - 1].unit != in->list[i].unit) in->list[n++] = in->list[i];
  in->n = n;
  qsort(in->list, in->n, sizeof *in->list, compare);
  n = 0;
  for (size_t i = 0; i < in->n; i++) {
    const epx_attempts_suspect *next = &in->list[i];
    if (n == 0 || in->list[n - 1].unit != next->unit) {
      in->list[n++] = *next;
      continue;
    }
    epx_attempts_suspect *same = &in->list[n - 1];
    same->n_ends += next->n_ends;
    same->n_alone += next->n_alone;
    same->share += next->share; /* what was under way has none yet */
    same->cause += next->cause; /* one of the two has none */
  }
  in->n = n;
}

static bool is_checked(const reader *in, const uint64_t *words, int n) {
  return words[n - 1] ==
         epx_checksum_eval(&in->table, in->header[CHECKSUM], words, ((size_t)n - 1) * sizeof *words);
}

/* Each unit of the slots as ended once. */
static epx_err read_slots(reader *in) {
  const size_t from = in->n;
  uint64_t slot[SLOT_WORDS];
  for (size_t i = 0; i < count_slots(in->header); i++) {
    if (fread(slot, sizeof *slot, SLOT_WORDS, in->file) != SLOT_WORDS) break;
    if (slot[1] == 0 || !is_checked(in, slot, SLOT_WORDS)) continue;
    const bool alone = slot[2] == 1;
    for (uint64_t u = slot[0]; u - slot[0] < slot[1] && u < in->header[UNITS]; u++)
      EPX_TRY(add(in, (epx_attempts_suspect){.unit = (int64_t)u, .n_ends = !alone, .n_alone = alone}));
    /* Slots hold each unit once or twice, a copy; more of them is no file that a run left. */
    if (in->n - from > 2 * in->header[UNITS]) break;
  }
  return EPX_OK;
}

/* Each unit of the notes, with what is known of it. */
static epx_err read_notes(reader *in) {
  uint64_t note[NOTE_WORDS];
  for (size_t i = 0; i < count_notes(in->header); i++) {
    if (fread(note, sizeof *note, NOTE_WORDS, in->file) != NOTE_WORDS) break;
    if (note[0] == 0 || note[0] > in->header[UNITS] || !is_checked(in, note, NOTE_WORDS)) continue;
    epx_attempts_suspect suspect = {.unit = (int64_t)note[0] - 1, .cause = (int)(note[1] & INT32_MAX)};
    const bool alone = note[2] == 1, memory = suspect.cause == EPX_CAUSE_MEMORY;
    suspect.n_alone = alone;
    suspect.n_ends = alone ? 0 : memory ? 2 : 1;
    if (suspect.cause == EPX_CAUSE_UNKNOWN || (memory && !alone)) suspect.cause = EPX_CAUSE_NONE;
    EPX_TRY(add(in, suspect));
  }
  return EPX_OK;
}

static epx_err read_file(reader *in, uint64_t digest, int64_t n_units) {
  bool whole;
  epx_checksum_init(&in->table);
  if (!read_header(in, digest, n_units)) return EPX_OK;
  EPX_TRY(read_suspects(in, &whole));
  if (!whole) return EPX_OK;
  const size_t from = in->n;
  EPX_TRY(read_slots(in));
  const size_t n = in->n;
  const long start = (long)eval_notes_start((size_t)in->header[SUSPECTS], count_slots(in->header));
  if (fseek(in->file, start, SEEK_SET) == 0) EPX_TRY(read_notes(in));
  if (in->n > n) { /* the slots are of those that were ended with them */
    memmove(in->list + from, in->list + n, (in->n - n) * sizeof *in->list);
    in->n -= n - from;
  }
  unite(in, from);
  return EPX_OK;
}

epx_err epx_attempts_read(const char *path, uint64_t digest, int64_t n_units, epx_attempts_suspect **suspects,
                          size_t *n) {
  *suspects = NULL;
  *n = 0;
  reader *in;
  EPX_TRY(EPX_ARRAY(in, 1));
  int code = epx_file_open(path, &in->file, &in->length);
  if (code == EPX_OK) {
    code = read_file(in, digest, n_units);
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

long epx_attempts_count_ends(const char *path) {
  epx_checksum_table table;
  uint64_t header[HEADER_WORDS], length;
  epx_attempts_suspect *list;
  size_t n;
  FILE *file;
  long n_ends = 0;
  epx_checksum_init(&table);
  int code = epx_file_open(path, &file, &length);
  if (code == EPX_OK) {
    const bool is_ours =
        fread(header, sizeof *header, HEADER_WORDS, file) == HEADER_WORDS && is_header(&table, header);
    fclose(file);
    if (!is_ours) return 0;
    code = epx_attempts_read(path, header[DIGEST], (int64_t)header[UNITS], &list, &n);
  }
  if (code != EPX_OK) {
    epx_error_reset();
    return 0;
  }
  for (size_t i = 0; i < n; i++)
    n_ends += list[i].n_ends + list[i].n_alone;
  epx_array_destroy(&list);
  return n_ends;
}

/* ---- writing */

static epx_err write_at(const epx_attempts *attempts, const void *bytes, size_t n, size_t at) {
  if (pwrite(attempts->file, bytes, n, (off_t)at) == (ssize_t)n) return EPX_OK;
  return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", attempts->path, strerror(errno));
}

/* All words of a file with empty slots and no note. */
static epx_err write_file(epx_attempts *attempts, uint64_t digest, int64_t n_units,
                          const epx_attempts_suspect *suspects) {
  const size_t n = attempts->n_suspects, n_words = attempts->slots / sizeof(uint64_t);
  const size_t n_all = attempts->notes / sizeof(uint64_t) + NOTE_WORDS * attempts->n_notes;
  uint64_t *words;
  EPX_TRY(EPX_ARRAY(words, n_all));
  memcpy(words, "EPXATTM2", 8);
  words[ORDER] = byte_order;
  words[DIGEST] = digest;
  words[UNITS] = (uint64_t)n_units;
  words[SUSPECTS] = n;
  words[SLOTS] = attempts->n_slots | (uint64_t)attempts->n_notes << 32;
  words[RUN] = (uint64_t)attempts->run;
  words[CHECKSUM] = epx_checksum_eval(&attempts->table, 0, words, CHECKSUM * sizeof *words);
  attempts->header = words[CHECKSUM];
  for (size_t i = 0; i < n; i++) {
    uint64_t *own = words + HEADER_WORDS + SUSPECT_WORDS * i;
    own[0] = (uint64_t)suspects[i].unit;
    own[1] = (uint64_t)suspects[i].n_ends | (uint64_t)suspects[i].n_alone << 32;
    own[2] = (uint64_t)suspects[i].share;
  }
  words[n_words - 1] =
      epx_checksum_eval(&attempts->table, 0, words + HEADER_WORDS, SUSPECT_WORDS * n * sizeof *words);
  const int code = write_at(attempts, words, n_all * sizeof *words, 0);
  epx_array_destroy(&words);
  return code;
}

static epx_err create(const char *path, uint64_t digest, int64_t n_units,
                      const epx_attempts_suspect *suspects, int n_workers, epx_attempts *attempts) {
  char *temporary;
  const size_t n = strlen(path) + sizeof EPX_OUTPUT_PART;
  EPX_TRY(epx_array_create_text(&attempts->path, path));
  EPX_TRY(EPX_ARRAY(attempts->turn, (size_t)n_workers));
  EPX_TRY(EPX_ARRAY(temporary, n));
  snprintf(temporary, n, "%s" EPX_OUTPUT_PART, path);
  int code = epx_output_check_kind(path, EPX_OUTPUT_ATTEMPTS);
  if (code == EPX_OK) code = epx_output_open(temporary, EPX_OUTPUT_ANY, 0, &attempts->file);
  if (code == EPX_OK) code = write_file(attempts, digest, n_units, suspects);
  if (code == EPX_OK && rename(temporary, path) != 0)
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be renamed: %s", temporary, strerror(errno));
  if (code != EPX_OK && attempts->file >= 0) unlink(temporary);
  epx_array_destroy(&temporary);
  return code;
}

/* A number that two runs of a campaign hardly share: they follow each other. */
static int make_run_number(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const uint64_t mixed = ((uint64_t)now.tv_sec * 1000003 + (uint64_t)now.tv_nsec) ^ (uint64_t)getpid() << 16;
  return 1 + (int)(mixed % (INT32_MAX - 1));
}

epx_err epx_attempts_create(const char *path, uint64_t digest, int64_t n_units,
                            const epx_attempts_suspect *suspects, size_t n, int n_workers, int n_ranks,
                            epx_attempts **out) {
  *out = NULL;
  epx_attempts *attempts;
  EPX_TRY(EPX_ARRAY(attempts, 1));
  attempts->file = -1;
  attempts->run = make_run_number();
  attempts->n_suspects = n;
  attempts->n_slots = N_HELD * (size_t)n_workers;
  attempts->n_notes = (size_t)n_ranks;
  attempts->slots = eval_slots_start(n);
  attempts->notes = eval_notes_start(n, attempts->n_slots);
  epx_checksum_init(&attempts->table);
  const int code = create(path, digest, n_units, suspects, n_workers, attempts);
  if (code == EPX_OK)
    *out = attempts;
  else
    epx_attempts_destroy(&attempts);
  return code;
}

int epx_attempts_get_run(const epx_attempts *attempts) {
  return attempts->run;
}

epx_err epx_attempts_write(epx_attempts *attempts, int worker, int64_t first, int64_t count, bool alone) {
  uint64_t slot[SLOT_WORDS] = {(uint64_t)first, (uint64_t)count, alone};
  slot[SLOT_WORDS - 1] =
      epx_checksum_eval(&attempts->table, attempts->header, slot, (SLOT_WORDS - 1) * sizeof *slot);
  const size_t i = N_HELD * (size_t)worker + attempts->turn[worker];
  attempts->turn[worker] ^= 1;
  attempts->over = false;
  return write_at(attempts, slot, sizeof slot, attempts->slots + i * sizeof slot);
}

epx_err epx_attempts_set_over(epx_attempts *attempts) {
  uint64_t *empty;
  const size_t n = SLOT_WORDS * attempts->n_slots;
  EPX_TRY(EPX_ARRAY(empty, n));
  const int code = write_at(attempts, empty, n * sizeof *empty, attempts->slots);
  epx_array_destroy(&empty);
  attempts->over = code == EPX_OK;
  return code;
}

/* Tells whether a guardian has left a note. */
static bool has_note(const epx_attempts *attempts) {
  uint64_t note[NOTE_WORDS];
  const int file = open(attempts->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  bool any = false;
  if (file < 0) return false;
  for (size_t i = 0; i < attempts->n_notes && !any; i++) {
    const off_t at = (off_t)(attempts->notes + i * sizeof note);
    any = pread(file, note, sizeof note, at) == (ssize_t)sizeof note && note[0] != 0;
  }
  close(file);
  return any;
}

void epx_attempts_destroy(epx_attempts **address) {
  epx_attempts *attempts = *address;
  if (!attempts) return;
  if (attempts->over && attempts->n_suspects == 0 && !has_note(attempts)) unlink(attempts->path);
  if (attempts->file >= 0) close(attempts->file);
  epx_array_destroy(&attempts->path);
  epx_array_destroy(&attempts->turn);
  epx_array_destroy(address);
}

/* ---- notes */

epx_err epx_attempts_note(const char *path, int run, int rank, int64_t unit, int cause, bool alone,
                          bool *noted) {
  epx_checksum_table table;
  uint64_t header[HEADER_WORDS], note[NOTE_WORDS] = {(uint64_t)unit + 1, (uint64_t)cause, alone};
  *noted = false;
  const int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return EPX_OK;
  epx_checksum_init(&table);
  const bool is_run = read(file, header, sizeof header) == (ssize_t)sizeof header &&
                      is_header(&table, header) && header[RUN] == (uint64_t)run &&
                      (size_t)rank < count_notes(header);
  int code = EPX_OK;
  if (is_run) {
    note[NOTE_WORDS - 1] = epx_checksum_eval(&table, header[CHECKSUM], note, (NOTE_WORDS - 1) * sizeof *note);
    const size_t start = eval_notes_start((size_t)header[SUSPECTS], count_slots(header));
    *noted =
        pwrite(file, note, sizeof note, (off_t)(start + (size_t)rank * sizeof note)) == (ssize_t)sizeof note;
    if (!*noted) code = EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", path, strerror(errno));
  }
  close(file);
  return code;
}

void epx_attempts_view_cause(int cause, char *text, size_t size) {
  static const struct {
    int number;
    const char *name;
  } signals[] = {{SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
                 {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},   {SIGSYS, "SIGSYS"}};
  if (cause >= EPX_CAUSE_EXIT && cause < EPX_CAUSE_MEMORY) {
    snprintf(text, size, "exit status %d", cause - EPX_CAUSE_EXIT);
    return;
  }
  snprintf(text, size, cause == EPX_CAUSE_MEMORY ? "want of memory" : "signal %d", cause);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    if (signals[i].number == cause) snprintf(text, size, "%s", signals[i].name);
}
