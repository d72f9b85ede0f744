/** @file
 * Dips: the background is fitted to all points, then again and again to those that are not clearly below it; what stays
 * below are dips. The noise is told by second differences, which a smooth curve has next to none of.
 */
#include "measurement/dips.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "photonic/device/constant.h"

enum { N_INSIDE = 5, N_ROUNDS = 48, N_TERMS = 8, N_SMOOTH = 4, REACH = 8, N_PERIODS = 40, N_STEPS = 16 };

static const double noise_factor = 6, least_share = 0.1, reach_period = 0.1;

typedef struct {
  const epx_scan *s;
  double fringe, noise;
  double *background, *depth; /* [n_points]; depth in shares of the background */
  epx_dip *dips;
  int n_dips;
} search;

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median of |y[i-1] - 2 y[i] + y[i+1]| is .6745 sqrt6 sigma of normal noise. */
static epx_err eval_noise(search *f) {
  const size_t n = f->s->n_points - 2;
  const double *y = f->s->power;
  double *second;
  EPX_TRY(EPX_ARRAY(second, n));
  for (size_t i = 0; i < n; i++)
    second[i] = fabs(y[i] - 2 * y[i + 1] + y[i + 2]);
  qsort(second, n, sizeof *second, compare);
  f->noise = second[n / 2] / (0.6745 * 2.449489742783178);
  epx_array_destroy(&second);
  return EPX_OK;
}

static void write_terms(const search *f, size_t i, double *term) {
  const double *w = f->s->frequency, low = w[0], high = w[f->s->n_points - 1];
  const double x = high > low ? 2 * (w[i] - low) / (high - low) - 1 : 0;
  const double turn = f->fringe > 0 ? 2 * EPX_PI * (w[i] - low) / f->fringe : 0;
  const double all[N_TERMS] = {1, x, x * x, x * x * x, cos(turn), sin(turn), x * cos(turn), x * sin(turn)};
  for (int k = 0; k < N_TERMS; k++)
    term[k] = all[k];
}

static epx_err solve_background(search *f, const gsl_matrix *terms, const gsl_vector *weight, gsl_vector *c,
                                gsl_matrix *covariance, gsl_multifit_linear_workspace *work) {
  gsl_vector_const_view y = gsl_vector_const_view_array(f->s->power, f->s->n_points);
  double square;
  if (gsl_multifit_wlinear(terms, weight, &y.vector, c, covariance, &square, work) != 0)
    return EPX_RAISE(EPX_EINPUT, "%s:%ld: no smooth background can be put under this scan", f->s->name,
                     f->s->line);
  for (size_t i = 0; i < f->s->n_points; i++) {
    double sum = 0;
    for (size_t k = 0; k < terms->size2; k++)
      sum += gsl_matrix_get(terms, i, k) * gsl_vector_get(c, k);
    f->background[i] = sum;
  }
  return EPX_OK;
}

/* Leaves out what is further below the background than `below`; true where that changes anything. */
static int weigh(const search *f, double below, gsl_vector *weight) {
  int changed = 0;
  size_t n = 0;
  for (size_t i = 0; i < f->s->n_points; i++) {
    const double now = f->background[i] - f->s->power[i] <= below;
    changed |= now != gsl_vector_get(weight, i);
    gsl_vector_set(weight, i, now);
    n += now > 0;
  }
  return changed && n > 2 * N_TERMS;
}

static epx_err iterate_background(search *f, gsl_matrix *terms, gsl_matrix *covariance, gsl_vector *weight,
                                  gsl_vector *c, gsl_multifit_linear_workspace *work) {
  double term[N_TERMS], spread = 0;
  int code = EPX_OK;
  for (size_t i = 0; i < terms->size1; i++) {
    write_terms(f, i, term);
    for (size_t k = 0; k < terms->size2; k++)
      gsl_matrix_set(terms, i, k, term[k]);
    spread = fmax(spread, f->s->power[i]);
  }
  gsl_vector_set_all(weight, 1);
  for (int round = 0; code == EPX_OK && round < N_ROUNDS; round++) {
    code = solve_background(f, terms, weight, c, covariance, work);
    spread = fmax(spread / 1.5, 3 * f->noise);
    if (code == EPX_OK && !weigh(f, spread, weight) && spread <= 3 * f->noise) break;
  }
  return code;
}

static epx_err eval_background(search *f) {
  const size_t n = f->s->n_points, p = f->fringe > 0 ? N_TERMS : N_SMOOTH;
  gsl_matrix *terms = gsl_matrix_alloc(n, p), *covariance = gsl_matrix_alloc(p, p);
  gsl_vector *weight = gsl_vector_alloc(n), *c = gsl_vector_alloc(p);
  gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(n, p);
  const int code = terms && covariance && weight && c && work
                       ? iterate_background(f, terms, covariance, weight, c, work)
                       : EPX_RAISE(EPX_EMEMORY, "no memory for a scan of %zu points", n);
  gsl_multifit_linear_free(work);
  gsl_vector_free(weight);
  gsl_vector_free(c);
  gsl_matrix_free(terms);
  gsl_matrix_free(covariance);
  return code;
}

/* Half of the points are nearer to the background than this. */
static epx_err eval_misfit(const search *f, double *misfit) {
  const size_t n = f->s->n_points;
  double *distance;
  EPX_TRY(EPX_ARRAY(distance, n));
  for (size_t i = 0; i < n; i++)
    distance[i] = fabs(f->s->power[i] - f->background[i]);
  qsort(distance, n, sizeof *distance, compare);
  *misfit = distance[n / 2];
  epx_array_destroy(&distance);
  return EPX_OK;
}

/* The background with the period that suits most points best, of some about the one stated: a tenth to both sides, a sixteenth of
 * a fringe apart over the whole scan. */
static epx_err find_background(search *f) {
  const double stated = f->fringe, *w = f->s->frequency;
  if (!(stated > 0)) return eval_background(f);
  const double n_fringes = (w[f->s->n_points - 1] - w[0]) / stated;
  const int n = 1 + (int)fmin(N_PERIODS, 2 * ceil(reach_period * n_fringes * N_STEPS));
  double least = INFINITY, best = stated;
  for (int k = 0; k <= n; k++) {
    double misfit;
    f->fringe = k < n ? stated * exp(reach_period * (n > 1 ? 2.0 * k / (n - 1) - 1 : 0)) : best;
    EPX_TRY(eval_background(f));
    EPX_TRY(eval_misfit(f, &misfit));
    if (misfit < least) best = f->fringe;
    least = fmin(least, misfit);
  }
  return EPX_OK;
}

/* Where the depth crosses `level` between two neighbours. */
static double eval_crossing(const search *f, size_t below, size_t above, double level) {
  const double a = f->depth[below], b = f->depth[above], *w = f->s->frequency;
  const double share = b != a ? (level - a) / (b - a) : 0.5;
  return w[below] + fmin(fmax(share, 0), 1) * (w[above] - w[below]);
}

/* The dip that the points first … last belong to; false where the scan ends within it. */
static int measure(const search *f, size_t first, size_t last, epx_dip *dip) {
  size_t left = first, right = last;
  *dip = (epx_dip){0};
  for (size_t i = first; i <= last; i++)
    dip->depth = fmax(dip->depth, f->depth[i]);
  while (f->depth[left] < dip->depth / 2)
    left++;
  while (f->depth[right] < dip->depth / 2)
    right--;
  if (left == 0 || right + 1 == f->s->n_points) return 0;
  const double low = eval_crossing(f, left - 1, left, dip->depth / 2),
               high = eval_crossing(f, right + 1, right, dip->depth / 2);
  dip->centre = (low + high) / 2;
  dip->width = high - low;
  dip->power = f->background[(left + right) / 2];
  dip->n_inside = right - left + 1;
  dip->first = left;
  dip->n_points = right - left + 1;
  return dip->width > 0;
}

static epx_err add(search *f, size_t first, size_t last) {
  epx_dip dip, *larger;
  if (!measure(f, first, last, &dip)) return EPX_OK;
  EPX_TRY(EPX_ARRAY(larger, (size_t)f->n_dips + 1));
  for (int k = 0; k < f->n_dips; k++)
    larger[k] = f->dips[k];
  larger[f->n_dips++] = dip;
  epx_array_destroy(&f->dips);
  f->dips = larger;
  return EPX_OK;
}

/* Runs of points that are deep; the mean of three is judged. Runs whose distance is half of their length are one dip: a
 * split one, or one at whose edge the noise is. */
static epx_err find(search *f) {
  const size_t n = f->s->n_points;
  double deepest = 0, noise = 0;
  for (size_t i = 1; i + 1 < n; i++)
    deepest = fmax(deepest, (f->depth[i - 1] + f->depth[i] + f->depth[i + 1]) / 3);
  for (size_t i = 0; i < n; i++)
    noise = fmax(noise, f->noise / f->background[i]);
  if (deepest < noise_factor * noise || deepest <= 0)
    return EPX_RAISE(
        EPX_EINPUT,
        "%s:%ld: no resonance: nothing is deeper than %g times the noise below a smooth background; give "
        "a scan with a dip in it, or tell of --fringes",
        f->s->name, f->s->line, noise_factor);
  const double level = fmax(least_share * deepest, fmin(noise_factor * noise, deepest / 2));
  size_t first = n, last = 0;
  for (size_t i = 1; i < n; i++) {
    const double mean = (f->depth[i - 1] + f->depth[i] + f->depth[i + 1 < n ? i + 1 : i]) / 3;
    if (mean < level) continue;
    if (first < n && i - last > N_INSIDE / 2 + (last - first) / 2) {
      EPX_TRY(add(f, first, last));
      first = n;
    }
    if (first == n) first = i;
    last = i;
  }
  return first < n ? add(f, first, last) : EPX_OK;
}

/* Each dip has the points up to REACH widths away, and none that are nearer to another. */
static void share(search *f) {
  const epx_scan *s = f->s;
  for (int k = 0; k < f->n_dips; k++) {
    epx_dip *d = &f->dips[k];
    double low = d->centre - REACH * d->width, high = d->centre + REACH * d->width;
    if (k > 0) low = fmax(low, (d->centre + f->dips[k - 1].centre) / 2);
    if (k + 1 < f->n_dips) high = fmin(high, (d->centre + f->dips[k + 1].centre) / 2);
    size_t first = 0, last = s->n_points;
    while (s->frequency[first] < low)
      first++;
    while (s->frequency[last - 1] > high)
      last--;
    d->first = first;
    d->n_points = last - first;
  }
}

static epx_err check(const search *f) {
  if (f->n_dips == 0)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: no resonance lies whole within the scan; measure further to both sides of it",
                     f->s->name, f->s->line);
  for (int k = 0; k < f->n_dips; k++)
    if (f->dips[k].n_inside < N_INSIDE)
      return EPX_RAISE(
          EPX_EINPUT,
          "%s:%ld: the dip at %.9g nm has %zu points within its width, too few to fit: at least %d are "
          "wanted, so steps of at most %.3g pm",
          f->s->name, f->s->line, 2e9 * EPX_PI * EPX_LIGHT_SPEED / f->dips[k].centre, f->dips[k].n_inside,
          N_INSIDE,
          1e12 * 2 * EPX_PI * EPX_LIGHT_SPEED * f->dips[k].width /
              (f->dips[k].centre * f->dips[k].centre * N_INSIDE));
  return EPX_OK;
}

static epx_err solve(search *f) {
  const size_t n = f->s->n_points;
  EPX_TRY(EPX_ARRAY(f->background, n));
  EPX_TRY(EPX_ARRAY(f->depth, n));
  EPX_TRY(eval_noise(f));
  EPX_TRY(find_background(f));
  for (size_t i = 0; i < n; i++) {
    if (f->background[i] <= 0)
      return EPX_RAISE(EPX_EINPUT,
                       "%s:%ld: the background of the power falls below 0: give powers, not amplitudes",
                       f->s->name, f->s->line);
    f->depth[i] = (f->background[i] - f->s->power[i]) / f->background[i];
  }
  EPX_TRY(find(f));
  EPX_TRY(check(f));
  share(f);
  return EPX_OK;
}

epx_err epx_dips_create(const epx_scan *scan, double fringe, epx_dip **dips, int *n_dips) {
  search f = {.s = scan, .fringe = fringe};
  *dips = NULL;
  *n_dips = 0;
  if (scan->n_points < EPX_SCAN_LEAST)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: %zu points, too few for a fit: at least %d are wanted, some 20 a linewidth",
                     scan->name, scan->line, scan->n_points, EPX_SCAN_LEAST);
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  const int code = solve(&f);
  gsl_set_error_handler(handler);
  epx_array_destroy(&f.background);
  epx_array_destroy(&f.depth);
  if (code != EPX_OK) epx_array_destroy(&f.dips);
  EPX_TRY(code);
  *dips = f.dips;
  *n_dips = f.n_dips;
  return EPX_OK;
}
