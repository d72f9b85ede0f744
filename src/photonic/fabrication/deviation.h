/** @file
 * Deviation: the quantities of a waveguide device that fabrication changes.
 */
#ifndef EPILUX_PHOTONIC_FABRICATION_DEVIATION_H
#define EPILUX_PHOTONIC_FABRICATION_DEVIATION_H

/** X(name, deck name, unit, meaning) */
#define EPX_DEVIATIONS(X)                                                                                    \
  X(EPX_DEVIATION_WIDTH, "width", "m", "of the core, at constant sum of width and gap on the mask")          \
  X(EPX_DEVIATION_THICKNESS, "thickness", "m", "of the core layer")                                          \
  X(EPX_DEVIATION_GAP, "gap", "m", "of a coupler, beyond what the width takes from it")                      \
  X(EPX_DEVIATION_ETCH, "etch", "m", "thickness of the slab that a partial etch leaves (rib)")               \
  X(EPX_DEVIATION_LOSS, "loss", "1", "logarithm of the propagation loss over its nominal value")             \
  X(EPX_DEVIATION_INDEX, "index", "1", "refractive index of the core")                                       \
  X(EPX_DEVIATION_TEMPERATURE, "temperature", "K", "of the device, against that of the design")              \
  X(EPX_DEVIATION_CURRENT, "current", "1", "logarithm of the pump's power or current over its nominal value")

typedef enum {
#define EPX_DEVIATION_ENUM(name, text, unit, meaning) name,
  EPX_DEVIATIONS(EPX_DEVIATION_ENUM)
#undef EPX_DEVIATION_ENUM
      EPX_DEVIATION_COUNT
} epx_deviation;

/** Gets the deck name, the unit and the meaning. */
const char *epx_deviation_get_name(epx_deviation kind);
const char *epx_deviation_get_unit(epx_deviation kind);
const char *epx_deviation_get_meaning(epx_deviation kind);

#endif
