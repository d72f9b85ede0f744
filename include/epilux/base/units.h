/** @file
 * Units: quantities in decks, read through UDUNITS.
 */
#ifndef EPILUX_BASE_UNITS_H
#define EPILUX_BASE_UNITS_H

#include <stdbool.h>

#include "epilux/base/error.h"

/** Evaluates a text such as "1550 nm", "-3e2 pm/K", "0.3 dB/cm" or "12" in `unit` (a bare number is in `unit`
 * already): value = the number in `unit`. "1" is the unit of a pure number; "dB" is known.
 * Errors: EPX_EINPUT with a message that names both units: not a number, unknown unit, another dimension. */
epx_err epx_units_eval(const char *text, const char *unit, double *value);

/** Evaluates the factor that turns a number in `from` into `to`. Errors: as epx_units_eval(). */
epx_err epx_units_eval_factor(const char *from, const char *to, double *factor);

/** Tells whether `unit` can be parsed at all. */
bool epx_units_is_known(const char *unit);

#endif
