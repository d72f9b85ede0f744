/** @file
 * Target: from a path in the deck to the row of the schema that it falls under; and what to say when there is
 * none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "io/deck/resolve.h"

enum { PATH_SIZE = 256, N_PATHS_MAX = 512 };

static bool starts_with(const char *text, const char *beginning) {
  return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* The parameter whose name is the first step of the path; *rest is what follows it. */
static const epx_parameter *get_parameter(const epx_family *family, const char *path, const char **rest) {
  char name[PATH_SIZE];
  const size_t length = strcspn(path, ".");
  snprintf(name, sizeof name, "%.*s", (int)length, path);
  const int p = family ? epx_family_get_parameter(family, name) : -1;
  *rest = path + length;
  return p < 0 ? NULL : &family->parameters[p];
}

static const epx_schema_entry *get_starred(const char *section, const char *rest) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s.*%s", section, rest);
  return epx_schema_get_by_path(path);
}

/* The entry at a path, the parameter that it belongs to, and the resolved map that it stands in. */
static const epx_schema_entry *get_entry(const epx_resolver *resolver, const char *path,
                                         const epx_parameter **parameter, const epx_tree **beside) {
  const char *rest;
  *parameter = NULL;
  *beside = NULL;
  const epx_schema_entry *entry = strchr(path, '*') ? NULL : epx_schema_get_by_path(path);
  if (entry) return entry;
  if (starts_with(path, "network.parameters.")) {
    *parameter = get_parameter(resolver->family, path + strlen("network.parameters."), &rest);
    if (!*parameter) return NULL;
    char section[PATH_SIZE];
    snprintf(section, sizeof section, "network.parameters.%s", (*parameter)->name);
    *beside = epx_tree_get_path(resolver->root, section);
    return get_starred("network.parameters", rest);
  }
  if (starts_with(path, "variation.")) {
    const char *step = path + strlen("variation.");
    char row[PATH_SIZE];
    rest = strchr(step, '.');
    if (!rest) return NULL;
    snprintf(row, sizeof row, "%.*s", (int)(rest - path), path);
    *beside = epx_tree_get_path(resolver->root, row);
    const epx_tree *name = epx_tree_get(*beside, "parameter");
    if (!name) return NULL;
    *parameter = get_parameter(resolver->family, name->text, &step);
    return get_starred("variation", rest);
  }
  return NULL;
}

/* All paths that a person may mean: those of the schema, with the family's parameters and the rows' in place
 * of *. */
typedef struct {
  char path[N_PATHS_MAX][PATH_SIZE];
  const char *list[N_PATHS_MAX];
  int n;
} path_list;

static void add_path(path_list *paths, const char *section, const char *step, const char *rest) {
  if (paths->n == N_PATHS_MAX) return;
  snprintf(paths->path[paths->n], PATH_SIZE, "%.128s%.64s%.32s", section, step, rest);
  paths->list[paths->n] = paths->path[paths->n];
  paths->n++;
}

static void add_entry(const epx_resolver *resolver, const epx_schema_entry *entry, path_list *paths) {
  char section[PATH_SIZE];
  const char *star = strchr(entry->path, '*');
  if (!star) {
    add_path(paths, entry->path, "", "");
    return;
  }
  snprintf(section, sizeof section, "%.*s", (int)(star - entry->path), entry->path);
  if (starts_with(entry->path, "network.parameters."))
    for (int p = 0; resolver->family && p < resolver->family->n_parameters; p++)
      add_path(paths, section, resolver->family->parameters[p].name, star + 1);
  const epx_tree *rows = epx_tree_get(resolver->root, "variation");
  if (starts_with(entry->path, "variation."))
    for (int i = 0; rows && i < rows->n; i++)
      add_path(paths, section, epx_tree_get(rows->items[i], "parameter")->text, star + 1);
}

/* The one whose last steps are the word, or the nearest as a whole. */
static const char *get_nearest_path(const char *word, const path_list *paths) {
  for (int i = 0; i < paths->n; i++) {
    const size_t n = strlen(paths->list[i]), length = strlen(word);
    if (n > length && strcmp(paths->list[i] + n - length, word) == 0 && paths->list[i][n - length - 1] == '.')
      return paths->list[i];
  }
  return epx_nearest_get(word, paths->n, paths->list);
}

static epx_err raise_path(const epx_resolver *resolver, const char *path, const epx_tree *where) {
  path_list *paths;
  EPX_TRY(epx_tree_create_memory(resolver->store, sizeof *paths, &paths));
  for (int i = 0; epx_schema_get(i); i++)
    if (epx_schema_is_factor(epx_schema_get(i))) add_entry(resolver, epx_schema_get(i), paths);
  const char *nearest = get_nearest_path(path, paths);
  if (nearest) return epx_tree_raise(where, "there is no scalar '%s'; did you mean %s?", path, nearest);
  return epx_tree_raise(where, "there is no scalar '%s'; write a path such as network.inputs.scale", path);
}

epx_err epx_target_get(const epx_resolver *resolver, const char *path, const epx_tree *where,
                       epx_target *target) {
  const epx_parameter *parameter;
  const epx_tree *beside;
  const epx_schema_entry *entry = get_entry(resolver, path, &parameter, &beside);
  if (!entry) return raise_path(resolver, path, where);
  if (!epx_schema_is_factor(entry))
    return epx_tree_raise(where, "%s cannot be a factor: a factor must be a scalar that changes the trials",
                          path);
  *target = epx_target_eval(entry, parameter, beside);
  return EPX_OK;
}

static void add_keys(const epx_resolver *resolver, const char *schema_path, path_list *paths) {
  for (EPX_SCHEMA_EACH(entry, schema_path)) {
    const char *key = epx_schema_get_key(entry);
    if (strcmp(key, "*") != 0) add_path(paths, key, "", "");
  }
  if (strcmp(schema_path, "network.parameters") == 0)
    for (int p = 0; resolver->family && p < resolver->family->n_parameters; p++)
      add_path(paths, resolver->family->parameters[p].name, "", "");
}

/* Where else the very key stands in the schema: "beta" in learning rather than in learning.nudge. */
static const char *get_elsewhere(const char *key) {
  for (int i = 0; epx_schema_get(i); i++) {
    const char *path = epx_schema_get(i)->path;
    if (!strchr(path, '*') && strcmp(epx_schema_get_key(epx_schema_get(i)), key) == 0) return path;
  }
  return NULL;
}

int epx_target_raise_key(const epx_resolver *resolver, const char *schema_path, const char *path,
                         const char *key, const epx_tree *where) {
  path_list *keys;
  char list[512] = "";
  EPX_TRY(epx_tree_create_memory(resolver->store, sizeof *keys, &keys));
  add_keys(resolver, schema_path, keys);
  const char *section = *path ? path : "the deck", *nearest = epx_nearest_get(key, keys->n, keys->list);
  const char *elsewhere = get_elsewhere(key);
  if (epx_schema_get_by_path(key) && strchr(key, '.'))
    return epx_tree_raise(
        where, "unknown key '%s' in %s; write sections as nested maps: `%.*s:` with its keys below", key,
        section, (int)strcspn(key, "."), key);
  if (elsewhere)
    return epx_tree_raise(where, "unknown key '%s' in %s; did you mean %s?", key, section, elsewhere);
  if (nearest)
    return epx_tree_raise(where, "unknown key '%s' in %s; did you mean '%s'?", key, section, nearest);
  for (int i = 0; i < keys->n; i++) {
    const size_t length = strlen(list);
    snprintf(list + length, sizeof list - length, "%s%s", i ? ", " : "", keys->list[i]);
  }
  return epx_tree_raise(where, "unknown key '%s' in %s; its keys are %s", key, section, list);
}
