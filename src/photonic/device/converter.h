/** @file
 * Converter: sets or reads numbers with a limited number of levels: DAC, ADC, and cells of phase-change
 * material.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_CONVERTER_H
#define EPILUX_PHOTONIC_DEVICE_CONVERTER_H

#include "epilux/error.h"
#include "photonic/device/device.h"

/** X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_CONVERTERS(X)                                                                                    \
  X(bits, "1", 8, 1, 32, false, "Zhu2024: 8-bit ring banks; Yin2024: 8-bit weights", "levels = 2^bits")      \
  X(low, "1", -1, -1e12, 1e12, false, "weights in -1 ... 1",                                                 \
    "lowest level, in the unit of what is converted")                                                        \
  X(high, "1", 1, -1e12, 1e12, false, "weights in -1 ... 1", "highest level")

typedef struct {
#define EPX_CONVERTER_MEMBER(member, unit, fallback, low, high, assumed, source, meaning) double member;
  EPX_CONVERTERS(EPX_CONVERTER_MEMBER)
#undef EPX_CONVERTER_MEMBER
} epx_converter;

/** X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_CELLS(X)                                                                                         \
  X(bits, "1", 5, 1, 32, false, "Wei2023: 5 bit", "levels = 2^bits")                                         \
  X(low, "1", 0, -1e12, 1e12, false, "transmission", "lowest level")                                         \
  X(high, "1", 1, -1e12, 1e12, false, "transmission", "highest level")                                       \
  X(noise, "1", 0.0075, 0, 1, true, "common engineering knowledge: 0.5 ... 1 % of the range",                \
    "standard deviation of a write, relative to high - low")                                                 \
  X(endurance, "1", 5e5, 1, 1e18, false, "Meng2023: GSSe 5e5, GST 3.8e3 ... 5e3",                            \
    "number of writes that a cell survives")                                                                 \
  X(energy, "J", 0.96e-12, 0, 1, false, "Gao2025: GST", "energy of a write")

typedef struct {
#define EPX_CELL_MEMBER(member, unit, fallback, low, high, assumed, source, meaning) double member;
  EPX_CELLS(EPX_CELL_MEMBER)
#undef EPX_CELL_MEMBER
} epx_cell;

extern const epx_device epx_converter_device, epx_cell_device;

/** Checks a converter. Errors: EPX_EINPUT: a quantity out of range, bits that are no whole number, low >=
 * high. */
epx_err epx_converter_check(const epx_converter *converter);

/** Evaluates the distance of two levels, (high - low) / (2^bits - 1). */
double epx_converter_eval_step(const epx_converter *converter);

/** Evaluates the level nearest to a value; values beyond the ends get the ends. A tie goes to the even level.
 */
double epx_converter_eval(const epx_converter *converter, double value);

/** Checks a cell. Errors: as epx_converter_check(). */
epx_err epx_cell_check(const epx_cell *cell);

/** Evaluates what a write leaves in a cell: the nearest level plus noise (high - low) normal, kept within low
 * … high; `normal` is a standard normal number. Writes against endurance are counted by whoever writes. */
double epx_cell_eval(const epx_cell *cell, double value, double normal);

#endif
