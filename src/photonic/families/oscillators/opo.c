/** @file
 * Degenerate parametric oscillators, each with the real amplitude x of its signal:
 *
 *   dx_i/dt = (pump_i - 1 - x_i^2) x_i + sum_j J_ij x_j + h_i = -dE/dx_i
 *
 *   E = sum_i [-(pump_i - 1) x_i^2 / 2 + x_i^4 / 4 - h_i x_i] - sum_{i<j} J_ij x_i x_j
 *
 * J is what the literature writes as xi J: the share of a neighbour's signal that is fed in.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/families.h"
#include "photonic/families/signal.h"
#include "photonic/lanes.h"

enum { COUPLING, BIAS, PUMP, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "J_ij, rate at which one signal feeds another"},
    [BIAS] = {"bias", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
              "constant part of the seed h_i"},
    [PUMP] = {"pump", "1", EPX_SITE_NODE, 0.5, -INFINITY, INFINITY, true, false,
              "pump_i, parametric gain over the loss: 1 is the threshold of one oscillator"},
};

/* Size of the vacuum's noise from which signals start. ASSUMED: small next to every signal. */
static const double start_size = 1e-3;

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  epx_signal_set_start(lanes, seed, "start:opo", start_size, y);
}

static void set_input(epx_lanes *lanes) {
  epx_signal_set_drive(lanes, BIAS);
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  (void)work;
  const size_t size = (size_t)lanes->network->n_nodes * (size_t)lanes->n_lanes;
  const double *pump = lanes->node[PUMP], *seed = lanes->input;
  epx_lanes_eval_coupling(lanes, 1, y, f);
  for (size_t k = 0; k < size; k++)
    f[k] += (pump[k] - 1 - y[k] * y[k]) * y[k] + seed[k];
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const int n_nodes = lanes->network->n_nodes;
  for (int i = 0; i < n_nodes; i++) {
    const double *pump = get_node(lanes, PUMP, i) + lane, *x = y + (size_t)i * (size_t)lanes->n_lanes + lane;
    for (int j = 0; j < n_nodes; j++) {
      int step;
      const double *J = epx_lanes_get_coupling(lanes, i, j, lane, &step);
      double *entry = jacobian + ((size_t)i * (size_t)n_nodes + (size_t)j) * (size_t)width;
      for (int w = 0; w < width; w++)
        entry[w] = i == j ? pump[w] - 1 - 3 * x[w] * x[w] : J[w * step];
    }
  }
}

/** Adds weight share times u_i x_j + u_j x_i of every link; lanes left out are made zero first. */
static void add_links(const epx_lanes *lanes, const double *y, const double *u, double share,
                      const double *weight, double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, size = (size_t)lanes->network->n_nodes * n;
  double *left = lanes->scratch, *right = left + size, *row = right + size;
  for (size_t k = 0; k < size; k++) {
    const size_t lane = k % n;
    const bool taken = (int)lane < lanes->n_used && weight[lane] != 0;
    left[k] = taken ? share * weight[lane] * u[k] : 0;
    right[k] = taken ? y[k] : 0;
  }
  epx_lanes_add_link_gradient(lanes, COUPLING, 1, left, right, row, gradient);
}

/** G = -F: dG_i/d pump_i = -x_i, dG_i/d bias_i = -1, dG_i/d J_ij = -x_j. */
static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *x = y + (size_t)i * n, *v_i = v + (size_t)i * n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -v_i[lane] * x[lane];
    epx_lanes_add_node_gradient(lanes, PUMP, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -v_i[lane];
    epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
  }
  add_links(lanes, y, v, -1, weight, gradient);
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *x = y + (size_t)i * n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -0.5 * x[lane] * x[lane];
    epx_lanes_add_node_gradient(lanes, PUMP, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -x[lane];
    epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
  }
  add_links(lanes, y, y, -0.5, weight, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const size_t n = (size_t)lanes->n_lanes;
  double *fed = lanes->scratch;
  epx_lanes_eval_coupling(lanes, 1, y, fed);
  memset(energy, 0, n * sizeof *energy);
  for (size_t i = 0; i < (size_t)lanes->network->n_nodes; i++) {
    const double *pump = get_node(lanes, PUMP, (int)i), *seed = lanes->input + i * n, *x = y + i * n;
    for (size_t lane = 0; lane < n; lane++) {
      const double square = x[lane] * x[lane];
      energy[lane] += -0.5 * (pump[lane] - 1) * square + 0.25 * square * square;
      energy[lane] -= (0.5 * fed[i * n + lane] + seed[lane]) * x[lane];
    }
  }
}

static void eval_sent(const double *s, double *x) {
  x[0] = s[0];
}

static void eval_one(const double *s, double *slope) {
  (void)s;
  slope[0] = 1;
}

/* dE/dJ_ij = -x_i x_j. */
static const epx_link_law link_law = {.eval_sent = eval_sent,
                                      .eval_sent_slope = eval_one,
                                      .eval_reception = eval_one,
                                      .energy = -1,
                                      .linear = true,
                                      .bounds_stand = false};

/* The amplitude is real: no shift of a resonance enters. The pump is an amplitude over that at the threshold, which
 * is as high as the loss; its power goes as its square. */
static const epx_family_device devices[] = {{"cavity", EPX_SITE_NODE, false}};
static const epx_family_response responses[] = {{PUMP, 0, EPX_FOLLOW_THRESHOLD, 0},
                                                {PUMP, 0, EPX_FOLLOW_PUMP, 0.5}};

const epx_family epx_family_opo = {
    .abi = EPX_FAMILY_ABI,
    .name = "opo",
    .summary = "degenerate parametric oscillators that feed each other (coherent Ising machine)",
    .equation = "dx_i/dt = (pump_i - 1 - x_i^2) x_i + sum_j coupling_ij x_j + h_i\n"
                "h_i = bias_i + input_scale * feature at input nodes",
    .units =
        "normalised: rates in units of the signal's loss, x^2 = 1 where it depletes the pump by one loss",
    .source = "Wang2013",
    .nudge = "a seed of the signal's frequency, added to that of the outputs",
    .exact = "everywhere: the dynamics lower an energy",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 1,
    .clamps_inputs = false,
    .frame = EPX_FRAME_GRADIENT,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_AMPLITUDE),
    .readout = EPX_READ_AMPLITUDE,
    .input_scale = 4,
    .coupling_spread = 1,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .set_input = set_input,
    .link_law = &link_law,
    .n_devices = sizeof devices / sizeof *devices,
    .devices = devices,
    .n_responses = sizeof responses / sizeof *responses,
    .responses = responses,
};
