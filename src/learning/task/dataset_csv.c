/** @file
 * CSV: the first line is kept and a first walk sees what stands below it, so that a header can be told from a
 * sample; a second walk reads the samples; the classes are numbered last, when all their names are known.
 */
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/csv.h"
#include "base/numbers/number.h"
#include "epilux/log.h"
#include "learning/task/dataset.h"

/* What the first line is; COUNTS: that of scikit-learn, `n_samples,n_features,class name,...`. */
typedef enum { DATA, HEADER, COUNTS } first_line;

typedef struct {
  epx_csv *csv;
  const epx_csv_table *spec;
  size_t n_first;    /* cells of the first line */
  char **first;      /* [n_first] */
  long line, second; /* of the first line and of the one that follows */
  first_line kind;
  size_t n_columns, label; /* of the samples; the column that names the class, n_columns: none does */
  int *target;             /* [n_columns]: which real target a column is, -1: none; NULL: there are classes */
  long n_below;            /* rows below the first line */
  bool *fractional;        /* [n_columns]: no cell below the first line is a whole number in digits alone */
  bool numbers;            /* below the first line every label is a number */
} table;

typedef struct {
  const char *text; /* in the text of all labels */
  double number;
  int sample;
} class_name;

static bool is_number(const char *cell) {
  double number;
  return epx_number_read_whole(cell, &number);
}

static bool is_word(const char *cell) {
  return *cell && !is_number(cell);
}

static bool is_digits(const char *cell) {
  return *cell && cell[strspn(cell, "0123456789")] == '\0';
}

static epx_err read_first(table *t) {
  bool more;
  EPX_TRY(epx_csv_read_row(t->csv, &more));
  if (!more)
    return EPX_RAISE(EPX_EINPUT, "%s: contains no samples; write one per line: features, then the class",
                     t->csv->path);
  EPX_TRY(EPX_ARRAY(t->first, t->csv->n_cells));
  t->n_first = t->csv->n_cells;
  t->line = t->csv->line;
  for (size_t k = 0; k < t->n_first; k++)
    EPX_TRY(epx_array_create_text(&t->first[k], t->csv->cells[k]));
  EPX_TRY(epx_csv_read_row(t->csv, &more));
  t->n_columns = more ? t->csv->n_cells : t->n_first;
  t->second = t->csv->line;
  if (t->n_columns < 2)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: only one column; write features and the class, separated by commas",
                     t->csv->path, t->n_first < 2 ? t->line : t->second);
  return EPX_OK;
}

/* Gets the column of that name in the first line, n_columns where there is none. */
static size_t find_name(const table *t, const char *name) {
  size_t k = 0;
  while (k < t->n_first && strcmp(t->first[k], name) != 0)
    k++;
  return k < t->n_first && k < t->n_columns ? k : t->n_columns;
}

/* The column that `key` asks for, by name or by number from 1. */
static epx_err find_column(const table *t, const char *key, const char *column, size_t *k) {
  const size_t named = t->spec->header == EPX_CSV_ABSENT ? t->n_columns : find_name(t, column);
  const unsigned long number = is_digits(column) ? strtoul(column, NULL, 10) : 0;
  if (named == t->n_columns && (number < 1 || number > t->n_columns))
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: %s: no column '%.40s'; give a name from the header, or a number from 1 to %zu",
                     t->csv->path, t->line, key, column, t->n_columns);
  *k = named < t->n_columns ? named : number - 1;
  return EPX_OK;
}

static epx_err find_targets(table *t) {
  EPX_TRY(EPX_ARRAY(t->target, t->n_columns));
  t->label = t->n_columns;
  memset(t->target, -1, t->n_columns * sizeof *t->target);
  for (int i = 0; i < t->spec->n_targets; i++) {
    size_t k;
    EPX_TRY(find_column(t, "task.targets", t->spec->targets[i], &k));
    if (t->target[k] >= 0)
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: task.targets: column %zu appears twice, as '%.40s' and '%.40s'",
                       t->csv->path, t->line, k + 1, t->spec->targets[t->target[k]], t->spec->targets[i]);
    t->target[k] = i;
  }
  if ((size_t)t->spec->n_targets < t->n_columns) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%ld: task.targets: all %zu columns are targets; leave one for a feature",
                   t->csv->path, t->line, t->n_columns);
}

/* The column of the class: the one that is asked for, else the last; or those of the targets. */
static epx_err find_columns(table *t) {
  if (t->spec->n_targets > 0) return find_targets(t);
  t->label = t->n_columns - 1;
  return t->spec->label ? find_column(t, "task.label", t->spec->label, &t->label) : EPX_OK;
}

/* Looks at what stands below the first line. */
static epx_err scan(table *t) {
  bool more;
  EPX_TRY(EPX_ARRAY(t->fractional, t->n_columns));
  memset(t->fractional, true, t->n_columns * sizeof *t->fractional);
  t->numbers = true;
  epx_csv_rewind(t->csv);
  EPX_TRY(epx_csv_read_row(t->csv, &more));
  for (;; t->n_below++) {
    EPX_TRY(epx_csv_read_row(t->csv, &more));
    if (!more) return EPX_OK;
    for (size_t k = 0; k < t->n_columns && k < t->csv->n_cells; k++)
      t->fractional[k] = t->fractional[k] && !is_digits(t->csv->cells[k]);
    if (t->label < t->csv->n_cells) t->numbers = t->numbers && is_number(t->csv->cells[t->label]);
  }
}

static bool is_counts(const table *t) {
  bool counts = t->n_first > 3;
  for (size_t k = 0; counts && k < t->n_first; k++)
    counts = k < 2 ? is_digits(t->first[k]) && strtol(t->first[k], NULL, 10) > 0 : is_word(t->first[k]);
  return counts;
}

/* Whether all cells but the label's are words: features are numbers, so this is no sample. */
static bool is_named(const table *t) {
  bool named = t->n_first > 1;
  for (size_t k = 0; named && k < t->n_first; k++)
    named = k == t->label || is_word(t->first[k]);
  return named;
}

/* Whether the line numbers its columns, 0, 1, 2, ..., as pandas does; the label's may have a name. */
static bool is_numbered(const table *t) {
  char number[24];
  bool numbered = t->n_first == t->n_columns && t->n_columns > 2;
  for (size_t k = 0; numbered && k < t->n_columns; k++) {
    snprintf(number, sizeof number, "%zu", k);
    numbered = strcmp(t->first[k], number) == 0 || (k == t->label && is_word(t->first[k]));
  }
  return numbered;
}

/* Such a line may be a sample: it is a header where the label has a name among numbers, where no feature
 * below is a whole number, or where there are so many columns that no sample counts them by chance. */
static bool is_numbered_header(const table *t) {
  bool fractional = true;
  if (!is_numbered(t)) return false;
  for (size_t k = 0; k < t->n_columns; k++)
    fractional = fractional && (k == t->label || t->fractional[k]);
  const bool named = t->label < t->n_first && is_word(t->first[t->label]);
  const bool header = named ? t->numbers : (t->n_below > 0 && fractional) || t->n_columns > 3;
  epx_log_write_once(
      EPX_LOG_WARNING, "task",
      "%s: the first line, 0, 1, 2 and so on, is taken for %s; if it is %s, set task.header: %s",
      t->csv->path, header ? "the columns' names" : "a sample", header ? "a sample" : "a header",
      header ? "absent" : "present");
  return header;
}

static first_line decide_kind(const table *t) {
  const epx_csv_header header = t->spec->header;
  if (header != EPX_CSV_AUTO) return header == EPX_CSV_PRESENT ? HEADER : DATA;
  if (is_counts(t)) return COUNTS;
  bool asked = t->spec->label && find_name(t, t->spec->label) == t->label && !is_number(t->spec->label);
  for (int i = 0; i < t->spec->n_targets; i++)
    asked = asked || (find_name(t, t->spec->targets[i]) < t->n_columns && !is_number(t->spec->targets[i]));
  return asked || is_named(t) || is_numbered_header(t) ? HEADER : DATA;
}

/* Columns that are no features. */
static size_t count_answers(const table *t) {
  return t->target ? (size_t)t->spec->n_targets : 1;
}

static epx_err check_header(const table *t) {
  if (t->kind == DATA && t->n_columns != t->n_first)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %zu cells, where the line before has %zu", t->csv->path, t->second,
                     t->n_columns, t->n_first);
  if (t->kind == HEADER && t->n_columns != t->n_first)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: %zu cells, where the header has %zu", t->csv->path, t->second,
                     t->n_columns, t->n_first);
  if (t->kind != DATA && t->n_below == 0)
    return EPX_RAISE(EPX_EINPUT, "%s: contains only a header, no samples", t->csv->path);
  if (t->n_below >= INT_MAX || t->n_columns > INT_MAX)
    return EPX_RAISE(EPX_EINPUT, "%s: %ld samples of %zu columns; at most %d of each can be read",
                     t->csv->path, t->n_below, t->n_columns, INT_MAX - 1);
  if (t->kind != COUNTS) return EPX_OK;
  const long samples = strtol(t->first[0], NULL, 10), features = strtol(t->first[1], NULL, 10);
  const long n_features = (long)(t->n_columns - count_answers(t));
  if (samples != t->n_below || features != n_features)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: announces %ld samples of %ld features, but %ld of %zu follow",
                     t->csv->path, t->line, samples, features, t->n_below, (size_t)n_features);
  return EPX_OK;
}

/* A header that names another column as the class than the one that would be read. */
static epx_err check_names(const table *t) {
  static const char *const names[] = {"class", "label", "labels", "target", "species"};
  if (t->kind != HEADER || t->spec->label || t->target) return EPX_OK;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcasecmp(t->first[t->label], names[i]) == 0) return EPX_OK;
  for (size_t k = 0; k < t->n_first; k++)
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (strcasecmp(t->first[k], names[i]) == 0)
        return EPX_RAISE(
            EPX_EINPUT,
            "%s:%ld: which column is the class, '%s' or the last, '%s'? Set task.label to %s or %s",
            t->csv->path, t->line, t->first[k], t->first[t->label], t->first[k], t->first[t->label]);
  return EPX_OK;
}

/* A feature or a real target. */
static epx_err read_number(const epx_csv *csv, size_t k, const char *what, double *number) {
  if (!*csv->cells[k])
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: column %zu is empty; every %s must be a number", csv->path,
                     csv->line, k + 1, what);
  if (!epx_number_read_whole(csv->cells[k], number))
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: column %zu is '%.40s'; every %s must be a finite number", csv->path,
                     csv->line, k + 1, csv->cells[k], what);
  return EPX_OK;
}

/* What stands in a row for sample i but for its class. */
static epx_err read_numbers(const table *t, int i, epx_dataset *dataset) {
  double *feature = dataset->features + (size_t)i * (size_t)dataset->n_features;
  for (size_t k = 0; k < t->n_columns; k++) {
    const int target = t->target ? t->target[k] : -1;
    if (k == t->label) continue;
    double *number =
        target >= 0 ? dataset->targets + (size_t)i * (size_t)dataset->n_targets + (size_t)target : feature++;
    EPX_TRY(read_number(t->csv, k, target >= 0 ? "target" : "feature", number));
  }
  return EPX_OK;
}

/* Moves the label's text to *to. */
static epx_err read_label(const table *t, char **to, class_name *name) {
  const char *cell = t->csv->cells[t->label];
  char *end;
  if (!*cell)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: column %zu is empty; it must name the class", t->csv->path,
                     t->csv->line, t->label + 1);
  if (!isfinite(strtod(cell, &end)) && !*end)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: the class is %s; it must be a finite number or a word",
                     t->csv->path, t->csv->line, cell);
  strcpy(*to, cell);
  name->text = *to;
  *to += strlen(cell) + 1;
  return EPX_OK;
}

/* texts: room for all labels, which are no longer than the file. */
static epx_err read_samples(const table *t, char *texts, class_name *names, epx_dataset *dataset) {
  bool more;
  epx_csv_rewind(t->csv);
  if (t->kind != DATA) EPX_TRY(epx_csv_read_row(t->csv, &more));
  for (int i = 0; i < dataset->n_samples; i++) {
    EPX_TRY(epx_csv_read_row(t->csv, &more));
    if (t->csv->n_cells != t->n_columns)
      return EPX_RAISE(EPX_EINPUT, "%s:%ld: %zu cells, where the lines before have %zu", t->csv->path,
                       t->csv->line, t->csv->n_cells, t->n_columns);
    EPX_TRY(read_numbers(t, i, dataset));
    names[i].sample = i;
    if (!t->target) EPX_TRY(read_label(t, &texts, &names[i]));
  }
  return EPX_OK;
}

static int compare_numbers(const void *a, const void *b) {
  const double x = ((const class_name *)a)->number, y = ((const class_name *)b)->number;
  return (x > y) - (x < y);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(((const class_name *)a)->text, ((const class_name *)b)->text);
}

/* A column of measurements that nearly all differ is hardly the class. */
static epx_err check_classes(const table *t, bool fractional, const epx_dataset *dataset) {
  if (t->spec->label || !fractional || 2 * dataset->n_classes <= dataset->n_samples) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s: column %zu, the last, has %d different numbers in %d samples; is it the class? Set "
                   "task.label to the column of the class",
                   t->csv->path, t->label + 1, dataset->n_classes, dataset->n_samples);
}

/* What class k, `text` in the samples, is called: scikit-learn's header names classes 0, 1, ... */
static const char *get_name(const table *t, int k, const char *text) {
  char number[16];
  snprintf(number, sizeof number, "%d", k);
  const bool listed = t->kind == COUNTS && strcmp(number, text) == 0 && (size_t)k + 2 < t->n_first;
  return listed ? t->first[k + 2] : text;
}

/* Numbers the classes in sorted order, by value where all are numbers. */
static epx_err set_classes(const table *t, class_name *names, epx_dataset *dataset) {
  const size_t n = (size_t)dataset->n_samples;
  bool numeric = true, fractional = false;
  for (size_t i = 0; i < n; i++) {
    numeric = numeric && epx_number_read_whole(names[i].text, &names[i].number);
    fractional = fractional || floor(names[i].number) != names[i].number;
  }
  int (*compare)(const void *, const void *) = numeric ? compare_numbers : compare_texts;
  qsort(names, n, sizeof names[0], compare);
  EPX_TRY(EPX_ARRAY(dataset->names, n));
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || compare(&names[i - 1], &names[i]) != 0) {
      const char *name = get_name(t, dataset->n_classes, names[i].text);
      EPX_TRY(epx_array_create_text(&dataset->names[dataset->n_classes++], name));
    }
    dataset->labels[names[i].sample] = dataset->n_classes - 1;
  }
  if (dataset->n_classes < 2)
    return EPX_RAISE(EPX_EINPUT,
                     "%s: all samples are of class '%.40s' (column %zu); at least two classes are needed",
                     t->csv->path, names[0].text, t->label + 1);
  return check_classes(t, numeric && fractional, dataset);
}

static epx_err fill(const table *t, epx_dataset *dataset) {
  class_name *names = NULL;
  char *texts = NULL;
  EPX_TRY(EPX_ARRAY(names, (size_t)dataset->n_samples));
  int code = EPX_ARRAY(texts, t->csv->size + 1);
  if (code == EPX_OK) code = read_samples(t, texts, names, dataset);
  if (code == EPX_OK && !t->target) code = set_classes(t, names, dataset);
  epx_array_destroy(&names);
  epx_array_destroy(&texts);
  return code;
}

static epx_err create_from(table *t, epx_dataset **out) {
  EPX_TRY(read_first(t));
  EPX_TRY(find_columns(t));
  EPX_TRY(scan(t));
  t->kind = decide_kind(t);
  EPX_TRY(check_header(t));
  EPX_TRY(check_names(t));
  const int n_samples = (int)t->n_below + (t->kind == DATA);
  EPX_TRY(epx_dataset_create(n_samples, (int)(t->n_columns - count_answers(t)), 0, out));
  int code = t->target ? epx_dataset_create_targets(*out, t->spec->n_targets) : EPX_OK;
  if (code == EPX_OK) code = fill(t, *out);
  if (code != EPX_OK) epx_dataset_destroy(out);
  return code;
}

epx_err epx_dataset_create_csv(const epx_csv_table *spec, epx_dataset **out) {
  table t = {.spec = spec};
  *out = NULL;
  int code = epx_csv_create(spec->path, false, &t.csv);
  if (code == EPX_OK) code = create_from(&t, out);
  for (size_t k = 0; t.first && k < t.n_first; k++)
    epx_array_destroy(&t.first[k]);
  epx_array_destroy(&t.first);
  epx_array_destroy(&t.fractional);
  epx_array_destroy(&t.target);
  epx_csv_destroy(&t.csv);
  return code;
}
