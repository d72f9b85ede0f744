/** @internal @file
 * Text: a growing text, for writing YAML.
 */
#ifndef EPILUX_IO_YAML_TEXT_H
#define EPILUX_IO_YAML_TEXT_H

#include <stddef.h>

#include "epilux/error.h"

/** Starts as {0}. After a failure for memory nothing is added any more, and epx_text_get() says so. */
typedef struct {
  char *text; /* free with epx_array_destroy() */
  size_t length, capacity;
  int code;
} epx_text;

/** Adds a piece, printf style, of any length. */
void epx_text_write(epx_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Moves the text to *out; on error it is freed. Errors: EPX_EMEMORY, also of an earlier write. */
epx_err epx_text_get(epx_text *text, char **out);

/** Writes a double in the shortest of 15, 16 or 17 digits that reads back to the same bits, as every reader
 * of YAML takes for a number (1.0e-10: YAML 1.1 wants the point). buffer [32]. */
const char *epx_text_eval_number(double number, char *buffer);

#endif
