/** @file
 * Wafer map file: rows are kept with their names, ordered by lot, wafer and die, and then numbered.
 */
#include "io/measurement/wafer_map_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { LOT, WAFER, DIE, X, Y, VALUE, N_COLUMNS };
static const char *const names[VALUE] = {"lot", "wafer", "die", "x", "y"};

typedef struct {
  char *name[X]; /* lot, wafer, die; "" without the column */
  epx_measured_die row;
  long place;
} record;

typedef struct {
  epx_csv *csv;
  size_t n_columns;
  int at[N_COLUMNS]; /* the cell of each; -1: none */
  double x_factor, y_factor, factor;
  epx_wafer_map_file *out;
} reader;

static epx_err set_column(reader *r, size_t cell, const epx_column *c) {
  const epx_csv *csv = r->csv;
  int k = 0;
  while (k < VALUE && strcmp(c->name, names[k]) != 0)
    k++;
  if (r->at[k] >= 0)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: column '%.40s': lot, wafer, die, x, y and one value are read, each once",
                     csv->path, csv->line, csv->cells[cell]);
  r->at[k] = (int)cell;
  if (k == X) return epx_column_eval_factor(csv, c, "m", "x_mm", &r->x_factor);
  if (k == Y) return epx_column_eval_factor(csv, c, "m", "y_mm", &r->y_factor);
  if (k != VALUE) return EPX_OK;
  r->out->value = *c;
  r->factor = 1;
  r->out->deviation = EPX_DEVIATION_COUNT;
  for (int d = 0; d < EPX_DEVIATION_COUNT; d++)
    if (strcmp(c->name, epx_deviation_get_name((epx_deviation)d)) == 0) r->out->deviation = (epx_deviation)d;
  if (r->out->deviation == EPX_DEVIATION_COUNT) return EPX_OK;
  return epx_column_eval_factor(csv, c, epx_deviation_get_unit(r->out->deviation), "width_nm or loss_1",
                                &r->factor);
}

static epx_err read_header(reader *r) {
  bool more;
  epx_column column;
  EPX_TRY(epx_csv_read_row(r->csv, &more));
  if (!more)
    return EPX_RAISE(EPX_EINPUT, "%s:1: empty; a header such as lot,wafer,x_mm,y_mm,width_nm is wanted",
                     r->csv->path);
  r->n_columns = r->csv->n_cells;
  for (int k = 0; k < N_COLUMNS; k++)
    r->at[k] = -1;
  for (size_t k = 0; k < r->n_columns; k++) {
    if (!epx_column_read(r->csv->cells[k], &column))
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: column %zu has no name", r->csv->path, r->csv->line, k + 1);
    EPX_TRY(set_column(r, k, &column));
  }
  for (int k = 0; k < N_COLUMNS; k++)
    if (r->at[k] < 0 && k != DIE)
      return EPX_RAISE(EPX_EINPUT,
                       "%s:%ld: no column %s; a header such as lot,wafer,x_mm,y_mm,width_nm is wanted",
                       r->csv->path, r->csv->line, k == VALUE ? "of values" : names[k]);
  return EPX_OK;
}

static epx_err read_record(const reader *r, record *to) {
  static const epx_column x = {"x", ""}, y = {"y", ""};
  const epx_csv *csv = r->csv;
  if (csv->n_cells != r->n_columns)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %zu cells, the header has %zu", csv->path, csv->line, csv->n_cells,
                     r->n_columns);
  for (int k = LOT; k <= DIE; k++)
    EPX_TRY(epx_array_create_text(&to->name[k], r->at[k] < 0 ? "" : csv->cells[r->at[k]]));
  EPX_TRY(epx_column_read_number(csv, (size_t)r->at[X], &x, &to->row.x));
  EPX_TRY(epx_column_read_number(csv, (size_t)r->at[Y], &y, &to->row.y));
  EPX_TRY(epx_column_read_number(csv, (size_t)r->at[VALUE], &r->out->value, &to->row.value));
  to->row.x *= r->x_factor;
  to->row.y *= r->y_factor;
  to->row.value *= r->factor;
  to->place = csv->line;
  return EPX_OK;
}

static int compare_numbers(double a, double b) {
  return (a > b) - (a < b);
}

/* By lot, wafer, die and place; rows of one die keep their order. */
static int compare(const void *left, const void *right) {
  const record *a = left, *b = right;
  for (int k = LOT; k <= DIE; k++) {
    const int order = strcmp(a->name[k], b->name[k]);
    if (order != 0) return order;
  }
  if (a->row.x != b->row.x) return compare_numbers(a->row.x, b->row.x);
  if (a->row.y != b->row.y) return compare_numbers(a->row.y, b->row.y);
  return (a->place > b->place) - (a->place < b->place);
}

static void number(const record *records, bool named, epx_wafer_map *map) {
  for (int i = 0; i < map->n; i++) {
    const record *a = &records[i], *b = i > 0 ? &records[i - 1] : NULL;
    const bool lot = !b || strcmp(a->name[LOT], b->name[LOT]) != 0;
    const bool wafer = lot || strcmp(a->name[WAFER], b->name[WAFER]) != 0;
    const bool die = wafer || (named ? strcmp(a->name[DIE], b->name[DIE]) != 0
                                     : a->row.x != b->row.x || a->row.y != b->row.y);
    map->n_lots += lot;
    map->n_wafers += wafer;
    map->n_dies += die;
    map->rows[i] = a->row;
    map->rows[i].lot = map->n_lots - 1;
    map->rows[i].wafer = map->n_wafers - 1;
    map->rows[i].die = map->n_dies - 1;
  }
}

static epx_err count(reader *r, size_t *n) {
  bool more = true;
  EPX_TRY(read_header(r));
  for (*n = 0; more; *n += more)
    EPX_TRY(epx_csv_read_row(r->csv, &more));
  epx_csv_rewind(r->csv);
  if (*n > 0 && *n < INT_MAX) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:1: a header, but no measurements", r->csv->path);
}

static epx_err read_records(reader *r, record *records, size_t n) {
  bool more;
  EPX_TRY(epx_csv_read_row(r->csv, &more));
  for (size_t i = 0; i < n; i++) {
    EPX_TRY(epx_csv_read_row(r->csv, &more));
    EPX_TRY(read_record(r, &records[i]));
  }
  qsort(records, n, sizeof *records, compare);
  r->out->map.n = (int)n;
  EPX_TRY(EPX_ARRAY(r->out->map.rows, n));
  number(records, r->at[DIE] >= 0, &r->out->map);
  return EPX_OK;
}

epx_err epx_wafer_map_file_read(const char *path, epx_wafer_map_file **out) {
  reader r = {0};
  record *records = NULL;
  size_t n = 0;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(r.out, 1));
  int code = epx_csv_create(path, true, &r.csv);
  if (code == EPX_OK) code = count(&r, &n);
  if (code == EPX_OK) code = EPX_ARRAY(records, n);
  if (code == EPX_OK) code = read_records(&r, records, n);
  for (size_t i = 0; records && i < n; i++)
    for (int k = LOT; k <= DIE; k++)
      epx_array_destroy(&records[i].name[k]);
  epx_array_destroy(&records);
  epx_csv_destroy(&r.csv);
  if (code != EPX_OK) epx_wafer_map_file_destroy(&r.out);
  *out = r.out;
  return code;
}

void epx_wafer_map_file_destroy(epx_wafer_map_file **address) {
  if (!*address) return;
  epx_array_destroy(&(*address)->map.rows);
  epx_array_destroy(address);
}
