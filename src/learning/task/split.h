/** @internal @file
 * Split: a stratified choice among samples, drawn by keyed streams.
 */
#ifndef EPILUX_LEARNING_TASK_SPLIT_H
#define EPILUX_LEARNING_TASK_SPLIT_H

#include <stdint.h>

#include "epilux/error.h"

/** Evaluates which n_chosen of n samples are chosen: chosen [n] of 0 and 1. Each class gives its share, to
 * within one sample (largest remainder, ties to the lower class), and keeps at least `n_kept` unchosen; so
 * fewer than n_chosen come out when the classes are too small. Which samples of class k: the first of a
 * permutation keyed by (seed, purpose, k). labels [n], 0 … n_classes - 1. O(n + n_chosen n_classes). Errors:
 * EPX_EMEMORY. */
epx_err epx_split_eval(int n, const int *labels, int n_classes, int n_chosen, int n_kept, uint64_t seed,
                       const char *purpose, unsigned char *chosen);

#endif
