#include "io/exchange/json.h"

#include <math.h>

void epx_json_write_text(FILE *out, const char *text) {
  putc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\')
      fprintf(out, "\\%c", *c);
    else if (*c < 0x20)
      fprintf(out, "\\u%04x", *c);
    else
      putc(*c, out);
  }
  putc('"', out);
}

void epx_json_write_number(FILE *out, double value) {
  if (isfinite(value))
    fprintf(out, "%.17g", value);
  else
    fputs("null", out);
}

void epx_json_write_key(FILE *out, const char *key, bool first) {
  fputs(first ? "" : ", ", out);
  epx_json_write_text(out, key);
  fputs(": ", out);
}
