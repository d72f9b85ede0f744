/** @file
 * Fallback: defaults that depend on what the deck says elsewhere, one row a key. They are what a person who
 * knows the family would try first; the resolved deck shows them.
 */
#include <stdio.h>
#include <string.h>

#include "io/deck/resolve.h"
#include "io/yaml/text.h"
#include "learning/task/task.h"
#include "photonic/device/sensitivity.h"
#include "photonic/network.h"

enum { BUFFER_SIZE = 256 };

static const char *const half_pi = "1.5707963267948966";

static bool has(const epx_tree *tree, const char *path, const char *word) {
  const epx_tree *value = epx_tree_get_path(tree, path);
  return value && value->kind == EPX_TREE_SCALAR && strcmp(value->text, word) == 0;
}

/* Whether the links come with their couplings, from a matrix or from an edge list that is no pattern. */
static bool has_listed_couplings(const epx_resolver *r) {
  const epx_tree *path = epx_tree_get_path(r->root, "network.topology.path");
  if (has(r->root, "network.topology.kind", "matrix")) return true;
  return has(r->root, "network.topology.kind", "edge-list") &&
         (epx_resolve_is_stored(r->root) || !(path && path->text && epx_topology_is_pattern(path->text)));
}

/* Random where the deck leaves the coupling open: a network without any has no way to break its symmetry. */
static const char *get_coupling_spread(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside;
  const epx_parameter *coupling = &r->family->parameters[epx_family_get_coupling(r->family)];
  const epx_tree *given = epx_tree_get_path(r->user, "network.parameters");
  const bool open = epx_tree_is_null(epx_tree_get(given, coupling->name));
  if (!open || has_listed_couplings(r)) return NULL;
  return epx_text_eval_number(r->family->coupling_spread, buffer);
}

static const char *get_input_scale(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside;
  return epx_text_eval_number(r->family->input_scale, buffer);
}

/* Of a file that cannot be read there is none; whoever needs the file says so. */
static const char *get_checksum(const epx_resolver *r, const epx_tree *named, char *buffer) {
  if (epx_resolve_is_stored(r->root)) return NULL;
  if (epx_resolve_eval_checksum(named, buffer) == EPX_OK) return buffer;
  epx_error_reset();
  return NULL;
}

static const char *get_plugin_checksum(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  const epx_tree *plugin = epx_tree_get(beside, "plugin");
  return plugin ? get_checksum(r, plugin, buffer) : NULL;
}

/* Of several files there is no one checksum. */
static const char *get_topology_checksum(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  const epx_tree *path = epx_tree_get(beside, "path");
  const epx_tree *factors = epx_tree_get_path(r->user, "design.factors");
  if (!path || epx_tree_get(factors, "network.topology.path")) return NULL;
  return get_checksum(r, path, buffer);
}

static const char *get_preset(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  const bool described = !epx_tree_is_null(epx_tree_get_path(r->user, "network.device"));
  return r->family->n_presets > 0 && !described ? r->family->presets[0].name : NULL;
}

static const epx_preset *get_given_preset(const epx_resolver *r) {
  const epx_tree *preset = epx_tree_get_path(r->root, "network.preset");
  return preset ? epx_family_get_preset(r->family, preset->text) : NULL;
}

static const char *get_sensitive_material(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  const epx_preset *preset = get_given_preset(r);
  return preset && preset->core ? preset->core : "silicon";
}

static const char *get_readout(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  return epx_network_get_readout_name(r->family->readout);
}

static const char *get_output_scale(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)r, (void)buffer;
  static const char *const small[] = {"intensity", "balanced-pair", "amplitude", "emission"};
  for (size_t i = 0; i < sizeof small / sizeof *small; i++)
    if (has(beside, "readout", small[i])) return "4";
  return "1";
}

static const epx_task_kind *get_task(const epx_resolver *r) {
  return epx_task_get_kind_by_name(epx_tree_get_path(r->root, "task.name")->text);
}

static const char *get_test_fraction(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  if (epx_tree_get(beside, "test_path")) return "0";
  return epx_text_eval_number(get_task(r)->test_fraction, buffer);
}

static const char *get_scaling(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  return epx_task_get_scaling_name(get_task(r)->scaling);
}

/* Whether the outputs have real targets: numbers or features. */
static bool has_targets(const epx_resolver *r) {
  return has(r->root, "task.goal", "numbers") || has(r->root, "task.goal", "features");
}

static const char *get_goal(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  const bool listed = !epx_tree_is_null(epx_tree_get_path(r->user, "task.targets"));
  const bool classes = get_task(r)->goals & 1U << EPX_GOAL_CLASSES;
  return epx_task_get_goal_name(listed || !classes ? EPX_GOAL_NUMBERS : EPX_GOAL_CLASSES);
}

static const char *get_metrics(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  return has_targets(r) ? "[mean_squared_error, loss, gradient_cosine, settling_time, energy_per_inference]"
                        : "[accuracy, loss, gradient_cosine, settling_time, energy_per_inference]";
}

static const char *get_estimator(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  if (r->family->frame == EPX_FRAME_GRADIENT) return "plain";
  return r->family->conjugation ? "phase-conjugate" : "backprop";
}

static const char *get_cost(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  if (has(r->root, "network.outputs.readout", "phase")) return "phase-cosine";
  const bool wave =
      has(r->root, "network.outputs.readout", "sine") || has(r->root, "network.outputs.readout", "cosine");
  return wave || has_targets(r) ? "squared-error" : "cross-entropy";
}

static const char *get_target_off(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  if (has(r->root, "learning.cost", "phase-cosine")) return "-1.5707963267948966";
  return has(r->root, "network.outputs.readout", "cosine") ? "-1" : "0";
}

static const char *get_target_on(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  return has(r->root, "learning.cost", "phase-cosine") ? half_pi : "1";
}

static const char *get_scheme(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  return has(r->root, "learning.cost", "phase-cosine") ? "one-sided" : "centered";
}

static const char *get_train(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  size_t length = (size_t)snprintf(buffer, BUFFER_SIZE, "[");
  (void)beside;
  for (int p = 0; p < r->family->n_parameters; p++) {
    if (!r->family->parameters[p].trained || length >= BUFFER_SIZE) continue;
    length += (size_t)snprintf(buffer + length, BUFFER_SIZE - length, "%s%s", length > 1 ? ", " : "",
                               r->family->parameters[p].name);
  }
  if (length < BUFFER_SIZE - 1) snprintf(buffer + length, BUFFER_SIZE - length, "]");
  return buffer;
}

/* Resonances are what a measurement of a chip tells. */
static const char *get_calibrated(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)beside, (void)buffer;
  const epx_tree *train = epx_tree_get_path(r->root, "learning.train");
  for (int i = 0; train && i < train->n; i++)
    if (strcmp(train->items[i]->text, "detuning") == 0) return "[detuning]";
  return "[]";
}

static const char *get_effect(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)r, (void)buffer;
  return has(beside, "distribution", "lognormal") ? "scale" : "add";
}

static const char *get_mean(const epx_resolver *r, const epx_tree *beside, char *buffer) {
  (void)r, (void)buffer;
  return has(beside, "effect", "scale") || has(beside, "distribution", "lognormal") ? "1" : "0";
}

static const struct {
  const char *path;
  const char *(*get)(const epx_resolver *, const epx_tree *, char *);
} fallbacks[] = {
    {"network.plugin_checksum", get_plugin_checksum},
    {"network.topology.checksum", get_topology_checksum},
    {"network.preset", get_preset},
    {"process.sensitivity.material", get_sensitive_material},
    {"network.parameters.coupling_spread", get_coupling_spread},
    {"network.inputs.scale", get_input_scale},
    {"network.outputs.readout", get_readout},
    {"network.outputs.scale", get_output_scale},
    {"task.test_fraction", get_test_fraction},
    {"task.goal", get_goal},
    {"task.scaling", get_scaling},
    {"learning.estimator", get_estimator},
    {"learning.cost", get_cost},
    {"learning.targets.off", get_target_off},
    {"learning.targets.on", get_target_on},
    {"learning.nudge.scheme", get_scheme},
    {"learning.train", get_train},
    {"network.topology.tied", get_train},
    {"learning.calibration.parameters", get_calibrated},
    {"metrics", get_metrics},
    {"variation.*.effect", get_effect},
    {"variation.*.mean", get_mean},
};

static bool is_of_silicon(const epx_tree *beside) {
  return has(beside, "material", "silicon");
}

static const char *get_quantity(const epx_device *device, const char *name, char *buffer) {
  for (int i = 0; i < device->n_quantities; i++)
    if (strcmp(device->quantities[i].name, name) == 0)
      return epx_text_eval_number(device->quantities[i].fallback, buffer);
  return NULL;
}

/* A preset knows how long its guides are. */
static const char *get_sensitivity(const epx_resolver *r, const char *name, const epx_tree *beside,
                                   char *buffer) {
  const epx_preset *preset = get_given_preset(r);
  if (strcmp(name, "length") == 0 && preset && preset->length > 0)
    return epx_text_eval_number(preset->length, buffer);
  return get_quantity(is_of_silicon(beside) ? &epx_sensitivity_silicon : &epx_sensitivity_nitride, name,
                      buffer);
}

const char *epx_fallback_get(const epx_resolver *resolver, const epx_schema_entry *entry,
                             const epx_tree *beside, char *buffer) {
  for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
    if (strcmp(fallbacks[i].path, entry->path) == 0) return fallbacks[i].get(resolver, beside, buffer);
  if (entry->derived && strcmp(entry->derived, "network.device.material") == 0)
    return get_quantity(is_of_silicon(beside) ? &epx_ring_silicon : &epx_ring_nitride,
                        epx_schema_get_key(entry), buffer);
  if (entry->derived && strcmp(entry->derived, "process.sensitivity.material") == 0)
    return get_sensitivity(resolver, epx_schema_get_key(entry), beside, buffer);
  return entry->fallback;
}
