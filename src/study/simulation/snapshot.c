/** @file
 * Snapshot: lists the columns of a lattice and evaluates them over a rank's own nodes.
 */
#include "study/simulation/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/distributed/distributed_ensemble.h"
#include "learning/training/learner.h"

static epx_err add_column(epx_snapshot *snapshot, const char *name, const char *unit, const char *long_name,
                          double **values) {
  epx_snapshot_column *column = &snapshot->column[snapshot->n_columns];
  EPX_TRY(EPX_ARRAY(column->values, (size_t)snapshot->n_own));
  snapshot->n_columns++;
  snprintf(column->name, sizeof column->name, "%s", name);
  snprintf(column->long_name, sizeof column->long_name, "%s", long_name);
  column->unit = unit;
  *values = column->values;
  return EPX_OK;
}

/* The first two components of a state are a complex amplitude where an intensity is made of them. */
static bool is_complex(const epx_family *family) {
  return family->components >= 2 && (family->readouts & EPX_READS(EPX_READ_INTENSITY));
}

/* The rank's row of its k-th node, -1 of a clamped one. */
static int get_row(const epx_snapshot *snapshot, int k) {
  const int row = snapshot->network->row_of_node[snapshot->first_node + k];
  return row < 0 ? -1 : row - snapshot->first;
}

/* Adds rows [n_local][n] as n columns; of clamped nodes the first component is held [n_own], NULL: NaN. */
static epx_err add_rows(epx_snapshot *snapshot, const char *complex_name, const char *real_name,
                        const char *meaning, const char *unit, int n, const double *rows,
                        const double *held) {
  static const char *const part[] = {"re", "im"}, *const part_name[] = {"real", "imaginary"};
  const bool pair = n >= 2 && is_complex(snapshot->network->family);
  for (int c = 0; c < n; c++) {
    char name[48], long_name[256];
    double *values;
    if (pair && c < 2) {
      snprintf(name, sizeof name, "%s_%s", complex_name, part[c]);
      snprintf(long_name, sizeof long_name, "%s, %s part", meaning, part_name[c]);
    } else {
      snprintf(name, sizeof name, "%s_%d", real_name, c);
      snprintf(long_name, sizeof long_name, "%s, component %d", meaning, c);
    }
    EPX_TRY(add_column(snapshot, name, unit, long_name, &values));
    for (int k = 0; k < snapshot->n_own; k++) {
      const int row = get_row(snapshot, k);
      values[k] = row >= 0 ? rows[row * n + c] : held && c == 0 ? held[k] : NAN;
    }
  }
  return EPX_OK;
}

static epx_err add_state(epx_snapshot *snapshot, const double *state, const double *held) {
  const epx_family *family = snapshot->network->family;
  const int n = family->components;
  double *values;
  if (is_complex(family)) {
    EPX_TRY(add_column(snapshot, "intensity", "1", "|a|^2", &values));
    for (int k = 0; k < snapshot->n_own; k++) {
      const double *own = get_row(snapshot, k) < 0 ? NULL : state + get_row(snapshot, k) * n;
      values[k] = own ? own[0] * own[0] + own[1] * own[1] : NAN;
    }
  }
  const bool phases = (family->readouts & EPX_READS(EPX_READ_PHASE)) != 0;
  return add_rows(snapshot, "amplitude", "state", phases ? "phase of the node" : "state of the node",
                  phases ? "rad" : "1", n, state, held);
}

static epx_err add_node_parameters(epx_snapshot *snapshot, const double *theta) {
  const epx_network *network = snapshot->network;
  double *values;
  for (int p = 0; p < network->family->n_parameters; p++) {
    const epx_parameter *parameter = &network->family->parameters[p];
    if (parameter->site != EPX_SITE_NODE) continue;
    EPX_TRY(add_column(snapshot, parameter->name, parameter->unit, parameter->meaning, &values));
    for (int k = 0; k < snapshot->n_own; k++)
      values[k] = theta[network->offset[p] + (size_t)(snapshot->first_node + k)];
  }
  return EPX_OK;
}

/* The node after this one along an axis, the first one after the last where the lattice is periodic; -1: there is none.
 * Two nodes along an axis have one link, which is the first one's. */
static int get_next(const epx_snapshot *snapshot, int node, int axis) {
  const int *shape = snapshot->shape;
  const int stride = axis == 2 ? 1 : axis == 1 ? shape[2] : shape[1] * shape[2];
  const int place = node / stride % shape[axis];
  if (place + 1 < shape[axis]) return node + stride;
  return snapshot->periodic && shape[axis] > 2 ? node - place * stride : -1;
}

static epx_err add_couplings(epx_snapshot *snapshot, const double *theta) {
  static const char *const way[] = {"behind", "down", "right"};
  static const char *const where[] = {"in the next plane", "in the next row", "in the next column"};
  const epx_network *network = snapshot->network;
  const epx_parameter *coupling = &network->family->parameters[network->coupling];
  for (int axis = 2; axis >= 0; axis--) {
    char name[48], long_name[256];
    double *values;
    if (snapshot->shape[axis] == 1) continue;
    snprintf(name, sizeof name, "%s_%s", coupling->name, way[axis]);
    snprintf(long_name, sizeof long_name, "%s, to the node %s", coupling->meaning, where[axis]);
    EPX_TRY(add_column(snapshot, name, coupling->unit, long_name, &values));
    for (int k = 0; k < snapshot->n_own; k++) {
      const int node = snapshot->first_node + k, next = get_next(snapshot, node, axis);
      const long link = next < 0 ? -1 : epx_topology_get_link(network->topology, node, next);
      values[k] = link < 0 ? NAN : theta[network->offset[network->coupling] + (size_t)link];
    }
  }
  return EPX_OK;
}

/* What inputs hold their nodes at: held [n_own], where they clamp them. */
static void set_held(const epx_point *point, const epx_snapshot *snapshot, double *held) {
  const epx_network *network = snapshot->network;
  const double *features =
      point->task->features + (size_t)snapshot->i_sample * (size_t)point->task->n_features;
  for (int k = 0; network->family->clamps_inputs && k < network->n_inputs; k++) {
    const int own = network->input_nodes[k] - snapshot->first_node;
    if (own >= 0 && own < snapshot->n_own) held[own] = network->input_scale * features[k];
  }
}

static epx_err fill(epx_snapshot *snapshot, epx_learner *learner, const double *theta, double *state,
                    double *drive, const double *held) {
  const epx_family *family = snapshot->network->family;
  epx_certificate certificate;
  EPX_TRY(epx_learner_solve_sample(learner, theta, snapshot->i_sample, state, &certificate));
  snapshot->outcome = certificate.outcome;
  snapshot->residual = certificate.residual;
  epx_distributed_eval_drive(snapshot->distributed, drive);
  EPX_TRY(add_state(snapshot, state, held));
  EPX_TRY(add_rows(snapshot, "drive", "drive", "what drives the node beside its links", "1",
                   family->input_rows, drive, NULL));
  EPX_TRY(add_node_parameters(snapshot, theta));
  return add_couplings(snapshot, theta);
}

/* Memory is taken on every rank or on none before anything collective begins. */
static epx_err create(const epx_point *point, epx_snapshot *snapshot, epx_learner *learner,
                      const double *theta) {
  const epx_family *family = snapshot->network->family;
  double *state = NULL, *drive = NULL, *held = NULL;
  int code = EPX_ARRAY(state, (size_t)snapshot->n_local * (size_t)family->components);
  if (code == EPX_OK) code = EPX_ARRAY(drive, (size_t)snapshot->n_local * (size_t)family->input_rows);
  if (code == EPX_OK) code = EPX_ARRAY(held, (size_t)snapshot->n_own);
  if (code == EPX_OK) set_held(point, snapshot, held);
  code = epx_distributed_merge_codes(snapshot->distributed, code);
  if (code == EPX_OK)
    code = epx_distributed_merge_codes(snapshot->distributed,
                                       fill(snapshot, learner, theta, state, drive, held));
  epx_array_destroy(&held);
  epx_array_destroy(&state);
  epx_array_destroy(&drive);
  return code;
}

static void set_own_nodes(epx_snapshot *snapshot) {
  const epx_network *network = snapshot->network;
  const int end = snapshot->first + snapshot->n_local;
  snapshot->first_node = snapshot->first == 0 ? 0 : network->free_nodes[snapshot->first];
  snapshot->n_own =
      (end == network->n_free ? network->n_nodes : network->free_nodes[end]) - snapshot->first_node;
}

epx_err epx_snapshot_create(const epx_point *point, epx_learner *learner, const double *theta, int i_point,
                            int i_instance, int i_sample, epx_snapshot **out) {
  const epx_topology_spec *lattice = &point->settings->network.topology;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(*out, 1));
  epx_snapshot *snapshot = *out;
  snapshot->network = point->network;
  snapshot->distributed = epx_distributed_ensemble_get(epx_learner_get_ensemble(learner));
  snapshot->shape[0] = lattice->n_planes > 0 ? lattice->n_planes : 1;
  snapshot->shape[1] = lattice->n_rows;
  snapshot->shape[2] = lattice->n_columns;
  snapshot->periodic = lattice->periodic;
  snapshot->i_point = i_point;
  snapshot->i_instance = i_instance;
  snapshot->i_sample = i_sample;
  epx_distributed_get_range(snapshot->distributed, &snapshot->first, &snapshot->n_local);
  set_own_nodes(snapshot);
  const int code = create(point, snapshot, learner, theta);
  if (code != EPX_OK) epx_snapshot_destroy(out);
  return code;
}

void epx_snapshot_destroy(epx_snapshot **address) {
  epx_snapshot *snapshot = *address;
  if (!snapshot) return;
  for (int c = 0; c < snapshot->n_columns; c++)
    epx_array_destroy(&snapshot->column[c].values);
  epx_array_destroy(address);
}
