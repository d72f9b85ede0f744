/** @file
 * An example of a family of one's own: nodes in anharmonic wells that pull each other,
 *
 *   ds_i/dt = -s_i - stiffness_i s_i^3 + sum_j J_ij s_j + h_i = -dE/ds_i
 *   E = sum_i [s_i^2 / 2 + stiffness_i s_i^4 / 4 - h_i s_i] - sum_{i<j} J_ij s_i s_j
 *
 * Built with the installed headers alone,
 *
 *   cc -std=c11 -O2 -shared -fPIC -I PREFIX/include anharmonic.c -o anharmonic.so
 *
 * and used by a deck with `family: plugin` and `plugin: anharmonic.so` (inputs/families/plugin.yaml). Lanes
 * are networks side by side; every function is loops over rows of them (epilux/family.h).
 */
#include <math.h>
#include <string.h>

#include "epilux/family.h"

enum { COUPLING, BIAS, STIFFNESS, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "J_ij, pull between nodes"},
    [BIAS] = {"bias", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true, "constant part of h_i"},
    [STIFFNESS] = {"stiffness", "1", EPX_SITE_NODE, 1, 0, INFINITY, false, false, "stiffness_i of the well"},
};

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  memset(y, 0, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
}

/** h_i = bias_i + input_scale feature. */
static void set_input(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  memcpy(lanes->input, lanes->node[BIAS], (size_t)network->n_nodes * n * sizeof *lanes->input);
  for (int k = 0; k < network->n_inputs; k++) {
    double *h = lanes->input + (size_t)network->input_nodes[k] * n;
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      h[lane] +=
          network->input_scale * lanes->features[epx_lanes_get_sample(lanes, lane) * network->n_inputs + k];
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  (void)work;
  const size_t size = (size_t)lanes->network->n_nodes * (size_t)lanes->n_lanes;
  epx_lanes_eval_coupling(lanes, 1, y, f);
  for (size_t k = 0; k < size; k++)
    f[k] += lanes->input[k] - (1 + lanes->node[STIFFNESS][k] * y[k] * y[k]) * y[k];
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const int n_nodes = lanes->network->n_nodes;
  for (int i = 0; i < n_nodes; i++) {
    const size_t at = (size_t)i * (size_t)lanes->n_lanes + (size_t)lane;
    for (int j = 0; j < n_nodes; j++) {
      int step;
      const double *J = epx_lanes_get_coupling(lanes, i, j, lane, &step);
      double *entry = jacobian + (i * n_nodes + j) * width;
      for (int w = 0; w < width; w++)
        entry[w] =
            i == j ? -1 - 3 * lanes->node[STIFFNESS][at + (size_t)w] * y[at + (size_t)w] * y[at + (size_t)w]
                   : J[w * step];
    }
  }
}

/** Adds weight share (u_i y_j + u_j y_i) of every link. */
static void add_links(const epx_lanes *lanes, const double *y, const double *u, double share,
                      const double *weight, double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, size = (size_t)lanes->network->n_nodes * n;
  double *left = lanes->scratch, *right = left + size, *row = right + size;
  for (size_t k = 0; k < size; k++) {
    const bool taken = (int)(k % n) < lanes->n_used && weight[k % n] != 0;
    left[k] = taken ? share * weight[k % n] * u[k] : 0;
    right[k] = taken ? y[k] : 0;
  }
  epx_lanes_add_link_gradient(lanes, COUPLING, 1, left, right, row, gradient);
}

/** G = -F: dG_i/dJ_ij = -s_j, dG_i/dh_i = -1, dG_i/d stiffness_i = s_i^3. */
static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *s = y + (size_t)i * n, *v_i = v + (size_t)i * n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -v_i[lane];
    epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = v_i[lane] * s[lane] * s[lane] * s[lane];
    epx_lanes_add_node_gradient(lanes, STIFFNESS, i, weight, row, gradient);
  }
  add_links(lanes, y, v, -1, weight, gradient);
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *s = y + (size_t)i * n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -s[lane];
    epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = 0.25 * s[lane] * s[lane] * s[lane] * s[lane];
    epx_lanes_add_node_gradient(lanes, STIFFNESS, i, weight, row, gradient);
  }
  add_links(lanes, y, y, -0.5, weight, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const size_t n = (size_t)lanes->n_lanes;
  double *pull = lanes->scratch;
  epx_lanes_eval_coupling(lanes, 1, y, pull);
  memset(energy, 0, n * sizeof *energy);
  for (size_t k = 0; k < (size_t)lanes->network->n_nodes * n; k++) {
    const double square = y[k] * y[k];
    energy[k % n] += 0.5 * square + 0.25 * lanes->node[STIFFNESS][k] * square * square;
    energy[k % n] -= (0.5 * pull[k] + lanes->input[k]) * y[k];
  }
}

/* What fabrication moves: a phase of a node's guide is a force beside its bias. */
static const epx_family_device devices[] = {{"guide", EPX_SITE_NODE, false}};
static const epx_family_response responses[] = {{BIAS, 0, EPX_FOLLOW_PHASE, 1}};

extern const epx_family epx_plugin_family; /* what the program looks for */
const epx_family epx_plugin_family = {
    .abi = EPX_FAMILY_ABI,
    .name = "anharmonic",
    .summary = "nodes in anharmonic wells that pull each other, an example",
    .equation = "ds_i/dt = -s_i - stiffness_i s_i^3 + sum_j coupling_ij s_j + h_i\n"
                "h_i = bias_i + input_scale * feature at input nodes",
    .units = "normalised: rates in units of the wells' relaxation",
    .source = "none",
    .nudge = "a force on the output nodes",
    .exact = "everywhere: the dynamics lower an energy",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .frame = EPX_FRAME_GRADIENT,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_AMPLITUDE),
    .readout = EPX_READ_AMPLITUDE,
    .input_scale = 2,
    .coupling_spread = 0.6,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .set_input = set_input,
    .n_devices = 1,
    .devices = devices,
    .n_responses = 1,
    .responses = responses,
};
