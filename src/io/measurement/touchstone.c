/** @file
 * Touchstone: a stream of numbers after the line of options, 1 + 2 N^2 a point, however its lines are broken.
 */
#include "io/measurement/touchstone.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/file.h"
#include "base/numbers/number.h"
#include "photonic/device/constant.h"

enum { MOST_PORTS = 999, WORD_SIZE = 64 };

typedef enum { FORMAT_MA, FORMAT_DB, FORMAT_RI } format;

typedef struct {
  const char *path;
  const char *at; /* the next letter of the file's text */
  long line;
  double unit; /* of frequencies [rad/s] */
  format format;
  int n_ports;
} reader;

int epx_touchstone_get_n_ports(const char *path) {
  const char *dot = strrchr(path, '.');
  char *end;
  if (!dot || (dot[1] != 's' && dot[1] != 'S') || !isdigit((unsigned char)dot[2])) return 0;
  const long n = strtol(dot + 2, &end, 10);
  return (*end == 'p' || *end == 'P') && end[1] == '\0' && n > 0 && n <= MOST_PORTS ? (int)n : 0;
}

/* Goes to the next word; a line of options, if one begins there, is left to the caller. False at the end of the text. */
static int step(reader *r) {
  while (*r->at) {
    if (*r->at == '!')
      r->at += strcspn(r->at, "\r\n");
    else if (*r->at == '\n' || (*r->at == '\r' && r->at[1] != '\n'))
      r->line++, r->at++;
    else if (isspace((unsigned char)*r->at))
      r->at++;
    else
      return 1;
  }
  return 0;
}

static size_t take(reader *r, char *word) {
  const size_t length = strcspn(r->at, " \t\r\n\v\f!");
  const size_t kept = length < WORD_SIZE ? length : WORD_SIZE - 1;
  memcpy(word, r->at, kept);
  word[kept] = '\0';
  r->at += length;
  return length;
}

static epx_err read_option(reader *r, const char *word, int *reference) {
  static const struct {
    const char *name;
    double hertz;
  } units[] = {{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}, {"THz", 1e12}};
  static const char *const formats[] = {[FORMAT_MA] = "MA", [FORMAT_DB] = "DB", [FORMAT_RI] = "RI"};
  double number;
  if (*reference) {
    *reference = 0;
    if (epx_number_read_whole(word, &number)) return EPX_OK;
  }
  for (size_t k = 0; k < sizeof units / sizeof *units; k++)
    if (strcasecmp(word, units[k].name) == 0) {
      r->unit = 2 * EPX_PI * units[k].hertz;
      return EPX_OK;
    }
  for (size_t k = 0; k < sizeof formats / sizeof *formats; k++)
    if (strcasecmp(word, formats[k]) == 0) {
      r->format = (format)k;
      return EPX_OK;
    }
  *reference = strcasecmp(word, "R") == 0;
  if (*reference || strcasecmp(word, "S") == 0) return EPX_OK;
  return EPX_RAISE(
      EPX_EINPUT,
      "%s:%ld: '%s' is no option that is read; a line such as '# GHz S RI R 50' is wanted: Hz to THz, S, "
      "and RI, MA or DB",
      r->path, r->line, word);
}

static epx_err read_options(reader *r) {
  char word[WORD_SIZE];
  int reference = 0;
  if (!step(r))
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: no points; '# GHz S RI R 50' and numbers are wanted", r->path,
                     r->line);
  if (*r->at == '[')
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: Touchstone 2 is not read; save it as version 1.1", r->path,
                     r->line);
  if (*r->at != '#')
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: no line of options before the numbers; '# GHz S RI R 50' is wanted",
                     r->path, r->line);
  r->at++;
  for (;;) {
    r->at += strspn(r->at, " \t");
    if (*r->at == '\0' || *r->at == '\r' || *r->at == '\n' || *r->at == '!') return EPX_OK;
    take(r, word);
    EPX_TRY(read_option(r, word, &reference));
  }
}

/* Numbers at most: none is shorter than a digit and a blank. */
static epx_err read_numbers(reader *r, double *number, long *line, size_t *n) {
  char word[WORD_SIZE];
  *n = 0;
  while (step(r)) {
    const size_t length = take(r, word);
    line[*n] = r->line;
    if (length >= WORD_SIZE || !epx_number_read_whole(word, &number[(*n)++]))
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: '%.40s' is no number", r->path, r->line, word);
  }
  return EPX_OK;
}

static void convert(const reader *r, const double *pair, double *re, double *im) {
  const double size = r->format == FORMAT_DB ? pow(10, pair[0] / 20) : pair[0];
  const double angle = pair[1] * EPX_PI / 180;
  *re = r->format == FORMAT_RI ? pair[0] : size * cos(angle);
  *im = r->format == FORMAT_RI ? pair[1] : size * sin(angle);
}

/* The place of S(out, in) among a point's numbers. */
static size_t get_place(const reader *r, int out, int in) {
  const size_t n = (size_t)r->n_ports, row = (size_t)out - 1, column = (size_t)in - 1;
  return 1 + 2 * (n == 2 ? column * n + row : row * n + column);
}

static epx_err write_points(const reader *r, const epx_scan_ports *ports, const double *number,
                            const long *line, epx_scan *s) {
  const size_t size = 1 + 2 * (size_t)r->n_ports * (size_t)r->n_ports;
  for (size_t i = 0; i < s->n_points; i++) {
    const double *point = number + i * size;
    double re, im;
    s->frequency[i] = point[0] * r->unit;
    if (!(point[0] > 0) || (i > 0 && s->frequency[i] <= s->frequency[i - 1]))
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: frequency %g: frequencies above 0 that rise are wanted", r->path,
                       line[i * size], point[0]);
    convert(r, point + get_place(r, ports->through_out, ports->through_in), &re, &im);
    s->power[i] = re * re + im * im;
    if (s->re) s->re[i] = re;
    if (s->im) s->im[i] = im;
    if (!s->drop) continue;
    convert(r, point + get_place(r, ports->drop_out, ports->drop_in), &re, &im);
    s->drop[i] = re * re + im * im;
  }
  return EPX_OK;
}

static epx_err check(const reader *r, const epx_scan_ports *p, size_t n_numbers, long last) {
  const int n = r->n_ports, out = p->drop_out;
  const size_t size = 1 + 2 * (size_t)n * (size_t)n;
  if (p->through_out > n || p->through_in > n || out > n || (out > 0 && p->drop_in > n))
    return EPX_RAISE(EPX_EINPUT, "%s:1: has %d port%s; S%d,%d or S%d,%d is not among them", r->path, n,
                     n > 1 ? "s" : "", p->through_out, p->through_in, out, p->drop_in);
  if (n_numbers % size != 0)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: the last point is incomplete: %zu numbers of %zu, 1 + 2 x %d x %d",
                     r->path, last, n_numbers % size, size, n, n);
  if (n_numbers / size < EPX_SCAN_LEAST)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: %zu points, too few for a fit: at least %d are wanted, some 20 a linewidth",
                     r->path, last, n_numbers / size, EPX_SCAN_LEAST);
  return EPX_OK;
}

static epx_err read_text(reader *r, size_t size, const epx_scan_ports *ports, epx_scan **out) {
  double *number;
  long *line = NULL;
  size_t n = 0;
  EPX_TRY(read_options(r));
  const long first = r->line;
  EPX_TRY(EPX_ARRAY(number, size / 2 + 1));
  int code = EPX_ARRAY(line, size / 2 + 1);
  if (code == EPX_OK) code = read_numbers(r, number, line, &n);
  if (code == EPX_OK) code = check(r, ports, n, n > 0 ? line[n - 1] : r->line);
  const size_t point = 1 + 2 * (size_t)r->n_ports * (size_t)r->n_ports;
  if (code == EPX_OK)
    code = epx_scan_create(r->path, n / point, ports->drop_out > 0 ? EPX_SCAN_DROP : EPX_SCAN_AMPLITUDE, out);
  if (code == EPX_OK) (*out)->line = first + 1;
  if (code == EPX_OK) code = write_points(r, ports, number, line, *out);
  epx_array_destroy(&number);
  epx_array_destroy(&line);
  return code;
}

epx_err epx_touchstone_read(const char *path, int n_ports, const epx_scan_ports *ports, epx_scan **out) {
  unsigned char *bytes;
  size_t size;
  *out = NULL;
  EPX_TRY(epx_file_read(path, &bytes, &size));
  reader r = {.path = path, .at = (char *)bytes, .line = 1, .unit = 2e9 * EPX_PI, .n_ports = n_ports};
  const int code = memchr(bytes, 0, size)
                       ? EPX_RAISE(EPX_EINPUT, "%s:1: contains a zero byte, so it is no text", path)
                       : read_text(&r, size, ports, out);
  epx_array_destroy(&bytes);
  if (code != EPX_OK) epx_scan_destroy(out);
  return code;
}
