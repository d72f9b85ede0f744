/** @file
 * Plackett-Burman designs: n points, a multiple of four, for up to n - 1 two-level factors whose main effects are not
 * aliased with one another.
 *
 * Where n - 1 is a prime q = 3 mod 4, row k < q has +1 in column i where (i - k) mod q is 0 or a square mod q, and -1
 * elsewhere; the last row is -1. For n = 12, 20, 24, 32 these are the rows of Plackett and Burman, or those of another order.
 * A design of n points H gives one of 2 n, [[H, H], [H, -H]] with H's constant column of +1. So there are designs of 4, 8, 12, 16, 20, 24,
 * 32, 40, 44, 48, … points. Source: PlackettBurman1946.
 */
#include <stdbool.h>

#include "design/method.h"

enum { N_POINTS_MAX = 1024 };

static bool is_paley(int n_points) {
  const int q = n_points - 1;
  if (q % 4 != 3) return false;
  for (int d = 2; d * d <= q; d++)
    if (q % d == 0) return false;
  return true;
}

static bool is_known(int n_points) {
  for (; n_points >= 4; n_points /= 2) {
    if (is_paley(n_points)) return true;
    if (n_points % 8 != 0) return false;
  }
  return false;
}

static bool is_square(int residue, int q) {
  for (int x = 0; x <= q / 2; x++)
    if (x * x % q == residue) return true;
  return false;
}

/* Row k, column i of the n by n matrix whose column 0 is +1. */
static int eval_hadamard(int n, int k, int i) {
  if (i == 0) return 1;
  if (is_paley(n)) return k < n - 1 && is_square((i - 1 - k + n - 1) % (n - 1), n - 1) ? 1 : -1;
  const int half = n / 2;
  const int value = eval_hadamard(half, k % half, i % half);
  return k >= half && i >= half ? -value : value;
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  const int n = design->n_factors;
  int n_points = 4;
  EPX_TRY(epx_design_check_corners("a Plackett-Burman design", factors, n, 2));
  if (spec->n_points != 0)
    return EPX_RAISE(EPX_EINPUT, "a Plackett-Burman design has as many points as its factors need: leave the "
                                 "number of points out");
  while (n_points <= n || !is_known(n_points))
    n_points += 4;
  if (n_points > N_POINTS_MAX)
    return EPX_RAISE(EPX_EINPUT, "a Plackett-Burman design of %d factors: it can take %d", n,
                     N_POINTS_MAX - 1);
  EPX_TRY(epx_design_set_n_points(design, n_points));
  for (int k = 0; k < n_points; k++)
    for (int i = 0; i < n; i++)
      design->value[(size_t)k * (size_t)n + (size_t)i] =
          epx_design_eval_corner(&factors[i], eval_hadamard(n_points, k, i + 1));
  return EPX_OK;
}

const epx_design_method epx_plackett_burman_method = {
    "plackett-burman", "both ends of every factor, n - 1 factors in n points: main effects only", create};
