/** @file
 * Random numbers: Random123's Philox4x32-10, a bijection of a 128-bit counter keyed by 64 bits.
 *
 * The key is made from the purpose's name (FNV-1a) and the seed, each sent through the finaliser of
 * SplitMix64. Both steps are bijections of 64 bits, so two seeds never share a key for one purpose, and two
 * purposes share one only where their 64-bit hashes collide. Source: Salmon2011 (Philox); Fowler2016
 * (FNV-1a); Steele2014 (SplitMix64).
 */
#include "base/numbers/random.h"

#include <Random123/philox.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

static uint64_t mix(uint64_t x) {
  x += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static uint64_t hash_text(const char *text) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *text; text++)
    hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
  return hash;
}

epx_random epx_random_init(uint64_t seed, const char *purpose) {
  const uint64_t key = mix(mix(seed) ^ hash_text(purpose));
  return (epx_random){{(uint32_t)key, (uint32_t)(key >> 32)}};
}

void epx_random_eval_words(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                           uint32_t draw, uint32_t words[4]) {
  const philox4x32_ctr_t counter = {{point, instance, device, draw}};
  const philox4x32_key_t key = {{stream->key[0], stream->key[1]}};
  const philox4x32_ctr_t block = philox4x32_R(10, counter, key);
  for (int i = 0; i < 4; i++)
    words[i] = block.v[i];
}

/* 53 bits of two words; the cell at 0 is stood for by its middle. */
static double get_uniform(const uint32_t words[2]) {
  const uint64_t bits = ((uint64_t)words[1] << 32 | words[0]) >> 11;
  return bits ? (double)bits * 0x1p-53 : 0x1p-54;
}

double epx_random_eval_uniform(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                               uint32_t draw) {
  uint32_t words[4];
  epx_random_eval_words(stream, point, instance, device, draw, words);
  return get_uniform(words);
}

double epx_random_eval_normal(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                              uint32_t draw) {
  return gsl_cdf_ugaussian_Pinv(epx_random_eval_uniform(stream, point, instance, device, draw));
}

void epx_random_eval_normal_pair(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                                 uint32_t draw, double pair[2]) {
  static const double two_pi = 6.283185307179586476925;
  uint32_t words[4];
  epx_random_eval_words(stream, point, instance, device, draw, words);
  const double radius = sqrt(-2 * log(get_uniform(words))), angle = two_pi * get_uniform(words + 2);
  pair[0] = radius * cos(angle);
  pair[1] = radius * sin(angle);
}

epx_random epx_random_eval_stream(const epx_random *stream, uint32_t point, uint32_t instance,
                                  uint32_t device, uint32_t draw) {
  uint32_t words[4];
  epx_random_eval_words(stream, point, instance, device, draw, words);
  return (epx_random){{words[0], words[1]}};
}

void epx_random_eval_permutation(const epx_random *stream, uint32_t point, uint32_t instance, uint32_t device,
                                 int n, int *permutation) {
  for (int i = 0; i < n; i++)
    permutation[i] = i;
  for (int i = n - 1; i > 0; i--) {
    const double u = epx_random_eval_uniform(stream, point, instance, device, (uint32_t)i);
    const int j = (int)(u * (i + 1)); /* u <= 1 - 2^-53, so that the product rounds below i + 1 */
    const int other = permutation[j];
    permutation[j] = permutation[i];
    permutation[i] = other;
  }
}
