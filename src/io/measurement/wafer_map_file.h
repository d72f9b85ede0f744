/** @file
 * Wafer map file: reads what was measured on the dies of wafers, from comma-separated text.
 *
 * A header of column names, then a measurement a row: lot, wafer (names, a wafer's within its lot), x and y of the die or the
 * device from the wafer's middle with their unit (x_mm, y_mm), and the value, any other name with its unit: width_nm,
 * thickness_nm, loss_1. Optional die: rows of one die share it; without it a die is a place. Lines that are blank or begin with # are
 * skipped.
 */
#ifndef EPILUX_IO_MEASUREMENT_WAFER_MAP_FILE_H
#define EPILUX_IO_MEASUREMENT_WAFER_MAP_FILE_H

#include "io/measurement/column.h"
#include "measurement/components.h"
#include "photonic/fabrication/deviation.h"

typedef struct {
  epx_wafer_map map;
  epx_column value; /* its name and unit */
  epx_deviation
      deviation; /* the quantity of a process that it is; EPX_DEVIATION_COUNT: none. Values of one are in SI */
} epx_wafer_map_file;

/** Reads a map. Errors: EPX_EFILE, EPX_EINPUT: as epx_file_read(); EPX_EINPUT with FILE:LINE: a column that is missing, unknown
 * or there twice, a unit that does not fit, no number, another number of cells, no rows; EPX_EMEMORY. */
epx_err epx_wafer_map_file_read(const char *path, epx_wafer_map_file **out);
void epx_wafer_map_file_destroy(epx_wafer_map_file **address);

#endif
