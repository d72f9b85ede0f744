/** @file
 * Document.
 */
#include "cli/print/document.h"

#include "epilux/version.h"
#include "io/exchange/json.h"

static void begin_member(epx_document *document, const char *key) {
  if (key)
    epx_json_write_key(document->out, key, !document->begun);
  else if (document->begun)
    fputs(", ", document->out);
  document->begun = true;
}

void epx_document_begin(epx_document *document, FILE *out, const char *form) {
  *document = (epx_document){.out = out};
  fprintf(out, "{\"format\": \"epilux-%s\"", form);
  document->begun = true;
  epx_document_set_number(document, "format_version", 1);
  epx_document_set_text(document, "epilux_version", epx_version_get());
}

void epx_document_end(epx_document *document) {
  fputs("}\n", document->out);
}

void epx_document_open(epx_document *document, const char *key, char bracket) {
  begin_member(document, key);
  putc(bracket, document->out);
  document->begun = false;
}

void epx_document_close(epx_document *document, char bracket) {
  putc(bracket == '{' ? '}' : ']', document->out);
  document->begun = true;
}

void epx_document_set_text(epx_document *document, const char *key, const char *text) {
  begin_member(document, key);
  if (text)
    epx_json_write_text(document->out, text);
  else
    fputs("null", document->out);
}

void epx_document_set_number(epx_document *document, const char *key, double value) {
  begin_member(document, key);
  epx_json_write_number(document->out, value);
}

void epx_document_set_boolean(epx_document *document, const char *key, bool value) {
  begin_member(document, key);
  fputs(value ? "true" : "false", document->out);
}
