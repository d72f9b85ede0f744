/** @file
 * Series: straight lines by least squares.
 */
#include "measurement/series.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/array.h"

enum { N_LEAST = 3 };

static const double decisive = 10.83 /* chi^2 of one degree at 0.1 % */, floor_spread = 1e-3;

typedef struct {
  double value, slope, square, spread; /* at x = 0; sum of squares; sum of (x - mean)^2 */
} line;

static line fit_line(const double *x, const double *y, int n) {
  double x_sum = 0, y_sum = 0, square = 0, product = 0;
  line l = {0};
  for (int k = 0; k < n; k++) {
    x_sum += x[k] / n;
    y_sum += y[k] / n;
  }
  for (int k = 0; k < n; k++) {
    square += (x[k] - x_sum) * (x[k] - x_sum);
    product += (x[k] - x_sum) * (y[k] - y_sum);
  }
  l.slope = square > 0 ? product / square : 0;
  l.value = y_sum - l.slope * x_sum;
  l.spread = square;
  for (int k = 0; k < n; k++)
    l.square += pow(y[k] - l.value - l.slope * x[k], 2);
  return l;
}

static epx_estimate eval_slope(const line *l, int n, double sign) {
  const double half = gsl_cdf_tdist_Pinv(0.975, n - 2.0) * sqrt(l->square / (n - 2) / l->spread);
  return (epx_estimate){sign * l->slope, sign * l->slope - half, sign * l->slope + half};
}

/* The rates of the solution that is over-coupled or not; of a joined one the larger or smaller half. */
static double get_rate(const epx_resonance *r, epx_resonance_quantity quantity, bool over) {
  for (int s = 0; s < r->n_solutions; s++)
    if (r->solution[s].over == over) return r->solution[s].estimate[quantity].value;
  return r->solution[0].estimate[quantity].value;
}

/* Squares of ln kappa_e about a line and of ln kappa_i about a constant, gaps below `parted` over-coupled. */
static double eval_square(epx_resonance *const *r, const double *gaps, int n, double parted, double *room,
                          line *l) {
  double *coupling = room, *intrinsic = room + n, mean = 0, square = 0;
  for (int k = 0; k < n; k++) {
    coupling[k] = log(get_rate(r[k], EPX_RESONANCE_COUPLING, gaps[k] < parted));
    intrinsic[k] = log(get_rate(r[k], EPX_RESONANCE_INTRINSIC, gaps[k] < parted));
    mean += intrinsic[k] / n;
  }
  for (int k = 0; k < n; k++)
    square += pow(intrinsic[k] - mean, 2);
  *l = fit_line(gaps, coupling, n);
  return square + l->square + 2 * n * floor_spread * floor_spread;
}

static void keep(epx_resonance *r, bool over) {
  if (r->told != EPX_TOLD_BY_NOTHING) return;
  for (int s = 0; s < r->n_solutions; s++)
    if (r->solution[s].over == over) r->solution[0] = r->solution[s];
  r->n_solutions = 1;
  r->told = EPX_TOLD_BY_GAPS;
}

epx_err epx_gap_series_eval(epx_resonance *const *r, const double *gaps, int n, epx_gap_series *series) {
  double *room, best = INFINITY, second = INFINITY, parted = 0;
  line line_best = {0}, tried;
  int n_different = 0;
  for (int k = 0; k < n; k++) {
    bool seen = false;
    for (int i = 0; i < k; i++)
      seen |= gaps[i] == gaps[k];
    n_different += !seen;
  }
  if (n_different < N_LEAST)
    return EPX_RAISE(EPX_EINPUT, "a series of %d different gaps; at least %d are wanted, one scan each",
                     n_different, N_LEAST);
  EPX_TRY(EPX_ARRAY(room, 2 * (size_t)n));
  for (int k = 0; k <= n; k++) {
    const double at = k < n ? gaps[k] : INFINITY;
    const double square = eval_square(r, gaps, n, at, room, &tried);
    if (square < best) {
      second = best;
      best = square;
      parted = at;
      line_best = tried;
    } else if (square > best) {
      second = fmin(second, square);
    }
  }
  epx_array_destroy(&room);
  *series = (epx_gap_series){
      .n = n, .decided = 2 * n * log(second / best) > decisive, .decay = eval_slope(&line_best, n, -1)};
  for (int k = 0; series->decided && k < n; k++)
    keep(r[k], gaps[k] < parted);
  return EPX_OK;
}

epx_err epx_power_series_eval(epx_resonance *const *r, int n, epx_estimate *shift) {
  double *room;
  if (n < N_LEAST)
    return EPX_RAISE(EPX_EINPUT, "a series of %d powers; at least %d are wanted, one scan each", n, N_LEAST);
  EPX_TRY(EPX_ARRAY(room, 2 * (size_t)n));
  for (int k = 0; k < n; k++) {
    room[k] = r[k]->absorbed;
    room[n + k] = r[k]->warm;
  }
  const line l = fit_line(room, room + n, n);
  *shift = eval_slope(&l, n, -1);
  epx_array_destroy(&room);
  return EPX_OK;
}
