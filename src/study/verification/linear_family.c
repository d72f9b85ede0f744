/** @file
 * The linear families: ds/dt = A s + force with A = [[-own_0, other_0], [other_1, -own_1]].
 */
#include "study/verification/linear_family.h"

#include <math.h>
#include <string.h>

#include "photonic/lanes.h"

enum { COUPLING, OWN, OTHER, FORCE, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, false, false, "not used"},
    [OWN] = {"own", "1", EPX_SITE_NODE, 1, -INFINITY, INFINITY, false, false, "own_i, rate of return"},
    [OTHER] = {"other", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
               "other_i, what the other node's state does to node i"},
    [FORCE] = {"force", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true, "force_i, constant"},
};

static double get(const epx_lanes *lanes, int parameter, int i, int lane) {
  return lanes->node[parameter][(size_t)i * (size_t)lanes->n_lanes + (size_t)lane];
}

/** Gets A_ij. */
static double get_entry(const epx_lanes *lanes, int i, int j, int lane) {
  return i == j ? -get(lanes, OWN, i, lane) : get(lanes, OTHER, i, lane);
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  memset(y, 0, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
}

static void set_input(epx_lanes *lanes) {
  memcpy(lanes->input, lanes->node[FORCE],
         (size_t)lanes->network->n_nodes * (size_t)lanes->n_lanes * sizeof *lanes->input);
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  (void)work;
  const int n = lanes->network->n_nodes, n_lanes = lanes->n_lanes;
  for (int i = 0; i < n; i++) {
    for (int lane = 0; lane < n_lanes; lane++) {
      double sum = lanes->input[i * n_lanes + lane];
      for (int j = 0; j < n; j++)
        sum += get_entry(lanes, i, j, lane) * y[j * n_lanes + lane];
      f[i * n_lanes + lane] = sum;
    }
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  (void)y;
  const int n = lanes->network->n_nodes;
  for (int k = 0; k < n * n * width; k++)
    jacobian[k] = get_entry(lanes, k / width / n, k / width % n, lane + k % width);
}

/** G = -F. */
static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const int n = lanes->network->n_nodes, n_lanes = lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < n; i++) {
    for (int lane = 0; lane < n_lanes; lane++)
      row[lane] = -v[i * n_lanes + lane];
    epx_lanes_add_node_gradient(lanes, FORCE, i, weight, row, gradient);
    for (int lane = 0; lane < n_lanes; lane++)
      row[lane] = v[i * n_lanes + lane] * y[i * n_lanes + lane];
    epx_lanes_add_node_gradient(lanes, OWN, i, weight, row, gradient);
    for (int lane = 0; lane < n_lanes && n == 2; lane++)
      row[lane] = -v[i * n_lanes + lane] * y[(1 - i) * n_lanes + lane];
    if (n == 2) epx_lanes_add_node_gradient(lanes, OTHER, i, weight, row, gradient);
  }
}

/** M - M' = A' - A. */
static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  (void)y;
  const int n = lanes->network->n_nodes, n_lanes = lanes->n_lanes;
  for (int i = 0; i < n; i++) {
    for (int lane = 0; lane < n_lanes; lane++) {
      double sum = 0;
      for (int j = 0; j < n; j++)
        sum += (get_entry(lanes, j, i, lane) - get_entry(lanes, i, j, lane)) * v[j * n_lanes + lane];
      out[i * n_lanes + lane] = sum;
    }
  }
}

/** dE/dforce = -s, dE/down = s^2 / 2, of one node. */
static void add_scalar_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                       double *gradient) {
  double *row = lanes->scratch;
  for (int lane = 0; lane < lanes->n_lanes; lane++)
    row[lane] = -y[lane];
  epx_lanes_add_node_gradient(lanes, FORCE, 0, weight, row, gradient);
  for (int lane = 0; lane < lanes->n_lanes; lane++)
    row[lane] = 0.5 * y[lane] * y[lane];
  epx_lanes_add_node_gradient(lanes, OWN, 0, weight, row, gradient);
}

const epx_family epx_family_linear_pair = {
    .abi = EPX_FAMILY_ABI,
    .name = "linear pair",
    .summary = "two linear nodes without reciprocity",
    .equation = "ds_i/dt = -own_i s_i + other_i s_j + force_i",
    .units = "normalised",
    .source = "Scurria2026",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .frame = EPX_FRAME_FIELD,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_PHASE),
    .readout = EPX_READ_PHASE,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .eval_antisymmetric = eval_antisymmetric,
    .set_input = set_input,
};

const epx_family epx_family_linear_scalar = {
    .abi = EPX_FAMILY_ABI,
    .name = "linear scalar",
    .summary = "one node in a parabola",
    .equation = "ds/dt = -own s + force",
    .units = "normalised",
    .source = "Scellier2017",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .frame = EPX_FRAME_GRADIENT,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_PHASE),
    .readout = EPX_READ_PHASE,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_scalar_energy_gradient,
    .set_input = set_input,
};
