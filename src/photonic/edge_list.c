/** @file
 * Edge lists: every entry becomes a pair i < j with its value and its direction; sorted, equal pairs are
 * neighbours and are made one.
 * Source: Boisvert1996 (Matrix Market exchange formats).
 */
#include "photonic/edge_list.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/numbers/number.h"
#include "epilux/log.h"

#define BLANKS " \t\r\n\v\f"
/** Characters of a word that a message shows; bytes that the first line is looked for in. */
enum { SHOWN = 24, MAX_BANNER = 1024 };

/** An entry of the file: link i < j, the way it was written, and where. */
typedef struct {
  int i, j;
  bool backward;
  double value;
  long line;
} entry;

typedef struct {
  const char *path;
  char *bytes, *next, *end; /* the file, what is left of it and its closing zero */
  long line;
  char *text; /* the line read last, without its end */
  bool pattern, integer, symmetric;
  bool rudy; /* of rudy's format: its first line is the size */
  long n_rows, n_entries;
  entry *entries; /* [n_used] of n_room */
  size_t n_used, n_room;
  long n_diagonal;
} edge_reader;

/** Room for entries at first: it grows by what is read, whatever the file announces. */
enum { FIRST_ROOM = 1024 };

/** Reads the next line, whatever it is; false past the last. Lines end in LF, CR LF or CR. */
static bool read_any(edge_reader *r) {
  if (r->next >= r->end) return false;
  r->text = r->next;
  r->line++;
  char *stop = r->text;
  for (; stop < r->end && *stop != '\n' && *stop != '\r'; stop++)
    if (*stop == '\0') *stop = '?'; /* no part of a number */
  r->next = stop + (*stop == '\r' && stop[1] == '\n' ? 2 : 1);
  *stop = '\0';
  return true;
}

/** Reads the next line that is neither empty nor a comment. */
static bool read_line(edge_reader *r) {
  while (read_any(r)) {
    const char *first = r->text + strspn(r->text, BLANKS);
    if (*first && *first != '%') return true;
  }
  return false;
}

/** Takes the next word of a line off *at; "" at its end. */
static char *take_word(char **at) {
  char *word = *at + strspn(*at, BLANKS), *end = word + strcspn(word, BLANKS);
  *at = *end ? end + 1 : end;
  *end = '\0';
  return word;
}

/** Takes a whole number off *at; false where there is none, or one that no long holds. */
static bool take_count(char **at, long *count) {
  char *word = take_word(at), *end;
  errno = 0;
  *count = strtol(word, &end, 10);
  return end != word && !*end && !errno;
}

/** Whether the first line has two whole numbers and no more, the nodes and links of a file in rudy's format. */
static bool read_rudy(edge_reader *r) {
  int n = 0;
  r->rudy = sscanf(r->text, "%ld %ld %n", &r->n_rows, &r->n_entries, &n) == 2 && !r->text[n];
  r->symmetric = r->rudy;
  return r->rudy;
}

static epx_err read_banner(edge_reader *r) {
  char format[32] = "", field[32] = "", symmetry[32] = "", more[2] = "";
  const bool read = read_any(r);
  if (read && read_rudy(r)) return EPX_OK;
  for (char *c = r->text; read && *c; c++)
    *c = (char)tolower((unsigned char)*c);
  const int n =
      !read ? 0
            : sscanf(r->text, "%%%%matrixmarket matrix %31s %31s %31s %1s", format, field, symmetry, more);
  if (n != 3 || strcmp(format, "coordinate") != 0) {
    return EPX_RAISE(
        EPX_EINPUT,
        "%s:1: the first line of an edge list must be '%%%%MatrixMarket matrix coordinate "
        "real symmetric', or integer or pattern, or general; of rudy's format the numbers of nodes "
        "and links",
        r->path);
  }
  r->pattern = strcmp(field, "pattern") == 0;
  r->integer = strcmp(field, "integer") == 0;
  r->symmetric = strcmp(symmetry, "symmetric") == 0;
  if (!r->pattern && !r->integer && strcmp(field, "real") != 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s:1: values of kind '%s' cannot be couplings; use real, integer or pattern", r->path,
                     field);
  }
  if (!r->symmetric && strcmp(symmetry, "general") != 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s:1: symmetry '%s' is not possible for couplings; use symmetric or general", r->path,
                     symmetry);
  }
  return EPX_OK;
}

static epx_err read_size(edge_reader *r) {
  long n_columns = r->n_rows;
  const bool read = r->rudy || read_line(r);
  char *at = r->text;
  if (!r->rudy && (!read || !take_count(&at, &r->n_rows) || !take_count(&at, &n_columns) ||
                   !take_count(&at, &r->n_entries) || *take_word(&at))) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: expected the numbers of rows, columns and entries%s", r->path,
                     read ? r->line : r->line + 1, read ? "" : ", but the file ends");
  }
  if (r->n_rows != n_columns || r->n_rows < 1 || r->n_rows > EPX_TOPOLOGY_MAX_NODES) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: %ld rows and %ld columns; both must be the number of nodes, 1 to %d", r->path,
                     r->line, r->n_rows, n_columns, EPX_TOPOLOGY_MAX_NODES);
  }
  if (r->n_entries < 0) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %ld entries; must be 0 or more", r->path, r->line, r->n_entries);
  }
  return EPX_OK;
}

/** Refuses a word: what belongs in its place. */
static epx_err refuse(const edge_reader *r, const char *what, const char *word) {
  if (!*word) return EPX_RAISE(EPX_EINPUT, "%s:%ld: expected %s", r->path, r->line, what);
  return EPX_RAISE(EPX_EINPUT, "%s:%ld: expected %s, not '%.*s'", r->path, r->line, what, SHOWN, word);
}

/** Reads one index, from 1, into *node, from 0. */
static epx_err read_index(const edge_reader *r, bool is_row, char **at, int *node) {
  char *end;
  const char *word = take_word(at);
  errno = 0;
  const long index = strtol(word, &end, 10);
  if (end == word || *end) return refuse(r, is_row ? "a row" : "a column", word);
  if (errno || index < 1 || index > r->n_rows) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %s %.*s is out of range: nodes are 1 to %ld", r->path, r->line,
                     is_row ? "row" : "column", SHOWN, word, r->n_rows);
  }
  *node = (int)(index - 1);
  return EPX_OK;
}

/** Makes room for one more entry. */
static epx_err add_room(edge_reader *r) {
  const size_t room = r->n_room > 0 ? 2 * r->n_room : FIRST_ROOM;
  entry *entries = NULL;
  if (r->n_used < r->n_room) return EPX_OK;
  EPX_TRY(EPX_ARRAY(entries, room));
  if (r->n_used > 0) memcpy(entries, r->entries, r->n_used * sizeof *entries);
  epx_array_destroy(&r->entries);
  r->entries = entries;
  r->n_room = room;
  return EPX_OK;
}

static epx_err read_entry(edge_reader *r) {
  char *at = r->text;
  int row, column;
  double value = 1;
  EPX_TRY(read_index(r, true, &at, &row));
  EPX_TRY(read_index(r, false, &at, &column));
  if (!r->pattern) {
    const char *word = take_word(&at);
    if (!epx_number_read_whole(word, &value)) return refuse(r, "a finite number", word);
    if (r->integer && floor(value) != value)
      return refuse(r, "a whole number (the first line says integer)", word);
  }
  const char *more = take_word(&at);
  if (*more) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: unexpected '%.*s' after row%s", r->path, r->line, SHOWN, more,
                     r->pattern ? " and column; a pattern has no values" : ", column and value");
  }
  if (row == column) {
    r->n_diagonal++;
    return EPX_OK;
  }
  EPX_TRY(add_room(r));
  r->entries[r->n_used++] = (entry){.i = row < column ? row : column,
                                    .j = row < column ? column : row,
                                    .backward = row > column,
                                    .value = value,
                                    .line = r->line};
  return EPX_OK;
}

static epx_err read_entries(edge_reader *r) {
  for (long k = 0; k < r->n_entries; k++) {
    if (!read_line(r)) {
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: the file ends after %ld of %ld entries", r->path, r->line, k,
                       r->n_entries);
    }
    EPX_TRY(read_entry(r));
  }
  if (read_line(r)) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: more entries than the %ld that the file announces", r->path,
                     r->line, r->n_entries);
  }
  return EPX_OK;
}

static int compare_entries(const void *a, const void *b) {
  const entry *p = a, *q = b;
  if (p->i != q->i) return p->i < q->i ? -1 : 1;
  if (p->j != q->j) return p->j < q->j ? -1 : 1;
  return (p->line > q->line) - (p->line < q->line);
}

/** What entries were that are not one for each link. */
typedef struct {
  long n_asymmetric; /* links that are given one way, or otherwise the other way */
  long n_repeated;   /* links that are given more than once the same way */
} faults;

/** Makes equal pairs one link of their mean. */
static faults merge_entries(const edge_reader *r, epx_topology *topology) {
  faults found = {0, 0};
  for (size_t k = 0, end; k < r->n_used; k = end) {
    const entry *first = &r->entries[k];
    double sum[2] = {0, 0}; /* there, and back */
    long n[2] = {0, 0};
    for (end = k; end < r->n_used && r->entries[end].i == first->i && r->entries[end].j == first->j; end++) {
      const int way = !r->symmetric && r->entries[end].backward;
      sum[way] += r->entries[end].value;
      n[way]++;
    }
    found.n_repeated += n[0] > 1 || n[1] > 1;
    found.n_asymmetric +=
        !r->symmetric && (n[0] == 0 || n[1] == 0 || sum[0] / (double)n[0] != sum[1] / (double)n[1]);
    if (topology->couplings)
      topology->couplings[topology->n_links] = (sum[0] + sum[1]) / (double)(n[0] + n[1]);
    topology->links[topology->n_links++] = (epx_link){first->i, first->j};
  }
  return found;
}

static void warn_of(const edge_reader *r, const faults *found, size_t n_links) {
  if (found->n_asymmetric > 0) {
    epx_log_write_once(EPX_LOG_WARNING, "topology",
                       "%s is not symmetric: couplers are reciprocal, %ld of its %zu links act in both "
                       "directions%s",
                       r->path, found->n_asymmetric, n_links,
                       r->pattern ? ", though given in one" : " with the mean of the values given");
  }
  if (found->n_repeated > 0) {
    epx_log_write_once(EPX_LOG_WARNING, "topology", "%s: %ld of its %zu links are given more than once: %s",
                       r->path, found->n_repeated, n_links,
                       r->pattern ? "each is one link" : "each gets the mean of its values");
  }
  if (r->n_diagonal > 0) {
    epx_log_write_once(EPX_LOG_WARNING, "topology",
                       "%s: %ld entries of the diagonal are left out: no node is linked with "
                       "itself",
                       r->path, r->n_diagonal);
  }
}

static epx_err fill(edge_reader *r, epx_topology *topology) {
  EPX_TRY(read_banner(r));
  EPX_TRY(read_size(r));
  EPX_TRY(read_entries(r));
  if (r->n_used > 0) qsort(r->entries, r->n_used, sizeof *r->entries, compare_entries);
  topology->n_nodes = (int)r->n_rows;
  EPX_TRY(EPX_ARRAY(topology->links, r->n_used));
  if (!r->pattern) EPX_TRY(EPX_ARRAY(topology->couplings, r->n_used));
  const faults found = merge_entries(r, topology);
  warn_of(r, &found, topology->n_links);
  return EPX_OK;
}

/** Starts at the first line, behind a byte order mark. */
static void start(edge_reader *r, unsigned char *bytes, size_t size) {
  const bool marked = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
  r->bytes = (char *)bytes;
  r->next = r->bytes + (marked ? 3 : 0);
  r->end = r->bytes + size;
}

epx_err epx_edge_list_read(const char *path, epx_topology *topology) {
  edge_reader r = {.path = path};
  if (!path || !path[0]) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.path: an edge list needs the path of a Matrix Market file");
  }
  unsigned char *bytes;
  size_t size;
  const int opened = epx_file_read(path, &bytes, &size);
  if (opened == EPX_EFILE || opened == EPX_EINPUT)
    return EPX_RAISE(EPX_EINPUT, "network.topology.path: %s", epx_error_get_message());
  EPX_TRY(opened);
  start(&r, bytes, size);
  const int code = fill(&r, topology);
  epx_array_destroy(&bytes);
  epx_array_destroy(&r.entries);
  return code;
}

bool epx_edge_list_is_pattern(const char *path) {
  edge_reader r = {.path = path};
  unsigned char *bytes;
  size_t size;
  int code = epx_file_read_beginning(path, MAX_BANNER, &bytes, &size);
  if (code == EPX_OK) {
    start(&r, bytes, size);
    code = read_banner(&r);
    epx_array_destroy(&bytes);
  }
  if (code != EPX_OK) epx_error_reset();
  return code == EPX_OK && r.pattern;
}
