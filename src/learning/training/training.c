/* Training: shuffle, and for each batch settle, estimate, step. An instance stops that has reached its
 * target, and one that no sample of an epoch gave an equilibrium: nothing was learnt, so that every later
 * epoch would end as this one. A stopped instance keeps its lanes, which are idle and cost nothing. */
#include <math.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/numbers/random.h"
#include "learning/training/learner_state.h"
#include "photonic/range.h"

/* Lists the training part in the order of this epoch; as it stands when one batch takes it all. */
static void set_order(epx_learner *learner, int epoch) {
  const int n = learner->task->n_train;
  if (learner->batch == n) {
    memcpy(learner->epochs.order, learner->task->train, (size_t)n * sizeof *learner->epochs.order);
    return;
  }
  const epx_random stream = epx_random_init(learner->seed, "learning:shuffle");
  epx_random_eval_permutation(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)epoch, n,
                              learner->epochs.order);
  for (int i = 0; i < n; i++)
    learner->epochs.order[i] = learner->task->train[learner->epochs.order[i]];
}

static void add_norms(epx_learner *learner) {
  const size_t n_theta = learner->network->n_theta, *tied = learner->network->tie;
  for (int i = 0; i < learner->n_instances; i++) {
    const double *gradient = learner->sum.gradient + (size_t)i * n_theta;
    double squares = 0;
    for (size_t k = 0; k < n_theta; k++)
      squares += tied && tied[k] != k ? 0 : gradient[k] * gradient[k];
    if (learner->sum.n_estimated[i] == 0) continue;
    learner->epochs.norm[i] += sqrt(squares);
    learner->epochs.n_norms[i]++;
  }
}

/* Gives all instances the mean of the gradients there are; the first, which is stopped, has none. */
static void tie(epx_learner *learner) {
  const size_t n_theta = learner->network->n_theta;
  int n = 0;
  for (int i = 0; i < learner->n_instances; i++)
    n += learner->sum.n_estimated[i] > 0;
  for (size_t k = 0; n > 0 && k < n_theta; k++) {
    double sum = 0;
    for (int i = 0; i < learner->n_instances; i++)
      sum += learner->sum.n_estimated[i] > 0 ? learner->sum.gradient[(size_t)i * n_theta + k] : 0;
    for (int i = 0; i < learner->n_instances; i++)
      learner->sum.gradient[(size_t)i * n_theta + k] = sum / n;
  }
  for (int i = 0; i < learner->n_instances; i++)
    learner->sum.n_estimated[i] = n;
}

/* Parameters stay in their ranges; how often they would not is counted. */
static void hold_ranges(epx_learner *learner, double *theta) {
  const size_t n_theta = learner->network->n_theta;
  for (int i = 0; i < learner->n_instances; i++) {
    const unsigned char *changed = learner->settings.mask + (size_t)i * n_theta;
    double n_set = 0;
    for (size_t k = 0; k < n_theta; k++)
      n_set += changed[k];
    learner->settings.range[i].n_set += n_set;
    learner->settings.range[i].n_held +=
        (double)epx_range_project(learner->network, learner->settings.trained, theta + (size_t)i * n_theta);
  }
}

/* A stopped instance keeps its parameters, unless it carries those of tied ones; so does one that has no
 * gradient this time. */
static void step(epx_learner *learner, double factor, double *theta) {
  const size_t n_theta = learner->network->n_theta;
  for (int i = 0; i < learner->n_instances; i++) {
    unsigned char *mask = learner->settings.mask + (size_t)i * n_theta;
    const bool rests =
        (learner->epochs.stopped[i] && !learner->spec.tied) || learner->sum.n_estimated[i] == 0;
    if (rests) memset(mask, 0, n_theta);
    for (size_t k = 0; !rests && k < n_theta; k++)
      mask[k] = epx_learner_can_set(learner, (size_t)i * n_theta + k);
  }
  if (epx_tuning_is_ideal(&learner->spec.hardware.tuning)) {
    epx_optimizer_step(learner->optimizer, factor, learner->sum.gradient, learner->settings.mask, theta,
                       learner->settings.mask);
    epx_tuning_set_written(learner->settings.tuning, learner->settings.mask);
    hold_ranges(learner, theta);
    return;
  }
  epx_optimizer_step(learner->optimizer, factor, learner->sum.gradient, learner->settings.mask,
                     epx_tuning_get_wanted(learner->settings.tuning), NULL);
  epx_tuning_write(learner->settings.tuning, learner->settings.mask);
  epx_tuning_eval(learner->settings.tuning, theta);
  hold_ranges(learner, theta);
}

static void begin_epoch(epx_learner *learner, int epoch, double *theta) {
  const size_t n_instances = (size_t)learner->n_instances;
  if (learner->epochs.renewal) learner->epochs.renewal(learner->epochs.renewal_context, epoch, theta);
  memset(learner->epochs.tally, 0, n_instances * sizeof *learner->epochs.tally);
  memset(learner->epochs.norm, 0, n_instances * sizeof *learner->epochs.norm);
  memset(learner->epochs.n_norms, 0, n_instances * sizeof *learner->epochs.n_norms);
}

static double get_share(const epx_learner *learner) {
  const double n_train = learner->task->n_train;
  return (learner->epochs.place.epoch + learner->epochs.place.first / n_train) / learner->spec.epochs;
}

/* From where the epoch stands, which is its beginning unless the training was restored. */
static epx_err solve_epoch(epx_learner *learner, const epx_nudging *nudging, double factor, double *theta) {
  const int n_train = learner->task->n_train;
  if (learner->epochs.place.first == 0) begin_epoch(learner, learner->epochs.place.epoch, theta);
  set_order(learner, learner->epochs.place.epoch);
  for (int first = learner->epochs.place.first; first < n_train; first += learner->batch) {
    const int left = n_train - first, n = left < learner->batch ? left : learner->batch;
    EPX_TRY(learner->ensemble->functions->agree(learner->ensemble, epx_interrupt_check()));
    epx_learner_set_parameters(learner, theta);
    EPX_TRY(epx_learner_eval_batch_gradient(learner, learner->spec.estimator, nudging, n,
                                            learner->epochs.order + first));
    learner->key.step++;
    if (learner->spec.tied) tie(learner);
    add_norms(learner);
    step(learner, factor, theta);
    learner->epochs.place.first = first + n;
    EPX_TRY(epx_learner_show(learner, get_share(learner)));
  }
  return EPX_OK;
}

static void set_curves(const epx_learner *learner, int epoch, epx_curves *curves) {
  for (int i = 0; i < learner->n_instances; i++) {
    const size_t at = (size_t)i * (size_t)learner->spec.epochs + (size_t)epoch;
    const epx_learner_tally *tally = &learner->epochs.tally[i];
    const bool kept = !learner->epochs.stopped[i];
    const double lost = learner->ignorance * (tally->n_samples - tally->n_settled);
    if (curves->loss) curves->loss[at] = kept ? (tally->loss + lost) / tally->n_samples : NAN;
    if (curves->accuracy)
      curves->accuracy[at] = kept && learner->task->n_targets == 0 ? tally->correct / tally->n_samples : NAN;
    if (curves->gradient_norm)
      curves->gradient_norm[at] =
          kept && learner->epochs.n_norms[i] ? learner->epochs.norm[i] / learner->epochs.n_norms[i] : NAN;
  }
}

static void add_coverage(epx_learner *learner) {
  for (int i = 0; i < learner->n_instances; i++) {
    if (learner->epochs.stopped[i]) continue;
    learner->epochs.coverage[i].n_samples += learner->epochs.tally[i].n_samples;
    learner->epochs.coverage[i].n_settled += learner->epochs.tally[i].n_settled;
  }
}

static bool is_going(const epx_learner *learner) {
  return memchr(learner->epochs.stopped, 0, (size_t)learner->n_instances) != NULL;
}

/* Stops the instances that have reached the target on every sample, or settle on none. Tied ones stop
 * together. */
static void stop(epx_learner *learner) {
  const double target = learner->spec.target_loss;
  for (int i = 0; i < learner->n_instances; i++) {
    const epx_learner_tally *tally = &learner->epochs.tally[i];
    const bool reached =
        target != 0 && tally->n_settled == tally->n_samples && tally->loss < target * tally->n_samples;
    if (reached || tally->n_settled == 0) learner->epochs.stopped[i] = 1;
  }
  if (learner->spec.tied && is_going(learner))
    memset(learner->epochs.stopped + 1, 0, (size_t)learner->n_instances - 1);
}

static epx_err solve_epochs(epx_learner *learner, double *theta, epx_curves *curves) {
  epx_training_place *place = &learner->epochs.place;
  epx_nudging nudging = learner->spec.nudging;
  for (; place->epoch < learner->spec.epochs; place->epoch++, place->first = 0) {
    const double factor =
        epx_rate_eval(&learner->spec.rate, learner->spec.decay, place->epoch, learner->spec.epochs);
    nudging.beta = place->beta;
    if (is_going(learner)) EPX_TRY(solve_epoch(learner, &nudging, factor, theta));
    set_curves(learner, place->epoch, curves);
    add_coverage(learner);
    if (learner->patience.validated)
      EPX_TRY(epx_learner_solve_validation(learner, place->epoch, theta, curves));
    stop(learner);
    if (learner->spec.nudge_decay > 0) place->beta *= learner->spec.nudge_decay;
  }
  return EPX_OK;
}

/* What a training begins with; one that is restored has it already. */
static void begin(epx_learner *learner, const double *theta) {
  if (!learner->settings.deployed)
    epx_tuning_set_instances(learner->settings.tuning, learner->key.point, learner->key.first);
  epx_tuning_set_origin(learner->settings.tuning, theta);
  memset(learner->epochs.coverage, 0, (size_t)learner->n_instances * sizeof *learner->epochs.coverage);
  memset(learner->sum.n_asked, 0, (size_t)learner->n_instances * sizeof *learner->sum.n_asked);
  memset(learner->sum.failed, 0, (size_t)learner->n_instances * sizeof *learner->sum.failed);
  memset(epx_estimator_get_reads(learner->work), 0, 2 * (size_t)learner->n_instances * sizeof(double));
  memset(learner->settings.range, 0, (size_t)learner->n_instances * sizeof *learner->settings.range);
  epx_optimizer_reset(learner->optimizer);
  learner->key.step = 0;
  learner->epochs.place = (epx_training_place){.beta = learner->spec.nudging.beta};
  for (int i = 0; i < learner->n_instances; i++) {
    learner->patience.best_loss[i] = INFINITY;
    learner->patience.n_worse[i] = 0;
  }
  learner->epochs.stopped[0] = learner->spec.tied;
}

epx_err epx_learner_solve_training(epx_learner *learner, double *theta, epx_curves *curves) {
  epx_curves kept = curves ? *curves : (epx_curves){0};
  if (!learner->keeping.restored) begin(learner, theta);
  learner->keeping.restored = false;
  learner->patience.validated = epx_learner_is_validated(learner, &kept);
  const int code = solve_epochs(learner, theta, &kept);
  epx_learner_set_best(learner, theta);
  learner->patience.validated = false;
  learner->settings.deployed = false;
  memset(learner->epochs.stopped, 0, (size_t)learner->n_instances);
  EPX_TRY(code);
  return EPX_OK;
}
