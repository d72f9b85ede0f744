/** @file
 * Deck: from a resolved deck to typed settings. What two keys together get wrong is said here, at the line of
 * the one that is easier to change.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/private.h"
#include "io/deck/reader.h"
#include "io/deck/resolve.h"
#include "io/schema/words.h"
#include "learning/estimators/estimator.h"
#include "photonic/network.h"

static epx_err read_study(epx_reader *r) {
  const epx_tree *name = epx_reader_get(r, "study.name");
  for (const unsigned char *c = (const unsigned char *)name->text; *c; c++)
    if (iscntrl(*c))
      return epx_tree_raise(name,
                            "study.name: a control character (%d, at byte %d) cannot be part of a file name",
                            *c, (int)((const char *)c - name->text));
  if (name->text[0] == '\0')
    return epx_tree_raise(name,
                          "study.name: an empty text cannot name a file; leave the key out for 'study'");
  if (strchr(name->text, '/') || name->text[0] == '.' || name->text[0] == '-')
    return epx_tree_raise(name, "study.name: '%s' cannot name a file: no '/', and no '.' or '-' first",
                          name->text);
  r->settings->seed = strtoull(epx_reader_get(r, "study.seed")->text, NULL, 10);
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

static epx_err read_numbers(epx_reader *r, const epx_tree *node, epx_value *value) {
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

static epx_err read_parameters(epx_reader *r) {
  epx_network_spec *network = &r->settings->network;
  const epx_tree *parameters = epx_reader_get(r, "network.parameters");
  for (int p = 0; p < network->family->n_parameters; p++) {
    const epx_parameter *parameter = &network->family->parameters[p];
    const epx_tree *node = epx_tree_get(parameters, parameter->name);
    char path[128];
    snprintf(path, sizeof path, "network.parameters.%s", parameter->name);
    const bool coupling = p == epx_family_get_coupling(network->family);
    if (!node && !(coupling && epx_reader_get(r, "network.parameters.coupling_spread"))) {
      network->value[p].kind = EPX_VALUE_FALLBACK; /* what the edge list says, or the device */
    } else if (!node) {
      network->value[p].kind = EPX_VALUE_SYMMETRISED;
      network->value[p].spread = epx_reader_get_real(r, "network.parameters.coupling_spread");
    } else if (node->kind == EPX_TREE_MAP) {
      network->value[p].kind = EPX_VALUE_DISTRIBUTION;
      EPX_TRY(read_distribution(node, path, &network->value[p].distribution));
    } else {
      EPX_TRY(read_numbers(r, node, &network->value[p]));
    }
  }
  return EPX_OK;
}

/* The key that a message begins with; else the one that says where the links come from. */
static const epx_tree *get_meant(const epx_reader *r, epx_topology_kind kind) {
  const char *message = epx_error_get_message();
  char key[64];
  snprintf(key, sizeof key, "%.*s", (int)strcspn(message, ":["), message);
  const epx_tree *named = kind == EPX_CONVOLUTION || kind == EPX_LAYERED ? epx_reader_get(r, key) : NULL;
  if (named && named->kind != EPX_TREE_MAP) return named;
  return epx_reader_get(r, kind == EPX_EDGE_LIST ? "network.topology.path" : "network.topology.kind");
}

/* Makes the links once, so that what is wrong with them is said at the line of the topology. */
static epx_err check_topology(const epx_reader *r, const epx_topology_spec *spec) {
  epx_topology *topology;
  if (r->linked || epx_resolve_is_stored(r->root)) return EPX_OK;
  const int code = epx_topology_create(spec, &topology);
  if (code == EPX_EINPUT) return epx_tree_raise(get_meant(r, spec->kind), "%s", epx_error_get_message());
  EPX_TRY(code);
  epx_topology_destroy(&topology);
  return EPX_OK;
}

static epx_err read_convolution(epx_reader *r, epx_network_spec *network) {
  epx_topology_spec *spec = &network->topology;
  const epx_tree *tied = epx_reader_get(r, "network.topology.tied");
  spec->n_rows = epx_reader_get_integer(r, "network.topology.rows");
  spec->n_columns = epx_reader_get_integer(r, "network.topology.columns");
  spec->n_planes = epx_reader_get_integer(r, "network.topology.planes");
  EPX_TRY(epx_reader_read_integers(r, "network.topology.channels", &spec->n_maps, &spec->channels));
  EPX_TRY(epx_reader_read_integers(r, "network.topology.kernels", &spec->n_kernels, &spec->kernels));
  EPX_TRY(epx_reader_read_integers(r, "network.topology.strides", &spec->n_strides, &spec->strides));
  EPX_TRY(epx_reader_read_integers(r, "network.topology.padding", &spec->n_paddings, &spec->paddings));
  EPX_TRY(epx_reader_read_integers(r, "network.topology.layers", &spec->n_layers, &spec->layers));
  for (int i = 0; i < tied->n; i++)
    network->tied[epx_family_get_parameter(network->family, tied->items[i]->text)] = true;
  return EPX_OK;
}

static epx_err read_layers(epx_reader *r, epx_topology_spec *spec) {
  int n;
  EPX_TRY(epx_reader_read_integers(r, "network.topology.layers", &spec->n_layers, &spec->layers));
  EPX_TRY(epx_reader_read_integers(r, "network.topology.skips", &n, &spec->skips));
  spec->n_skips = n / 2;
  if (n % 2 == 0) return EPX_OK;
  return epx_tree_raise(epx_reader_get(r, "network.topology.skips"),
                        "network.topology.skips: %d numbers; give pairs of layers: from, to, from, to, …", n);
}

static void read_random_topology(epx_reader *r, epx_topology_spec *spec) {
  spec->seed = r->settings->seed;
  if (spec->kind == EPX_RANDOM) spec->degree = epx_reader_get_real(r, "network.topology.degree");
  if (spec->kind != EPX_SMALL_WORLD) return;
  spec->n_neighbours = epx_reader_get_integer(r, "network.topology.neighbours");
  spec->rewiring = epx_reader_get_real(r, "network.topology.rewiring");
}

static epx_err read_topology(epx_reader *r) {
  epx_topology_spec *spec = &r->settings->network.topology;
  spec->kind = (epx_topology_kind)epx_reader_get_word(r, "network.topology.kind", epx_words_get_topology);
  if (spec->kind == EPX_MATRIX) {
    const epx_family *family = r->settings->network.family;
    const int coupling = epx_family_get_coupling(family);
    const epx_value *value = &r->settings->network.value[coupling];
    char path[128];
    snprintf(path, sizeof path, "network.parameters.%s", family->parameters[coupling].name);
    const epx_tree *node = epx_reader_get(r, path);
    if (value->kind != EPX_VALUE_MATRIX)
      return epx_tree_raise(node, "%s: must be a matrix for network.topology.kind: matrix", path);
    spec->matrix = value->values;
    spec->n_nodes = node->n;
  } else if (spec->kind == EPX_LAYERED) {
    EPX_TRY(read_layers(r, spec));
  } else if (spec->kind == EPX_CONVOLUTION) {
    EPX_TRY(read_convolution(r, &r->settings->network));
  } else if (spec->kind == EPX_LATTICE) {
    spec->n_rows = epx_reader_get_integer(r, "network.topology.rows");
    spec->n_columns = epx_reader_get_integer(r, "network.topology.columns");
    spec->n_planes = epx_reader_get_integer(r, "network.topology.planes");
    spec->periodic = epx_reader_get_boolean(r, "network.topology.periodic");
  } else if (spec->kind == EPX_EDGE_LIST) {
    EPX_TRY(epx_reader_read_text(r, "network.topology.path", &spec->path));
    spec->scale = epx_reader_get_real(r, "network.topology.scale");
    if (spec->scale == 0)
      return epx_tree_raise(epx_reader_get(r, "network.topology.scale"),
                            "network.topology.scale: 0 leaves no coupling; give another factor");
  } else {
    spec->n_nodes = epx_reader_get_integer(r, "network.topology.nodes");
    read_random_topology(r, spec);
  }
  return check_topology(r, spec);
}

static epx_err read_network(epx_reader *r) {
  epx_network_spec *network = &r->settings->network;
  const epx_tree *count = epx_reader_get(r, "network.outputs.count"),
                 *readout = epx_reader_get(r, "network.outputs.readout");
  EPX_TRY(epx_resolve_read_family(r->root, &network->family));
  EPX_TRY(read_parameters(r));
  EPX_TRY(read_topology(r));
  EPX_TRY(epx_reader_read_start(r));
  EPX_TRY(epx_reader_read_integers(r, "network.inputs.nodes", &network->n_inputs, &network->input_nodes));
  EPX_TRY(epx_reader_read_integers(r, "network.outputs.nodes", &network->n_outputs, &network->output_nodes));
  if (count && network->output_nodes)
    return epx_tree_raise(count, "network.outputs.count and network.outputs.nodes cannot both be given");
  if (count) network->n_outputs = epx_reader_get_integer(r, "network.outputs.count");
  network->encoding = (epx_encoding)epx_reader_get_word(r, "network.inputs.encoding", epx_words_get_encoding);
  if (network->encoding != EPX_ENCODE_AMPLITUDE &&
      !(network->family->encodings & EPX_ENCODES(network->encoding)))
    return epx_tree_raise(epx_reader_get(r, "network.inputs.encoding"),
                          "network.inputs.encoding: family %s has no encoding %s; use amplitude",
                          network->family->name, epx_reader_get(r, "network.inputs.encoding")->text);
  const bool powered = epx_reader_get(r, "network.inputs.power") != NULL;
  r->settings->input_power = powered ? epx_reader_get_real(r, "network.inputs.power") : 0;
  network->input_scale = powered ? 1 : epx_reader_get_real(r, "network.inputs.scale");
  network->readout_scale = epx_reader_get_real(r, "network.outputs.scale");
  network->readout =
      (epx_readout_kind)epx_reader_get_word(r, "network.outputs.readout", epx_words_get_readout);
  if (!(epx_family_get_readouts(network->family) & EPX_READS(network->readout)))
    return epx_tree_raise(readout,
                          "network.outputs.readout: family %s has no readout %s; see `epilux list families`",
                          network->family->name, readout->text);
  if (network->readout == EPX_READ_BALANCED && network->output_nodes) {
    if (network->n_outputs % 2 != 0)
      return epx_tree_raise(epx_reader_get(r, "network.outputs.nodes"),
                            "network.outputs.nodes: %d nodes, but a balanced pair reads two nodes per output",
                            network->n_outputs);
    network->n_outputs /= 2;
  }
  return EPX_OK;
}

static epx_err check_goal(const epx_reader *r) {
  const epx_task_spec *task = &r->settings->task;
  const int code = epx_task_check_goal(task);
  return code == EPX_EINPUT ? epx_tree_raise(epx_reader_get(r, "task.goal"), "%s", epx_error_get_message())
                            : code;
}

static epx_err read_task(epx_reader *r) {
  epx_task_spec *task = &r->settings->task;
  EPX_TRY(epx_reader_read_text(r, "task.name", &task->name));
  EPX_TRY(epx_reader_read_text(r, "task.path", &task->path));
  task->goal = (epx_goal)epx_reader_get_word(r, "task.goal", epx_words_get_goal);
  EPX_TRY(check_goal(r));
  EPX_TRY(epx_reader_read_texts(r, "task.targets", &task->n_targets, &task->targets));
  if (epx_reader_is_set(r, "task.target_scaling"))
    task->target_scaling = (epx_scaling)epx_reader_get_word(r, "task.target_scaling", epx_words_get_scaling);
  EPX_TRY(epx_reader_read_text(r, "task.features", &task->features));
  EPX_TRY(epx_reader_read_text(r, "task.label", &task->label));
  if (epx_reader_is_set(r, "task.header"))
    task->header = (epx_csv_header)epx_reader_get_word(r, "task.header", epx_words_get_csv_header);
  EPX_TRY(epx_reader_read_text(r, "task.labels", &task->labels));
  EPX_TRY(epx_reader_read_text(r, "task.test_path", &task->test_path));
  EPX_TRY(epx_reader_read_text(r, "task.test_labels", &task->test_labels));
  if (!task->test_path != !task->test_labels)
    return epx_tree_raise(epx_reader_get(r, task->test_path ? "task.test_path" : "task.test_labels"),
                          "task.test_path and task.test_labels: give both or neither");
  EPX_TRY(epx_reader_read_integers(r, "task.classes", &task->n_classes, &task->classes));
  task->validation_fraction = epx_reader_get_real(r, "task.validation_fraction");
  task->n_samples = epx_reader_get_integer(r, "task.samples");
  task->optimum = epx_reader_is_set(r, "task.optimum") ? epx_reader_get_real(r, "task.optimum") : NAN;
  task->noise = epx_reader_is_set(r, "task.noise") ? epx_reader_get_real(r, "task.noise") : 0;
  task->test_fraction = epx_reader_get_real(r, "task.test_fraction");
  task->scaling = (epx_scaling)epx_reader_get_word(r, "task.scaling", epx_words_get_scaling);
  task->reduction = (epx_reduction)epx_reader_get_word(r, "task.encoding.reduction", epx_words_get_reduction);
  if (task->reduction == EPX_REDUCE_COMPONENTS) {
    task->n_ports = epx_reader_get_integer(r, "task.encoding.ports");
    task->whiten = epx_reader_get_boolean(r, "task.encoding.whiten");
  }
  if (task->reduction == EPX_REDUCE_POOLING) task->window = epx_reader_get_integer(r, "task.encoding.window");
  task->n_copies = epx_reader_get_integer(r, "task.encoding.copies");
  task->constant = epx_reader_get_boolean(r, "task.constant");
  return EPX_OK;
}

static bool is_blank(const char *text) {
  return text && text[strspn(text, " \t")] == '\0';
}

/* What looks for equilibria themselves has none to find where a clock reads. */
static epx_err read_duration(epx_reader *r, epx_equilibrium_options *options) {
  const epx_tree *section = epx_reader_get(r, "equilibrium.duration");
  const epx_estimator *rule = r->settings->learning.estimator;
  if (!section) return EPX_OK;
  options->duration_free = epx_reader_get_real(r, "equilibrium.duration.free");
  options->duration_nudged = epx_reader_get_real(r, "equilibrium.duration.nudged");
  options->duration_step = epx_reader_get_real(r, "equilibrium.duration.step");
  if (options->duration_nudged > 0 && rule->nudged &&
      (rule->own_scheme || rule->needs & EPX_NEEDS_A(EPX_NEED_WHOLE_LANES)))
    return epx_tree_raise(
        section,
        "equilibrium.duration.nudged: learning.estimator %s makes phases of its own, which no clock "
        "ends; plain, phase-conjugate and time-reversed have phases of the device",
        rule->name);
  const double lengths[] = {options->duration_free, options->duration_nudged};
  for (int i = 0; i < 2; i++)
    if (options->duration_step > 0 &&
        (lengths[i] < options->duration_step || lengths[i] > 1e6 * options->duration_step))
      return epx_tree_raise(
          epx_reader_get(r, "equilibrium.duration.step"),
          "equilibrium.duration.step: %g, but the %s phase lasts %g; both phases must last 1 to 1e6 "
          "steps",
          options->duration_step, i == 0 ? "free" : "nudged", lengths[i]);
  if (options->audit > 0 || options->starts > 1)
    return epx_tree_raise(section,
                          "equilibrium.duration: equilibrium.%s looks for equilibria, and a clock reads "
                          "states that are none; leave one of them out",
                          options->audit > 0 ? "audit" : "starts");
  return EPX_OK;
}

static epx_err read_equilibrium(epx_reader *r) {
  epx_equilibrium_options *options = &r->settings->equilibrium;
  epx_equilibrium_init(options);
  r->settings->engine = (epx_engine)epx_reader_get_word(r, "equilibrium.engine", epx_words_get_engine);
  EPX_TRY(epx_reader_read_text(r, "petsc.options", &r->settings->petsc_options));
  if (is_blank(r->settings->petsc_options)) r->settings->petsc_options = NULL;
  options->method = (epx_method)epx_reader_get_word(r, "equilibrium.method", epx_words_get_method);
  options->rtol = epx_reader_get_real(r, "equilibrium.rtol");
  options->atol = epx_reader_get_real(r, "equilibrium.atol");
  options->tolerance = epx_reader_get_real(r, "equilibrium.tolerance");
  options->settled = epx_reader_get_real(r, "equilibrium.settled");
  options->max_time = epx_reader_get_real(r, "equilibrium.max_time");
  options->max_steps = epx_reader_get_integer(r, "equilibrium.max_steps");
  options->escape = epx_reader_get_real(r, "equilibrium.escape");
  options->audit = epx_reader_get_real(r, "equilibrium.audit");
  options->starts = epx_reader_get_integer(r, "equilibrium.starts");
  r->settings->require = epx_reader_get_real(r, "equilibrium.require");
  if (epx_reader_is_set(r, "equilibrium.handover"))
    options->handover = epx_reader_get_real(r, "equilibrium.handover");
  if (epx_reader_is_set(r, "equilibrium.max_newton"))
    options->max_newton = epx_reader_get_integer(r, "equilibrium.max_newton");
  EPX_TRY(read_duration(r, options));
  const int code = epx_equilibrium_check(options);
  if (code == EPX_EINPUT)
    return epx_tree_raise(epx_reader_get(r, "equilibrium"), "%s", epx_error_get_message());
  return code;
}

static epx_err read_variation(epx_reader *r) {
  epx_settings *settings = r->settings;
  const epx_tree *rows = epx_reader_get(r, "variation");
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

/* A share of classes, or an error of real targets, where the task has the other. */
static epx_err check_goal_of(const epx_reader *r, const char *key, const epx_tree *word, bool classes) {
  const epx_goal goal = r->settings->task.goal;
  if ((goal == EPX_GOAL_CLASSES) == classes) return EPX_OK;
  if (!classes)
    return epx_tree_raise(word, "%s: %s needs real targets, and task.goal is %s; use accuracy or loss", key,
                          word->text, epx_task_get_goal_name(goal));
  return epx_tree_raise(word,
                        "%s: %s needs classes, and task.goal is %s, which has real targets; use "
                        "%sloss",
                        key, word->text, epx_task_get_goal_name(goal),
                        strcmp(key, "metrics") == 0 ? "mean_squared_error, r_squared or " : "");
}

/* Runs in search of a ground state have no answers. */
static epx_err check_answers(const epx_reader *r, const epx_tree *word, unsigned needs) {
  static const unsigned answers = EPX_NEEDS_CLASSES | EPX_NEEDS_NUMBERS;
  const bool cost = strstr(word->text, "loss") && !(needs & EPX_NEEDS_MESH);
  if (strcmp(r->settings->task.name, "ground-state") != 0 || !(cost || needs & answers)) return EPX_OK;
  return epx_tree_raise(word,
                        "metrics: %s is of a task with answers, and ground-state has none; use ising_energy, "
                        "cut or success_probability",
                        word->text);
}

static epx_err check_metrics(const epx_reader *r, const epx_tree *metrics, const epx_tree *curves) {
  for (int i = 0; i < metrics->n; i++) {
    const unsigned needs = epx_metric_get_needs(&r->settings->metric[i], 1);
    EPX_TRY(check_answers(r, metrics->items[i], needs));
    if (needs & (EPX_NEEDS_CLASSES | EPX_NEEDS_NUMBERS))
      EPX_TRY(check_goal_of(r, "metrics", metrics->items[i], needs & EPX_NEEDS_CLASSES));
  }
  for (int i = 0; i < curves->n; i++)
    if (strstr(curves->items[i]->text, "accuracy"))
      EPX_TRY(check_goal_of(r, "curves", curves->items[i], true));
  return EPX_OK;
}

static epx_err read_metrics(epx_reader *r) {
  epx_settings *settings = r->settings;
  const epx_tree *metrics = epx_reader_get(r, "metrics"), *curves = epx_reader_get(r, "curves"),
                 *quantiles = epx_reader_get(r, "quantiles");
  if (metrics->n == 0) return epx_tree_raise(metrics, "metrics: name at least one metric");
  settings->n_metrics = metrics->n;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)metrics->n, sizeof *settings->metric,
                                    &settings->metric));
  for (int i = 0; i < metrics->n; i++)
    settings->metric[i] =
        (epx_metric)epx_words_get_index(epx_words_get_metric, NULL, metrics->items[i]->text);
  for (int i = 0; i < curves->n; i++)
    settings->curve[epx_words_get_index(epx_words_get_curve, NULL, curves->items[i]->text)] = true;
  EPX_TRY(check_metrics(r, metrics, curves));
  settings->n_quantiles = quantiles->n;
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)quantiles->n, sizeof *settings->quantile,
                                    &settings->quantile));
  for (int i = 0; i < quantiles->n; i++)
    settings->quantile[i] = strtod(quantiles->items[i]->text, NULL);
  settings->keep_parameters = epx_reader_get_boolean(r, "keep_parameters");
  if (epx_reader_is_set(r, "keep_fields")) settings->keep_fields = epx_reader_get_boolean(r, "keep_fields");
  settings->keep_variation = epx_reader_get_boolean(r, "keep_variation");
  return EPX_OK;
}

/* How instances are taken; what is said of lots and wafers needs a process, and enough dies. */
static epx_err read_sampling(epx_reader *r) {
  epx_settings *settings = r->settings;
  epx_sampling *sampling = &settings->yield.sampling;
  const epx_tree *kind = epx_reader_get(r, "population.sampling.kind");
  epx_wafer *wafer;
  if (!kind) return EPX_OK;
  sampling->kind =
      (epx_sampling_kind)epx_reader_get_word(r, "population.sampling.kind", epx_words_get_sampling);
  if (sampling->kind == EPX_SAMPLING_PROCESS) return EPX_OK;
  if (!settings->fabricated)
    return epx_tree_raise(
        kind, "population.sampling: %s needs a process; without one, instances share no wafer", kind->text);
  if (sampling->kind == EPX_SAMPLING_NESTED) {
    sampling->lots = epx_reader_get_integer(r, "population.sampling.lots");
    sampling->wafers = epx_reader_get_integer(r, "population.sampling.wafers");
    if (sampling->wafers > settings->fabrication.process.wafer.wafers_per_lot)
      return epx_tree_raise(epx_reader_get(r, "population.sampling.wafers"),
                            "population.sampling.wafers: %d, but process.wafer.wafers_per_lot is %g",
                            sampling->wafers, settings->fabrication.process.wafer.wafers_per_lot);
  }
  settings->fabrication.process.sampling = *sampling;
  const int code = epx_wafer_create(&settings->fabrication.process.wafer, &wafer);
  if (code == EPX_EINPUT) return epx_tree_raise(kind, "process: %s", epx_error_get_message());
  EPX_TRY(code);
  settings->yield.n_dies = wafer->n_dies;
  epx_wafer_destroy(&wafer);
  const int64_t capacity = epx_sampling_get_capacity(sampling, settings->yield.n_dies);
  if (settings->n_instances <= capacity) return EPX_OK;
  return epx_tree_raise(
      epx_reader_get(r, "population.instances"),
      "population.instances: %d are more than the %lld dies of population.sampling (%d per wafer)",
      settings->n_instances, (long long)capacity, settings->yield.n_dies);
}

static epx_err read_yield(epx_reader *r) {
  epx_yield_spec *yield = &r->settings->yield;
  const epx_tree *section = epx_reader_get(r, "yield"), *least = epx_reader_get(r, "yield.at_least"),
                 *most = epx_reader_get(r, "yield.at_most");
  yield->metric = -1;
  if (!section) return EPX_OK;
  if (!least == !most)
    return epx_tree_raise(most ? most : section, "yield: %s",
                          most ? "give at_least or at_most, not both" : "at_least or at_most is missing");
  yield->metric = epx_reader_get_word(r, "yield.metric", epx_words_get_metric);
  yield->at_most = most != NULL;
  yield->limit = epx_reader_get_real(r, most ? "yield.at_most" : "yield.at_least");
  yield->confidence = epx_reader_get_real(r, "yield.confidence");
  yield->interval = (epx_yield_method)epx_reader_get_word(r, "yield.interval", epx_words_get_interval);
  for (int i = 0; i < r->settings->n_metrics; i++)
    if ((int)r->settings->metric[i] == yield->metric) return EPX_OK;
  return epx_tree_raise(epx_reader_get(r, "yield.metric"),
                        "yield.metric: %s is not measured; add it to metrics",
                        epx_reader_get(r, "yield.metric")->text);
}

static epx_err read_settings(epx_reader *r) {
  r->settings->independent = strcmp(epx_reader_get(r, "design.random_numbers")->text, "independent") == 0;
  r->settings->n_instances = epx_reader_get_integer(r, "population.instances");
  r->settings->block = epx_reader_get_integer(r, "population.block");
  r->settings->n_ranks = epx_reader_get_integer(r, "population.ranks_per_network");
  r->settings->checkpoint = epx_reader_get_real(r, "run.checkpoint");
  EPX_TRY(read_study(r));
  EPX_TRY(read_network(r));
  EPX_TRY(read_task(r));
  EPX_TRY(epx_reader_read_learning(r));
  EPX_TRY(epx_reader_read_hardware(r));
  EPX_TRY(read_equilibrium(r));
  EPX_TRY(epx_settings_read_fabrication(r->root, r->settings));
  EPX_TRY(read_sampling(r));
  EPX_TRY(read_variation(r));
  EPX_TRY(read_metrics(r));
  EPX_TRY(epx_reader_read_noise(r));
  EPX_TRY(epx_reader_read_energy(r));
  EPX_TRY(epx_reader_read_reference(r));
  EPX_TRY(read_yield(r));
  EPX_TRY(epx_reader_read_decide(r));
  return epx_reader_read_search(r);
}

static epx_err read_tree(const epx_tree *resolved, bool linked, epx_settings **settings) {
  epx_reader r = {.root = resolved, .linked = linked};
  EPX_TRY(EPX_ARRAY(*settings, 1));
  r.settings = *settings;
  int code = EPX_ARRAY(r.settings->owned, EPX_READER_MAX_OWNED);
  if (code == EPX_OK) code = read_settings(&r);
  if (code != EPX_OK) epx_settings_destroy(settings);
  return code;
}

epx_err epx_settings_read(const epx_tree *resolved, epx_settings **settings) {
  return read_tree(resolved, false, settings);
}

epx_err epx_settings_read_like(const epx_tree *resolved, epx_settings **settings) {
  return read_tree(resolved, true, settings);
}
