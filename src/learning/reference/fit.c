/* Each kind steps a model on, and after every epoch shows it to `note`, which marks the goals it has reached. */
#include "learning/reference/fit.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "learning/training/optimizer.h"

static const char *const names[] = {
#define EPX_FIT_NAME(name, word, meaning) [name] = word,
    EPX_FITS(EPX_FIT_NAME)
#undef EPX_FIT_NAME
};

const char *epx_fit_get_name(epx_fit_kind kind) {
  return names[kind];
}

typedef struct {
  const epx_task *task;
  const epx_fit_spec *spec;
  epx_classifier *model;
  size_t size;
  double *gradient, *theta; /* [size] */
  int n_reached;
  epx_fit_mark so_far;
  epx_fit_mark *mark; /* [EPX_FIT_GOALS] out */
  double *first;      /* [size] out: theta at the first goal */
} fit;

/* Marks the goals that are reached; at the end the others, too. Tells whether all are. */
static bool note(fit *f, const double *theta, bool end) {
  const epx_task *task = f->task;
  f->so_far.validation = epx_classifier_eval_accuracy(f->model, theta, task->n_validation, task->validation);
  double accuracy = NAN;
  while (f->n_reached < EPX_FIT_GOALS) {
    const bool reached = f->so_far.validation >= f->spec->goal[f->n_reached];
    if (!reached && !end) return false;
    if (isnan(accuracy)) accuracy = epx_classifier_eval_quantised(f->model, theta, task->n_test, task->test);
    if (f->n_reached == 0) memcpy(f->first, theta, f->size * sizeof *theta);
    f->so_far.accuracy = accuracy;
    f->so_far.reached = reached;
    f->mark[f->n_reached++] = f->so_far;
  }
  return true;
}

/* ---- adam */

static void step_batch(fit *f, epx_optimizer *optimizer, int n, const int *samples) {
  double cost;
  epx_classifier_eval_cost(f->model, f->theta, n, samples, &cost, f->gradient);
  epx_optimizer_step(optimizer, 1, f->gradient, NULL, f->theta, NULL);
  for (size_t i = 0; i < f->size; i++)
    f->theta[i] = (float)f->theta[i];
  f->so_far.forward += n;
  f->so_far.backward += n;
  f->so_far.updates++;
}

static void solve_epochs(fit *f, epx_optimizer *optimizer, int *order) {
  const epx_random stream = epx_random_init(f->spec->seed, "reference:shuffle");
  const int n = f->task->n_train, batch = f->spec->batch < n ? f->spec->batch : n;
  for (int epoch = 0; epoch < f->spec->epochs; epoch++) {
    epx_random_eval_permutation(&stream, f->spec->split, (uint32_t)epoch, 0, n, order);
    for (int i = 0; i < n; i++)
      order[i] = f->task->train[order[i]];
    for (int first = 0; first < n; first += batch)
      step_batch(f, optimizer, first + batch <= n ? batch : n - first, order + first);
    f->so_far.epochs = epoch + 1;
    if (note(f, f->theta, epoch + 1 == f->spec->epochs)) return;
  }
}

static epx_err solve_adam(fit *f) {
  const epx_optimizer_spec spec = {
      .kind = EPX_ADAM, .rate = f->spec->setting, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
  epx_optimizer *optimizer = NULL;
  int *order = NULL;
  int code = EPX_ARRAY(order, (size_t)f->task->n_train);
  if (code == EPX_OK) code = epx_optimizer_create(&spec, 1, f->size, &optimizer);
  if (code == EPX_OK) solve_epochs(f, optimizer, order);
  epx_optimizer_destroy(&optimizer);
  epx_array_destroy(&order);
  return code;
}

/* ---- bfgs */

static double eval_all(const gsl_vector *x, fit *f, double *gradient) {
  double cost;
  for (size_t i = 0; i < f->size; i++)
    f->theta[i] = (float)gsl_vector_get(x, i);
  epx_classifier_eval_cost(f->model, f->theta, f->task->n_train, f->task->train, &cost, gradient);
  f->so_far.forward += f->task->n_train;
  if (gradient) f->so_far.backward += f->task->n_train;
  return cost;
}

static double eval_value(const gsl_vector *x, void *context) {
  return eval_all(x, context, NULL);
}

static void eval_both(const gsl_vector *x, void *context, double *value, gsl_vector *slope) {
  fit *f = context;
  *value = eval_all(x, f, f->gradient);
  for (size_t i = 0; i < f->size; i++)
    gsl_vector_set(slope, i, f->gradient[i]);
}

static void eval_slope(const gsl_vector *x, void *context, gsl_vector *slope) {
  double value;
  eval_both(x, context, &value, slope);
}

static void iterate(fit *f, gsl_multimin_fdfminimizer *minimizer, double *here) {
  for (int k = 0; k < f->spec->epochs; k++) {
    const bool stuck = gsl_multimin_fdfminimizer_iterate(minimizer) != GSL_SUCCESS;
    f->so_far.updates++;
    f->so_far.epochs = k + 1;
    for (size_t i = 0; i < f->size; i++)
      here[i] = (float)gsl_vector_get(minimizer->x, i);
    if (note(f, here, stuck || k + 1 == f->spec->epochs)) return;
  }
}

static epx_err solve_bfgs(fit *f) {
  gsl_multimin_function_fdf cost = {eval_value, eval_slope, eval_both, f->size, f};
  gsl_multimin_fdfminimizer *minimizer =
      gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, f->size);
  gsl_vector *start = gsl_vector_alloc(f->size);
  double *here = NULL;
  int code = minimizer && start ? EPX_ARRAY(here, f->size) : EPX_RAISE(EPX_EMEMORY, "no memory for bfgs");
  if (code == EPX_OK) {
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    for (size_t i = 0; i < f->size; i++)
      gsl_vector_set(start, i, f->theta[i]);
    gsl_multimin_fdfminimizer_set(minimizer, &cost, start, f->spec->setting, 0.1);
    iterate(f, minimizer, here);
    gsl_set_error_handler(handler);
  }
  epx_array_destroy(&here);
  if (start) gsl_vector_free(start);
  if (minimizer) gsl_multimin_fdfminimizer_free(minimizer);
  return code;
}

/* ---- ridge */

/* Sums of 16-bit products: lower triangle of X'X [d][d], and X'T [d][c]; the last of the d inputs is 1. */
static void add_sample(const fit *f, int sample, int d, int c, float *x, float *gram, float *right) {
  const double *features = f->task->features + (size_t)sample * (size_t)(d - 1);
  for (int i = 0; i < d; i++)
    x[i] = i < d - 1 ? epx_classifier_round((float)features[i]) : 1;
  for (int i = 0; i < d; i++) {
    for (int k = 0; k <= i; k++)
      gram[i * d + k] += x[i] * x[k];
    for (int o = 0; o < c; o++)
      right[i * c + o] += f->task->labels[sample] == o + (c == 1) ? x[i] : -x[i];
  }
}

static epx_err solve_equations(fit *f, int d, int c, float *gram, float *right) {
  for (int i = 0; i < d - 1; i++)
    gram[i * d + i] += (float)(f->spec->setting * f->task->n_train);
  if (LAPACKE_sposv(LAPACK_ROW_MAJOR, 'L', d, c, gram, d, right, c) != 0)
    return EPX_RAISE(EPX_ESOLVER, "ridge: the equations have no solution at a penalty of %g",
                     f->spec->setting);
  for (int i = 0; i < d * c; i++)
    f->theta[i] = right[i];
  f->so_far = (epx_fit_mark){.epochs = 1, .forward = f->task->n_train, .updates = 1};
  note(f, f->theta, true);
  return EPX_OK;
}

static epx_err solve_ridge(fit *f) {
  const epx_classifier_shape shape = epx_classifier_get_own_shape(f->model);
  const int d = shape.n_inputs + 1, c = shape.n_outputs;
  float *gram = NULL, *right = NULL, *x = NULL;
  int code = EPX_ARRAY(gram, (size_t)d * (size_t)d);
  if (code == EPX_OK) code = EPX_ARRAY(right, (size_t)d * (size_t)c);
  if (code == EPX_OK) code = EPX_ARRAY(x, (size_t)d);
  for (int k = 0; code == EPX_OK && k < f->task->n_train; k++)
    add_sample(f, f->task->train[k], d, c, x, gram, right);
  if (code == EPX_OK) code = solve_equations(f, d, c, gram, right);
  epx_array_destroy(&gram);
  epx_array_destroy(&right);
  epx_array_destroy(&x);
  return code;
}

epx_err epx_fit_solve(const epx_task *task, const epx_fit_spec *spec, epx_fit_mark *mark, double *theta) {
  static int (*const solve[])(fit *) = {
      [EPX_FIT_ADAM] = solve_adam, [EPX_FIT_BFGS] = solve_bfgs, [EPX_FIT_RIDGE] = solve_ridge};
  fit f = {.task = task, .spec = spec, .mark = mark, .first = theta};
  EPX_TRY(epx_classifier_create(task, spec->n_hidden, &f.model));
  f.size = epx_classifier_get_size(epx_classifier_get_own_shape(f.model));
  int code = EPX_ARRAY(f.gradient, f.size);
  if (code == EPX_OK) code = EPX_ARRAY(f.theta, f.size);
  if (code == EPX_OK) {
    epx_classifier_eval_start(f.model, spec->seed, spec->split, f.theta);
    code = solve[spec->kind](&f);
  }
  epx_array_destroy(&f.gradient);
  epx_array_destroy(&f.theta);
  epx_classifier_destroy(&f.model);
  return code;
}
