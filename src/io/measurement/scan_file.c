/** @file
 * Scan file: a first walk counts the points, a second one reads them.
 */
#include "io/measurement/scan_file.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/csv.h"
#include "base/numbers/number.h"
#include "io/measurement/column.h"
#include "io/measurement/touchstone.h"
#include "photonic/device/constant.h"

enum { MOST_COLUMNS = 3 };

static const double shortest = 100e-9, longest = 100e-6;
static const char *const heads = "wavelength_nm,power_dBm";

typedef struct {
  epx_csv *csv;
  size_t n_columns;
  epx_column column[MOST_COLUMNS];
  bool wavelength;
  bool decibel;  /* powers are levels */
  double factor; /* of the first column, to m or Hz */
  double scale;  /* of powers */
} reader;

static epx_err read_axis(reader *r) {
  const epx_column *c = &r->column[0];
  r->wavelength = strcmp(c->name, "wavelength") == 0 || strcmp(c->name, "lambda") == 0;
  if (!r->wavelength && strcmp(c->name, "frequency") != 0 && strcmp(c->name, "freq") != 0)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: the first column is '%.40s'; a header such as %s is wanted, with wavelength or "
                     "frequency first",
                     r->csv->path, r->csv->line, r->csv->cells[0], heads);
  return epx_column_eval_factor(r->csv, c, r->wavelength ? "m" : "Hz",
                                r->wavelength ? "wavelength_nm" : "frequency_THz", &r->factor);
}

static epx_err read_power(reader *r, size_t k) {
  const char *unit = r->column[k].unit;
  const bool decibel = strcasecmp(unit, "dB") == 0 || strcasecmp(unit, "dBm") == 0;
  double watt = 1, share;
  if (!decibel && strcmp(unit, "1") != 0 && strcmp(unit, "%") != 0)
    EPX_TRY(
        epx_column_eval_factor(r->csv, &r->column[k], "W", "power_dBm, power_uW or transmission_1", &watt));
  share = strcmp(unit, "%") == 0 ? 0.01 : watt;
  if (strcasecmp(unit, "dBm") == 0) share = 1e-3;
  if (k > 1 && (decibel != r->decibel || share != r->scale))
    return EPX_RAISE(
        EPX_EINPUT, "%s:%ld: the drop port is in '%s', the through port in '%s'; one unit is wanted for both",
        r->csv->path, r->csv->line, unit, r->column[1].unit);
  r->decibel = decibel;
  r->scale = share;
  return EPX_OK;
}

static epx_err read_header(reader *r) {
  bool more;
  EPX_TRY(epx_csv_read_row(r->csv, &more));
  if (!more) return EPX_RAISE(EPX_EINPUT, "%s:1: empty; a header such as %s is wanted", r->csv->path, heads);
  r->n_columns = r->csv->n_cells;
  if (r->n_columns < 2 || r->n_columns > MOST_COLUMNS)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: %zu column%s; a header such as %s is wanted, and the drop port's power at most",
                     r->csv->path, r->csv->line, r->n_columns, r->n_columns == 1 ? "" : "s", heads);
  for (size_t k = 0; k < r->n_columns; k++)
    if (!epx_column_read(r->csv->cells[k], &r->column[k]))
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: column %zu has no name; a header such as %s is wanted",
                       r->csv->path, r->csv->line, k + 1, heads);
  EPX_TRY(read_axis(r));
  for (size_t k = 1; k < r->n_columns; k++)
    EPX_TRY(read_power(r, k));
  return EPX_OK;
}

static epx_err read_point(const reader *r, epx_scan *s, size_t i) {
  double number[MOST_COLUMNS];
  if (r->csv->n_cells != r->n_columns)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %zu cells, the header has %zu", r->csv->path, r->csv->line,
                     r->csv->n_cells, r->n_columns);
  for (size_t k = 0; k < r->n_columns; k++)
    EPX_TRY(epx_column_read_number(r->csv, k, &r->column[k], &number[k]));
  const double axis = number[0] * r->factor, wavelength = r->wavelength ? axis : EPX_LIGHT_SPEED / axis;
  if (!(axis > 0 && wavelength >= shortest && wavelength <= longest))
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %s %g %s is not light from 100 nm to 100 um; is the unit right?",
                     r->csv->path, r->csv->line, r->column[0].name, number[0], r->column[0].unit);
  s->frequency[i] = 2 * EPX_PI * EPX_LIGHT_SPEED / wavelength;
  for (size_t k = 1; k < r->n_columns; k++) {
    const double power = r->scale * (r->decibel ? pow(10, number[k] / 10) : number[k]);
    if (!isfinite(power))
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: %s %g %s is no power", r->csv->path, r->csv->line,
                       r->column[k].name, number[k], r->column[k].unit);
    (k == 1 ? s->power : s->drop)[i] = power;
  }
  return EPX_OK;
}

static epx_err count(reader *r, size_t *n, long *first) {
  bool more = true;
  long last = 1;
  EPX_TRY(read_header(r));
  *n = 0;
  *first = r->csv->line + 1;
  while (more) {
    last = r->csv->line;
    EPX_TRY(epx_csv_read_row(r->csv, &more));
    *n += more;
  }
  epx_csv_rewind(r->csv);
  if (*n >= EPX_SCAN_LEAST) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s:%ld: %zu points, too few for a fit: at least %d are wanted, some 20 a linewidth",
                   r->csv->path, last, *n, EPX_SCAN_LEAST);
}

static epx_err read_points(reader *r, epx_scan *s) {
  bool more;
  EPX_TRY(epx_csv_read_row(r->csv, &more));
  for (size_t i = 0; i < s->n_points; i++) {
    EPX_TRY(epx_csv_read_row(r->csv, &more));
    EPX_TRY(read_point(r, s, i));
  }
  return epx_scan_order(s);
}

static epx_err read_csv(const char *path, epx_scan **out) {
  reader r = {0};
  size_t n = 0;
  long first = 1;
  *out = NULL;
  int code = epx_csv_create(path, true, &r.csv);
  if (code == EPX_OK) code = count(&r, &n, &first);
  if (code == EPX_OK) code = epx_scan_create(path, n, r.n_columns > 2 ? EPX_SCAN_DROP : EPX_SCAN_POWER, out);
  if (code == EPX_OK) (*out)->line = first;
  if (code == EPX_OK) code = read_points(&r, *out);
  epx_csv_destroy(&r.csv);
  if (code != EPX_OK) epx_scan_destroy(out);
  return code;
}

epx_err epx_scan_file_read(const char *path, const epx_scan_ports *ports, epx_scan **out) {
  const int n_ports = epx_touchstone_get_n_ports(path);
  return n_ports > 0 ? epx_touchstone_read(path, n_ports, ports, out) : read_csv(path, out);
}

epx_err epx_scan_file_read_port(const char *text, int *out, int *in) {
  const char *digits = text + (*text == 'S' || *text == 's'), *comma = strchr(digits, ',');
  double a = 0, b = 0;
  const char *rest = digits;
  if (comma && epx_number_read(digits, &a, &rest) && rest == comma && epx_number_read_whole(comma + 1, &b)) {
    if (a == rint(a) && b == rint(b) && a >= 1 && b >= 1 && a < 1000 && b < 1000) {
      *out = (int)a;
      *in = (int)b;
      return EPX_OK;
    }
  } else if (strlen(digits) == 2 && strspn(digits, "123456789") == 2) {
    *out = digits[0] - '0';
    *in = digits[1] - '0';
    return EPX_OK;
  }
  return EPX_RAISE(EPX_EINPUT, "'%s' is no S-parameter; S21 or S2,1 is wanted: from port 1 to port 2", text);
}
