/** @file
 * Deck: from the factors of the resolved deck to a design, and from a design point back to a deck with the
 * factors' values in it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/private.h"
#include "io/deck/resolve.h"
#include "io/yaml/text.h"

enum { PATH_SIZE = 256 };

static double get_number(const epx_tree *map, const char *key) {
  const epx_tree *scalar = epx_tree_get(map, key);
  return scalar && scalar->kind == EPX_TREE_SCALAR ? strtod(scalar->text, NULL) : NAN;
}

static bool is_word(const epx_tree *map, const char *key, const char *word) {
  const epx_tree *scalar = epx_tree_get(map, key);
  return scalar && strcmp(scalar->text, word) == 0;
}

static bool is_inner(const epx_tree *made) {
  return is_word(made, "part", "inner");
}

/* Words, texts, true and false are categories; quantities carry a unit, integers are told by what they look
 * like in the schema. */
static bool is_category(const epx_target *target) {
  const epx_schema_type type = target->entry->type;
  return type != EPX_SCHEMA_REAL && type != EPX_SCHEMA_INTEGER && type != EPX_SCHEMA_VALUE;
}

static epx_err read_names(epx_tree_store *store, const epx_tree *values, const epx_tree *base,
                          epx_factor *factor) {
  factor->categorical = true;
  factor->unit = NULL;
  factor->base = -1;
  EPX_TRY(epx_tree_create_memory(store, (size_t)values->n * sizeof *factor->names, &factor->names));
  for (int i = 0; i < values->n; i++) {
    const char *copy;
    EPX_TRY(epx_tree_create_text(store, values->items[i]->text, &copy));
    factor->names[i] = (char *)copy;
    if (base && base->kind == EPX_TREE_SCALAR && strcmp(base->text, copy) == 0) factor->base = i;
  }
  factor->n_levels = values->n;
  return EPX_OK;
}

static epx_err read_levels(epx_tree_store *store, const epx_tree *values, epx_factor *factor) {
  EPX_TRY(epx_tree_create_memory(store, (size_t)values->n * sizeof *factor->levels, &factor->levels));
  for (int i = 0; i < values->n; i++)
    factor->levels[i] = strtod(values->items[i]->text, NULL);
  factor->n_levels = values->n;
  return EPX_OK;
}

/* Turns a range into a list of n levels; of integers, of those that differ when rounded. */
static epx_err read_range_levels(epx_tree_store *store, int n, epx_factor *factor) {
  double *list;
  int n_kept = 0;
  EPX_TRY(epx_tree_create_memory(store, (size_t)n * sizeof *list, &list));
  for (int i = 0; i < n; i++) {
    const double value = epx_factor_eval_level(factor, i, n);
    if (n_kept == 0 || value != list[n_kept - 1]) list[n_kept++] = value;
  }
  factor->levels = list;
  factor->n_levels = n_kept;
  return EPX_OK;
}

static epx_err read_spread(const epx_tree *made, epx_factor *factor) {
  epx_distribution *d = &factor->distribution;
  const char *kind = epx_tree_get(made, "distribution")->text;
  EPX_TRY(epx_distribution_get_kind(kind, &d->kind));
  factor->spread = true;
  d->mean = get_number(made, d->kind == EPX_TRIANGULAR ? "mode" : "mean");
  d->sigma = get_number(made, "sigma");
  d->low = get_number(made, "low");
  d->high = get_number(made, "high");
  const int code = epx_distribution_check(d);
  if (code == EPX_EINPUT) return epx_tree_raise(made, "%s: %s", factor->path, epx_error_get_message());
  return code;
}

/* A range: its ends, or, where it names its own number of levels or only integers fit, these. */
static epx_err read_range(epx_deck *deck, const epx_tree *made, epx_factor *factor) {
  factor->low = get_number(made, "low");
  factor->high = get_number(made, "high");
  factor->logarithmic = is_word(made, "scale", "log");
  const epx_schema_entry *entry = epx_schema_get_by_path(factor->path);
  factor->integer = entry && entry->type == EPX_SCHEMA_INTEGER;
  const epx_tree *distribution = epx_tree_get(made, "distribution");
  if (distribution && strcmp(distribution->text, "uniform") != 0) EPX_TRY(read_spread(made, factor));
  const double own = get_number(made, "levels");
  if (!isnan(own)) return read_range_levels(deck->store, (int)own, factor);
  if (factor->integer && deck->design.levels > 0 && !is_inner(made))
    return read_range_levels(deck->store, deck->design.levels, factor);
  return EPX_OK;
}

/* The column of design.rows that is a factor's: those of an inner design have none. */
static int get_row_index(const epx_deck *deck, const char *path) {
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors");
  int n = 0;
  for (int i = 0; i < factors->n && strcmp(factors->keys[i], path) != 0; i++)
    n += !is_inner(factors->items[i]);
  return n;
}

/* A factor that says nothing of its values takes those that the points give it. */
static epx_err read_given_range(epx_deck *deck, epx_factor *factor) {
  const epx_tree *rows = epx_tree_get_path(deck->resolved, "design.rows");
  const epx_schema_entry *entry = epx_schema_get_by_path(factor->path);
  const int column = get_row_index(deck, factor->path);
  factor->integer = entry && entry->type == EPX_SCHEMA_INTEGER;
  factor->low = INFINITY;
  factor->high = -INFINITY;
  for (int k = 0; k < rows->n; k++) {
    const double value = strtod(rows->items[k]->items[column]->text, NULL);
    factor->low = fmin(factor->low, value);
    factor->high = fmax(factor->high, value);
  }
  if (factor->low < factor->high) return EPX_OK;
  factor->n_levels = 1;
  EPX_TRY(epx_tree_create_memory(deck->store, sizeof *factor->levels, &factor->levels));
  factor->levels[0] = factor->low;
  return EPX_OK;
}

/* values: a list, or NULL for a range that `made` describes. */
static epx_err read_factor(epx_deck *deck, const char *path, const epx_tree *made, const epx_tree *values,
                           epx_factor *factor) {
  epx_tree root = *deck->resolved;
  epx_target target;
  const char *copy, *unit;
  epx_resolver r = {.store = deck->store, .user = deck->user, .root = &root};
  EPX_TRY(epx_resolve_read_family(deck->resolved, &r.family));
  const epx_tree *base = epx_tree_get_path(deck->resolved, path);
  EPX_TRY(epx_target_get(&r, path, made, &target));
  EPX_TRY(epx_tree_create_text(deck->store, path, &copy));
  factor->path = (char *)copy;
  if (is_category(&target)) return read_names(deck->store, values, base, factor);
  EPX_TRY(epx_tree_create_text(deck->store, target.unit, &unit));
  factor->unit = (char *)unit;
  factor->base = base && base->kind == EPX_TREE_SCALAR ? strtod(base->text, NULL) : NAN;
  if (values) return read_levels(deck->store, values, factor);
  return epx_tree_get(made, "scale") || epx_tree_get(made, "distribution") ? read_range(deck, made, factor)
                                                                           : read_given_range(deck, factor);
}

static int get_count(const epx_tree *map, const char *key) {
  const double number = get_number(map, key);
  return isnan(number) ? 0 : (int)number;
}

static void read_design(epx_deck *deck) {
  const epx_tree *design = epx_tree_get(deck->resolved, "design"), *inner = epx_tree_get(design, "inner");
  epx_design_spec *spec = &deck->design;
  const double alpha = get_number(design, "alpha");
  *spec = (epx_design_spec){.method = epx_tree_get(design, "method")->text,
                            .n_points = get_count(design, "points"),
                            .levels = get_count(design, "levels"),
                            .n_centers = get_count(design, "centers"),
                            .alpha = isnan(alpha) ? 0 : alpha,
                            .scramble = is_word(design, "scramble", "true"),
                            .maximin = is_word(design, "criterion", "maximin")};
  spec->seed = strtoull(epx_tree_get_path(deck->resolved, "study.seed")->text, NULL, 10);
  if (!inner) return;
  deck->inner = (epx_design_spec){.method = epx_tree_get(inner, "method")->text,
                                  .n_points = get_count(inner, "points"),
                                  .levels = get_count(inner, "levels"),
                                  .n_centers = 1,
                                  .scramble = true,
                                  .seed = spec->seed};
  spec->inner = &deck->inner;
}

/* ---- what stands behind the factors: which are inner, rows, correlation, constraint */

static epx_err read_parts(epx_deck *deck) {
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors");
  bool *inner;
  if (!deck->design.inner) return EPX_OK;
  EPX_TRY(epx_tree_create_memory(deck->store, (size_t)factors->n * sizeof *inner, &inner));
  for (int i = 0; i < factors->n; i++)
    inner[i] = is_inner(factors->items[i]);
  deck->design.inner_factor = inner;
  return EPX_OK;
}

static double eval_cell(const epx_factor *factor, const epx_tree *cell) {
  if (!factor->categorical) return strtod(cell->text, NULL);
  for (int i = 0; i < factor->n_levels; i++)
    if (strcmp(factor->names[i], cell->text) == 0) return i;
  return -1;
}

static epx_err read_rows(epx_deck *deck) {
  const epx_tree *rows = epx_tree_get_path(deck->resolved, "design.rows");
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors");
  double *value;
  if (!rows) return EPX_OK;
  const size_t n = (size_t)rows->items[0]->n;
  EPX_TRY(epx_tree_create_memory(deck->store, (size_t)rows->n * n * sizeof *value, &value));
  for (int i = 0, column = 0; i < factors->n; i++) {
    if (is_inner(factors->items[i])) continue;
    for (int k = 0; k < rows->n; k++)
      value[(size_t)k * n + (size_t)column] = eval_cell(&deck->factors[i], rows->items[k]->items[column]);
    column++;
  }
  deck->design.rows = value;
  deck->design.n_rows = rows->n;
  return EPX_OK;
}

/* One end of a pair, a factor whose values have an order. */
static epx_err find_correlated(const epx_deck *deck, const epx_tree *row, const char *key, int *i_factor) {
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors"),
                 *name = epx_tree_get(row, key);
  *i_factor = epx_resolve_get_factor(factors, name->text);
  if (*i_factor < 0)
    return epx_tree_raise(name, "design.correlation: '%s' is no factor of this deck", name->text);
  if (deck->factors[*i_factor].categorical)
    return epx_tree_raise(name, "design.correlation: %s has words, which have no order: numbers are wanted",
                          name->text);
  if (is_inner(factors->items[*i_factor]))
    return epx_tree_raise(
        name, "design.correlation: %s is of the inner design: factors of the outer one are wanted",
        name->text);
  return EPX_OK;
}

static epx_err read_correlation(epx_deck *deck) {
  const epx_tree *rows = epx_tree_get_path(deck->resolved, "design.correlation");
  const int n = deck->n_factors;
  double *r;
  if (!rows || rows->n == 0) return EPX_OK;
  EPX_TRY(epx_tree_create_memory(deck->store, (size_t)n * (size_t)n * sizeof *r, &r));
  for (int i = 0; i < n; i++)
    r[i * n + i] = 1;
  for (int k = 0; k < rows->n; k++) {
    int a, b;
    EPX_TRY(find_correlated(deck, rows->items[k], "first", &a));
    EPX_TRY(find_correlated(deck, rows->items[k], "second", &b));
    if (a == b || r[a * n + b] != 0)
      return epx_tree_raise(rows->items[k],
                            "design.correlation: %s and %s: two factors are wanted, each pair once",
                            deck->factors[a].path, deck->factors[b].path);
    r[a * n + b] = r[b * n + a] = get_number(rows->items[k], "r");
  }
  deck->design.correlation = r;
  return EPX_OK;
}

static int get_constrained(const void *context, const char *name) {
  const epx_deck *deck = context;
  const int i = epx_resolve_get_factor(epx_tree_get_path(deck->resolved, "design.factors"), name);
  return i >= 0 && !deck->factors[i].categorical ? i : -1;
}

static epx_err read_constraint(epx_deck *deck) {
  const epx_tree *text = epx_tree_get_path(deck->resolved, "design.constraint");
  epx_expression_destroy(&deck->constraint);
  if (!text) return EPX_OK;
  const int code = epx_expression_create(text->text, get_constrained, deck, &deck->constraint);
  if (code == EPX_EINPUT) return epx_tree_raise(text, "design.constraint: %s", epx_error_get_message());
  deck->design.constraint = deck->constraint;
  return code;
}

/* Gives a category that goes along the deck's own word, after those of its list, as its base. */
static epx_err add_own_name(epx_deck *deck, epx_factor *factor) {
  const epx_tree *own = epx_tree_get_path(deck->resolved, factor->path);
  const char *copy;
  char **names;
  if (!factor->categorical || factor->base >= 0 || !own || own->kind != EPX_TREE_SCALAR) return EPX_OK;
  EPX_TRY(epx_tree_create_memory(deck->store, ((size_t)factor->n_levels + 1) * sizeof *names, &names));
  memcpy(names, factor->names, (size_t)factor->n_levels * sizeof *names);
  EPX_TRY(epx_tree_create_text(deck->store, own->text, &copy));
  names[factor->n_levels] = (char *)copy;
  factor->base = factor->n_levels;
  factor->names = names;
  return EPX_OK;
}

/* The columns of factor f: its own, then those of the paths that go along with it. */
static epx_err read_columns(epx_deck *deck, int f, const epx_tree *made) {
  const epx_tree *along = epx_tree_get(made, "along");
  deck->columns[deck->n_columns++] = (epx_deck_column){&deck->factors[f], f, false};
  for (int k = 0; along && k < along->n; k++) {
    epx_factor *follower;
    EPX_TRY(epx_tree_create_memory(deck->store, sizeof *follower, &follower));
    EPX_TRY(read_factor(deck, along->keys[k], along, along->items[k], follower));
    EPX_TRY(add_own_name(deck, follower));
    deck->columns[deck->n_columns++] = (epx_deck_column){follower, f, true};
  }
  return EPX_OK;
}

epx_err epx_deck_read_factors(epx_deck *deck) {
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors");
  size_t n_columns = (size_t)factors->n;
  read_design(deck);
  deck->n_factors = factors->n;
  deck->n_columns = 0;
  for (int i = 0; i < factors->n; i++) {
    const epx_tree *along = epx_tree_get(factors->items[i], "along");
    if (along) n_columns += (size_t)along->n;
  }
  EPX_TRY(epx_tree_create_memory(deck->store, (size_t)factors->n * sizeof *deck->factors, &deck->factors));
  EPX_TRY(epx_tree_create_memory(deck->store, n_columns * sizeof *deck->columns, &deck->columns));
  for (int i = 0; i < factors->n; i++) {
    const epx_tree *made = factors->items[i];
    EPX_TRY(read_factor(deck, factors->keys[i], made, epx_tree_get(made, "values"), &deck->factors[i]));
    EPX_TRY(read_columns(deck, i, made));
  }
  EPX_TRY(read_parts(deck));
  EPX_TRY(read_rows(deck));
  EPX_TRY(read_correlation(deck));
  return read_constraint(deck);
}

int epx_deck_get_n_factors(const epx_deck *deck) {
  return deck->n_factors;
}

const epx_factor *epx_deck_get_factor(const epx_deck *deck, int i) {
  return &deck->factors[i];
}

int epx_deck_find_factor(const epx_deck *deck, const char *name) {
  return epx_resolve_get_factor(epx_tree_get_path(deck->resolved, "design.factors"), name);
}

static epx_err read_given(const epx_deck *deck, epx_tree_store *store, const epx_factor *factor,
                          const char *text, double *value) {
  epx_tree root = *deck->resolved, place = {.kind = EPX_TREE_SCALAR, .name = "point"};
  epx_target target;
  const epx_tree *node, *item;
  epx_resolver r = {.store = store, .user = deck->user, .root = &root};
  EPX_TRY(epx_resolve_read_family(deck->resolved, &r.family));
  EPX_TRY(epx_target_get(&r, factor->path, &place, &target));
  EPX_TRY(epx_tree_create_scalar(store, text, &place, &node));
  EPX_TRY(epx_target_read_scalar(store, &target, r.family, factor->path, node, &item));
  *value = eval_cell(factor, item);
  const int code = epx_factor_check_value(factor, *value);
  if (code == EPX_EINPUT)
    return EPX_RAISE(EPX_EINPUT, "point: %s: %s", factor->path, epx_error_get_message());
  return code;
}

epx_err epx_deck_read_value(const epx_deck *deck, int i_factor, const char *text, double *value) {
  epx_tree_store *store;
  EPX_TRY(epx_tree_create_store(&store));
  const int code = read_given(deck, store, &deck->factors[i_factor], text, value);
  epx_tree_destroy_store(&store);
  return code;
}

int epx_deck_get_n_columns(const epx_deck *deck) {
  return deck->n_columns;
}

epx_deck_column epx_deck_get_column(const epx_deck *deck, int i) {
  return deck->columns[i];
}

const epx_design_spec *epx_deck_get_design(const epx_deck *deck) {
  return &deck->design;
}

static epx_err check_bases(const epx_deck *deck) {
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors");
  if (strcmp(deck->design.method, "one-at-a-time") != 0) return EPX_OK;
  for (int k = 0; k < deck->n_factors; k++)
    if (isnan(deck->factors[k].base))
      return epx_tree_raise(factors->items[k],
                            "%s: one-at-a-time starts from the deck's own value, and it has no single one",
                            deck->factors[k].path);
  return EPX_OK;
}

epx_err epx_deck_eval_design(const epx_deck *deck, const epx_factor **factors, int *n_factors,
                             epx_design **design) {
  *design = NULL;
  *factors = NULL;
  *n_factors = 0;
  EPX_TRY(check_deck(deck));
  EPX_TRY(check_bases(deck));
  const epx_tree *where = epx_tree_get(deck->resolved, "design");
  const int code = epx_design_create(&deck->design, deck->factors, deck->n_factors, design);
  if (code == EPX_EINPUT) return epx_tree_raise(where, "design: %s", epx_error_get_message());
  EPX_TRY(code);
  *factors = deck->factors;
  *n_factors = deck->n_factors;
  return EPX_OK;
}

/* The number of a factor's level in a list, -1 when the value is none of them. */
static int get_level(const epx_factor *factor, double value) {
  if (factor->categorical) return (int)value;
  for (int i = 0; i < factor->n_levels; i++)
    if (factor->levels[i] == value) return i;
  return -1;
}

double epx_deck_eval_column(const epx_deck *deck, const epx_design *design, int i_point, int i_column) {
  const epx_deck_column *column = &deck->columns[i_column];
  const double value = design->value[(size_t)i_point * (size_t)design->n_factors + (size_t)column->i_factor];
  if (!column->along) return value;
  const int level = get_level(&deck->factors[column->i_factor], value);
  if (level < 0) return column->factor->base;
  return column->factor->categorical ? level : column->factor->levels[level];
}

static epx_err set_value(epx_tree_store *store, const char *path, const char *text, const epx_tree *where,
                         const epx_tree **tree) {
  const epx_tree *value, *changed;
  EPX_TRY(epx_tree_create_scalar(store, text, where, &value));
  EPX_TRY(epx_tree_set_path(store, *tree, path, value, &changed));
  if (!changed) return epx_tree_raise(where, "this deck has no scalar '%s'", path);
  *tree = changed;
  return EPX_OK;
}

/* What factor i says, in the resolved deck. */
static const epx_tree *get_made(const epx_deck *deck, int i) {
  return epx_tree_get(epx_tree_get_path(deck->resolved, "design.factors"), deck->factors[i].path);
}

/* The value of a path that goes along at its leader's level; where the leader has none of the list's values, the
 * deck's own, NULL where that is no scalar. */
static const char *get_along_text(const epx_deck *deck, const epx_tree *along, int k, int level) {
  const epx_tree *own = epx_tree_get_path(deck->resolved, along->keys[k]);
  if (level >= 0) return along->items[k]->items[level]->text;
  return own && own->kind == EPX_TREE_SCALAR ? own->text : NULL;
}

/* Puts factor i's value, and what goes along with it, into the deck. */
static epx_err set_factor(const epx_deck *deck, epx_tree_store *store, int i, double value,
                          const epx_tree **tree) {
  const epx_factor *factor = &deck->factors[i];
  const epx_tree *made = get_made(deck, i), *along = epx_tree_get(made, "along");
  const int level = get_level(factor, value);
  char number[32];
  if (!factor->categorical) epx_text_eval_number(value, number);
  EPX_TRY(set_value(store, factor->path, factor->categorical ? factor->names[level] : number, made, tree));
  for (int k = 0; along && k < along->n; k++) {
    const char *text = get_along_text(deck, along, k, level);
    if (text) EPX_TRY(set_value(store, along->keys[k], text, along->items[k], tree));
  }
  return EPX_OK;
}

epx_err epx_deck_eval_point(const epx_deck *deck, const epx_design *design, int i_point,
                            epx_tree_store *store, const epx_tree **resolved) {
  const epx_tree *tree = deck->user;
  for (int i = 0; design && i < deck->n_factors; i++)
    EPX_TRY(set_factor(deck, store, i, design->value[(size_t)i_point * (size_t)design->n_factors + (size_t)i],
                       &tree));
  return epx_resolve_point(store, tree, resolved);
}

epx_err epx_deck_eval_settings(const epx_deck *deck, const epx_design *design, int i_point,
                               epx_settings **settings) {
  epx_tree_store *store;
  const epx_tree *resolved;
  *settings = NULL;
  EPX_TRY(check_deck(deck));
  EPX_TRY(epx_tree_create_store(&store));
  int code = epx_deck_eval_point(deck, design, i_point, store, &resolved);
  if (code == EPX_OK) code = epx_settings_read(resolved, settings);
  epx_tree_destroy_store(&store);
  return code;
}
