/** @internal @file
 * Script: a text with {{places}} that are filled in.
 */
#ifndef EPILUX_CLI_CLUSTER_SCRIPT_H
#define EPILUX_CLI_CLUSTER_SCRIPT_H

#include <stddef.h>

#include "epilux/error.h"

/** A text that grows. Init with {0}; free `text` with epx_array_destroy(). */
typedef struct {
  char *text;
  size_t length, capacity;
} epx_script;

/** Adds to the text, printf style. Errors: EPX_EMEMORY. */
epx_err epx_script_write(epx_script *script, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Adds a text as one word of a shell. Errors: EPX_EMEMORY. */
epx_err epx_script_write_word(epx_script *script, const char *text);

/** Adds a line for sbatch: "#SBATCH ", an option, and its value as given. Errors: EPX_EINPUT: a control character, which
 * would end the line; EPX_EMEMORY. */
epx_err epx_script_write_directive(epx_script *script, const char *option, const char *value);

/** Adds the first n bytes of a file's name as sbatch reads them, between quotes that are the caller's.
 * Errors: EPX_EINPUT: a quote or a backslash, which it cannot read, or a control character; EPX_EMEMORY. */
epx_err epx_script_write_file_name(epx_script *script, const char *name, size_t n);

/** The value of a place. */
typedef struct {
  const char *name, *text;
} epx_script_place;

/** Adds the file `path` with its places filled in: places ends with a NULL name. Errors: EPX_EFILE: cannot be
 * read; EPX_EFORMAT: FILE:LINE of a place that nothing takes; EPX_EMEMORY. */
epx_err epx_script_write_template(epx_script *script, const char *path, const epx_script_place *places);

#endif
