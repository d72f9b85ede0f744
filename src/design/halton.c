/** @file
 * Halton's sequence: coordinate i of point k has the digits of k in the i-th prime p, mirrored at the point,
 *   x = sum over j of  pi_j(d_j) p^(-j-1),   k = sum over j of  d_j p^j.
 *
 * Plain, pi_j leaves a digit as it is. Scrambled, pi_j is a random permutation of 0 … p-1 for each place j, drawn from
 * a stream named by the factor's path, counter (j, ANY, ANY, position); places go on, beyond the last digit of k,
 * as far as a double tells them apart. A coordinate depends on k alone, so that a larger design begins with the
 * smaller one. Source: Halton1960, Owen2017.
 */
#include <stdio.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "design/method.h"

enum { N_DIMENSIONS = 100, PRIME_MAX = 541, N_PLACES_MAX = 53 };

/* The i-th prime, from 2 = prime 0; the hundredth is 541. */
static int get_prime(int i) {
  for (int n = 2;; n++) {
    bool prime = true;
    for (int d = 2; d * d <= n && prime; d++)
      prime = n % d != 0;
    if (prime && i-- == 0) return n;
  }
}

/* Places whose weight a double still sees beside 1. */
static int get_n_places(int prime) {
  int n = 0;
  for (double weight = 1; weight > 0x1p-53; weight /= prime)
    n++;
  return n;
}

static void draw_digits(const epx_design_spec *spec, const char *path, int prime, int n_places, int *digits) {
  char purpose[512];
  snprintf(purpose, sizeof purpose, "design:halton:%s", path);
  const epx_random stream = epx_random_init(spec->seed, purpose);
  for (int j = 0; j < n_places; j++)
    epx_random_eval_permutation(&stream, (uint32_t)j, EPX_RANDOM_ANY, EPX_RANDOM_ANY, prime,
                                digits + (size_t)j * (size_t)prime);
}

/* digits [n_places][prime]: what stands at a place for each digit; NULL: itself. */
static double eval_inverse(int i_point, int prime, int n_places, const int *digits) {
  double weight = 1.0 / prime, x = 0;
  for (int j = 0; j < n_places && (digits || i_point > 0); j++, weight /= prime, i_point /= prime) {
    const int digit = i_point % prime;
    x += weight * (digits ? digits[(size_t)j * (size_t)prime + (size_t)digit] : digit);
  }
  return x < 1 ? x : 1 - 0x1p-53;
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  int *digits;
  if (design->n_factors > N_DIMENSIONS)
    return EPX_RAISE(EPX_EINPUT, "a Halton design of %d factors: it can take %d, a Sobol' design more",
                     design->n_factors, N_DIMENSIONS);
  if (spec->n_points < 1)
    return EPX_RAISE(EPX_EINPUT, "a Halton design of %d points: at least 1 is wanted", spec->n_points);
  EPX_TRY(epx_design_set_n_points(design, spec->n_points));
  EPX_TRY(EPX_ARRAY(digits, N_PLACES_MAX * PRIME_MAX));
  for (int i = 0; i < design->n_factors; i++) {
    const int prime = get_prime(i), n_places = get_n_places(prime);
    if (spec->scramble) draw_digits(spec, factors[i].path, prime, n_places, digits);
    for (int k = 0; k < design->n_points; k++)
      design->value[(size_t)k * (size_t)design->n_factors + (size_t)i] =
          eval_inverse(k, prime, n_places, spec->scramble ? digits : NULL);
  }
  epx_array_destroy(&digits);
  return epx_design_eval_places(spec, factors, design);
}

const epx_design_method epx_halton_method = {
    "halton",
    "Halton's sequence, any number of points, digits permuted by the seed; a larger one keeps the earlier",
    create};
