/** @file
 * Profile: each fit starts from a neighbour's parameters. The minimum is bracketed by a scan, narrowed by golden section and
 * placed by a parabola through the last three points; the ends are found by doubling steps, then halving.
 */
#include "measurement/profile.h"

#include <math.h>
#include <string.h>

#include "photonic/device/constant.h"

enum { N_SCAN = 9, N_GOLDEN = 14, N_HALVINGS = 9 };

static const double golden = 0.3819660112501051, first_step = 1e-3;
/* Widths from the dip, or logarithm of its width, at which a fit has lost it. */
static const double strayed = 4;

static void eval(const double *parameter, double *residual, void *context) {
  epx_ring_response_eval(context, parameter, residual);
}

epx_err epx_profile_solve_point(epx_ring_response *r, epx_profile_point *point) {
  const size_t n = (size_t)r->n_used;
  double covariance[EPX_RESPONSE_COUNT * EPX_RESPONSE_COUNT];
  const epx_least_squares problem = {epx_ring_response_get_n_residuals(r), r->n_used, eval, r};
  r->q = point->q;
  EPX_TRY(epx_least_squares_solve(&problem, point->parameter, &point->square, covariance));
  if (fabs(r->value[EPX_RESPONSE_PLACE]) > strayed || fabs(r->value[EPX_RESPONSE_RATE]) > strayed)
    return EPX_FAILED;
  memset(point->variance, 0, sizeof point->variance);
  for (size_t k = 0; k < n; k++) {
    r->value[r->used[k]] = point->parameter[k];
    point->variance[r->used[k]] = covariance[k * n + k];
  }
  memcpy(point->value, r->value, sizeof point->value);
  return EPX_OK;
}

/* The point at q from a neighbour's parameters; a fit that fails has an infinite sum. */
static epx_err solve_beside(epx_ring_response *r, const epx_profile_point *neighbour, double q,
                            epx_profile_point *point) {
  epx_profile_point made = *neighbour;
  made.q = q;
  const int code = epx_profile_solve_point(r, &made);
  if (code < 0) EPX_TRY(code);
  if (code > 0) {
    made = *neighbour;
    made.q = q;
    made.square = INFINITY;
  }
  *point = made;
  return EPX_OK;
}

/* Golden section between a and c, b the best so far. */
static epx_err narrow(epx_ring_response *r, double a, double c, epx_profile_point *b) {
  epx_profile_point left = *b, right = *b, tried;
  left.q = a;
  right.q = c;
  left.square = right.square = INFINITY;
  for (int k = 0; k < N_GOLDEN; k++) {
    const bool upper = right.q - b->q > b->q - left.q;
    const double q = upper ? b->q + golden * (right.q - b->q) : b->q - golden * (b->q - left.q);
    EPX_TRY(solve_beside(r, b, q, &tried));
    if (tried.square < b->square) {
      *(upper ? &left : &right) = *b;
      *b = tried;
    } else {
      *(upper ? &right : &left) = tried;
    }
  }
  const double u = b->q - left.q, v = right.q - b->q;
  const double p = (left.square - b->square) / u, s = (right.square - b->square) / v;
  if (!(u > 0 && v > 0 && isfinite(p + s) && p + s > 0)) return EPX_OK;
  EPX_TRY(solve_beside(r, b, b->q + (p * v - s * u) / (2 * (p + s)), &tried));
  if (tried.square < b->square) *b = tried;
  return EPX_OK;
}

epx_err epx_profile_minimise(epx_ring_response *r, epx_profile *profile) {
  const double step = (profile->high - profile->low) / (N_SCAN - 1);
  epx_profile_point best = profile->best;
  best.square = INFINITY;
  for (int k = 0; k < N_SCAN; k++) {
    epx_profile_point tried;
    EPX_TRY(solve_beside(r, &profile->best, profile->low + k * step, &tried));
    if (tried.square < best.square) best = tried;
  }
  if (!isfinite(best.square)) return EPX_FAILED;
  EPX_TRY(narrow(r, fmax(profile->low, best.q - step), fmin(profile->high, best.q + step), &best));
  profile->best = best;
  return EPX_OK;
}

/* Where the sum passes `most` on the way from the best to `end`, or `end` where it does not. */
static epx_err find_end(epx_ring_response *r, const epx_profile *profile, double end, double most,
                        double *q) {
  epx_profile_point inside = profile->best, tried;
  const double way = end > inside.q ? 1 : -1;
  double outside = end, step = first_step;
  *q = end;
  while ((end - inside.q) * way > 0) {
    const double next = way > 0 ? fmin(inside.q + step, end) : fmax(inside.q - step, end);
    EPX_TRY(solve_beside(r, &inside, next, &tried));
    outside = next;
    if (!(tried.square <= most)) break;
    inside = tried;
    step *= 2;
  }
  if (inside.q == end) return EPX_OK;
  for (int k = 0; k < N_HALVINGS; k++) {
    EPX_TRY(solve_beside(r, &inside, (inside.q + outside) / 2, &tried));
    if (tried.square <= most)
      inside = tried;
    else
      outside = tried.q;
  }
  *q = inside.q;
  return EPX_OK;
}

epx_err epx_profile_trace(epx_ring_response *r, double limit, epx_profile *profile) {
  const double most = profile->best.square + limit;
  EPX_TRY(find_end(r, profile, profile->low, most, &profile->from));
  EPX_TRY(find_end(r, profile, profile->high, most, &profile->to));
  const epx_profile_point *last = &profile->best;
  for (int k = 0; k < EPX_PROFILE_TRACE; k++) {
    const double q =
        profile->from + (profile->to - profile->from) * (1 - cos(k * EPX_PI / (EPX_PROFILE_TRACE - 1))) / 2;
    EPX_TRY(solve_beside(r, last, q, &profile->trace[k]));
    if (isfinite(profile->trace[k].square)) last = &profile->trace[k];
  }
  return EPX_OK;
}
