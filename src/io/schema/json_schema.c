/** @file
 * JSON Schema: the table of keys as JSON Schema (draft 7), by which editors complete and check decks as they are written. What
 * depends on other keys than the family (`applies`) is left to `epilux check`: the schema never refuses a deck that holds.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "io/schema/schema.h"
#include "io/yaml/text.h"

typedef struct {
  epx_text text;
  const char *comma; /* before the next member */
} writer;

static void write_section(writer *w, const char *path, bool open);

/* A JSON string; texts of the table have no control characters. */
static void write_text(writer *w, const char *text) {
  epx_text_write(&w->text, "\"");
  for (; *text; text++)
    epx_text_write(&w->text, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
  epx_text_write(&w->text, "\"");
}

static void begin(writer *w, const char *key) {
  epx_text_write(&w->text, "%s", w->comma);
  if (key) {
    write_text(w, key);
    epx_text_write(&w->text, ": ");
  }
  epx_text_write(&w->text, "{");
  w->comma = "";
}

static void end(writer *w) {
  epx_text_write(&w->text, "}");
  w->comma = ",\n";
}

static void write_member(writer *w, const char *key, const char *json) {
  epx_text_write(&w->text, "%s", w->comma);
  write_text(w, key);
  epx_text_write(&w->text, ": %s", json);
  w->comma = ", ";
}

static void write_words(writer *w, const epx_schema_entry *entry) {
  epx_text_write(&w->text, "{\"enum\": [");
  for (int i = 0; entry->words(NULL, i); i++) {
    epx_text_write(&w->text, i ? ", " : "");
    write_text(w, entry->words(NULL, i));
  }
  epx_text_write(&w->text, "]}");
}

/* A number in the key's own unit, within its range; or a text, with any unit of the dimension. */
static void write_number(writer *w, const epx_schema_entry *entry, bool integer) {
  char low[32], high[32];
  epx_text_write(&w->text, "{\"anyOf\": [{\"type\": \"%s\"", integer ? "integer" : "number");
  if (isfinite(entry->low))
    epx_text_write(&w->text, ", \"%s\": %s", entry->above ? "exclusiveMinimum" : "minimum",
                   epx_text_eval_number(entry->low, low));
  if (isfinite(entry->high))
    epx_text_write(&w->text, ", \"%s\": %s", entry->below ? "exclusiveMaximum" : "maximum",
                   epx_text_eval_number(entry->high, high));
  epx_text_write(&w->text, "}, {\"$ref\": \"#/definitions/%s\"}]}", integer ? "whole" : "quantity");
}

static void write_scalar(writer *w, const epx_schema_entry *entry) {
  switch (entry->type) {
  case EPX_SCHEMA_BOOLEAN:
    epx_text_write(&w->text, "{\"type\": \"boolean\"}");
    return;
  case EPX_SCHEMA_INTEGER:
  case EPX_SCHEMA_INTEGERS:
    write_number(w, entry, true);
    return;
  case EPX_SCHEMA_REAL:
  case EPX_SCHEMA_REALS:
    write_number(w, entry, false);
    return;
  case EPX_SCHEMA_WORD:
  case EPX_SCHEMA_WORDS:
    if (entry->words && entry->words(NULL, 0)) {
      write_words(w, entry);
      return;
    }
  /* fall through */
  default:
    epx_text_write(&w->text, "{\"type\": [\"string\", \"number\", \"boolean\"]}");
  }
}

static void write_parameters(writer *w) {
  for (int f = 0; epx_family_get(f); f++)
    for (int p = 0; p < epx_family_get(f)->n_parameters; p++) {
      const char *name = epx_family_get(f)->parameters[p].name;
      bool seen = false;
      for (int g = 0; !seen && g < f; g++)
        seen = epx_family_get_parameter(epx_family_get(g), name) >= 0;
      if (!seen) write_member(w, name, "{\"$ref\": \"#/definitions/value\"}");
      if (!seen) w->comma = ",\n";
    }
}

/* The values of a factor may be of any kind, and paths are the deck's own. */
static bool is_free(const epx_schema_entry *entry) {
  return strcmp(entry->path, "design.factors.*.values") == 0 ||
         strcmp(entry->path, "design.factors.*.along") == 0 || entry->type == EPX_SCHEMA_POINTS;
}

static void write_type(writer *w, const epx_schema_entry *entry) {
  char path[256];
  snprintf(path, sizeof path, "%s.*", entry->path);
  const bool list = entry->type == EPX_SCHEMA_INTEGERS || entry->type == EPX_SCHEMA_REALS ||
                    entry->type == EPX_SCHEMA_WORDS;
  if (is_free(entry)) {
    epx_text_write(&w->text, "{\"type\": [\"array\", \"object\"]}");
  } else if (entry->type == EPX_SCHEMA_SECTION) {
    write_section(w, entry->path, false);
  } else if (entry->type == EPX_SCHEMA_ROWS) {
    epx_text_write(&w->text, "{\"type\": \"array\", \"items\": ");
    write_section(w, path, false);
    epx_text_write(&w->text, "}");
  } else if (entry->type == EPX_SCHEMA_FACTORS) {
    epx_text_write(&w->text, "{\"type\": \"object\", \"additionalProperties\": ");
    write_section(w, path, false);
    epx_text_write(&w->text, "}");
  } else if (list) {
    epx_text_write(&w->text, "{\"type\": \"array\", \"items\": ");
    write_scalar(w, entry);
    epx_text_write(&w->text, "}");
  } else {
    write_scalar(w, entry);
  }
}

/* Every key may stand without a value, which says nothing. A section of several kinds may be given as its kind's word. */
static void write_entry(writer *w, const epx_schema_entry *entry) {
  begin(w, epx_schema_get_key(entry));
  write_member(w, "description", "");
  write_text(w, entry->meaning);
  epx_text_write(&w->text, ", \"anyOf\": [{\"type\": \"null\"}, ");
  if (entry->type == EPX_SCHEMA_SECTION && entry->words) {
    write_words(w, entry);
    epx_text_write(&w->text, ", ");
  }
  w->comma = "";
  write_type(w, entry);
  epx_text_write(&w->text, "]");
  end(w);
}

static bool is_needed(const epx_schema_entry *entry) {
  if (entry->applies || entry->optional) return false;
  if (entry->type != EPX_SCHEMA_SECTION) return entry->required;
  for (EPX_SCHEMA_EACH(child, entry->path))
    if (child->type != EPX_SCHEMA_VALUE && is_needed(child)) return true;
  return false;
}

/* Of a built-in family, parameters are its own. */
static void write_families(writer *w) {
  epx_text_write(&w->text, ", \"allOf\": [");
  for (int f = 0; epx_family_get(f); f++) {
    const epx_family *family = epx_family_get(f);
    epx_text_write(&w->text, "%s{\"if\": {\"properties\": {\"family\": {\"const\": ", f ? ",\n" : "");
    write_text(w, family->name);
    epx_text_write(&w->text, "}}}, \"then\": {\"properties\": {\"parameters\": {\"propertyNames\": "
                             "{\"enum\": [\"coupling_spread\"");
    for (int p = 0; p < family->n_parameters; p++) {
      epx_text_write(&w->text, ", ");
      write_text(w, family->parameters[p].name);
    }
    epx_text_write(&w->text, "]}}}}}");
  }
  epx_text_write(&w->text, "]");
}

static void write_section(writer *w, const char *path, bool open) {
  const char *comma = "";
  const bool network = strcmp(path, "network") == 0;
  bool any = false;
  if (!open) epx_text_write(&w->text, "{");
  epx_text_write(&w->text, "\"type\": \"object\", \"properties\": {\n");
  w->comma = "";
  for (EPX_SCHEMA_EACH(entry, path)) {
    any = true;
    if (entry->type == EPX_SCHEMA_VALUE)
      write_parameters(w);
    else
      write_entry(w, entry);
    w->comma = ",\n";
  }
  epx_text_write(&w->text, "}");
  /* a plugin's parameters are known to it alone */
  if (any && strcmp(path, "network.parameters") != 0)
    epx_text_write(&w->text, ", \"additionalProperties\": false");
  epx_text_write(&w->text, ", \"required\": [");
  for (EPX_SCHEMA_EACH(entry, path)) {
    if (entry->type == EPX_SCHEMA_VALUE || !is_needed(entry)) continue;
    epx_text_write(&w->text, "%s", comma);
    write_text(w, epx_schema_get_key(entry));
    comma = ", ";
  }
  epx_text_write(&w->text, "]");
  if (network) write_families(w);
  if (!open) epx_text_write(&w->text, "}");
}

epx_err epx_schema_create_json(char **text) {
  writer w = {.comma = ""};
  *text = NULL;
  epx_text_write(
      &w.text,
      "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"title\": \"Epilux deck\",\n"
      "\"definitions\": {\n"
      "\"quantity\": {\"type\": \"string\", \"pattern\": "
      "\"^[-+]?([0-9]+\\\\.?[0-9]*|\\\\.[0-9]+)([eE][-+]?[0-9]+)?( *[^ 0-9].*)?$\"},\n"
      "\"whole\": {\"type\": \"string\", \"pattern\": \"^[-+]?[0-9]+(\\\\.0*)?([eE][+]?[0-9]+)?$\"},\n"
      "\"number\": {\"anyOf\": [{\"type\": \"number\"}, {\"$ref\": \"#/definitions/quantity\"}]},\n"
      "\"value\": {\"anyOf\": [{\"type\": \"null\"}, {\"$ref\": \"#/definitions/number\"},\n"
      "{\"type\": \"array\", \"items\": {\"anyOf\": [{\"$ref\": \"#/definitions/number\"},\n"
      "{\"type\": \"array\", \"items\": {\"$ref\": \"#/definitions/number\"}}]}},\n");
  write_section(&w, "network.parameters.*", false);
  epx_text_write(&w.text, "]}},\n");
  write_section(&w, "", true);
  epx_text_write(&w.text, "}\n");
  return epx_text_get(&w.text, text);
}
