/** @file
 * Units: UDUNITS reads its database of units once, at the first question, and keeps it for the process.
 *
 * Four things are stricter than UDUNITS: a text is a number and a unit and nothing else (UDUNITS takes "mm
 * 2" for 2 mm and "K @ 3" for a shifted origin); the dimension must be the same (UDUNITS turns a period into
 * a frequency without a word); a factor exists only between units with the same zero (not from degC to K);
 * and hertz are no unit of an angular rate, nor radians of a frequency. The decibel is a dimension of its
 * own: 0.3 dB/cm is 30 dB/m, and only the physics knows what that does to a field.
 */
#include "epilux/units.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include <udunits2.h>

#include "base/numbers/number.h"

enum { UNIT_SIZE = 128 };

static ut_system *unit_system;

/* What the database lacks and decks need: the decibel, dBc for one over the carrier, and "deg" for the degree
 * of arc. */
static bool add_units(ut_system *system) {
  ut_unit *decibel = ut_new_base_unit(system), *degree = ut_get_unit_by_name(system, "degree");
  const bool added = decibel && degree && ut_map_symbol_to_unit("dB", UT_ASCII, decibel) == UT_SUCCESS &&
                     ut_map_symbol_to_unit("dBc", UT_ASCII, decibel) == UT_SUCCESS &&
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

/* Spellings that UDUNITS does not read, and those that it does. */
static const char *const spellings[][2] = {{"\u207b", "-"}, {"\u2212", "-"}, {"\u2070", "0"}, {"\u00b9", "1"},
                                           {"\u00b2", "2"}, {"\u00b3", "3"}, {"\u2074", "4"}, {"\u2075", "5"},
                                           {"\u2076", "6"}, {"\u2077", "7"}, {"\u2078", "8"}, {"\u2079", "9"},
                                           {"\u00b7", "."}, {"\u22c5", "."}};

/* Copies a unit with superscripts, raised dots and minus signs as UDUNITS wants them. */
static epx_err copy_plain(const char *text, char *plain, size_t size) {
  const size_t n_spellings = sizeof spellings / sizeof spellings[0];
  size_t length = 0;
  if (strlen(text) >= size) return EPX_RAISE(EPX_EINPUT, "'%.40s...': the unit is longer than any", text);
  while (*text) {
    size_t i = 0;
    while (i < n_spellings && strncmp(text, spellings[i][0], strlen(spellings[i][0])) != 0)
      i++;
    plain[length++] = i < n_spellings ? spellings[i][1][0] : *text;
    text += i < n_spellings ? strlen(spellings[i][0]) : 1;
  }
  plain[length] = '\0';
  return EPX_OK;
}

/* The parsed unit at *unit, the caller's to ut_free(); NULL where the text is no unit. */
static epx_err parse_unit(const char *text, ut_unit **unit) {
  char plain[UNIT_SIZE];
  *unit = NULL;
  EPX_TRY(read_database());
  EPX_TRY(copy_plain(text, plain, sizeof plain));
  if (is_unit_text(plain)) *unit = ut_parse(unit_system, plain, UT_UTF8);
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

/* How a number in one unit becomes one in another. */
typedef struct {
  bool known;    /* the two are of one dimension */
  bool angles;   /* the unit wanted counts angles, the one given does not, or the other way round */
  double zero;   /* what 0 becomes */
  double factor; /* what 1 becomes, less that */
  double shift;  /* dB in a bandwidth: added, in place of the factor */
} conversion;

static bool counts_angles(const ut_unit *unit) {
  char text[4 * UNIT_SIZE];
  return ut_format(unit, text, sizeof text, UT_ASCII | UT_DEFINITION) > 0 && strstr(text, "rad");
}

/* A level in a bandwidth, dB/Hz, is 10 log10 of a ratio a hertz: another bandwidth adds to it. False where one
 * of the two is none. */
static bool eval_level_shift(ut_unit *from, ut_unit *to, double *shift) {
  ut_unit *decibel = ut_get_unit_by_symbol(unit_system, "dB"),
          *second = ut_get_unit_by_name(unit_system, "second");
  ut_unit *bandwidth[2] = {ut_divide(from, decibel), ut_divide(to, decibel)};
  bool level = true;
  *shift = 0;
  for (int k = 0; k < 2; k++) {
    cv_converter *seconds = NULL;
    if (bandwidth[k]) create_converter(bandwidth[k], second, &seconds);
    level = level && seconds;
    if (seconds) *shift += (k == 0 ? 10 : -10) * log10(cv_convert_double(seconds, 1));
    cv_free(seconds);
    ut_free(bandwidth[k]);
  }
  ut_free(decibel);
  ut_free(second);
  return level;
}

static void set_conversion(ut_unit *from, ut_unit *to, conversion *c) {
  cv_converter *converter;
  create_converter(from, to, &converter);
  if (!converter) return;
  c->known = true;
  c->angles = counts_angles(from) != counts_angles(to);
  c->zero = cv_convert_double(converter, 0);
  c->factor = cv_convert_double(converter, 1) - c->zero;
  cv_free(converter);
  if (eval_level_shift(from, to, &c->shift)) c->factor = 1;
}

static epx_err eval_conversion(const char *from, const char *to, conversion *c) {
  ut_unit *from_unit = NULL, *to_unit = NULL;
  *c = (conversion){0};
  EPX_TRY(parse_unit(from, &from_unit));
  const int code = parse_unit(to, &to_unit);
  const bool from_known = from_unit, to_known = to_unit;
  if (from_known && to_known) set_conversion(from_unit, to_unit, c);
  ut_free(from_unit);
  ut_free(to_unit);
  if (code != EPX_OK || c->known) return code;
  if (!from_known) return EPX_RAISE(EPX_EINPUT, "unknown unit '%s'; write a unit such as '%s'", from, to);
  if (!to_known) return EPX_RAISE(EPX_EINPUT, "unknown unit '%s' to turn '%s' into", to, from);
  return EPX_RAISE(EPX_EINPUT, "unit '%s' is of another dimension than '%s'", from, to);
}

/* Multiplies or divides by the whole number that a factor or its inverse is, so that 500 nm are the number
 * that 5e-7 m are, and a unit turned into itself changes nothing. */
static double convert(const conversion *c, double number) {
  const double slack = 8 * DBL_EPSILON, whole = round(c->factor), inverse = round(1 / c->factor);
  if (c->zero != 0) return c->factor * number + c->zero;
  if (whole >= 1 && fabs(c->factor - whole) <= slack * whole) return number * whole + c->shift;
  if (inverse >= 1 && fabs(c->factor * inverse - 1) <= slack) return number / inverse + c->shift;
  return number * c->factor + c->shift;
}

/* Whether a word of the unit is the hertz, with any prefix. */
static bool names_hertz(const char *unit) {
  for (const char *c = unit; *c; c++) {
    const bool symbol = strncmp(c, "Hz", 2) == 0 && !isalpha((unsigned char)c[2]);
    const bool name = strncmp(c, "hertz", 5) == 0 || strncmp(c, "Hertz", 5) == 0;
    if (symbol || name) return true;
  }
  return false;
}

/* Hertz count turns, an angular rate counts radians: which one is meant, only the writer knows. */
static epx_err check_angles(const char *text, const char *from, const char *to, double value) {
  const char *angle = strstr(to, "rad");
  if (!names_hertz(from) && !names_hertz(to)) return EPX_OK;
  if (!angle)
    return EPX_RAISE(EPX_EINPUT, "'%s' is an angular rate; write a frequency in '%s' (2 pi rad/s = 1 Hz)",
                     text, to);
  const int before = (int)(angle - to);
  return EPX_RAISE(EPX_EINPUT,
                   "'%s' is ambiguous for a value in '%s': write '%g %.*scycle%s' for a frequency (%.6g %s), "
                   "or '%g %s' for an angular rate",
                   text, to, value, before, to, angle + 3, 6.28318530717958648 * value, to, value, to);
}

/* Reads the number that text starts with; *rest is what follows it and its blanks. */
static epx_err read_number(const char *text, const char *unit, double *number, const char **rest) {
  if (!epx_number_read(text, number, rest))
    return EPX_RAISE(EPX_EINPUT,
                     "'%s' is not a quantity: write a finite number in '%s', with or without the unit", text,
                     unit);
  *rest += strspn(*rest, " \t");
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
  char from[UNIT_SIZE];
  conversion c;
  EPX_TRY(read_number(text, unit, &number, &rest));
  EPX_TRY(copy_trimmed(rest, text, from, sizeof from));
  if (!*from) {
    *value = number;
    return EPX_OK;
  }
  EPX_TRY(eval_conversion(from, unit, &c));
  const double converted = convert(&c, number);
  if (!isfinite(converted)) return EPX_RAISE(EPX_EINPUT, "'%s' is too large a number of '%s'", text, unit);
  if (c.angles) EPX_TRY(check_angles(text, from, unit, converted));
  *value = converted;
  return EPX_OK;
}

epx_err epx_units_eval_logarithm(const char *text, double *value) {
  double number;
  const char *rest;
  char from[UNIT_SIZE];
  EPX_TRY(read_number(text, "1", &number, &rest));
  EPX_TRY(copy_trimmed(rest, text, from, sizeof from));
  if (strcmp(from, "dB") != 0) return epx_units_eval(text, "1", value);
  *value = number * (log(10) / 10);
  return EPX_OK;
}

epx_err epx_units_eval_factor(const char *from, const char *to, double *factor) {
  conversion c;
  EPX_TRY(eval_conversion(from, to, &c));
  if (c.zero != 0 || c.shift != 0)
    return EPX_RAISE(EPX_EINPUT, "no factor from '%s' to '%s': their zeros differ", from, to);
  *factor = convert(&c, 1);
  return EPX_OK;
}

bool epx_units_is_known(const char *unit) {
  ut_unit *parsed = NULL;
  if (parse_unit(unit, &parsed) != EPX_OK) return false;
  const bool known = parsed;
  ut_free(parsed);
  return known;
}
