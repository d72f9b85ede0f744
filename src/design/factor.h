/** @file
 * Factors: what a design varies. A factor is either a list of levels, numbers or categories, or a range of
 * numbers.
 */
#ifndef EPILUX_DESIGN_FACTOR_H
#define EPILUX_DESIGN_FACTOR_H

#include <stdbool.h>

#include "epilux/error.h"

/** A factor's value is a number in its unit; for categories it is the index of the level, 0 … n_levels-1.
 * A list has n_levels >= 1; a range has n_levels = 0. All pointers belong to who filled the struct. */
typedef struct {
  char *path;       /* of the scalar in the deck, such as "network.parameters.loss" */
  char *unit;       /* of levels, low, high and base; "1" for pure numbers; NULL for categories */
  bool categorical; /* a list of names */
  bool logarithmic; /* a range that is even in the logarithm */
  int n_levels;     /* of the list; 0 for a range */
  double *levels;   /* [n_levels] of a numeric list */
  char **names;     /* [n_levels] of a categorical list */
  double low, high; /* ends of a range, low < high */
  double base; /* the deck's own value; for categories its index among the levels, -1 when it is not one */
} epx_factor;

/** Checks one factor. Errors: EPX_EINPUT, naming the path: a range with low >= high, an end that is not
 * finite, or an end <= 0 on a logarithmic scale; a level that is not finite; categories that are a range. */
epx_err epx_factor_check(const epx_factor *factor);

/** Evaluates the value at u in [0, 1): of a list, level floor(u n_levels), so that every level holds an equal
 * share; of a range, low + u (high - low), or low (high/low)^u where logarithmic. */
double epx_factor_eval(const epx_factor *factor, double u);

/** Gets the number of levels: the list's own, or n_default for a range. */
int epx_factor_get_n_levels(const epx_factor *factor, int n_default);

/** Evaluates level i_level of n_levels = epx_factor_get_n_levels(): of a list its own, in order; of a range
 * the i-th of n_levels equally spaced values (in the logarithm where logarithmic), both ends exactly
 * included. */
double epx_factor_eval_level(const epx_factor *factor, int i_level, int n_levels);

#endif
