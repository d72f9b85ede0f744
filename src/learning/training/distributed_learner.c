/** @file
 * Distributed learner: the loop over samples. What every rank does alike (order, step, curves) is computed by
 * each from the same numbers; only states and what is summed over nodes goes through MPI.
 */
#include "learning/training/distributed_learner.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "equilibrium/engine.h"
#include "learning/estimators/distributed_gradient.h"
#include "learning/training/distributed_learner_state.h"
#include "learning/training/rate.h"

/** Numbers of all starts together, at most. */
enum { MOST_STARTS = 1 << 25 };

epx_err epx_distributed_learner_check(const epx_network *network, const epx_task *task,
                                      const epx_learning_spec *spec, int n_ranks) {
  EPX_TRY(epx_engine_check(network, n_ranks));
  EPX_TRY(epx_distributed_gradient_check(spec->estimator, network->family));
  return epx_learner_check(EPX_ENGINE_DISTRIBUTED, network, task, spec);
}

/* The family's starts of the first n samples of a batch, this rank's rows of them; *differ: they are not one.
 */
static epx_err fill_starts(epx_distributed_learner *learner, int n, bool *differ) {
  const epx_network *network = learner->network;
  const epx_lanes lanes = {.network = network, .n_instances = 1, .n_samples = n, .n_used = n, .n_lanes = n};
  double *whole = NULL;
  int first, n_local;
  epx_distributed_get_range(learner->distributed, &first, &n_local);
  EPX_TRY(EPX_ARRAY(whole, (size_t)network->n_state * (size_t)n));
  network->family->set_start(&lanes, learner->seed, whole);
  *differ = false;
  for (size_t row = 0; row < (size_t)network->n_state && n > 1; row++)
    *differ = *differ || whole[row * (size_t)n] != whole[row * (size_t)n + 1];
  const double *own = whole + (size_t)first * (size_t)network->family->components * (size_t)n;
  epx_array_destroy(&learner->start);
  const int code = EPX_ARRAY(learner->start, (size_t)n * learner->n_local_state);
  for (size_t k = 0; code == EPX_OK && k < (size_t)n * learner->n_local_state; k++)
    learner->start[k % (size_t)n * learner->n_local_state + k / (size_t)n] = own[k];
  epx_array_destroy(&whole);
  return code;
}

/* Where phases are drawn, each sample of a batch has its own, as in a population; of a large network as many
 * as a quarter of a gigabyte holds, in turn. */
static epx_err create_starts(epx_distributed_learner *learner) {
  const int most = MOST_STARTS / learner->network->n_state;
  bool differ;
  learner->n_starts = learner->batch < most ? learner->batch : most;
  if (learner->n_starts < 1) learner->n_starts = 1;
  EPX_TRY(fill_starts(learner, learner->n_starts > 1 ? 2 : 1, &differ));
  if (!differ) learner->n_starts = 1;
  return fill_starts(learner, learner->n_starts, &differ);
}

static epx_err create_parts(epx_distributed_learner *learner, const epx_cost *cost,
                            const epx_equilibrium_options *options, MPI_Comm communicator,
                            const char *petsc_options) {
  const epx_network *network = learner->network;
  int first, n_local;
  epx_equilibrium_options asked = *options;
  asked.measures_cycles = false; /* that it is one is enough */
  EPX_TRY(epx_distributed_create(network, communicator, &asked, petsc_options, &learner->distributed));
  EPX_TRY(epx_distributed_gradient_create(learner->distributed, network, cost, &learner->work));
  learner->ignorance =
      epx_cost_eval_ignorance(cost, network->n_outputs, learner->task->n_classes, learner->task->n_train,
                              learner->task->train, learner->task->labels);
  EPX_TRY(epx_optimizer_create(&learner->spec.optimizer, 1, network->n_theta, &learner->optimizer));
  epx_distributed_get_range(learner->distributed, &first, &n_local);
  learner->n_local_state = (size_t)n_local * (size_t)network->family->components;
  EPX_TRY(EPX_ARRAY(learner->features, (size_t)network->n_inputs));
  EPX_TRY(EPX_ARRAY(learner->state, learner->n_local_state));
  EPX_TRY(EPX_ARRAY(learner->gradient, network->n_theta));
  EPX_TRY(EPX_ARRAY(learner->partial, network->n_theta));
  EPX_TRY(EPX_ARRAY(learner->trained, network->n_theta));
  if (learner->spec.patience > 0) EPX_TRY(EPX_ARRAY(learner->best_theta, network->n_theta));
  EPX_TRY(EPX_ARRAY(learner->order, (size_t)learner->task->n_train));
  for (int p = 0; p < network->family->n_parameters; p++)
    memset(learner->trained + network->offset[p], learner->spec.train[p], network->count[p]);
  return create_starts(learner);
}

epx_err epx_distributed_learner_create(const epx_network *network, const epx_task *task, const epx_cost *cost,
                                       const epx_learning_spec *spec, const epx_equilibrium_options *options,
                                       uint64_t seed, MPI_Comm communicator, const char *petsc_options,
                                       epx_distributed_learner **out) {
  epx_distributed_learner *learner = NULL;
  *out = NULL;
  EPX_TRY(epx_distributed_learner_check(network, task, spec, 1));
  EPX_TRY(EPX_ARRAY(learner, 1));
  learner->network = network;
  learner->task = task;
  learner->spec = *spec;
  learner->seed = seed;
  learner->batch = spec->batch > 0 ? spec->batch : task->n_train;
  const int code = create_parts(learner, cost, options, communicator, petsc_options);
  if (code != EPX_OK) epx_distributed_learner_destroy(&learner);
  EPX_TRY(code);
  *out = learner;
  return EPX_OK;
}

void epx_distributed_learner_destroy(epx_distributed_learner **address) {
  epx_distributed_learner *learner = *address;
  if (!learner) return;
  epx_optimizer_destroy(&learner->optimizer);
  epx_distributed_gradient_destroy(&learner->work);
  epx_distributed_destroy(&learner->distributed);
  double **const arrays[] = {&learner->features, &learner->start,   &learner->state,
                             &learner->gradient, &learner->partial, &learner->best_theta};
  for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
    epx_array_destroy(arrays[k]);
  epx_array_destroy(&learner->trained);
  epx_array_destroy(&learner->order);
  epx_array_destroy(address);
}

epx_distributed *epx_distributed_learner_get_network(const epx_distributed_learner *learner) {
  return learner->distributed;
}

/* Inputs beyond the task's features stay dark. */
epx_err epx_distributed_learner_solve_free(epx_distributed_learner *learner, int sample, int place,
                                           double *state, epx_certificate *certificate) {
  const size_t n_features = (size_t)learner->task->n_features;
  memcpy(learner->features, learner->task->features + (size_t)sample * n_features,
         n_features * sizeof *learner->features);
  epx_distributed_set_sample(learner->distributed, learner->features);
  memcpy(state, learner->start + (size_t)(place % learner->n_starts) * learner->n_local_state,
         learner->n_local_state * sizeof *state);
  return epx_distributed_solve(learner->distributed, NULL, state, certificate);
}

epx_err epx_distributed_learner_solve_sample(epx_distributed_learner *learner, const double *theta,
                                             int sample, double *state, epx_certificate *certificate) {
  epx_distributed_set_parameters(learner->distributed, theta);
  return epx_distributed_learner_solve_free(learner, sample, 0, state, certificate);
}

/* ---- gradient */

/** Adds the gradient of one sample; *added tells whether it gave one. */
static epx_err add_sample(epx_distributed_learner *learner, const epx_estimator *estimator,
                          const epx_nudging *nudging, int sample, int place, bool *added) {
  const int label = learner->task->labels[sample];
  epx_certificate certificate;
  double value, correct;
  int outcome;
  *added = false;
  learner->tally.n_samples++;
  EPX_TRY(epx_distributed_learner_solve_free(learner, sample, place, learner->state, &certificate));
  if (certificate.outcome != EPX_OK) return EPX_OK;
  EPX_TRY(epx_distributed_gradient_eval_cost(learner->work, learner->state, label, &value, &correct));
  learner->tally.n_settled++;
  learner->tally.loss += value;
  learner->tally.correct += correct;
  EPX_TRY(epx_distributed_gradient_eval(learner->work, estimator, nudging, learner->state, label,
                                        learner->partial, &outcome));
  learner->n_asked++;
  learner->n_failed += outcome != EPX_OK;
  if (outcome != EPX_OK) return EPX_OK;
  *added = true;
  for (size_t k = 0; k < learner->network->n_theta; k++)
    learner->gradient[k] += learner->partial[k];
  return EPX_OK;
}

/** Evaluates the mean gradient of n samples into learner->gradient, zero where not trained; *n_added: of how
 * many samples it is made. */
static epx_err eval_batch(epx_distributed_learner *learner, const epx_estimator *estimator,
                          const epx_nudging *nudging, int n, const int *samples, int *n_added) {
  const size_t n_theta = learner->network->n_theta;
  *n_added = 0;
  memset(learner->gradient, 0, n_theta * sizeof *learner->gradient);
  for (int i = 0; i < n; i++) {
    bool added;
    EPX_TRY(add_sample(learner, estimator, nudging, samples[i], i, &added));
    *n_added += added;
  }
  for (size_t k = 0; k < n_theta; k++)
    learner->gradient[k] = learner->trained[k] && *n_added ? learner->gradient[k] / *n_added : 0;
  return EPX_OK;
}

epx_err epx_distributed_learner_eval_gradient(epx_distributed_learner *learner,
                                              const epx_estimator *estimator, const epx_nudging *nudging,
                                              const double *theta, double *gradient) {
  const epx_task *task = learner->task;
  const long n_asked = learner->n_asked, n_failed = learner->n_failed; /* of the training alone */
  int n_added;
  epx_distributed_set_parameters(learner->distributed, theta);
  EPX_TRY(eval_batch(learner, estimator, nudging, task->n_train, task->train, &n_added));
  learner->n_asked = n_asked;
  learner->n_failed = n_failed;
  memcpy(gradient, learner->gradient, learner->network->n_theta * sizeof *gradient);
  return EPX_OK;
}

/* ---- training */

/** Lists the training part in the order of this epoch, that of a population. */
static void set_order(epx_distributed_learner *learner, int epoch) {
  const int n = learner->task->n_train;
  if (learner->batch == n) {
    memcpy(learner->order, learner->task->train, (size_t)n * sizeof *learner->order);
    return;
  }
  const epx_random stream = epx_random_init(learner->seed, "learning:shuffle");
  epx_random_eval_permutation(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)epoch, n, learner->order);
  for (int i = 0; i < n; i++)
    learner->order[i] = learner->task->train[learner->order[i]];
}

/** A step along the gradient; none, when no sample gave one. */
static void step(epx_distributed_learner *learner, double factor, int n_added, double *theta) {
  double squares = 0;
  if (n_added == 0) return;
  for (size_t k = 0; k < learner->network->n_theta; k++)
    squares += learner->gradient[k] * learner->gradient[k];
  learner->tally.norm += sqrt(squares);
  learner->tally.n_norms++;
  epx_optimizer_set_step(learner->optimizer, factor, learner->gradient, learner->trained, theta, NULL);
}

/** Shows the training to its checkpointer. */
static epx_err show(epx_distributed_learner *learner) {
  const double n_train = learner->task->n_train;
  const double share = (learner->place.epoch + learner->place.first / n_train) / learner->spec.epochs;
  if (!learner->checkpointer || !learner->checkpointer->show) return EPX_OK;
  learner->counts = epx_distributed_get_counts(learner->distributed);
  return learner->checkpointer->show(learner->checkpointer->context, share, learner->restart);
}

/** From where the epoch stands, which is its beginning unless the training was restored. */
static epx_err solve_epoch(epx_distributed_learner *learner, const epx_nudging *nudging, double factor,
                           double *theta) {
  const int n_train = learner->task->n_train;
  if (learner->place.first == 0) learner->tally = (epx_distributed_tally){0};
  set_order(learner, learner->place.epoch);
  for (int first = learner->place.first; first < n_train; first += learner->batch) {
    const int left = n_train - first, n = left < learner->batch ? left : learner->batch;
    int n_added;
    epx_distributed_set_parameters(learner->distributed, theta);
    EPX_TRY(eval_batch(learner, learner->spec.estimator, nudging, n, learner->order + first, &n_added));
    step(learner, factor, n_added, theta);
    learner->place.first = first + n;
    EPX_TRY(show(learner));
  }
  return EPX_OK;
}

/* ---- the course of training */

static void set_curves(const epx_distributed_learner *learner, int epoch, epx_curves *curves) {
  const epx_distributed_tally *t = &learner->tally;
  const bool kept = !learner->stopped;
  const double lost = learner->ignorance * (t->n_samples - t->n_settled);
  if (curves->loss) curves->loss[epoch] = kept ? (t->loss + lost) / t->n_samples : NAN;
  if (curves->accuracy) curves->accuracy[epoch] = kept ? t->correct / t->n_samples : NAN;
  if (curves->gradient_norm) curves->gradient_norm[epoch] = kept && t->n_norms ? t->norm / t->n_norms : NAN;
}

/** Measures the validation part after an epoch, where it is watched, and keeps the best parameters. */
static epx_err validate(epx_distributed_learner *learner, int epoch, const double *theta,
                        epx_curves *curves) {
  epx_performance validation = {.loss = NAN, .accuracy = NAN};
  const bool watched = learner->spec.patience > 0 || curves->validation_loss || curves->validation_accuracy;
  const bool kept = watched && !learner->stopped;
  if (kept)
    EPX_TRY(epx_distributed_learner_eval_performance(learner, theta, EPX_PART_VALIDATION, false, &validation,
                                                     NULL));
  if (curves->validation_loss) curves->validation_loss[epoch] = validation.loss;
  if (curves->validation_accuracy) curves->validation_accuracy[epoch] = validation.accuracy;
  if (!kept || learner->spec.patience == 0) return EPX_OK;
  if (validation.loss < learner->best_loss) {
    learner->best_loss = validation.loss;
    learner->n_worse = 0;
    memcpy(learner->best_theta, theta, learner->network->n_theta * sizeof *theta);
  } else if (++learner->n_worse >= learner->spec.patience) {
    learner->stopped = true;
  }
  return EPX_OK;
}

static bool is_target_reached(const epx_distributed_learner *learner) {
  const double target = learner->spec.target_loss;
  const epx_distributed_tally *t = &learner->tally;
  return target != 0 && t->n_settled == t->n_samples && t->loss < target * t->n_samples;
}

/** What a training begins with; one that is restored has it already. */
static void begin(epx_distributed_learner *learner) {
  epx_optimizer_set_rest(learner->optimizer);
  learner->place = (epx_training_place){.beta = learner->spec.nudging.beta};
  learner->stopped = false;
  learner->n_asked = learner->n_failed = learner->n_given = learner->n_settled = 0;
  learner->best_loss = INFINITY;
  learner->n_worse = 0;
}

epx_err epx_distributed_learner_add_to_restart(epx_distributed_learner *learner, double *theta,
                                               const epx_curves *curves, epx_restart *m) {
  const size_t n_bytes = learner->network->n_theta * sizeof *theta;
  EPX_TRY(epx_restart_add(m, theta, n_bytes));
  EPX_TRY(EPX_RESTART_ADD(m, learner->place.epoch));
  EPX_TRY(EPX_RESTART_ADD(m, learner->place.first));
  EPX_TRY(EPX_RESTART_ADD(m, learner->place.beta));
  EPX_TRY(EPX_RESTART_ADD(m, learner->tally));
  EPX_TRY(EPX_RESTART_ADD(m, learner->stopped));
  EPX_TRY(EPX_RESTART_ADD(m, learner->best_loss));
  EPX_TRY(EPX_RESTART_ADD(m, learner->n_worse));
  EPX_TRY(EPX_RESTART_ADD(m, learner->n_given));
  EPX_TRY(EPX_RESTART_ADD(m, learner->n_settled));
  EPX_TRY(EPX_RESTART_ADD(m, learner->n_asked));
  EPX_TRY(EPX_RESTART_ADD(m, learner->n_failed));
  EPX_TRY(EPX_RESTART_ADD(m, learner->counts));
  EPX_TRY(epx_restart_add(m, learner->best_theta, n_bytes));
  EPX_TRY(epx_optimizer_add_to_restart(learner->optimizer, m));
  return curves ? epx_curves_add_to_restart(curves, (size_t)learner->spec.epochs, m) : EPX_OK;
}

void epx_distributed_learner_set_checkpointer(epx_distributed_learner *learner,
                                              const epx_checkpointer *checkpointer,
                                              const epx_restart *restart) {
  learner->checkpointer = checkpointer;
  learner->restart = restart;
}

epx_err epx_distributed_learner_set_restored(epx_distributed_learner *learner) {
  learner->restored = true;
  return epx_distributed_set_counts(learner->distributed, &learner->counts);
}

double epx_distributed_learner_get_skipped(const epx_distributed_learner *learner) {
  return learner->n_given > 0 ? 1 - (double)learner->n_settled / (double)learner->n_given : NAN;
}

double epx_distributed_learner_get_failures(const epx_distributed_learner *learner) {
  return learner->n_asked > 0 ? (double)learner->n_failed / (double)learner->n_asked : 0;
}

epx_err epx_distributed_learner_solve_training(epx_distributed_learner *learner, double *theta,
                                               epx_curves *curves) {
  const epx_learning_spec *spec = &learner->spec;
  epx_training_place *place = &learner->place;
  epx_curves kept = curves ? *curves : (epx_curves){0};
  epx_nudging nudging = spec->nudging;
  if (!learner->restored) begin(learner);
  learner->restored = false;
  for (; place->epoch < spec->epochs; place->epoch++, place->first = 0) {
    const double factor = epx_rate_eval(&spec->rate, spec->decay, place->epoch, spec->epochs);
    nudging.beta = place->beta;
    if (!learner->stopped) EPX_TRY(solve_epoch(learner, &nudging, factor, theta));
    set_curves(learner, place->epoch, &kept);
    learner->n_given += learner->stopped ? 0 : learner->tally.n_samples;
    learner->n_settled += learner->stopped ? 0 : learner->tally.n_settled;
    EPX_TRY(validate(learner, place->epoch, theta, &kept));
    learner->stopped = learner->stopped || is_target_reached(learner);
    if (spec->nudge_decay > 0) place->beta *= spec->nudge_decay;
  }
  if (isfinite(learner->best_loss))
    memcpy(theta, learner->best_theta, learner->network->n_theta * sizeof *theta);
  return EPX_OK;
}
