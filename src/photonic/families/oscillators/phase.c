/** @file
 * Phase oscillators (XY), inputs clamped:
 *
 *   dphi_i/dt = -dE/dphi_i
 *   E = -sum_{i<j} W_ij cos(phi_i - phi_j) - sum_i [h_i cos(phi_i - psi_i) + detuning_i phi_i]
 *
 * Through the unit vectors (cos phi, sin phi) as in xy.c, with h_i (cos psi_i, sin psi_i) added to what
 * inputs pull by.
 *
 * E and its parameter gradients count links between clamped nodes and fields on them too: constants of the
 * state, which fall out of every contrast. With detunings E has no lowest value: phases that find no
 * equilibrium run.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/numbers/random.h"
#include "photonic/families/families.h"
#include "photonic/families/oscillators/xy.h"
#include "photonic/lanes.h"

enum { COUPLING, FIELD, FIELD_PHASE, DETUNING, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "W_ij, rate that pulls two phases together (or apart, when negative)"},
    [FIELD] = {"field", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
               "h_i, rate that pulls a phase to psi_i: injection locking"},
    [FIELD_PHASE] = {"field_phase", "rad", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
                     "psi_i, phase of the injected light"},
    [DETUNING] = {"detuning", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, false,
                  "detuning_i, rate at which a phase alone runs ahead of the common frequency"},
};

static const double two_pi = 6.283185307179586476925;

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  const epx_network *network = lanes->network;
  const epx_random stream = epx_random_init(seed, "start:phase");
  for (int r = 0; r < network->n_free; r++) {
    double *row = y + (size_t)r * (size_t)lanes->n_lanes;
    for (int sample = 0; sample < lanes->n_samples; sample++) {
      const double u =
          epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)network->free_nodes[r],
                                  (uint32_t)epx_lanes_get_sample_key(lanes, sample));
      row[sample] = two_pi * (u - 0.5);
    }
    for (int lane = lanes->n_samples; lane < lanes->n_lanes; lane++)
      row[lane] = row[epx_lanes_get_sample(lanes, lane)];
  }
}

static void set_input(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  epx_xy_clamp(lanes, true);
  for (int r = 0; r < network->n_free; r++) {
    const int i = network->free_nodes[r];
    const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
    double *X = lanes->input + epx_xy_at_cos(lanes, i), *Y = X + lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      X[lane] += h[lane] * cos(psi[lane]);
      Y[lane] += h[lane] * sin(psi[lane]);
    }
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const epx_network *network = lanes->network;
  epx_xy_eval_field(lanes, y, f, work);
  for (int r = 0; lanes->active[DETUNING] && r < network->n_free; r++) {
    const double *detuning = get_node(lanes, DETUNING, network->free_nodes[r]);
    double *out = f + (size_t)r * (size_t)lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      out[lane] += detuning[lane];
  }
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const epx_network *network = lanes->network;
  const int n = lanes->n_lanes;
  double *x = lanes->scratch, *row = x + 2 * epx_xy_at_cos(lanes, network->n_nodes);
  epx_xy_eval_all_vectors(lanes, y, x);
  epx_xy_leave_out(lanes, weight, x);
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
    for (int lane = 0; lane < n; lane++)
      row[lane] = -v_i[lane];
    epx_lanes_add_node_gradient(lanes, DETUNING, i, weight, row, gradient);
  }
  epx_xy_add_link_forces(lanes, v, weight, x, gradient);
}

/** Adds dE/dh_i = -cos(phi_i - psi_i) and dE/dpsi_i = -h_i sin(phi_i - psi_i), at clamped nodes too. */
static void add_field_energies(const epx_lanes *lanes, int i, const double *x, const double *weight,
                               double *row, double *gradient) {
  const int n = lanes->n_lanes;
  const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
  const double *c = x + epx_xy_at_cos(lanes, i), *s = c + n;
  for (int lane = 0; lane < n; lane++)
    row[lane] = -(c[lane] * cos(psi[lane]) + s[lane] * sin(psi[lane]));
  epx_lanes_add_node_gradient(lanes, FIELD, i, weight, row, gradient);
  for (int lane = 0; lane < n; lane++)
    row[lane] = -h[lane] * (s[lane] * cos(psi[lane]) - c[lane] * sin(psi[lane]));
  epx_lanes_add_node_gradient(lanes, FIELD_PHASE, i, weight, row, gradient);
}

/** Adds dE/d detuning_i = -phi_i. */
static void add_detuning_energies(const epx_lanes *lanes, const double *y, const double *weight, double *row,
                                  double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  for (int r = 0; r < network->n_free; r++) {
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -y[(size_t)r * n + lane];
    epx_lanes_add_node_gradient(lanes, DETUNING, network->free_nodes[r], weight, row, gradient);
  }
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const epx_network *network = lanes->network;
  double *x = lanes->scratch, *row = x + 2 * epx_xy_at_cos(lanes, network->n_nodes);
  epx_xy_eval_all_vectors(lanes, y, x);
  epx_xy_leave_out(lanes, weight, x);
  for (int i = 0; i < network->n_nodes; i++)
    add_field_energies(lanes, i, x, weight, row, gradient);
  add_detuning_energies(lanes, y, weight, row, gradient);
  epx_xy_add_link_energies(lanes, weight, x, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  double *x = lanes->scratch;
  epx_xy_eval_link_energy(lanes, y, x, energy);
  for (int i = 0; i < network->n_nodes; i++) {
    const double *c = x + epx_xy_at_cos(lanes, i), *s = c + n;
    const double *h = get_node(lanes, FIELD, i), *psi = get_node(lanes, FIELD_PHASE, i);
    const double *detuning = get_node(lanes, DETUNING, i);
    const int r = network->row_of_node[i];
    for (size_t lane = 0; lane < n; lane++) {
      energy[lane] -= h[lane] * (c[lane] * cos(psi[lane]) + s[lane] * sin(psi[lane]));
      if (r >= 0) energy[lane] -= detuning[lane] * y[(size_t)r * n + lane];
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

static const unsigned char kinds[] = {EPX_KIND_ANGLE};

const epx_family epx_family_phase = {
    .abi = EPX_FAMILY_ABI,
    .name = "phase",
    .summary = "coupled phase oscillators (XY) under injection, inputs clamped",
    .equation = "dphi_i/dt = detuning_i - sum_j coupling_ij sin(phi_i - phi_j)\n"
                "            - field_i sin(phi_i - field_phase_i)\n"
                "phi_i = input_scale * feature at input nodes",
    .units = "normalised: rates in units of any one rate, phases in rad",
    .source = "Wang2024, Rageau2025",
    .nudge = "light injected into the output oscillators, which pulls their phases",
    .exact = "everywhere: the dynamics lower an energy",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .clamps_inputs = true,
    .frame = EPX_FRAME_GRADIENT,
    .kinds = kinds,
    .conjugation = NULL,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_PHASE) | EPX_READS(EPX_READ_SINE) | EPX_READS(EPX_READ_COSINE),
    .readout = EPX_READ_PHASE,
    .input_scale = 1.57079632679489661923, /* a feature of 1 is a right angle */
    .coupling_spread = 1,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = epx_xy_eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .eval_antisymmetric = NULL,
    .eval_abscissa_bound = NULL,
    .set_input = set_input,
    .eval_power = NULL,
    .link_law = &link_law,
};
