/** @file
 * Oscillator Ising machine: phases that a second harmonic draws to 0 or pi, inputs clamped to amplitudes:
 *
 *   dphi_i/dt = -dE/dphi_i
 *   E = -sum_{i<j} W_ij cos(phi_i - phi_j) - sum_i [h_i cos phi_i + K_i cos(2 phi_i) / 2]
 *
 * where an input node stands for the vector (u_j, 0) in place of (cos phi_j, sin phi_j). A binary state s_i =
 * cos phi_i = +-1 without fields is stable where 2 K + (the least eigenvalue of the Laplacian of weights W_ij
 * s_i s_j) is above 0.
 */
#include <math.h>

#include "photonic/families/families.h"
#include "photonic/families/oscillators/xy.h"
#include "photonic/lanes.h"

enum { COUPLING, FIELD, BINARISATION, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "W_ij, rate that pulls two phases together (or apart, when negative)"},
    [FIELD] = {"field", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
               "h_i, rate that pulls a phase to 0 (or to pi, when negative)"},
    [BINARISATION] = {"binarisation", "1", EPX_SITE_NODE, 0.1, -INFINITY, INFINITY, true, true,
                      "K_i, rate at which the second harmonic draws a phase to 0 or pi"},
};

static const double half_pi = 1.57079632679489661923;

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

/** Between the two values. */
static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  for (size_t k = 0; k < (size_t)lanes->network->n_state * (size_t)lanes->n_lanes; k++)
    y[k] = half_pi;
}

static void set_input(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  epx_xy_clamp(lanes, false);
  for (int r = 0; r < network->n_free; r++) {
    const double *h = get_node(lanes, FIELD, network->free_nodes[r]);
    double *X = lanes->input + epx_xy_at_cos(lanes, network->free_nodes[r]);
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      X[lane] += h[lane];
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  epx_xy_eval_field(lanes, y, f, work);
  for (int r = 0; r < network->n_free; r++) { /* work holds the vectors: sin(2 phi) = 2 sin phi cos phi */
    const double *K = get_node(lanes, BINARISATION, network->free_nodes[r]);
    const double *c = work + epx_xy_at_cos(lanes, network->free_nodes[r]), *s = c + n;
    for (size_t lane = 0; lane < n; lane++)
      f[(size_t)r * n + lane] -= 2 * K[lane] * s[lane] * c[lane];
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const size_t n_state = (size_t)lanes->network->n_state, w_ = (size_t)width;
  epx_xy_eval_jacobian(lanes, y, lane, width, jacobian);
  for (size_t r = 0; r < n_state; r++) {
    const double *K = get_node(lanes, BINARISATION, lanes->network->free_nodes[r]) + lane;
    const double *phi = y + r * (size_t)lanes->n_lanes + lane;
    for (size_t w = 0; w < w_; w++)
      jacobian[(r * n_state + r) * w_ + w] -= 2 * K[w] * cos(2 * phi[w]);
  }
}

/** dG_i/dh_i = sin phi_i, dG_i/dK_i = sin 2 phi_i; dE/dh_i = -cos phi_i, dE/dK_i = -cos(2 phi_i) / 2: as v'
 * dG/dtheta where v is given, as dE/dtheta where it is NULL. Of free nodes: on inputs they are constants of
 * the state. */
static void add_node_gradients(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *row, double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  for (int r = 0; r < lanes->network->n_free; r++) {
    const int i = lanes->network->free_nodes[r];
    const double *phi = y + (size_t)r * n, *v_i = v ? v + (size_t)r * n : NULL;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = v_i ? v_i[lane] * sin(phi[lane]) : -cos(phi[lane]);
    epx_lanes_add_node_gradient(lanes, FIELD, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = v_i ? v_i[lane] * sin(2 * phi[lane]) : -0.5 * cos(2 * phi[lane]);
    epx_lanes_add_node_gradient(lanes, BINARISATION, i, weight, row, gradient);
  }
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  double *x = lanes->scratch, *row = x + 2 * epx_xy_at_cos(lanes, lanes->network->n_nodes);
  add_node_gradients(lanes, y, v, weight, row, gradient);
  epx_xy_eval_all_vectors(lanes, y, x);
  epx_xy_leave_out(lanes, weight, x);
  epx_xy_add_link_forces(lanes, v, weight, x, gradient);
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  double *x = lanes->scratch, *row = x + 2 * epx_xy_at_cos(lanes, lanes->network->n_nodes);
  add_node_gradients(lanes, y, NULL, weight, row, gradient);
  epx_xy_eval_all_vectors(lanes, y, x);
  epx_xy_leave_out(lanes, weight, x);
  epx_xy_add_link_energies(lanes, weight, x, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  epx_xy_eval_link_energy(lanes, y, lanes->scratch, energy);
  for (int r = 0; r < network->n_free; r++) {
    const double *h = get_node(lanes, FIELD, network->free_nodes[r]), *phi = y + (size_t)r * n;
    const double *K = get_node(lanes, BINARISATION, network->free_nodes[r]);
    for (size_t lane = 0; lane < n; lane++)
      energy[lane] -= h[lane] * cos(phi[lane]) + 0.5 * K[lane] * cos(2 * phi[lane]);
  }
}

static const unsigned char kinds[] = {EPX_KIND_ANGLE};

const epx_family epx_family_ising = {
    .abi = EPX_FAMILY_ABI,
    .name = "ising",
    .summary = "oscillator Ising machine: phases binarised by a second harmonic, inputs clamped",
    .equation = "dphi_i/dt = -sum_j coupling_ij sin(phi_i - phi_j) - field_i sin phi_i - binarisation_i "
                "sin(2 phi_i)\n"
                "input nodes j: -coupling_ij u_j sin phi_i with u_j = input_scale * feature",
    .units = "normalised: rates in units of any one rate, phases in rad",
    .source = "Gower2025",
    .nudge = "light, or current, injected into the output oscillators, which pulls their phases",
    .exact = "everywhere: the dynamics lower an energy",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .kinds = kinds,
    .clamps_inputs = true,
    .frame = EPX_FRAME_GRADIENT,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_COSINE) | EPX_READS(EPX_READ_SINE) | EPX_READS(EPX_READ_PHASE),
    .readout = EPX_READ_COSINE,
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
