/** @file
 * Placement from CSV: a first walk counts the devices, a second one reads them.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/csv.h"
#include "base/nearest.h"
#include "base/numbers/number.h"
#include "photonic/device/constant.h"
#include "photonic/process/placement_private.h"

enum { NAME, X, Y, RADIUS, LENGTH, ANGLE, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"name", "x_um", "y_um", "radius_um", "length_um", "angle_deg"};

typedef struct {
  const char *path;
  epx_csv *csv;
  size_t n_columns;
  int column[N_COLUMNS]; /* [n_columns]: what each cell is */
} reader;

static epx_err read_header(reader *r) {
  bool more, found[N_COLUMNS] = {false};
  EPX_TRY(epx_csv_read_row(r->csv, &more));
  if (!more) return EPX_RAISE(EPX_EINPUT, "%s: empty; a header with name,x_um,y_um is needed", r->path);
  for (size_t i = 0; i < r->csv->n_cells; i++) {
    const char *cell = r->csv->cells[i];
    int k = 0;
    while (k < N_COLUMNS && strcmp(cell, columns[k]) != 0)
      k++;
    if (k == N_COLUMNS || found[k]) {
      const char *nearest = k == N_COLUMNS ? epx_nearest_get(cell, N_COLUMNS, columns) : NULL;
      return EPX_RAISE(
          EPX_EINPUT,
          "%s:%ld: %s column '%.40s'%s%s; there are name, x_um, y_um, radius_um, length_um, angle_deg",
          r->path, r->csv->line, k == N_COLUMNS ? "unknown" : "repeated", cell,
          nearest ? ", nearest is " : "", nearest ? nearest : "");
    }
    found[k] = true;
    r->column[i] = k;
  }
  r->n_columns = r->csv->n_cells;
  for (int k = NAME; k <= Y; k++) {
    if (!found[k]) return EPX_RAISE(EPX_EINPUT, "%s:%ld: no column %s", r->path, r->csv->line, columns[k]);
  }
  return EPX_OK;
}

static epx_err read_number(const reader *r, size_t cell, double *number) {
  if (epx_number_read_whole(r->csv->cells[cell], number)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%ld: %s is '%.40s', a number is needed", r->path, r->csv->line,
                   columns[r->column[cell]], r->csv->cells[cell]);
}

static epx_err read_device(reader *r, epx_placed *device, char **name) {
  const epx_csv *csv = r->csv;
  if (csv->n_cells != r->n_columns) {
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %zu cells, the header has %zu", r->path, csv->line, csv->n_cells,
                     r->n_columns);
  }
  double value[N_COLUMNS] = {0};
  for (size_t i = 0; i < csv->n_cells; i++) {
    if (r->column[i] == NAME) {
      EPX_TRY(epx_array_create_text(name, csv->cells[i]));
    } else {
      EPX_TRY(read_number(r, i, &value[r->column[i]]));
    }
  }
  if (value[RADIUS] < 0 || value[LENGTH] < 0 || (value[RADIUS] > 0 && value[LENGTH] > 0)) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: radius_um %g, length_um %g: not below 0, and only one of them above", r->path,
                     csv->line, value[RADIUS], value[LENGTH]);
  }
  *device = (epx_placed){1e-6 * value[X], 1e-6 * value[Y], 1e-6 * value[RADIUS], 1e-6 * value[LENGTH],
                         value[ANGLE] * EPX_PI / 180};
  return EPX_OK;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static epx_err check_names(const char *path, const epx_placement *p) {
  char **sorted = NULL;
  EPX_TRY(EPX_ARRAY(sorted, (size_t)p->n_devices));
  memcpy(sorted, p->names, (size_t)p->n_devices * sizeof *sorted);
  qsort(sorted, (size_t)p->n_devices, sizeof *sorted, compare_names);
  int status = EPX_OK;
  for (int i = 1; status == EPX_OK && i < p->n_devices; i++) {
    if (strcmp(sorted[i], sorted[i - 1]) == 0) {
      status = EPX_RAISE(EPX_EINPUT, "%s: the name '%s' stands twice", path, sorted[i]);
    }
  }
  epx_array_destroy(&sorted);
  return status;
}

static epx_err count_devices(reader *r, int *n_devices) {
  bool more = true;
  EPX_TRY(read_header(r));
  *n_devices = -1;
  while (more) {
    *n_devices += 1;
    EPX_TRY(epx_csv_read_row(r->csv, &more));
    if (*n_devices == INT_MAX) return EPX_RAISE(EPX_EINPUT, "%s: more than %d devices", r->path, INT_MAX - 1);
  }
  epx_csv_rewind(r->csv);
  if (*n_devices == 0) return EPX_RAISE(EPX_EINPUT, "%s: a header, but no devices", r->path);
  return EPX_OK;
}

static epx_err read_devices(reader *r, epx_placement *p) {
  bool more;
  EPX_TRY(read_header(r));
  for (int i = 0; i < p->n_devices; i++) {
    EPX_TRY(epx_csv_read_row(r->csv, &more));
    EPX_TRY(read_device(r, &p->devices[i], &p->names[i]));
  }
  EPX_TRY(check_names(r->path, p));
  return EPX_OK;
}

epx_err epx_placement_read(const char *path, epx_placement **out) {
  reader r = {.path = path};
  epx_placement *p = NULL;
  int n_devices = 0;
  int status = epx_csv_create(path, true, &r.csv);
  if (status == EPX_OK) status = count_devices(&r, &n_devices);
  if (status == EPX_OK) status = epx_placement_create_empty(n_devices, &p);
  if (status == EPX_OK) status = read_devices(&r, p);
  epx_csv_destroy(&r.csv);
  if (status != EPX_OK) {
    epx_placement_destroy(&p);
    return status;
  }
  *out = p;
  return EPX_OK;
}
