/** @file
 * Script: fills in the templates of jobs/, and quotes words for the shell.
 */
#include "cli/cluster/script.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

enum { LINE_BYTES = 4096 };

static epx_err reserve(epx_script *script, size_t n) {
  if (script->length + n + 1 <= script->capacity) return EPX_OK;
  char *longer;
  const size_t capacity = 2 * (script->length + n) + 256;
  EPX_TRY(EPX_ARRAY(longer, capacity));
  if (script->text) memcpy(longer, script->text, script->length);
  epx_array_destroy(&script->text);
  script->text = longer;
  script->capacity = capacity;
  return EPX_OK;
}

static epx_err add(epx_script *script, size_t n, const char *text) {
  EPX_TRY(reserve(script, n));
  memcpy(script->text + script->length, text, n);
  script->length += n;
  script->text[script->length] = '\0';
  return EPX_OK;
}

epx_err epx_script_write(epx_script *script, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  EPX_TRY(reserve(script, (size_t)n));
  va_start(arguments, format);
  vsnprintf(script->text + script->length, (size_t)n + 1, format, arguments);
  va_end(arguments);
  script->length += (size_t)n;
  return EPX_OK;
}

epx_err epx_script_write_word(epx_script *script, const char *text) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:=,@%";
  if (*text && text[strspn(text, plain)] == '\0') return add(script, strlen(text), text);
  EPX_TRY(add(script, 1, "'"));
  for (; *text; text++)
    EPX_TRY(*text == '\'' ? add(script, 4, "'\\''") : add(script, 1, text));
  return add(script, 1, "'");
}

epx_err epx_script_write_directive(epx_script *script, const char *option, const char *value) {
  for (const unsigned char *c = (const unsigned char *)value; *c; c++)
    if (iscntrl(*c))
      return EPX_RAISE(EPX_EINPUT,
                       "#SBATCH %s: a control character (%d, at byte %d) cannot be part of a line for sbatch",
                       option, *c, (int)((const char *)c - value));
  return epx_script_write(script, "#SBATCH %s%s\n", option, value);
}

/* A per cent sign stands for itself when doubled. */
epx_err epx_script_write_file_name(epx_script *script, const char *name, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (name[i] == '"' || name[i] == '\\' || iscntrl((unsigned char)name[i]))
      return EPX_RAISE(EPX_EINPUT,
                       "%s: sbatch cannot read file names with quotes, backslashes or control characters",
                       name);
    EPX_TRY(epx_script_write(script, "%s%c", name[i] == '%' ? "%" : "", name[i]));
  }
  return EPX_OK;
}

static epx_err write_place(epx_script *script, const char *path, int line, const char *name, size_t length,
                           const epx_script_place *places) {
  for (; places->name; places++)
    if (strlen(places->name) == length && strncmp(places->name, name, length) == 0)
      return add(script, strlen(places->text), places->text);
  return EPX_RAISE(EPX_EFORMAT, "%s:%d: there is no value for {{%.*s}}", path, line, (int)length, name);
}

static epx_err write_line(epx_script *script, const char *path, int line, const char *text,
                          const epx_script_place *places) {
  for (const char *open; (open = strstr(text, "{{")) != NULL;) {
    const char *close = strstr(open, "}}");
    if (!close) break;
    EPX_TRY(add(script, (size_t)(open - text), text));
    EPX_TRY(write_place(script, path, line, open + 2, (size_t)(close - open) - 2, places));
    text = close + 2;
  }
  return add(script, strlen(text), text);
}

epx_err epx_script_write_template(epx_script *script, const char *path, const epx_script_place *places) {
  FILE *file = fopen(path, "r");
  if (!file) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", path, strerror(errno));
  char text[LINE_BYTES];
  int code = EPX_OK;
  for (int line = 1; code == EPX_OK && fgets(text, sizeof text, file); line++)
    code = write_line(script, path, line, text, places);
  fclose(file);
  return code;
}
