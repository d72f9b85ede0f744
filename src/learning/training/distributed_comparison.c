/** @file
 * Distributed comparison: implicit differentiation judges all, finite differences of the cost a few entries.
 */
#include "learning/training/distributed_comparison.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "learning/estimators/distributed_gradient.h"
#include "learning/training/comparison_row.h"

/** Of a finite difference, next to parameters of order 1. */
#define STEP 1e-3

enum { MAX_DIFFERENCES = EPX_FAMILY_MAX_PARAMETERS * EPX_DISTRIBUTED_COMPARISON_DIFFERENCES };

typedef struct {
  epx_distributed_learner *learner;
  const epx_network *network;
  const epx_nudging *nudging;
  double *theta;                          /* [n] */
  double *exact, *limit;                  /* [n] */
  double *estimate[EPX_COMPARISON_BETAS]; /* [n] */
  size_t n;
  int n_differences;
  size_t at[MAX_DIFFERENCES]; /* which parameters */
  double difference[MAX_DIFFERENCES];
} workspace;

static epx_distributed_counts get_counts(const workspace *work) {
  return epx_distributed_get_counts(epx_distributed_learner_get_network(work->learner));
}

/** Gets the parameter of kind p with the largest exact entry of those not yet chosen; false: all vanish. */
static bool find_largest(const workspace *work, int p, size_t *at) {
  const size_t first = work->network->offset[p];
  double largest = 0;
  for (size_t k = first; k < first + work->network->count[p]; k++) {
    bool chosen = false;
    for (int m = 0; m < work->n_differences; m++)
      chosen = chosen || work->at[m] == k;
    if (chosen || !(fabs(work->exact[k]) > largest)) continue;
    largest = fabs(work->exact[k]);
    *at = k;
  }
  return largest > 0;
}

static epx_err eval_cost(const workspace *work, double *cost) {
  epx_performance performance;
  EPX_TRY(epx_distributed_learner_eval_performance(work->learner, work->theta, EPX_PART_TRAIN, false,
                                                   &performance, NULL));
  *cost = performance.loss;
  return EPX_OK;
}

/** dC/dtheta = (C(h) - C(-h)) / 2 h. */
static epx_err eval_difference(const workspace *work, size_t at, double *difference) {
  const double before = work->theta[at], h = STEP * fmax(1, fabs(before));
  double above, below = NAN;
  work->theta[at] = before + h;
  int code = eval_cost(work, &above);
  work->theta[at] = before - h;
  if (code == EPX_OK) code = eval_cost(work, &below);
  work->theta[at] = before;
  EPX_TRY(code);
  *difference = (above - below) / (2 * h);
  return EPX_OK;
}

static epx_err eval_differences(workspace *work) {
  for (int p = 0; p < work->network->family->n_parameters; p++) {
    for (int m = 0; m < EPX_DISTRIBUTED_COMPARISON_DIFFERENCES; m++) {
      size_t at = 0;
      if (!find_largest(work, p, &at)) break;
      EPX_TRY(eval_difference(work, at, &work->difference[work->n_differences]));
      work->at[work->n_differences++] = at;
    }
  }
  return EPX_OK;
}

static epx_err eval_beta(const workspace *work, int k, epx_comparison *row) {
  epx_nudging nudging = *work->nudging;
  nudging.scheme = row->scheme;
  if (row->estimator->nudged) nudging.beta = row->beta[k];
  double *g = work->estimate[k];
  const epx_distributed_counts before = get_counts(work);
  EPX_TRY(epx_distributed_learner_eval_gradient(work->learner, row->estimator, &nudging, work->theta, g));
  row->equilibria = get_counts(work).equilibria - before.equilibria;
  row->failures += get_counts(work).failures - before.failures;
  epx_comparison_set_beta(work->n, g, work->exact, k, row);
  row->vanishing[k] = row->spread[k] = NAN;
  row->convergence[k] = epx_comparison_eval_convergence(
      epx_comparison_eval_dot(work->n, g, work->exact), epx_comparison_eval_dot(work->n, g, g),
      epx_comparison_eval_dot(work->n, work->exact, work->exact));
  return EPX_OK;
}

static epx_err eval_row(const workspace *work, epx_comparison *row) {
  const bool nudged = row->estimator->nudged;
  row->n_betas = nudged ? EPX_COMPARISON_BETAS : 1;
  for (int k = 0; k < row->n_betas; k++) {
    row->beta[k] = nudged ? ldexp(work->nudging->beta, -k) : NAN;
    EPX_TRY(eval_beta(work, k, row));
  }
  double g[MAX_DIFFERENCES];
  for (int m = 0; m < work->n_differences; m++)
    g[m] = work->estimate[row->n_betas - 1][work->at[m]];
  row->difference_error = epx_comparison_eval_error((size_t)work->n_differences, g, work->difference);
  epx_comparison_set_limit(work->n, work->estimate, work->exact, row->scheme == EPX_CENTERED ? 2 : 1,
                           work->limit, row);
  return EPX_OK;
}

static epx_err eval_rows(workspace *work, epx_comparison *rows, int *n_rows) {
  EPX_TRY(epx_distributed_learner_eval_gradient(work->learner, epx_estimator_get_by_name("backprop"),
                                                work->nudging, work->theta, work->exact));
  EPX_TRY(eval_differences(work));
  *n_rows = 0;
  for (int i = 0; epx_estimator_get(i); i++) {
    const epx_estimator *estimator = epx_estimator_get(i);
    const char *refusal = epx_distributed_gradient_get_refusal(estimator, work->network->family);
    for (int s = 0; s < (estimator->nudged && !refusal ? 2 : 1); s++) {
      epx_comparison *row = &rows[(*n_rows)++];
      *row = (epx_comparison){.estimator = estimator, .refusal = refusal, .scheme = (epx_scheme)s};
      if (!refusal) EPX_TRY(eval_row(work, row));
    }
  }
  return EPX_OK;
}

epx_err epx_distributed_comparison_eval(epx_distributed_learner *learner, const epx_network *network,
                                        const double *theta, const epx_nudging *nudging, epx_comparison *rows,
                                        int *n_rows) {
  if (!(nudging->beta > 0) || !isfinite(nudging->beta))
    return EPX_RAISE(EPX_EINPUT, "the nudge's beta is %g; it must be positive", nudging->beta);
  const size_t n = network->n_theta;
  double *memory = NULL;
  EPX_TRY(EPX_ARRAY(memory, (3 + EPX_COMPARISON_BETAS) * n));
  workspace work = {.learner = learner,
                    .network = network,
                    .nudging = nudging,
                    .theta = memory,
                    .exact = memory + n,
                    .limit = memory + 2 * n,
                    .n = n};
  for (size_t k = 0; k < EPX_COMPARISON_BETAS; k++)
    work.estimate[k] = memory + (3 + k) * n;
  memcpy(work.theta, theta, n * sizeof *theta);
  const int code = eval_rows(&work, rows, n_rows);
  epx_array_destroy(&memory);
  EPX_TRY(code);
  return EPX_OK;
}
