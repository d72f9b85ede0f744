#include "study/point.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/population/population.h"
#include "study/energy/consumption.h"
#include "study/fabrication/deployment.h"
#include "study/fabrication/fabricated.h"
#include "study/search/search.h"
#include "study/trial.h"

/* A population of this many networks or fewer shares nothing: with a full batch of samples each, one instance
 * fills whole vectors by itself and its coupling is shared by them. */
static int choose_block(const epx_settings *settings, epx_engine engine, const epx_task *task) {
  if (engine == EPX_ENGINE_DISTRIBUTED) return 1;
  if (settings->block > 0) return settings->block;
  const int batch = settings->learning.batch > 0 ? settings->learning.batch : task->n_train;
  if (batch >= 2 * EPX_LANE_WIDTH) return 1;
  return EPX_POINT_LANES / batch;
}

static int choose_outputs(const epx_settings *settings, const epx_task *task) {
  if (settings->network.n_outputs > 0) return settings->network.n_outputs;
  return settings->cost.kind == EPX_PHASE_COSINE && task->n_classes == 2 ? 1 : epx_task_count_outputs(task);
}

static void init_layout(const epx_settings *settings, const epx_network *network, epx_record_layout *layout) {
  layout->n_metrics = settings->n_metrics;
  layout->n_epochs = settings->learning.epochs;
  for (int c = 0; c < EPX_CURVE_COUNT; c++)
    layout->n_curves += settings->curve[c];
  layout->metric = 2;
  layout->curve = layout->metric + (size_t)layout->n_metrics;
  layout->variation = layout->curve + (size_t)layout->n_curves * (size_t)layout->n_epochs;
  layout->size = layout->variation;
  for (int p = 0; settings->keep_variation && p < network->family->n_parameters; p++) {
    bool varied = settings->fabricated && epx_fabrication_is_varied(network->family, p);
    for (int v = 0; v < settings->n_variation; v++)
      varied |= settings->variation[v].parameter == p;
    if (!varied) continue;
    const int k = layout->n_varied++;
    layout->varied[k] = network->family->parameters[p].name;
    layout->n_values[k] = network->count[p];
    layout->value[k] = layout->size;
    layout->size += network->count[p];
  }
  layout->fabricated = layout->size;
  if (settings->keep_variation && settings->fabricated) {
    epx_layout devices;
    epx_layout_init(network, &devices);
    layout->n_guides = epx_layout_get_n_guides(&devices);
    layout->n_devices = epx_layout_get_n_devices(&devices);
    layout->by_node = devices.by_node;
    layout->size += epx_fabricated_get_size(layout->n_guides, layout->n_devices);
  }
  layout->parameters = layout->size;
  if (!settings->keep_parameters) return;
  layout->n_kept = network->family->n_parameters;
  for (int p = 0; p < layout->n_kept; p++)
    layout->n_of_kept[p] = network->count[p];
  layout->size += network->n_theta;
}

/* The deck's words stand before what the layer below says, so that its line can be found. */
static epx_err raise_in(const char *section, int code) {
  if (code != EPX_EINPUT && code != EPX_EFILE) return code;
  if (strncmp(epx_error_get_message(), section, strlen(section)) == 0) return code;
  return EPX_RAISE(code, "%s: %s", section, epx_error_get_message());
}

static epx_err create_fabrication(const epx_settings *settings, epx_point *point) {
  epx_fabrication_spec spec = settings->fabrication;
  epx_placement *placement = NULL;
  epx_ring_spec device;
  epx_ring ring;
  if (!settings->fabricated) return EPX_OK;
  EPX_TRY(epx_fabrication_eval_device(&spec, &device, &ring));
  int code = epx_layout_create_placement(point->network, &settings->placement, &device, &placement);
  if (code != EPX_OK) return raise_in("process.placement", code);
  spec.process.placement = placement;
  code = epx_fabrication_create(&spec, point->network, point->nominal, &point->fabrication);
  epx_placement_destroy(&placement);
  return raise_in("process", code);
}

static epx_err choose_engine(const epx_settings *settings, epx_point *point) {
  const bool forced = settings->engine == EPX_ENGINE_DISTRIBUTED || settings->n_ranks > 1;
  point->engine = EPX_ENGINE_POPULATION;
  point->communicator = MPI_COMM_NULL;
  if (settings->engine == EPX_ENGINE_POPULATION && settings->n_ranks > 1)
    return EPX_RAISE(EPX_EINPUT,
                     "population.ranks_per_network: %d, but with equilibrium.engine: population every "
                     "network has one rank; leave one of the two out",
                     settings->n_ranks);
  if (settings->engine != EPX_ENGINE_POPULATION && (forced || epx_engine_is_large(point->network))) {
    const int code = epx_trial_check(point, EPX_ENGINE_DISTRIBUTED);
    if (code == EPX_OK) point->engine = EPX_ENGINE_DISTRIBUTED;
    if (code == EPX_EINPUT && !forced)
      epx_error_reset(); /* a population it is: the learner will say what is wrong with that */
    else
      EPX_TRY(code);
  }
  if (point->engine == EPX_ENGINE_DISTRIBUTED && settings->block > 1)
    return EPX_RAISE(EPX_EINPUT,
                     "population.block: %d, but distributed networks are solved one at a time; leave it out",
                     settings->block);
  if (point->engine == EPX_ENGINE_POPULATION && settings->petsc_options)
    return EPX_RAISE(EPX_EINPUT, "petsc.options: this network is solved as a population, without PETSc; use "
                                 "equilibrium.engine: distributed, or leave them out");
  if (settings->petsc_options) EPX_TRY(epx_engine_check_options(settings->petsc_options));
  if (point->engine == EPX_ENGINE_POPULATION && settings->keep_fields)
    return EPX_RAISE(EPX_EINPUT, "keep_fields: this network is solved as a population, which keeps none; use "
                                 "equilibrium.engine: distributed, or leave it out");
  return EPX_OK;
}

/* The drive of a feature of 1 is the root of its power in the unit that the family or its device has. */
static epx_err set_drive(const epx_settings *settings, epx_point *point) {
  double rate, power;
  if (settings->input_power == 0) return EPX_OK;
  EPX_TRY(epx_consumption_eval_units(point, &rate, &power));
  if (!(power > 0))
    return EPX_RAISE(EPX_EINPUT,
                     "network.inputs.power: the unit of power of family %s is not known here: describe "
                     "network.device with kerr above 0, give energy.power_unit, or give network.inputs.scale",
                     point->network->family->name);
  point->network->input_scale = sqrt(settings->input_power / power);
  return EPX_OK;
}

/* Pixels are the first nodes, and what is read the last layer's: neither may reach into the maps between. */
static epx_err check_convolution(const epx_network_spec *spec) {
  const epx_topology_spec *topology = &spec->topology;
  if (topology->kind != EPX_CONVOLUTION) return EPX_OK;
  const long long planes = topology->n_planes > 0 ? topology->n_planes : 1,
                  pixels = planes * topology->n_rows * topology->n_columns;
  const int last = topology->layers[topology->n_layers - 1],
            n_probes = spec->n_outputs * (spec->readout == EPX_READ_BALANCED ? 2 : 1);
  if (!spec->input_nodes && spec->n_inputs != pixels)
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.rows: an image of %lld x %d x %d pixels, but the task has %d "
                     "features; they must be "
                     "as many",
                     planes, topology->n_rows, topology->n_columns, spec->n_inputs);
  if (!spec->output_nodes && n_probes > last)
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.layers: the last has %d node%s, but %d are read; give it %d", last,
                     last == 1 ? "" : "s", n_probes, n_probes);
  return EPX_OK;
}

static epx_err create_parts(const epx_settings *settings, epx_point *point) {
  epx_network_spec spec = settings->network;
  if (spec.input_nodes && spec.n_inputs != point->task->n_features)
    return EPX_RAISE(
        EPX_EINPUT,
        "network.inputs.nodes: lists %d node%s, but task '%s' has %d features; task.encoding can "
        "reduce the features, or copy them to several nodes",
        spec.n_inputs, spec.n_inputs == 1 ? "" : "s", settings->task.name, point->task->n_features);
  spec.n_inputs = point->task->n_features;
  spec.n_outputs = choose_outputs(settings, point->task);
  EPX_TRY(check_convolution(&spec));
  EPX_TRY(epx_network_create(&spec, &point->network));
  EPX_TRY(EPX_ARRAY(point->nominal, point->network->n_theta));
  EPX_TRY(epx_network_eval_nominal(point->network, &spec, settings->seed, point->nominal));
  EPX_TRY(set_drive(settings, point));
  EPX_TRY(EPX_ARRAY(point->origin, 1));
  if (settings->protocol.kind != EPX_PROTOCOL_IN_SITU)
    EPX_TRY(EPX_ARRAY(point->origin->settings, point->network->n_theta));
  EPX_TRY(create_fabrication(settings, point));
  const char *refusal = settings->learning.estimator->get_refusal(spec.family);
  if (refusal)
    return EPX_RAISE(EPX_EINPUT, "learning.estimator: '%s' does not apply to family '%s': %s",
                     settings->learning.estimator->name, spec.family->name, refusal);
  init_layout(settings, point->network, &point->layout);
  EPX_TRY(choose_engine(settings, point));
  point->block = choose_block(settings, point->engine, point->task);
  if (epx_metric_get_needs(settings->metric, settings->n_metrics) & (EPX_NEEDS_ENERGY | EPX_NEEDS_REFERENCE))
    EPX_TRY(epx_consumption_check(point));
  EPX_TRY(epx_search_check(point, epx_metric_get_needs(settings->metric, settings->n_metrics)));
  EPX_TRY(epx_network_check_reach(point->network, point->nominal, settings->learning.train));
  return epx_deployment_check_variation(point);
}

epx_err epx_point_create_with_task(const epx_settings *settings, epx_task *task, epx_point **out) {
  *out = NULL;
  epx_point *point;
  EPX_TRY(EPX_ARRAY(point, 1));
  point->settings = settings;
  point->reference = &point->own_reference;
  point->task = epx_task_share(task);
  const int err = create_parts(settings, point);
  if (err != EPX_OK) {
    epx_point_destroy(&point);
    return err;
  }
  *out = point;
  return EPX_OK;
}

epx_err epx_point_create(const epx_settings *settings, epx_point **out) {
  epx_task *task;
  *out = NULL;
  EPX_TRY(epx_task_create(&settings->task, settings->seed, &task));
  const int code = epx_point_create_with_task(settings, task, out);
  epx_task_destroy(&task);
  return code;
}

void epx_point_destroy(epx_point **address) {
  epx_point *point = *address;
  if (!point) return;
  epx_fabrication_destroy(&point->fabrication);
  epx_digital_reference_store_reset(&point->own_reference);
  epx_array_destroy(&point->nominal);
  if (point->origin) epx_array_destroy(&point->origin->settings);
  epx_array_destroy(&point->origin);
  epx_network_destroy(&point->network);
  epx_task_destroy(&point->task);
  epx_array_destroy(address);
}

/* The equilibria's workspaces; then the learner's: a vector of lanes' Jacobians, a dozen states, parameters
 * with their gradients and moments, and the lanes' own matrices. */
static double eval_bytes(const epx_point *point, int batch) {
  const epx_network *network = point->network;
  if (point->engine == EPX_ENGINE_DISTRIBUTED) {
    /* theta, its gradients and moments on every rank; of the state, the Jacobian, its factors and vectors. */
    const double links = (double)network->topology->n_links, block = network->family->components;
    return 8 * (7 * (double)network->n_theta +
                (60.0 * network->n_state + 2 * (network->n_nodes + 2 * links) * block * block) /
                    point->settings->n_ranks);
  }
  const double lanes = fmin(batch, EPX_LEARNER_SAMPLES) * point->block;
  const double n = network->n_nodes, state = network->n_state;
  return epx_population_eval_bytes(network, (int)lanes) +
         8 * (state * state * EPX_LANE_WIDTH + (12 + point->settings->equilibrium.starts) * state * lanes +
              14.0 * (double)network->n_theta * point->block + n * n * (point->block > 1 ? lanes : 1));
}

/* Equilibria that measuring asks for: each need its samples, beside those that are always tested.
 * `gradient`: of one of the rule's over the training part. */
static double count_measured(const epx_point *point, double gradient) {
  const epx_settings *settings = point->settings;
  const epx_task *task = point->task;
  const unsigned needs = epx_metric_get_needs(settings->metric, settings->n_metrics);
  const double train = task->n_train, test = task->n_test > 0 ? task->n_test : train;
  const struct {
    unsigned need;
    double n;
  } asked[] = {{EPX_NEEDS_UNTRAINED, test},
               {EPX_NEEDS_DEPLOYED, test},
               {EPX_NEEDS_STARTS, test * settings->equilibrium.starts},
               {EPX_NEEDS_TRAINING_PART, train},
               {EPX_NEEDS_VALIDATION_PART, task->n_validation > 0 ? task->n_validation : train},
               {EPX_NEEDS_GRADIENT, gradient + train},
               {EPX_NEEDS_TRAINED_GRADIENT, gradient + train}};
  double n = test;
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    if (needs & asked[i].need) n += asked[i].n;
  return n;
}

static double count_equilibria(const epx_point *point, size_t n_trained) {
  const epx_settings *settings = point->settings;
  const epx_estimator *rule = settings->learning.estimator;
  const double phases =
      1 + (rule->eval_phases ? rule->eval_phases(&settings->learning.nudging, n_trained) : 0);
  const double gradient = point->task->n_train * phases;
  const bool validated = settings->learning.patience > 0 || settings->learning.target_accuracy > 0 ||
                         settings->curve[EPX_CURVE_VALIDATION_LOSS] ||
                         settings->curve[EPX_CURVE_VALIDATION_ACCURACY];
  const double an_epoch = gradient + (validated ? point->task->n_validation : 0);
  const int epochs = epx_protocol_get_epochs(&settings->protocol, settings->learning.epochs);
  return epochs * an_epoch + count_measured(point, gradient);
}

epx_point_size epx_point_eval_size(const epx_point *point) {
  const epx_settings *settings = point->settings;
  const epx_network *network = point->network;
  const int batch = settings->learning.batch > 0 ? settings->learning.batch : point->task->n_train;
  epx_point_size size = {.n_nodes = network->n_nodes,
                         .n_links = network->topology->n_links,
                         .n_train = point->task->n_train,
                         .n_test = point->task->n_test,
                         .n_features = point->task->n_features,
                         .n_classes = point->task->n_classes,
                         .n_targets = point->task->n_targets};
  for (int p = 0; p < network->family->n_parameters; p++)
    for (size_t k = network->offset[p];
         settings->learning.train[p] && k < network->offset[p] + network->count[p]; k++) {
      size.n_trained++;
      size.n_learnt += !network->tie || network->tie[k] == k;
    }
  size.equilibria = count_equilibria(point, size.n_trained);
  size.engine = point->engine;
  size.bytes = eval_bytes(point, batch);
  return size;
}
