/** @file
 * Placement from CSV: a first walk counts the devices, a second one reads them.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/nearest.h"
#include "photonic/device/constant.h"
#include "photonic/process/placement_private.h"

enum { NAME, X, Y, RADIUS, LENGTH, ANGLE, N_COLUMNS, MAX_CELLS = 16, MAX_LINE = 4096 };
static const char *const columns[N_COLUMNS] = {"name", "x_um", "y_um", "radius_um", "length_um", "angle_deg"};

/** Where the reading stands. */
typedef struct {
  const char *path;
  FILE *file;
  int line;
  char text[MAX_LINE];
  char *cells[MAX_CELLS]; /* of the last line, without blanks around them */
  int n_cells;
  int column[MAX_CELLS]; /* of each cell */
  int n_columns;
} reader;

static char *trim(char *text) {
  while (isspace((unsigned char)*text))
    text++;
  char *end = text + strlen(text);
  while (end > text && isspace((unsigned char)end[-1]))
    end--;
  *end = 0;
  return text;
}

/** Reads the next line that says something and cuts it up. *more is false at the end of the file. */
static epx_err read_line(reader *r, bool *more) {
  *more = false;
  while (fgets(r->text, sizeof r->text, r->file)) {
    r->line++;
    if (!strchr(r->text, '\n') && !feof(r->file)) {
      return EPX_RAISE(EPX_EINPUT, "%s:%d: a line of more than %d letters", r->path, r->line, MAX_LINE - 2);
    }
    char *rest = trim(r->text);
    if (*rest == 0 || *rest == '#') continue;
    for (r->n_cells = 0; rest; r->n_cells++) {
      if (r->n_cells == MAX_CELLS) return EPX_RAISE(EPX_EINPUT, "%s:%d: too many columns", r->path, r->line);
      char *comma = strchr(rest, ',');
      if (comma) *comma = 0;
      r->cells[r->n_cells] = trim(rest);
      rest = comma ? comma + 1 : NULL;
    }
    *more = true;
    return EPX_OK;
  }
  if (ferror(r->file)) return EPX_RAISE(EPX_EFILE, "%s: %s", r->path, strerror(errno));
  return EPX_OK;
}

static epx_err read_header(reader *r) {
  bool more, found[N_COLUMNS] = {false};
  EPX_TRY(read_line(r, &more));
  if (!more) return EPX_RAISE(EPX_EINPUT, "%s: empty; a header with name,x_um,y_um is needed", r->path);
  for (int i = 0; i < r->n_cells; i++) {
    int k = 0;
    while (k < N_COLUMNS && strcmp(r->cells[i], columns[k]) != 0)
      k++;
    if (k == N_COLUMNS || found[k]) {
      const char *nearest = k == N_COLUMNS ? epx_nearest_get(r->cells[i], N_COLUMNS, columns) : NULL;
      return EPX_RAISE(
          EPX_EINPUT,
          "%s:%d: %s column '%s'%s%s; there are name, x_um, y_um, radius_um, length_um, angle_deg", r->path,
          r->line, k == N_COLUMNS ? "unknown" : "repeated", r->cells[i], nearest ? ", nearest is " : "",
          nearest ? nearest : "");
    }
    found[k] = true;
    r->column[i] = k;
  }
  r->n_columns = r->n_cells;
  for (int k = NAME; k <= Y; k++) {
    if (!found[k]) return EPX_RAISE(EPX_EINPUT, "%s:%d: no column %s", r->path, r->line, columns[k]);
  }
  return EPX_OK;
}

static epx_err read_number(const reader *r, int cell, double *number) {
  char *end = NULL;
  *number = strtod(r->cells[cell], &end);
  if (end != r->cells[cell] && *end == 0 && isfinite(*number)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%d: %s is '%s', a number is needed", r->path, r->line,
                   columns[r->column[cell]], r->cells[cell]);
}

static epx_err read_device(reader *r, epx_placed *device, char **name) {
  if (r->n_cells != r->n_columns) {
    return EPX_RAISE(EPX_EINPUT, "%s:%d: %d cells, the header has %d", r->path, r->line, r->n_cells,
                     r->n_columns);
  }
  double value[N_COLUMNS] = {0};
  for (int i = 0; i < r->n_cells; i++) {
    if (r->column[i] == NAME) {
      EPX_TRY(epx_array_create_text(name, r->cells[i]));
    } else {
      EPX_TRY(read_number(r, i, &value[r->column[i]]));
    }
  }
  if (value[RADIUS] < 0 || value[LENGTH] < 0 || (value[RADIUS] > 0 && value[LENGTH] > 0)) {
    return EPX_RAISE(EPX_EINPUT, "%s:%d: radius_um %g, length_um %g: not below 0, and only one of them above",
                     r->path, r->line, value[RADIUS], value[LENGTH]);
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
    EPX_TRY(read_line(r, &more));
  }
  rewind(r->file);
  r->line = 0;
  if (*n_devices == 0) return EPX_RAISE(EPX_EINPUT, "%s: a header, but no devices", r->path);
  return EPX_OK;
}

static epx_err read_devices(reader *r, epx_placement *p) {
  bool more;
  EPX_TRY(read_header(r));
  for (int i = 0; i < p->n_devices; i++) {
    EPX_TRY(read_line(r, &more));
    EPX_TRY(read_device(r, &p->devices[i], &p->names[i]));
  }
  EPX_TRY(check_names(r->path, p));
  return EPX_OK;
}

epx_err epx_placement_read(const char *path, epx_placement **out) {
  reader r = {.path = path, .file = fopen(path, "r")};
  if (!r.file) return EPX_RAISE(EPX_EFILE, "%s: %s", path, strerror(errno));
  epx_placement *p = NULL;
  int n_devices = 0;
  int status = count_devices(&r, &n_devices);
  if (status == EPX_OK) status = epx_placement_create_empty(n_devices, &p);
  if (status == EPX_OK) status = read_devices(&r, p);
  fclose(r.file);
  if (status != EPX_OK) {
    epx_placement_destroy(&p);
    return status;
  }
  *out = p;
  return EPX_OK;
}
