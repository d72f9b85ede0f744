/** @internal Column: the head of a column of measured numbers, a name and a unit: "power_dBm", "wavelength (nm)",
 * "x [mm]". */
#ifndef EPILUX_IO_MEASUREMENT_COLUMN_H
#define EPILUX_IO_MEASUREMENT_COLUMN_H

#include <stdbool.h>

#include "base/csv.h"

enum { EPX_COLUMN_SIZE = 64 };

typedef struct {
  char name[EPX_COLUMN_SIZE]; /* in small letters */
  char unit[EPX_COLUMN_SIZE]; /* "" where there is none */
} epx_column;

/** Reads a head. False: longer than EPX_COLUMN_SIZE, or empty. */
bool epx_column_read(const char *text, epx_column *column);

/** Evaluates the factor to an SI unit. Errors: EPX_EINPUT with FILE:LINE: a unit of another dimension, or none; `example`
 * says what would be right. */
epx_err epx_column_eval_factor(const epx_csv *csv, const epx_column *column, const char *unit,
                               const char *example, double *factor);

/** Reads the number of a cell of the current row. Errors: EPX_EINPUT with FILE:LINE. */
epx_err epx_column_read_number(const epx_csv *csv, size_t cell, const epx_column *column, double *number);

#endif
