/** @internal @file
 * Device sheet: what follows from a deck's device and process, as comments of `epilux check`.
 */
#ifndef EPILUX_CLI_PRINT_DEVICE_SHEET_H
#define EPILUX_CLI_PRINT_DEVICE_SHEET_H

#include "study/point.h"

/** Prints the ring in SI and what a unit of each parameter is, then the correlation of each local field at
 * 0.1, 1 and 10 mm; nothing where the deck has neither. point: made of the settings; NULL where these
 * describe no device. Errors: as epx_normalisation_init(). */
epx_err epx_device_sheet_view(const epx_settings *settings, const epx_point *point);

#endif
