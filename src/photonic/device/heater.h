/** @file
 * Heater: a resistor that shifts the phase of its waveguide and, less, of the neighbouring ones.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_HEATER_H
#define EPILUX_PHOTONIC_DEVICE_HEATER_H

#include "epilux/error.h"
#include "photonic/device/device.h"

/** X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_HEATERS(X)                                                                                       \
  X(power_pi, "W", 12.5e-3, 1e-6, 1, false, "Yin2024, isolated arm", "P_pi, power for a phase of pi")        \
  X(power_limit, "W", 50e-3, 0, 10, true, "common engineering knowledge", "largest power of a heater")       \
  X(isolation, "1", 1, 0, 1, false, "1: no trench; 0.1: trench, Alemany2021", "factor of the crosstalk")     \
  X(time_constant, "s", 5e-6, 1e-9, 1, true,                                                                 \
    "common engineering knowledge: 1 ... 10 us, undercut 50 ... 200 us", "time constant of the temperature")

typedef struct {
#define EPX_HEATER_MEMBER(member, unit, fallback, low, high, assumed, source, meaning) double member;
  EPX_HEATERS(EPX_HEATER_MEMBER)
#undef EPX_HEATER_MEMBER
} epx_heater;

extern const epx_device epx_heater_device;

/** Evaluates the share of a heater's phase that a guide at `distance` [m] gets: from the table 22 % at 7 um,
 * 10 % at 10, 3.9 % at 15, 1.6 % at 20 (its logarithm linear in between), and from 24 um on 0.217 exp(-0.1275
 * d/um). Errors: EPX_EINPUT: a distance below 7 um: nothing is known there. Source: Yin2024. */
epx_err epx_heater_eval_crosstalk(double distance, double *share);

/** Evaluates by how much P_pi grows when the two arms of an interferometer stand `spacing` [m] apart: the
 * other arm is heated too. 1.416 at 7 um, 1.168 at 10 um, and from there back to 1 exponentially through both
 * points. ASSUMED: that it goes on exponentially. Errors: EPX_EINPUT: below 7 um. Source: Yin2024. */
epx_err epx_heater_eval_arm_factor(double spacing, double *factor);

/** Evaluates the power [W] that shifts a ring's resonance to the red by `shift` [m], of its spectral range
 * [m]: phase = 2 pi shift / spectral_range,  power = P_pi phase / pi. */
double epx_heater_eval_power(const epx_heater *heater, double spectral_range, double shift);

/** Evaluates the shift [m] of a power [W]: the inverse. */
double epx_heater_eval_shift(const epx_heater *heater, double spectral_range, double power);

#endif
