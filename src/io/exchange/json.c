#include "io/exchange/json.h"

#include <math.h>
#include <stdlib.h>

/* The bytes of the UTF-8 sequence that begins here, overlong ones and surrogates excluded; 0: there is none. */
static int get_length(const unsigned char *c) {
  const int n = *c < 0x80 ? 1 : *c >= 0xf0 && *c < 0xf5 ? 4 : *c >= 0xe0 ? 3 : *c >= 0xc2 ? 2 : 0;
  if (*c >= 0xf5) return 0;
  for (int i = 1; i < n; i++)
    if ((c[i] & 0xc0) != 0x80) return 0;
  if (*c == 0xe0 && c[1] < 0xa0) return 0;
  if (*c == 0xed && c[1] > 0x9f) return 0;
  if (*c == 0xf0 && c[1] < 0x90) return 0;
  if (*c == 0xf4 && c[1] > 0x8f) return 0;
  return n;
}

void epx_json_write_text(FILE *out, const char *text) {
  putc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c;) {
    const int n = get_length(c);
    if (n == 0)
      fputs("\\ufffd", out);
    else if (*c == '"' || *c == '\\')
      fprintf(out, "\\%c", *c);
    else if (*c < 0x20)
      fprintf(out, "\\u%04x", *c);
    else
      fwrite(c, 1, (size_t)n, out);
    c += n ? n : 1;
  }
  putc('"', out);
}

void epx_json_write_number(FILE *out, double value) {
  char text[32];
  if (!isfinite(value)) {
    fputs("null", out);
    return;
  }
  for (int digits = 15; digits <= 17; digits++) { /* no more than the number needs */
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  fputs(text, out);
}

void epx_json_write_key(FILE *out, const char *key, bool first) {
  fputs(first ? "" : ", ", out);
  epx_json_write_text(out, key);
  fputs(": ", out);
}
