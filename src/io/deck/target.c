/** @file
 * Target: what a scalar must be, and reading it so. Everything that a deck can get wrong about a value is
 * said here.
 */
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/numbers/number.h"
#include "epilux/units.h"
#include "io/deck/resolve.h"
#include "io/yaml/text.h"

enum { N_WORDS_MAX = 256 };

static bool has_word(const epx_tree *map, const char *key, const char *word) {
  const epx_tree *value = epx_tree_get(map, key);
  return value && strcmp(value->text, word) == 0;
}

/* A scaling draw and the spread of a logarithm are pure numbers, whatever the parameter. */
static bool is_pure(const epx_schema_entry *entry, const epx_tree *beside) {
  const bool spread = strcmp(epx_schema_get_key(entry), "sigma") == 0;
  return has_word(beside, "effect", "scale") || (spread && has_word(beside, "distribution", "lognormal"));
}

/* The spread of a lognormal quantity, and the deviation of a loss, are logarithms of ratios of powers. */
static bool is_logarithm(const epx_schema_entry *entry, const epx_tree *beside) {
  const bool spread = strcmp(epx_schema_get_key(entry), "sigma") == 0;
  const bool loss = strncmp(entry->path, "process.loss.", 13) == 0 && strcmp(entry->unit, "1") == 0 &&
                    strcmp(epx_schema_get_key(entry), "correlations") != 0;
  return loss || (spread && has_word(beside, "distribution", "lognormal"));
}

epx_target epx_target_eval(const epx_schema_entry *entry, const epx_parameter *parameter,
                           const epx_tree *beside) {
  epx_target target = {entry,
                       entry->unit,
                       entry->low,
                       entry->high,
                       entry->above,
                       entry->below,
                       entry->unit && is_logarithm(entry, beside)};
  if (!target.unit || strcmp(target.unit, "@") != 0) return target;
  target.unit = parameter && !is_pure(entry, beside) ? parameter->unit : "1";
  if (entry->type == EPX_SCHEMA_VALUE && parameter) {
    target.low = parameter->low;
    target.high = parameter->high;
  }
  return target;
}

static const char *get_kind(const epx_tree *node) {
  if (node->kind == EPX_TREE_LIST) return "a list";
  if (node->kind == EPX_TREE_MAP) return "a map";
  return epx_tree_is_null(node) ? "nothing" : node->text;
}

static epx_err check_scalar(const epx_target *target, const char *path, const epx_tree *node) {
  static const char *const wanted[] = {
      [EPX_SCHEMA_TEXT] = "a text",           [EPX_SCHEMA_WORD] = "a word",
      [EPX_SCHEMA_BOOLEAN] = "true or false", [EPX_SCHEMA_INTEGER] = "an integer",
      [EPX_SCHEMA_REAL] = "a quantity",       [EPX_SCHEMA_INTEGERS] = "an integer",
      [EPX_SCHEMA_REALS] = "a quantity",      [EPX_SCHEMA_WORDS] = "a word",
      [EPX_SCHEMA_VALUE] = "a quantity"};
  if (node->kind == EPX_TREE_SCALAR && !epx_tree_is_null(node)) return EPX_OK;
  return epx_tree_raise(node, "%s: must be %s, not %s", path, wanted[target->entry->type], get_kind(node));
}

/* Names the ends that say something: an integer's largest does not, to who gave too small a one. */
static epx_err check_range(const epx_target *target, const char *path, const epx_tree *node, double value) {
  const double low = target->low, high = target->high;
  const bool below = target->above ? value <= low : value < low;
  const bool above = target->below ? value >= high : value > high;
  if (!below && !above) return EPX_OK;
  char a[32], b[32], unit[64] = "";
  if (strcmp(target->unit, "1") != 0) snprintf(unit, sizeof unit, " %s", target->unit);
  epx_text_eval_number(low, a);
  epx_text_eval_number(high, b);
  const char *least = target->above ? "more than" : "at least",
             *most = target->below ? "less than" : "at most";
  if (isinf(high) || (below && high == INT_MAX))
    return epx_tree_raise(node, "%s: %s is out of range: must be %s %s%s", path, node->text, least, a, unit);
  if (isinf(low))
    return epx_tree_raise(node, "%s: %s is out of range: must be %s %s%s", path, node->text, most, b, unit);
  return epx_tree_raise(node, "%s: %s is out of range: must be %s %s and %s %s%s", path, node->text, least, a,
                        most, b, unit);
}

/* The ends belong to the range, in whatever unit they are written: what rounding takes away is given back. */
static double snap(const epx_target *target, double value) {
  const double slack = 4 * DBL_EPSILON;
  if (!target->above && isfinite(target->low) && fabs(value - target->low) <= slack * fabs(target->low))
    return target->low;
  if (!target->below && isfinite(target->high) && fabs(value - target->high) <= slack * fabs(target->high))
    return target->high;
  return value;
}

static epx_err read_real(epx_tree_store *store, const epx_target *target, const char *path,
                         const epx_tree *node, const epx_tree **out) {
  double value;
  char text[32];
  const int code = target->logarithm ? epx_units_eval_logarithm(node->text, &value)
                                     : epx_units_eval(node->text, target->unit, &value);
  if (code == EPX_EINPUT) return epx_tree_raise(node, "%s: %s", path, epx_error_get_message());
  EPX_TRY(code);
  value = snap(target, value);
  EPX_TRY(check_range(target, path, node, value));
  epx_tree *made;
  EPX_TRY(epx_tree_create(store, EPX_TREE_SCALAR, node, &made));
  made->unit = target->unit;
  *out = made;
  return epx_tree_create_text(store, epx_text_eval_number(value, text), &made->text);
}

epx_err epx_target_read_number(epx_tree_store *store, const epx_target *target, const char *path,
                               const epx_tree *where, double value, const epx_tree **out) {
  epx_tree *made;
  char text[32];
  value = snap(target, value);
  snprintf(text, sizeof text, "%.17g", value);
  EPX_TRY(epx_tree_create(store, EPX_TREE_SCALAR, where, &made));
  EPX_TRY(epx_tree_create_text(store, text, &made->text));
  made->unit = target->unit;
  *out = made;
  return check_range(target, path, made, value);
}

/* Also "1e4": whole numbers that a double holds. */
static epx_err read_integer(epx_tree_store *store, const epx_target *target, const char *path,
                            const epx_tree *node, const epx_tree **out) {
  char *end, text[32];
  double number;
  errno = 0;
  long long value = strtoll(node->text, &end, 10);
  if (errno != 0 || *end || end == node->text) {
    if (!epx_number_read_whole(node->text, &number) || fabs(number) >= 9e15 || floor(number) != number)
      return epx_tree_raise(node, "%s: must be an integer, not '%s'", path, node->text);
    value = (long long)number;
  }
  EPX_TRY(check_range(target, path, node, (double)value));
  snprintf(text, sizeof text, "%lld", value);
  return epx_tree_create_scalar(store, text, node, out);
}

static epx_err read_word(epx_tree_store *store, const epx_target *target, const epx_family *family,
                         const char *path, const epx_tree *node, const epx_tree **out) {
  const char *words[N_WORDS_MAX];
  char list[512] = "";
  int n = 0;
  for (; n < N_WORDS_MAX && target->entry->words(family, n); n++) {
    words[n] = target->entry->words(family, n);
    if (strcmp(words[n], node->text) == 0) return epx_tree_create_scalar(store, words[n], node, out);
    const size_t length = strlen(list);
    snprintf(list + length, sizeof list - length, "%s%s", n ? ", " : "", words[n]);
  }
  if (n == 0 && family) return epx_tree_raise(node, "%s: family %s has none", path, family->name);
  const char *nearest = epx_nearest_get(node->text, n, words);
  if (nearest)
    return epx_tree_raise(node, "%s: unknown word '%s'; did you mean %s?", path, node->text, nearest);
  return epx_tree_raise(node, "%s: unknown word '%s'; must be one of %s", path, node->text, list);
}

static epx_err read_text(epx_tree_store *store, const epx_tree *node, const epx_tree **out) {
  epx_tree *text;
  EPX_TRY(epx_tree_create(store, EPX_TREE_SCALAR, node, &text));
  text->text = node->text;
  text->quoted = true;
  *out = text;
  return EPX_OK;
}

epx_err epx_target_read_scalar(epx_tree_store *store, const epx_target *target, const epx_family *family,
                               const char *path, const epx_tree *node, const epx_tree **out) {
  EPX_TRY(check_scalar(target, path, node));
  switch (target->entry->type) {
  case EPX_SCHEMA_BOOLEAN:
    if (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0)
      return epx_tree_raise(node, "%s: must be true or false, not '%s'", path, node->text);
    return epx_tree_create_scalar(store, node->text, node, out);
  case EPX_SCHEMA_INTEGER:
  case EPX_SCHEMA_INTEGERS:
    return read_integer(store, target, path, node, out);
  case EPX_SCHEMA_REAL:
  case EPX_SCHEMA_REALS:
  case EPX_SCHEMA_VALUE:
    return read_real(store, target, path, node, out);
  case EPX_SCHEMA_WORD:
  case EPX_SCHEMA_WORDS:
    if (!target->entry->words) return read_text(store, node, out);
    return read_word(store, target, family, path, node, out);
  default:
    return read_text(store, node, out);
  }
}

static epx_err read_list(epx_tree_store *store, const epx_target *target, const epx_family *family,
                         const char *path, const epx_tree *node, const epx_tree **out) {
  epx_tree *list;
  if (node->kind != EPX_TREE_LIST)
    return epx_tree_raise(node, "%s: must be a list, such as [%s], not %s", path,
                          node->kind == EPX_TREE_SCALAR ? node->text : "…", get_kind(node));
  EPX_TRY(epx_tree_create(store, EPX_TREE_LIST, node, &list));
  for (int i = 0; i < node->n; i++) {
    const epx_tree *item;
    EPX_TRY(epx_target_read_scalar(store, target, family, path, node->items[i], &item));
    for (int k = 0; k < i && target->entry->type == EPX_SCHEMA_WORDS; k++)
      if (epx_tree_is_equal(list->items[k], item))
        return epx_tree_raise(item, "%s: %s appears twice", path, item->text);
    EPX_TRY(epx_tree_write_item(store, list, NULL, item));
  }
  *out = list;
  return EPX_OK;
}

epx_err epx_target_read(epx_tree_store *store, const epx_target *target, const epx_family *family,
                        const char *path, const epx_tree *node, const epx_tree **out) {
  const epx_schema_type type = target->entry->type;
  if (type == EPX_SCHEMA_INTEGERS || type == EPX_SCHEMA_REALS || type == EPX_SCHEMA_WORDS)
    return read_list(store, target, family, path, node, out);
  return epx_target_read_scalar(store, target, family, path, node, out);
}
