/** @file
 * Plugins: what a struct must hold, and a network of four nodes to try it on.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "photonic/lanes.h"
#include "photonic/plugin.h"

enum { N_NODES = 4 };

/** Differences of the field are this near the Jacobian, next to its largest entry. */
static const double tolerance = 1e-4;

static epx_err check_members(const epx_family *family) {
  const struct {
    const char *name;
    bool missing;
  } members[] = {
      {"name", !family->name},
      {"summary", !family->summary},
      {"equation", !family->equation},
      {"units", !family->units},
      {"source", !family->source},
      {"nudge", !family->nudge},
      {"exact", !family->exact},
      {"parameters", !family->parameters},
      {"presets", family->n_presets > 0 && !family->presets},
      {"set_start", !family->set_start},
      {"eval_field", !family->eval_field},
      {"eval_jacobian", !family->eval_jacobian},
      {"add_force_gradient", !family->add_force_gradient},
      {"set_input", !family->set_input},
      {"add_energy_gradient (there is eval_energy)", family->eval_energy && !family->add_energy_gradient},
      {"eval_energy (there is add_energy_gradient)", !family->eval_energy && family->add_energy_gradient},
      {"set_derived (there is count_derived)", family->count_derived && !family->set_derived},
      {"eval_emission (it is a readout)",
       (family->readouts & EPX_READS(EPX_READ_EMISSION)) && !family->eval_emission},
  };
  for (size_t k = 0; k < sizeof members / sizeof *members; k++)
    if (members[k].missing) return EPX_RAISE(EPX_EINPUT, "its struct has no %s", members[k].name);
  return EPX_OK;
}

static epx_err check_numbers(const epx_family *family) {
  if (family->n_parameters < 1 || family->n_parameters > EPX_FAMILY_MAX_PARAMETERS)
    return EPX_RAISE(EPX_EINPUT, "%d parameters, 1 to %d are allowed", family->n_parameters,
                     EPX_FAMILY_MAX_PARAMETERS);
  if (family->components < 1 || family->components > 64)
    return EPX_RAISE(EPX_EINPUT, "%d components a node, 1 to 64 are allowed", family->components);
  if (family->frame < EPX_FRAME_GRADIENT || family->frame > EPX_FRAME_FIELD)
    return EPX_RAISE(EPX_EINPUT, "%d is not a frame", (int)family->frame);
  for (int c = 0; family->kinds && c < family->components; c++) {
    if (family->kinds[c] >= EPX_KIND_COUNT)
      return EPX_RAISE(EPX_EINPUT, "component %d is of kind %d, kinds are 0 to %d", c, family->kinds[c],
                       EPX_KIND_COUNT - 1);
  }
  if (family->frame == EPX_FRAME_HAMILTONIAN && family->components % 2 != 0)
    return EPX_RAISE(EPX_EINPUT, "%d components, the Hamiltonian frame has pairs", family->components);
  if (family->input_rows < 1) return EPX_RAISE(EPX_EINPUT, "%d input rows, 1 at least", family->input_rows);
  if (family->readout >= EPX_READ_COUNT || !(family->readouts & EPX_READS(family->readout)))
    return EPX_RAISE(EPX_EINPUT, "its default readout is not one of its readouts");
  return EPX_OK;
}

static epx_err check_parameters(const epx_family *family) {
  bool linked = false;
  for (int p = 0; p < family->n_parameters; p++) {
    const epx_parameter *parameter = &family->parameters[p];
    if (!parameter->name || !parameter->unit || !parameter->meaning)
      return EPX_RAISE(EPX_EINPUT, "parameter %d lacks its name, unit or meaning", p);
    if (epx_family_get_parameter(family, parameter->name) != p)
      return EPX_RAISE(EPX_EINPUT, "parameter %s appears twice", parameter->name);
    if (!(parameter->low <= parameter->fallback && parameter->fallback <= parameter->high))
      return EPX_RAISE(EPX_EINPUT, "parameter %s: its default %g is outside of its range, %g to %g",
                       parameter->name, parameter->fallback, parameter->low, parameter->high);
    linked = linked || parameter->site == EPX_SITE_LINK;
  }
  if (!linked) return EPX_RAISE(EPX_EINPUT, "none of its parameters is one of links");
  if (family->skew < 0 || family->skew >= family->n_parameters ||
      (family->skew > 0 && family->parameters[family->skew].site != EPX_SITE_LINK))
    return EPX_RAISE(EPX_EINPUT, "skew: %d is not a parameter of links", family->skew);
  return EPX_OK;
}

/** Checks one row of the table of fabrication: EPX_FOLLOW_EXCHANGE is of links and of devices of nodes, all others are
 * of one site. */
static epx_err check_response(const epx_family *family, int r) {
  const epx_family_response *row = &family->responses[r];
  if (row->parameter < 0 || row->parameter >= family->n_parameters || row->device < 0 ||
      row->device >= family->n_devices || (int)row->follow < 0 || row->follow >= EPX_FOLLOW_COUNT)
    return EPX_RAISE(EPX_EINPUT, "response %d: parameter %d, device %d, follow %d are not all in its tables",
                     r, row->parameter, row->device, (int)row->follow);
  const bool exchanged = row->follow == EPX_FOLLOW_EXCHANGE;
  const epx_site site = family->parameters[row->parameter].site, of = family->devices[row->device].site;
  if (exchanged ? site != EPX_SITE_LINK || of != EPX_SITE_NODE : site != of)
    return EPX_RAISE(EPX_EINPUT, "response %d: parameter %s and device %s are not of one site", r,
                     family->parameters[row->parameter].name, family->devices[row->device].name);
  return EPX_OK;
}

static epx_err check_fabrication(const epx_family *family) {
  if (family->n_devices < 0 || family->n_devices > EPX_FAMILY_MAX_DEVICES)
    return EPX_RAISE(EPX_EINPUT, "%d devices, 0 to %d are allowed", family->n_devices,
                     EPX_FAMILY_MAX_DEVICES);
  if ((family->n_devices > 0 && !family->devices) || (family->n_responses > 0 && !family->responses))
    return EPX_RAISE(EPX_EINPUT, "its struct counts devices or responses that are not there");
  for (int k = 0; k < family->n_devices; k++)
    if (!family->devices[k].name) return EPX_RAISE(EPX_EINPUT, "device %d lacks its name", k);
  for (int r = 0; r < family->n_responses; r++)
    EPX_TRY(check_response(family, r));
  return EPX_OK;
}

/** A network to try the family on; rows of one vector of lanes. */
typedef struct {
  epx_network *network;
  epx_lanes *lanes;
  double *theta, *y, *f, *g, *work, *jacobian;
} trial;

static epx_err create_trial(const epx_family *family, trial *t) {
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = N_NODES},
                                 .n_inputs = 1,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .readout = family->readout,
                                 .readout_scale = 1};
  const double feature = 0.5;
  EPX_TRY(epx_network_create(&spec, &t->network));
  EPX_TRY(epx_lanes_create(t->network, 1, 1, &t->lanes));
  const size_t n_state = (size_t)t->network->n_state, size = n_state * (size_t)t->lanes->n_lanes;
  EPX_TRY(EPX_ARRAY(t->theta, t->network->n_theta));
  EPX_TRY(EPX_ARRAY(t->y, size));
  EPX_TRY(EPX_ARRAY(t->f, size));
  EPX_TRY(EPX_ARRAY(t->g, size));
  EPX_TRY(EPX_ARRAY(t->work, 4 * (size_t)family->components * N_NODES * (size_t)t->lanes->n_lanes));
  EPX_TRY(EPX_ARRAY(t->jacobian, n_state * n_state));
  EPX_TRY(epx_network_eval_nominal(t->network, &spec, 1, t->theta));
  epx_lanes_set_parameters(t->lanes, t->theta);
  epx_lanes_set_samples(t->lanes, 1, &feature);
  family->set_start(t->lanes, 1, t->y);
  return EPX_OK;
}

static void destroy_trial(trial *t) {
  epx_lanes_destroy(&t->lanes);
  epx_network_destroy(&t->network);
  double **const arrays[] = {&t->theta, &t->y, &t->f, &t->g, &t->work, &t->jacobian};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
    epx_array_destroy(arrays[k]);
}

/** Checks that the first n rows of numbers are finite. */
static epx_err check_finite(const trial *t, const char *what, size_t n, size_t step, const double *values) {
  const size_t n_state = (size_t)t->network->n_state, components = (size_t)t->network->family->components;
  for (size_t k = 0; k < n; k++) {
    const size_t row = n == n_state ? k : k / n_state;
    if (isfinite(values[k * step])) continue;
    return EPX_RAISE(EPX_EINPUT, "its %s is %g, not a number, at node %d, component %zu, with its defaults",
                     what, values[k * step], t->network->free_nodes[row / components], row % components);
  }
  return EPX_OK;
}

/** Shifts one state component of all lanes. */
static void shift(trial *t, size_t column, double by) {
  for (size_t lane = 0; lane < (size_t)t->lanes->n_lanes; lane++)
    t->y[column * (size_t)t->lanes->n_lanes + lane] += by;
}

/** Compares one column of the Jacobian with a central difference. */
static epx_err check_column(trial *t, size_t column, double largest) {
  const epx_family *family = t->network->family;
  const size_t n = (size_t)t->network->n_state, n_lanes = (size_t)t->lanes->n_lanes;
  const double h = 1e-5 * fmax(1, fabs(t->y[column * n_lanes]));
  shift(t, column, h);
  family->eval_field(t->lanes, t->y, t->f, t->work);
  shift(t, column, -2 * h);
  family->eval_field(t->lanes, t->y, t->g, t->work);
  shift(t, column, h);
  for (size_t row = 0; row < n; row++) {
    const double slope = (t->f[row * n_lanes] - t->g[row * n_lanes]) / (2 * h);
    if (fabs(slope - t->jacobian[row * n + column]) <= tolerance * largest) continue;
    return EPX_RAISE(EPX_EINPUT,
                     "its Jacobian is not that of its field: dF_%zu/ds_%zu is given as %g, its slope is %g",
                     row, column, t->jacobian[row * n + column], slope);
  }
  return EPX_OK;
}

static epx_err try_field(trial *t) {
  const epx_family *family = t->network->family;
  const size_t n = (size_t)t->network->n_state;
  double largest = 1;
  EPX_TRY(check_finite(t, "start", n, (size_t)t->lanes->n_lanes, t->y));
  family->eval_field(t->lanes, t->y, t->f, t->work);
  EPX_TRY(check_finite(t, "field", n, (size_t)t->lanes->n_lanes, t->f));
  family->eval_jacobian(t->lanes, t->y, 0, 1, t->jacobian);
  EPX_TRY(check_finite(t, "Jacobian", n * n, 1, t->jacobian));
  for (size_t k = 0; k < n * n; k++)
    largest = fmax(largest, fabs(t->jacobian[k]));
  for (size_t column = 0; column < n; column++)
    EPX_TRY(check_column(t, column, largest));
  return EPX_OK;
}

epx_err epx_plugin_check(const epx_family *family) {
  trial t = {0};
  if (family->abi != EPX_FAMILY_ABI)
    return EPX_RAISE(EPX_EINPUT,
                     "built for ABI %d of families, this is ABI %d: build it anew with its headers",
                     family->abi, EPX_FAMILY_ABI);
  EPX_TRY(check_members(family));
  EPX_TRY(check_numbers(family));
  EPX_TRY(check_parameters(family));
  EPX_TRY(check_fabrication(family));
  int code = create_trial(family, &t);
  if (code == EPX_OK) code = try_field(&t);
  destroy_trial(&t);
  EPX_TRY(code);
  return EPX_OK;
}
