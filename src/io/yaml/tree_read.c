/** @file
 * Tree: reading YAML through libyaml's events, one level of the document a call. The depth is bounded, so is
 * the stack.
 */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "io/yaml/tree.h"

enum { N_LEVELS_MAX = 16, N_KEYS_MAX = 1000 };

typedef struct {
  yaml_parser_t yaml;
  yaml_event_t event; /* the one at hand */
  epx_tree_store *store;
  epx_tree place; /* where the event stands */
  bool lines;     /* nodes get their lines; otherwise the name says all */
  int depth;
} reader;

/* What libyaml says, and what a person would say of its two commonest words. */
static epx_err raise_syntax(reader *r) {
  const char *problem = r->yaml.problem ? r->yaml.problem : "out of memory";
  const char *hint = strstr(problem, "cannot start any token") ? " (a tab, or an unquoted @ ` %?)"
                     : strstr(problem, "mapping values are not allowed")
                         ? " (wrong indent, or a text with ': ' needs quotes)"
                         : "";
  if (r->yaml.error == YAML_MEMORY_ERROR)
    return EPX_RAISE(EPX_EMEMORY, "out of memory for %s", r->place.name);
  if (r->yaml.error != YAML_READER_ERROR && r->lines) r->place.line = (int)r->yaml.problem_mark.line + 1;
  return epx_tree_raise(&r->place, "not YAML: %s%s", problem, hint);
}

static epx_err read_event(reader *r) {
  yaml_event_delete(&r->event);
  if (!yaml_parser_parse(&r->yaml, &r->event)) return raise_syntax(r);
  r->place.line = r->lines ? (int)r->event.start_mark.line + 1 : 0;
  return EPX_OK;
}

/* Refuses what decks do without: an anchor or a tag on the node at hand. */
static epx_err check_node(const reader *r, const yaml_char_t *anchor, const yaml_char_t *tag) {
  if (anchor)
    return epx_tree_raise(&r->place, "anchor &%s: decks have no anchors; write the value where it is used",
                          (const char *)anchor);
  if (tag)
    return epx_tree_raise(&r->place, "tag %s: decks have no tags; the schema knows each key's type",
                          (const char *)tag);
  return EPX_OK;
}

static epx_err read_text(reader *r, const char **out) {
  const char *value = (const char *)r->event.data.scalar.value;
  if (strlen(value) != r->event.data.scalar.length)
    return epx_tree_raise(&r->place, "a NUL character in a text");
  return epx_tree_create_text(r->store, value, out);
}

static epx_err read_node(reader *r, const epx_tree *where, const epx_tree **out);

static epx_err read_list(reader *r, epx_tree *list) {
  EPX_TRY(read_event(r));
  while (r->event.type != YAML_SEQUENCE_END_EVENT) {
    const epx_tree *item;
    const epx_tree place = r->place;
    EPX_TRY(read_node(r, &place, &item));
    EPX_TRY(epx_tree_write_item(r->store, list, NULL, item));
    EPX_TRY(read_event(r));
  }
  return EPX_OK;
}

/* The key at hand; its place is where its value counts as standing. */
static epx_err read_key(reader *r, const epx_tree *map, const char **key) {
  if (r->event.type == YAML_ALIAS_EVENT || r->event.type != YAML_SCALAR_EVENT)
    return epx_tree_raise(&r->place, "a key must be a word");
  EPX_TRY(check_node(r, r->event.data.scalar.anchor, r->event.data.scalar.tag));
  EPX_TRY(read_text(r, key));
  const epx_tree *earlier = epx_tree_get(map, *key);
  if (earlier && r->lines)
    return epx_tree_raise(&r->place, "key '%s' appears twice, first in line %d", *key, earlier->line);
  if (earlier) return epx_tree_raise(&r->place, "key '%s' appears twice", *key);
  if (map->n == N_KEYS_MAX) return epx_tree_raise(&r->place, "more than %d keys in one section", N_KEYS_MAX);
  return EPX_OK;
}

static epx_err read_map(reader *r, epx_tree *map) {
  EPX_TRY(read_event(r));
  while (r->event.type != YAML_MAPPING_END_EVENT) {
    const char *key;
    const epx_tree *item;
    EPX_TRY(read_key(r, map, &key));
    const epx_tree place = r->place;
    EPX_TRY(read_event(r));
    EPX_TRY(read_node(r, &place, &item));
    EPX_TRY(epx_tree_write_item(r->store, map, key, item));
    EPX_TRY(read_event(r));
  }
  return EPX_OK;
}

static epx_err read_collection(reader *r, epx_tree_kind kind, const epx_tree *where, const epx_tree **out) {
  epx_tree *made;
  if (r->depth == N_LEVELS_MAX)
    return epx_tree_raise(&r->place, "nested deeper than the limit of %d levels", N_LEVELS_MAX);
  EPX_TRY(epx_tree_create(r->store, kind, where, &made));
  r->depth++;
  if (kind == EPX_TREE_LIST)
    EPX_TRY(read_list(r, made));
  else
    EPX_TRY(read_map(r, made));
  r->depth--;
  *out = made;
  return EPX_OK;
}

static epx_err read_scalar(reader *r, const epx_tree *where, const epx_tree **out) {
  epx_tree *made;
  const yaml_scalar_style_t style = r->event.data.scalar.style;
  EPX_TRY(check_node(r, r->event.data.scalar.anchor, r->event.data.scalar.tag));
  EPX_TRY(epx_tree_create(r->store, EPX_TREE_SCALAR, where, &made));
  made->quoted = style != YAML_PLAIN_SCALAR_STYLE;
  EPX_TRY(read_text(r, &made->text));
  *out = made;
  return EPX_OK;
}

/* The node whose first event is at hand; its last one is at hand afterwards. */
static epx_err read_node(reader *r, const epx_tree *where, const epx_tree **out) {
  switch (r->event.type) {
  case YAML_ALIAS_EVENT:
    return epx_tree_raise(&r->place, "alias *%s: decks have no aliases; write the value out",
                          (const char *)r->event.data.alias.anchor);
  case YAML_SCALAR_EVENT:
    return read_scalar(r, where, out);
  case YAML_SEQUENCE_START_EVENT:
    EPX_TRY(check_node(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag));
    return read_collection(r, EPX_TREE_LIST, where, out);
  case YAML_MAPPING_START_EVENT:
    EPX_TRY(check_node(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag));
    return read_collection(r, EPX_TREE_MAP, where, out);
  default:
    return epx_tree_raise(&r->place, "not YAML: a value is missing here");
  }
}

static epx_err read_document(reader *r, const epx_tree **out) {
  EPX_TRY(read_event(r));
  EPX_TRY(read_event(r));
  if (r->event.type == YAML_STREAM_END_EVENT)
    return epx_tree_raise(&r->place, "empty; a deck needs at least a network and a task");
  EPX_TRY(read_event(r));
  const epx_tree place = r->place;
  EPX_TRY(read_node(r, &place, out));
  EPX_TRY(read_event(r));
  EPX_TRY(read_event(r));
  if (r->event.type != YAML_STREAM_END_EVENT)
    return epx_tree_raise(&r->place, "a second YAML document; a deck has only one");
  return EPX_OK;
}

static epx_err read_stream(epx_tree_store *store, const char *name, bool lines, const char *text,
                           size_t length, const epx_tree **out) {
  reader r = {.store = store, .lines = lines};
  EPX_TRY(epx_tree_create_text(store, name, &r.place.name));
  if (!yaml_parser_initialize(&r.yaml)) return EPX_RAISE(EPX_EMEMORY, "out of memory for %s", name);
  yaml_parser_set_input_string(&r.yaml, (const unsigned char *)text, length);
  const int code = read_document(&r, out);
  yaml_event_delete(&r.event);
  yaml_parser_delete(&r.yaml);
  return code;
}

epx_err epx_tree_read(epx_tree_store *store, const char *name, const char *text, size_t length,
                      const epx_tree **out) {
  EPX_TRY(read_stream(store, name, true, text, length, out));
  if ((*out)->kind != EPX_TREE_MAP)
    return epx_tree_raise(*out, "a deck must be a map of sections: study, network, task, …");
  return EPX_OK;
}

epx_err epx_tree_read_value(epx_tree_store *store, const char *name, const char *text, const epx_tree **out) {
  const epx_tree place = {.name = name};
  if (*text == '[' || *text == '{') return read_stream(store, name, false, text, strlen(text), out);
  epx_tree where = place;
  EPX_TRY(epx_tree_create_text(store, name, &where.name));
  return epx_tree_create_scalar(store, text, &where, out);
}
