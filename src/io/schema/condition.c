/** @file
 * Condition: what a key of the schema applies to, written for people.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/schema/schema.h"

enum { WORDS_MAX = 64, OTHERS_MAX = 4, PATH_SIZE = 128 };

/* The words of a condition, between blanks. */
typedef struct {
  const char *at[WORDS_MAX];
  int length[WORDS_MAX], n;
} words;

static void add(char *text, size_t size, const char *piece, int length) {
  const size_t used = strlen(text);
  snprintf(text + used, size - used, "%.*s", length, piece);
}

static void split(const char *at, int length, words *list) {
  const char *end = at + length;
  list->n = 0;
  while (at < end && list->n < WORDS_MAX) {
    const size_t letters = strcspn(at, " ");
    list->at[list->n] = at;
    list->length[list->n++] = at + letters > end ? (int)(end - at) : (int)letters;
    at += letters + strspn(at + letters, " ");
  }
}

static bool has_word(const words *list, const char *word) {
  for (int i = 0; i < list->n; i++)
    if ((int)strlen(word) == list->length[i] && strncmp(word, list->at[i], strlen(word)) == 0) return true;
  return false;
}

/* Whether the words are three or more whole numbers that follow each other. */
static bool is_row(const words *list) {
  for (int i = 0; i < list->n; i++)
    if (atoi(list->at[i]) != atoi(list->at[0]) + i || strchr("0123456789", *list->at[i]) == NULL)
      return false;
  return list->n > 2;
}

/* Collects the words of the key that the list lacks. False where the list itself is the shorter one. */
static bool find_others(const char *path, const words *list, words *others) {
  const epx_schema_entry *entry = epx_schema_get_by_path(path);
  others->n = 0;
  for (int i = 0; entry && entry->words && entry->words(NULL, i); i++) {
    const char *word = entry->words(NULL, i);
    if (has_word(list, word)) continue;
    if (others->n == OTHERS_MAX) return false;
    others->at[others->n] = word;
    others->length[others->n++] = (int)strlen(word);
  }
  return others->n > 0 && list->n > 2 * others->n;
}

static void write_list(const words *list, char *text, size_t size) {
  for (int i = 0; i < list->n; i++) {
    if (i > 0) add(text, size, i + 1 == list->n ? " or " : ", ", 4);
    add(text, size, list->at[i], list->length[i]);
  }
}

/* "path: word word": one alternative of a condition. */
static void write_alternative(const char *at, int length, char *text, size_t size) {
  char path[PATH_SIZE];
  words list, others;
  const int n_path = (int)strcspn(at, ":");
  snprintf(path, sizeof path, "%.*s", n_path, at);
  split(at + n_path + 2, length - n_path - 2, &list);
  add(text, size, *path == '.' ? path + 1 : path, PATH_SIZE);
  add(text, size, ": ", 2);
  if (is_row(&list)) {
    add(text, size, list.at[0], list.length[0]);
    add(text, size, " to ", 4);
    add(text, size, list.at[list.n - 1], list.length[list.n - 1]);
  } else if (find_others(path, &list, &others)) {
    add(text, size, "all but ", 8);
    write_list(&others, text, size);
  } else {
    write_list(&list, text, size);
  }
}

void epx_schema_view_condition(const char *applies, char *text, size_t size) {
  *text = '\0';
  for (const char *at = applies; *at && *at != ';';) {
    const int length = (int)strcspn(at, "|;"), trimmed = at[length] == '|' ? length - 1 : length;
    if (at > applies) add(text, size, ", or ", 5);
    write_alternative(at, trimmed, text, size);
    at += length;
    if (*at == '|') at += 2;
  }
}

void epx_schema_view_conditions(const char *applies, char *text, size_t size) {
  *text = '\0';
  for (const char *at = applies; at;) {
    const size_t used = strlen(text);
    epx_schema_view_condition(at, text + used, size - used);
    at = strchr(at, ';');
    if (!at) return;
    add(text, size, "; ", 2);
    at += 2;
  }
}
