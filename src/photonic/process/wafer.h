/** @file
 * Wafer: which dies lie on it, and which of them an instance is.
 */
#ifndef EPILUX_PHOTONIC_PROCESS_WAFER_H
#define EPILUX_PHOTONIC_PROCESS_WAFER_H

#include <stdint.h>

#include "epilux/error.h"
#include "photonic/device/device.h"
#include "photonic/process/placement.h"

/** X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_WAFERS(X)                                                                                        \
  X(diameter, "m", 0.1, 1e-3, 1, false, "Chrostowski2016: SiEPIC-Tools", "of the wafer")                     \
  X(edge, "m", 3e-3, 0, 0.1, true, "common engineering knowledge", "ring at its edge without dies")          \
  X(die_width, "m", 5e-3, 1e-5, 0.1, true, "common engineering knowledge", "from die to die, along x")       \
  X(die_height, "m", 5e-3, 1e-5, 0.1, true, "common engineering knowledge", "from die to die, along y")      \
  X(reticle_columns, "1", 1, 1, 64, true, "common engineering knowledge", "dies of one exposure, along x")   \
  X(reticle_rows, "1", 1, 1, 64, true, "common engineering knowledge", "dies of one exposure, along y")      \
  X(wafers_per_lot, "1", 25, 1, 1e6, true, "common engineering knowledge", "wafers that share a lot")        \
  X(origin_x, "m", 0, -1, 1, false, "layout",                                                                \
    "of a die's lower left corner, in the placement's coordinates")                                          \
  X(origin_y, "m", 0, -1, 1, false, "layout", "of a die's lower left corner, in the placement's coordinates")

typedef struct {
#define EPX_WAFER_MEMBER(member, unit, fallback, low, high, assumed, source, meaning) double member;
  EPX_WAFERS(EPX_WAFER_MEMBER)
#undef EPX_WAFER_MEMBER
} epx_wafer_spec;

extern const epx_device epx_wafer_device;

typedef struct {
  int column, row; /* of the grid of dies; (0, 0) has its middle in the wafer's */
} epx_die;

typedef struct {
  epx_wafer_spec spec;
  int column_low, column_high, row_low, row_high; /* of all dies */
  int n_dies;
  epx_die *dies; /* [n_dies], row by row from the lowest, each from the left */
} epx_wafer;

/** Where an instance comes from. */
typedef struct {
  uint32_t lot, wafer; /* counted over the campaign */
  uint32_t die;        /* index into dies */
} epx_origin;

/** Creates a wafer: the dies that lie whole within diameter - 2 edge.
 * Errors: EPX_EINPUT: a quantity out of its range, counts that are no whole numbers, no die on the wafer;
 * EPX_EMEMORY. */
epx_err epx_wafer_create(const epx_wafer_spec *spec, epx_wafer **out);

/** Destroys the wafer at *address. */
void epx_wafer_destroy(epx_wafer **address);

/** Gets where instance k comes from: die k mod n_dies of wafer k / n_dies of lot (k / n_dies) /
 * wafers_per_lot. */
epx_origin epx_wafer_get_origin(const epx_wafer *wafer, uint32_t i_instance);

/** Evaluates a device's position on the wafer, from its middle [m]. */
void epx_wafer_eval_position(const epx_wafer *wafer, int i_die, const epx_placed *device, double *x,
                             double *y);

/** Checks that every device of a placement lies, with its whole radius or length, within the die.
 * Errors: EPX_EINPUT: the message names the device and the die. */
epx_err epx_wafer_check_placement(const epx_wafer *wafer, const epx_placement *placement);

#endif
