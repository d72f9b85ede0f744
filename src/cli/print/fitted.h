/** @internal @file
 * Fitted: what `epilux fit` found in scans, as a table for a person, as CSV, as JSON, or as a section of a deck.
 */
#ifndef EPILUX_CLI_PRINT_FITTED_H
#define EPILUX_CLI_PRINT_FITTED_H

#include "measurement/comb.h"
#include "measurement/series.h"

/** One scan and what was found in it. */
typedef struct {
  epx_scan *scan;
  epx_resonance *resonances; /* [n], by rising frequency */
  int n;
  epx_comb comb;
} epx_fitted;

/** All scans, and what they say together. */
typedef struct {
  epx_fitted *scans; /* [n_scans] */
  int n_scans;
  epx_gap_series gaps; /* n is 0 where none was asked for */
  epx_estimate shift;  /* [rad/s/W]; NAN where none was asked for */
  double absorbed,
      kelvin; /* share of the absorbed power that heats; shift of the resonance [rad/s/K]; NAN: not given */
} epx_fitted_set;

/** Prints a table for a person. Errors: EPX_EMEMORY. */
epx_err epx_fitted_view(const epx_fitted_set *set);

/** Prints a row a solution, all digits. Errors: EPX_EMEMORY. */
epx_err epx_fitted_view_csv(const epx_fitted_set *set);

/** Prints one object. */
void epx_fitted_view_json(const epx_fitted_set *set);

/** Prints sections of a deck of family kerr: the median ring's rates in units of its total rate, which a comment
 * states, and of several scans how they vary. Errors: EPX_EINPUT: nothing says how the rings are coupled; EPX_EMEMORY. */
epx_err epx_fitted_view_deck(const epx_fitted_set *set);

#endif
