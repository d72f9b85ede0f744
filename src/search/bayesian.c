/** @file
 * Bayesian optimisation: the improvement is sought by a cloud of points, then around the best of them and of those that
 * were tried, in steps that shrink from a tenth of the range to a ten-thousandth.
 */
#include "search/bayesian.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "search/surrogate.h"

enum { N_CLOUD = 2000, N_AROUND = 60, N_TRIES_MAX = 10000 };

static const double reaches[] = {0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001};

/* A proposal under way: u [n_factors] says a point by a place in [0, 1) of each factor; x [d] is where the surrogate
 * sees it. */
typedef struct {
  const epx_bayesian_spec *spec;
  int d;
  epx_surrogate *surrogate; /* of the results; NULL: no point has a margin yet, and that is sought */
  epx_surrogate *margins;   /* NULL: any point will do, as far as is known */
  double wanted;            /* least margin, as the surrogate has them */
  epx_random stream;
  double least;         /* mean of the surrogate at a point that was tried */
  double *u, *x, *row;  /* of a candidate */
  double *best_u, best; /* expected improvement, and where */
} proposal;

static int count_places(const epx_factor *f) {
  return f->categorical ? f->n_levels : 1;
}

static int count_all(const epx_factor *factors, int n) {
  int d = 0;
  for (int i = 0; i < n; i++)
    d += count_places(&factors[i]);
  return d;
}

int epx_bayesian_get_n_initial(const epx_factor *factors, int n_factors) {
  return 2 * (count_all(factors, n_factors) + 1);
}

/* The share of its distribution that lies below a value, found by halving: there is one quantile function for all. */
static double eval_spread_place(const epx_factor *f, double value) {
  double low = 0, high = 1;
  for (int k = 0; k < 40; k++)
    *(epx_factor_eval(f, (low + high) / 2) < value ? &low : &high) = (low + high) / 2;
  return (low + high) / 2;
}

/* Where the surrogate sees a row: words at the corners of a simplex. */
static void eval_seen(const epx_bayesian_spec *spec, const double *row, double *x) {
  for (int i = 0; i < spec->n_factors; i++) {
    const epx_factor *f = &spec->factors[i];
    if (f->categorical)
      for (int k = 0; k < f->n_levels; k++)
        *x++ = row[i] == k ? 0.7 : 0;
    else
      *x++ = f->spread          ? eval_spread_place(f, row[i])
             : f->n_levels == 1 ? 0
                                : epx_factor_eval_place(f, row[i]);
  }
}

static bool is_allowed(const epx_bayesian_spec *spec, const double *row) {
  return !spec->constraint || epx_expression_eval(spec->constraint, row) > 0;
}

static double eval_improvement(const proposal *p) {
  double mean, deviation, probability = 1;
  eval_seen(p->spec, p->row, p->x);
  if (p->margins) {
    epx_surrogate_eval(p->margins, p->x, &mean, &deviation);
    probability = gsl_cdf_ugaussian_P((mean - p->wanted) / fmax(deviation, 1e-9));
  }
  if (!p->surrogate) return probability;
  epx_surrogate_eval(p->surrogate, p->x, &mean, &deviation);
  if (!(deviation > 0)) return 0;
  const double z = (p->least - mean) / deviation;
  return probability * ((p->least - mean) * gsl_cdf_ugaussian_P(z) + deviation * gsl_ran_ugaussian_pdf(z));
}

/* Takes the candidate at p->u where it is better than the best so far. */
static void try_candidate(proposal *p) {
  for (int i = 0; i < p->spec->n_factors; i++) {
    p->u[i] = fmin(fmax(p->u[i], 0), 1 - 0x1p-53);
    p->row[i] = epx_factor_eval(&p->spec->factors[i], p->u[i]);
  }
  if (!is_allowed(p->spec, p->row)) return;
  const double improvement = eval_improvement(p);
  if (improvement <= p->best) return;
  p->best = improvement;
  memcpy(p->best_u, p->u, (size_t)p->spec->n_factors * sizeof *p->u);
}

static double draw(const proposal *p, int i, int k, int reach, int i_factor) {
  return epx_random_eval_uniform(&p->stream, (uint32_t)i, (uint32_t)k, (uint32_t)reach, (uint32_t)i_factor);
}

static void search_cloud(proposal *p, int i) {
  for (int k = 0; k < N_CLOUD; k++) {
    for (int f = 0; f < p->spec->n_factors; f++)
      p->u[f] = draw(p, i, k, 0, f);
    try_candidate(p);
  }
}

static void search_around(proposal *p, int i) {
  const int n_reaches = sizeof reaches / sizeof *reaches;
  for (int r = 0; r < n_reaches; r++)
    for (int k = 0; k < N_AROUND; k++) {
      for (int f = 0; f < p->spec->n_factors; f++)
        p->u[f] = p->best_u[f] + reaches[r] * gsl_cdf_ugaussian_Pinv(draw(p, i, k, r + 1, f));
      try_candidate(p);
    }
}

/* Results above their median, by a logarithm whose unit is the way from the least to the median; failed ones are the
 * worst. The values are then of mean 0 and deviation 1. */
static epx_err warp(int n, const double *result, double *y) {
  double *sorted, worst = -INFINITY, mean = 0, square = 0;
  EPX_TRY(EPX_ARRAY(sorted, (size_t)n));
  for (int k = 0; k < n; k++)
    if (!isnan(result[k])) worst = fmax(worst, result[k]);
  for (int k = 0; k < n; k++)
    sorted[k] = y[k] = isnan(result[k]) ? isfinite(worst) ? worst : 0 : result[k];
  gsl_sort(sorted, 1, (size_t)n);
  const double median = sorted[n / 2], unit = fmax(median - sorted[0], 1e-300);
  epx_array_destroy(&sorted);
  for (int k = 0; k < n; k++) {
    if (y[k] > median) y[k] = median + unit * log1p((y[k] - median) / unit);
    mean += y[k] / n;
  }
  for (int k = 0; k < n; k++)
    square += (y[k] - mean) * (y[k] - mean) / n;
  for (int k = 0; k < n; k++)
    y[k] = (y[k] - mean) / (square > 0 ? sqrt(square) : 1);
  return EPX_OK;
}

/* The least mean of the surrogate at a point that has its margin. */
static double find_least(const proposal *p, int n, int n_kept, const double *x, const double *margin) {
  double least = INFINITY;
  for (int k = 0; k < n; k++) {
    double mean, deviation;
    if (n_kept > 0 && margin && margin[k] < 0) continue;
    epx_surrogate_eval(p->surrogate, x + (size_t)k * (size_t)p->d, &mean, &deviation);
    least = fmin(least, mean);
  }
  return least;
}

/* Takes points under way for what the surrogate believes of them: nothing is learnt where they are. */
static epx_err believe(proposal *p, int i, int n_known, const double *x, double *y) {
  double deviation;
  if (i == n_known) return EPX_OK;
  for (int k = n_known; k < i; k++)
    epx_surrogate_eval(p->surrogate, x + (size_t)k * (size_t)p->d, &y[k], &deviation);
  epx_surrogate_destroy(&p->surrogate);
  return epx_surrogate_create(i, p->d, x, y, &p->surrogate);
}

/* The surrogate of the results, and its least mean at a point that was tried and has its margin. */
static epx_err learn_results(proposal *p, int i, int n_known, const double *x, const double *result,
                             const double *margin, double *y) {
  int n_kept = 0;
  for (int k = 0; k < n_known; k++)
    n_kept += !margin || margin[k] >= 0;
  if (n_kept == 0 && p->margins) return EPX_OK;
  EPX_TRY(warp(n_known, result, y));
  EPX_TRY(epx_surrogate_create(n_known, p->d, x, y, &p->surrogate));
  p->least = find_least(p, n_known, n_kept, x, margin);
  return believe(p, i, n_known, x, y);
}

/* Margins that are all the same tell nothing of where others are. */
static epx_err learn_margins(proposal *p, int i, const double *x, const double *margin, double *y) {
  double mean = 0, square = 0;
  for (int k = 0; k < i; k++)
    mean += margin[k] / i;
  for (int k = 0; k < i; k++)
    square += (margin[k] - mean) * (margin[k] - mean) / i;
  if (!(square > 0)) return EPX_OK;
  for (int k = 0; k < i; k++)
    y[k] = (margin[k] - mean) / sqrt(square);
  p->wanted = -mean / sqrt(square);
  return epx_surrogate_create(i, p->d, x, y, &p->margins);
}

static epx_err learn(proposal *p, int i, int n_known, const double *rows, const double *result,
                     const double *margin) {
  const size_t n = (size_t)p->spec->n_factors, d = (size_t)p->d;
  double *x = NULL, *y = NULL;
  int code = EPX_ARRAY(x, (size_t)i * d);
  if (code == EPX_OK) code = EPX_ARRAY(y, (size_t)i);
  for (size_t k = 0; code == EPX_OK && k < (size_t)i; k++)
    eval_seen(p->spec, rows + k * n, x + k * d);
  if (code == EPX_OK && margin) code = learn_margins(p, n_known, x, margin, y);
  if (code == EPX_OK) code = learn_results(p, i, n_known, x, result, margin, y);
  epx_array_destroy(&x);
  epx_array_destroy(&y);
  return code;
}

/* The i-th allowed point of a scrambled Halton sequence. */
static epx_err eval_initial(const epx_bayesian_spec *spec, int i, double *row) {
  epx_design *design;
  for (int n = 4 * (i + 1);; n *= 4) {
    const epx_design_spec halton = {.method = "halton",
                                    .n_points = n,
                                    .seed = spec->seed,
                                    .scramble = true,
                                    .constraint = spec->constraint};
    const int code = epx_design_create(&halton, spec->factors, spec->n_factors, &design);
    if (code != EPX_OK && (code != EPX_EINPUT || n >= N_TRIES_MAX)) return code;
    const bool found = code == EPX_OK && design->n_points > i;
    if (found)
      memcpy(row, design->value + (size_t)i * (size_t)spec->n_factors, (size_t)spec->n_factors * sizeof *row);
    epx_design_destroy(&design);
    if (found) return EPX_OK;
    if (n >= N_TRIES_MAX)
      return EPX_RAISE(EPX_EINPUT,
                       "constraint: fewer than %d of %d points satisfy it; a weaker one is wanted", i + 1, n);
  }
}

static epx_err create_arrays(proposal *p) {
  const size_t n = (size_t)p->spec->n_factors;
  EPX_TRY(EPX_ARRAY(p->u, n));
  EPX_TRY(EPX_ARRAY(p->row, n));
  EPX_TRY(EPX_ARRAY(p->best_u, n));
  return EPX_ARRAY(p->x, (size_t)p->d);
}

epx_err epx_bayesian_eval(const epx_bayesian_spec *spec, int i, int n_known, const double *rows,
                          const double *result, const double *margin, double *row) {
  if (i < spec->n_initial) return eval_initial(spec, i, row);
  proposal p = {.spec = spec,
                .d = count_all(spec->factors, spec->n_factors),
                .stream = epx_random_init(spec->seed, "search:bayesian"),
                .best = -1};
  int code = create_arrays(&p);
  if (code == EPX_OK) code = learn(&p, i, n_known, rows, result, margin);
  if (code == EPX_OK) {
    search_cloud(&p, i);
    search_around(&p, i);
    if (p.best < 0)
      code = EPX_RAISE(EPX_EINPUT, "constraint: none of %d points satisfies it; a weaker one is wanted",
                       N_CLOUD);
  }
  for (int f = 0; code == EPX_OK && f < spec->n_factors; f++)
    row[f] = epx_factor_eval(&spec->factors[f], p.best_u[f]);
  epx_surrogate_destroy(&p.surrogate);
  epx_surrogate_destroy(&p.margins);
  epx_array_destroy(&p.u);
  epx_array_destroy(&p.row);
  epx_array_destroy(&p.best_u);
  epx_array_destroy(&p.x);
  return code;
}
