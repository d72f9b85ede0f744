/** @file
 * CSV: the text is read whole and never changed, so that it can be walked twice; each row is cut up in a room
 * of its own, as long as the longest row.
 */
#include "base/csv.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"

static bool ends_line(char c) {
  return c == '\n' || c == '\r' || c == '\0';
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

/* Steps over the end of a line: LF, CR LF or CR. */
static void end_line(epx_csv *csv) {
  if (csv->at >= csv->size) return;
  csv->at += csv->text[csv->at] == '\r' && csv->text[csv->at + 1] == '\n' ? 2 : 1;
  csv->next_line++;
}

static epx_err check_text(const epx_csv *csv) {
  const unsigned char *bytes = (const unsigned char *)csv->text;
  if (csv->size >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
    return EPX_RAISE(EPX_EINPUT, "%s:1: a text in UTF-16; save it as UTF-8", csv->path);
  const char *zero = memchr(csv->text, 0, csv->size);
  if (!zero) return EPX_OK;
  long line = 1;
  for (const char *c = csv->text; c < zero; c++)
    line += *c == '\n';
  return EPX_RAISE(EPX_EINPUT, "%s:%ld: contains a zero byte, so it is not a comma-separated text", csv->path,
                   line);
}

epx_err epx_csv_create(const char *path, bool comments, epx_csv **out) {
  epx_csv *csv = NULL;
  unsigned char *bytes = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(csv, 1));
  csv->path = path;
  csv->comments = comments;
  int code = epx_file_read(path, &bytes, &csv->size);
  csv->text = (char *)bytes;
  if (code == EPX_OK) code = check_text(csv);
  if (code != EPX_OK) epx_csv_destroy(&csv);
  EPX_TRY(code);
  epx_csv_rewind(csv);
  *out = csv;
  return EPX_OK;
}

void epx_csv_destroy(epx_csv **address) {
  epx_csv *csv = *address;
  if (!csv) return;
  epx_array_destroy(&csv->text);
  epx_array_destroy(&csv->room);
  epx_array_destroy(&csv->cells);
  epx_array_destroy(address);
}

void epx_csv_rewind(epx_csv *csv) {
  csv->at = memcmp(csv->text, "\xEF\xBB\xBF", csv->size < 3 ? csv->size + 1 : 3) == 0 ? 3 : 0;
  csv->line = 0;
  csv->next_line = 1;
  csv->n_cells = 0;
}

/* Skips lines that say nothing; tells whether a row follows. */
static bool find_row(epx_csv *csv) {
  while (csv->at < csv->size) {
    size_t first = csv->at;
    while (is_blank(csv->text[first]))
      first++;
    const bool comment = csv->comments && csv->text[first] == '#';
    if (!ends_line(csv->text[first]) && !comment) return true;
    while (!ends_line(csv->text[first]))
      first++;
    csv->at = first;
    end_line(csv);
  }
  return false;
}

/* Where the cell that begins at `at` ends: at a comma, at the end of a line or of the text. */
static size_t find_end(const epx_csv *csv, size_t at) {
  const char *text = csv->text;
  while (is_blank(text[at]))
    at++;
  if (text[at] == '"') {
    at++;
    while (at < csv->size && !(text[at] == '"' && text[at + 1] != '"'))
      at += text[at] == '"' ? 2 : 1;
  }
  while (at < csv->size && text[at] != ',' && !ends_line(text[at]))
    at++;
  return at;
}

/* How many cells the row has, and how many bytes they need at most with a zero behind each. */
static void measure_row(const epx_csv *csv, size_t *n_bytes, size_t *n_cells) {
  size_t at = find_end(csv, csv->at);
  *n_cells = 1;
  for (; at < csv->size && csv->text[at] == ','; at = find_end(csv, at + 1))
    *n_cells += 1;
  *n_bytes = at - csv->at + 1;
}

static epx_err make_room(epx_csv *csv) {
  size_t n_bytes, n_cells;
  measure_row(csv, &n_bytes, &n_cells);
  if (n_bytes > csv->n_room) {
    epx_array_destroy(&csv->room);
    EPX_TRY(EPX_ARRAY(csv->room, 2 * n_bytes));
    csv->n_room = 2 * n_bytes;
  }
  if (n_cells > csv->n_slots) {
    epx_array_destroy(&csv->cells);
    EPX_TRY(EPX_ARRAY(csv->cells, 2 * n_cells));
    csv->n_slots = 2 * n_cells;
  }
  return EPX_OK;
}

/* Copies what stands between quotes; `at` is behind the first one. */
static epx_err read_quoted(epx_csv *csv, char **to) {
  const long begun = csv->next_line;
  for (;; csv->at++) {
    const char c = csv->text[csv->at];
    if (csv->at >= csv->size)
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: a quote that is not closed", csv->path, begun);
    if (c == '"' && csv->text[csv->at + 1] != '"') break;
    if (c == '"') csv->at++;
    csv->next_line += c == '\n' || (c == '\r' && csv->text[csv->at + 1] != '\n');
    *(*to)++ = c;
  }
  csv->at++;
  while (is_blank(csv->text[csv->at]))
    csv->at++;
  if (csv->text[csv->at] == ',' || ends_line(csv->text[csv->at])) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s:%ld: text after the closing quote; write a quote inside quotes twice: \"\"", csv->path,
                   csv->next_line);
}

static epx_err read_cell(epx_csv *csv, char **to) {
  char *const first = *to;
  while (is_blank(csv->text[csv->at]))
    csv->at++;
  if (csv->text[csv->at] == '"') {
    csv->at++;
    EPX_TRY(read_quoted(csv, to));
  } else {
    while (csv->text[csv->at] != ',' && !ends_line(csv->text[csv->at]))
      *(*to)++ = csv->text[csv->at++];
    while (*to > first && is_blank((*to)[-1]))
      (*to)--;
  }
  *(*to)++ = '\0';
  csv->cells[csv->n_cells++] = first;
  return EPX_OK;
}

epx_err epx_csv_read_row(epx_csv *csv, bool *more) {
  *more = find_row(csv);
  csv->n_cells = 0;
  csv->line = csv->next_line;
  if (!*more) return EPX_OK;
  EPX_TRY(make_room(csv));
  char *to = csv->room;
  EPX_TRY(read_cell(csv, &to));
  while (csv->text[csv->at] == ',') {
    csv->at++;
    EPX_TRY(read_cell(csv, &to));
  }
  end_line(csv);
  return EPX_OK;
}
