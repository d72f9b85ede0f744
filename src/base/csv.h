/** @file
 * CSV: comma-separated text, plain or gzipped, row by row (RFC 4180).
 *
 * All readers of the program accept the same files: UTF-8 with or without a byte order mark, lines that end
 * in LF, CR LF or CR, cells in quotes that may hold commas, line breaks and quotes written twice. Blanks
 * around a cell that is not quoted are dropped, and so are blank lines.
 */
#ifndef EPILUX_BASE_CSV_H
#define EPILUX_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "epilux/error.h"

typedef struct {
  const char *path;
  bool comments;  /* lines that begin with # are skipped */
  long line;      /* where the current row begins, from 1 */
  size_t n_cells; /* of the current row */
  char **cells;   /* [n_cells], until the next row is read */
  size_t size;    /* of the file's text in bytes: all cells together are no longer */
  /* Private to the reader. */
  char *text; /* [size + 1] */
  size_t at;
  long next_line;
  size_t n_room;
  char *room; /* the current row's cells, one behind the other */
  size_t n_slots;
} epx_csv;

/** Reads a file; `path` is borrowed. Errors: EPX_EFILE, EPX_EINPUT: as epx_file_read(); EPX_EINPUT with
 * FILE:LINE: a zero byte, a text in UTF-16; EPX_EMEMORY. */
epx_err epx_csv_create(const char *path, bool comments, epx_csv **out);

/** Destroys the reader at *address. */
void epx_csv_destroy(epx_csv **address);

/** Reads the next row; *more is false past the last. Errors: EPX_EINPUT with FILE:LINE: a quote that is not
 * closed, more text after a closed quote; EPX_EMEMORY. */
epx_err epx_csv_read_row(epx_csv *csv, bool *more);

/** Goes back to the first row. */
void epx_csv_rewind(epx_csv *csv);

#endif
