/** @file
 * Comb: the spectral range and the group index of resonances that are a period apart.
 */
#ifndef EPILUX_MEASUREMENT_COMB_H
#define EPILUX_MEASUREMENT_COMB_H

#include "measurement/resonance.h"

typedef struct {
  int n_lines;                                  /* resonances of the comb; 0: there is none */
  double wavelength;                            /* of the middle [m] */
  epx_estimate spectral_range, frequency_range; /* [m], [Hz] there */
  epx_estimate group_index;                     /* NAN without a length */
} epx_comb;

/** Evaluates the spectral range of the resonances of one scan, by rising frequency, from
 *   omega_m = omega_0 + 2 pi F m + D m^2 / 2,  D from four lines on,  n_g = c / (F length)
 * weighted by the resonances' intervals, whose scatter widens them where it is larger. A line may be missing. length: of
 * the guide once around [m], 0: not known. n_lines is 0 for fewer than two resonances, and where they are not a tenth of a
 * period near to such a comb: two families of modes. Errors: EPX_EMEMORY. */
epx_err epx_comb_eval(const epx_resonance *resonances, int n, double length, epx_comb *comb);

#endif
