/** @file
 * Reader: numbers and words were checked when the deck was resolved, so they are only converted here.
 */
#include "io/deck/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/private.h"
#include "io/schema/words.h"

const epx_tree *epx_reader_get(const epx_reader *r, const char *path) {
  return epx_tree_get_path(r->root, path);
}

bool epx_reader_is_set(const epx_reader *r, const char *path) {
  return epx_reader_get(r, path) != NULL;
}

double epx_reader_get_real(const epx_reader *r, const char *path) {
  return strtod(epx_reader_get(r, path)->text, NULL);
}

int epx_reader_get_integer(const epx_reader *r, const char *path) {
  return epx_reader_is_set(r, path) ? (int)strtol(epx_reader_get(r, path)->text, NULL, 10) : 0;
}

bool epx_reader_get_boolean(const epx_reader *r, const char *path) {
  return epx_reader_is_set(r, path) && strcmp(epx_reader_get(r, path)->text, "true") == 0;
}

int epx_reader_get_word(const epx_reader *r, const char *path,
                        const char *(*words)(const epx_family *, int)) {
  return epx_words_get_index(words, NULL, epx_reader_get(r, path)->text);
}

epx_err epx_settings_create_owned(epx_settings *settings, size_t count, size_t size, void *out) {
  void *made;
  if (settings->n_owned == EPX_READER_MAX_OWNED)
    return EPX_RAISE(EPX_EMEMORY, "more arrays than settings hold");
  EPX_TRY(epx_array_create(&made, count, size));
  settings->owned[settings->n_owned++] = made;
  memcpy(out, &made, sizeof made);
  return EPX_OK;
}

epx_err epx_reader_read_text(epx_reader *r, const char *path, const char **out) {
  *out = NULL;
  if (!epx_reader_is_set(r, path)) return EPX_OK;
  char *copy;
  const char *text = epx_reader_get(r, path)->text;
  EPX_TRY(epx_settings_create_owned(r->settings, strlen(text) + 1, 1, &copy));
  memcpy(copy, text, strlen(text) + 1);
  *out = copy;
  return EPX_OK;
}

epx_err epx_reader_read_integers(epx_reader *r, const char *path, int *n, const int **out) {
  const epx_tree *list = epx_reader_get(r, path);
  *n = list ? list->n : 0;
  *out = NULL;
  if (!list) return EPX_OK;
  int *values;
  if (list->n == 0) return epx_tree_raise(list, "%s: the list is empty", path);
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)list->n, sizeof *values, &values));
  for (int i = 0; i < list->n; i++)
    values[i] = (int)strtol(list->items[i]->text, NULL, 10);
  *out = values;
  return EPX_OK;
}

epx_err epx_reader_read_texts(epx_reader *r, const char *path, int *n, const char *const **out) {
  const epx_tree *list = epx_reader_get(r, path);
  size_t size = 0;
  const char **texts;
  char *room;
  *n = list ? list->n : 0;
  *out = NULL;
  if (!list) return EPX_OK;
  if (list->n == 0) return epx_tree_raise(list, "%s: the list is empty", path);
  for (int i = 0; i < list->n; i++)
    size += strlen(list->items[i]->text) + 1;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)list->n, sizeof *texts, &texts));
  EPX_TRY(epx_settings_create_owned(r->settings, size, 1, &room));
  for (int i = 0; i < list->n; i++) {
    texts[i] = room;
    strcpy(room, list->items[i]->text);
    room += strlen(room) + 1;
  }
  *out = texts;
  return EPX_OK;
}
