/** @file
 * Deck: the file as written is kept as a tree; --set and factors make changed copies of it, and each copy is
 * resolved by the schema anew. So the base, a changed deck and every design point go through the same checks.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/deck/deck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "io/deck/private.h"
#include "io/deck/resolve.h"
#include "io/recovery/output.h"

enum { SIZE_MAX_DECK = 1 << 28 };

static epx_err resolve(epx_deck *deck) {
  deck->resolved = NULL;
  EPX_TRY(epx_resolve_deck(deck->store, deck->user, &deck->resolved));
  epx_settings *settings;
  int code = epx_settings_read(deck->resolved, &settings);
  epx_settings_destroy(&settings);
  if (code == EPX_OK) code = epx_deck_read_factors(deck);
  if (code != EPX_OK) deck->resolved = NULL;
  return code;
}

static epx_err create_from(const char *name, const char *text, size_t length, bool stored, epx_deck **out) {
  EPX_TRY(EPX_ARRAY(*out, 1));
  int code = epx_tree_create_store(&(*out)->store);
  if (code == EPX_OK) code = epx_tree_read((*out)->store, name, text, length, &(*out)->user);
  if (code == EPX_OK && stored) code = epx_resolve_set_stored((*out)->store, (*out)->user, &(*out)->user);
  if (code == EPX_OK) code = resolve(*out);
  if (code != EPX_OK) epx_deck_destroy(out);
  return code;
}

/* Reads the rest of a file of any kind, as long as it is no longer than decks get. */
static epx_err read_stream(FILE *file, const char *path, char **text, size_t *length) {
  size_t capacity = 1 << 14, n;
  *length = 0;
  EPX_TRY(EPX_ARRAY(*text, capacity));
  while ((n = fread(*text + *length, 1, capacity - *length, file)) > 0) {
    char *grown;
    *length += n;
    if (*length < capacity) continue;
    if (capacity >= SIZE_MAX_DECK)
      return EPX_RAISE(EPX_EINPUT, "%s:1: larger than any deck (%d MiB)", path, SIZE_MAX_DECK >> 20);
    EPX_TRY(EPX_ARRAY(grown, 2 * capacity));
    memcpy(grown, *text, *length);
    epx_array_destroy(text);
    *text = grown;
    capacity *= 2;
  }
  if (ferror(file)) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", path, strerror(errno));
  return EPX_OK;
}

static epx_err read_file(const char *path, bool stored, epx_deck **out) {
  char *text = NULL;
  size_t length;
  *out = NULL;
  FILE *file = fopen(path, "rb");
  if (!file) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", path, strerror(errno));
  int code = read_stream(file, path, &text, &length);
  fclose(file);
  if (code == EPX_OK) code = create_from(path, text, length, stored, out);
  epx_array_destroy(&text);
  return code;
}

epx_err epx_deck_read(const char *path, epx_deck **out) {
  return read_file(path, false, out);
}

epx_err epx_deck_read_alone(const char *path, epx_deck **out) {
  return read_file(path, true, out);
}

epx_err epx_deck_read_text(const char *name, const char *text, epx_deck **out) {
  *out = NULL;
  return create_from(name, text, strlen(text), false, out);
}

epx_err epx_deck_create_input(char **text) {
  size_t length;
  *text = NULL;
  int code = read_stream(stdin, EPX_DECK_INPUT, text, &length);
  char *copy = NULL;
  if (code == EPX_OK && length > 0 && memchr(*text, 0, length))
    code = EPX_RAISE(EPX_EINPUT, "%s:1: contains a zero byte, so it is not a deck", EPX_DECK_INPUT);
  if (code == EPX_OK) code = EPX_ARRAY(copy, length + 1);
  if (code == EPX_OK) memcpy(copy, *text, length);
  epx_array_destroy(text);
  *text = copy;
  return code;
}

epx_err epx_deck_read_stored(const char *name, const char *text, epx_deck **out) {
  *out = NULL;
  return create_from(name, text, strlen(text), true, out);
}

void epx_deck_destroy(epx_deck **address) {
  if (!*address) return;
  epx_tree_destroy_store(&(*address)->store);
  epx_expression_destroy(&(*address)->constraint);
  epx_array_destroy(address);
}

/* One --set, cut up: its path, its value, and how messages name it. */
typedef struct {
  char path[256];
  const epx_tree *value;
} setting;

static epx_err read_setting(const epx_deck *deck, const char *assignment, setting *out) {
  char name[300];
  const char *equals = strchr(assignment, '=');
  const size_t length = equals ? (size_t)(equals - assignment) : 0;
  snprintf(name, sizeof name, "--set %.290s", assignment);
  if (!equals || length == 0 || length >= sizeof out->path)
    return EPX_RAISE(EPX_EINPUT, "%s: give PATH=VALUE, such as learning.nudge.beta=0.05", name);
  if (!equals[1]) return EPX_RAISE(EPX_EINPUT, "%s: the value is missing", name);
  memcpy(out->path, assignment, length);
  out->path[length] = '\0';
  return epx_tree_read_value(deck->store, name, equals + 1, &out->value);
}

/* A map comes before what stands in it. */
static int compare_settings(const void *a, const void *b) {
  return strcmp(((const setting *)a)->path, ((const setting *)b)->path);
}

static epx_err put_setting(epx_deck *deck, const setting *set) {
  const epx_tree *changed;
  EPX_TRY(epx_tree_set_path(deck->store, deck->user, set->path, set->value, &changed));
  if (!changed) return epx_tree_raise(set->value, "this deck has no scalar '%s'", set->path);
  deck->user = changed;
  return EPX_OK;
}

/* What a factor decides, no other value does: but one-at-a-time starts from it. */
static epx_err check_no_factor(const epx_deck *deck, const setting *set) {
  const epx_tree *factors = epx_tree_get_path(deck->resolved, "design.factors");
  if (strcmp(deck->design.method, "one-at-a-time") == 0) return EPX_OK;
  for (int i = 0; i < factors->n; i++) {
    const epx_tree *along = epx_tree_get(factors->items[i], "along");
    if (strcmp(factors->keys[i], set->path) == 0 || epx_tree_get(along, set->path))
      return epx_tree_raise(set->value,
                            "%s is set by factor %s of the design at every point, so this has no effect; "
                            "change the factor's values, or leave this out",
                            set->path, factors->keys[i]);
  }
  return EPX_OK;
}

static epx_err set_all(epx_deck *deck, int n, const char *const *assignments, setting *set) {
  for (int i = 0; i < n; i++)
    EPX_TRY(read_setting(deck, assignments[i], &set[i]));
  qsort(set, (size_t)n, sizeof *set, compare_settings);
  for (int i = 0; i < n; i++) {
    if (i > 0 && strcmp(set[i].path, set[i - 1].path) == 0)
      return epx_tree_raise(set[i].value, "%s is set twice", set[i].path);
    EPX_TRY(put_setting(deck, &set[i]));
  }
  deck->message[0] = '\0';
  EPX_TRY(resolve(deck));
  for (int i = 0; i < n; i++)
    EPX_TRY(check_no_factor(deck, &set[i]));
  return EPX_OK;
}

epx_err epx_deck_set_all(epx_deck *deck, int n, const char *const *assignments) {
  setting *set = NULL;
  if (n == 0) return EPX_OK;
  EPX_TRY(EPX_ARRAY(set, (size_t)n));
  const int code = set_all(deck, n, assignments, set);
  epx_array_destroy(&set);
  return code;
}

epx_err epx_deck_set(epx_deck *deck, const char *assignment) {
  setting set;
  char name[300];
  EPX_TRY(read_setting(deck, assignment, &set));
  EPX_TRY(put_setting(deck, &set));
  deck->message[0] = '\0';
  const int code = resolve(deck);
  snprintf(name, sizeof name, "--set %.290s", assignment);
  const bool own = strncmp(epx_error_get_message(), name, strlen(name)) == 0 &&
                   !strstr(epx_error_get_message(), " is missing"); /* of a section that this one began */
  if (code == EPX_EINPUT && !own) {                                 /* another one may mend it */
    snprintf(deck->message, sizeof deck->message, "%s", epx_error_get_message());
    return EPX_OK;
  }
  return code;
}

epx_err epx_deck_check_plugin(const epx_deck *deck) {
  const epx_tree *checksum = epx_tree_get_path(deck->resolved, "network.plugin_checksum");
  if (!checksum) return EPX_OK;
  return epx_resolve_check_file(deck->resolved, "network.plugin", "network.plugin_checksum", checksum);
}

/* Files are named by texts; words and numbers are no names. */
static epx_err check_node(const epx_tree *node, const char *path) {
  for (int i = 0; i < node->n; i++)
    EPX_TRY(check_node(node->items[i], path));
  const bool names = node->kind == EPX_TREE_SCALAR && node->quoted && *node->text;
  if (!names || !epx_output_is_same(node->text, path)) return EPX_OK;
  return epx_tree_raise(
      node, "%s is read by this deck, and results would be written over it: take another name", node->text);
}

epx_err epx_deck_check_output(const epx_deck *deck, const char *path) {
  return deck->resolved && access(path, F_OK) == 0 ? check_node(deck->resolved, path) : EPX_OK;
}

const char *epx_deck_get_text(const epx_deck *deck, const char *path) {
  const epx_tree *found = deck->resolved ? epx_tree_get_path(deck->resolved, path) : NULL;
  return found && found->kind == EPX_TREE_SCALAR ? found->text : NULL;
}

bool epx_deck_goes_along(const epx_deck *deck, const char *factor, const char *path) {
  const epx_tree *factors = deck->resolved ? epx_tree_get_path(deck->resolved, "design.factors") : NULL;
  return epx_tree_get(epx_tree_get(epx_tree_get(factors, factor), "along"), path) != NULL;
}

epx_err epx_deck_create_text(const epx_deck *deck, char **text) {
  *text = NULL;
  EPX_TRY(check_deck(deck));
  return epx_tree_write_text(deck->resolved, text);
}

void epx_deck_destroy_text(char **address) {
  epx_array_destroy(address);
}

/* The resolved deck without what only says how to call it and what to report. Where a campaign decides by its yield, that is
 * no report alone. */
static epx_err create_essence(const epx_tree *resolved, epx_tree_store *store, epx_tree **out) {
  const bool decides = epx_tree_get(resolved, "decide") || epx_tree_get(resolved, "search");
  EPX_TRY(epx_tree_create(store, EPX_TREE_MAP, resolved, out));
  for (int i = 0; i < resolved->n; i++) {
    const char *key = resolved->keys[i];
    const epx_tree *item = resolved->items[i];
    if ((strcmp(key, "yield") == 0 && !decides) || strcmp(key, "quantiles") == 0 ||
        strcmp(key, "continuation") == 0 || strcmp(key, "run") == 0)
      continue;
    EPX_TRY(
        epx_tree_write_item(store, *out, key, strcmp(key, "study") == 0 ? epx_tree_get(item, "seed") : item));
  }
  return EPX_OK;
}

static epx_err create_essence_text(const epx_tree *resolved, epx_tree_store *store, char **text) {
  epx_tree *essence;
  EPX_TRY(create_essence(resolved, store, &essence));
  return epx_tree_write_text(essence, text);
}

/* FNV-1a: any difference of the text is one of the digest, but for one chance in 2^64. */
static uint64_t eval_hash(const char *text) {
  uint64_t hash = 14695981039346656037u;
  for (; *text; text++)
    hash = (hash ^ (unsigned char)*text) * 1099511628211u;
  return hash;
}

uint64_t epx_deck_eval_digest(const epx_deck *deck) {
  epx_tree_store *store;
  char *text = NULL;
  uint64_t digest = 0;
  if (!deck->resolved || epx_tree_create_store(&store) != EPX_OK) return 0;
  if (create_essence_text(deck->resolved, store, &text) == EPX_OK) digest = eval_hash(text);
  epx_array_destroy(&text);
  epx_tree_destroy_store(&store);
  return digest;
}
