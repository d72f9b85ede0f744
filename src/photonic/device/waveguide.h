/** @file
 * Waveguide: the fundamental TE mode of strips and ribs in silicon oxide, from tables, and of two of them
 * side by side.
 *
 * A table holds one core material, thickness and slab, at 1550 nm. Between its widths (and gaps) it is
 * interpolated; outside nothing is known, and that is an error.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_WAVEGUIDE_H
#define EPILUX_PHOTONIC_DEVICE_WAVEGUIDE_H

#include "epilux/error.h"
#include "photonic/device/material.h"

/** The wavelength of the tables, and the band in which they are used [m]. */
#define EPX_WAVEGUIDE_WAVELENGTH 1.55e-6
#define EPX_WAVEGUIDE_WAVELENGTH_LOW 1.50e-6
#define EPX_WAVEGUIDE_WAVELENGTH_HIGH 1.60e-6

typedef struct {
  epx_material_kind core;
  double width, thickness; /* of the core [m] */
  double slab;             /* thickness that a partial etch leaves beside the core [m]; 0: strip */
} epx_waveguide;

/** A mode at 1550 nm. Shifts are those of a resonance: d lambda = (lambda / n_g) d n_eff. */
typedef struct {
  double n_eff, n_g;
  double shift_width, shift_thickness, shift_slab; /* d lambda / d … [m/m] */
  double shift_temperature;                        /* d lambda / dT [m/K] */
  double confinement;                              /* d n_eff / d n_core [1] */
  double area; /* of the Kerr effect: (int n^2 |E|^2)^2 / int_core n^4 |E|^4 [m^2] */
} epx_mode;

/** What a table holds. */
typedef struct {
  epx_material_kind core;
  double thickness, slab;       /* [m] */
  double width_low, width_high; /* [m] */
  double gap_low, gap_high;     /* [m] */
  const char *source;
} epx_waveguide_range;

/** Evaluates the mode; each of its numbers linear in the width between two rows of the table.
 * Errors: EPX_EINPUT: no table of this core, thickness (to 0.01 nm) and slab, or a width outside: the message
 * names what there is. Source: computed with a full-vector mode solver on Yee's grid (ZhuBrown2002), grid 20
 * nm (silicon) or 40 nm (nitride), about 5 %. */
epx_err epx_waveguide_eval(const epx_waveguide *guide, epx_mode *mode);

/** Evaluates how n_eff of a mode stands at another wavelength: n_eff + (n_eff - n_g) (lambda - lambda0) /
 * lambda0. Errors: EPX_EINPUT: a wavelength outside 1500 … 1600 nm. */
epx_err epx_waveguide_eval_index(const epx_mode *mode, double wavelength, double *n_eff);

/** Evaluates the length over which all power goes from one straight guide into an equal one at a distance of
 * `gap`, transfer = lambda / (2 (n_even - n_odd)) [m], and its decay constant d ln(transfer) / d gap [1/m]
 * and dependence on the width d ln(transfer) / d width [1/m]. The logarithm is linear in gap and width
 * between the rows of the table: coupling falls exponentially with the gap. Errors: EPX_EINPUT: as
 * epx_waveguide_eval(), or a gap outside the table. */
epx_err epx_waveguide_eval_transfer(const epx_waveguide *guide, double gap, double *transfer, double *decay,
                                    double *width_slope);

/** Gets what the i-th table holds. Returns 0, or -1 past the last. */
int epx_waveguide_get_range(int i, epx_waveguide_range *range);

#endif
