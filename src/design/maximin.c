/** @file
 * Maximin: descent by exchanges. Distances are of whole strata, so that sums run alike everywhere.
 */
#include "design/maximin.h"

#include <math.h>
#include <stddef.h>

#include "base/numbers/random.h"

enum { EXPONENT = 15, N_SWEEPS = 20, POINT_A = 0, POINT_B = 1, FACTOR = 2 };

static const double work_max = 4e8;

typedef struct {
  int n_points, n_factors;
  int *stratum;
} hypercube;

/* Sum over the other points of d^-15, d^2 being the squared distance in strata. */
static double eval_crowding(const hypercube *h, int a) {
  const int *x = h->stratum + (size_t)a * (size_t)h->n_factors;
  double sum = 0;
  for (int b = 0; b < h->n_points; b++) {
    const int *y = h->stratum + (size_t)b * (size_t)h->n_factors;
    double square = 0;
    for (int i = 0; i < h->n_factors; i++)
      square += (double)(x[i] - y[i]) * (x[i] - y[i]);
    if (b != a) sum += 1 / (pow(square, EXPONENT / 2) * sqrt(square));
  }
  return sum;
}

static void swap(const hypercube *h, int a, int b, int i) {
  int *x = &h->stratum[(size_t)a * (size_t)h->n_factors + (size_t)i],
      *y = &h->stratum[(size_t)b * (size_t)h->n_factors + (size_t)i];
  const int kept = *x;
  *x = *y;
  *y = kept;
}

/* An exchange changes what a and b have with the others; what they have with each other it keeps. */
static void try_exchange(const hypercube *h, int a, int b, int i) {
  const double before = eval_crowding(h, a) + eval_crowding(h, b);
  swap(h, a, b, i);
  if (eval_crowding(h, a) + eval_crowding(h, b) >= before) swap(h, a, b, i);
}

static int draw(const epx_random *stream, uint32_t k, uint32_t what, int n) {
  const int value = (int)(epx_random_eval_uniform(stream, k, EPX_RANDOM_ANY, what, 0) * n);
  return value < n ? value : n - 1;
}

void epx_maximin_solve(uint64_t seed, int n_points, int n_factors, int *stratum) {
  const hypercube h = {n_points, n_factors, stratum};
  const epx_random stream = epx_random_init(seed, "design:maximin");
  const double size = (double)n_points * n_factors;
  if (n_points < 3 || n_factors < 2) return; /* all are alike */
  const uint32_t n_tries = (uint32_t)fmin(N_SWEEPS * size, work_max / (4 * size));
  for (uint32_t k = 0; k < n_tries; k++) {
    const int a = draw(&stream, k, POINT_A, n_points), b = draw(&stream, k, POINT_B, n_points);
    if (a != b) try_exchange(&h, a, b, draw(&stream, k, FACTOR, n_factors));
  }
}
