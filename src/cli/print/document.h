/** @internal @file
 * Document: the JSON object that a command prints with --json. It begins with its form and the form's version; forms are
 * described in docs/forms, one JSON Schema each.
 */
#ifndef EPILUX_CLI_PRINT_DOCUMENT_H
#define EPILUX_CLI_PRINT_DOCUMENT_H

#include <stdbool.h>
#include <stdio.h>

/** The option of every command that has such a form. */
#define EPX_OPTION_JSON                                                                                      \
  { "--json", NULL, "print one JSON object instead, for other programs", 0 }

typedef struct {
  FILE *out;
  bool begun; /* something stands before the next member */
} epx_document;

/** Begins a document on `out`: {"format": "epilux-<form>", "format_version": 1, "epilux_version": … */
void epx_document_begin(epx_document *document, FILE *out, const char *form);

/** Ends it, with the end of a line. */
void epx_document_end(epx_document *document);

/** Opens an object, '{', or an array, '[', as the next member, and closes it. key: NULL within an array. */
void epx_document_open(epx_document *document, const char *key, char bracket);
void epx_document_close(epx_document *document, char bracket);

/** Sets the next member: a text (NULL: null), a number with all digits (null where it is not finite), true or
 * false. key: NULL within an array. */
void epx_document_set_text(epx_document *document, const char *key, const char *text);
void epx_document_set_number(epx_document *document, const char *key, double value);
void epx_document_set_boolean(epx_document *document, const char *key, bool value);

#endif
