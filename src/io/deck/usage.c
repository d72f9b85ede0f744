/** @file
 * Usage: which keys do anything, at the base and at the values that the factors take.
 */
#include <stdio.h>
#include <string.h>

#include "io/deck/resolve.h"
#include "io/schema/words.h"

enum { PATH_SIZE = 256 };

/* The full path of a key named in the schema: ".key" stands in the map at `path`. */
static void set_path(const char *key, size_t length, const char *path, char *full) {
  snprintf(full, PATH_SIZE, "%s%.*s", *key == '.' ? path : "", (int)length, key);
}

/* Tells whether a factor's path names the scalar at `path`; rows may be named by their parameter. */
static bool is_same_path(const epx_resolver *resolver, const char *factor, const char *path) {
  if (strcmp(factor, path) == 0) return true;
  if (strncmp(factor, "variation.", 10) != 0 || strncmp(path, "variation.", 10) != 0) return false;
  const char *a = strrchr(factor, '.'), *b = strrchr(path, '.');
  char row_a[PATH_SIZE], row_b[PATH_SIZE];
  if (strcmp(a, b) != 0) return false;
  snprintf(row_a, sizeof row_a, "%.*s", (int)(a - factor), factor);
  snprintf(row_b, sizeof row_b, "%.*s", (int)(b - path), path);
  const epx_tree *row = epx_tree_get_path(resolver->user, row_a);
  return row && row == epx_tree_get_path(resolver->user, row_b);
}

/* The values that the deck's factors give the scalar at a path, at most one list: the i-th such list. */
static const epx_tree *get_values(const epx_resolver *resolver, const char *path, int i) {
  const epx_tree *factors = epx_tree_get_path(resolver->user, "design.factors");
  for (int f = 0; factors && factors->kind == EPX_TREE_MAP && f < factors->n; f++) {
    const epx_tree *factor = factors->items[f], *along = epx_tree_get(factor, "along");
    if (is_same_path(resolver, factors->keys[f], path) && i-- == 0) return factor;
    for (int k = 0; along && along->kind == EPX_TREE_MAP && k < along->n; k++)
      if (is_same_path(resolver, along->keys[k], path) && i-- == 0) return along->items[k];
  }
  return NULL;
}

/* Gets the condition behind this one, NULL past the last. */
static const char *get_next(const char *condition) {
  const char *end = strchr(condition, ';');
  return end ? end + 2 : NULL;
}

/* Tells whether the n letters at `word` stand among the words of a condition, "path: word word". */
static bool takes(const char *condition, const char *word) {
  const char *words = condition + strcspn(condition, ":") + 2;
  char list[PATH_SIZE];
  snprintf(list, sizeof list, "%.*s", (int)strcspn(words, "|;"), words);
  return epx_words_is_listed(list, word);
}

static bool takes_word(const epx_resolver *resolver, const char *path, const char *condition) {
  for (int i = 0; get_values(resolver, path, i); i++) {
    const epx_tree *values = get_values(resolver, path, i);
    if (values->kind == EPX_TREE_MAP) values = epx_tree_get(values, "values");
    for (int k = 0; values && values->kind == EPX_TREE_LIST && k < values->n; k++)
      if (values->items[k]->kind == EPX_TREE_SCALAR && takes(condition, values->items[k]->text)) return true;
  }
  return false;
}

/* Gets the alternative behind this one of the same condition, NULL past the last. */
static const char *get_alternative(const char *condition) {
  const char *end = condition + strcspn(condition, "|;");
  return *end == '|' ? end + 2 : NULL;
}

static bool is_met(const epx_resolver *resolver, const char *condition, const char *path,
                   const epx_tree *beside) {
  char full[PATH_SIZE];
  for (const char *one = condition; one; one = get_alternative(one)) {
    set_path(one, strcspn(one, ":"), path, full);
    const epx_tree *value =
        *one == '.' ? epx_tree_get(beside, strrchr(full, '.') + 1) : epx_tree_get_path(resolver->root, full);
    if (takes(one, !value ? "none" : value->kind == EPX_TREE_SCALAR ? value->text : "")) return true;
  }
  return false;
}

static bool is_ever_met(const epx_resolver *resolver, const char *condition, const char *path,
                        const epx_tree *beside) {
  char full[PATH_SIZE];
  if (is_met(resolver, condition, path, beside)) return true;
  for (const char *one = condition; one; one = get_alternative(one)) {
    set_path(one, strcspn(one, ":"), path, full);
    if (takes_word(resolver, full, one)) return true;
  }
  return false;
}

bool epx_usage_is_active(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path,
                         const epx_tree *beside) {
  for (const char *condition = entry->applies; condition; condition = get_next(condition))
    if (!is_met(resolver, condition, path, beside)) return false;
  return true;
}

const char *epx_usage_get_unmet(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path,
                                const epx_tree *beside) {
  for (const char *condition = entry->applies; condition; condition = get_next(condition))
    if (!is_ever_met(resolver, condition, path, beside)) return condition;
  return NULL;
}

bool epx_usage_is_used(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path,
                       const epx_tree *beside) {
  return !epx_usage_get_unmet(resolver, entry, path, beside);
}

bool epx_usage_is_varied(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path) {
  char full[PATH_SIZE];
  for (const char *key = entry->derived; key && *key;) {
    const size_t length = strcspn(key, " ");
    set_path(key, length, path, full);
    if (get_values(resolver, full, 0)) return true;
    key += length + strspn(key + length, " ");
  }
  return false;
}
