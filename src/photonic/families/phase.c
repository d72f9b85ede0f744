/** @file
 * Phase oscillators (XY), inputs clamped:
 *
 *   dphi_i/dt = -dE/dphi_i,   E = -sum_{i<j} W_ij cos(phi_i - phi_j) - sum_i h_i cos(phi_i - psi_i)
 *
 * Everything goes through the unit vectors (cos phi, sin phi), so that a sum over pairs is a matrix product:
 *
 *   (X_i, Y_i) = h_i (cos psi_i, sin psi_i) + sum over clamped j of W_ij (cos phi_j, sin phi_j)
 *   (A_i, B_i) = (X_i, Y_i) + sum over free j of W_ij (cos phi_j, sin phi_j)
 *   dphi_i/dt = B_i cos phi_i - A_i sin phi_i
 *
 * No state changes (X, Y): lanes->input holds it for free nodes, and (cos phi, sin phi) for clamped ones.
 *
 * E and its parameter gradients count links between clamped nodes and fields on them too: constants of the
 * state, which fall out of every contrast.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "epilux/base/random.h"
#include "epilux/photonic/lanes.h"
#include "photonic/families/families.h"

enum { COUPLING, FIELD, FIELD_PHASE, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "W_ij, rate that pulls two phases together (or apart, when negative)"},
    [FIELD] = {"field", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
               "h_i, rate that pulls a phase to psi_i: injection locking"},
    [FIELD_PHASE] = {"field_phase", "rad", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
                     "psi_i, phase of the injected light"},
};

static const double two_pi = 6.283185307179586476925;

/** Rows of node i in an array of unit vectors [n_nodes][2][n_lanes]. */
static size_t at_cos(const epx_lanes *lanes, int i) {
  return 2 * (size_t)i * (size_t)lanes->n_lanes;
}

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void eval_unit_vector(int n, const double *phi, double *c, double *s) {
  for (int lane = 0; lane < n; lane++) {
    c[lane] = cos(phi[lane]);
    s[lane] = sin(phi[lane]);
  }
}

/** Evaluates the unit vectors of the free nodes into x [n_nodes][2][n_lanes]. */
static void eval_free_vectors(const epx_lanes *lanes, const double *y, double *x) {
  const epx_network *network = lanes->network;
  for (int r = 0; r < network->n_free; r++) {
    double *c = x + at_cos(lanes, network->free_nodes[r]);
    eval_unit_vector(lanes->n_lanes, y + (size_t)r * (size_t)lanes->n_lanes, c, c + lanes->n_lanes);
  }
}

/** Evaluates those of all nodes. */
static void eval_all_vectors(const epx_lanes *lanes, const double *y, double *x) {
  const epx_network *network = lanes->network;
  eval_free_vectors(lanes, y, x);
  for (int k = 0; k < network->n_inputs; k++) {
    const size_t at = at_cos(lanes, network->input_nodes[k]);
    memcpy(x + at, lanes->input + at, 2 * (size_t)lanes->n_lanes * sizeof *x);
  }
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  const epx_network *network = lanes->network;
  const epx_random stream = epx_random_init(seed, "start:phase");
  for (int r = 0; r < network->n_free; r++) {
    double *row = y + (size_t)r * (size_t)lanes->n_lanes;
    for (int sample = 0; sample < lanes->n_samples; sample++) {
      const double u = epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY,
                                               (uint32_t)network->free_nodes[r], (uint32_t)sample);
      row[sample] = two_pi * (u - 0.5);
    }
    for (int lane = lanes->n_samples; lane < lanes->n_lanes; lane++)
      row[lane] = row[epx_lanes_get_sample(lanes, lane)];
  }
}

static void clamp_inputs(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  for (int k = 0; k < network->n_inputs; k++) {
    double *c = lanes->input + at_cos(lanes, network->input_nodes[k]), *s = c + lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      const double phi =
          network->input_scale * lanes->features[sample * (size_t)network->n_inputs + (size_t)k];
      c[lane] = cos(phi);
      s[lane] = sin(phi);
    }
  }
}

static void set_input(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  clamp_inputs(lanes);
  epx_lanes_eval_coupling_between(lanes, network->n_free, network->free_nodes, network->n_inputs,
                                  network->input_nodes, 2, lanes->input, lanes->input);
  for (int r = 0; r < network->n_free; r++) {
    const int i = network->free_nodes[r];
    const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
    double *X = lanes->input + at_cos(lanes, i), *Y = X + lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      X[lane] += h[lane] * cos(psi[lane]);
      Y[lane] += h[lane] * sin(psi[lane]);
    }
  }
}

/** Evaluates x, the free nodes' unit vectors, and (A, B) of free nodes, both [n_nodes][2][n_lanes]. */
static void eval_pull(const epx_lanes *lanes, const double *y, double *x, double *pull) {
  const epx_network *network = lanes->network;
  const int n_free = network->n_free;
  eval_free_vectors(lanes, y, x);
  epx_lanes_eval_coupling_between(lanes, n_free, network->free_nodes, n_free, network->free_nodes, 2, x,
                                  pull);
  for (int r = 0; r < n_free; r++) {
    const size_t at = at_cos(lanes, network->free_nodes[r]);
    for (size_t k = at; k < at + 2 * (size_t)lanes->n_lanes; k++)
      pull[k] += lanes->input[k];
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const epx_network *network = lanes->network;
  const int n = lanes->n_lanes;
  double *x = work, *pull = work + at_cos(lanes, network->n_nodes);
  eval_pull(lanes, y, x, pull);
  for (int r = 0; r < network->n_free; r++) {
    const size_t at = at_cos(lanes, network->free_nodes[r]);
    const double *c = x + at, *s = c + n, *A = pull + at, *B = A + n;
    double *out = f + (size_t)r * (size_t)n;
    for (int lane = 0; lane < n; lane++)
      out[lane] = B[lane] * c[lane] - A[lane] * s[lane];
  }
}

/** dF_r/dphi_q = W cos(phi_r - phi_q); on the diagonal -(A cos phi + B sin phi), where the sum over free
 * nodes is taken along the row. */
static void eval_jacobian_row(const epx_lanes *lanes, int r, int lane, int width, const double *x,
                              double *jacobian) {
  const epx_network *network = lanes->network;
  const size_t n_state = (size_t)network->n_state, w_ = (size_t)width;
  const int i = network->free_nodes[r];
  const double *c_i = x + 2 * (size_t)r * w_, *s_i = c_i + w_;
  const double *X = lanes->input + at_cos(lanes, i) + lane, *Y = X + lanes->n_lanes;
  double *diagonal = jacobian + ((size_t)r * n_state + (size_t)r) * w_;
  for (int w = 0; w < width; w++)
    diagonal[w] = -(X[w] * c_i[w] + Y[w] * s_i[w]);
  for (int q = 0; q < network->n_free; q++) {
    if (q == r) continue;
    int step;
    const double *W = epx_lanes_get_coupling(lanes, i, network->free_nodes[q], lane, &step);
    const double *c_j = x + 2 * (size_t)q * w_, *s_j = c_j + w_;
    double *entry = jacobian + ((size_t)r * n_state + (size_t)q) * w_;
    for (int w = 0; w < width; w++) {
      entry[w] = W[w * step] * (c_i[w] * c_j[w] + s_i[w] * s_j[w]);
      diagonal[w] -= entry[w];
    }
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  double *x = lanes->scratch; /* [n_free][2][width] */
  for (int r = 0; r < lanes->network->n_free; r++) {
    double *c = x + 2 * (size_t)r * (size_t)width;
    eval_unit_vector(width, y + (size_t)r * (size_t)lanes->n_lanes + lane, c, c + width);
  }
  for (int r = 0; r < lanes->network->n_free; r++)
    eval_jacobian_row(lanes, r, lane, width, x, jacobian);
}

/** Zeroes the lanes that are left out of the unit vectors x. */
static void leave_out(const epx_lanes *lanes, const double *weight, double *x) {
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    if (lane < lanes->n_used && weight[lane] != 0) continue;
    for (int row = 0; row < 2 * lanes->network->n_nodes; row++)
      x[(size_t)row * (size_t)lanes->n_lanes + (size_t)lane] = 0;
  }
}

/** v' dG/dW_ij = (v_i - v_j) sin(phi_i - phi_j) = u_i . x_j + u_j . x_i with u = v (sin phi, -cos phi), v = 0
 * at clamped nodes. */
static void add_link_forces(const epx_lanes *lanes, const double *v, const double *weight, const double *x,
                            double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  double *u = lanes->scratch + at_cos(lanes, network->n_nodes), *row = u + at_cos(lanes, network->n_nodes);
  memset(u, 0, at_cos(lanes, network->n_nodes) * sizeof *u);
  for (int r = 0; r < network->n_free; r++) {
    const size_t at = at_cos(lanes, network->free_nodes[r]);
    for (size_t lane = 0; lane < (size_t)lanes->n_used; lane++) {
      if (weight[lane] == 0) continue;
      const double share = weight[lane] * v[(size_t)r * n + lane];
      u[at + lane] = share * x[at + n + lane];
      u[at + n + lane] = -share * x[at + lane];
    }
  }
  epx_lanes_add_link_gradient(lanes, COUPLING, 2, u, x, row, gradient);
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const epx_network *network = lanes->network;
  const int n = lanes->n_lanes;
  double *x = lanes->scratch, *row = x + 2 * at_cos(lanes, network->n_nodes);
  eval_all_vectors(lanes, y, x);
  leave_out(lanes, weight, x);
  for (int r = 0; r < network->n_free; r++) {
    const int i = network->free_nodes[r];
    const double *phi = y + (size_t)r * (size_t)n, *v_i = v + (size_t)r * (size_t)n;
    const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
    for (int lane = 0; lane < n; lane++)
      row[lane] = v_i[lane] * sin(phi[lane] - psi[lane]);
    epx_lanes_add_node_gradient(lanes, FIELD, i, weight, row, gradient);
    for (int lane = 0; lane < n; lane++)
      row[lane] = -v_i[lane] * h[lane] * cos(phi[lane] - psi[lane]);
    epx_lanes_add_node_gradient(lanes, FIELD_PHASE, i, weight, row, gradient);
  }
  add_link_forces(lanes, v, weight, x, gradient);
}

/** Adds dE/dh_i = -cos(phi_i - psi_i) and dE/dpsi_i = -h_i sin(phi_i - psi_i), at clamped nodes too. */
static void add_field_energies(const epx_lanes *lanes, int i, const double *x, const double *weight,
                               double *row, double *gradient) {
  const int n = lanes->n_lanes;
  const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
  const double *c = x + at_cos(lanes, i), *s = c + n;
  for (int lane = 0; lane < n; lane++)
    row[lane] = -(c[lane] * cos(psi[lane]) + s[lane] * sin(psi[lane]));
  epx_lanes_add_node_gradient(lanes, FIELD, i, weight, row, gradient);
  for (int lane = 0; lane < n; lane++)
    row[lane] = -h[lane] * (s[lane] * cos(psi[lane]) - c[lane] * sin(psi[lane]));
  epx_lanes_add_node_gradient(lanes, FIELD_PHASE, i, weight, row, gradient);
}

/** dE/dW_ij = -cos(phi_i - phi_j) = u_i . x_j + u_j . x_i with u = -x/2. */
static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes, size = at_cos(lanes, network->n_nodes);
  double *x = lanes->scratch, *u = x + size, *row = u + size;
  eval_all_vectors(lanes, y, x);
  leave_out(lanes, weight, x);
  for (int i = 0; i < network->n_nodes; i++)
    add_field_energies(lanes, i, x, weight, row, gradient);
  for (size_t k = 0; k < size; k++)
    u[k] = -0.5 * (k % n < (size_t)lanes->n_used ? weight[k % n] : 0) * x[k];
  epx_lanes_add_link_gradient(lanes, COUPLING, 2, u, x, row, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const epx_network *network = lanes->network;
  const int n = lanes->n_lanes;
  double *x = lanes->scratch, *pull = x + at_cos(lanes, network->n_nodes);
  eval_all_vectors(lanes, y, x);
  epx_lanes_eval_coupling(lanes, 2, x, pull);
  memset(energy, 0, (size_t)n * sizeof *energy);
  for (int i = 0; i < network->n_nodes; i++) {
    const double *c = x + at_cos(lanes, i), *s = c + n, *A = pull + at_cos(lanes, i), *B = A + n;
    const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
    for (int lane = 0; lane < n; lane++) {
      energy[lane] -= 0.5 * (A[lane] * c[lane] + B[lane] * s[lane]);
      energy[lane] -= h[lane] * (c[lane] * cos(psi[lane]) + s[lane] * sin(psi[lane]));
    }
  }
}

static void eval_sent(const double *s, double *x) {
  x[0] = cos(s[0]);
  x[1] = sin(s[0]);
}

static void eval_sent_slope(const double *s, double *slope) {
  slope[0] = -sin(s[0]);
  slope[1] = cos(s[0]);
}

/* F = Y cos phi - X sin phi. */
static void eval_reception(const double *s, double *slope) {
  slope[0] = -sin(s[0]);
  slope[1] = cos(s[0]);
}

static const epx_link_law link_law = {.eval_sent = eval_sent,
                                      .eval_sent_slope = eval_sent_slope,
                                      .eval_reception = eval_reception,
                                      .energy = -1,
                                      .linear = false,
                                      .bounds_stand = false};

const epx_family epx_family_phase = {
    .abi = EPX_FAMILY_ABI,
    .name = "phase",
    .summary = "coupled phase oscillators (XY) under injection, inputs clamped",
    .equation = "dphi_i/dt = -sum_j coupling_ij sin(phi_i - phi_j) - field_i sin(phi_i - field_phase_i)\n"
                "phi_i = input_scale * feature at input nodes",
    .units = "normalised: rates in units of any one rate, phases in rad",
    .source = "Wang2024",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .clamps_inputs = true,
    .frame = EPX_FRAME_GRADIENT,
    .conjugation = NULL,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_PHASE) | EPX_READS(EPX_READ_SINE) | EPX_READS(EPX_READ_COSINE),
    .readout = EPX_READ_PHASE,
    .input_scale = 1.57079632679489661923, /* a feature of 1 is a right angle */
    .coupling_spread = 1,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .eval_antisymmetric = NULL,
    .eval_abscissa_bound = NULL,
    .set_input = set_input,
    .eval_power = NULL,
    .link_law = &link_law,
};
