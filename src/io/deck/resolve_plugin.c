/** @file
 * Plugins of a deck, and its edge lists: files whose content belongs to the deck as the deck's own text does,
 * so that their checksums are keys of the resolved deck.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "io/deck/resolve.h"
#include "io/recovery/checksum.h"
#include "photonic/plugin.h"

static const epx_tree *get_plugin(const epx_tree *resolved) {
  const epx_tree *family = epx_tree_get_path(resolved, "network.family");
  return family && strcmp(family->text, "plugin") == 0 ? epx_tree_get_path(resolved, "network.plugin") : NULL;
}

epx_err epx_resolve_read_family(const epx_tree *resolved, const epx_family **family) {
  const epx_tree *name = epx_tree_get_path(resolved, "network.family"), *plugin = get_plugin(resolved);
  *family = name ? epx_family_get_by_name(name->text) : NULL;
  if (!plugin) return EPX_OK;
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
  if (!named) return epx_tree_raise(given, "%s: of no file: the deck has no %s", path, file);
  if (epx_resolve_eval_checksum(named, text) != EPX_OK)
    return epx_tree_raise(given, "%s: %s", path, epx_error_get_message());
  if (strcmp(text, given->text) == 0) return EPX_OK;
  return epx_tree_raise(given,
                        "%s: %s, but that of %s is %s: it is another file than when the deck was resolved; "
                        "leave the key out to take it as it is",
                        path, given->text, named->text, text);
}
