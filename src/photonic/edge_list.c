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

#include "epilux/base/array.h"
#include "epilux/base/log.h"

enum { LINE_SIZE = 1024 };

/** An entry of the file: link i < j, the way it was written, and where. */
typedef struct {
  int i, j;
  bool backward;
  double value;
  long line;
} entry;

typedef struct {
  const char *path;
  FILE *file;
  long line;
  char text[LINE_SIZE];
  bool pattern, symmetric;
  long n_rows, n_entries;
  entry *entries; /* [n_used] */
  size_t n_used;
  long n_diagonal;
} edge_reader;

/** Reads the next line that is neither empty nor a comment. */
static bool read_line(edge_reader *r) {
  while (fgets(r->text, sizeof r->text, r->file)) {
    r->line++;
    const char *first = r->text + strspn(r->text, " \t\r\n");
    if (*first && *first != '%') return true;
  }
  return false;
}

static epx_err read_banner(edge_reader *r) {
  char format[32] = "", field[32] = "", symmetry[32] = "";
  r->line = 1;
  if (!fgets(r->text, sizeof r->text, r->file)) r->text[0] = '\0';
  for (char *c = r->text; *c; c++)
    *c = (char)tolower((unsigned char)*c);
  const int n = sscanf(r->text, "%%%%matrixmarket matrix %31s %31s %31s", format, field, symmetry);
  if (n != 3 || strcmp(format, "coordinate") != 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s:1: the first line of an edge list must be '%%%%MatrixMarket matrix coordinate "
                     "real symmetric', or integer or pattern, or general",
                     r->path);
  }
  r->pattern = strcmp(field, "pattern") == 0;
  r->symmetric = strcmp(symmetry, "symmetric") == 0;
  if (!r->pattern && strcmp(field, "real") != 0 && strcmp(field, "integer") != 0) {
    return EPX_RAISE(EPX_EINPUT, "%s:1: values '%s' cannot be couplings; real, integer or pattern can",
                     r->path, field);
  }
  if (!r->symmetric && strcmp(symmetry, "general") != 0) {
    return EPX_RAISE(EPX_EINPUT, "%s:1: symmetry '%s' is none of couplings; symmetric or general is", r->path,
                     symmetry);
  }
  return EPX_OK;
}

static epx_err read_size(edge_reader *r) {
  long n_columns = 0;
  if (!read_line(r) || sscanf(r->text, "%ld %ld %ld", &r->n_rows, &n_columns, &r->n_entries) != 3) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: the numbers of rows, columns and entries belong here", r->path,
                     r->line);
  }
  if (r->n_rows != n_columns || r->n_rows < 1 || r->n_rows > EPX_TOPOLOGY_MAX_NODES) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: %ld rows and %ld columns; as many of both, the nodes, 1 to %d, are needed",
                     r->path, r->line, r->n_rows, n_columns, EPX_TOPOLOGY_MAX_NODES);
  }
  if (r->n_entries < 0) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %ld entries, 0 or more are needed", r->path, r->line, r->n_entries);
  }
  return EPX_OK;
}

/** Reads one index, from 1, into *node, from 0. */
static epx_err read_index(const edge_reader *r, const char *what, char **at, int *node) {
  char *end;
  errno = 0;
  const long index = strtol(*at, &end, 10);
  if (end == *at) return EPX_RAISE(EPX_EINPUT, "%s:%ld: a %s belongs here", r->path, r->line, what);
  if (errno || index < 1 || index > r->n_rows) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %s %ld is out of range: nodes are 1 to %ld", r->path, r->line, what,
                     index, r->n_rows);
  }
  *at = end;
  *node = (int)(index - 1);
  return EPX_OK;
}

static epx_err read_entry(edge_reader *r) {
  char *at = r->text, *end;
  int row, column;
  double value = 1;
  EPX_TRY(read_index(r, "row", &at, &row));
  EPX_TRY(read_index(r, "column", &at, &column));
  if (!r->pattern) {
    value = strtod(at, &end);
    if (end == at || !isfinite(value)) {
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: a finite number belongs after the row and the column", r->path,
                       r->line);
    }
    at = end;
  }
  if (at[strspn(at, " \t\r\n")]) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: '%s' is more than row%s and column", r->path, r->line,
                     strtok(at, "\r\n"), r->pattern ? "" : ", value");
  }
  if (row == column) {
    r->n_diagonal++;
    return EPX_OK;
  }
  r->entries[r->n_used++] = (entry){.i = row < column ? row : column,
                                    .j = row < column ? column : row,
                                    .backward = row > column,
                                    .value = value,
                                    .line = r->line};
  return EPX_OK;
}

static epx_err read_entries(edge_reader *r) {
  EPX_TRY(EPX_ARRAY(r->entries, (size_t)r->n_entries));
  for (long k = 0; k < r->n_entries; k++) {
    if (!read_line(r)) {
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: the file ends after %ld of %ld entries", r->path, r->line, k,
                       r->n_entries);
    }
    EPX_TRY(read_entry(r));
  }
  if (read_line(r)) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: more than the %ld entries that the file announces", r->path,
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

/** Makes equal pairs one link of their mean. Returns how many of them are not symmetric. */
static long merge_entries(const edge_reader *r, epx_topology *topology) {
  long n_asymmetric = 0;
  for (size_t k = 0, end; k < r->n_used; k = end) {
    const entry *first = &r->entries[k];
    double sum = 0;
    bool forward = false, backward = false, equal = true;
    for (end = k; end < r->n_used && r->entries[end].i == first->i && r->entries[end].j == first->j; end++) {
      sum += r->entries[end].value;
      forward = forward || !r->entries[end].backward;
      backward = backward || r->entries[end].backward;
      equal = equal && r->entries[end].value == first->value;
    }
    n_asymmetric += !equal || (!r->symmetric && !(forward && backward));
    if (topology->couplings) topology->couplings[topology->n_links] = sum / (double)(end - k);
    topology->links[topology->n_links++] = (epx_link){first->i, first->j};
  }
  return n_asymmetric;
}

static epx_err fill(edge_reader *r, epx_topology *topology) {
  EPX_TRY(read_banner(r));
  EPX_TRY(read_size(r));
  EPX_TRY(read_entries(r));
  if (r->n_used > 0) qsort(r->entries, r->n_used, sizeof *r->entries, compare_entries);
  topology->n_nodes = (int)r->n_rows;
  EPX_TRY(EPX_ARRAY(topology->links, r->n_used));
  if (!r->pattern) EPX_TRY(EPX_ARRAY(topology->couplings, r->n_used));
  const long n_asymmetric = merge_entries(r, topology);
  if (n_asymmetric > 0) {
    epx_log_write_once(
        EPX_LOG_WARNING, "topology",
        "%s is not symmetric: couplers are reciprocal, %ld of its %zu links act in both directions with the "
        "mean of the values given",
        r->path, n_asymmetric, topology->n_links);
  }
  if (r->n_diagonal > 0) {
    epx_log_write_once(EPX_LOG_WARNING, "topology",
                       "%s: %ld entries of the diagonal are left out: no node is linked with "
                       "itself",
                       r->path, r->n_diagonal);
  }
  return EPX_OK;
}

epx_err epx_edge_list_read(const char *path, epx_topology *topology) {
  edge_reader r = {.path = path};
  if (!path || !path[0]) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.path: an edge list needs the path of a Matrix Market file");
  }
  r.file = fopen(path, "r");
  if (!r.file) return EPX_RAISE(EPX_EINPUT, "network.topology.path: %s: %s", path, strerror(errno));
  const int code = fill(&r, topology);
  fclose(r.file);
  epx_array_destroy(&r.entries);
  return code;
}
