/** @file
 * Tree: writing YAML. Sections stand as blocks, lists of scalars and rows on one line each.
 */
#include <string.h>

#include "io/yaml/text.h"
#include "io/yaml/tree.h"

/* Words that some YAML reader takes for something else than a text. */
static bool is_special(const char *text) {
  static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", ""};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(text, words[i]) == 0) return true;
  return false;
}

static bool is_plain(const char *text) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/+";
  const bool word = strspn(text, "0123456789_.-/+") == 0;
  return word && text[strspn(text, letters)] == '\0' && !is_special(text);
}

static void write_quoted(epx_text *w, const char *text) {
  epx_text_write(w, "\"");
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      epx_text_write(w, "\\%c", *text);
    else if ((unsigned char)*text < ' ' || *text == 127)
      epx_text_write(w, "\\x%02x", (unsigned char)*text);
    else
      epx_text_write(w, "%c", *text);
  }
  epx_text_write(w, "\"");
}

static void write_scalar(epx_text *w, const epx_tree *scalar) {
  if (scalar->quoted && !is_plain(scalar->text))
    write_quoted(w, scalar->text);
  else
    epx_text_write(w, "%s", scalar->text);
}

static void write_key(epx_text *w, const char *key) {
  const char *quote = is_plain(key) ? "" : "\"";
  epx_text_write(w, "%s%s%s:", quote, key, quote);
}

void epx_tree_write_flow(const epx_tree *tree, epx_text *w) {
  const bool map = tree->kind == EPX_TREE_MAP;
  if (tree->kind == EPX_TREE_SCALAR) {
    write_scalar(w, tree);
    return;
  }
  epx_text_write(w, map ? "{" : "[");
  bool first = true;
  for (int i = 0; i < tree->n; i++) {
    if (tree->items[i]->hidden) continue;
    if (!first) epx_text_write(w, ", ");
    first = false;
    if (map) write_key(w, tree->keys[i]);
    if (map) epx_text_write(w, " ");
    epx_tree_write_flow(tree->items[i], w);
  }
  epx_text_write(w, map ? "}" : "]");
}

static bool is_block_list(const epx_tree *tree) {
  return tree->kind == EPX_TREE_LIST && tree->n > 0 && tree->items[0]->kind != EPX_TREE_SCALAR;
}

static const char *get_unit(const epx_tree *tree) {
  while (tree->kind == EPX_TREE_LIST && tree->n > 0)
    tree = tree->items[0];
  return tree->unit && strcmp(tree->unit, "1") != 0 ? tree->unit : NULL;
}

static void write_map(epx_text *w, const epx_tree *map, int indent);

static void write_item(epx_text *w, const char *key, const epx_tree *item, int indent) {
  epx_text_write(w, "%*s", indent, "");
  write_key(w, key);
  if (item->kind == EPX_TREE_MAP && item->n > 0) {
    epx_text_write(w, "\n");
    write_map(w, item, indent + 2);
    return;
  }
  if (is_block_list(item)) {
    for (int i = 0; i < item->n; i++) {
      epx_text_write(w, "\n%*s- ", indent + 2, "");
      epx_tree_write_flow(item->items[i], w);
    }
  } else {
    epx_text_write(w, " ");
    epx_tree_write_flow(item, w);
  }
  const char *unit = get_unit(item);
  epx_text_write(w, "%s%s\n", unit ? "  # " : "", unit ? unit : "");
}

static void write_map(epx_text *w, const epx_tree *map, int indent) {
  for (int i = 0; i < map->n; i++)
    if (!map->items[i]->hidden) write_item(w, map->keys[i], map->items[i], indent);
}

epx_err epx_tree_write_text(const epx_tree *tree, char **text) {
  epx_text w = {0};
  write_map(&w, tree, 0);
  return epx_text_get(&w, text);
}
