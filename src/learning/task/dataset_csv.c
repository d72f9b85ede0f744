/* CSV: the text is read whole and cut up in place; a first walk counts the samples, a second one reads them,
 * and the classes are numbered last, when all their names are known. */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "learning/task/dataset.h"

/* Where the reading stands. */
typedef struct {
  const char *path;
  char *next, *end; /* what is left of the text */
  int line;         /* of the line given last, from 1 */
} cursor;

typedef struct {
  const char *text;
  double number;
  int sample;
} class_name;

static bool is_blank(const char *text) {
  while (isspace((unsigned char)*text))
    text++;
  return *text == 0;
}

/* Gives the next line that is not blank, without its end, NULL past the last. */
static char *get_line(cursor *at) {
  while (at->next < at->end) {
    char *line = at->next;
    char *stop = memchr(line, '\n', (size_t)(at->end - line));
    at->next = stop ? stop + 1 : at->end;
    if (stop) *stop = 0;
    at->line++;
    if (!is_blank(line)) return line;
  }
  return NULL;
}

static int count_cells(const char *line) {
  int n = 1;
  for (; *line; line++)
    n += *line == ',';
  return n;
}

/* Cuts the first cell off the line at *rest: without spaces and quotes around it. *rest is NULL after the
 * last. */
static char *cut_cell(char **rest) {
  char *cell = *rest;
  char *stop = strchr(cell, ',');
  *rest = stop ? stop + 1 : NULL;
  if (stop) *stop = 0;
  while (isspace((unsigned char)*cell))
    cell++;
  char *end = cell + strlen(cell);
  while (end > cell && isspace((unsigned char)end[-1]))
    end--;
  if (end - cell >= 2 && *cell == '"' && end[-1] == '"') {
    cell++;
    end--;
  }
  *end = 0;
  return cell;
}

static bool is_number(const char *cell, double *number) {
  char *end = NULL;
  *number = strtod(cell, &end);
  return end != cell && *end == 0;
}

/* What the first line is; `counts` the numbers of scikit-learn's header. It leaves the line as it was. */
typedef enum { DATA, HEADER, COUNTS } first_line;

static epx_err look_at_first_line(const char *line, first_line *kind, double counts[2]) {
  char *copy = NULL;
  EPX_TRY(epx_array_create_text(&copy, line));
  int n_cells = 0, n_words = 0;
  bool counted = true, named = true;
  for (char *rest = copy; rest; n_cells++) {
    double number = 0;
    const char *cell = cut_cell(&rest);
    const bool numeric = is_number(cell, &number);
    if (n_cells < 2) {
      counts[n_cells] = number;
      counted = counted && numeric && number >= 1 && number == floor(number);
    } else {
      counted = counted && !numeric && *cell;
    }
    if (rest) named = named && !numeric && *cell;
    n_words += rest && !numeric;
  }
  epx_array_destroy(&copy);
  *kind = counted && n_cells > 3 ? COUNTS : named && n_words > 0 ? HEADER : DATA;
  return EPX_OK;
}

static epx_err read_sample(const cursor *at, char *line, int n_features, double *features, class_name *name) {
  char *rest = line;
  for (int k = 0; k < n_features; k++) {
    const char *cell = cut_cell(&rest);
    if (!*cell)
      return EPX_RAISE(EPX_EINPUT, "%s:%d: column %d is empty; every feature must be a number", at->path,
                       at->line, k + 1);
    if (!is_number(cell, &features[k]))
      return EPX_RAISE(EPX_EINPUT, "%s:%d: column %d is '%.40s'; every feature must be a number", at->path,
                       at->line, k + 1, cell);
    if (!isfinite(features[k]))
      return EPX_RAISE(EPX_EINPUT, "%s:%d: column %d is %s; every feature must be a finite number", at->path,
                       at->line, k + 1, cell);
  }
  name->text = cut_cell(&rest);
  if (!*name->text)
    return EPX_RAISE(EPX_EINPUT, "%s:%d: the last column is empty; it must name the class", at->path,
                     at->line);
  if (is_number(name->text, &name->number) && !isfinite(name->number))
    return EPX_RAISE(EPX_EINPUT, "%s:%d: the class is %s; it must be a finite number or a word", at->path,
                     at->line, name->text);
  return EPX_OK;
}

static int compare_numbers(const void *a, const void *b) {
  const double x = ((const class_name *)a)->number, y = ((const class_name *)b)->number;
  return (x > y) - (x < y);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(((const class_name *)a)->text, ((const class_name *)b)->text);
}

/* Numbers the classes in sorted order. names [n_samples] are sorted. */
static epx_err set_classes(const char *path, class_name *names, epx_dataset *dataset) {
  bool numeric = true;
  double number;
  for (int i = 0; i < dataset->n_samples; i++)
    numeric = numeric && is_number(names[i].text, &number);
  int (*compare)(const void *, const void *) = numeric ? compare_numbers : compare_texts;
  qsort(names, (size_t)dataset->n_samples, sizeof names[0], compare);
  dataset->n_classes = 1;
  for (int i = 0; i < dataset->n_samples; i++) {
    dataset->n_classes += i > 0 && compare(&names[i - 1], &names[i]) != 0;
    dataset->labels[names[i].sample] = dataset->n_classes - 1;
  }
  if (dataset->n_classes < 2)
    return EPX_RAISE(EPX_EINPUT,
                     "%s: all samples are of class '%.40s' (last column); at least two classes are wanted",
                     path, names[0].text);
  return EPX_OK;
}

/* Reads the samples from the first data line on. */
static epx_err read_samples(cursor *at, char *line, int n_columns, class_name *names, epx_dataset *dataset) {
  for (int i = 0; line; i++, line = get_line(at)) {
    const int n_cells = count_cells(line);
    if (n_cells != n_columns)
      return EPX_RAISE(EPX_EINPUT, "%s:%d: %d cells, where the lines before have %d", at->path, at->line,
                       n_cells, n_columns);
    names[i].sample = i;
    EPX_TRY(read_sample(at, line, n_columns - 1, dataset->features + (size_t)i * (size_t)(n_columns - 1),
                        &names[i]));
  }
  EPX_TRY(set_classes(at->path, names, dataset));
  return EPX_OK;
}

/* Counts this line and those that follow and are not blank, without moving on. */
static long count_lines(const cursor *at) {
  long n = 1;
  bool blank = true;
  for (const char *c = at->next; c < at->end; c++) {
    if (*c == '\n') {
      n += !blank;
      blank = true;
    } else {
      blank = blank && isspace((unsigned char)*c);
    }
  }
  return n + !blank;
}

static epx_err create_body(cursor *at, char *line, int n_columns, long n_samples, epx_dataset **out) {
  class_name *names = NULL;
  EPX_TRY(EPX_ARRAY(names, (size_t)n_samples));
  int code = epx_dataset_create((int)n_samples, n_columns - 1, 0, out);
  if (code == EPX_OK) code = read_samples(at, line, n_columns, names, *out);
  if (code != EPX_OK) epx_dataset_destroy(out);
  epx_array_destroy(&names);
  EPX_TRY(code);
  return EPX_OK;
}

static epx_err create_from_text(cursor *at, epx_dataset **out) {
  first_line kind = DATA;
  double counts[2] = {0, 0};
  char *line = get_line(at);
  if (line) EPX_TRY(look_at_first_line(line, &kind, counts));
  const int n_header = line ? count_cells(line) : 0, first = at->line;
  if (kind != DATA) line = get_line(at);
  if (!line)
    return EPX_RAISE(EPX_EINPUT, "%s: holds no samples; one a line is wanted: features, then the class",
                     at->path);
  const int n_columns = count_cells(line);
  if (n_columns < 2)
    return EPX_RAISE(EPX_EINPUT, "%s:%d: one column; features and the class are wanted, separated by commas",
                     at->path, at->line);
  if (kind == HEADER && n_columns != n_header)
    return EPX_RAISE(EPX_EINPUT, "%s:%d: %d cells, where the header has %d", at->path, at->line, n_columns,
                     n_header);
  const long n_samples = count_lines(at);
  if (n_samples > INT_MAX)
    return EPX_RAISE(EPX_EINPUT, "%s: %ld samples; at most %d can be read", at->path, n_samples, INT_MAX);
  if (kind == COUNTS && (counts[0] != (double)n_samples || counts[1] != n_columns - 1))
    return EPX_RAISE(EPX_EINPUT, "%s:%d: says %.0f samples of %.0f features, but %ld of %d follow", at->path,
                     first, counts[0], counts[1], n_samples, n_columns - 1);
  EPX_TRY(create_body(at, line, n_columns, n_samples, out));
  return EPX_OK;
}

epx_err epx_dataset_create_csv(const char *path, epx_dataset **out) {
  unsigned char *bytes = NULL;
  size_t size = 0;
  *out = NULL;
  EPX_TRY(epx_dataset_read_file(path, &bytes, &size));
  const bool marked = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0; /* byte order mark of UTF-8 */
  cursor at = {path, (char *)bytes + (marked ? 3 : 0), (char *)bytes + size, 0};
  const int code = create_from_text(&at, out);
  epx_array_destroy(&bytes);
  EPX_TRY(code);
  return EPX_OK;
}
