/** @file
 * Tree: memory in chunks that are freed together; nodes share what they have in common.
 */
#include "io/yaml/tree.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { CHUNK_SIZE = 1 << 15 };

typedef struct chunk {
  struct chunk *next;
  size_t used, size;
  char *bytes;
} chunk;

struct epx_tree_store {
  chunk *chunks;
};

epx_err epx_tree_create_store(epx_tree_store **out) {
  return EPX_ARRAY(*out, 1);
}

/* Frees a chunk and all behind it. */
static void destroy_chunks(chunk *first) {
  while (first) {
    chunk *next = first->next;
    epx_array_destroy(&first->bytes);
    epx_array_destroy(&first);
    first = next;
  }
}

void epx_tree_destroy_store(epx_tree_store **address) {
  if (!*address) return;
  destroy_chunks((*address)->chunks);
  epx_array_destroy(address);
}

void epx_tree_reset_store(epx_tree_store *store) {
  chunk *first = store->chunks;
  if (!first) return;
  destroy_chunks(first->next);
  memset(first->bytes, 0, first->used);
  first->used = 0;
  first->next = NULL;
}

static epx_err create_chunk(size_t size, chunk **out) {
  chunk *made;
  EPX_TRY(EPX_ARRAY(made, 1));
  made->size = size > CHUNK_SIZE ? size : CHUNK_SIZE;
  const int code = EPX_ARRAY(made->bytes, made->size);
  if (code != EPX_OK) epx_array_destroy(&made);
  *out = made;
  return code;
}

epx_err epx_tree_create_memory(epx_tree_store *store, size_t size, void *out) {
  size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
  if (!store->chunks || store->chunks->size - store->chunks->used < size) {
    chunk *made;
    EPX_TRY(create_chunk(size, &made));
    made->next = store->chunks;
    store->chunks = made;
  }
  void *memory = store->chunks->bytes + store->chunks->used;
  store->chunks->used += size;
  memcpy(out, &memory, sizeof memory);
  return EPX_OK;
}

epx_err epx_tree_create_text(epx_tree_store *store, const char *text, const char **out) {
  char *copy;
  EPX_TRY(epx_tree_create_memory(store, strlen(text) + 1, &copy));
  memcpy(copy, text, strlen(text) + 1);
  *out = copy;
  return EPX_OK;
}

epx_err epx_tree_create(epx_tree_store *store, epx_tree_kind kind, const epx_tree *where, epx_tree **out) {
  EPX_TRY(epx_tree_create_memory(store, sizeof **out, out));
  (*out)->kind = kind;
  (*out)->line = where->line;
  (*out)->name = where->name;
  (*out)->origin = where->origin;
  return EPX_OK;
}

epx_err epx_tree_create_scalar(epx_tree_store *store, const char *text, const epx_tree *where,
                               const epx_tree **out) {
  epx_tree *made;
  EPX_TRY(epx_tree_create(store, EPX_TREE_SCALAR, where, &made));
  EPX_TRY(epx_tree_create_text(store, text, &made->text));
  *out = made;
  return EPX_OK;
}

static epx_err grow(epx_tree_store *store, epx_tree *tree) {
  const int capacity = tree->capacity ? 2 * tree->capacity : 8;
  const size_t n = (size_t)tree->n;
  const epx_tree **items;
  const char **keys;
  EPX_TRY(epx_tree_create_memory(store, (size_t)capacity * sizeof *items, &items));
  if (n) memcpy(items, tree->items, n * sizeof *items);
  if (tree->kind == EPX_TREE_MAP) {
    EPX_TRY(epx_tree_create_memory(store, (size_t)capacity * sizeof *keys, &keys));
    if (n) memcpy(keys, tree->keys, n * sizeof *keys);
    tree->keys = keys;
  }
  tree->items = items;
  tree->capacity = capacity;
  return EPX_OK;
}

epx_err epx_tree_write_item(epx_tree_store *store, epx_tree *tree, const char *key, const epx_tree *item) {
  if (tree->n == tree->capacity) EPX_TRY(grow(store, tree));
  if (key) EPX_TRY(epx_tree_create_text(store, key, &tree->keys[tree->n]));
  tree->items[tree->n++] = item;
  return EPX_OK;
}

static int get_index(const epx_tree *map, const char *key) {
  for (int i = 0; i < map->n; i++)
    if (strcmp(map->keys[i], key) == 0) return i;
  return -1;
}

const epx_tree *epx_tree_get(const epx_tree *tree, const char *key) {
  if (!tree || tree->kind != EPX_TREE_MAP) return NULL;
  const int i = get_index(tree, key);
  return i < 0 ? NULL : tree->items[i];
}

/* The item of the list whose `parameter` is the step, if only one is. */
static int get_item_by_parameter(const epx_tree *list, const char *step) {
  int found = -1;
  for (int i = 0; i < list->n; i++) {
    const epx_tree *parameter = epx_tree_get(list->items[i], "parameter");
    if (!parameter || parameter->kind != EPX_TREE_SCALAR || strcmp(parameter->text, step) != 0) continue;
    if (found >= 0) return -1;
    found = i;
  }
  return found;
}

static int get_item(const epx_tree *list, const char *step, size_t length) {
  char word[64], *end;
  if (length == 0 || length >= sizeof word) return -1;
  memcpy(word, step, length);
  word[length] = '\0';
  if (strspn(word, "0123456789") < length) return get_item_by_parameter(list, word);
  const long i = strtol(word, &end, 10);
  return i < list->n ? (int)i : -1;
}

/* The letters of a key with which a path begins, as a whole step or several; 0: it does not. */
static size_t match(const char *key, const char *path) {
  size_t n = 0;
  while (key[n] && key[n] == path[n])
    n++;
  return key[n] == '\0' && (path[n] == '.' || path[n] == '\0') ? n : 0;
}

/* The first step of a path: the item it leads to, -1 for none, and the letters that name it. */
static int get_step(const epx_tree *tree, const char *path, size_t *length) {
  int longest = -1;
  *length = strcspn(path, ".");
  if (tree->kind == EPX_TREE_SCALAR) return -1;
  if (tree->kind == EPX_TREE_LIST) return get_item(tree, path, *length);
  for (int i = 0; i < tree->n; i++) {
    const size_t n = match(tree->keys[i], path);
    if (n == 0 || (longest >= 0 && n <= *length)) continue;
    longest = i;
    *length = n;
  }
  return longest;
}

const epx_tree *epx_tree_get_path(const epx_tree *tree, const char *path) {
  while (tree && *path) {
    size_t length;
    const int i = get_step(tree, path, &length);
    tree = i < 0 ? NULL : tree->items[i];
    path += length + (path[length] == '.');
  }
  return tree;
}

/* A copy of a list or a map with room for one item more. Keys are shared. */
static epx_err create_copy(epx_tree_store *store, const epx_tree *tree, epx_tree **out) {
  const size_t n = (size_t)tree->n;
  EPX_TRY(epx_tree_create(store, tree->kind, tree, out));
  epx_tree *copy = *out;
  EPX_TRY(epx_tree_create_memory(store, (n + 1) * sizeof *copy->items, &copy->items));
  if (n > 0) memcpy(copy->items, tree->items, n * sizeof *copy->items);
  copy->n = tree->n;
  copy->capacity = tree->n + 1;
  if (tree->kind != EPX_TREE_MAP) return EPX_OK;
  EPX_TRY(epx_tree_create_memory(store, (n + 1) * sizeof *copy->keys, &copy->keys));
  if (n > 0) memcpy(copy->keys, tree->keys, n * sizeof *copy->keys);
  return EPX_OK;
}

epx_err epx_tree_set_path(epx_tree_store *store, const epx_tree *tree, const char *path,
                          const epx_tree *value, const epx_tree **out) {
  size_t length;
  epx_tree *copy;
  const epx_tree *item = value;
  const int i = get_step(tree, path, &length);
  const bool last = path[length] == '\0';
  *out = NULL;
  if (tree->kind == EPX_TREE_SCALAR || (tree->kind == EPX_TREE_LIST && i < 0)) return EPX_OK;
  EPX_TRY(create_copy(store, tree, &copy));
  if (!last) {
    const epx_tree *next = i < 0 ? NULL : tree->items[i];
    if (epx_tree_is_null(next)) {
      epx_tree *map;
      EPX_TRY(epx_tree_create(store, EPX_TREE_MAP, value, &map));
      next = map;
    }
    EPX_TRY(epx_tree_set_path(store, next, path + length + 1, value, &item));
    if (!item) return EPX_OK;
  }
  if (i >= 0) {
    copy->items[i] = item;
  } else {
    char key[256];
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    EPX_TRY(epx_tree_write_item(store, copy, key, item));
  }
  *out = copy;
  return EPX_OK;
}

bool epx_tree_is_null(const epx_tree *tree) {
  if (!tree) return true;
  if (tree->kind != EPX_TREE_SCALAR || tree->quoted) return false;
  return !*tree->text || strcmp(tree->text, "~") == 0 || strcmp(tree->text, "null") == 0;
}

bool epx_tree_is_equal(const epx_tree *a, const epx_tree *b) {
  if (!a || !b) return a == b;
  if (a->kind != b->kind || a->n != b->n) return false;
  if (a->kind == EPX_TREE_SCALAR) return strcmp(a->text, b->text) == 0;
  for (int i = 0; i < a->n; i++) {
    if (a->kind == EPX_TREE_MAP && strcmp(a->keys[i], b->keys[i]) != 0) return false;
    if (!epx_tree_is_equal(a->items[i], b->items[i])) return false;
  }
  return true;
}

int epx_tree_raise(const epx_tree *where, const char *format, ...) {
  char message[900];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (where->line > 0) return EPX_RAISE(EPX_EINPUT, "%s:%d: %s", where->name, where->line, message);
  return EPX_RAISE(EPX_EINPUT, "%s: %s", where->name, message);
}
