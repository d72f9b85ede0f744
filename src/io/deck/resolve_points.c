/** @file
 * Resolve: the points that a deck brings along, in rows of its own or in a file of comma-separated values.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "io/deck/resolve.h"

enum { NAME_SIZE = 256, VALUE_SIZE = 512 };

/* Where the values of one column go: a factor, or a path that goes along with it. */
typedef struct {
  int factor;            /* -1: the column is not read */
  const char *path;      /* the factor's, or that of the path that goes along */
  const epx_tree *along; /* NULL: the factor itself */
  epx_target target;
  char unit[NAME_SIZE]; /* in the column's head; "": the cells have their own, or the schema's */
} column;

typedef struct {
  const epx_resolver *r;
  const epx_tree *factors; /* as resolved */
  epx_target *target;      /* [factors->n] */
  epx_tree *list;          /* of rows, as resolved */
} reader;

static bool ends_with(const char *path, const char *name) {
  const size_t n = strlen(path), length = strlen(name);
  return n > length && strcmp(path + n - length, name) == 0 && path[n - length - 1] == '.';
}

int epx_resolve_get_factor(const epx_tree *factors, const char *name) {
  int found = -1;
  for (int i = 0; i < factors->n; i++)
    if (strcmp(factors->keys[i], name) == 0) return i;
  for (int i = 0; i < factors->n; i++)
    if (ends_with(factors->keys[i], name)) {
      if (found >= 0) return -1;
      found = i;
    }
  return found;
}

static void write_names(const epx_tree *factors, char *text, size_t size) {
  *text = '\0';
  for (int i = 0; i < factors->n; i++) {
    const size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", i ? ", " : "", factors->keys[i]);
  }
}

static epx_err raise_unknown(const reader *in, const char *what, const char *name, const epx_tree *where) {
  char names[512];
  write_names(in->factors, names, sizeof names);
  return epx_tree_raise(where, "%s '%s' is no factor of this deck: %s", what, name, names);
}

/* A value within what its factor says; what a distribution leaves out is said with the design. */
static epx_err check_value(const epx_tree *factor, const char *path, const epx_tree *item) {
  const epx_tree *values = epx_tree_get(factor, "values"), *low = epx_tree_get(factor, "low"),
                 *high = epx_tree_get(factor, "high");
  char list[VALUE_SIZE] = "";
  for (int i = 0; values && i < values->n; i++) {
    const size_t length = strlen(list);
    if (epx_tree_is_equal(values->items[i], item)) return EPX_OK;
    snprintf(list + length, sizeof list - length, "%s%s", i ? ", " : "", values->items[i]->text);
  }
  if (values)
    return epx_tree_raise(item, "%s: %s is none of the factor's values: one of %s is wanted", path,
                          item->text, list);
  const double value = strtod(item->text, NULL);
  if ((low && value < strtod(low->text, NULL)) || (high && value > strtod(high->text, NULL)))
    return epx_tree_raise(item, "%s: %s is outside the factor's range: %s to %s is wanted", path, item->text,
                          low->text, high->text);
  return EPX_OK;
}

static epx_err read_value(const reader *in, int i, const epx_tree *node, const epx_tree **item) {
  const char *path = in->factors->keys[i];
  EPX_TRY(epx_target_read_scalar(in->r->store, &in->target[i], in->r->family, path, node, item));
  return check_value(in->factors->items[i], path, *item);
}

/* ---- rows of the deck */

static epx_err check_row(const reader *in, const epx_tree *row) {
  const int n = in->factors->n;
  if (row->kind == EPX_TREE_SCALAR && n != 1)
    return epx_tree_raise(row, "design.rows: a row is a list of %d values, one a factor, or a map", n);
  if (row->kind == EPX_TREE_LIST && row->n != n)
    return epx_tree_raise(row, "design.rows: a row of %d values, and %d factors: as many are wanted", row->n,
                          n);
  for (int k = 0; row->kind == EPX_TREE_MAP && k < row->n; k++)
    if (epx_resolve_get_factor(in->factors, row->keys[k]) < 0)
      return raise_unknown(in, "design.rows:", row->keys[k], row->items[k]);
  return EPX_OK;
}

static const epx_tree *get_cell(const reader *in, const epx_tree *row, int i) {
  if (row->kind == EPX_TREE_SCALAR) return row;
  if (row->kind == EPX_TREE_LIST) return row->items[i];
  for (int k = 0; k < row->n; k++)
    if (epx_resolve_get_factor(in->factors, row->keys[k]) == i) return row->items[k];
  return NULL;
}

static epx_err read_row(const reader *in, const epx_tree *row) {
  epx_tree *made;
  EPX_TRY(check_row(in, row));
  EPX_TRY(epx_tree_create(in->r->store, EPX_TREE_LIST, row, &made));
  for (int i = 0; i < in->factors->n; i++) {
    const epx_tree *cell = get_cell(in, row, i), *item;
    if (!cell)
      return epx_tree_raise(row, "design.rows: a row without %s: a value is wanted", in->factors->keys[i]);
    EPX_TRY(read_value(in, i, cell, &item));
    EPX_TRY(epx_tree_write_item(in->r->store, made, NULL, item));
  }
  return epx_tree_write_item(in->r->store, in->list, NULL, made);
}

static epx_err read_rows(const reader *in, const epx_tree *user) {
  if (user->kind != EPX_TREE_LIST || user->n == 0)
    return epx_tree_raise(user, "design.rows: a list of rows is wanted: [[a, b], [c, d]]");
  for (int k = 0; k < user->n; k++)
    EPX_TRY(read_row(in, user->items[k]));
  return EPX_OK;
}

/* ---- rows of a file */

/* "gap (nm)" is gap in nm. */
static void split_head(const char *cell, char *name, char *unit) {
  const size_t n = strcspn(cell, "("), length = strlen(cell);
  snprintf(name, NAME_SIZE, "%.*s", (int)(n < NAME_SIZE ? n : NAME_SIZE - 1), cell);
  for (size_t k = strlen(name); k > 0 && name[k - 1] == ' '; k--)
    name[k - 1] = '\0';
  *unit = '\0';
  if (n + 1 < length && cell[length - 1] == ')')
    snprintf(unit, NAME_SIZE, "%.*s", (int)(length - n - 2 < NAME_SIZE ? length - n - 2 : NAME_SIZE - 1),
             cell + n + 1);
}

static epx_err find_column(const reader *in, const char *cell, const epx_tree *where, column *out) {
  char name[NAME_SIZE];
  split_head(cell, name, out->unit);
  out->factor = epx_resolve_get_factor(in->factors, name);
  if (out->factor >= 0) {
    out->path = in->factors->keys[out->factor];
    return EPX_OK;
  }
  for (int i = 0; i < in->factors->n; i++) {
    const epx_tree *along = epx_tree_get(in->factors->items[i], "along");
    out->along = epx_tree_get(along, name);
    if (!out->along) continue;
    out->factor = i;
    for (int k = 0; k < along->n; k++)
      if (along->items[k] == out->along) out->path = along->keys[k];
    return epx_target_get(in->r, out->path, where, &out->target);
  }
  return strcmp(name, "point") == 0 ? EPX_OK : raise_unknown(in, "column", name, where);
}

static epx_err check_columns(const reader *in, const column *columns, size_t n, const epx_tree *where) {
  for (int i = 0; i < in->factors->n; i++) {
    int n_found = 0;
    for (size_t k = 0; k < n; k++)
      n_found += columns[k].factor == i && !columns[k].along;
    if (n_found != 1)
      return epx_tree_raise(
          where, "%d columns for factor %s: one is wanted, with its path, or the end of it, at its head",
          n_found, in->factors->keys[i]);
  }
  return EPX_OK;
}

/* A node of the file's current line. */
static epx_err create_place(const reader *in, const epx_csv *csv, epx_tree **where) {
  EPX_TRY(epx_tree_create(in->r->store, EPX_TREE_SCALAR, in->factors, where));
  (*where)->line = (int)csv->line;
  return epx_tree_create_text(in->r->store, csv->path, &(*where)->name);
}

static epx_err create_cell(const reader *in, const column *c, const char *cell, const epx_tree *where,
                           const epx_tree **node) {
  char text[VALUE_SIZE];
  snprintf(text, sizeof text, "%s%s%s", cell, *c->unit ? " " : "", c->unit);
  return epx_tree_create_scalar(in->r->store, text, where, node);
}

/* A path that goes along has the value that belongs to the factor's: the file may say it, but nothing else. */
static epx_err check_along(const reader *in, const column *c, const char *cell, const epx_tree *where,
                           const epx_tree *leader) {
  const epx_tree *node, *item, *values = epx_tree_get(in->factors->items[c->factor], "values");
  EPX_TRY(create_cell(in, c, cell, where, &node));
  EPX_TRY(epx_target_read_scalar(in->r->store, &c->target, in->r->family, c->path, node, &item));
  for (int i = 0; i < values->n; i++)
    if (epx_tree_is_equal(values->items[i], leader) && !epx_tree_is_equal(c->along->items[i], item))
      return epx_tree_raise(where, "%s: %s, where %s is %s: it goes along, with %s", c->path, item->text,
                            in->factors->keys[c->factor], leader->text, c->along->items[i]->text);
  return EPX_OK;
}

static epx_err read_line(const reader *in, const epx_csv *csv, const column *columns, size_t n) {
  epx_tree *where, *row;
  EPX_TRY(create_place(in, csv, &where));
  if (csv->n_cells != n)
    return epx_tree_raise(where, "%zu cells, where the head has %zu: as many are wanted", csv->n_cells, n);
  EPX_TRY(epx_tree_create(in->r->store, EPX_TREE_LIST, where, &row));
  for (int i = 0; i < in->factors->n; i++)
    for (size_t k = 0; k < n; k++) {
      const epx_tree *node, *item;
      if (columns[k].factor != i || columns[k].along) continue;
      EPX_TRY(create_cell(in, &columns[k], csv->cells[k], where, &node));
      EPX_TRY(read_value(in, i, node, &item));
      EPX_TRY(epx_tree_write_item(in->r->store, row, NULL, item));
    }
  for (size_t k = 0; k < n; k++)
    if (columns[k].along)
      EPX_TRY(check_along(in, &columns[k], csv->cells[k], where, row->items[columns[k].factor]));
  return epx_tree_write_item(in->r->store, in->list, NULL, row);
}

static epx_err read_table(const reader *in, epx_csv *csv) {
  column *columns;
  epx_tree *where;
  bool more;
  EPX_TRY(epx_csv_read_row(csv, &more));
  EPX_TRY(create_place(in, csv, &where));
  if (!more)
    return epx_tree_raise(where, "no head: the names of the factors are wanted, then a row per point");
  const size_t n = csv->n_cells;
  EPX_TRY(epx_tree_create_memory(in->r->store, n * sizeof *columns, &columns));
  for (size_t k = 0; k < n; k++)
    EPX_TRY(find_column(in, csv->cells[k], where, &columns[k]));
  EPX_TRY(check_columns(in, columns, n, where));
  while (more) {
    EPX_TRY(epx_csv_read_row(csv, &more));
    if (more) EPX_TRY(read_line(in, csv, columns, n));
  }
  return in->list->n > 0 ? EPX_OK : epx_tree_raise(where, "a head and no rows: a row per point is wanted");
}

static epx_err read_file(const reader *in, const epx_tree *path) {
  epx_csv *csv;
  const int opened = epx_csv_create(path->text, true, &csv);
  if (opened == EPX_EFILE) return epx_tree_raise(path, "design.path: %s", epx_error_get_message());
  EPX_TRY(opened);
  const int code = read_table(in, csv);
  epx_csv_destroy(&csv);
  return code;
}

static epx_err read_targets(reader *in) {
  EPX_TRY(epx_tree_create_memory(in->r->store, (size_t)in->factors->n * sizeof *in->target, &in->target));
  for (int i = 0; i < in->factors->n; i++)
    EPX_TRY(epx_target_get(in->r, in->factors->keys[i], in->factors->items[i], &in->target[i]));
  return EPX_OK;
}

/* Numbers of one inner design are placed by its method: rows are those of the others. */
static epx_err get_outer_factors(const epx_resolver *r, const epx_tree *factors, const epx_tree **out) {
  epx_tree *outer;
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_MAP, factors, &outer));
  for (int i = 0; i < factors->n; i++) {
    const epx_tree *part = epx_tree_get(factors->items[i], "part");
    if (!part || strcmp(part->text, "inner") != 0)
      EPX_TRY(epx_tree_write_item(r->store, outer, factors->keys[i], factors->items[i]));
  }
  *out = outer;
  return EPX_OK;
}

epx_err epx_resolve_points(const epx_resolver *r, const epx_tree *user, epx_tree *design) {
  const epx_tree *path = epx_tree_get(design, "path"), *all = epx_tree_get(design, "factors");
  const bool file = path && !(user && epx_resolve_is_stored(r->root));
  reader in = {.r = r};
  if (all->n == 0)
    return epx_tree_raise(user ? user : design,
                          "design.factors: points of one's own want factors: PATH: {} for each");
  if (!file && !user)
    return epx_tree_raise(design,
                          "design.rows is missing: the points, a list of values each: [[a, b], [c, d]]");
  EPX_TRY(get_outer_factors(r, all, &in.factors));
  EPX_TRY(read_targets(&in));
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_LIST, user ? user : design, &in.list));
  EPX_TRY(file ? read_file(&in, path) : read_rows(&in, user));
  const epx_tree *rows = in.list;
  if (file && user) {
    EPX_TRY(epx_tree_create(r->store, EPX_TREE_LIST, user, &in.list));
    EPX_TRY(read_rows(&in, user));
    if (!epx_tree_is_equal(rows, in.list))
      return epx_tree_raise(user, "design.rows: these are not the points of %s: leave one of the two out",
                            path->text);
  }
  return epx_tree_write_item(r->store, design, "rows", rows);
}
