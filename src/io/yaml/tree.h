/** @internal @file
 * Tree: a YAML document as it was written, every node with the place it stands at. Nodes never change once
 * made, so that trees share what they have in common: setting a value makes new nodes on the way to it and
 * keeps the rest.
 */
#ifndef EPILUX_IO_YAML_TREE_H
#define EPILUX_IO_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "epilux/error.h"
#include "io/yaml/text.h"

typedef enum { EPX_TREE_SCALAR, EPX_TREE_LIST, EPX_TREE_MAP } epx_tree_kind;

typedef struct epx_tree {
  epx_tree_kind kind;
  int line;         /* of the key where it stands in a map, else its own; 0: `name` says all */
  const char *name; /* of the file, or what stands for one: "--set a.b=1" */
  const char *text; /* SCALAR */
  const char *unit; /* SCALAR: of a quantity; NULL or "1": none */
  bool quoted;      /* SCALAR: never a null */
  bool hidden;      /* left out of the text: follows from what a factor changes */
  const void
      *origin; /* handed on to what is made at this node's place: see epx_resolve_set_stored(); or NULL */
  int n, capacity;
  const struct epx_tree **items; /* LIST, MAP: [n] */
  const char **keys;             /* MAP: [n], no two the same */
} epx_tree;

/** Owns the memory of nodes and texts. */
typedef struct epx_tree_store epx_tree_store;

epx_err epx_tree_create_store(epx_tree_store **out);
void epx_tree_destroy_store(epx_tree_store **address);

/** Forgets all that was made in a store; its memory is used again. */
void epx_tree_reset_store(epx_tree_store *store);

/** Creates zeroed memory of the store's. Errors: EPX_EMEMORY. */
epx_err epx_tree_create_memory(epx_tree_store *store, size_t size, void *out);

/** Creates a copy of a text in the store. */
epx_err epx_tree_create_text(epx_tree_store *store, const char *text, const char **out);

/** Reads a YAML document of one map into a tree. What decks do without is refused by name: anchors, aliases,
 * tags, a second document, keys that are not words, more than 16 levels, a key that stands twice. Errors:
 * EPX_EINPUT with name:line. */
epx_err epx_tree_read(epx_tree_store *store, const char *name, const char *text, size_t length,
                      const epx_tree **out);

/** Reads a value as it may stand after a key: "0.1", "[1, 2]". Its nodes have line 0. */
epx_err epx_tree_read_value(epx_tree_store *store, const char *name, const char *text, const epx_tree **out);

/** Creates nodes that stand where `where` stands. */
epx_err epx_tree_create(epx_tree_store *store, epx_tree_kind kind, const epx_tree *where, epx_tree **out);
epx_err epx_tree_create_scalar(epx_tree_store *store, const char *text, const epx_tree *where,
                               const epx_tree **out);

/** Writes an item to the end of a list (key NULL) or a map that is still being made. Amortised O(1). */
epx_err epx_tree_write_item(epx_tree_store *store, epx_tree *tree, const char *key, const epx_tree *item);

/** Gets the item of a key, NULL when tree is NULL, not a map, or lacks it. */
const epx_tree *epx_tree_get(const epx_tree *tree, const char *key);

/** Gets what stands at a dotted path. A step into a list is an index, or the value of the item's `parameter`
 * where only one item has it. The longest key that fits is taken, so that keys may hold dots. NULL when there
 * is none. */
const epx_tree *epx_tree_get_path(const epx_tree *tree, const char *path);

/** Sets what stands at a dotted path in a copy that shares everything else; maps on the way are made. *out
 * NULL: the path goes through a scalar, or past the end of a list. */
epx_err epx_tree_set_path(epx_tree_store *store, const epx_tree *tree, const char *path,
                          const epx_tree *value, const epx_tree **out);

/** Tells whether a node says nothing: absent, empty, ~ or null. */
bool epx_tree_is_null(const epx_tree *tree);

/** Tells whether two trees hold the same. */
bool epx_tree_is_equal(const epx_tree *a, const epx_tree *b);

/** Raises EPX_EINPUT with "name:line: " before the message. Use it as EPX_RAISE. */
int epx_tree_raise(const epx_tree *where, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Writes a tree on one line: 1, [a, b], {a: b}. */
void epx_tree_write_flow(const epx_tree *tree, epx_text *text);

/** Creates the tree as YAML text, units as comments; free with epx_array_destroy(). */
epx_err epx_tree_write_text(const epx_tree *tree, char **text);

#endif
