/** @file
 * Journal: records have one size, so the place of each is known whatever became of those before it: a reader
 * passes over a damaged one and goes on behind it.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/recovery/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "io/recovery/checksum.h"
#include "io/recovery/folder.h"
#include "io/recovery/output.h"

enum { HEADER_WORDS = 8, BUFFER_BYTES = 1 << 18 };

static const uint64_t byte_order = UINT64_C(0x0102030405060708);

struct epx_journal {
  char *path;
  int file;
  size_t size, n_record_bytes;
  uint64_t start;        /* checksum that every record's begins with */
  off_t n_written;       /* bytes of the file that are whole */
  unsigned char *buffer; /* [capacity] */
  size_t n_buffered, capacity;
  epx_checksum_table table;
};

static size_t get_record_bytes(size_t size) {
  return 2 * sizeof(uint32_t) + size * sizeof(double) + sizeof(uint64_t);
}

static void init_header(const epx_journal_key *key, const epx_checksum_table *table, uint64_t *header) {
  memcpy(header, "EPXJRNL1", 8);
  header[1] = byte_order;
  header[2] = key->digest;
  header[3] = key->size;
  header[4] = (uint64_t)key->n_points;
  header[5] = (uint64_t)key->n_instances;
  header[6] = 0;
  header[7] = epx_checksum_eval(table, 0, header, 7 * sizeof *header);
}

/* Writes all bytes or says why not. */
static epx_err write_all(epx_journal *journal, const void *bytes, size_t n) {
  const unsigned char *next = bytes;
  while (n > 0) {
    const ssize_t n_done = write(journal->file, next, n);
    if (n_done < 0 && errno == EINTR) continue;
    if (n_done <= 0)
      return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s; what was finished before is safe",
                       journal->path, n_done < 0 ? strerror(errno) : "nothing is taken");
    next += n_done;
    n -= (size_t)n_done;
  }
  return EPX_OK;
}

static epx_err write_whole(epx_journal *journal, const void *bytes, size_t n) {
  const int code = write_all(journal, bytes, n);
  if (code == EPX_OK) {
    journal->n_written += (off_t)n;
    return EPX_OK;
  }
  /* The records of the buffer that went in whole stay; half a record is cut, or else left to its checksum. */
  const off_t end = lseek(journal->file, 0, SEEK_END), header = HEADER_WORDS * (off_t)sizeof(uint64_t);
  const off_t whole = end < header ? 0
                                   : header + (end - header) / (off_t)journal->n_record_bytes *
                                                  (off_t)journal->n_record_bytes;
  if (whole >= journal->n_written && ftruncate(journal->file, whole) == 0) journal->n_written = whole;
  return code;
}

epx_err epx_journal_write_buffer(epx_journal *journal, bool sync) {
  if (journal->n_buffered > 0) {
    const size_t n = journal->n_buffered;
    journal->n_buffered = 0;
    EPX_TRY(write_whole(journal, journal->buffer, n));
  }
  if (!sync) return EPX_OK;
  struct stat state;
  if (fstat(journal->file, &state) == 0 && state.st_nlink == 0)
    return EPX_RAISE(EPX_EFILE, "%s: was removed while the campaign ran", journal->path);
  if (fdatasync(journal->file) != 0)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be written to disk: %s", journal->path, strerror(errno));
  return EPX_OK;
}

epx_err epx_journal_write(epx_journal *journal, int i_point, int i_instance, const double *record) {
  if (journal->n_buffered + journal->n_record_bytes > journal->capacity)
    EPX_TRY(epx_journal_write_buffer(journal, false));
  const uint32_t index[2] = {(uint32_t)i_point, (uint32_t)i_instance};
  unsigned char *out = journal->buffer + journal->n_buffered;
  memcpy(out, index, sizeof index);
  memcpy(out + sizeof index, record, journal->size * sizeof *record);
  const size_t n = journal->n_record_bytes - sizeof(uint64_t);
  const uint64_t sum = epx_checksum_eval(&journal->table, journal->start, out, n);
  memcpy(out + n, &sum, sizeof sum);
  journal->n_buffered += journal->n_record_bytes;
  return EPX_OK;
}

epx_err epx_journal_set_empty(epx_journal *journal) {
  const off_t header = HEADER_WORDS * (off_t)sizeof(uint64_t);
  journal->n_buffered = 0;
  if (ftruncate(journal->file, header) != 0)
    return EPX_RAISE(EPX_EFILE, "%s: cannot be shortened: %s", journal->path, strerror(errno));
  journal->n_written = header;
  return EPX_OK;
}

static epx_err create(const char *path, const epx_journal_key *key, epx_journal *journal) {
  EPX_TRY(epx_array_create_text(&journal->path, path));
  journal->size = key->size;
  journal->n_record_bytes = get_record_bytes(key->size);
  journal->capacity = journal->n_record_bytes > BUFFER_BYTES ? journal->n_record_bytes : BUFFER_BYTES;
  EPX_TRY(EPX_ARRAY(journal->buffer, journal->capacity));
  epx_checksum_init(&journal->table);
  EPX_TRY(epx_output_open(path, EPX_OUTPUT_JOURNAL, O_APPEND, &journal->file));
  uint64_t header[HEADER_WORDS];
  init_header(key, &journal->table, header);
  journal->start = header[7];
  EPX_TRY(write_whole(journal, header, sizeof header));
  EPX_TRY(epx_journal_write_buffer(journal, true));
  return epx_folder_write(path);
}

epx_err epx_journal_create(const char *path, const epx_journal_key *key, epx_journal **out) {
  *out = NULL;
  epx_journal *journal;
  EPX_TRY(EPX_ARRAY(journal, 1));
  journal->file = -1;
  const int code = create(path, key, journal);
  if (code == EPX_OK)
    *out = journal;
  else
    epx_journal_destroy(&journal);
  return code;
}

void epx_journal_destroy(epx_journal **address) {
  epx_journal *journal = *address;
  if (!journal) return;
  if (journal->file >= 0) close(journal->file);
  epx_array_destroy(&journal->buffer);
  epx_array_destroy(&journal->path);
  epx_array_destroy(address);
}

/* Reading: while the writer goes on, or after it was killed. */
typedef struct {
  const char *path;
  FILE *file;
  uint64_t length;      /* of the file */
  unsigned char *bytes; /* one record */
  double *record;
  size_t n_record_bytes;
  epx_checksum_table table;
} reader;

static epx_err check_header(const char *path, const epx_journal_key *key, const epx_checksum_table *table,
                            const uint64_t *header) {
  if (memcmp(header, "EPXJRNL", 7) != 0) return EPX_RAISE(EPX_EFORMAT, "%s: not a journal of Epilux", path);
  if (header[1] != byte_order)
    return EPX_RAISE(EPX_EFORMAT,
                     "%s: written on a machine with another byte order; resume it on such a machine", path);
  const bool whole = header[7] == epx_checksum_eval(table, 0, header, 7 * sizeof *header);
  if (whole && memcmp(header, "EPXJRNL1", 8) != 0)
    return EPX_RAISE(
        EPX_EFORMAT,
        "%s: a journal of format %c, but this program reads format 1; finish the campaign with the version "
        "that started it: epilux run DECK -o RESULTS.h5 --resume, or epilux extend RESULTS.h5",
        path, ((const char *)header)[7]);
  if (!whole)
    return EPX_RAISE(
        EPX_EFORMAT,
        "%s: its header is damaged; remove this file, and the campaign continues from its results file",
        path);
  const bool fits = header[2] == key->digest && (key->size == 0 || header[3] == key->size) &&
                    header[4] == (uint64_t)key->n_points && header[5] == (uint64_t)key->n_instances;
  if (!fits)
    return EPX_RAISE(EPX_EMISMATCH, "%s: belongs to another campaign than the results file beside it", path);
  return EPX_OK;
}

/* A record is taken when its checksum is right; a right one with an index out of range cannot be. */
static bool is_whole(const reader *in, const epx_journal_key *key, uint64_t start, uint32_t *index) {
  const size_t n = in->n_record_bytes - sizeof(uint64_t);
  uint64_t sum;
  memcpy(&sum, in->bytes + n, sizeof sum);
  memcpy(index, in->bytes, 2 * sizeof *index);
  return sum == epx_checksum_eval(&in->table, start, in->bytes, n) && index[0] < (uint32_t)key->n_points &&
         index[1] < (uint32_t)key->n_instances;
}

/* A journal has each trial once, again where it is retried, and is emptied with each results file: one that goes on without an
 * end (a file with holes costs nothing) is none. */
static epx_err check_length(const reader *in, const epx_journal_key *key, size_t size) {
  const double most = 4096 + 4.0 * key->n_points * key->n_instances;
  if ((double)in->length <= most * (double)get_record_bytes(size)) return EPX_OK;
  return EPX_RAISE(EPX_EFORMAT, "%s: longer than a journal of %d by %d trials can be: move it away", in->path,
                   key->n_points, key->n_instances);
}

static epx_err read_records(reader *in, const epx_journal_key *key, size_t size, uint64_t start,
                            epx_journal_visitor visit, void *context, epx_journal_report *report) {
  in->n_record_bytes = get_record_bytes(size);
  EPX_TRY(EPX_ARRAY(in->bytes, in->n_record_bytes));
  EPX_TRY(EPX_ARRAY(in->record, size));
  long n_bad = 0;
  size_t n;
  while ((n = fread(in->bytes, 1, in->n_record_bytes, in->file)) == in->n_record_bytes) {
    uint32_t index[2];
    if (!is_whole(in, key, start, index)) {
      n_bad++;
      continue;
    }
    report->n_damaged += n_bad;
    n_bad = 0;
    report->n_records++;
    memcpy(in->record, in->bytes + sizeof index, size * sizeof *in->record);
    visit(context, (int)index[0], (int)index[1], size, in->record);
  }
  report->torn = n > 0 || n_bad > 0;
  if (ferror(in->file)) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", in->path, strerror(errno));
  return EPX_OK;
}

static epx_err read_file(reader *in, const epx_journal_key *key, epx_journal_visitor visit, void *context,
                         epx_journal_report *report) {
  uint64_t header[HEADER_WORDS];
  epx_checksum_init(&in->table);
  const size_t n = fread(header, 1, sizeof header, in->file);
  if (ferror(in->file)) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", in->path, strerror(errno));
  if (n < sizeof header) {
    report->torn = n > 0;
    return EPX_OK;
  }
  EPX_TRY(check_header(in->path, key, &in->table, header));
  report->exists = true;
  if (header[3] > in->length / sizeof(double)) { /* not one whole record */
    report->torn = in->length > sizeof header;
    return EPX_OK;
  }
  EPX_TRY(check_length(in, key, (size_t)header[3]));
  return read_records(in, key, (size_t)header[3], header[7], visit, context, report);
}

epx_err epx_journal_read(const char *path, const epx_journal_key *key, epx_journal_visitor visit,
                         void *context, epx_journal_report *report) {
  *report = (epx_journal_report){0};
  reader *in;
  EPX_TRY(EPX_ARRAY(in, 1));
  in->path = path;
  int code = epx_file_open(path, &in->file, &in->length);
  if (code == EPX_OK) {
    code = read_file(in, key, visit, context, report);
    fclose(in->file);
  } else if (code == EPX_EFILE && errno == ENOENT) {
    epx_error_reset();
    code = EPX_OK;
  }
  epx_array_destroy(&in->record);
  epx_array_destroy(&in->bytes);
  epx_array_destroy(&in);
  return code;
}
