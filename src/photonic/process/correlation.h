/** @file
 * Correlation: the correlation of a random field between two points at distance d.
 *
 * Tools mean different things by "correlation length"; here each kernel is named and its formula is its
 * convention.
 */
#ifndef EPILUX_PHOTONIC_PROCESS_CORRELATION_H
#define EPILUX_PHOTONIC_PROCESS_CORRELATION_H

#include "epilux/error.h"

/** X(name, deck name, formula)
 * gaussian is SiEPIC-Tools' convention (Chrostowski2016). Lumerical and Simphony 0.6 write exp(-2
 * (d/L')^2): their L' is sqrt2 times the L meant here. random-walk (Chen2013): the variance of a difference
 * grows linearly with the distance, slope d, as far as d is small against L: 2 sigma^2 (1 - exp(-d/L)) =
 * slope d (1 - d / 2L + ...),  sigma^2 = slope L / 2. It is the exponential kernel whose sigma follows from
 * the slope at d = 0 and from L, here the reach of the walk: a stationary field, so that it can be drawn on
 * a wafer; within L/10 it departs from the line by less than 5 %. */
#define EPX_CORRELATIONS(X)                                                                                  \
  X(EPX_CORRELATION_EXPONENTIAL, "exponential", "exp(-d/L)")                                                 \
  X(EPX_CORRELATION_MATERN, "matern-3/2", "(1 + sqrt(3) d/L) exp(-sqrt(3) d/L)")                             \
  X(EPX_CORRELATION_GAUSSIAN, "gaussian", "exp(-(d/L)^2)")                                                   \
  X(EPX_CORRELATION_RANDOM_WALK, "random-walk", "exp(-d/L), sigma^2 = slope L / 2")                          \
  X(EPX_CORRELATION_TABLE, "table", "measured: linear between points, 0 beyond the last")

typedef enum {
#define EPX_CORRELATION_ENUM(name, text, formula) name,
  EPX_CORRELATIONS(EPX_CORRELATION_ENUM)
#undef EPX_CORRELATION_ENUM
      EPX_CORRELATION_COUNT
} epx_correlation_kind;

typedef struct {
  epx_correlation_kind kind;
  double length;          /* L [m]; unused by a table */
  int n_points;           /* table */
  const double *distance; /* table: [n_points] [m], rising from 0; borrowed */
  const double *value;    /* table: [n_points], from 1 down to 0 at the last */
} epx_correlation;

/** Gets a kind by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_correlation_get_kind(const char *name, epx_correlation_kind *kind);

/** Gets the deck name and the formula. */
const char *epx_correlation_get_name(epx_correlation_kind kind);
const char *epx_correlation_get_formula(epx_correlation_kind kind);

/** Checks a kernel. Errors: EPX_EINPUT: L that is not above 0; a table that does not begin at (0, 1), does
 * not end at 0, whose distances do not rise or whose values are not in -1 ... 1. A table may still be no
 * kernel at all, not positive definite: that shows where it is used. */
epx_err epx_correlation_check(const epx_correlation *correlation);

/** Evaluates the correlation at a distance d >= 0 [m]. */
double epx_correlation_eval(const epx_correlation *correlation, double d);

/** Evaluates the standard deviation of the difference of two points, over that of one: sqrt(2 (1 - rho(d))).
 */
double epx_correlation_eval_difference(const epx_correlation *correlation, double d);

/** Evaluates the sigma of a random walk, sqrt(slope L / 2): slope [unit^2/m], length [m]. */
double epx_correlation_eval_walk(double slope, double length);

/** Tells whether two kernels are the same. Tables are the same when their arrays are. */
int epx_correlation_is_equal(const epx_correlation *a, const epx_correlation *b);

#endif
