/** @file
 * Resolve: the factors of the design. Their values are read as the scalar that the path names would be.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "io/deck/resolve.h"
#include "io/schema/words.h"

enum { PATH_SIZE = 256 };

static const char *const factors_path = "design.factors.*";

/* Whether a value put at the path can stand there at all: the maps and rows on the way exist or can be made.
 */
static epx_err check_reachable(const epx_resolver *r, const char *path, const epx_tree *where) {
  const epx_tree *changed;
  EPX_TRY(epx_tree_set_path(r->store, r->user, path, where, &changed));
  if (changed) return EPX_OK;
  return epx_tree_raise(
      where, "'%s' leads through a value that is not a map in this deck: %s", path,
      "to vary a part of it, write it as a map, such as {distribution: uniform, low: 0, high: 1}");
}

static epx_err read_values(const epx_resolver *r, const epx_target *target, const char *path,
                           const epx_tree *node, const epx_tree **out) {
  epx_tree *list;
  if (node->kind != EPX_TREE_LIST || node->n == 0)
    return epx_tree_raise(node, "%s: must be a list of values: [a, b, …]", path);
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_LIST, node, &list));
  for (int i = 0; i < node->n; i++) {
    const epx_tree *item;
    EPX_TRY(epx_target_read_scalar(r->store, target, r->family, path, node->items[i], &item));
    EPX_TRY(epx_tree_write_item(r->store, list, NULL, item));
  }
  *out = list;
  return EPX_OK;
}

static epx_err check_different(const char *path, const epx_tree *list) {
  for (int i = 0; i < list->n; i++)
    for (int k = 0; k < i; k++)
      if (epx_tree_is_equal(list->items[i], list->items[k]))
        return epx_tree_raise(list->items[i], "%s: the value %s appears twice", path, list->items[i]->text);
  return EPX_OK;
}

static epx_err resolve_along(const epx_resolver *r, const epx_tree *factors, const char *path,
                             const epx_tree *along, int n_values, epx_tree *made) {
  epx_tree *map;
  if (along->kind != EPX_TREE_MAP)
    return epx_tree_raise(along, "%s: `along` must be a map from paths to lists", path);
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_MAP, along, &map));
  for (int i = 0; i < along->n; i++) {
    const char *other = along->keys[i];
    const epx_tree *node = along->items[i], *list;
    epx_target target;
    EPX_TRY(epx_target_get(r, other, node, &target));
    EPX_TRY(check_reachable(r, other, node));
    if (epx_tree_get(factors, other))
      return epx_tree_raise(node, "%s changes along with %s, so it cannot be a factor itself", other, path);
    EPX_TRY(read_values(r, &target, other, node, &list));
    if (list->n != n_values)
      return epx_tree_raise(node, "%s: %d values, but factor %s has %d; give the same number", other, list->n,
                            path, n_values);
    EPX_TRY(epx_tree_write_item(r->store, map, other, list));
  }
  return epx_tree_write_item(r->store, made, "along", map);
}

static bool is_numeric(const epx_target *target) {
  const epx_schema_type type = target->entry->type;
  return type == EPX_SCHEMA_REAL || type == EPX_SCHEMA_INTEGER || type == EPX_SCHEMA_VALUE;
}

/* One scalar of a factor: an end, in the terms of what it varies, or another key by its own row of the
 * schema. */
static epx_err resolve_scalar(const epx_resolver *r, const epx_target *target, const char *path,
                              const char *key, const epx_tree *user, const char *fallback, epx_tree *made) {
  char own[PATH_SIZE], schema_path[PATH_SIZE];
  const epx_tree *node = epx_tree_get(user, key), *item;
  snprintf(own, sizeof own, "%.200s: %s", path, key);
  snprintf(schema_path, sizeof schema_path, "%s.%s", factors_path, key);
  const epx_target row = epx_target_eval(epx_schema_get_by_path(schema_path), NULL, NULL);
  if (epx_tree_is_null(node)) {
    if (!fallback) return EPX_OK;
    EPX_TRY(epx_tree_create_scalar(r->store, fallback, made, &node));
  }
  EPX_TRY(epx_target_read_scalar(r->store, target ? target : &row, r->family, own, node, &item));
  return epx_tree_write_item(r->store, made, key, item);
}

/* The method that places a factor. */
static const char *get_method(const epx_resolver *r, const epx_tree *made) {
  const epx_tree *part = epx_tree_get(made, "part");
  const bool inner = part && strcmp(part->text, "inner") == 0;
  return epx_tree_get_path(r->root, inner ? "design.inner.method" : "design.method")->text;
}

static epx_err resolve_levels(const epx_resolver *r, const char *path, const epx_tree *user, epx_tree *made) {
  EPX_TRY(resolve_scalar(r, NULL, path, "levels", user, NULL, made));
  const epx_tree *levels = epx_tree_get(made, "levels");
  const char *method = get_method(r, made);
  if (levels && strcmp(method, "grid") != 0 && strcmp(method, "one-at-a-time") != 0 &&
      strcmp(method, "morris") != 0)
    return epx_tree_raise(levels, "%s: levels has no effect with design.method: %s", path, method);
  return EPX_OK;
}

static epx_err resolve_range(const epx_resolver *r, const epx_target *target, const char *path,
                             const epx_tree *user, epx_tree *made) {
  EPX_TRY(resolve_scalar(r, target, path, "low", user, NULL, made));
  EPX_TRY(resolve_scalar(r, target, path, "high", user, NULL, made));
  EPX_TRY(resolve_scalar(r, NULL, path, "scale", user, "linear", made));
  EPX_TRY(resolve_levels(r, path, user, made));
  const epx_tree *low = epx_tree_get(made, "low"), *high = epx_tree_get(made, "high");
  if (!low || !high) return epx_tree_raise(user, "%s: a factor needs `values`, or `low` and `high`", path);
  if (strtod(low->text, NULL) >= strtod(high->text, NULL))
    return epx_tree_raise(high, "%s: high %s is not above low %s", path, high->text, low->text);
  if (strcmp(epx_tree_get(made, "scale")->text, "log") == 0 && strtod(low->text, NULL) <= 0)
    return epx_tree_raise(low, "%s: a logarithmic range must begin above 0, not at %s", path, low->text);
  return EPX_OK;
}

/* Keys of the distributions that are not even, in the order in which they are resolved. */
static const struct {
  const char *key, *distributions;
} spread_keys[] = {{"mean", "normal lognormal truncated-normal"},
                   {"sigma", "normal lognormal truncated-normal"},
                   {"mode", "triangular"},
                   {"low", "triangular truncated-normal"},
                   {"high", "triangular truncated-normal"},
                   {"scale", ""}};

/* A distribution of real values. A deviation may be of any size, that of a logarithm is a pure number. */
static epx_err resolve_spread(const epx_resolver *r, const epx_target *target, const char *path,
                              const epx_tree *user, epx_tree *made) {
  const epx_tree *kind = epx_tree_get(made, "distribution");
  const bool lognormal = strcmp(kind->text, "lognormal") == 0;
  epx_target deviation = *target;
  deviation.low = 0;
  deviation.high = INFINITY;
  deviation.above = false;
  deviation.logarithm |= lognormal;
  if (lognormal) deviation.unit = "1";
  if (target->entry->type == EPX_SCHEMA_INTEGER)
    return epx_tree_raise(kind, "%s: whole numbers take `values`, or `low` and `high`, no distribution",
                          path);
  for (size_t i = 0; i < sizeof spread_keys / sizeof *spread_keys; i++) {
    const char *key = spread_keys[i].key;
    const epx_tree *given = epx_tree_get(user, key);
    const bool wanted = epx_words_is_listed(spread_keys[i].distributions, kind->text);
    if (wanted && epx_tree_is_null(given))
      return epx_tree_raise(user, "%s: distribution %s wants `%s`", path, kind->text, key);
    if (!wanted && !epx_tree_is_null(given))
      return epx_tree_raise(given, "%s: `%s` has no effect with distribution %s", path, key, kind->text);
    if (wanted)
      EPX_TRY(
          resolve_scalar(r, strcmp(key, "sigma") == 0 ? &deviation : target, path, key, user, NULL, made));
  }
  return resolve_levels(r, path, user, made);
}

/* A range with the distribution that it has, or, with points of one's own, nothing: then they say the values. */
static epx_err resolve_numbers(const epx_resolver *r, const epx_target *target, const char *path,
                               const epx_tree *user, epx_tree *made) {
  const char *method = get_method(r, made);
  const bool listed = strcmp(method, "list") == 0 || strcmp(method, "csv") == 0;
  const epx_tree *kind = epx_tree_get(made, "distribution");
  const bool even = !kind || strcmp(kind->text, "uniform") == 0;
  static const char *const spread_only[] = {"mean", "sigma", "mode"};
  if (!even) return resolve_spread(r, target, path, user, made);
  for (size_t i = 0; i < sizeof spread_only / sizeof *spread_only; i++)
    if (!epx_tree_is_null(epx_tree_get(user, spread_only[i])))
      return epx_tree_raise(epx_tree_get(user, spread_only[i]), "%s: `%s` wants a `distribution` that has it",
                            path, spread_only[i]);
  if (listed && user->n == 0) return EPX_OK;
  return resolve_range(r, target, path, user, made);
}

static epx_err check_factor_keys(const epx_resolver *r, const char *path, const epx_tree *user) {
  static const char *const ranges[] = {"low",          "high", "scale", "levels",
                                       "distribution", "mean", "sigma", "mode"};
  char section[PATH_SIZE];
  if (user->kind != EPX_TREE_MAP)
    return epx_tree_raise(user, "%s: a factor must be a map: {values: [a, b]} or {low: a, high: b}", path);
  snprintf(section, sizeof section, "design.factors.%.200s", path);
  for (int i = 0; i < user->n; i++) {
    char known[PATH_SIZE];
    snprintf(known, sizeof known, "%s.%.100s", factors_path, user->keys[i]);
    if (!epx_schema_get_by_path(known))
      return epx_target_raise_key(r, factors_path, section, user->keys[i], user->items[i]);
  }
  const bool values = !epx_tree_is_null(epx_tree_get(user, "values"));
  for (size_t i = 0; values && i < sizeof ranges / sizeof *ranges; i++)
    if (epx_tree_get(user, ranges[i]))
      return epx_tree_raise(epx_tree_get(user, ranges[i]), "%s: `%s` and `values` cannot both be given", path,
                            ranges[i]);
  if (!values && epx_tree_get(user, "along"))
    return epx_tree_raise(epx_tree_get(user, "along"), "%s: `along` needs `values`", path);
  return EPX_OK;
}

static epx_err resolve_factor(const epx_resolver *r, const epx_tree *factors, const char *path,
                              const epx_tree *user, epx_tree *made) {
  epx_target target;
  const epx_tree *values = epx_tree_get(user, "values"), *along = epx_tree_get(user, "along"), *list;
  EPX_TRY(epx_target_get(r, path, user, &target));
  EPX_TRY(check_factor_keys(r, path, user));
  EPX_TRY(check_reachable(r, path, user));
  EPX_TRY(resolve_scalar(r, NULL, path, "part", user, NULL, made));
  if (epx_tree_get(made, "part") && !epx_tree_get_path(r->root, "design.inner"))
    return epx_tree_raise(epx_tree_get(made, "part"), "%s: `part` wants a second design: design.inner", path);
  if (epx_tree_is_null(values)) {
    if (!is_numeric(&target))
      return epx_tree_raise(user, "%s: words have no range; use `values: [a, b]`", path);
    EPX_TRY(resolve_scalar(r, NULL, path, "distribution", user, NULL, made));
    return resolve_numbers(r, &target, path, user, made);
  }
  EPX_TRY(read_values(r, &target, path, values, &list));
  EPX_TRY(check_different(path, list));
  EPX_TRY(epx_tree_write_item(r->store, made, "values", list));
  return epx_tree_is_null(along) ? EPX_OK : resolve_along(r, factors, path, along, list->n, made);
}

epx_err epx_resolve_factors(const epx_resolver *resolver, const epx_tree *user, epx_tree *factors) {
  for (int i = 0; i < user->n; i++) {
    epx_tree *made;
    EPX_TRY(epx_tree_create(resolver->store, EPX_TREE_MAP, user->items[i], &made));
    EPX_TRY(epx_tree_write_item(resolver->store, factors, user->keys[i], made));
    EPX_TRY(resolve_factor(resolver, user, user->keys[i], user->items[i], made));
  }
  return EPX_OK;
}
