/** @file
 * Schema: ONE table of every key of a deck. Decks are checked against it, defaults come from it, and
 * inputs/reference.yaml is written from it.
 */
#ifndef EPILUX_IO_SCHEMA_SCHEMA_H
#define EPILUX_IO_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "epilux/error.h"
#include "epilux/family.h"

typedef enum {
  EPX_SCHEMA_SECTION, /* a map of the keys that follow in the table */
  EPX_SCHEMA_TEXT,    /* any text */
  EPX_SCHEMA_WORD,    /* one of a list of words */
  EPX_SCHEMA_BOOLEAN, /* true or false */
  EPX_SCHEMA_INTEGER,
  EPX_SCHEMA_REAL,     /* a quantity */
  EPX_SCHEMA_INTEGERS, /* a list of integers */
  EPX_SCHEMA_REALS,    /* a list of quantities */
  EPX_SCHEMA_WORDS,    /* a list of words, none twice; without `words` any texts */
  EPX_SCHEMA_VALUE,   /* a parameter's nominal values: a quantity, a list, a matrix (links), or a distribution
                      */
  EPX_SCHEMA_ROWS,    /* a list of maps; path.* are a row's keys */
  EPX_SCHEMA_FACTORS, /* a map from paths to factors; path.* are a factor's keys */
  EPX_SCHEMA_POINTS   /* a list of design points, each the list of its factors' values */
} epx_schema_type;

/** Gets the i-th of a list of words, NULL past the last; of the family where the list is its. */
typedef const char *(*epx_schema_words)(const epx_family *family, int i);

typedef struct epx_schema_entry {
  const char *path; /* "learning.nudge.beta"; a step "*" stands for any name or row */
  epx_schema_type type;
  const char *unit;     /* INTEGER, REAL(S), VALUE; "@": the parameter's own */
  const char *fallback; /* the default as YAML; NULL: none. With `derived`: what a person should know of it */
  const char
      *derived; /* the keys that the default depends on, between blanks; ".key" is a key beside; NULL: none */
  bool required;     /* where it applies */
  bool optional;     /* may be absent, and is then absent in the resolved deck too */
  double low, high;  /* INTEGER, REAL(S) */
  bool above, below; /* low, high are themselves excluded */
  epx_schema_words
      words; /* WORD(S); of a SECTION: it may be given as a word, its `kind`, and a map without kind is of
                             the kind `example` */
  const char *applies; /* "path: word word": only where that key has one of these; ".key" is a key beside;
                             between "; " stand conditions that all must hold, between " | " such of which one must; of a
                             key that is not there the word is none; NULL: always */
  const char *example; /* for the reference, where there is no default */
  const char *meaning; /* one line */
} epx_schema_entry;

/** Gets the i-th entry, in the order of the resolved deck; NULL past the last. */
const epx_schema_entry *epx_schema_get(int i);

/** Gets the entry whose path is exactly this, NULL when there is none. */
const epx_schema_entry *epx_schema_get_by_path(const char *path);

/** Gets the first key of a section (path "" for the deck itself, "variation.*" for a row), NULL where it has
 * none. */
const epx_schema_entry *epx_schema_get_first(const char *path);

/** Gets the key after this one in the same section, NULL past the last. */
const epx_schema_entry *epx_schema_get_next(const epx_schema_entry *entry);

/** Goes through the keys of a section, each as `entry`. */
#define EPX_SCHEMA_EACH(entry, path)                                                                         \
  const epx_schema_entry *entry = epx_schema_get_first(path);                                                \
  entry;                                                                                                     \
  entry = epx_schema_get_next(entry)

/** Gets the last step of an entry's path: the key. */
const char *epx_schema_get_key(const epx_schema_entry *entry);

/** Tells whether a scalar of this entry may be a factor of the design. */
bool epx_schema_is_factor(const epx_schema_entry *entry);

/** Writes the conditions of `applies`, up to the end of the text, as a sentence has them: "learning.cost: a or b", whole
 * numbers in a row as "1 to 32", a list that lacks few words of its key as "all but c". text [size]. */
void epx_schema_view_conditions(const char *applies, char *text, size_t size);

/** The same for the first condition alone. */
void epx_schema_view_condition(const char *applies, char *text, size_t size);

/** Creates the reference deck: every key with its unit, default, range and meaning; a deck that can be run.
 * Free with epx_array_destroy(). */
epx_err epx_schema_create_reference(char **text);

/** Creates the schema as JSON Schema (draft 7): keys, types, words, ranges of numbers in the key's own unit, the parameters of
 * each family. Every deck that holds is valid by it; whether a valid one holds, epx_deck_read() says. Free with
 * epx_array_destroy(). */
epx_err epx_schema_create_json(char **text);

#endif
