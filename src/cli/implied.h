/** @file
 * Implied: what a deck's device and process say without saying it, as comments of `epilux check`.
 */
#ifndef EPILUX_SRC_CLI_IMPLIED_H
#define EPILUX_SRC_CLI_IMPLIED_H

#include "epilux/study/point.h"

/** Prints the ring in SI and what a unit of each parameter is, then the correlation of each local field at
 * 0.1, 1 and 10 mm; nothing where the deck has neither. point: made of the settings; NULL where these
 * describe no device. Errors: as epx_normalisation_init(). */
epx_err epx_implied_view(const epx_settings *settings, const epx_point *point);

#endif
