/** @file
 * Units: quantities in decks, read through UDUNITS. Not thread safe, as UDUNITS is not.
 *
 * A unit is a text such as "nm", "µm", "dB/cm", "W m-2", "us⁻¹" or "%"; "1" is the unit of a pure number, and
 * "dB" (or dBc) is a dimension of its own. In a bandwidth it is a level: -85 dB/MHz are -145 dB/Hz. Radians
 * are pure numbers: 1/s may stand for rad/s, but no Hz, which count turns; cycle/s do, and are 2 pi rad/s.
 */
#ifndef EPILUX_UNITS_H
#define EPILUX_UNITS_H

#include <stdbool.h>

#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Evaluates a text such as "1550 nm", "-3e2 pm/K", "0.3 dB/cm" or "12" in `unit` (a bare number is in `unit`
 * already): value = the number in `unit`; left alone on error. Decimal factors are exact: 500 nm are the
 * double that 5e-7 m are.
 * Errors: EPX_EINPUT with a message that names both units: not a finite decimal number, unknown unit, another
 * dimension, Hz for an angular rate or rad for a frequency, anything else in the text. EPX_EFILE when the
 * database of UDUNITS cannot be read. */
epx_err epx_units_eval(const char *text, const char *unit, double *value);

/** Evaluates the natural logarithm of a ratio of powers: "0.2" or "20 %" as they stand, "3 dB" as 3 ln(10)/10.
 * Errors: as epx_units_eval() in "1". */
epx_err epx_units_eval_logarithm(const char *text, double *value);

/** Evaluates the factor that turns a number in `from` into `to`. Errors: as epx_units_eval(), and
 * EPX_EINPUT for two units with different zeros (degC, K). */
epx_err epx_units_eval_factor(const char *from, const char *to, double *factor);

/** Tells whether `unit` can be parsed at all; false also when the database cannot be read. */
bool epx_units_is_known(const char *unit);

#ifdef __cplusplus
}
#endif

#endif
