/** @file
 * Resolve: walks the schema in its order beside the deck. A section is put into the tree before it is filled,
 * so that what comes later can look up what came before.
 */
#include "io/deck/resolve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/yaml/text.h"
#include "photonic/families/resonators/ring_parameters.h"
#include "photonic/topology.h"

enum { PATH_SIZE = 256, FALLBACK_SIZE = 256, CONDITION_SIZE = 512 };

static epx_err resolve_section(epx_resolver *r, const char *schema_path, const char *path,
                               const epx_tree *user, const epx_parameter *parameter, epx_tree *made);

static bool has_key(const epx_resolver *r, const char *schema_path, const char *key) {
  for (EPX_SCHEMA_EACH(entry, schema_path))
    if (strcmp(epx_schema_get_key(entry), key) == 0) return strcmp(key, "*") != 0;
  return strcmp(schema_path, "network.parameters") == 0 && r->family &&
         epx_family_get_parameter(r->family, key) >= 0;
}

static epx_err check_keys(const epx_resolver *r, const char *schema_path, const char *path,
                          const epx_tree *user) {
  for (int i = 0; user && i < user->n; i++)
    if (!has_key(r, schema_path, user->keys[i]))
      return epx_target_raise_key(r, schema_path, path, user->keys[i], user->items[i]);
  return EPX_OK;
}

static epx_err raise_missing(const epx_schema_entry *entry, const char *path, const epx_tree *where) {
  char words[512] = "";
  for (int i = 0; entry->words && entry->words(NULL, i); i++) {
    const size_t length = strlen(words);
    snprintf(words + length, sizeof words - length, "%s%s", i ? ", " : "; one of ", entry->words(NULL, i));
  }
  if (entry->example && !*words) snprintf(words, sizeof words, ", such as %s", entry->example);
  return epx_tree_raise(where, "%s is missing%s", path, words);
}

static epx_err raise_unused(const char *unmet, const char *path, const epx_tree *node) {
  char condition[CONDITION_SIZE];
  epx_schema_view_condition(unmet, condition, sizeof condition);
  return epx_tree_raise(node, "%s has no effect here; it is used with %s", path, condition);
}

/* What --set decides outranks what the file says of the other case: such keys fall away without a word. */
static bool is_outranked(const epx_resolver *r, const char *unmet, const epx_tree *node,
                         const epx_tree *beside) {
  char path[PATH_SIZE];
  const size_t length = strcspn(unmet, ":");
  snprintf(path, sizeof path, "%.*s", (int)length, unmet);
  const epx_tree *decider = *path == '.' ? epx_tree_get(beside, path + 1) : epx_tree_get_path(r->root, path);
  return node->line > 0 && decider && decider->line == 0;
}

static epx_err write_hidden(epx_resolver *r, epx_tree *made, const char *key, const epx_tree *item,
                            bool hidden) {
  epx_tree *copy;
  if (!hidden) return epx_tree_write_item(r->store, made, key, item);
  EPX_TRY(epx_tree_create(r->store, item->kind, item, &copy));
  *copy = *item;
  copy->hidden = true;
  return epx_tree_write_item(r->store, made, key, copy);
}

static epx_err create_default(epx_resolver *r, const char *text, const epx_tree *made, const epx_tree **out) {
  if (*text == '[' || *text == '{') return epx_tree_read_value(r->store, made->name, text, out);
  return epx_tree_create_scalar(r->store, text, made, out);
}

/* The parameter that a row of the variation is about. */
static const epx_parameter *get_row_parameter(const epx_resolver *r, const epx_tree *row) {
  const epx_tree *name = epx_tree_get(row, "parameter");
  const int p = name && r->family ? epx_family_get_parameter(r->family, name->text) : -1;
  return p < 0 ? NULL : &r->family->parameters[p];
}

static epx_err raise_section(const epx_schema_entry *entry, const char *path, const epx_tree *node) {
  char keys[512] = "";
  for (EPX_SCHEMA_EACH(child, entry->path)) {
    const char *key = epx_schema_get_key(child);
    const size_t length = strlen(keys);
    snprintf(keys + length, sizeof keys - length, "%s%s", length > 0 ? ", " : " with the keys ",
             strcmp(key, "*") == 0 ? "…" : key);
  }
  return epx_tree_raise(node, "%s: must be a section%s", path, keys);
}

/* A section that has words may be given as one of them, its kind; a map that names no kind is of the kind that
 * the section's example names. */
static epx_err name_kind(const epx_resolver *r, const epx_schema_entry *entry, const epx_tree **user) {
  epx_tree *map;
  const epx_tree *kind = *user;
  if (!kind || !entry->words || (kind->kind == EPX_TREE_MAP && epx_tree_get(kind, "kind"))) return EPX_OK;
  if (kind->kind == EPX_TREE_LIST) return EPX_OK;
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_MAP, *user, &map));
  if (kind->kind == EPX_TREE_MAP) EPX_TRY(epx_tree_create_scalar(r->store, entry->example, *user, &kind));
  EPX_TRY(epx_tree_write_item(r->store, map, "kind", kind));
  for (int i = 0; (*user)->kind == EPX_TREE_MAP && i < (*user)->n; i++)
    EPX_TRY(epx_tree_write_item(r->store, map, (*user)->keys[i], (*user)->items[i]));
  *user = map;
  return EPX_OK;
}

static epx_err resolve_map(epx_resolver *r, const epx_schema_entry *entry, const char *path,
                           const epx_tree *user, const epx_tree *where, epx_tree *made) {
  epx_tree *map;
  if (epx_tree_is_null(user)) user = NULL;
  EPX_TRY(name_kind(r, entry, &user));
  if (user && user->kind != EPX_TREE_MAP) return raise_section(entry, path, user);
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_MAP, user ? user : where, &map));
  EPX_TRY(epx_tree_write_item(r->store, made, epx_schema_get_key(entry), map));
  if (entry->type == EPX_SCHEMA_FACTORS) return user ? epx_resolve_factors(r, user, map) : EPX_OK;
  EPX_TRY(resolve_section(r, path, path, user, NULL, map));
  if (map->n == 0) made->n--;
  return EPX_OK;
}

static epx_err resolve_rows(epx_resolver *r, const epx_schema_entry *entry, const epx_tree *user,
                            epx_tree *made) {
  epx_tree *list, *row;
  char path[PATH_SIZE], schema_path[PATH_SIZE];
  if (user->kind != EPX_TREE_LIST)
    return epx_tree_raise(user, "%s: must be a list of rows, such as %s", entry->path, entry->example);
  snprintf(schema_path, sizeof schema_path, "%s.*", entry->path);
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_LIST, user, &list));
  EPX_TRY(epx_tree_write_item(r->store, made, epx_schema_get_key(entry), list));
  for (int i = 0; i < user->n; i++) {
    snprintf(path, sizeof path, "%s.%d", entry->path, i);
    if (user->items[i]->kind != EPX_TREE_MAP)
      return epx_tree_raise(user->items[i], "%s: a row must be a map, such as %s", path, entry->example);
    EPX_TRY(epx_tree_create(r->store, EPX_TREE_MAP, user->items[i], &row));
    EPX_TRY(epx_tree_write_item(r->store, list, NULL, row));
    EPX_TRY(resolve_section(r, schema_path, path, user->items[i], NULL, row));
  }
  return EPX_OK;
}

/* Couplings come from the deck or from an edge list, not from both. */
static epx_err check_listed(const epx_resolver *r, const char *path, const epx_tree *node) {
  const epx_tree *file = epx_tree_get_path(r->root, "network.topology.path");
  const epx_tree *kind = epx_tree_get_path(r->root, "network.topology.kind");
  if (strcmp(kind->text, "edge-list") != 0 || !file || epx_resolve_is_stored(r->root)) return EPX_OK;
  if (epx_topology_is_pattern(file->text)) return EPX_OK;
  return epx_tree_raise(node,
                        "%s: the couplings come from network.topology.path, %s; leave this key out, or use a "
                        "file of kind 'pattern', which lists links without values",
                        path, file->text);
}

/* To load a plugin is to run it: that it is the one that is meant is known before. */
static epx_err check_plugin(const epx_resolver *r) {
  const epx_tree *given = epx_tree_get_path(r->user, "network.plugin_checksum");
  if (epx_tree_is_null(given) || given->kind != EPX_TREE_SCALAR || epx_resolve_is_stored(r->root))
    return EPX_OK;
  return epx_resolve_check_file(r->root, "network.plugin", "network.plugin_checksum", given);
}

/* A key whose value the deck gives. */
static epx_err resolve_given(epx_resolver *r, const epx_schema_entry *entry, const char *path,
                             const epx_tree *node, const epx_parameter *parameter, epx_tree *made) {
  const epx_tree *item;
  if (entry->type == EPX_SCHEMA_ROWS) return resolve_rows(r, entry, node, made);
  const epx_target target = epx_target_eval(entry, parameter ? parameter : get_row_parameter(r, made), made);
  EPX_TRY(epx_target_read(r->store, &target, r->family, path, node, &item));
  EPX_TRY(epx_tree_write_item(r->store, made, epx_schema_get_key(entry), item));
  if (strcmp(path, "network.parameters.coupling_spread") == 0) EPX_TRY(check_listed(r, path, node));
  if (strcmp(path, "network.plugin") == 0) EPX_TRY(check_plugin(r));
  if (strcmp(path, "network.family") == 0 || strcmp(path, "network.plugin") == 0)
    EPX_TRY(epx_resolve_read_family(r->root, &r->family));
  if (strcmp(path, "network.topology.checksum") == 0 && !epx_resolve_is_stored(r->root))
    EPX_TRY(epx_resolve_check_file(r->root, "network.topology.path", path, item));
  return EPX_OK;
}

static epx_err resolve_fallback(epx_resolver *r, const epx_schema_entry *entry, const char *section,
                                const char *path, const epx_parameter *parameter, epx_tree *made) {
  char buffer[FALLBACK_SIZE];
  const epx_tree *node;
  if (!epx_usage_is_active(r, entry, section, made)) return EPX_OK;
  if (entry->required) return raise_missing(entry, path, made);
  if (entry->optional && !entry->derived) return EPX_OK;
  const char *text = epx_fallback_get(r, entry, made, buffer);
  if (!text) return EPX_OK;
  EPX_TRY(create_default(r, text, made, &node));
  EPX_TRY(resolve_given(r, entry, path, node, parameter, made));
  if (!epx_usage_is_varied(r, entry, section)) return EPX_OK;
  made->n--;
  return write_hidden(r, made, epx_schema_get_key(entry), made->items[made->n], true);
}

static epx_err resolve_key(epx_resolver *r, const epx_schema_entry *entry, const char *section,
                           const epx_tree *user, const epx_parameter *parameter, epx_tree *made) {
  char path[PATH_SIZE];
  const epx_tree *node = epx_tree_get(user, epx_schema_get_key(entry));
  snprintf(path, sizeof path, "%s%s%s", section, *section ? "." : "", epx_schema_get_key(entry));
  if (epx_tree_is_null(node)) node = NULL;
  const bool section_wanted = entry->type == EPX_SCHEMA_SECTION || entry->type == EPX_SCHEMA_FACTORS;
  if (section_wanted && !node && (entry->optional || !epx_usage_is_active(r, entry, section, made)))
    return EPX_OK;
  const char *unmet = node ? epx_usage_get_unmet(r, entry, section, made) : NULL;
  if (section_wanted && !unmet) return resolve_map(r, entry, path, node, made, made);
  if (unmet) {
    if (!is_outranked(r, unmet, node, made)) return raise_unused(unmet, path, node);
    node = NULL;
  }
  if (entry->type == EPX_SCHEMA_POINTS && r->at_point) return EPX_OK;
  if (entry->type == EPX_SCHEMA_POINTS && (node || epx_usage_is_active(r, entry, section, made)))
    return epx_resolve_points(r, node, made);
  return node ? resolve_given(r, entry, path, node, parameter, made)
              : resolve_fallback(r, entry, section, path, parameter, made);
}

/* What a link does in one direction it does in the other, but for the skew, which does the opposite. */
static epx_err check_mirrored(const epx_resolver *r, const char *path, int i, int j, const epx_tree *item,
                              const epx_tree *mirror) {
  const epx_parameter *skew = r->family->skew > 0 ? &r->family->parameters[r->family->skew] : NULL;
  const bool is_skew = skew && strcmp(path + strlen(path) - strlen(skew->name), skew->name) == 0;
  const double there = strtod(item->text, NULL), back = strtod(mirror->text, NULL);
  char remedy[160] = "";
  if (there == (is_skew ? -back : back)) return EPX_OK;
  if (skew && !is_skew)
    snprintf(remedy, sizeof remedy,
             "; write a matrix W that is not symmetric as (W + W')/2 here and (W - W')/2 in %s", skew->name);
  return epx_tree_raise(item, "%s: not %s: row %d, column %d is %s, row %d, column %d is %s%s", path,
                        is_skew ? "antisymmetric" : "symmetric", i, j, item->text, j, i, mirror->text,
                        remedy);
}

static epx_err read_matrix(epx_resolver *r, const epx_target *target, const char *path, const epx_tree *node,
                           epx_tree *matrix) {
  for (int i = 0; i < node->n; i++) {
    epx_tree *row;
    const epx_tree *given = node->items[i];
    if (given->kind != EPX_TREE_LIST || given->n != node->n)
      return epx_tree_raise(given,
                            "%s: the matrix must be square, but row %d has %d numbers and there are %d rows",
                            path, i, given->kind == EPX_TREE_LIST ? given->n : 1, node->n);
    EPX_TRY(epx_tree_create(r->store, EPX_TREE_LIST, given, &row));
    EPX_TRY(epx_tree_write_item(r->store, matrix, NULL, row));
    for (int j = 0; j < node->n; j++) {
      const epx_tree *item;
      EPX_TRY(epx_target_read_scalar(r->store, target, r->family, path, given->items[j], &item));
      EPX_TRY(epx_tree_write_item(r->store, row, NULL, item));
      if (j < i) EPX_TRY(check_mirrored(r, path, i, j, item, matrix->items[j]->items[i]));
    }
  }
  return EPX_OK;
}

static epx_err read_values(epx_resolver *r, const epx_target *target, const char *path, const epx_tree *node,
                           bool link, const epx_tree **out) {
  epx_tree *list;
  if (node->n == 0)
    return epx_tree_raise(node, "%s: the list is empty; give one number, or one per %s", path,
                          link ? "link" : "node");
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_LIST, node, &list));
  *out = list;
  if (link && node->items[0]->kind == EPX_TREE_LIST) return read_matrix(r, target, path, node, list);
  for (int i = 0; i < node->n; i++) {
    const epx_tree *item;
    EPX_TRY(epx_target_read_scalar(r->store, target, r->family, path, node->items[i], &item));
    EPX_TRY(epx_tree_write_item(r->store, list, NULL, item));
  }
  return EPX_OK;
}

/* A parameter's nominal values as the deck gives them. */
static epx_err resolve_parameter(epx_resolver *r, const epx_schema_entry *entry,
                                 const epx_parameter *parameter, const epx_tree *node, epx_tree *made) {
  char path[PATH_SIZE];
  const epx_tree *item;
  const bool link = parameter->site == EPX_SITE_LINK;
  const epx_target target = epx_target_eval(entry, parameter, NULL);
  snprintf(path, sizeof path, "network.parameters.%s", parameter->name);
  if (parameter == &r->family->parameters[epx_family_get_coupling(r->family)] &&
      epx_tree_get(made, "coupling_spread"))
    return epx_tree_raise(node, "%s and network.parameters.coupling_spread cannot both be given", path);
  if (parameter == &r->family->parameters[epx_family_get_coupling(r->family)])
    EPX_TRY(check_listed(r, path, node));
  if (node->kind == EPX_TREE_MAP) {
    epx_tree *map;
    EPX_TRY(epx_tree_create(r->store, EPX_TREE_MAP, node, &map));
    EPX_TRY(epx_tree_write_item(r->store, made, parameter->name, map));
    return resolve_section(r, entry->path, path, node, parameter, map);
  }
  if (node->kind == EPX_TREE_LIST)
    EPX_TRY(read_values(r, &target, path, node, link, &item));
  else
    EPX_TRY(epx_target_read_scalar(r->store, &target, r->family, path, node, &item));
  return epx_tree_write_item(r->store, made, parameter->name, item);
}

/* A parameter of which the deck says nothing: the preset's value, or the family's own. */
static epx_err resolve_silent(epx_resolver *r, const epx_schema_entry *entry, const epx_parameter *parameter,
                              epx_tree *made) {
  char text[32];
  const epx_tree *node, *item, *preset = epx_tree_get_path(r->root, "network.preset");
  const double *values = preset ? epx_family_get_preset(r->family, preset->text)->values : NULL;
  const double value = values ? values[parameter - r->family->parameters] : parameter->fallback;
  const epx_target target = epx_target_eval(entry, parameter, NULL);
  EPX_TRY(epx_tree_create_scalar(r->store, epx_text_eval_number(value, text), made, &node));
  EPX_TRY(epx_target_read_scalar(r->store, &target, r->family, parameter->name, node, &item));
  return write_hidden(r, made, parameter->name, item, epx_usage_is_varied(r, entry, "network.parameters"));
}

/* What a described ring says has no second place in the deck. */
static bool is_of_device(const epx_resolver *r, int parameter) {
  return !epx_tree_is_null(epx_tree_get_path(r->user, "network.device")) &&
         epx_ring_gives(r->family, parameter);
}

static epx_err resolve_parameters(epx_resolver *r, const epx_schema_entry *entry, const epx_tree *user,
                                  epx_tree *made) {
  const epx_tree *kind = epx_tree_get_path(r->root, "network.topology.kind");
  for (int p = 0; p < r->family->n_parameters; p++) {
    const epx_parameter *parameter = &r->family->parameters[p];
    const epx_tree *node = epx_tree_get(user, parameter->name);
    const bool coupling = p == epx_family_get_coupling(r->family);
    if (is_of_device(r, p)) {
      if (epx_tree_is_null(node)) continue;
      return epx_tree_raise(node, "network.parameters.%s: network.device says it; leave one of them out",
                            parameter->name);
    }
    if (!epx_tree_is_null(node)) {
      EPX_TRY(resolve_parameter(r, entry, parameter, node, made));
    } else if (!coupling) {
      EPX_TRY(resolve_silent(r, entry, parameter, made));
    } else if (!epx_tree_get(made, "coupling_spread") && strcmp(kind->text, "edge-list") != 0) {
      if (strcmp(kind->text, "matrix") == 0)
        return epx_tree_raise(
            made, "network.parameters.%s is missing; network.topology.kind: matrix needs the matrix there",
            parameter->name);
      EPX_TRY(resolve_silent(r, entry, parameter, made));
    }
  }
  return EPX_OK;
}

static epx_err resolve_section(epx_resolver *r, const char *schema_path, const char *path,
                               const epx_tree *user, const epx_parameter *parameter, epx_tree *made) {
  EPX_TRY(check_keys(r, schema_path, path, user));
  for (EPX_SCHEMA_EACH(entry, schema_path)) {
    if (entry->type == EPX_SCHEMA_VALUE)
      EPX_TRY(resolve_parameters(r, entry, user, made));
    else
      EPX_TRY(resolve_key(r, entry, path, user, parameter, made));
  }
  return EPX_OK;
}

static epx_err resolve(epx_tree_store *store, const epx_tree *user, bool at_point, const epx_tree **out) {
  epx_resolver r = {.store = store, .user = user, .at_point = at_point};
  EPX_TRY(epx_tree_create(store, EPX_TREE_MAP, user, &r.root));
  EPX_TRY(resolve_section(&r, "", "", user, NULL, r.root));
  *out = r.root;
  return EPX_OK;
}

epx_err epx_resolve_deck(epx_tree_store *store, const epx_tree *user, const epx_tree **out) {
  return resolve(store, user, false, out);
}

epx_err epx_resolve_point(epx_tree_store *store, const epx_tree *user, const epx_tree **out) {
  return resolve(store, user, true, out);
}
