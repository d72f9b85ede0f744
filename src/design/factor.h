/** @file
 * Factors: the quantities that a design varies. A factor is a list of levels (numbers or categories), or a
 * range of numbers.
 */
#ifndef EPILUX_DESIGN_FACTOR_H
#define EPILUX_DESIGN_FACTOR_H

#include <stdbool.h>

#include "base/numbers/distribution.h"
#include "epilux/error.h"

/** A factor's value is a number in its unit; for categories it is the index of the level, 0 … n_levels-1.
 * A list has n_levels >= 1; a range has n_levels = 0. All pointers belong to who filled the struct. */
typedef struct {
  char *path;       /* of the scalar in the deck, such as "network.parameters.loss" */
  char *unit;       /* of levels, low, high and base; "1" for pure numbers; NULL for categories */
  bool categorical; /* a list of names */
  bool logarithmic; /* a range that is even in the logarithm */
  bool integer;     /* a range of whole numbers, low and high among them */
  int n_levels;     /* of the list; 0 for a range */
  double *levels;   /* [n_levels] of a numeric list */
  char **names;     /* [n_levels] of a categorical list */
  double low, high; /* ends of a range, low < high; also of one that was made a list of its levels */
  bool spread; /* a range whose values follow `distribution`, not an even one; low and high are then unused */
  epx_distribution distribution;
  double base; /* the deck's own value; for categories its index among the levels, -1 when it is not one */
} epx_factor;

/** Checks one factor. Errors: EPX_EINPUT, naming the path: a range with low >= high, an end that is not
 * finite, an end <= 0 on a logarithmic scale, or an end of whole numbers that is none; a level that is not finite; categories that are a range;
 * what epx_distribution_check() refuses. */
epx_err epx_factor_check(const epx_factor *factor);

/** Evaluates the value at u in [0, 1): of a list, level floor(u n_levels), so that every level holds an equal
 * share; of a range, low + u (high - low), or low (high/low)^u where logarithmic; of whole numbers the same over
 * low - 1/2 … high + 1/2, rounded, so that each of them holds an equal share (of the logarithm's way); of a
 * spread range its quantile, with u no nearer to 0 or 1 than half of 2^-32. */
double epx_factor_eval(const epx_factor *factor, double u);

/** Gets the number of levels: the list's own, or n_default for a range. */
int epx_factor_get_n_levels(const epx_factor *factor, int n_default);

/** Evaluates level i_level of n_levels = epx_factor_get_n_levels(): of a list its own, in order; of a range
 * the i-th of n_levels equally spaced values (in the logarithm where logarithmic), both ends exactly
 * included; of whole numbers, the nearest ones, some of which may then be equal; of a spread range the quantiles
 * (i + 1/2) / n_levels. */
double epx_factor_eval_level(const epx_factor *factor, int i_level, int n_levels);

/** Evaluates the value of a range, even and not spread, at a place from 0 (low, exactly) to 1 (high, exactly). */
double epx_factor_eval_range(const epx_factor *factor, double place);

/** Evaluates how far a value stands along the factor's whole way, from its lowest (0) to its highest (1): of
 * numbers their difference, or that of their logarithms where logarithmic; of categories their place in the
 * list. */
double epx_factor_eval_place(const epx_factor *factor, double value);

/** Tells whether the factor is a range, if only some levels of it are taken, and no list of values. */
bool epx_factor_is_range(const epx_factor *factor);

/** Checks that a value is one that the factor can take: one of its list, within its range, whole where that is of
 * whole numbers, within low and high of its distribution. Errors: EPX_EINPUT, without the path, saying what would be right. */
epx_err epx_factor_check_value(const epx_factor *factor, double value);

#endif
