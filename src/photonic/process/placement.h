/** @file
 * Placement: positions and lengths of the devices on a chip.
 */
#ifndef EPILUX_PHOTONIC_PROCESS_PLACEMENT_H
#define EPILUX_PHOTONIC_PROCESS_PLACEMENT_H

#include <stddef.h>

#include "epilux/error.h"

/** A device: a ring when radius > 0, a straight guide when length > 0, a point when both are 0. */
typedef struct {
  double x, y;   /* of its centre, in the chip's coordinates [m] */
  double radius; /* of a ring [m] */
  double length; /* of a straight guide [m] */
  double angle;  /* of a straight guide against the x axis [rad] */
} epx_placed;

typedef struct {
  int n_devices;
  epx_placed *devices; /* [n_devices] */
  char **names;        /* [n_devices] */
} epx_placement;

/** Creates a placement from arrays, names "0", "1" and so on: x, y, radius [n_devices] [m]; radius may be
 * NULL: points. Errors: EPX_EINPUT: no devices, a number that is not finite, a radius below 0; EPX_EMEMORY.
 */
epx_err epx_placement_create(int n_devices, const double *x, const double *y, const double *radius,
                             epx_placement **out);

/** Creates devices on a square grid, row by row: device k at (k mod columns, k / columns) times `pitch` [m]
 * from the middle (x, y) of the first. Errors: as epx_placement_create(); EPX_EINPUT: no columns, a pitch
 * that is not above 0. */
epx_err epx_placement_create_grid(int n_devices, int n_columns, double pitch, double x, double y,
                                  double radius, epx_placement **out);

/** Reads a placement from CSV: a header of column names, then one device a line. Columns, in any order: name,
 * x_um, y_um; optional radius_um, length_um, angle_deg; others are refused. Lines that are blank or begin
 * with # are skipped. Errors: EPX_EFILE: the file cannot be read; EPX_EINPUT: FILE:LINE of a missing or
 * unknown column, of a cell that is no number, of a name that stands twice, of a device with both radius and
 * length; EPX_EMEMORY. */
epx_err epx_placement_read(const char *path, epx_placement **out);

/** Destroys the placement at *address. */
void epx_placement_destroy(epx_placement **address);

/** Gets the length of a device's guide [m]: a ring's circumference, a straight guide's length, 0 of a point.
 */
double epx_placement_get_length(const epx_placed *device);

#endif
