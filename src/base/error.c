/** @file
 * Errors: a message, and the places the error passed through on its way up, kept a thread.
 */
#include "epilux/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

enum { MESSAGE_SIZE = 1024, PLACE_SIZE = 128, N_PLACES_MAX = 16 };

typedef struct {
  char message[MESSAGE_SIZE];
  char trace[N_PLACES_MAX * PLACE_SIZE];
  int n_places;
} error_state;

static _Thread_local error_state state;

const char *epx_error_get_text(int code) {
  switch (code) {
#define EPX_ERROR_CASE(name, number, text)                                                                   \
  case number:                                                                                               \
    return text;
    EPX_ERRORS(EPX_ERROR_CASE)
#undef EPX_ERROR_CASE
  }
  return "unknown error";
}

/* Compilers give absolute paths; layer/module.c is what a reader looks for. */
static const char *shorten_path(const char *file) {
  const char *slash = strrchr(file, '/');
  while (slash && slash > file && slash[-1] != '/')
    slash--;
  return slash ? slash : file;
}

static void add_place(const char *function, const char *file, int line) {
  if (state.n_places == N_PLACES_MAX) return;
  const size_t used = strlen(state.trace);
  snprintf(state.trace + used, PLACE_SIZE, "%s%s (%s:%d)", state.n_places ? "\n" : "", function,
           shorten_path(file), line);
  state.n_places++;
}

int epx_error_raise(int code, const char *function, const char *file, int line, const char *format, ...) {
  char message[MESSAGE_SIZE]; /* apart: the arguments may hold the message that stands */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  epx_line_set_printable(message);
  epx_error_reset();
  memcpy(state.message, message, strlen(message) + 1);
  add_place(function, file, line);
  return code;
}

int epx_error_trace(int code, const char *function, const char *file, int line) {
  if (code < 0) add_place(function, file, line);
  return code;
}

const char *epx_error_get_message(void) {
  return state.message;
}

const char *epx_error_get_trace(void) {
  return state.trace;
}

void epx_error_reset(void) {
  state.message[0] = '\0';
  state.trace[0] = '\0';
  state.n_places = 0;
}
