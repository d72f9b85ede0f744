/** @file
 * Series: what spectra of rings that differ in one thing tell together.
 */
#ifndef EPILUX_MEASUREMENT_SERIES_H
#define EPILUX_MEASUREMENT_SERIES_H

#include "measurement/resonance.h"

typedef struct {
  int n;              /* of the series */
  bool decided;       /* the ways of coupling were told */
  epx_estimate decay; /* of the coupling rate with the gap [1/m] */
} epx_gap_series;

/** Decides how rings that are alike but for their gaps are coupled: of all ways to part the gaps in narrow ones, over-coupled,
 * and wide ones, under-coupled, the one where ln kappa_e falls best on a line and kappa_i on a constant. It counts where it is
 * better than the next by chi^2 of one degree at 0.1 %; then each resonance keeps the solution that it says, told by gaps.
 * resonances [n], pointers to one each of a ring; gaps [n] [m]. Errors: EPX_EINPUT: fewer than three different gaps;
 * EPX_EMEMORY. */
epx_err epx_gap_series_eval(epx_resonance *const *resonances, const double *gaps, int n,
                            epx_gap_series *series);

/** Evaluates the red shift over absorbed power [rad/s/W] of one ring at several powers: the slope of the frequencies at
 * which its resonance stands when it is hit, against the power absorbed there, with Student's interval. Errors: EPX_EINPUT: fewer
 * than three resonances. */
epx_err epx_power_series_eval(epx_resonance *const *resonances, int n, epx_estimate *shift);

#endif
