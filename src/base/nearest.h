/** @file
 * Nearest: finds the valid name that a mistyped one most probably stands for.
 */
#ifndef EPILUX_BASE_NEAREST_H
#define EPILUX_BASE_NEAREST_H

/** Evaluates how many letters must be put in, taken out, changed or swapped with their neighbour to turn one
 * name into the other, capitals aside (optimal string alignment). Names are cut at 63 letters. O(64^2). */
int epx_nearest_eval_distance(const char *a, const char *b);

/** Gets the candidate nearest to `name`, the first of equals; NULL when all differ from it in more than half
 * of the longer one's letters. candidates [n], borrowed. */
const char *epx_nearest_get(const char *name, int n, const char *const *candidates);

#endif
