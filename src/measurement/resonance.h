/** @file
 * Resonance: fits a ring's resonances to a scan, with intervals of 95 %.
 *
 * The model is coupled-mode theory's (ring_response.h). Which of the intrinsic and the coupling rate is the larger is not in the
 * power that an unsplit resonance lets through: it has to be told, or comes from a phase, a drop port, or a clear splitting.
 * Without it there are two solutions, and near critical coupling one interval that holds both. All intervals are those of
 * the profile likelihood: what changes the sum of squares by less than t^2 s^2 of the best, s^2 the variance of the
 * residuals and t the quantile of Student's distribution. Noise is taken to be additive, of one size over the dip.
 */
#ifndef EPILUX_MEASUREMENT_RESONANCE_H
#define EPILUX_MEASUREMENT_RESONANCE_H

#include <stdbool.h>

#include "measurement/scan.h"

typedef enum { EPX_COUPLING_UNTOLD, EPX_COUPLING_UNDER, EPX_COUPLING_OVER } epx_coupling;
typedef enum { EPX_SPLITTING_AUTO, EPX_SPLITTING_NO, EPX_SPLITTING_YES } epx_splitting;

/** What the fit is told. */
typedef struct {
  epx_coupling coupling;
  epx_splitting
      splitting; /* auto: where chi^2 falls by more than 10.83; from 3.84 on it widens the intervals */
  bool slope;    /* the background has one */
  double fringe; /* period of the background's fringes [rad/s], within a tenth or so; 0: none */
  double power;  /* in the bus [W]: the resonance moves by what the ring absorbs; 0: not asked */
  bool rising;   /* the laser's frequency rises during a sweep; asked with a power */
} epx_resonance_spec;

/** Quantities of a resonance. X(name, word, unit, meaning) */
#define EPX_RESONANCES(X)                                                                                    \
  X(WAVELENGTH, "wavelength", "m", "of the resonance; the middle of a split one")                            \
  X(RATE, "total_rate", "s-1",                                                                               \
    "kappa, decay rate of the energy: the full width at half depth in angular frequency")                    \
  X(QUALITY, "q_loaded", "1", "omega / kappa")                                                               \
  X(EXTINCTION, "extinction", "dB", "of the through port at the resonance's deepest point")                  \
  X(SPLITTING, "splitting", "s-1", "distance of split resonances, 2 gamma")                                  \
  X(INTRINSIC, "intrinsic_rate", "s-1", "kappa_i: loss in the ring")                                         \
  X(COUPLING, "coupling_rate", "s-1", "kappa_e: coupling to the bus, to each of two")                        \
  X(HEATING, "shift_per_power", "rad s-1 W-1",                                                               \
    "red shift over absorbed power: heat's shift a watt times the absorbed share that heats")

typedef enum {
#define EPX_RESONANCE_ENUM(name, word, unit, meaning) EPX_RESONANCE_##name,
  EPX_RESONANCES(EPX_RESONANCE_ENUM)
#undef EPX_RESONANCE_ENUM
      EPX_RESONANCE_COUNT
} epx_resonance_quantity;

/** An estimate; NAN where it was not asked for, a bound that is infinite where there is none. */
typedef struct {
  double value, low, high;
} epx_estimate;

/** One way of coupling that the scan allows. */
typedef struct {
  bool over;
  double excess; /* chi^2 above that of the better way */
  epx_estimate estimate[EPX_RESONANCE_COUNT];
} epx_solution;

/** What a resonance's solutions rest on. */
typedef enum {
  EPX_TOLD_BY_NOTHING, /* two solutions */
  EPX_TOLD_BY_USER,
  EPX_TOLD_BY_PHASE,
  EPX_TOLD_BY_DROP,
  EPX_TOLD_BY_SPLITTING, /* of the two, chi^2 leaves one */
  EPX_TOLD_BY_GAPS       /* of a series of gaps */
} epx_told;

typedef struct {
  const epx_scan *scan; /* borrowed */
  epx_told told;
  int n_solutions; /* 1 or 2, the better one first */
  epx_solution solution[2];
  bool critical;        /* the interval of each solution reaches critical coupling */
  bool split;           /* a splitting was fitted */
  double noise;         /* sigma of the residuals over the background */
  double contradiction; /* chi^2 by which the way of coupling that was not told is better; 0: it is not */
  double background;    /* off resonance, in the unit of the scan */
  int degrees;          /* of freedom of the residuals */
  double absorbed;      /* power that the ring takes up at its resonance [W]; 0 without a power */
  double warm;          /* frequency of the resonance then [rad/s] */
} epx_resonance;

/** Gets a quantity's word and unit. */
const char *epx_resonance_get_name(epx_resonance_quantity quantity);
const char *epx_resonance_get_unit(epx_resonance_quantity quantity);

/** Gets what the solutions rest on, in words. */
const char *epx_told_get_text(epx_told told);

/** Fits all resonances of a scan, by rising frequency: *resonances [*n], which the caller frees with epx_array_destroy().
 * Errors: EPX_EINPUT: as epx_dips_create(); a dip that no model fits, with FILE:LINE; a splitting or a drop port together
 * with a power; fewer points than parameters; EPX_EMEMORY. O(100 n_points) a resonance. */
epx_err epx_resonance_create(const epx_scan *scan, const epx_resonance_spec *spec, epx_resonance **resonances,
                             int *n);

#endif
