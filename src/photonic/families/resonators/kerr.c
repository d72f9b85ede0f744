/** @file
 * Driven, lossy Kerr resonators with reciprocal couplers, a = x + i p of each:
 *
 *   da_i/dt = -loss_i/2 a_i + i (detuning_i + kerr_i |a_i|^2 + sum_j g_ij |a_j|^2) a_i + i sum_j J_ij a_j +
 * s_i
 *
 * where loss stands for the sum of `loss` and `coupling_loss`. In the Hamiltonian frame, F = Omega (grad E +
 * R s) with Omega multiplication by i and
 *
 *   E = sum_i [detuning_i |a_i|^2 / 2 + kerr_i |a_i|^4 / 4 + Im s_i x_i - Re s_i p_i]
 *       + sum_{i<j} [J_ij Re(a_i* a_j) + g_ij |a_i|^2 |a_j|^2 / 2]
 *   R = (loss/2) Omega
 *
 * for i grad|a|^2/2 = i a, and i grad(Im s x - Re s p) = i (Im s - i Re s) = s. As complex numbers:
 *
 *   dG_i/d detuning_i = a_i     dG_i/d kerr_i = |a_i|^2 a_i     dG_i/d loss_i = i a_i / 2
 *   dG_i/d bias_i = -i          dG_i/d J_ij = a_j,  dG_j/d J_ij = a_i
 *   dG_i/d g_ij = |a_j|^2 a_i,  dG_j/d g_ij = |a_i|^2 a_j
 *
 * Light at a port, a_in = -s / sqrt(k) with k = coupling_loss and s the drive, leaves as a_out = a_in +
 * sqrt(k) a. At rest sum |a_in|^2 = sum |a_out|^2 + sum loss |a|^2: without loss, as much as came in.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "photonic/families/amplitude.h"
#include "photonic/families/families.h"
#include "photonic/families/resonators/kerr_bound.h"
#include "photonic/families/resonators/kerr_cross.h"
#include "photonic/families/resonators/kerr_kernel.h"
#include "photonic/lanes.h"

EPX_KERNEL_TABLE(epx_kerr_finish_field, (const epx_kerr_field *field));
EPX_KERNEL_TABLE(epx_kerr_eval_jacobian, (const epx_kerr_jacobian *jacobian));

enum { COUPLING, DETUNING, BIAS, LOSS, KERR, COUPLING_LOSS, CROSS_KERR, N_PARAMETERS };

static const epx_parameter parameters[N_PARAMETERS] = {
    [COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                  "J_ij, rate of exchange between two resonators"},
    [DETUNING] = {"detuning", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
                  "detuning_i, how far the resonance stands from the drive"},
    [BIAS] = {"bias", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
              "bias_i, constant real part of the drive s_i"},
    [LOSS] = {"loss", "1", EPX_SITE_NODE, 1, 0, INFINITY, false, false,
              "loss_i, decay rate of the energy |a_i|^2, without coupling_loss"},
    [KERR] = {"kerr", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
              "kerr_i, shift of the resonance by |a_i|^2"},
    [COUPLING_LOSS] =
        {"coupling_loss", "1", EPX_SITE_NODE, 0, 0, INFINITY, false, false,
         "coupling_loss_i, decay rate of the energy into the port: a_out = a_in + sqrt(coupling_loss) a"},
    [CROSS_KERR] = {"cross_kerr", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, false,
                    "cross_kerr_ij, shift of a resonance by a linked resonator's |a_j|^2"},
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
  epx_amplitude_set_drive(lanes, BIAS);
}

/** Gets the rates into the ports, NULL where there are none. */
static const double *get_coupling_loss(const epx_lanes *lanes) {
  return lanes->active[COUPLING_LOSS] ? lanes->node[COUPLING_LOSS] : NULL;
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  epx_lanes_eval_coupling(lanes, 2, y, f);
  const epx_kerr_field field = {.n_nodes = (size_t)lanes->network->n_nodes,
                                .n_lanes = (size_t)lanes->n_lanes,
                                .loss = lanes->node[LOSS],
                                .coupling_loss = get_coupling_loss(lanes),
                                .detuning = lanes->node[DETUNING],
                                .kerr = lanes->node[KERR],
                                .shared = lanes->shared,
                                .drive = lanes->input,
                                .y = y,
                                .f = f};
  EPX_KERNEL_CALL(epx_kerr_finish_field)(&field);
  if (lanes->active[CROSS_KERR]) epx_kerr_cross_add_field(lanes, CROSS_KERR, y, work, f);
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const epx_kerr_jacobian call = {.n_nodes = (size_t)lanes->network->n_nodes,
                                  .n_lanes = (size_t)lanes->n_lanes,
                                  .lane = (size_t)lane,
                                  .width = width,
                                  .shared = lanes->shared,
                                  .coupling = lanes->coupling,
                                  .loss = lanes->node[LOSS],
                                  .coupling_loss = get_coupling_loss(lanes),
                                  .detuning = lanes->node[DETUNING],
                                  .kerr = lanes->node[KERR],
                                  .y = y,
                                  .jacobian = jacobian};
  EPX_KERNEL_CALL(epx_kerr_eval_jacobian)(&call);
  if (lanes->active[CROSS_KERR]) epx_kerr_cross_add_jacobian(lanes, CROSS_KERR, y, lane, width, jacobian);
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
  for (int both = 0; both < 2; both++) {
    for (int lane = 0; lane < n; lane++)
      row[lane] = 0.5 * (v_p[lane] * x[lane] - v_x[lane] * p[lane]);
    epx_lanes_add_node_gradient(lanes, both ? COUPLING_LOSS : LOSS, i, weight, row, gradient);
  }
  for (int lane = 0; lane < n; lane++)
    row[lane] = -v_p[lane];
  epx_lanes_add_node_gradient(lanes, BIAS, i, weight, row, gradient);
}

/** Adds weight share times the overlap of u and y of every link, and weight share^2 times that of u . y and y
 * . y for the cross-Kerr shift; lanes left out are made zero first. */
static void add_links(const epx_lanes *lanes, const double *y, const double *u, double share,
                      const double *weight, double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  double *left = lanes->scratch, *right = left + 2 * n_nodes * n, *row = right + 2 * n_nodes * n;
  epx_amplitude_take(lanes, 2, weight, u, left);
  epx_amplitude_scale(lanes, weight, share, left);
  epx_amplitude_take(lanes, 2, weight, y, right);
  epx_lanes_add_link_gradient(lanes, COUPLING, 2, left, right, row, gradient);
  for (size_t i = 0; i < n_nodes; i++) {
    const double *u_x = left + 2 * i * n, *u_p = u_x + n, *x = right + 2 * i * n, *p = x + n;
    double *overlap = left + i * n, *intensity = right + i * n; /* row i is read no more: i <= 2 i */
    for (size_t lane = 0; lane < n; lane++) {
      overlap[lane] = share * (u_x[lane] * x[lane] + u_p[lane] * p[lane]);
      intensity[lane] = x[lane] * x[lane] + p[lane] * p[lane];
    }
  }
  epx_lanes_add_link_gradient(lanes, CROSS_KERR, 1, left, right, row, gradient);
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
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  double *coupled = lanes->scratch, *shift = coupled + 2 * n_nodes * n;
  epx_lanes_eval_coupling(lanes, 2, y, coupled);
  epx_kerr_cross_eval_shift(lanes, CROSS_KERR, y, shift, shift + n_nodes * n);
  memset(energy, 0, (size_t)lanes->n_lanes * sizeof *energy);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t re = at_re(lanes, i), im = at_im(lanes, i);
    const double *detuning = get_node(lanes, DETUNING, i), *kerr = get_node(lanes, KERR, i);
    for (size_t lane = 0; lane < (size_t)lanes->n_lanes; lane++) {
      const double x = y[re + lane], p = y[im + lane], intensity = x * x + p * p;
      energy[lane] += 0.5 * detuning[lane] * intensity + 0.25 * kerr[lane] * intensity * intensity;
      energy[lane] += 0.25 * shift[(size_t)i * n + lane] * intensity;
      energy[lane] += 0.5 * (x * coupled[re + lane] + p * coupled[im + lane]);
      energy[lane] += lanes->input[im + lane] * x - lanes->input[re + lane] * p;
    }
  }
}

/** (M - M') v = loss Omega v: each node's loss times i v. */
static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  (void)y;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *loss = get_node(lanes, LOSS, i), *coupling_loss = get_node(lanes, COUPLING_LOSS, i);
    const size_t re = at_re(lanes, i), im = at_im(lanes, i);
    for (size_t lane = 0; lane < (size_t)lanes->n_lanes; lane++) {
      out[re + lane] = -(loss[lane] + coupling_loss[lane]) * v[im + lane];
      out[im + lane] = (loss[lane] + coupling_loss[lane]) * v[re + lane];
    }
  }
}

/** Lowers the bounds that decide nothing by what knows of the nodes' rotation. Not of a node alone: what
 * bounds it must stand in any network that it is part of. */
static void lower_bounds(const epx_lanes *lanes, const double *y, double *bound) {
  if (lanes->active[CROSS_KERR] || lanes->network->n_nodes < 2) return;
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    const epx_kerr_bound call = {lanes, LOSS, COUPLING_LOSS, DETUNING, KERR, y, lane};
    if (bound[lane] >= 0) bound[lane] = fmin(bound[lane], epx_kerr_bound_eval(&call));
  }
}

/** The logarithmic 2-norm: couplings and shifts are antisymmetric; what is left of a node's block is -loss/2
 * and the Kerr squeeze, a symmetric matrix of norm |kerr| |a|^2, and of a link's block a matrix of norm
 * |g_ij| |a_i| |a_j|. The largest row of blocks bounds the whole. */
static void eval_abscissa_bound(const epx_lanes *lanes, const double *y, double *bound) {
  const size_t n = (size_t)lanes->n_lanes;
  double *cross = lanes->scratch;
  epx_kerr_cross_eval_bound(lanes, CROSS_KERR, y, cross, cross + (size_t)lanes->network->n_nodes * n);
  for (size_t lane = 0; lane < n; lane++)
    bound[lane] = -INFINITY;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *loss = get_node(lanes, LOSS, i), *coupling_loss = get_node(lanes, COUPLING_LOSS, i);
    const double *kerr = get_node(lanes, KERR, i), *added = cross + (size_t)i * n;
    const double *x = y + at_re(lanes, i), *p = y + at_im(lanes, i);
    for (size_t lane = 0; lane < n; lane++) {
      const double squeeze = fabs(kerr[lane]) * (x[lane] * x[lane] + p[lane] * p[lane]);
      const double here = squeeze + added[lane] - 0.5 * (loss[lane] + coupling_loss[lane]);
      bound[lane] = here > bound[lane] || isnan(here) ? here : bound[lane];
    }
  }
  lower_bounds(lanes, y, bound);
}

static void eval_power(const epx_lanes *lanes, const double *y, double *power) {
  (void)y;
  epx_amplitude_eval_power(lanes, power);
}

static void eval_port(const epx_lanes *lanes, int node, int lane, int width, double *gain, double *through) {
  const double *rate = get_node(lanes, COUPLING_LOSS, node) + lane;
  const double *drive = lanes->input + at_re(lanes, node) + lane;
  for (int w = 0; w < width; w++) {
    gain[w] = sqrt(rate[w]);
    through[w] = rate[w] > 0 ? -drive[w] / gain[w] : 0;
    through[width + w] = rate[w] > 0 ? -drive[(size_t)lanes->n_lanes + (size_t)w] / gain[w] : 0;
  }
}

static void eval_port_slope(const epx_lanes *lanes, int node, int lane, int width, double *slope) {
  const double *rate = get_node(lanes, COUPLING_LOSS, node) + lane;
  for (int w = 0; w < width; w++)
    slope[w] = rate[w] > 0 ? -1 / sqrt(rate[w]) : 0;
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

/* dE/dJ_ij = Re(a_i* a_j) = Re((i a_i)* i a_j). Couplings are antisymmetric in the Jacobian: the nodes'
 * bounds stand. */
static const epx_link_law link_law = {.eval_sent = eval_sent,
                                      .eval_sent_slope = eval_sent_slope,
                                      .eval_reception = eval_reception,
                                      .energy = 1,
                                      .linear = true,
                                      .bounds_stand = true};

static const signed char conjugation[] = {1, -1};

static const epx_family_device devices[] = {{"ring", EPX_SITE_NODE, false}};

static const epx_family_response responses[] = {{LOSS, 0, EPX_FOLLOW_LOSS, 1},
                                                {COUPLING_LOSS, 0, EPX_FOLLOW_BUS, 1},
                                                {COUPLING, 0, EPX_FOLLOW_EXCHANGE, 1},
                                                {DETUNING, 0, EPX_FOLLOW_FREQUENCY, 1}};

const epx_family epx_family_kerr = {
    .abi = EPX_FAMILY_ABI,
    .name = "kerr",
    .summary = "driven, lossy Kerr resonators with reciprocal couplers",
    .equation = "da_i/dt = -(loss_i + coupling_loss_i)/2 a_i + i sum_j coupling_ij a_j + s_i\n"
                "          + i (detuning_i + kerr_i |a_i|^2 + sum_j cross_kerr_ij |a_j|^2) a_i\n"
                "s_i = bias_i + input_scale * feature at input nodes\n"
                "port: a_in,i = -s_i / sqrt(coupling_loss_i), a_out,i = a_in,i + "
                "sqrt(coupling_loss_i) a_i",
    .units = "normalised: rates in units of any one rate, |a|^2 such that kerr |a|^2 is a rate; power = sum "
             "|s_i|^2",
    .source = "DalCin2025, Sajnok2025",
    .nudge = "light injected into the output resonators, a quarter turn behind the error (conjugated by "
             "phase-conjugate)",
    .exact = "without loss; phase-conjugate without Kerr shift, or where every a^2 is real",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 2,
    .clamps_inputs = false,
    .frame = EPX_FRAME_HAMILTONIAN,
    .conjugation = conjugation,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_INTENSITY) | EPX_READS(EPX_READ_QUADRATURE) |
                EPX_READS(EPX_READ_PORT_INTENSITY) | EPX_READS(EPX_READ_PORT_QUADRATURE),
    .readout = EPX_READ_INTENSITY,
    .encodings = EPX_ENCODES(EPX_ENCODE_PHASE) | EPX_ENCODES(EPX_ENCODE_DETUNING),
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
    .eval_port = eval_port,
    .eval_port_slope = eval_port_slope,
    .link_law = &link_law,
    .n_devices = sizeof devices / sizeof *devices,
    .devices = devices,
    .n_responses = sizeof responses / sizeof *responses,
    .responses = responses,
};
