/** @file
 * Driven, lossy Kerr resonators with reciprocal couplers, a = x + i p of each:
 *
 *   da_i/dt = -loss_i/2 a_i + i (detuning_i + kerr_i |a_i|^2) a_i + i sum_j J_ij a_j + s_i
 *
 * In the Hamiltonian frame, F = Omega (grad E + R s) with Omega multiplication by i and
 *
 *   E = sum_i [detuning_i |a_i|^2 / 2 + kerr_i |a_i|^4 / 4 + Im s_i x_i - Re s_i p_i]
 *       + sum_{i<j} J_ij Re(a_i* a_j)
 *   R = (loss/2) Omega
 *
 * for i grad|a|^2/2 = i a, and i grad(Im s x - Re s p) = i (Im s - i Re s) = s. As complex numbers:
 *
 *   dG_i/d detuning_i = a_i     dG_i/d kerr_i = |a_i|^2 a_i     dG_i/d loss_i = i a_i / 2
 *   dG_i/d bias_i = -i          dG_i/d J_ij = a_j,  dG_j/d J_ij = a_i
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "epilux/photonic/lanes.h"
#include "photonic/families/families.h"
#include "photonic/families/kerr_kernel.h"

EPX_KERNEL_TABLE(epx_kerr_finish_field, (const epx_kerr_field *field));
EPX_KERNEL_TABLE(epx_kerr_eval_jacobian, (const epx_kerr_jacobian *jacobian));

enum { COUPLING, DETUNING, BIAS, LOSS, KERR, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "J_ij, rate of exchange between two resonators"},
    [DETUNING] = {"detuning", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
                  "detuning_i, how far the resonance stands from the drive"},
    [BIAS] = {"bias", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
              "bias_i, constant real part of the drive s_i"},
    [LOSS] = {"loss", "1", EPX_SITE_NODE, 1, 0, INFINITY, false, false,
              "loss_i, decay rate of the energy |a_i|^2"},
    [KERR] = {"kerr", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
              "kerr_i, shift of the resonance by |a_i|^2"},
};

/** Rows of node i: real and imaginary parts. */
static size_t at_re(const epx_lanes *lanes, int i) {
  return 2 * (size_t)i * (size_t)lanes->n_lanes;
}

static size_t at_im(const epx_lanes *lanes, int i) {
  return at_re(lanes, i) + (size_t)lanes->n_lanes;
}

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  memset(y, 0, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
}

static void set_input(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const size_t n_lanes = (size_t)lanes->n_lanes;
  for (int i = 0; i < network->n_nodes; i++) {
    memcpy(lanes->input + at_re(lanes, i), get_node(lanes, BIAS, i), n_lanes * sizeof *lanes->input);
    memset(lanes->input + at_im(lanes, i), 0, n_lanes * sizeof *lanes->input);
  }
  for (int k = 0; k < network->n_inputs; k++) {
    double *drive = lanes->input + at_re(lanes, network->input_nodes[k]);
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const int sample = epx_lanes_get_sample(lanes, lane);
      drive[lane] +=
          network->input_scale * lanes->features[(size_t)sample * (size_t)network->n_inputs + (size_t)k];
    }
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  (void)work;
  epx_lanes_eval_coupling(lanes, 2, y, f);
  const epx_kerr_field field = {.n_nodes = (size_t)lanes->network->n_nodes,
                                .n_lanes = (size_t)lanes->n_lanes,
                                .loss = lanes->node[LOSS],
                                .detuning = lanes->node[DETUNING],
                                .kerr = lanes->node[KERR],
                                .shared = lanes->shared,
                                .drive = lanes->input,
                                .y = y,
                                .f = f};
  EPX_KERNEL_CALL(epx_kerr_finish_field)(&field);
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const epx_kerr_jacobian call = {.n_nodes = (size_t)lanes->network->n_nodes,
                                  .n_lanes = (size_t)lanes->n_lanes,
                                  .lane = (size_t)lane,
                                  .width = width,
                                  .shared = lanes->shared,
                                  .coupling = lanes->coupling,
                                  .loss = lanes->node[LOSS],
                                  .detuning = lanes->node[DETUNING],
                                  .kerr = lanes->node[KERR],
                                  .y = y,
                                  .jacobian = jacobian};
  EPX_KERNEL_CALL(epx_kerr_eval_jacobian)(&call);
}

/** Adds v' dG/dtheta of the parameters of node i, each through one row of lanes. */
static void add_node_forces(const epx_lanes *lanes, int i, const double *y, const double *v,
                            const double *weight, double *row, double *gradient) {
  const double *x = y + at_re(lanes, i), *p = y + at_im(lanes, i);
  const double *v_x = v + at_re(lanes, i), *v_p = v + at_im(lanes, i);
  const int n = lanes->n_lanes;
  for (int lane = 0; lane < n; lane++)
    row[lane] = v_x[lane] * x[lane] + v_p[lane] * p[lane];
  epx_lanes_add_node_gradient(lanes, DETUNING, i, weight, row, gradient);
  for (int lane = 0; lane < n; lane++) {
    row[lane] = (x[lane] * x[lane] + p[lane] * p[lane]) * (v_x[lane] * x[lane] + v_p[lane] * p[lane]);
  }
  epx_lanes_add_node_gradient(lanes, KERR, i, weight, row, gradient);
  for (int lane = 0; lane < n; lane++)
    row[lane] = 0.5 * (v_p[lane] * x[lane] - v_x[lane] * p[lane]);
  epx_lanes_add_node_gradient(lanes, LOSS, i, weight, row, gradient);
  for (int lane = 0; lane < n; lane++)
    row[lane] = -v_p[lane];
  epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
}

/** Adds weight times the overlap of u and y of every link; lanes left out are made zero in both first. */
static void add_links(const epx_lanes *lanes, const double *y, const double *u, double share,
                      const double *weight, double *gradient) {
  const size_t n_lanes = (size_t)lanes->n_lanes, n_rows = (size_t)lanes->network->n_state;
  double *left = lanes->scratch, *right = left + n_rows * n_lanes, *row = right + n_rows * n_lanes;
  for (size_t r = 0; r < n_rows; r++) {
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const bool taken = (int)lane < lanes->n_used && weight[lane] != 0;
      left[r * n_lanes + lane] = taken ? share * weight[lane] * u[r * n_lanes + lane] : 0;
      right[r * n_lanes + lane] = taken ? y[r * n_lanes + lane] : 0;
    }
  }
  epx_lanes_add_link_gradient(lanes, COUPLING, 2, left, right, row, gradient);
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    add_node_forces(lanes, i, y, v, weight, lanes->scratch, gradient);
  }
  add_links(lanes, y, v, 1, weight, gradient);
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *x = y + at_re(lanes, i), *p = y + at_im(lanes, i);
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      row[lane] = 0.5 * (x[lane] * x[lane] + p[lane] * p[lane]);
    epx_lanes_add_node_gradient(lanes, DETUNING, i, weight, row, gradient);
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const double intensity = x[lane] * x[lane] + p[lane] * p[lane];
      row[lane] = 0.25 * intensity * intensity;
    }
    epx_lanes_add_node_gradient(lanes, KERR, i, weight, row, gradient);
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      row[lane] = -p[lane];
    epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
  }
  add_links(lanes, y, y, 0.5, weight, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  double *coupled = lanes->scratch;
  epx_lanes_eval_coupling(lanes, 2, y, coupled);
  memset(energy, 0, (size_t)lanes->n_lanes * sizeof *energy);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t re = at_re(lanes, i), im = at_im(lanes, i);
    const double *detuning = get_node(lanes, DETUNING, i), *kerr = get_node(lanes, KERR, i);
    for (size_t lane = 0; lane < (size_t)lanes->n_lanes; lane++) {
      const double x = y[re + lane], p = y[im + lane], intensity = x * x + p * p;
      energy[lane] += 0.5 * detuning[lane] * intensity + 0.25 * kerr[lane] * intensity * intensity;
      energy[lane] += 0.5 * (x * coupled[re + lane] + p * coupled[im + lane]);
      energy[lane] += lanes->input[im + lane] * x - lanes->input[re + lane] * p;
    }
  }
}

/** (M - M') v = loss Omega v: each node's loss times i v. */
static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  (void)y;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *loss = get_node(lanes, LOSS, i);
    const size_t re = at_re(lanes, i), im = at_im(lanes, i);
    for (size_t lane = 0; lane < (size_t)lanes->n_lanes; lane++) {
      out[re + lane] = -loss[lane] * v[im + lane];
      out[im + lane] = loss[lane] * v[re + lane];
    }
  }
}

/** The logarithmic 2-norm: couplings and shifts are antisymmetric; what is left of a node's block is -loss/2
 * and the Kerr squeeze, a symmetric matrix of norm |kerr| |a|^2. */
static void eval_abscissa_bound(const epx_lanes *lanes, const double *y, double *bound) {
  for (int lane = 0; lane < lanes->n_lanes; lane++)
    bound[lane] = -INFINITY;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *loss = get_node(lanes, LOSS, i), *kerr = get_node(lanes, KERR, i);
    const double *x = y + at_re(lanes, i), *p = y + at_im(lanes, i);
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const double here = fabs(kerr[lane]) * (x[lane] * x[lane] + p[lane] * p[lane]) - 0.5 * loss[lane];
      bound[lane] = here > bound[lane] || isnan(here) ? here : bound[lane];
    }
  }
}

/** sum over nodes of |s_i|^2, inputs and bias together: the drive as it stands, whatever the state makes of
 * it. */
static void eval_power(const epx_lanes *lanes, const double *y, double *power) {
  (void)y;
  memset(power, 0, (size_t)lanes->n_lanes * sizeof *power);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *re = lanes->input + at_re(lanes, i), *im = lanes->input + at_im(lanes, i);
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      power[lane] += re[lane] * re[lane] + im[lane] * im[lane];
  }
}

/** x = i a: F holds s_i + i sum_j J_ij a_j. */
static void eval_sent(const double *s, double *x) {
  x[0] = -s[1];
  x[1] = s[0];
}

static void eval_sent_slope(const double *s, double *slope) {
  (void)s;
  memcpy(slope, (double[]){0, -1, 1, 0}, 4 * sizeof *slope);
}

static void eval_reception(const double *s, double *slope) {
  (void)s;
  memcpy(slope, (double[]){1, 0, 0, 1}, 4 * sizeof *slope);
}

/* dE/dJ_ij = Re(a_i* a_j) = Re((i a_i)* i a_j). Couplings are antisymmetric in the Jacobian: the nodes' bounds stand. */
static const epx_link_law link_law = {.eval_sent = eval_sent,
                                      .eval_sent_slope = eval_sent_slope,
                                      .eval_reception = eval_reception,
                                      .energy = 1,
                                      .linear = true,
                                      .bounds_stand = true};

static const signed char conjugation[] = {1, -1};

const epx_family epx_family_kerr = {
    .abi = EPX_FAMILY_ABI,
    .name = "kerr",
    .summary = "driven, lossy Kerr resonators with reciprocal couplers",
    .equation =
        "da_i/dt = -loss_i/2 a_i + i (detuning_i + kerr_i |a_i|^2) a_i + i sum_j coupling_ij a_j + s_i\n"
        "s_i = bias_i + input_scale * feature at input nodes",
    .units = "normalised: rates in units of any one rate, |a|^2 such that kerr |a|^2 is a rate; power = sum "
             "|s_i|^2",
    .source = "DalCin2025, Sajnok2025",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 2,
    .clamps_inputs = false,
    .frame = EPX_FRAME_HAMILTONIAN,
    .conjugation = conjugation,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_INTENSITY) | EPX_READS(EPX_READ_QUADRATURE),
    .readout = EPX_READ_INTENSITY,
    .input_scale = 0.8,
    .coupling_spread = 0.6,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .eval_antisymmetric = eval_antisymmetric,
    .eval_abscissa_bound = eval_abscissa_bound,
    .set_input = set_input,
    .eval_power = eval_power,
    .link_law = &link_law,
};
