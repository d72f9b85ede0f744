/** @file
 * Sensitivity: what fabrication does to a guide whose geometry nobody describes, stated as numbers.
 *
 * It becomes a ring (ring.h) of which the numbers are set that deviations go by, so that geometry and statement
 * have one way from there: shifts of the resonance, the spectral range lambda^2 / (n_g length), the change of a
 * coupler's angle, and rates of loss from the loaded quality factor.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_SENSITIVITY_H
#define EPILUX_PHOTONIC_DEVICE_SENSITIVITY_H

#include "photonic/device/ring.h"

/** X(member, unit, default in silicon, in nitride, low, high, assumed, source, meaning). The defaults are those of
 * strips of 450 x 220 nm in silicon and 1000 x 400 nm in silicon nitride, of couplers at 200 and 600 nm. */
#define EPX_SENSITIVITIES(X)                                                                                 \
  X(wavelength, "m", 1.55e-6, 1.55e-6, 5e-7, 2e-5, false, "telecommunication C band",                        \
    "lambda, of the light")                                                                                  \
  X(group_index, "1", 4.27, 2.05, 1, 10, false, "tables of waveguides", "n_g of the guide")                  \
  X(length, "m", 62.83e-6, 628.3e-6, 1e-7, 1, true, "common engineering knowledge",                          \
    "of the guide: once around a resonator, or of a phase shifter")                                          \
  X(width, "1", 0.77, 0.122, -100, 100, false, "tables of waveguides", "shift of the resonance by width")    \
  X(thickness, "1", 1.38, 0.42, -100, 100, false, "tables of waveguides", "shift by thickness")              \
  X(etch, "1", 0, 0, -100, 100, false, "strips have no slab", "shift by the slab's thickness")               \
  X(index, "m", 3.88e-7, 5.6e-7, 0, 1e-4, false, "tables of waveguides", "shift by the core's index")        \
  X(temperature, "m K-1", 73e-12, 16.4e-12, -1e-8, 1e-8, false, "tables of waveguides",                      \
    "shift by temperature")                                                                                  \
  X(gap, "m-1", 8.79e6, 3.57e6, 0, 1e9, false, "tables of waveguides",                                       \
    "decay of a coupler's amplitude with its gap")                                                           \
  X(coupler_width, "m-1", 1.044e7, 3.05e6, -1e9, 1e9, false, "tables of waveguides",                         \
    "decay of a coupler's amplitude with the width of its guides, at constant gap")                          \
  X(quality, "1", 1e4, 1e5, 1, 1e12, true, "common engineering knowledge", "Q of the loaded resonator")      \
  X(intrinsic, "1", 0.5, 0.5, 0, 1, true, "common engineering knowledge: critical coupling",                 \
    "share of its loss that does not go into buses")

typedef struct {
#define EPX_SENSITIVITY_MEMBER(member, unit, silicon, nitride, low, high, assumed, source, meaning)          \
  double member;
  EPX_SENSITIVITIES(EPX_SENSITIVITY_MEMBER)
#undef EPX_SENSITIVITY_MEMBER
} epx_sensitivity;

/** The quantities and their defaults, in silicon and in silicon nitride. */
extern const epx_device epx_sensitivity_silicon, epx_sensitivity_nitride;

/** Gets the table of a material. */
const epx_device *epx_sensitivity_get_device(epx_material_kind core);

/** Evaluates the ring that a statement stands for: spec has its wavelength, length and one bus; ring all that
 * epx_ring_eval_change() reads, and its rates; nothing of its light (Kerr shift, thresholds, mode area) is known,
 * those are 0. Errors: EPX_EINPUT: a quantity out of its range. */
epx_err epx_sensitivity_eval_ring(const epx_sensitivity *sensitivity, epx_ring_spec *spec, epx_ring *ring);

#endif
