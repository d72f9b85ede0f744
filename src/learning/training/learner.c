/* A learner's storage, and what it does most: settle a chunk of samples on all its instances. */
#include "learning/training/learner.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "equilibrium/clock.h"
#include "learning/training/learner_state.h"

static epx_err check_estimator(epx_engine engine, const epx_network *network, const epx_learning_spec *spec) {
  const char *refusal = spec->estimator->get_refusal(network->family);
  if (refusal)
    return EPX_RAISE(EPX_EINPUT, "learning.estimator: %s does not apply to family %s: %s",
                     spec->estimator->name, network->family->name, refusal);
  refusal = epx_estimator_get_refusal(spec->estimator, engine, network);
  if (refusal) return EPX_RAISE(EPX_EINPUT, "learning.estimator: %s: %s", spec->estimator->name, refusal);
  if (spec->estimator->nudged && (!(spec->nudging.beta > 0) || !isfinite(spec->nudging.beta)))
    return EPX_RAISE(EPX_EINPUT, "learning.nudge.beta: %g; it must be positive", spec->nudging.beta);
  if (spec->nudge_decay < 0 || !isfinite(spec->nudge_decay))
    return EPX_RAISE(EPX_EINPUT, "learning.nudge.decay: %g; it must be positive, 1 for a constant nudge",
                     spec->nudge_decay);
  if (spec->nudging.n_points < 0 || spec->nudging.n_points > 32 || spec->nudging.n_points % 2 != 0)
    return EPX_RAISE(EPX_EINPUT, "learning.nudge.points: %d; must be even and at most 32",
                     spec->nudging.n_points);
  return EPX_OK;
}

static epx_err check_trained(const epx_network *network, const epx_learning_spec *spec) {
  bool any = false;
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (spec->train[p] && !network->family->parameters[p].trainable)
      return EPX_RAISE(EPX_EINPUT, "learning.train: parameter %s of family %s cannot be trained",
                       network->family->parameters[p].name, network->family->name);
    any = any || spec->train[p];
  }
  if (!any && spec->epochs > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "learning.train: no parameter is trained; name at least one, or set the epochs to 0");
  return EPX_OK;
}

static epx_err check_layer_rates(const epx_topology *topology, const epx_learning_spec *spec) {
  if (spec->n_layer_rates == 0) return EPX_OK;
  if (!topology->layer)
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.layer_rates: the network has no layers");
  if (spec->n_layer_rates != topology->n_layers - 1)
    return EPX_RAISE(
        EPX_EINPUT,
        "learning.optimizer.layer_rates: %d factors, but %d layers follow the first; give one for each",
        spec->n_layer_rates, topology->n_layers - 1);
  for (int k = 0; k < spec->n_layer_rates; k++)
    if (!(spec->layer_rates[k] >= 0) || !isfinite(spec->layer_rates[k]))
      return EPX_RAISE(EPX_EINPUT, "learning.optimizer.layer_rates[%d]: %g; must be 0 or more", k,
                       spec->layer_rates[k]);
  return EPX_OK;
}

epx_err epx_learner_check(epx_engine engine, const epx_network *network, const epx_task *task,
                          const epx_learning_spec *spec) {
  EPX_TRY(check_estimator(engine, network, spec));
  EPX_TRY(check_trained(network, spec));
  if (task->n_features > network->n_inputs)
    return EPX_RAISE(EPX_EINPUT,
                     "network.inputs: the task has %d features, but the network has %d inputs; task.encoding "
                     "can reduce the features",
                     task->n_features, network->n_inputs);
  if (task->n_targets > 0 && network->n_outputs != task->n_targets)
    return EPX_RAISE(EPX_EINPUT, "network.outputs: %d for %d real targets; use one output per target",
                     network->n_outputs, task->n_targets);
  if (task->n_targets == 0 && network->n_outputs != task->n_classes &&
      !(network->n_outputs == 1 && task->n_classes == 2))
    return EPX_RAISE(
        EPX_EINPUT,
        "network.outputs: %d for %d classes; use one output per class (or one output for two classes)",
        network->n_outputs, task->n_classes);
  if (spec->batch < 0 || spec->batch > task->n_train)
    return EPX_RAISE(EPX_EINPUT, "learning.batch: %d samples, but the training part has %d", spec->batch,
                     task->n_train);
  if (spec->epochs < 0) return EPX_RAISE(EPX_EINPUT, "learning.epochs: %d; must be 0 or more", spec->epochs);
  if (!(spec->decay > 0) || !isfinite(spec->decay))
    return EPX_RAISE(EPX_EINPUT, "learning.decay: %g; it must be positive, 1 for a constant rate",
                     spec->decay);
  EPX_TRY(epx_rate_check(&spec->rate));
  EPX_TRY(check_layer_rates(network->topology, spec));
  if (spec->patience < 0)
    return EPX_RAISE(EPX_EINPUT, "learning.patience: %d epochs; must be 0 or more", spec->patience);
  if (spec->patience > 0 && task->n_validation == 0)
    return EPX_RAISE(EPX_EINPUT, "learning.patience: needs a validation part; set task.validation_fraction");
  if (spec->target_accuracy > 0 && task->n_targets > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "learning.target_accuracy: a share of classes, and the task has real targets; use "
                     "learning.target_loss");
  if (spec->target_accuracy > 0 && task->n_validation == 0)
    return EPX_RAISE(EPX_EINPUT,
                     "learning.target_accuracy: it watches the validation part, and there is none; set "
                     "task.validation_fraction");
  if (!isfinite(spec->target_loss))
    return EPX_RAISE(EPX_EINPUT, "learning.target_loss: %g; must be a number, 0 for none", spec->target_loss);
  const int code = epx_hardware_check(&spec->hardware, network->family);
  if (code == EPX_EINPUT) return EPX_RAISE(EPX_EINPUT, "hardware: %s", epx_error_get_message());
  return EPX_OK;
}

/* An array of the learner: what points to it, and its numbers; none: it is made later, or never. */
typedef struct {
  void *address;
  size_t count, size;
} own_array;

enum { MAX_ARRAYS = 40 };

#define OWN(pointer, n)                                                                                      \
  (own_array) {                                                                                              \
    &(pointer), (n), sizeof *(pointer)                                                                       \
  }

static int list_chunk_arrays(epx_learner *learner, own_array *list) {
  const size_t n_lanes = (size_t)learner->ensemble->max_lanes, n_rows = (size_t)learner->ensemble->n_rows;
  epx_learner_chunk *last = &learner->last;
  int n = 0;
  list[n++] = OWN(last->features, (size_t)learner->chunk_size * (size_t)learner->network->n_inputs);
  list[n++] = OWN(last->label, n_lanes);
  list[n++] = OWN(last->state, n_rows * n_lanes);
  list[n++] = OWN(last->start, 0);
  list[n++] = OWN(last->certificate, n_lanes);
  list[n++] = OWN(last->readout, (size_t)learner->network->n_outputs * n_lanes);
  list[n++] = OWN(last->value, n_lanes);
  list[n++] = OWN(last->correct, n_lanes);
  list[n++] = OWN(last->weight, n_lanes);
  list[n++] = OWN(last->power, n_lanes);
  list[n++] = OWN(last->idle, n_lanes);
  list[n++] = OWN(last->squares, (size_t)(learner->task->n_targets * learner->n_instances));
  return n;
}

static int list_training_arrays(epx_learner *learner, own_array *list) {
  const size_t n_instances = (size_t)learner->n_instances, n_theta = learner->network->n_theta;
  const epx_learning_spec *spec = &learner->spec;
  const bool some_dead = spec->hardware.dead.nodes > 0 || spec->hardware.dead.links > 0;
  int n = 0;
  list[n++] = OWN(learner->sum.gradient, n_instances * n_theta);
  list[n++] = OWN(learner->sum.partial, n_instances * n_theta);
  list[n++] = OWN(learner->sum.n_estimated, n_instances);
  list[n++] = OWN(learner->sum.n_asked, n_instances);
  list[n++] = OWN(learner->sum.failed, n_instances);
  list[n++] = OWN(learner->settings.range, n_instances);
  list[n++] = OWN(learner->settings.trained, n_theta);
  list[n++] = OWN(learner->settings.alive, some_dead ? n_instances * n_theta : 0);
  list[n++] = OWN(learner->settings.mask, n_instances * n_theta);
  list[n++] = OWN(learner->settings.rate, spec->n_layer_rates > 0 ? n_theta : 0);
  list[n++] = OWN(learner->settings.decays, spec->optimizer.weight_decay > 0 ? n_theta : 0);
  list[n++] = OWN(learner->epochs.order, (size_t)learner->task->n_train);
  list[n++] = OWN(learner->epochs.stopped, n_instances);
  list[n++] = OWN(learner->epochs.tally, n_instances);
  list[n++] = OWN(learner->epochs.coverage, n_instances);
  list[n++] = OWN(learner->epochs.norm, n_instances);
  list[n++] = OWN(learner->epochs.n_norms, n_instances);
  list[n++] = OWN(learner->patience.validation, n_instances);
  list[n++] = OWN(learner->patience.best_theta, spec->patience > 0 ? n_instances * n_theta : 0);
  list[n++] = OWN(learner->patience.best_loss, n_instances);
  list[n++] = OWN(learner->patience.n_worse, n_instances);
  return n;
}

static int list_arrays(epx_learner *learner, own_array list[MAX_ARRAYS]) {
  const int n = list_chunk_arrays(learner, list);
  return n + list_training_arrays(learner, list + n);
}

static epx_err create_arrays(epx_learner *learner) {
  own_array list[MAX_ARRAYS];
  const int n = list_arrays(learner, list);
  for (int i = 0; i < n; i++)
    if (list[i].count > 0) EPX_TRY(epx_array_create(list[i].address, list[i].count, list[i].size));
  return EPX_OK;
}

/* A link belongs to the layer of its later node; nodes of the first learn as those of the second do. */
static void set_rates(epx_learner *learner, int p) {
  const epx_network *network = learner->network;
  const epx_topology *topology = network->topology;
  const bool links = network->family->parameters[p].site == EPX_SITE_LINK;
  for (size_t k = 0; k < network->count[p]; k++) {
    const int layer = topology->layer[links ? topology->links[k].j : (int)k];
    learner->settings.rate[network->offset[p] + k] = learner->spec.layer_rates[layer > 0 ? layer - 1 : 0];
  }
}

static void set_entries(epx_learner *learner) {
  const epx_network *network = learner->network;
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (learner->settings.rate) set_rates(learner, p);
    if (learner->settings.decays)
      memset(learner->settings.decays + network->offset[p],
             network->family->parameters[p].site == EPX_SITE_LINK, network->count[p]);
  }
  epx_optimizer_set_entries(learner->optimizer, &(epx_optimizer_entries){.rate = learner->settings.rate,
                                                                         .decays = learner->settings.decays,
                                                                         .tie = network->tie});
}

static epx_err create_parts(epx_learner *learner, const epx_equilibrium_options *options) {
  const epx_network *network = learner->network;
  EPX_TRY(epx_estimator_create_work(learner->ensemble, &learner->work));
  EPX_TRY(epx_estimator_prepare(learner->spec.estimator, &learner->spec.hardware, learner->work));
  if (learner->clocked) {
    EPX_TRY(epx_clock_init(learner->ensemble, &learner->clock));
    learner->clock.free = options->duration_free;
    learner->clock.nudged = options->duration_nudged;
    EPX_TRY(epx_clock_set_noise(learner->ensemble, &options->noise, &learner->clock));
    learner->clock.step = options->duration_step;
    learner->ensemble->clock = &learner->clock;
  }
  EPX_TRY(epx_inspection_create(learner->ensemble, options, &learner->inspection));
  EPX_TRY(epx_optimizer_create(&learner->spec.optimizer, (size_t)learner->n_instances, network->n_theta,
                               &learner->optimizer));
  EPX_TRY(epx_tuning_create(&learner->spec.hardware.tuning, network, learner->n_instances, learner->seed,
                            learner->spec.deployed, &learner->settings.tuning));
  if (!epx_tuning_is_ideal(&learner->spec.hardware.tuning))
    EPX_TRY(epx_tuning_create(&learner->spec.hardware.tuning, network, learner->n_instances, learner->seed,
                              true, &learner->settings.before));
  EPX_TRY(create_arrays(learner));
  for (int p = 0; p < network->family->n_parameters; p++)
    memset(learner->settings.trained + network->offset[p], learner->spec.train[p], network->count[p]);
  set_entries(learner);
  return EPX_OK;
}

/* The converter of the drive reaches as far as the features of the training part do. */
static void set_drive_range(const epx_task *task, epx_hardware_spec *hardware) {
  double largest = 0;
  if (hardware->drive_bits == 0 || hardware->drive_range > 0) return;
  for (int i = 0; i < task->n_train; i++)
    for (int k = 0; k < task->n_features; k++)
      largest =
          fmax(largest, fabs(task->features[(size_t)task->train[i] * (size_t)task->n_features + (size_t)k]));
  hardware->drive_range = largest > 0 ? largest : 1;
}

static epx_err create_own_ensemble(const epx_network *network, const epx_task *task,
                                   const epx_learning_spec *spec, const epx_equilibrium_options *options,
                                   int n_instances, epx_ensemble **out) {
  const int batch = spec->batch > 0 ? spec->batch : task->n_train;
  const int n_samples = batch < EPX_LEARNER_SAMPLES ? batch : EPX_LEARNER_SAMPLES;
  epx_equilibrium_options asked = *options;
  asked.measures_cycles = false; /* that it is one is enough */
  return epx_ensemble_create(network, n_instances, n_samples, &asked, out);
}

epx_err epx_learner_create(const epx_network *network, const epx_task *task, const epx_cost *cost,
                           const epx_learning_spec *spec, const epx_equilibrium_options *options,
                           int n_instances, uint64_t seed, epx_learner **out) {
  epx_ensemble *ensemble = NULL;
  *out = NULL;
  EPX_TRY(epx_learner_check(EPX_ENGINE_POPULATION, network, task, spec));
  if (n_instances < 1) return EPX_RAISE(EPX_EINPUT, "%d instances; must be at least 1", n_instances);
  EPX_TRY(create_own_ensemble(network, task, spec, options, n_instances, &ensemble));
  const int code = epx_learner_create_over(ensemble, task, cost, spec, options, seed, out);
  if (code != EPX_OK) epx_ensemble_destroy(&ensemble);
  EPX_TRY(code);
  (*out)->owns_ensemble = true;
  return EPX_OK;
}

epx_err epx_learner_create_over(epx_ensemble *ensemble, const epx_task *task, const epx_cost *cost,
                                const epx_learning_spec *spec, const epx_equilibrium_options *options,
                                uint64_t seed, epx_learner **out) {
  epx_learner *learner = NULL;
  *out = NULL;
  EPX_TRY(epx_learner_check(ensemble->functions->engine, ensemble->network, task, spec));
  if (task->n_targets > 0 && cost->kind == EPX_CROSS_ENTROPY)
    return EPX_RAISE(EPX_EINPUT, "learning.cost: cross-entropy needs classes, and the task has real targets; "
                                 "use squared-error");
  EPX_TRY(EPX_ARRAY(learner, 1));
  learner->ensemble = ensemble;
  learner->max_time = options->max_time;
  learner->clocked = options->duration_free > 0 || options->duration_nudged > 0;
  learner->network = ensemble->network;
  learner->task = task;
  learner->cost = *cost;
  learner->cost.targets = task->targets;
  learner->spec = *spec;
  set_drive_range(task, &learner->spec.hardware);
  learner->drive_saturation = epx_hardware_eval_drive_saturation(
      &learner->spec.hardware, (size_t)task->n_samples * (size_t)task->n_features, task->features);
  learner->seed = seed;
  learner->key = (epx_batch_key){.seed = seed, .point = EPX_RANDOM_ANY};
  learner->n_instances = ensemble->n_instances;
  learner->batch = spec->batch > 0 ? spec->batch : task->n_train;
  learner->chunk_size = ensemble->max_samples;
  learner->ignorance = epx_cost_eval_ignorance(&learner->cost, learner->network->n_outputs, task->n_classes,
                                               task->n_train, task->train, task->labels);
  const int code = create_parts(learner, options);
  if (code != EPX_OK) epx_learner_destroy(&learner);
  *out = learner;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_learner_destroy(epx_learner **address) {
  if (!address || !*address) return;
  epx_learner *learner = *address;
  own_array list[MAX_ARRAYS];
  const int n = list_arrays(learner, list);
  for (int i = 0; i < n; i++)
    epx_array_destroy(list[i].address);
  epx_optimizer_destroy(&learner->optimizer);
  epx_tuning_destroy(&learner->settings.tuning);
  epx_tuning_destroy(&learner->settings.before);
  epx_estimator_destroy_work(&learner->work);
  epx_inspection_destroy(&learner->inspection);
  if (learner->ensemble && learner->ensemble->clock == &learner->clock) learner->ensemble->clock = NULL;
  epx_clock_destroy(&learner->clock);
  if (learner->owns_ensemble) epx_ensemble_destroy(&learner->ensemble);
  epx_array_destroy(address);
}

epx_ensemble *epx_learner_get_ensemble(const epx_learner *learner) {
  return learner->ensemble;
}

void epx_learner_set_instances(epx_learner *learner, uint32_t i_point, uint32_t first) {
  learner->key.point = i_point;
  learner->key.first = first;
  learner->settings.deployed = false;
  epx_inspection_set_zero(learner->inspection);
  const size_t n = (size_t)learner->n_instances * learner->network->n_theta;
  if (learner->settings.alive) memset(learner->settings.alive, 1, n);
  epx_tuning_set_instances(learner->settings.tuning, i_point, first);
}

void epx_learner_set_renewal(epx_learner *learner, epx_learner_renewal renewal, void *context) {
  learner->epochs.renewal = renewal;
  learner->epochs.renewal_context = context;
}

void epx_learner_set_dead(epx_learner *learner, double *theta) {
  const size_t n_theta = learner->network->n_theta;
  for (int i = 0; learner->settings.alive && i < learner->n_instances; i++)
    epx_hardware_eval_dead(&learner->spec.hardware, learner->network, learner->seed, learner->key.point,
                           learner->key.first + (uint32_t)i, theta + (size_t)i * n_theta,
                           learner->settings.alive + (size_t)i * n_theta);
}

void epx_learner_write_settings(epx_learner *learner, const double *wanted, double *shift) {
  const size_t n_theta = learner->network->n_theta, n = (size_t)learner->n_instances * n_theta;
  for (size_t k = 0; k < n; k++)
    learner->settings.mask[k] = epx_learner_can_set(learner, k);
  memcpy(epx_tuning_get_wanted(learner->settings.tuning), wanted, n * sizeof *wanted);
  epx_tuning_write(learner->settings.tuning, learner->settings.mask);
  epx_tuning_eval_shift(learner->settings.tuning, shift);
  learner->settings.deployed = true;
}

const epx_tuning *epx_learner_get_tuning(const epx_learner *learner) {
  return learner->settings.tuning;
}

const unsigned char *epx_learner_get_trained(const epx_learner *learner) {
  return learner->settings.trained;
}

double epx_learner_get_skipped(const epx_learner *learner, int i_instance) {
  const epx_learner_coverage *own = &learner->epochs.coverage[i_instance];
  return own->n_samples > 0 ? 1 - own->n_settled / own->n_samples : NAN;
}

const unsigned char *epx_learner_get_settable(epx_learner *learner, int i_instance) {
  const size_t n_theta = learner->network->n_theta, own = (size_t)i_instance * n_theta;
  for (size_t k = 0; k < n_theta; k++)
    learner->settings.mask[own + k] = epx_learner_can_set(learner, own + k);
  return learner->settings.mask + own;
}

double epx_learner_get_out_of_range(const epx_learner *learner, int i_instance) {
  const epx_range_counts *own = &learner->settings.range[i_instance];
  return own->n_set > 0 ? own->n_held / own->n_set : NAN;
}

epx_err epx_learner_eval_saturation(epx_learner *learner, double *share) {
  const double *reads = epx_estimator_get_reads(learner->work);
  const size_t n = (size_t)learner->n_instances, stride = learner->network->n_theta;
  memset(learner->sum.partial, 0, n * stride * sizeof *learner->sum.partial);
  for (size_t i = 0; i < n; i++)
    memcpy(learner->sum.partial + i * stride, reads + 2 * i, 2 * sizeof *reads);
  EPX_TRY(learner->ensemble->functions->sum_gradient(learner->ensemble, learner->sum.partial));
  for (size_t i = 0; i < n; i++)
    share[i] =
        learner->sum.partial[i * stride + 1] / learner->sum.partial[i * stride]; /* NaN: none was read */
  return EPX_OK;
}

double epx_learner_get_drive_saturation(const epx_learner *learner) {
  return learner->drive_saturation;
}

double epx_learner_get_failures(const epx_learner *learner, int i_instance) {
  const double n = learner->sum.n_asked[i_instance];
  return n > 0 ? learner->sum.failed[i_instance] / n : 0;
}

epx_ensemble_counts epx_learner_get_counts(const epx_learner *learner) {
  return epx_ensemble_get_counts(learner->ensemble);
}

void epx_learner_set_parameters(epx_learner *learner, const double *theta) {
  learner->ensemble->functions->set_parameters(learner->ensemble, theta);
  learner->last.theta = theta;
}

void epx_learner_set_observer(epx_learner *learner, epx_learner_observer observer, void *context) {
  learner->observer = observer;
  learner->observer_context = context;
}

void epx_learner_set_settling(epx_learner *learner, bool measured) {
  learner->measures_settling = measured;
}

/* Inputs beyond the task's features stay dark. */
static void set_samples(epx_learner *learner, int n, const int *samples) {
  const epx_task *task = learner->task;
  const size_t n_inputs = (size_t)learner->network->n_inputs, n_features = (size_t)task->n_features;
  for (int i = 0; n_features > 0 && i < n; i++)
    memcpy(learner->last.features + (size_t)i * n_inputs, task->features + (size_t)samples[i] * n_features,
           n_features * sizeof(double));
  epx_hardware_eval_drive(&learner->spec.hardware, (size_t)n * n_inputs, learner->last.features);
  const epx_ensemble *ensemble = learner->ensemble;
  ensemble->functions->set_samples(learner->ensemble, n, learner->last.features);
  for (int lane = 0; lane < ensemble->n_lanes; lane++) {
    const int sample = samples[lane < ensemble->n_used ? lane % n : n - 1];
    learner->last.label[lane] = task->n_targets > 0 ? sample : task->labels[sample];
  }
}

/* Lanes of stopped instances cost nothing: their equilibria are not asked for. */
static epx_err settle(epx_learner *learner, const int *samples) {
  epx_ensemble *ensemble = learner->ensemble;
  for (int lane = 0; lane < ensemble->n_used; lane++)
    learner->last.idle[lane] = learner->epochs.stopped[lane / ensemble->n_samples];
  EPX_TRY(ensemble->functions->set_start(ensemble, learner->seed, samples, learner->last.state));
  learner->clock.n_phases = 0;
  learner->clock.key = (epx_noise_key){.seed = learner->key.seed,
                                       .point = learner->key.point,
                                       .first = learner->key.first,
                                       .step = learner->key.step,
                                       .n_samples = ensemble->n_samples,
                                       .samples = samples};
  if (learner->clock.noise.start > 0)
    epx_noise_set_start(&learner->clock.noise, &learner->clock.key, ensemble->functions->get_lanes(ensemble),
                        learner->last.state);
  return epx_ensemble_solve(ensemble, NULL, learner->last.idle, learner->last.state,
                            learner->last.certificate);
}

epx_err epx_learner_solve_chunk(epx_learner *learner, int n, const int *samples) {
  epx_ensemble *ensemble = learner->ensemble;
  set_samples(learner, n, samples);
  EPX_TRY(settle(learner, samples));
  EPX_TRY(epx_inspection_solve_audit(learner->inspection, &learner->key, learner->last.idle, samples,
                                     learner->last.state, learner->last.certificate));
  EPX_TRY(epx_ensemble_eval_reads(ensemble, learner->last.state, learner->last.readout));
  epx_cost_eval(&learner->cost, learner->network->n_outputs, ensemble->n_lanes, learner->last.readout,
                learner->last.label, learner->last.value, NULL, learner->last.correct);
  for (int lane = 0; lane < ensemble->n_lanes; lane++)
    learner->last.weight[lane] = lane < ensemble->n_used &&
                                 learner->last.certificate[lane].outcome == EPX_OK &&
                                 !learner->epochs.stopped[lane / ensemble->n_samples];
  return EPX_OK;
}

epx_err epx_learner_solve_sample(epx_learner *learner, const double *theta, int sample, double *state,
                                 epx_certificate *certificate) {
  const epx_ensemble *ensemble = learner->ensemble;
  epx_learner_set_parameters(learner, theta);
  learner->last.one_sample = sample;
  EPX_TRY(epx_learner_solve_chunk(learner, 1, &learner->last.one_sample));
  memcpy(state, learner->last.state, (size_t)ensemble->n_rows * (size_t)ensemble->n_lanes * sizeof *state);
  memcpy(certificate, learner->last.certificate, (size_t)ensemble->n_lanes * sizeof *certificate);
  return EPX_OK;
}

void epx_learner_add_tally(epx_learner *learner) {
  const epx_ensemble *ensemble = learner->ensemble;
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    epx_learner_tally *tally = &learner->epochs.tally[lane / ensemble->n_samples];
    tally->n_samples++;
    if (learner->last.weight[lane] == 0) continue;
    tally->n_settled++;
    tally->loss += learner->last.value[lane];
    tally->correct += learner->last.correct[lane];
  }
}
