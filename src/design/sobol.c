/** @file
 * Sobol's sequence with nested uniform scrambling.
 *
 * Point i has the digits  x = XOR of v_k over the bits k set in i,  v_k = m_k 2^(31-k), k = 0 … 31, with
 *   m_k = 2 a_1 m_{k-1} XOR … XOR 2^(s-1) a_{s-1} m_{k-s+1} XOR 2^s m_{k-s} XOR m_{k-s}
 * for a polynomial of degree s with the inner coefficients a. Points come in the order of i (not of its Gray
 * code).
 *
 * Owen's scrambling flips digit b (0 is the most significant) by a random bit that depends on b and on the
 * digits above it: the counter (digits above, b, ANY, ANY) of a stream named by the factor's path. A
 * stateless stream needs no tree of permutations, and a scrambled digit depends on i alone, so that doubling
 * keeps the points. Source: Sobol1967, JoeKuo2008, Owen1995.
 */
#include <stdio.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "design/method.h"
#include "design/sobol_columns.h"
#include "design/sobol_directions.h"

enum { N_BITS = 32, N_POINTS_MAX = 1 << 30 };

static void init_directions(const epx_sobol_dimension *dimension, uint32_t v[N_BITS]) {
  int degree = 0;
  while (dimension->polynomial >> (degree + 1))
    degree++;
  for (int k = 0; k < N_BITS; k++) {
    uint32_t m = 1;
    if (degree > 0 && k < degree) m = dimension->initial[k];
    if (degree == 0 || k < degree) {
      v[k] = m << (N_BITS - 1 - k);
      continue;
    }
    v[k] = v[k - degree] ^ (v[k - degree] >> degree);
    for (int j = 1; j < degree; j++) {
      if (dimension->polynomial >> (degree - j) & 1) v[k] ^= v[k - j];
    }
  }
}

static uint32_t eval_digits(const uint32_t v[N_BITS], uint32_t i_point) {
  uint32_t x = 0;
  for (int k = 0; i_point >> k; k++) {
    if (i_point >> k & 1) x ^= v[k];
  }
  return x;
}

static uint32_t scramble_digits(const epx_random *stream, uint32_t x) {
  uint32_t flips = 0;
  for (int b = 0; b < N_BITS; b++) {
    uint32_t words[4];
    const uint32_t above = b ? x >> (N_BITS - b) : 0;
    epx_random_eval_words(stream, above, (uint32_t)b, EPX_RANDOM_ANY, EPX_RANDOM_ANY, words);
    flips |= (words[0] & 1) << (N_BITS - 1 - b);
  }
  return x ^ flips;
}

epx_err epx_sobol_check_points(const char *what, int n) {
  if (n < 1 || n > N_POINTS_MAX)
    return EPX_RAISE(EPX_EINPUT, "%s of %d points: a power of two from 1 to %d is wanted", what, n,
                     N_POINTS_MAX);
  if ((n & (n - 1)) == 0) return EPX_OK;
  int below = 1;
  while (2 * below < n)
    below *= 2;
  return EPX_RAISE(EPX_EINPUT, "%s of %d points: a power of two is wanted, %d or %d", what, n, below,
                   2 * below);
}

void epx_sobol_eval_column(int i_dimension, const epx_design_spec *spec, const char *purpose, double *u) {
  uint32_t v[N_BITS];
  const epx_random stream = epx_random_init(spec->seed, purpose);
  init_directions(&epx_sobol_dimensions[i_dimension], v);
  for (int i = 0; i < spec->n_points; i++) {
    uint32_t x = eval_digits(v, (uint32_t)i);
    if (spec->scramble) x = scramble_digits(&stream, x);
    u[i] = x * 0x1p-32;
  }
}

static epx_err check(const epx_design_spec *spec, int n_factors) {
  if (n_factors > EPX_SOBOL_N_DIMENSIONS) {
    return EPX_RAISE(EPX_EINPUT,
                     "a Sobol' design of %d factors: it can take %d, a Latin hypercube takes any number",
                     n_factors, EPX_SOBOL_N_DIMENSIONS);
  }
  return epx_sobol_check_points("a Sobol' design", spec->n_points);
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  double *u;
  EPX_TRY(check(spec, design->n_factors));
  EPX_TRY(epx_design_set_n_points(design, spec->n_points));
  EPX_TRY(EPX_ARRAY(u, (size_t)design->n_points));
  for (int i = 0; i < design->n_factors; i++) {
    char purpose[512];
    snprintf(purpose, sizeof purpose, "design:sobol:%s", factors[i].path);
    epx_sobol_eval_column(i, spec, purpose, u);
    for (int k = 0; k < design->n_points; k++)
      design->value[(size_t)k * (size_t)design->n_factors + (size_t)i] = u[k];
  }
  epx_array_destroy(&u);
  return epx_design_eval_places(spec, factors, design);
}

const epx_design_method epx_sobol_method = {
    "sobol",
    "Sobol's sequence, n = 2^k points, Owen-scrambled by the seed; doubling keeps the earlier points",
    create};
