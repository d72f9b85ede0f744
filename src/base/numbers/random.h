/** @file
 * Random numbers without state: Philox4x32-10 keyed by what is drawn, not by the rank that draws it, so that any
 * trial can be repeated anywhere, in any order.
 *
 *   key     = 64-bit mix of (study seed, purpose name)
 *   counter = (point, instance, device, draw), each 32 bits
 * Source: Salmon2011 (Random123).
 */
#ifndef EPILUX_BASE_NUMBERS_RANDOM_H
#define EPILUX_BASE_NUMBERS_RANDOM_H

#include <stdint.h>

/** A counter word that stands for "not keyed by this": e.g. common random numbers over the design points. */
#define EPX_RANDOM_ANY UINT32_MAX

typedef struct {
  uint32_t key[2];
} epx_random;

/** Inits a stream for a purpose: a name such as "variation:detuning". Two names give unrelated streams. */
epx_random epx_random_init(uint64_t seed, const char *purpose);

/** Evaluates the block at a counter: four independent 32-bit words. */
void epx_random_eval_words(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                           uint32_t draw, uint32_t words[4]);

/** Evaluates a uniform number in (0, 1), never 0 or 1, with 53 random bits. */
double epx_random_eval_uniform(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                               uint32_t draw);

/** Evaluates a standard normal number, by inverting its distribution function (one uniform, no rejection). */
double epx_random_eval_normal(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                              uint32_t draw);

/** Evaluates two standard normal numbers that are independent of each other, at less cost than two of the above: Box and
 * Muller's transformation of the block at a counter (Box1958). */
void epx_random_eval_normal_pair(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                                 uint32_t draw, double pair[2]);

/** Evaluates a stream keyed by the block at a counter: for draws that need more than four words to say what they are of. */
epx_random epx_random_eval_stream(const epx_random *stream, uint32_t point, uint32_t instance,
                                  uint32_t device, uint32_t draw);

/** Evaluates a random permutation of 0 … n-1 (Fisher–Yates; draw = position). permutation [n] is overwritten.
 */
void epx_random_eval_permutation(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                                 int n, int *permutation);

#endif
