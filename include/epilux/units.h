/** @file
 * Units: quantities in decks, read through UDUNITS. Not thread safe, as UDUNITS is not.
 *
 * A unit is a text such as "nm", "µm", "dB/cm", "W m-2", "1/s" or "%"; "1" is the unit of a pure number, and
 * "dB" is a dimension of its own. Radians are pure numbers, so that rad/s and Hz differ by no factor.
 */
#ifndef EPILUX_UNITS_H
#define EPILUX_UNITS_H

#include <stdbool.h>

#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Evaluates a text such as "1550 nm", "-3e2 pm/K", "0.3 dB/cm" or "12" in `unit` (a bare number is in `unit`
 * already): value = the number in `unit`; left alone on error.
 * Errors: EPX_EINPUT with a message that names both units: not a finite number, unknown unit, another
 * dimension, anything else in the text. EPX_EFILE when the database of UDUNITS cannot be read. */
epx_err epx_units_eval(const char *text, const char *unit, double *value);

/** Evaluates the factor that turns a number in `from` into `to`. Errors: as epx_units_eval(), and
 * EPX_EINPUT for two units with different zeros (degC, K). */
epx_err epx_units_eval_factor(const char *from, const char *to, double *factor);

/** Tells whether `unit` can be parsed at all; false also when the database cannot be read. */
bool epx_units_is_known(const char *unit);

#ifdef __cplusplus
}
#endif

#endif
