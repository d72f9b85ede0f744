/** @file
 * Number: the length of a number is found by its grammar first; only then strtod() converts it, which by
 * itself would also take hexadecimal numbers, infinities and NaNs.
 */
#include "base/numbers/number.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t count_digits(const char *text) {
  size_t n = 0;
  while (isdigit((unsigned char)text[n]))
    n++;
  return n;
}

/* The exponent's length, 0 where what follows is none: in "3 eV" the e belongs to the unit. */
static size_t count_exponent(const char *text) {
  if (*text != 'e' && *text != 'E') return 0;
  const size_t sign = text[1] == '+' || text[1] == '-', digits = count_digits(text + 1 + sign);
  return digits > 0 ? 1 + sign + digits : 0;
}

/* The length of the number at `text`, 0 where there is none. */
static size_t count_number(const char *text) {
  size_t n = *text == '+' || *text == '-';
  const size_t whole = count_digits(text + n);
  n += whole;
  const size_t fraction = text[n] == '.' ? count_digits(text + n + 1) : 0;
  if (whole + fraction == 0) return 0;
  if (text[n] == '.') n += 1 + fraction;
  n += count_exponent(text + n);
  const bool hexadecimal =
      whole == 1 && fraction == 0 && strchr("xX", text[n]) && text[n] && text[n - 1] == '0';
  return hexadecimal ? 0 : n;
}

bool epx_number_read(const char *text, double *value, const char **rest) {
  while (isspace((unsigned char)*text))
    text++;
  const size_t length = count_number(text);
  const double number = length > 0 ? strtod(text, NULL) : NAN;
  if (!isfinite(number)) return false;
  *value = number;
  *rest = text + length;
  return true;
}

bool epx_number_read_whole(const char *text, double *value) {
  const char *rest;
  double number;
  if (!epx_number_read(text, &number, &rest)) return false;
  while (isspace((unsigned char)*rest))
    rest++;
  if (*rest) return false;
  *value = number;
  return true;
}
