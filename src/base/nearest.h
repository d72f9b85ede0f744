/** @file
 * Nearest: finds the valid name that a mistyped one most probably stands for.
 */
#ifndef EPILUX_BASE_NEAREST_H
#define EPILUX_BASE_NEAREST_H

/** Evaluates how many letters must be inserted, deleted, changed or swapped with their neighbour to turn one
 * name into the other, ignoring case (optimal string alignment). Names are cut at 63 letters. O(64^2). */
int epx_nearest_eval_distance(const char *a, const char *b);

/** Gets the candidate nearest to `name`, the first if several are equal; NULL when all differ in more than half
 * of the letters of the longer name. candidates [n], borrowed. */
const char *epx_nearest_get(const char *name, int n, const char *const *candidates);

#endif
