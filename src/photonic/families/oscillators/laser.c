/** @file
 * Class-A lasers, whose gain follows the light at once, in the frame of the light injected into them:
 *
 *   da_i/dt = (pump_i - (1 + i alpha_i) |a_i|^2 + i Delta_i) a_i + sum_j (K_ij + i J_ij) a_j + F_i
 *           = -dE/da_i - (R a)_i
 *
 *   E = sum_i [-pump_i |a_i|^2 / 2 + |a_i|^4 / 4 - Re(F_i* a_i)] - sum_{i<j} K_ij Re(a_i* a_j)
 *
 * (as a function of Re and Im). The linewidth enhancement alpha, the detuning Delta and the dispersive
 * coupling J turn the light without an energy: (R a)_i = i alpha_i |a_i|^2 a_i - i Delta_i a_i - i sum_j J_ij
 * a_j. The force's Jacobian M maps v to -pump v + 2 |a|^2 v + a^2 v* - K v + i alpha (2 |a|^2 v + a^2 v*) - i
 * Delta v - i J v, and v -> i a^2 v* is symmetric, so that
 *
 *   (M - M') v = 4 i alpha |a|^2 v - 2 i Delta v - 2 i J v.
 *
 * Constant phases of gain and loss are in Delta. At F = 0 the light may have any phase, and no equilibrium is
 * asymptotically stable.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/amplitude.h"
#include "photonic/families/families.h"
#include "photonic/families/oscillators/lasers.h"

enum { N_PARAMETERS = EPX_LASER_ENHANCEMENT + 1 };

static const epx_parameter parameters[N_PARAMETERS] = {
    EPX_LASER_WAVE_PARAMETERS,
    [EPX_LASER_PUMP] = {"pump", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, false,
                        "pump_i, gain minus loss of the amplitude: 0 is the threshold of one laser"},
    [EPX_LASER_DETUNING] = {"detuning", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, false,
                            "detuning_i, by how much the cold laser runs off the injected light"},
    [EPX_LASER_ENHANCEMENT] = {"enhancement", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
                               "alpha_i, linewidth enhancement: phase shift per unit of saturated gain"},
};

/** Rows of node i. */
static size_t at_node(const epx_lanes *lanes, int i) {
  return 2 * (size_t)i * (size_t)lanes->n_lanes;
}

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  epx_laser_set_start(lanes, "start:laser", seed, y);
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const size_t n = (size_t)lanes->n_lanes, size = at_node(lanes, lanes->network->n_nodes);
  epx_laser_eval_waves(lanes, y, work, work + size, f);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *pump = get_node(lanes, EPX_LASER_PUMP, i),
                 *alpha = get_node(lanes, EPX_LASER_ENHANCEMENT, i);
    const double *x = y + at_node(lanes, i), *p = x + n;
    double *f_x = f + at_node(lanes, i), *f_p = f_x + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double light = x[lane] * x[lane] + p[lane] * p[lane], gain = pump[lane] - light;
      f_x[lane] += gain * x[lane] + alpha[lane] * light * p[lane];
      f_p[lane] += gain * p[lane] - alpha[lane] * light * x[lane];
    }
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const size_t n = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state, w_ = (size_t)width;
  epx_laser_set_jacobian(lanes, lane, width, jacobian);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *pump = get_node(lanes, EPX_LASER_PUMP, i) + lane;
    const double *alpha = get_node(lanes, EPX_LASER_ENHANCEMENT, i) + lane;
    const double *x = y + at_node(lanes, i) + lane, *p = x + n;
    double *re = jacobian + (2 * (size_t)i * n_state + 2 * (size_t)i) * w_, *im = re + n_state * w_;
    for (size_t w = 0; w < w_; w++) {
      const double light = x[w] * x[w] + p[w] * p[w], gain = pump[w] - light, cross = 2 * x[w] * p[w];
      re[w] += gain - 2 * x[w] * x[w] + alpha[w] * cross;
      re[w_ + w] += -cross + alpha[w] * (light + 2 * p[w] * p[w]);
      im[w] += -cross - alpha[w] * (light + 2 * x[w] * x[w]);
      im[w_ + w] += gain - 2 * p[w] * p[w] - alpha[w] * cross;
    }
  }
}

/** dG_i/d pump_i = -a_i, dG_i/d alpha_i = i |a_i|^2 a_i. */
static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *x = y + at_node(lanes, i), *p = x + n, *v_x = v + at_node(lanes, i), *v_p = v_x + n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -(v_x[lane] * x[lane] + v_p[lane] * p[lane]);
    epx_lanes_add_node_gradient(lanes, EPX_LASER_PUMP, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = (x[lane] * x[lane] + p[lane] * p[lane]) * (v_p[lane] * x[lane] - v_x[lane] * p[lane]);
    epx_lanes_add_node_gradient(lanes, EPX_LASER_ENHANCEMENT, i, weight, row, gradient);
  }
  epx_laser_add_wave_forces(lanes, y, v, weight, gradient);
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *x = y + at_node(lanes, i), *p = x + n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -0.5 * (x[lane] * x[lane] + p[lane] * p[lane]);
    epx_lanes_add_node_gradient(lanes, EPX_LASER_PUMP, i, weight, row, gradient);
  }
  epx_laser_add_wave_energies(lanes, y, weight, gradient);
}

static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const size_t n = (size_t)lanes->n_lanes;
  double *coupled = lanes->scratch;
  epx_lanes_eval_coupling(lanes, 2, y, coupled);
  memset(energy, 0, n * sizeof *energy);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t at = at_node(lanes, i);
    const double *pump = get_node(lanes, EPX_LASER_PUMP, i), *x = y + at, *p = x + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double light = x[lane] * x[lane] + p[lane] * p[lane];
      energy[lane] += 0.25 * light * light - 0.5 * pump[lane] * light;
      energy[lane] -= x[lane] * (0.5 * coupled[at + lane] + lanes->input[at + lane]);
      energy[lane] -= p[lane] * (0.5 * coupled[at + n + lane] + lanes->input[at + n + lane]);
    }
  }
}

static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  const size_t n = (size_t)lanes->n_lanes;
  epx_laser_eval_turning(lanes, v, out);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t at = at_node(lanes, i);
    const double *alpha = get_node(lanes, EPX_LASER_ENHANCEMENT, i), *x = y + at, *p = x + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double turned = 4 * alpha[lane] * (x[lane] * x[lane] + p[lane] * p[lane]);
      out[at + lane] -= turned * v[at + n + lane];
      out[at + n + lane] += turned * v[at + lane];
    }
  }
}

static void eval_power(const epx_lanes *lanes, const double *y, double *power) {
  (void)y;
  epx_amplitude_eval_power(lanes, power);
}

static void eval_sent(const double *s, double *x) {
  x[0] = s[0];
  x[1] = s[1];
}

static void eval_one(const double *s, double *slope) {
  (void)s;
  memcpy(slope, (double[]){1, 0, 0, 1}, 4 * sizeof *slope);
}

/* dE/dK_ij = -Re(a_i* a_j). */
static const epx_link_law link_law = {.eval_sent = eval_sent,
                                      .eval_sent_slope = eval_one,
                                      .eval_reception = eval_one,
                                      .energy = -1,
                                      .linear = true,
                                      .bounds_stand = false};

static const signed char conjugation[] = {1, -1};

const epx_family epx_family_laser = {
    .abi = EPX_FAMILY_ABI,
    .name = "laser",
    .summary = "injected lasers of class A that exchange light, dissipatively and dispersively",
    .equation = "da_i/dt = (pump_i - (1 + i enhancement_i) |a_i|^2 + i detuning_i) a_i\n"
                "          + sum_j (coupling_ij + i dispersive_ij) a_j + F_i\n"
                "F_i = bias_i + input_scale * feature at input nodes",
    .units =
        "normalised: rates in units of any one rate, |a|^2 = 1 where it saturates one unit of gain; power "
        "= sum |F_i|^2",
    .source = "HonariLatifpour2020, Adler1946, Henry1982",
    .nudge = "light injected into the output lasers, in phase with the error",
    .exact = "without detuning, enhancement and dispersive coupling: then the dynamics lower an energy",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = 2,
    .frame = EPX_FRAME_GRADIENT,
    .conjugation = conjugation,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_INTENSITY) | EPX_READS(EPX_READ_QUADRATURE),
    .readout = EPX_READ_QUADRATURE,
    .input_scale = 1,
    .coupling_spread = 0.6,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .add_energy_gradient = add_energy_gradient,
    .eval_energy = eval_energy,
    .eval_antisymmetric = eval_antisymmetric,
    .set_input = epx_laser_set_input,
    .eval_power = eval_power,
    .link_law = &link_law,
    EPX_LASER_FABRICATION,
};
