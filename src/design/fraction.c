/** @file
 * Fraction: words are sets of letters, one bit a factor; a product of words is their exclusive or.
 *
 * The defining relation is the group that the p generators' words make: subset S of the further factors belongs to
 * the word  (XOR of their columns) with the letters of S, of length popcount(XOR) + |S|. The search adds one further
 * factor at a time, its column among the interactions of the basic ones in the order of their number of letters; a new
 * column doubles the group, and a word shorter than the resolution that is tried, or as many shortest words as the
 * best has, ends the branch. Resolutions are tried from the largest down.
 */
#include "design/fraction.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

enum { N_COLUMNS_MAX = 1 << EPX_FRACTION_MAX_BASIC, WORK_MAX = 60000000 };

typedef struct {
  int n_factors, n_basic, resolution;
  int n_columns;
  unsigned *column; /* [n_columns] candidates */
  unsigned *group;  /* [2^p] words of the relation so far, over all letters */
  unsigned chosen[EPX_FRACTION_MAX_FACTORS], best[EPX_FRACTION_MAX_FACTORS];
  int n_best;   /* shortest words of the best, INT_MAX before one is found */
  long n_words; /* looked at so far */
} search;

static int count_letters(unsigned word) {
  return __builtin_popcount(word);
}

/* Interactions of the basic factors, those of two letters first, then by their letters. */
static void list_columns(search *s) {
  s->n_columns = 0;
  for (int letters = 2; letters <= s->n_basic; letters++)
    for (unsigned word = 1; word < 1U << s->n_basic; word++)
      if (count_letters(word) == letters) s->column[s->n_columns++] = word;
}

/* Doubles the group by the word of a further factor; false where a word is too short. *n_shortest counts those as
 * long as the resolution. */
static bool add_factor(search *s, int p, unsigned column, int *n_shortest) {
  const unsigned word = column | 1U << (s->n_basic + p);
  const size_t n = (size_t)1 << p;
  s->n_words += (long)n;
  for (size_t k = 0; k < n; k++) {
    const int length = count_letters(s->group[k] ^ word);
    if (length < s->resolution) return false;
    *n_shortest += length == s->resolution;
    s->group[n + k] = s->group[k] ^ word;
  }
  return true;
}

static void search_from(search *s, int p, int first, int n_shortest) {
  const int n_further = s->n_factors - s->n_basic;
  if (p == n_further) {
    memcpy(s->best, s->chosen, sizeof s->best);
    s->n_best = n_shortest;
    return;
  }
  for (int c = first; c < s->n_columns && s->n_words < WORK_MAX && s->n_best != 0; c++) {
    int n = n_shortest;
    if (!add_factor(s, p, s->column[c], &n) || (s->n_best >= 0 && n >= s->n_best)) continue;
    s->chosen[p] = s->column[c];
    search_from(s, p + 1, c + 1, n);
  }
}

/* n_best < 0 means that nothing was found. */
static void search_resolution(search *s, int resolution) {
  s->resolution = resolution;
  s->n_best = -1;
  s->n_words = 0;
  s->group[0] = 0;
  search_from(s, 0, 0, 0);
}

static epx_err solve(epx_fraction *fraction) {
  const int n_further = fraction->n_factors - fraction->n_basic;
  search s = {.n_factors = fraction->n_factors, .n_basic = fraction->n_basic};
  EPX_TRY(EPX_ARRAY(s.column, N_COLUMNS_MAX));
  int code = EPX_ARRAY(s.group, (size_t)1 << n_further);
  if (code == EPX_OK) {
    list_columns(&s);
    for (int resolution = fraction->n_basic + 1; resolution >= 3; resolution--) {
      search_resolution(&s, resolution);
      if (s.n_best >= 0) break;
    }
    fraction->resolution = s.resolution;
    memcpy(fraction->word + fraction->n_basic, s.best, (size_t)n_further * sizeof *s.best);
  }
  epx_array_destroy(&s.column);
  epx_array_destroy(&s.group);
  return code;
}

static epx_err check(int n_factors, int n_runs) {
  int least = 4;
  while (least <= n_factors)
    least *= 2;
  if (n_factors > EPX_FRACTION_MAX_FACTORS)
    return EPX_RAISE(EPX_EINPUT,
                     "a fractional factorial of %d factors: it can take %d, a Plackett-Burman design more",
                     n_factors, EPX_FRACTION_MAX_FACTORS);
  const int most_basic = n_factors < EPX_FRACTION_MAX_BASIC ? n_factors : EPX_FRACTION_MAX_BASIC;
  if (n_factors < 2)
    return EPX_RAISE(EPX_EINPUT, "a fractional factorial of one factor: two or more are wanted");
  if (n_runs < 4 || (n_runs & (n_runs - 1)) != 0 || n_runs < least || n_runs > 1 << most_basic)
    return EPX_RAISE(EPX_EINPUT,
                     "a fractional factorial of %d factors in %d points: a power of two from %d to %d is "
                     "wanted",
                     n_factors, n_runs, least, 1 << most_basic);
  return EPX_OK;
}

epx_err epx_fraction_init(epx_fraction *fraction, int n_factors, int n_runs) {
  *fraction = (epx_fraction){.n_factors = n_factors, .resolution = EPX_FRACTION_FULL};
  EPX_TRY(check(n_factors, n_runs));
  while (1 << fraction->n_basic < n_runs)
    fraction->n_basic++;
  for (int i = 0; i < fraction->n_basic; i++)
    fraction->word[i] = 1U << i;
  return fraction->n_basic == n_factors ? EPX_OK : solve(fraction);
}

int epx_fraction_eval_level(const epx_fraction *fraction, int i_run, int i_factor) {
  const unsigned word = fraction->word[i_factor];
  /* a product of n levels, of which those not set in the run are -1 */
  return count_letters(word & ~(unsigned)i_run) % 2 ? -1 : 1;
}

/* The word of a subset of the further factors, over all letters. */
static unsigned eval_word(const epx_fraction *fraction, unsigned subset) {
  unsigned word = subset << fraction->n_basic;
  for (int p = 0; subset >> p; p++)
    if (subset >> p & 1) word ^= fraction->word[fraction->n_basic + p];
  return word;
}

void epx_fraction_count_words(const epx_fraction *fraction, int *counts) {
  const int n_further = fraction->n_factors - fraction->n_basic;
  for (int i = 0; i <= fraction->n_factors; i++)
    counts[i] = 0;
  for (unsigned subset = 1; subset < 1U << n_further; subset++)
    counts[count_letters(eval_word(fraction, subset))]++;
}

static void add_letters(unsigned word, char *text, size_t size) {
  for (int i = 0; word >> i; i++) {
    const size_t length = strlen(text);
    if ((word >> i & 1) && length + 1 < size) snprintf(text + length, size - length, "%c", 'A' + i);
  }
}

static void add_text(const char *piece, char *text, size_t size) {
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s", piece);
}

void epx_fraction_write_generators(const epx_fraction *fraction, char *text, size_t size) {
  *text = '\0';
  for (int i = fraction->n_basic; i < fraction->n_factors; i++) {
    if (i > fraction->n_basic) add_text(", ", text, size);
    add_letters(1U << i, text, size);
    add_text(" = ", text, size);
    add_letters(fraction->word[i], text, size);
  }
}

/* What the runs see of an effect: its letters as those of basic factors. Aliased effects look the same. */
static unsigned eval_seen(const epx_fraction *fraction, unsigned effect) {
  unsigned seen = 0;
  for (int i = 0; effect >> i; i++)
    if (effect >> i & 1) seen ^= fraction->word[i];
  return seen;
}

void epx_fraction_write_aliases(const epx_fraction *fraction, int i, int k, char *text, size_t size) {
  const unsigned own = 1U << i | (k >= 0 ? 1U << k : 0), seen = eval_seen(fraction, own);
  bool before = true;
  int n = 0;
  *text = '\0';
  add_letters(own, text, size);
  for (int a = -1; a < fraction->n_factors; a++)
    for (int b = a + 1; b < fraction->n_factors; b++) {
      const unsigned other = (a >= 0 ? 1U << a : 0) | 1U << b;
      if (other == own) before = false;
      if (other == own || eval_seen(fraction, other) != seen) continue;
      const bool earlier =
          count_letters(other) < count_letters(own) || (count_letters(other) == count_letters(own) && before);
      if (earlier) n = -EPX_FRACTION_MAX_FACTORS * EPX_FRACTION_MAX_FACTORS;
      add_text(" = ", text, size);
      add_letters(other, text, size);
      n++;
    }
  if (n <= 0) *text = '\0';
}
