/** @file
 * Line: control characters are below 32, 127, and in UTF-8 C2 80 to C2 9F.
 */
#include "base/line.h"

void epx_line_set_printable(char *text) {
  for (unsigned char *c = (unsigned char *)text; *c; c++) {
    if (*c < 32 || *c == 127) *c = '?';
    if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) *c = c[1] = '?';
  }
}
