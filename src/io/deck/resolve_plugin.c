/** @file
 * Plugins of a deck, and its edge lists: files whose content belongs to the deck as the deck's own text does,
 * so that their checksums are keys of the resolved deck.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "io/deck/resolve.h"
#include "io/recovery/checksum.h"
#include "photonic/plugin.h"

/* ---- decks of results, whose files may be gone, or be others' by now */

/* A parameter that a stored deck gives, as far as that shows: its values stand in its own unit. */
static epx_parameter get_stored_parameter(const char *name, const epx_tree *value) {
  const bool matrix = value->kind == EPX_TREE_LIST && value->n > 0 && value->items[0]->kind == EPX_TREE_LIST;
  return (epx_parameter){.name = name,
                         .unit = "1",
                         .site = matrix || strcmp(name, "coupling") == 0 ? EPX_SITE_LINK : EPX_SITE_NODE,
                         .low = -INFINITY,
                         .high = INFINITY,
                         .trainable = true,
                         .meaning = "parameter of a plugin"};
}

/* What stands for a plugin that is not loaded: its parameters by name, and everything else allowed, for it was when the
 * deck was resolved. It solves nothing. */
static epx_err create_stand_in(epx_tree_store *store, const epx_tree *user, epx_family **family) {
  const epx_tree *given = epx_tree_get_path(user, "network.parameters");
  const int n = given && given->kind == EPX_TREE_MAP ? given->n : 0;
  epx_parameter *parameters;
  EPX_TRY(epx_tree_create_memory(store, sizeof **family, family));
  EPX_TRY(epx_tree_create_memory(store, ((size_t)n + 1) * sizeof *parameters, &parameters));
  **family = *epx_family_get_by_name("kerr");
  (*family)->name = "plugin";
  (*family)->parameters = parameters;
  (*family)->n_parameters = 0;
  (*family)->n_presets = 0;
  (*family)->encodings = (*family)->readouts = ~0u;
  for (int k = 0; k < n; k++)
    if (strcmp(given->keys[k], "coupling_spread") != 0)
      parameters[(*family)->n_parameters++] = get_stored_parameter(given->keys[k], given->items[k]);
  if (epx_family_get_coupling(*family) == (*family)->n_parameters)
    parameters[(*family)->n_parameters++] = get_stored_parameter("coupling", user);
  return EPX_OK;
}

epx_err epx_resolve_set_stored(epx_tree_store *store, const epx_tree *user, const epx_tree **stored) {
  epx_family *family;
  epx_tree *root;
  EPX_TRY(create_stand_in(store, user, &family));
  EPX_TRY(epx_tree_create(store, user->kind, user, &root));
  *root = *user;
  root->origin = family;
  *stored = root;
  return EPX_OK;
}

bool epx_resolve_is_stored(const epx_tree *root) {
  return root->origin != NULL;
}

/* ---- */

static const epx_tree *get_plugin(const epx_tree *resolved) {
  const epx_tree *family = epx_tree_get_path(resolved, "network.family");
  return family && strcmp(family->text, "plugin") == 0 ? epx_tree_get_path(resolved, "network.plugin") : NULL;
}

epx_err epx_resolve_read_family(const epx_tree *resolved, const epx_family **family) {
  const epx_tree *name = epx_tree_get_path(resolved, "network.family"), *plugin = get_plugin(resolved);
  *family = name ? epx_family_get_by_name(name->text) : NULL;
  if (!plugin) return EPX_OK;
  if (epx_resolve_is_stored(resolved)) {
    *family = resolved->origin;
    return EPX_OK;
  }
  const int code = epx_plugin_read(plugin->text, family);
  if (code == EPX_EINPUT) return epx_tree_raise(plugin, "network.plugin: %s", epx_error_get_message());
  EPX_TRY(code);
  return EPX_OK;
}

epx_err epx_resolve_eval_checksum(const epx_tree *named, char *text) {
  static epx_checksum_table table;
  unsigned char bytes[4096];
  uint64_t sum = 0;
  size_t n;
  FILE *file;
  uint64_t length;
  EPX_TRY(epx_file_open(named->text, &file, &length));
  epx_checksum_init(&table);
  while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
    sum = epx_checksum_eval(&table, sum, bytes, n);
  const bool good = !ferror(file);
  fclose(file);
  snprintf(text, EPX_RESOLVE_CHECKSUM_SIZE, "crc64-%016llx", (unsigned long long)sum);
  return good ? EPX_OK : EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", named->text, strerror(errno));
}

epx_err epx_resolve_check_file(const epx_tree *resolved, const char *file, const char *path,
                               const epx_tree *given) {
  char text[EPX_RESOLVE_CHECKSUM_SIZE];
  const epx_tree *named = epx_tree_get_path(resolved, file);
  if (!named)
    return epx_tree_raise(given, "%s: there is no file to compare with: the deck has no %s", path, file);
  if (epx_resolve_eval_checksum(named, text) != EPX_OK)
    return epx_tree_raise(given, "%s: %s", path, epx_error_get_message());
  if (strcmp(text, given->text) == 0) return EPX_OK;
  return epx_tree_raise(given,
                        "%s: %s, but the checksum of %s is %s: the file has changed since the deck was "
                        "resolved; leave this key out to use the file as it is",
                        path, given->text, named->text, text);
}
