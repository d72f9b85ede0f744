/* Performance: every sample of a part once, chunk by chunk; sums and extremes in the order of the samples. */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "learning/training/learner_state.h"

int epx_learner_get_gravity(int outcome) {
  static const int rising[] = {EPX_OK, EPX_FAILED, EPX_SLOW, EPX_OSCILLATES, EPX_DIVERGED};
  for (int i = 0; i < (int)(sizeof rising / sizeof rising[0]); i++) {
    if (rising[i] == outcome) return i;
  }
  return 1; /* what is not in the list has failed */
}

/* The larger; NaN when either is, so that what was not measured is not taken for measured. */
static double get_larger(double a, double b) {
  return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

/* Squared errors of one lane, output by output, in the targets' own unit. */
static void add_squares(const epx_learner *learner, int lane) {
  const int n = learner->task->n_targets, n_lanes = learner->ensemble->n_lanes;
  double *squares = learner->last.squares + lane / learner->ensemble->n_samples * n;
  for (int o = 0; o < n; o++) {
    const double error =
        learner->task->target_scale[o] *
        epx_cost_eval_error(&learner->cost, n, o, learner->last.label[lane],
                            learner->last.readout[(size_t)o * (size_t)n_lanes + (size_t)lane]);
    squares[o] += error * error;
  }
}

/* Sum of the squared distances of a part's targets from one answer, in their own unit. */
static double sum_about(const epx_learner *learner, int o, double answer, int n, const int *samples) {
  double sum = 0;
  for (int i = 0; i < n; i++) {
    const double error = learner->task->target_scale[o] *
                         epx_cost_eval_error(&learner->cost, learner->task->n_targets, o, samples[i], answer);
    sum += error * error;
  }
  return sum;
}

/* What the errors on real targets come to: what did not settle costs as much as the training part's mean does. */
static void finish_errors(const epx_learner *learner, int n, const int *samples,
                          epx_performance *performance) {
  const epx_task *task = learner->task;
  const int n_targets = task->n_targets;
  for (int i = 0; i < learner->n_instances; i++) {
    const double lost = (double)(performance[i].n_samples - performance[i].n_settled) / task->n_train;
    int n_explained = 0;
    performance[i].accuracy = NAN;
    performance[i].mean_squared_error = performance[i].r_squared = 0;
    for (int o = 0; o < n_targets; o++) {
      const double known = epx_cost_eval_guess(&learner->cost, n_targets, o, task->n_train, task->train);
      const double own = epx_cost_eval_guess(&learner->cost, n_targets, o, n, samples);
      const double spread = sum_about(learner, o, own, n, samples);
      const double squares = learner->last.squares[i * n_targets + o] +
                             lost * sum_about(learner, o, known, task->n_train, task->train);
      performance[i].mean_squared_error += squares / ((double)n * n_targets);
      performance[i].r_squared += spread > 0 ? 1 - squares / spread : 0;
      n_explained += spread > 0;
    }
    performance[i].r_squared /= n_explained; /* none: NaN */
  }
}

/* Adds one lane: sums for now, divided in the end. */
static void add_lane(const epx_learner *learner, int lane, epx_performance *performance) {
  const epx_certificate *certificate = &learner->last.certificate[lane];
  if (epx_learner_get_gravity(certificate->outcome) > epx_learner_get_gravity(performance->outcome))
    performance->outcome = certificate->outcome;
  performance->n_samples++;
  if (learner->last.weight[lane] == 0) return;
  performance->n_settled++;
  performance->loss += learner->last.value[lane];
  performance->accuracy += learner->last.correct[lane];
  add_squares(learner, lane);
  performance->settling_time += certificate->settling_time;
  performance->residual = fmax(performance->residual, certificate->residual);
  performance->abscissa = get_larger(performance->abscissa, certificate->abscissa);
  performance->power += learner->last.power[lane];
  performance->energy += learner->last.power[lane] * certificate->settling_time;
  performance->n_unstable += certificate->abscissa > 0;
}

void epx_performance_finish(epx_performance *performance, double ignorance, bool stability) {
  const int n = performance->n_settled, n_lost = performance->n_samples - n;
  performance->loss = (performance->loss + n_lost * ignorance) / performance->n_samples;
  performance->accuracy /= performance->n_samples;
  performance->settling_time = n ? performance->settling_time / n : NAN;
  performance->power = n ? performance->power / n : NAN;
  performance->energy = n ? performance->energy / n : NAN;
  if (n == 0) performance->residual = NAN;
  if (n == 0 || !stability) performance->abscissa = NAN;
}

/* How the samples settle, from where their dynamics begin. */
static epx_err eval_settling(epx_learner *learner, const int *samples) {
  epx_ensemble *ensemble = learner->ensemble;
  if (!learner->last.start)
    EPX_TRY(EPX_ARRAY(learner->last.start, (size_t)ensemble->n_rows * (size_t)ensemble->max_lanes));
  EPX_TRY(ensemble->functions->set_start(ensemble, learner->seed, samples, learner->last.start));
  return ensemble->functions->eval_settling(ensemble, learner->last.start, learner->last.state,
                                            learner->last.certificate);
}

static epx_err add_chunk(epx_learner *learner, int n, const int *samples, bool stability,
                         epx_performance *performance) {
  epx_ensemble *ensemble = learner->ensemble;
  EPX_TRY(epx_learner_solve_chunk(learner, n, samples));
  if (learner->measures_settling && !learner->clocked) EPX_TRY(eval_settling(learner, samples));
  if (stability)
    EPX_TRY(ensemble->functions->eval_stability(ensemble, learner->last.state, learner->last.certificate));
  EPX_TRY(ensemble->functions->eval_power(ensemble, learner->last.state, learner->last.power));
  if (learner->observer)
    learner->observer(learner->observer_context, ensemble, learner->last.state, learner->last.weight);
  for (int lane = 0; lane < ensemble->n_used; lane++)
    add_lane(learner, lane, &performance[lane / ensemble->n_samples]);
  return EPX_OK;
}

const int *epx_learner_get_samples(const epx_learner *learner, epx_part part, int *n) {
  const epx_task *task = learner->task;
  const bool test = part == EPX_PART_TEST && task->n_test > 0;
  const bool validation = part == EPX_PART_VALIDATION && task->n_validation > 0;
  *n = test ? task->n_test : validation ? task->n_validation : task->n_train;
  return test ? task->test : validation ? task->validation : task->train;
}

epx_err epx_learner_eval_performance(epx_learner *learner, const double *theta, epx_part part, bool stability,
                                     epx_performance *performance) {
  int n;
  const int *samples = epx_learner_get_samples(learner, part, &n);
  for (int i = 0; i < learner->n_instances; i++)
    performance[i] = (epx_performance){
        .outcome = EPX_OK, .abscissa = -INFINITY, .mean_squared_error = NAN, .r_squared = NAN};
  if (learner->last.squares)
    memset(learner->last.squares, 0,
           (size_t)(learner->n_instances * learner->task->n_targets) * sizeof *learner->last.squares);
  epx_learner_set_parameters(learner, theta);
  for (int first = 0; first < n; first += learner->chunk_size) {
    const int left = n - first;
    EPX_TRY(add_chunk(learner, left < learner->chunk_size ? left : learner->chunk_size, samples + first,
                      stability, performance));
  }
  for (int i = 0; i < learner->n_instances; i++)
    epx_performance_finish(&performance[i], learner->ignorance, stability);
  if (learner->task->n_targets > 0) finish_errors(learner, n, samples, performance);
  return EPX_OK;
}

epx_err epx_learner_eval_multiplicity(epx_learner *learner, const double *theta, epx_part part,
                                      double *multiplicity) {
  int n;
  const int *samples = epx_learner_get_samples(learner, part, &n);
  epx_learner_set_parameters(learner, theta);
  memset(multiplicity, 0, (size_t)learner->n_instances * sizeof *multiplicity);
  for (int first = 0; first < n; first += learner->chunk_size) {
    const int left = n - first;
    EPX_TRY(epx_learner_solve_chunk(learner, left < learner->chunk_size ? left : learner->chunk_size,
                                    samples + first));
    EPX_TRY(epx_inspection_solve_starts(learner->inspection, &learner->key, samples + first,
                                        learner->last.state, learner->last.certificate, multiplicity));
  }
  for (int i = 0; i < learner->n_instances; i++)
    multiplicity[i] /= n;
  return EPX_OK;
}

epx_audit epx_learner_get_audit(const epx_learner *learner, int i_instance) {
  return epx_inspection_get_audit(learner->inspection, i_instance);
}
