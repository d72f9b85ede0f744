/** @file
 * Reference: the schema as a deck. A small deck is resolved, and every key of the schema is written beside
 * its value there; keys that the small deck does without stand as comments.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/resolve.h"
#include "io/schema/schema.h"
#include "io/yaml/text.h"

enum { WIDTH = 110, REMARK_SIZE = 4000, KEY_SIZE = 128 };

static const char small_deck[] = "network: {family: kerr, topology: {nodes: 10}}\n"
                                 "task: {name: xor}\n"
                                 "variation: [{parameter: detuning, sigma: 0.1}]\n"
                                 "design: {factors: {network.parameters.loss: {values: [0.5, 1, 2]}}}\n"
                                 "yield: {metric: accuracy, at_least: 0.95}\n";

static const char title[] =
    "Every key of a deck, with its meaning, unit, range and default. This deck runs as it is; keys that it "
    "does not need are comments. Your own deck needs network.family, the size of the network, task.name, and "
    "the keys that differ from the defaults. A quantity is a number in the unit given here, or a text with "
    "any unit of the same dimension. Written by `epilux list deck`.";

typedef struct {
  epx_text text;
  const epx_tree *root;
  const epx_family *family;
} writer;

static void write_section(writer *w, const char *schema_path, const epx_tree *map, int indent, bool absent);

/* A comment, broken between words. */
static void write_comment(writer *w, const char *comment, int indent) {
  const char *blank = "";
  int column = WIDTH;
  while (*comment) {
    const int length = (int)strcspn(comment, " ");
    if (column + 1 + length > WIDTH) {
      epx_text_write(&w->text, "%s%*s# ", column == WIDTH && !*blank ? "" : "\n", indent, "");
      column = indent + 2;
      blank = "";
    }
    epx_text_write(&w->text, "%s%.*s", blank, length, comment);
    column += length + (int)strlen(blank);
    blank = " ";
    comment += length + (int)strspn(comment + length, " ");
  }
  epx_text_write(&w->text, "\n");
}

static void add(char *remark, const char *piece, const char *value, const char *unit) {
  const size_t length = strlen(remark);
  snprintf(remark + length, REMARK_SIZE - length, "%s%s%s%s", piece, value, *unit ? " " : "", unit);
}

static void add_range(char *remark, double low, double high, bool above, bool below) {
  char a[32], b[32];
  epx_text_eval_number(low, a);
  epx_text_eval_number(high, b);
  if (isfinite(low)) add(remark, above ? "; > " : "; >= ", a, "");
  if (isfinite(high) && high < 2147483647) add(remark, below ? "; < " : "; <= ", b, "");
}

static void add_words(char *remark, const epx_schema_entry *entry, const epx_family *family) {
  const char *piece = entry->type == EPX_SCHEMA_WORDS ? "; any of " : "; one of ";
  for (int i = 0; entry->words && entry->words(family, i); i++)
    add(remark, i ? ", " : piece, entry->words(family, i), "");
}

static void write_remark(writer *w, const epx_schema_entry *entry, int indent) {
  char remark[REMARK_SIZE] = "";
  const epx_schema_type type = entry->type;
  const bool number = type == EPX_SCHEMA_INTEGER || type == EPX_SCHEMA_REAL || type == EPX_SCHEMA_INTEGERS ||
                      type == EPX_SCHEMA_REALS;
  add(remark, "", entry->meaning, "");
  if (number && entry->unit && strcmp(entry->unit, "@") == 0)
    add(remark, "; in the parameter's unit", "", "");
  if (type == EPX_SCHEMA_REAL && entry->unit && strcmp(entry->unit, "@") != 0) {
    add(remark, "; [", entry->unit, "");
    add(remark, "]", "", "");
  }
  if (number && entry->unit) add_range(remark, entry->low, entry->high, entry->above, entry->below);
  add_words(remark, entry, w->family);
  if (entry->fallback && !strchr("[{", *entry->fallback)) add(remark, "; default ", entry->fallback, "");
  if (entry->required && !entry->applies) add(remark, "; required", "", "");
  if (entry->applies) {
    char conditions[REMARK_SIZE / 2];
    epx_schema_view_conditions(entry->applies, conditions, sizeof conditions);
    add(remark, entry->required ? "; required for " : "; for ", conditions, "");
  }
  write_comment(w, remark, indent);
}

static void write_parameter(writer *w, const epx_family *family, const epx_parameter *parameter, int indent) {
  char remark[REMARK_SIZE] = "", number[32];
  const epx_tree *value =
      family == w->family ? epx_tree_get(epx_tree_get_path(w->root, "network.parameters"), parameter->name)
                          : NULL;
  add(remark, "", parameter->meaning, "");
  add(remark, parameter->site == EPX_SITE_LINK ? "; of links; [" : "; of nodes; [", parameter->unit, "");
  add(remark, "]", "", "");
  add_range(remark, parameter->low, parameter->high, false, false);
  add(remark, "; default ", epx_text_eval_number(parameter->fallback, number), "");
  if (parameter->trainable)
    add(remark, parameter->trained ? "; trained by default" : "; may be trained", "", "");
  write_comment(w, remark, indent);
  epx_text_write(&w->text, "%*s%s%s: ", indent, "", value ? "" : "# ", parameter->name);
  if (value)
    epx_tree_write_flow(value, &w->text);
  else
    epx_text_write(&w->text, "%s", number);
  epx_text_write(&w->text, "\n");
}

/* The family's parameters, then, as comments, those of the others, then what a distribution is made of. */
static void write_parameters(writer *w, int indent) {
  char heading[KEY_SIZE];
  for (int p = 0; p < w->family->n_parameters; p++)
    write_parameter(w, w->family, &w->family->parameters[p], indent);
  for (int f = 0; epx_family_get(f); f++) {
    const epx_family *family = epx_family_get(f);
    if (family == w->family) continue;
    snprintf(heading, sizeof heading, "-- family %s:", family->name);
    write_comment(w, heading, indent);
    for (int p = 0; p < family->n_parameters; p++)
      write_parameter(w, family, &family->parameters[p], indent);
  }
  write_comment(w, "-- keys of a distribution, instead of a value:", indent);
  write_section(w, "network.parameters.*", NULL, indent, true);
}

static void write_key(writer *w, const char *key, const epx_tree *value, const char *example, int indent) {
  const char *quote = strcmp(key, "on") == 0 || strcmp(key, "off") == 0 ? "\"" : "";
  epx_text_write(&w->text, "%*s%s%s%s%s:", indent, "", value ? "" : "# ", quote, key, quote);
  if (value) {
    epx_text_write(&w->text, " ");
    epx_tree_write_flow(value, &w->text);
  } else if (example) {
    epx_text_write(&w->text, " %s", example);
  }
  epx_text_write(&w->text, "\n");
}

/* The one factor of the small deck, key by key. */
static void write_factors(writer *w, const epx_tree *factors, int indent) {
  epx_text_write(&w->text, "%*sfactors:\n", indent, "");
  for (int i = 0; i < factors->n; i++) {
    epx_text_write(&w->text, "%*s%s:\n", indent + 2, "", factors->keys[i]);
    write_section(w, "design.factors.*", factors->items[i], indent + 4, false);
  }
}

/* A row as a block: "- " before its first key. */
static void write_rows(writer *w, const epx_schema_entry *entry, const epx_tree *rows, int indent) {
  char path[KEY_SIZE];
  snprintf(path, sizeof path, "%s.*", entry->path);
  epx_text_write(&w->text, "%*s%s:\n", indent, "", epx_schema_get_key(entry));
  for (int i = 0; i < rows->n; i++) {
    epx_text_write(&w->text, "%*s-\n", indent + 2, "");
    write_section(w, path, rows->items[i], indent + 4, false);
  }
}

static void write_entry(writer *w, const epx_schema_entry *entry, const epx_tree *map, int indent,
                        bool absent) {
  const char *key = epx_schema_get_key(entry);
  const epx_tree *value = epx_tree_get(map, key);
  char path[KEY_SIZE];
  snprintf(path, sizeof path, "%s.*", entry->path);
  if (entry->type == EPX_SCHEMA_VALUE) {
    write_parameters(w, indent);
    return;
  }
  write_remark(w, entry, indent);
  if (entry->type == EPX_SCHEMA_SECTION && epx_schema_get_first(entry->path)) {
    epx_text_write(&w->text, "%*s%s%s:\n", indent, "", absent || !value ? "# " : "", key);
    write_section(w, entry->path, value, indent + 2, absent || !value);
  } else if (entry->type == EPX_SCHEMA_FACTORS) {
    write_factors(w, value, indent);
  } else if (entry->type == EPX_SCHEMA_ROWS && !value) {
    epx_text_write(&w->text, "%*s# %s:\n%*s# -\n", indent, "", key, indent + 2, "");
    write_section(w, path, NULL, indent + 4, true);
  } else if (entry->type == EPX_SCHEMA_ROWS) {
    write_rows(w, entry, value, indent);
  } else {
    write_key(w, key, value,
              entry->example   ? entry->example
              : entry->derived ? NULL
                               : entry->fallback,
              indent);
  }
}

static void write_section(writer *w, const char *schema_path, const epx_tree *map, int indent, bool absent) {
  for (EPX_SCHEMA_EACH(entry, schema_path)) {
    if (!*schema_path) epx_text_write(&w->text, "\n");
    write_entry(w, entry, map, indent, absent);
  }
}

static epx_err write_reference(epx_tree_store *store, char **text) {
  writer w = {0};
  const epx_tree *user;
  EPX_TRY(epx_tree_read(store, "reference", small_deck, strlen(small_deck), &user));
  EPX_TRY(epx_resolve_deck(store, user, &w.root));
  w.family = epx_family_get_by_name(epx_tree_get_path(w.root, "network.family")->text);
  write_comment(&w, title, 0);
  write_section(&w, "", w.root, 0, false);
  return epx_text_get(&w.text, text);
}

epx_err epx_schema_create_reference(char **text) {
  epx_tree_store *store;
  *text = NULL;
  EPX_TRY(epx_tree_create_store(&store));
  const int code = write_reference(store, text);
  epx_tree_destroy_store(&store);
  return code;
}
