/** @file
 * Units: UDUNITS reads its database of units once, at the first question, and keeps it for the process.
 *
 * Three things are stricter than UDUNITS: a text is a number and a unit and nothing else (UDUNITS takes "mm
 * 2" for 2 mm and "K @ 3" for a shifted origin); the dimension must be the same (UDUNITS turns a period into
 * a frequency without a word); and a factor exists only between units with the same zero (not from degC to
 * K). The decibel is a dimension of its own: 0.3 dB/cm is 30 dB/m, and only the physics knows what that does
 * to a field.
 */
#include "epilux/units.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <udunits2.h>

static ut_system *unit_system;

/* What the database lacks and decks need: the decibel, and "deg" for the degree of arc. */
static bool add_units(ut_system *system) {
  ut_unit *decibel = ut_new_base_unit(system), *degree = ut_get_unit_by_name(system, "degree");
  const bool added = decibel && degree && ut_map_symbol_to_unit("dB", UT_ASCII, decibel) == UT_SUCCESS &&
                     ut_map_symbol_to_unit("deg", UT_ASCII, degree) == UT_SUCCESS;
  ut_free(decibel);
  ut_free(degree);
  return added;
}

static epx_err read_database(void) {
  if (unit_system) return EPX_OK;
  ut_set_error_message_handler(ut_ignore);
  ut_system *read = ut_read_xml(NULL);
  if (!read || !add_units(read)) {
    ut_free_system(read);
    return EPX_RAISE(EPX_EFILE, "the database of UDUNITS cannot be read: install libudunits2-data, or let "
                                "UDUNITS2_XML_PATH name udunits2.xml");
  }
  unit_system = read;
  return EPX_OK;
}

/* Numbers stand in a unit as exponents ("m2", "s-1", "m^2") or as the leading one of "1/s", never as a word.
 */
static bool is_unit_text(const char *text) {
  const bool leading_one = text[0] == '1' && (text[1] == '\0' || text[1] == '/');
  if (!*text || strchr(text, '@')) return false;
  for (const char *c = text; *c; c++) {
    const bool starts_word = c == text || strchr(" *.(/", c[-1]);
    if (starts_word && isdigit((unsigned char)*c) && !(c == text && leading_one)) return false;
  }
  return isalpha((unsigned char)text[0]) || (unsigned char)text[0] >= 0x80 || strchr("1%(", text[0]);
}

/* The parsed unit at *unit, the caller's to ut_free(); NULL where the text is no unit. */
static epx_err parse_unit(const char *text, ut_unit **unit) {
  *unit = NULL;
  EPX_TRY(read_database());
  if (is_unit_text(text)) *unit = ut_parse(unit_system, text, UT_UTF8);
  return EPX_OK;
}

/* The converter at *converter, the caller's to cv_free(); NULL where there is none. */
static void create_converter(ut_unit *from, ut_unit *to, cv_converter **converter) {
  *converter = ut_are_convertible(from, to) ? ut_get_converter(from, to) : NULL;
  if (*converter && !isfinite(cv_convert_double(*converter, 0))) { /* a reciprocal or a logarithm */
    cv_free(*converter);
    *converter = NULL;
  }
}

static epx_err create_converter_between(const char *from, const char *to, cv_converter **converter) {
  ut_unit *from_unit = NULL, *to_unit = NULL;
  *converter = NULL;
  EPX_TRY(parse_unit(from, &from_unit));
  const int code = parse_unit(to, &to_unit);
  const bool from_known = from_unit, to_known = to_unit;
  if (from_known && to_known) create_converter(from_unit, to_unit, converter);
  ut_free(from_unit);
  ut_free(to_unit);
  if (code != EPX_OK || *converter) return code;
  if (!from_known) return EPX_RAISE(EPX_EINPUT, "unknown unit '%s': a unit such as '%s' is wanted", from, to);
  if (!to_known) return EPX_RAISE(EPX_EINPUT, "unknown unit '%s' to turn '%s' into", to, from);
  return EPX_RAISE(EPX_EINPUT, "unit '%s' is of another dimension than '%s'", from, to);
}

/* Reads the decimal number that text starts with; *rest is what follows it and its blanks. */
static epx_err read_number(const char *text, const char *unit, double *number, const char **rest) {
  char *end = NULL;
  *number = strtod(text, &end);
  bool decimal = end != text && isfinite(*number);
  for (const char *c = text; c < end; c++) {
    if (!strchr(" \t+-.eE", *c) && !isdigit((unsigned char)*c)) decimal = false; /* inf, nan, 0x1p3 */
  }
  if (!decimal) {
    return EPX_RAISE(EPX_EINPUT,
                     "'%s' is not a quantity: a finite number in '%s' is wanted, alone or with its unit",
                     text, unit);
  }
  while (*end == ' ' || *end == '\t')
    end++;
  *rest = end;
  return EPX_OK;
}

static epx_err copy_trimmed(const char *text, const char *whole, char *copy, size_t size) {
  size_t length = strlen(text);
  while (length > 0 && isspace((unsigned char)text[length - 1]))
    length--;
  if (length >= size) return EPX_RAISE(EPX_EINPUT, "'%s': the unit is longer than any", whole);
  memcpy(copy, text, length);
  copy[length] = '\0';
  return EPX_OK;
}

epx_err epx_units_eval(const char *text, const char *unit, double *value) {
  double number;
  const char *rest;
  char from[128];
  EPX_TRY(read_number(text, unit, &number, &rest));
  EPX_TRY(copy_trimmed(rest, text, from, sizeof from));
  if (!*from) {
    *value = number;
    return EPX_OK;
  }
  cv_converter *converter;
  EPX_TRY(create_converter_between(from, unit, &converter));
  number = cv_convert_double(converter, number);
  cv_free(converter);
  if (!isfinite(number)) return EPX_RAISE(EPX_EINPUT, "'%s' is too large a number of '%s'", text, unit);
  *value = number;
  return EPX_OK;
}

epx_err epx_units_eval_factor(const char *from, const char *to, double *factor) {
  cv_converter *converter;
  EPX_TRY(create_converter_between(from, to, &converter));
  const double zero = cv_convert_double(converter, 0);
  *factor = cv_convert_double(converter, 1);
  cv_free(converter);
  if (zero != 0) return EPX_RAISE(EPX_EINPUT, "no factor from '%s' to '%s': their zeros differ", from, to);
  return EPX_OK;
}

bool epx_units_is_known(const char *unit) {
  ut_unit *parsed = NULL;
  if (parse_unit(unit, &parsed) != EPX_OK) return false;
  const bool known = parsed;
  ut_free(parsed);
  return known;
}
