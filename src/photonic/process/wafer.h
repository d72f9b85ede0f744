/** @file
 * Wafer: the dies on a wafer, and the lot, wafer and die of each instance.
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
  X(wafers_per_lot, "1", 25, 1, 1e6, true, "common engineering knowledge",                                   \
    "most wafers that share a lot, and that population.sampling may ask for")                                \
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

/** How instances are taken.
 *   process  each from a lot and a wafer of its own, at a die drawn at random: instances are independent, and
 *            their yield is that of the process
 *   nested   `lots` lots of `wafers` wafers; instance k is of lot k mod lots, and of the lot's wafer
 *            (k / lots) mod wafers; a wafer's dies come in an order drawn for it, none twice
 *   wafer    one wafer, its dies in an order drawn for it, none twice: a sample of this wafer alone
 * Of all three, the instances of a smaller number are the first of a larger one. */
typedef enum { EPX_SAMPLING_PROCESS, EPX_SAMPLING_NESTED, EPX_SAMPLING_WAFER } epx_sampling_kind;

typedef struct {
  epx_sampling_kind kind;
  int lots, wafers; /* nested alone */
} epx_sampling;

/** Creates a wafer: the dies that lie whole within diameter - 2 edge.
 * Errors: EPX_EINPUT: a quantity out of its range, counts that are no whole numbers, no die on the wafer;
 * EPX_EMEMORY. */
epx_err epx_wafer_create(const epx_wafer_spec *spec, epx_wafer **out);

/** Destroys the wafer at *address. */
void epx_wafer_destroy(epx_wafer **address);

/** Gets the number of instances that there can be: lots wafers n_dies, n_dies, or INT_MAX where no die is
 * shared. */
int64_t epx_sampling_get_capacity(const epx_sampling *sampling, int n_dies);

/** Gets which of the things that instances share an instance belongs to, counted from 0: its lot; of a single
 * lot, its wafer; its own number where it shares nothing (of one wafer: nothing but what all share). */
int epx_sampling_get_cluster(const epx_sampling *sampling, int i_instance);

/** Gets how many such things there are among n_instances. */
int epx_sampling_get_n_clusters(const epx_sampling *sampling, int n_instances);

/** Evaluates a device's position on the wafer, from its middle [m]. */
void epx_wafer_eval_position(const epx_wafer *wafer, int i_die, const epx_placed *device, double *x,
                             double *y);

/** Checks that every device of a placement lies, with its whole radius or length, within the die.
 * Errors: EPX_EINPUT: the message names the device and the die. */
epx_err epx_wafer_check_placement(const epx_wafer *wafer, const epx_placement *placement);

#endif
