/** @file
 * Fraction: a regular fraction of the two-level factorial, 2^(k-p), with its resolution and aliases.
 */
#ifndef EPILUX_DESIGN_FRACTION_H
#define EPILUX_DESIGN_FRACTION_H

#include <stddef.h>

#include "epilux/error.h"

enum {
  EPX_FRACTION_MAX_FACTORS = 15,
  EPX_FRACTION_MAX_BASIC = 10,
  EPX_FRACTION_FULL = 99 /* resolution of a full factorial: nothing is aliased */
};

/** Factor i < n_basic varies by itself; the level of a further one is the product of the levels (-1, +1) of the basic
 * factors that the bits of word[i] name. */
typedef struct {
  int n_factors, n_basic;
  unsigned word[EPX_FRACTION_MAX_FACTORS]; /* of a basic factor: its own bit */
  int resolution; /* least number of factors whose product is constant over the runs; EPX_FRACTION_FULL: none */
} epx_fraction;

/** Inits the fraction of n_runs = 2^m, 2 <= m <= 10, of n_factors two-level factors: of the largest resolution, and
 * of these, where the search ends, one with the fewest words of that length (then the first, by short
 * words and early letters). With n_runs = 2^n_factors it is the full factorial. Errors: EPX_EINPUT: more factors than
 * EPX_FRACTION_MAX_FACTORS, or than n_runs - 1; n_runs that is no such power, or more than 2^n_factors; what would
 * be right. Source: BoxHunter1961, FriesHunter1980. */
epx_err epx_fraction_init(epx_fraction *fraction, int n_factors, int n_runs);

/** Evaluates the level, -1 or +1, of a factor in a run 0 … 2^n_basic - 1; runs are in standard order, the first factor
 * fastest. */
int epx_fraction_eval_level(const epx_fraction *fraction, int i_run, int i_factor);

/** Counts the words of the defining relation by their length: counts [n_factors + 1]. Cost O(2^p). */
void epx_fraction_count_words(const epx_fraction *fraction, int *counts);

/** Writes the generators, "D = ABC, E = BCD", to text; the letters are A, B, … in the order of the factors. */
void epx_fraction_write_generators(const epx_fraction *fraction, char *text, size_t size);

/** Writes what is aliased with factor i, or, with k >= 0, with the interaction of i and k: other factors and pairs
 * of them, "AB = CD", each class once: empty where an earlier effect has written it, or nothing is aliased. */
void epx_fraction_write_aliases(const epx_fraction *fraction, int i, int k, char *text, size_t size);

#endif
