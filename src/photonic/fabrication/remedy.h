/** @file
 * Remedies: trimming and heating, which move resonances back to their targets, and what they cost.
 *
 * Shifts are those of epx_ring_change: of a resonance's wavelength from its nominal one [m], > 0 to the red.
 */
#ifndef EPILUX_PHOTONIC_FABRICATION_REMEDY_H
#define EPILUX_PHOTONIC_FABRICATION_REMEDY_H

#include <stdbool.h>
#include <stdint.h>

#include "epilux/error.h"
#include "photonic/device/heater.h"
#include "photonic/process/placement.h"

/** X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_TRIMS(X)                                                                                         \
  X(range, "m", 5e-9, 0, 1e-6, true, "common engineering knowledge", "largest shift, to either side")        \
  X(residual, "m", 50e-12, 0, 1e-6, true, "common engineering knowledge", "sigma of what is left")

/** A lasting change of each ring, made once: of its cladding or core. */
typedef struct {
#define EPX_TRIM_MEMBER(member, unit, fallback, low, high, assumed, source, meaning) double member;
  EPX_TRIMS(EPX_TRIM_MEMBER)
#undef EPX_TRIM_MEMBER
} epx_trim;

extern const epx_device epx_trim_device;

/** Heaters that hold every ring at a wavelength. */
typedef struct {
  epx_heater heater;
  double spectral_range; /* of the rings [m] */
  bool wraps;            /* a ring that is too red takes its next resonance, one spectral range to the blue */
  bool compensated; /* each heater allows for what the others add (a loop); false: set one by one, alone */
  const double *crosstalk; /* [n][n]: share of heater j's shift that ring i gets, diagonal 1; NULL: none */
} epx_heating;

typedef struct {
  double total, largest; /* power, of all heaters and of one [W] */
  int n_too_red;         /* rings that no heater can bring to the target */
  int n_limited;         /* heaters at power_limit */
} epx_heating_report;

/** Trims n rings in place: a ring within `range` of `target` [m] ends there up to a normal error of
 * `residual`, another moves towards it by `range`. Draws are keyed by (seed, "remedy:trim"; point, instance,
 * ring). Returns how many were out of range. */
int epx_remedy_trim(const epx_trim *trim, double target, uint64_t seed, uint32_t i_point, uint32_t i_instance,
                    int n, double *shift);

/** Evaluates the target that heaters, which only shift to the red, can bring all rings to: the reddest of
 * them. */
double epx_remedy_eval_reddest(int n, const double *shift);

/** Heats n rings in place towards `target` [m]: heater i's own shift s_i is that of its power, and
 *   shift_i -> shift_i + sum_j crosstalk_ij s_j,  0 <= s_i,  power_i = P(s_i) <= power_limit.
 * compensated: s solves for the target by projected Gauss-Seidel steps; otherwise s_i = target - shift_i.
 * power [n] [W] out.
 * Errors: EPX_EINPUT: a heater's quantity out of range, a spectral range that is not above 0, compensated
 * crosstalk so strong that the steps do not settle. O(n) without crosstalk, O(n^2) a step with it. */
epx_err epx_remedy_heat(const epx_heating *heating, double target, int n, double *shift, double *power,
                        epx_heating_report *report);

/** Evaluates the share of the shift of the device `heated` of a placement, which carries a heater, that the device
 * `warmed` gets: epx_heater_eval_crosstalk() of the distance of their middles, times the heater's isolation; 1 of
 * itself. ASSUMED: that of arms a distance apart holds for rings. Errors: EPX_EINPUT: devices nearer than the table
 * goes. */
epx_err epx_remedy_eval_share(const epx_heater *heater, const epx_placement *placement, int warmed,
                              int heated, double *share);

/** Evaluates it of all devices: crosstalk [n][n]. Errors: as epx_remedy_eval_share(). */
epx_err epx_remedy_eval_crosstalk(const epx_heater *heater, const epx_placement *placement,
                                  double *crosstalk);

#endif
