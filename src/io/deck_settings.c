/** @file
 * Deck: from a resolved deck to typed settings. What two keys together get wrong is said here, at the line of
 * the one that is easier to change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epilux/base/array.h"
#include "epilux/learning/estimator.h"
#include "epilux/photonic/network.h"
#include "io/deck_private.h"
#include "io/words.h"

enum { N_OWNED_MAX = 64 };

typedef struct {
  const epx_tree *root;
  epx_settings *settings;
} reader;

static const epx_tree *get(const reader *r, const char *path) {
  return epx_tree_get_path(r->root, path);
}

static bool is_set(const reader *r, const char *path) {
  return get(r, path) != NULL;
}

static double get_real(const reader *r, const char *path) {
  return strtod(get(r, path)->text, NULL);
}

/* Integers of the schema that do not apply are 0 in the structs. */
static int get_integer(const reader *r, const char *path) {
  return is_set(r, path) ? (int)strtol(get(r, path)->text, NULL, 10) : 0;
}

static bool get_boolean(const reader *r, const char *path) {
  return is_set(r, path) && strcmp(get(r, path)->text, "true") == 0;
}

/* The value of the enum whose order a list of words has. */
static int get_word(const reader *r, const char *path, const char *(*words)(const epx_family *, int)) {
  return epx_words_get_index(words, NULL, get(r, path)->text);
}

epx_err epx_settings_create_owned(epx_settings *settings, size_t count, size_t size, void *out) {
  void *made;
  if (settings->n_owned == N_OWNED_MAX) return EPX_RAISE(EPX_EMEMORY, "more arrays than settings hold");
  EPX_TRY(epx_array_create(&made, count, size));
  settings->owned[settings->n_owned++] = made;
  memcpy(out, &made, sizeof made);
  return EPX_OK;
}

static epx_err read_text(reader *r, const char *path, const char **out) {
  *out = NULL;
  if (!is_set(r, path)) return EPX_OK;
  char *copy;
  const char *text = get(r, path)->text;
  EPX_TRY(epx_settings_create_owned(r->settings, strlen(text) + 1, 1, &copy));
  memcpy(copy, text, strlen(text) + 1);
  *out = copy;
  return EPX_OK;
}

static epx_err read_integers(reader *r, const char *path, int *n, const int **out) {
  const epx_tree *list = get(r, path);
  *n = list ? list->n : 0;
  *out = NULL;
  if (!list) return EPX_OK;
  int *values;
  if (list->n == 0) return epx_tree_raise(list, "%s: the list is empty", path);
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)list->n, sizeof *values, &values));
  for (int i = 0; i < list->n; i++)
    values[i] = (int)strtol(list->items[i]->text, NULL, 10);
  *out = values;
  return EPX_OK;
}

static epx_err read_study(reader *r) {
  const epx_tree *name = get(r, "study.name");
  if (strchr(name->text, '/') || name->text[0] == '.' || name->text[0] == '-')
    return epx_tree_raise(name, "study.name: '%s' cannot name a file: no '/', and no '.' or '-' first",
                          name->text);
  r->settings->seed = strtoull(get(r, "study.seed")->text, NULL, 10);
  return EPX_OK;
}

static epx_err read_distribution(const epx_tree *map, const char *path, epx_distribution *distribution) {
  static const char *const keys[] = {"mean", "sigma", "low", "high"};
  double *const members[] = {&distribution->mean, &distribution->sigma, &distribution->low,
                             &distribution->high};
  EPX_TRY(epx_distribution_get_kind(epx_tree_get(map, "distribution")->text, &distribution->kind));
  for (int i = 0; i < 4; i++) {
    const epx_tree *value = epx_tree_get(map, keys[i]);
    *members[i] = value ? strtod(value->text, NULL) : 0;
  }
  const int code = epx_distribution_check(distribution);
  if (code == EPX_EINPUT) return epx_tree_raise(map, "%s: %s", path, epx_error_get_message());
  return code;
}

static epx_err read_numbers(reader *r, const epx_tree *node, epx_value *value) {
  const bool matrix = node->kind == EPX_TREE_LIST && node->items[0]->kind == EPX_TREE_LIST;
  const int n = node->kind == EPX_TREE_LIST ? node->n : 1;
  double *values;
  value->kind = matrix ? EPX_VALUE_MATRIX : EPX_VALUE_LIST;
  value->n_values = matrix ? n * n : n;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)value->n_values, sizeof *values, &values));
  value->values = values;
  for (int i = 0; i < n; i++) {
    const epx_tree *item = node->kind == EPX_TREE_LIST ? node->items[i] : node;
    if (!matrix) values[i] = strtod(item->text, NULL);
    for (int j = 0; matrix && j < n; j++)
      values[i * n + j] = strtod(item->items[j]->text, NULL);
  }
  return EPX_OK;
}

static epx_err read_parameters(reader *r) {
  epx_network_spec *network = &r->settings->network;
  const epx_tree *parameters = get(r, "network.parameters");
  for (int p = 0; p < network->family->n_parameters; p++) {
    const epx_parameter *parameter = &network->family->parameters[p];
    const epx_tree *node = epx_tree_get(parameters, parameter->name);
    char path[128];
    snprintf(path, sizeof path, "network.parameters.%s", parameter->name);
    if (!node && !get(r, "network.parameters.coupling_spread")) {
      network->value[p].kind = EPX_VALUE_FALLBACK; /* what the edge list says */
    } else if (!node) {
      network->value[p].kind = EPX_VALUE_SYMMETRISED;
      network->value[p].spread = get_real(r, "network.parameters.coupling_spread");
    } else if (node->kind == EPX_TREE_MAP) {
      network->value[p].kind = EPX_VALUE_DISTRIBUTION;
      EPX_TRY(read_distribution(node, path, &network->value[p].distribution));
    } else {
      EPX_TRY(read_numbers(r, node, &network->value[p]));
    }
  }
  return EPX_OK;
}

/* Makes the links once, so that what is wrong with them is said at the line of the topology. */
static epx_err check_topology(const reader *r, const epx_topology_spec *spec) {
  epx_topology *topology;
  const int code = epx_topology_create(spec, &topology);
  if (code == EPX_EINPUT)
    return epx_tree_raise(get(r, "network.topology.kind"), "%s", epx_error_get_message());
  EPX_TRY(code);
  epx_topology_destroy(&topology);
  return EPX_OK;
}

static void read_random_topology(reader *r, epx_topology_spec *spec) {
  spec->seed = r->settings->seed;
  if (spec->kind == EPX_RANDOM) spec->degree = get_real(r, "network.topology.degree");
  if (spec->kind != EPX_SMALL_WORLD) return;
  spec->n_neighbours = get_integer(r, "network.topology.neighbours");
  spec->rewiring = get_real(r, "network.topology.rewiring");
}

static epx_err read_topology(reader *r) {
  epx_topology_spec *spec = &r->settings->network.topology;
  spec->kind = (epx_topology_kind)get_word(r, "network.topology.kind", epx_words_get_topology);
  if (spec->kind == EPX_MATRIX) {
    const epx_family *family = r->settings->network.family;
    const int coupling = epx_family_get_coupling(family);
    const epx_value *value = &r->settings->network.value[coupling];
    char path[128];
    snprintf(path, sizeof path, "network.parameters.%s", family->parameters[coupling].name);
    const epx_tree *node = get(r, path);
    if (value->kind != EPX_VALUE_MATRIX)
      return epx_tree_raise(node, "%s: topology matrix wants a matrix here", path);
    spec->matrix = value->values;
    spec->n_nodes = node->n;
  } else if (spec->kind == EPX_LAYERED) {
    EPX_TRY(read_integers(r, "network.topology.layers", &spec->n_layers, &spec->layers));
  } else if (spec->kind == EPX_LATTICE) {
    spec->n_rows = get_integer(r, "network.topology.rows");
    spec->n_columns = get_integer(r, "network.topology.columns");
    spec->n_planes = get_integer(r, "network.topology.planes");
    spec->periodic = get_boolean(r, "network.topology.periodic");
  } else if (spec->kind == EPX_EDGE_LIST) {
    EPX_TRY(read_text(r, "network.topology.path", &spec->path));
  } else {
    spec->n_nodes = get_integer(r, "network.topology.nodes");
    read_random_topology(r, spec);
  }
  return check_topology(r, spec);
}

static epx_err read_network(reader *r) {
  epx_network_spec *network = &r->settings->network;
  const epx_tree *count = get(r, "network.outputs.count"), *readout = get(r, "network.outputs.readout");
  network->family = epx_family_get_by_name(get(r, "network.family")->text);
  EPX_TRY(read_parameters(r));
  EPX_TRY(read_topology(r));
  EPX_TRY(read_integers(r, "network.inputs.nodes", &network->n_inputs, &network->input_nodes));
  EPX_TRY(read_integers(r, "network.outputs.nodes", &network->n_outputs, &network->output_nodes));
  if (count && network->output_nodes)
    return epx_tree_raise(count, "network.outputs.count and network.outputs.nodes exclude each other");
  if (count) network->n_outputs = get_integer(r, "network.outputs.count");
  network->input_scale = get_real(r, "network.inputs.scale");
  network->readout_scale = get_real(r, "network.outputs.scale");
  network->readout = (epx_readout_kind)get_word(r, "network.outputs.readout", epx_words_get_readout);
  if (!(network->family->readouts & EPX_READS(network->readout)))
    return epx_tree_raise(readout,
                          "network.outputs.readout: family %s has no %s to read; `epilux list readouts`",
                          network->family->name, readout->text);
  return EPX_OK;
}

static epx_err read_task(reader *r) {
  epx_task_spec *task = &r->settings->task;
  EPX_TRY(read_text(r, "task.name", &task->name));
  EPX_TRY(read_text(r, "task.path", &task->path));
  EPX_TRY(read_text(r, "task.labels", &task->labels));
  task->n_samples = get_integer(r, "task.samples");
  task->noise = is_set(r, "task.noise") ? get_real(r, "task.noise") : 0;
  task->test_fraction = get_real(r, "task.test_fraction");
  task->scaling = (epx_scaling)get_word(r, "task.scaling", epx_words_get_scaling);
  task->constant = get_boolean(r, "task.constant");
  return EPX_OK;
}

static void read_optimizer(const reader *r, epx_optimizer_spec *optimizer) {
  optimizer->kind = (epx_optimizer_kind)get_word(r, "learning.optimizer.name", epx_words_get_optimizer);
  optimizer->rate = get_real(r, "learning.optimizer.rate");
  if (is_set(r, "learning.optimizer.momentum"))
    optimizer->momentum = get_real(r, "learning.optimizer.momentum");
  if (optimizer->kind != EPX_ADAM) return;
  optimizer->beta1 = get_real(r, "learning.optimizer.beta1");
  optimizer->beta2 = get_real(r, "learning.optimizer.beta2");
  optimizer->epsilon = get_real(r, "learning.optimizer.epsilon");
}

static epx_err read_learning(reader *r) {
  epx_settings *settings = r->settings;
  epx_learning_spec *learning = &settings->learning;
  const epx_family *family = settings->network.family;
  const epx_tree *estimator = get(r, "learning.estimator"), *train = get(r, "learning.train");
  learning->estimator = epx_estimator_get_by_name(estimator->text);
  const char *refusal = learning->estimator->get_refusal(family);
  if (refusal)
    return epx_tree_raise(estimator, "learning.estimator: %s does not apply to family %s: %s",
                          estimator->text, family->name, refusal);
  learning->nudging.beta = get_real(r, "learning.nudge.beta");
  learning->nudging.scheme = (epx_scheme)get_word(r, "learning.nudge.scheme", epx_words_get_scheme);
  settings->cost.kind = (epx_cost_kind)get_word(r, "learning.cost", epx_words_get_cost);
  settings->cost.off = is_set(r, "learning.targets.off") ? get_real(r, "learning.targets.off") : 0;
  settings->cost.on = is_set(r, "learning.targets.on") ? get_real(r, "learning.targets.on") : 1;
  if (settings->cost.on == settings->cost.off)
    return epx_tree_raise(get(r, "learning.targets"), "learning.targets: on and off are the same");
  read_optimizer(r, &learning->optimizer);
  learning->epochs = get_integer(r, "learning.epochs");
  learning->batch = get_integer(r, "learning.batch");
  learning->decay = get_real(r, "learning.decay");
  learning->target_loss = get_real(r, "learning.target_loss");
  for (int i = 0; i < train->n; i++)
    learning->train[epx_family_get_parameter(family, train->items[i]->text)] = true;
  return EPX_OK;
}

static epx_err read_equilibrium(reader *r) {
  epx_equilibrium_options *options = &r->settings->equilibrium;
  epx_equilibrium_init(options);
  options->method = (epx_method)get_word(r, "equilibrium.method", epx_words_get_method);
  options->rtol = get_real(r, "equilibrium.rtol");
  options->atol = get_real(r, "equilibrium.atol");
  options->tolerance = get_real(r, "equilibrium.tolerance");
  options->settled = get_real(r, "equilibrium.settled");
  options->max_time = get_real(r, "equilibrium.max_time");
  options->max_steps = get_integer(r, "equilibrium.max_steps");
  options->escape = get_real(r, "equilibrium.escape");
  if (is_set(r, "equilibrium.handover")) options->handover = get_real(r, "equilibrium.handover");
  if (is_set(r, "equilibrium.max_newton")) options->max_newton = get_integer(r, "equilibrium.max_newton");
  const int code = epx_equilibrium_check(options);
  if (code == EPX_EINPUT)
    return epx_tree_raise(get(r, "equilibrium"), "equilibrium: %s", epx_error_get_message());
  return code;
}

static epx_err read_variation(reader *r) {
  epx_settings *settings = r->settings;
  const epx_tree *rows = get(r, "variation");
  settings->n_variation = rows->n;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)rows->n, sizeof *settings->variation,
                                    &settings->variation));
  for (int i = 0; i < rows->n; i++) {
    epx_variation *row = &settings->variation[i];
    const epx_tree *map = rows->items[i];
    char path[64];
    snprintf(path, sizeof path, "variation.%d", i);
    row->parameter = epx_family_get_parameter(settings->network.family, epx_tree_get(map, "parameter")->text);
    row->scope = (epx_scope)epx_words_get_index(epx_words_get_scope, NULL, epx_tree_get(map, "scope")->text);
    row->effect =
        (epx_effect)epx_words_get_index(epx_words_get_effect, NULL, epx_tree_get(map, "effect")->text);
    EPX_TRY(read_distribution(map, path, &row->distribution));
  }
  return EPX_OK;
}

static epx_err read_metrics(reader *r) {
  epx_settings *settings = r->settings;
  const epx_tree *metrics = get(r, "metrics"), *curves = get(r, "curves"), *quantiles = get(r, "quantiles");
  if (metrics->n == 0) return epx_tree_raise(metrics, "metrics: at least one is wanted");
  settings->n_metrics = metrics->n;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)metrics->n, sizeof *settings->metric,
                                    &settings->metric));
  for (int i = 0; i < metrics->n; i++)
    settings->metric[i] =
        (epx_metric)epx_words_get_index(epx_words_get_metric, NULL, metrics->items[i]->text);
  for (int i = 0; i < curves->n; i++)
    settings->curve[epx_words_get_index(epx_words_get_curve, NULL, curves->items[i]->text)] = true;
  settings->n_quantiles = quantiles->n;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)quantiles->n, sizeof *settings->quantile,
                                    &settings->quantile));
  for (int i = 0; i < quantiles->n; i++)
    settings->quantile[i] = strtod(quantiles->items[i]->text, NULL);
  settings->keep_variation = get_boolean(r, "keep_variation");
  return EPX_OK;
}

static epx_err read_yield(reader *r) {
  epx_yield_spec *yield = &r->settings->yield;
  const epx_tree *section = get(r, "yield"), *least = get(r, "yield.at_least"),
                 *most = get(r, "yield.at_most");
  yield->metric = -1;
  if (!section) return EPX_OK;
  if (!least == !most)
    return epx_tree_raise(most ? most : section, "yield: %s",
                          most ? "at_least and at_most exclude each other"
                               : "at_least or at_most is missing");
  yield->metric = get_word(r, "yield.metric", epx_words_get_metric);
  yield->at_most = most != NULL;
  yield->limit = get_real(r, most ? "yield.at_most" : "yield.at_least");
  yield->confidence = get_real(r, "yield.confidence");
  yield->interval = (epx_yield_method)get_word(r, "yield.interval", epx_words_get_interval);
  for (int i = 0; i < r->settings->n_metrics; i++)
    if ((int)r->settings->metric[i] == yield->metric) return EPX_OK;
  return epx_tree_raise(get(r, "yield.metric"), "yield.metric: %s is not among the metrics",
                        get(r, "yield.metric")->text);
}

static epx_err read_settings(reader *r) {
  r->settings->independent = strcmp(get(r, "design.random_numbers")->text, "independent") == 0;
  r->settings->n_instances = get_integer(r, "population.instances");
  r->settings->block = get_integer(r, "population.block");
  EPX_TRY(read_study(r));
  EPX_TRY(read_network(r));
  EPX_TRY(read_task(r));
  EPX_TRY(read_learning(r));
  EPX_TRY(read_equilibrium(r));
  EPX_TRY(epx_settings_read_fabrication(r->root, r->settings));
  EPX_TRY(read_variation(r));
  EPX_TRY(read_metrics(r));
  return read_yield(r);
}

epx_err epx_settings_read(const epx_tree *resolved, epx_settings **settings) {
  reader r = {.root = resolved};
  EPX_TRY(EPX_ARRAY(*settings, 1));
  r.settings = *settings;
  int code = EPX_ARRAY(r.settings->owned, N_OWNED_MAX);
  if (code == EPX_OK) code = read_settings(&r);
  if (code != EPX_OK) epx_settings_destroy(settings);
  return code;
}
