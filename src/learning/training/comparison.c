/* Two judges first, then row by row. */
#include "learning/training/comparison.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "learning/estimators/estimator_work.h"
#include "learning/training/comparison_row.h"
#include "learning/training/learner_state.h"

typedef struct {
  epx_learner *learner;
  const epx_nudging *nudging;
  const double *theta;
  size_t n;
  double *exact, *difference;  /* [n] the judges */
  double *noisy, *sum, *limit; /* [n] one noisy gradient, the sum of all; that of beta = 0 */
  unsigned char *chosen;       /* [n] the entries that are differentiated; NULL: all that are trained */
  epx_hardware_spec hardware;  /* the learner's own */
  double *estimate[EPX_COMPARISON_BETAS]; /* [n] */
} workspace;

static void set_quiet(epx_learner *learner) {
  learner->spec.hardware.reading = (epx_reading_spec){0};
  learner->spec.hardware.drift = (epx_drift_spec){0};
}

/* Tells whether gradients differ from one update to the next; asked where a network is large, and a repeat dear. */
static bool is_drawn(const workspace *work, const epx_estimator *estimator) {
  const epx_hardware_spec *hardware = &work->hardware;
  return !work->learner->ensemble->collective || estimator->drawn ||
         !epx_reading_is_ideal(&hardware->reading) || epx_hardware_is_drifting(hardware);
}

/* Repeats the gradient as the updates of other steps; with the many entries of a gradient, few repeats are
 * enough. */
static epx_err eval_noise(const workspace *work, const epx_nudging *nudging, const double *g, double *spread,
                          double *convergence, const epx_comparison *row) {
  enum { N_REPEATS = 8 };
  epx_learner *learner = work->learner;
  const double ee = epx_comparison_eval_dot(work->n, work->exact, work->exact);
  double ge = 0, gg = 0;
  *spread = NAN;
  *convergence = epx_comparison_eval_convergence(epx_comparison_eval_dot(work->n, g, work->exact),
                                                 epx_comparison_eval_dot(work->n, g, g), ee);
  if (row->estimator->computed || !is_drawn(work, row->estimator)) return EPX_OK;
  int code = EPX_OK;
  learner->spec.hardware = work->hardware;
  memset(work->sum, 0, work->n * sizeof *work->sum);
  for (int m = 0; m < N_REPEATS && code == EPX_OK; m++) {
    learner->key.step = (uint32_t)m;
    code = epx_learner_eval_gradient(learner, row->estimator, nudging, work->theta, work->noisy);
    for (size_t i = 0; i < work->n; i++)
      work->sum[i] += work->noisy[i];
    ge += epx_comparison_eval_dot(work->n, work->noisy, work->exact) / N_REPEATS;
    gg += epx_comparison_eval_dot(work->n, work->noisy, work->noisy) / N_REPEATS;
  }
  learner->key.step = 0;
  set_quiet(learner);
  EPX_TRY(code);
  const double mean = epx_comparison_eval_dot(work->n, work->sum, work->sum) / N_REPEATS / N_REPEATS;
  *spread = ee > 0 ? sqrt(fmax(0, (gg - mean) * N_REPEATS / (N_REPEATS - 1)) / ee) : NAN;
  *convergence = epx_comparison_eval_convergence(ge, gg, ee);
  return EPX_OK;
}

static epx_err eval_beta(const workspace *work, int k, epx_comparison *row) {
  double *g = work->estimate[k];
  epx_nudging nudging = *work->nudging;
  nudging.scheme = row->scheme;
  if (row->estimator->nudged) nudging.beta = row->beta[k];
  const long before = epx_learner_get_counts(work->learner).equilibria;
  const long failures = epx_estimator_get_failures(work->learner->work);
  EPX_TRY(epx_learner_eval_gradient(work->learner, row->estimator, &nudging, work->theta, g));
  row->equilibria = epx_learner_get_counts(work->learner).equilibria - before;
  if (row->estimator == &epx_estimator_holomorphic) /* its points are not the population's */
    row->equilibria += (long)row->estimator->eval_phases(&nudging, 0) * work->learner->task->n_train;
  epx_comparison_set_beta(work->n, g, work->exact, k, row);
  row->failures += epx_estimator_get_failures(work->learner->work) - failures;
  row->vanishing[k] = NAN;
  EPX_TRY(eval_noise(work, &nudging, g, &row->spread[k], &row->convergence[k], row));
  return EPX_OK;
}

/* The order of the bias in beta. */
static int get_order(const workspace *work, const epx_comparison *row) {
  if (row->estimator == &epx_estimator_holomorphic) return (int)row->estimator->eval_phases(work->nudging, 0);
  return row->scheme == EPX_CENTERED ? 2 : 1;
}

static epx_err eval_row(const workspace *work, epx_comparison *row) {
  const bool nudged = row->estimator->nudged;
  row->n_betas = nudged ? EPX_COMPARISON_BETAS : 1;
  for (int k = 0; k < row->n_betas; k++) {
    row->beta[k] = nudged ? ldexp(work->nudging->beta, -k) : NAN;
    EPX_TRY(eval_beta(work, k, row));
  }
  for (size_t i = 0; i < work->n; i++)
    work->noisy[i] = !work->chosen || work->chosen[i] ? work->estimate[row->n_betas - 1][i] : 0;
  row->difference_error = epx_comparison_eval_error(work->n, work->noisy, work->difference);
  epx_comparison_set_limit(work->n, work->estimate, work->exact, get_order(work, row), work->limit, row);
  return EPX_OK;
}

/* Marks the parameter of kind p with the largest exact entry of those not yet chosen, unless all vanish. */
static void choose_largest(const workspace *work, int p) {
  const epx_network *network = work->learner->network;
  size_t at = work->n;
  for (size_t k = network->offset[p]; k < network->offset[p] + network->count[p]; k++) {
    if (work->chosen[k] || work->exact[k] == 0) continue;
    if (at == work->n || fabs(work->exact[k]) > fabs(work->exact[at])) at = k;
  }
  if (at < work->n) work->chosen[at] = 1;
}

/* Finite differences: of a network that is distributed, of few parameters. */
static epx_err eval_differences(workspace *work) {
  epx_learner *learner = work->learner;
  unsigned char *trained = learner->settings.trained;
  for (int p = 0; work->chosen && p < learner->network->family->n_parameters; p++) {
    for (int m = 0; m < EPX_COMPARISON_DIFFERENCES; m++)
      choose_largest(work, p);
  }
  if (work->chosen) learner->settings.trained = work->chosen;
  const epx_estimator judge =
      epx_estimator_finite_difference; /* not the rule that trains, which knows its weights */
  const int code = epx_learner_eval_gradient(learner, &judge, work->nudging, work->theta, work->difference);
  learner->settings.trained = trained;
  return code;
}

/* As the rule's own refusals, and of a network that is distributed those that would take too long. */
static const char *get_refusal(const workspace *work, const epx_estimator *estimator) {
  const epx_learner *learner = work->learner;
  const char *refusal =
      epx_estimator_get_refusal(estimator, learner->ensemble->functions->engine, learner->network);
  size_t n_trained = 0;
  for (size_t k = 0; k < work->n; k++)
    n_trained += learner->settings.trained[k];
  if (refusal || !learner->ensemble->collective || !estimator->eval_phases) return refusal;
  return estimator->eval_phases(work->nudging, n_trained) > EPX_COMPARISON_PHASES
             ? "it takes more than 1000 equilibria a sample here: train fewer parameters, or set "
               "learning.nudge.probes"
             : NULL;
}

static epx_err eval_rows(workspace *work, epx_comparison *rows, int *n_rows, double *vector) {
  epx_learner *learner = work->learner;
  EPX_TRY(
      epx_learner_eval_gradient(learner, &epx_estimator_backprop, work->nudging, work->theta, work->exact));
  EPX_TRY(eval_differences(work));
  if (vector) memcpy(vector, work->difference, work->n * sizeof *vector);
  *n_rows = 0;
  for (int i = 0; epx_estimator_get(i); i++) {
    const epx_estimator *estimator = epx_estimator_get(i);
    const char *refusal = get_refusal(work, estimator);
    for (int s = 0; s < (estimator->nudged && !estimator->own_scheme && !refusal ? 2 : 1); s++) {
      epx_comparison *row = &rows[(*n_rows)++];
      *row = (epx_comparison){.estimator = estimator, .refusal = refusal, .scheme = (epx_scheme)s};
      if (!refusal) EPX_TRY(eval_row(work, row));
      if (!refusal && vector)
        memcpy(vector + (size_t)*n_rows * work->n, work->estimate[0], work->n * sizeof *vector);
    }
  }
  return EPX_OK;
}

epx_err epx_comparison_eval(epx_learner *learner, const double *theta, const epx_nudging *nudging,
                            epx_comparison *rows, int *n_rows, double *vector) {
  if (learner->n_instances != 1)
    return EPX_RAISE(EPX_EINPUT, "gradients are compared on one instance, not %d", learner->n_instances);
  if (!(nudging->beta > 0) || !isfinite(nudging->beta))
    return EPX_RAISE(EPX_EINPUT, "the nudge's beta is %g; it must be positive", nudging->beta);
  const size_t n = learner->network->n_theta;
  double *memory = NULL;
  EPX_TRY(EPX_ARRAY(memory, (5 + EPX_COMPARISON_BETAS) * n));
  workspace work = {.learner = learner,
                    .nudging = nudging,
                    .theta = theta,
                    .n = n,
                    .exact = memory,
                    .difference = memory + n,
                    .noisy = memory + 2 * n,
                    .sum = memory + 3 * n,
                    .limit = memory + 4 * n,
                    .hardware = learner->spec.hardware};
  for (size_t k = 0; k < EPX_COMPARISON_BETAS; k++)
    work.estimate[k] = memory + (5 + k) * n;
  set_quiet(learner);
  int code = learner->ensemble->collective ? EPX_ARRAY(work.chosen, n) : EPX_OK;
  if (code == EPX_OK) code = eval_rows(&work, rows, n_rows, vector);
  learner->spec.hardware = work.hardware;
  epx_array_destroy(&work.chosen);
  epx_array_destroy(&memory);
  EPX_TRY(code);
  return EPX_OK;
}
