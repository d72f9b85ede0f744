/** @file
 * Text: doubles its room when it is full; the first failure sticks, so that writers need not check each
 * piece.
 */
#include "io/yaml/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void grow(epx_text *text, size_t room) {
  size_t capacity = text->capacity ? text->capacity : 1024;
  while (capacity < room)
    capacity *= 2;
  char *grown;
  text->code = epx_array_create(&grown, capacity, 1);
  if (text->code != EPX_OK) return;
  if (text->text) memcpy(grown, text->text, text->length + 1);
  epx_array_destroy(&text->text);
  text->text = grown;
  text->capacity = capacity;
}

void epx_text_write(epx_text *text, const char *format, ...) {
  va_list arguments;
  if (text->code != EPX_OK) return;
  va_start(arguments, format);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (text->length + (size_t)length + 1 > text->capacity) grow(text, text->length + (size_t)length + 1);
  if (text->code != EPX_OK) return;
  va_start(arguments, format);
  vsnprintf(text->text + text->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  text->length += (size_t)length;
}

epx_err epx_text_get(epx_text *text, char **out) {
  *out = NULL;
  if (text->code == EPX_OK && !text->text) epx_text_write(text, "%s", "");
  if (text->code != EPX_OK) {
    epx_array_destroy(&text->text);
    return text->code;
  }
  *out = text->text;
  text->text = NULL;
  return EPX_OK;
}

const char *epx_text_eval_number(double number, char *buffer) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buffer, 32, "%.*g", digits, number == 0 ? 0.0 : number);
    if (strtod(buffer, NULL) == number) break;
  }
  char *exponent = strchr(buffer, 'e');
  if (exponent && !strchr(buffer, '.')) {
    memmove(exponent + 2, exponent, strlen(exponent) + 1);
    memcpy(exponent, ".0", 2);
  }
  return buffer;
}
