/** @file
 * Soft spins of a spatial photonic Ising machine: a modulator turns the real number s of a spin into the
 * amplitude sin s of its light, inputs are clamped:
 *
 *   ds_i/dt = -stiffness_i s_i + cos(s_i) (sum_j J_ij sin s_j + h_i) = -dE/ds_i
 *
 *   E = sum_i [stiffness_i s_i^2 / 2 - h_i sin s_i] - sum_{i<j} J_ij sin s_i sin s_j
 *
 * An input node stands for s_j = input_scale * feature. Rest (s = 0, h = 0) is stable where the largest
 * eigenvalue of J is below an equal stiffness. E grows as s^2, so that every network comes to rest.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/families.h"
#include "photonic/families/signal.h"
#include "photonic/lanes.h"

enum { COUPLING, BIAS, STIFFNESS, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "J_ij, weight between the light of two spins"},
    [BIAS] = {"bias", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
              "h_i, weight of a spin against a reference"},
    [STIFFNESS] = {"stiffness", "1", EPX_SITE_NODE, 2, 1e-6, INFINITY, true, false,
                   "stiffness_i, rate at which a spin alone comes back to 0"},
};

/* ASSUMED: small next to every spin, and enough to leave a saddle at 0. */
static const double start_size = 1e-3;

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

/** The random numbers of free nodes, which epx_signal_set_start() lays by node, moved up to state rows. */
static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  epx_signal_set_start(lanes, seed, "start:soft-spin", start_size, lanes->scratch);
  for (int r = 0; r < network->n_free; r++)
    memcpy(y + (size_t)r * n, lanes->scratch + (size_t)network->free_nodes[r] * n, n * sizeof *y);
}

/** Sets lanes->input: sin s of the clamped nodes, and of free ones h_i with what clamped ones send them. */
static void set_input(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  for (int k = 0; k < network->n_inputs; k++) {
    double *row = lanes->input + (size_t)network->input_nodes[k] * n;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      row[lane] = sin(network->input_scale * lanes->features[sample * (size_t)network->n_inputs + (size_t)k]);
    }
  }
  epx_lanes_eval_coupling_between(lanes, network->n_free, network->free_nodes, network->n_inputs,
                                  network->input_nodes, 1, lanes->input, lanes->input);
  for (int r = 0; r < network->n_free; r++) {
    const double *bias = get_node(lanes, BIAS, network->free_nodes[r]);
    double *row = lanes->input + (size_t)network->free_nodes[r] * n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] += bias[lane];
  }
}

/** Evaluates the light of all nodes, x = sin s [n_nodes][n_lanes]. */
static void eval_light(const epx_lanes *lanes, const double *y, double *x) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  for (int r = 0; r < network->n_free; r++) {
    const double *s = y + (size_t)r * n;
    double *row = x + (size_t)network->free_nodes[r] * n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = sin(s[lane]);
  }
  for (int k = 0; k < network->n_inputs; k++) {
    const size_t at = (size_t)network->input_nodes[k] * n;
    memcpy(x + at, lanes->input + at, n * sizeof *x);
  }
}

/** Evaluates what reaches each free node of the light x: B_i = h_i + sum_j J_ij x_j [n_nodes][n_lanes]. */
static void eval_received(const epx_lanes *lanes, const double *x, double *received) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  epx_lanes_eval_coupling_between(lanes, network->n_free, network->free_nodes, network->n_free,
                                  network->free_nodes, 1, x, received);
  for (int r = 0; r < network->n_free; r++) {
    const size_t at = (size_t)network->free_nodes[r] * n;
    for (size_t k = at; k < at + n; k++)
      received[k] += lanes->input[k];
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  double *x = work, *received = work + (size_t)network->n_nodes * n;
  eval_light(lanes, y, x);
  eval_received(lanes, x, received);
  for (int r = 0; r < network->n_free; r++) {
    const int i = network->free_nodes[r];
    const double *stiffness = get_node(lanes, STIFFNESS, i), *B = received + (size_t)i * n;
    const double *s = y + (size_t)r * n;
    for (size_t lane = 0; lane < n; lane++)
      f[(size_t)r * n + lane] = cos(s[lane]) * B[lane] - stiffness[lane] * s[lane];
  }
}

/** dF_r/ds_q = cos(s_r) J cos(s_q); on the diagonal -stiffness - sin(s_r) B_r, with B summed along the row.
 * x [n_free][2][width]: cosine and sine of s. */
static void eval_jacobian_row(const epx_lanes *lanes, const double *x, int r, int lane, int width,
                              double *jacobian) {
  const epx_network *network = lanes->network;
  const size_t n_state = (size_t)network->n_state, w_ = (size_t)width;
  const int i = network->free_nodes[r];
  const double *c = x + 2 * (size_t)r * w_, *s = c + w_, *stiffness = get_node(lanes, STIFFNESS, i) + lane;
  const double *h = lanes->input + (size_t)i * (size_t)lanes->n_lanes + lane;
  double *diagonal = jacobian + ((size_t)r * n_state + (size_t)r) * w_;
  for (int w = 0; w < width; w++)
    diagonal[w] = -stiffness[w] - s[w] * h[w];
  for (int q = 0; q < network->n_free; q++) {
    if (q == r) continue;
    int step;
    const double *J = epx_lanes_get_coupling(lanes, i, network->free_nodes[q], lane, &step);
    const double *c_q = x + 2 * (size_t)q * w_, *s_q = c_q + w_;
    double *entry = jacobian + ((size_t)r * n_state + (size_t)q) * w_;
    for (int w = 0; w < width; w++) {
      entry[w] = c[w] * J[w * step] * c_q[w];
      diagonal[w] -= s[w] * J[w * step] * s_q[w];
    }
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  double *x = lanes->scratch;
  for (int r = 0; r < lanes->network->n_free; r++) {
    const double *s = y + (size_t)r * (size_t)lanes->n_lanes + lane;
    double *row = x + 2 * (size_t)r * (size_t)width;
    for (int w = 0; w < width; w++) {
      row[w] = cos(s[w]);
      row[width + w] = sin(s[w]);
    }
  }
  for (int r = 0; r < lanes->network->n_free; r++)
    eval_jacobian_row(lanes, x, r, lane, width, jacobian);
}

static bool is_taken(const epx_lanes *lanes, const double *weight, size_t lane) {
  return lane < (size_t)lanes->n_used && weight[lane] != 0;
}

/** dG_i/d stiffness_i = s_i, dG_i/d bias_i = -cos s_i; dE/d stiffness_i = s_i^2 / 2, dE/d bias_i = -sin s_i:
 * as v' dG/dtheta where v is given, as dE/dtheta where it is NULL. Of free nodes. */
static void add_node_gradients(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int r = 0; r < lanes->network->n_free; r++) {
    const int i = lanes->network->free_nodes[r];
    const double *s = y + (size_t)r * n, *v_i = v ? v + (size_t)r * n : NULL;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = v_i ? v_i[lane] * s[lane] : 0.5 * s[lane] * s[lane];
    epx_lanes_add_node_gradient(lanes, STIFFNESS, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = v_i ? -v_i[lane] * cos(s[lane]) : -sin(s[lane]);
    epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
  }
}

/** Adds u_i x_j + u_j x_i of every link, x the light; lanes left out are zero in both. */
static void add_links(const epx_lanes *lanes, const double *y, const double *weight, double *u,
                      double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, size = (size_t)lanes->network->n_nodes * n;
  double *x = u + size, *row = x + size;
  eval_light(lanes, y, x);
  for (size_t k = 0; k < size; k++)
    if (!is_taken(lanes, weight, k % n)) x[k] = 0;
  epx_lanes_add_link_gradient(lanes, COUPLING, 1, u, x, row, gradient);
}

/** dG_i/dJ_ij = -cos(s_i) x_j: u_i = -v_i cos(s_i), 0 at clamped nodes. */
static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  double *u = lanes->scratch;
  add_node_gradients(lanes, y, v, weight, gradient);
  memset(u, 0, (size_t)network->n_nodes * n * sizeof *u);
  for (int r = 0; r < network->n_free; r++) {
    const size_t at = (size_t)network->free_nodes[r] * n, row = (size_t)r * n;
    for (size_t lane = 0; lane < n; lane++)
      if (is_taken(lanes, weight, lane)) u[at + lane] = -weight[lane] * v[row + lane] * cos(y[row + lane]);
  }
  add_links(lanes, y, weight, u, gradient);
}

/** dE/dJ_ij = -x_i x_j = u_i x_j + u_j x_i with u = -x/2. */
static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, size = (size_t)lanes->network->n_nodes * n;
  double *u = lanes->scratch;
  add_node_gradients(lanes, y, NULL, weight, gradient);
  eval_light(lanes, y, u);
  for (size_t k = 0; k < size; k++)
    u[k] = is_taken(lanes, weight, k % n) ? -0.5 * weight[k % n] * u[k] : 0;
  add_links(lanes, y, weight, u, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  double *x = lanes->scratch, *received = x + (size_t)network->n_nodes * n;
  eval_light(lanes, y, x);
  epx_lanes_eval_coupling(lanes, 1, x, received);
  memset(energy, 0, n * sizeof *energy);
  for (size_t k = 0; k < (size_t)network->n_nodes * n; k++)
    energy[k % n] -= 0.5 * received[k] * x[k];
  for (int r = 0; r < network->n_free; r++) {
    const int i = network->free_nodes[r];
    const double *stiffness = get_node(lanes, STIFFNESS, i), *bias = get_node(lanes, BIAS, i);
    const double *s = y + (size_t)r * n;
    for (size_t lane = 0; lane < n; lane++)
      energy[lane] += 0.5 * stiffness[lane] * s[lane] * s[lane] - bias[lane] * x[(size_t)i * n + lane];
  }
}

const epx_family epx_family_soft_spin = {
    .abi = EPX_FAMILY_ABI,
    .name = "soft-spin",
    .summary = "soft spins of a spatial photonic Ising machine, inputs clamped",
    .equation = "ds_i/dt = -stiffness_i s_i + cos(s_i) (sum_j coupling_ij sin s_j + bias_i)\n"
                "s_i = input_scale * feature at input nodes",
    .units = "normalised: rates in units of any one rate, spins in rad of the modulator's phase",
    .source = "VandenAbeele2026",
    .nudge = "a field on the output spins, added to the measured slope of their energy",
    .exact = "everywhere: the dynamics lower an energy",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .clamps_inputs = true,
    .frame = EPX_FRAME_GRADIENT,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_AMPLITUDE),
    .readout = EPX_READ_AMPLITUDE,
    .input_scale = 1,
    .coupling_spread = 1,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .set_input = set_input,
};
