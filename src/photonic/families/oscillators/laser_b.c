/** @file
 * Class-B lasers, whose carriers N outlive their light (semiconductor lasers):
 *
 *   da_i/dt = ((1 + i alpha_i) N_i + i Delta_i) a_i + sum_j (K_ij + i J_ij) a_j + F_i
 *   lifetime_i dN_i/dt = pump_i - N_i - (1 + 2 N_i) |a_i|^2
 *
 * in units of the photon's lifetime, N the gain above that of the transparent threshold. State of a node: Re
 * a, Im a, N. There is no energy: G = -F. For short lifetimes and N much below 1 the carriers follow, N =
 * pump - |a|^2, and what is left is the family laser. Carriers stay above the transparency, N = -1/2:
 * couplings whose largest eigenvalue is above 1/2 are gain without end, and the light diverges.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/amplitude.h"
#include "photonic/families/families.h"
#include "photonic/families/oscillators/lasers.h"

enum { N_PARAMETERS = EPX_LASER_LIFETIME + 1, COMPONENTS = 3 };

static const epx_parameter parameters[N_PARAMETERS] = {
    EPX_LASER_WAVE_PARAMETERS,
    [EPX_LASER_PUMP] = {"pump", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, false,
                        "pump_i, carriers that the current would sustain without light: 0 is the threshold"},
    [EPX_LASER_DETUNING] = {"detuning", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, false,
                            "detuning_i, by how much the laser at threshold runs off the injected light"},
    [EPX_LASER_ENHANCEMENT] =
        {"enhancement", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
         "alpha_i, linewidth enhancement: phase shift per unit of gain; 2 to 6 in semiconductors"},
    [EPX_LASER_LIFETIME] = {"lifetime", "1", EPX_SITE_NODE, 10, 1, INFINITY, false, false,
                            "lifetime_i of the carriers, in units of the photon's; 100 to 1000 in "
                            "semiconductors"},
};

/** Rows of node i: Re, Im, N. */
static size_t at_node(const epx_lanes *lanes, int i) {
  return COMPONENTS * (size_t)i * (size_t)lanes->n_lanes;
}

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  epx_laser_set_start(lanes, "start:laser-b", seed, y);
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const size_t n = (size_t)lanes->n_lanes, size = 2 * (size_t)lanes->network->n_nodes * n;
  double *waves = work + size;
  epx_laser_eval_waves(lanes, y, work, waves + size, waves);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *pump = get_node(lanes, EPX_LASER_PUMP, i),
                 *alpha = get_node(lanes, EPX_LASER_ENHANCEMENT, i),
                 *lifetime = get_node(lanes, EPX_LASER_LIFETIME, i);
    const double *x = y + at_node(lanes, i), *p = x + n, *N = p + n, *w = waves + 2 * (size_t)i * n;
    double *f_x = f + at_node(lanes, i), *f_p = f_x + n, *f_N = f_p + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double light = x[lane] * x[lane] + p[lane] * p[lane], turn = alpha[lane] * N[lane];
      f_x[lane] = w[lane] + N[lane] * x[lane] - turn * p[lane];
      f_p[lane] = w[n + lane] + N[lane] * p[lane] + turn * x[lane];
      f_N[lane] = (pump[lane] - N[lane] - (1 + 2 * N[lane]) * light) / lifetime[lane];
    }
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const size_t n = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state, w_ = (size_t)width;
  epx_laser_set_jacobian(lanes, lane, width, jacobian);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *alpha = get_node(lanes, EPX_LASER_ENHANCEMENT, i) + lane,
                 *lifetime = get_node(lanes, EPX_LASER_LIFETIME, i) + lane;
    const double *x = y + at_node(lanes, i) + lane, *p = x + n, *N = p + n;
    double *re = jacobian + COMPONENTS * (size_t)i * (n_state + 1) * w_, *im = re + n_state * w_,
           *carriers = im + n_state * w_;
    for (size_t w = 0; w < w_; w++) {
      const double light = x[w] * x[w] + p[w] * p[w], turn = alpha[w] * N[w];
      re[w] += N[w];
      re[w_ + w] -= turn;
      re[2 * w_ + w] = x[w] - alpha[w] * p[w];
      im[w] += turn;
      im[w_ + w] += N[w];
      im[2 * w_ + w] = p[w] + alpha[w] * x[w];
      carriers[w] = -2 * (1 + 2 * N[w]) * x[w] / lifetime[w];
      carriers[w_ + w] = -2 * (1 + 2 * N[w]) * p[w] / lifetime[w];
      carriers[2 * w_ + w] = -(1 + 2 * light) / lifetime[w];
    }
  }
}

/** dG_N/d pump = -1 / lifetime, dG_N/d lifetime = F_N / lifetime, dG_a/d alpha = -i N a. */
static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *pump = get_node(lanes, EPX_LASER_PUMP, i),
                 *lifetime = get_node(lanes, EPX_LASER_LIFETIME, i);
    const double *x = y + at_node(lanes, i), *p = x + n, *N = p + n;
    const double *v_x = v + at_node(lanes, i), *v_p = v_x + n, *v_N = v_p + n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -v_N[lane] / lifetime[lane];
    epx_lanes_add_node_gradient(lanes, EPX_LASER_PUMP, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = N[lane] * (v_x[lane] * p[lane] - v_p[lane] * x[lane]);
    epx_lanes_add_node_gradient(lanes, EPX_LASER_ENHANCEMENT, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++) {
      const double light = x[lane] * x[lane] + p[lane] * p[lane];
      row[lane] =
          v_N[lane] * (pump[lane] - N[lane] - (1 + 2 * N[lane]) * light) / (lifetime[lane] * lifetime[lane]);
    }
    epx_lanes_add_node_gradient(lanes, EPX_LASER_LIFETIME, i, weight, row, gradient);
  }
  epx_laser_add_wave_forces(lanes, y, v, weight, gradient);
}

/** M - M' = J' - J: of the waves, of the light alone (alpha N turns it), and between light and carriers,
 * where J_xN = x - alpha p, J_pN = p + alpha x, J_Nx = -2 (1 + 2 N) x / lifetime, and J_Np likewise. */
static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  const size_t n = (size_t)lanes->n_lanes;
  epx_laser_eval_turning(lanes, v, out);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *alpha = get_node(lanes, EPX_LASER_ENHANCEMENT, i),
                 *lifetime = get_node(lanes, EPX_LASER_LIFETIME, i);
    const double *x = y + at_node(lanes, i), *p = x + n, *N = p + n;
    const double *v_x = v + at_node(lanes, i), *v_p = v_x + n, *v_N = v_p + n;
    double *out_x = out + at_node(lanes, i), *out_p = out_x + n, *out_N = out_p + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double turn = alpha[lane] * N[lane], back = -2 * (1 + 2 * N[lane]) / lifetime[lane];
      const double A_x = back * x[lane] - (x[lane] - alpha[lane] * p[lane]);
      const double A_p = back * p[lane] - (p[lane] + alpha[lane] * x[lane]);
      out_x[lane] += 2 * turn * v_p[lane] + A_x * v_N[lane];
      out_p[lane] += -2 * turn * v_x[lane] + A_p * v_N[lane];
      out_N[lane] = -A_x * v_x[lane] - A_p * v_p[lane];
    }
  }
}

static void eval_power(const epx_lanes *lanes, const double *y, double *power) {
  (void)y;
  epx_amplitude_eval_power(lanes, power);
}

static const unsigned char kinds[] = {EPX_KIND_FIELD, EPX_KIND_FIELD, EPX_KIND_CARRIERS};

const epx_family epx_family_laser_b = {
    .abi = EPX_FAMILY_ABI,
    .name = "laser-b",
    .summary = "injected lasers of class B, whose carriers are slower than their light",
    .equation = "da_i/dt = ((1 + i enhancement_i) N_i + i detuning_i) a_i\n"
                "          + sum_j (coupling_ij + i dispersive_ij) a_j + F_i\n"
                "lifetime_i dN_i/dt = pump_i - N_i - (1 + 2 N_i) |a_i|^2\n"
                "F_i = bias_i + input_scale * feature at input nodes",
    .units = "normalised: time in photon lifetimes, N in units of the gain that compensates half of the "
             "loss; power = sum |F_i|^2",
    .source = "LangKobayashi1980, Alsing1996, Henry1982",
    .nudge = "light injected into the output lasers, in phase with the error",
    .exact = "nowhere: light and carriers drive each other with opposite signs",
    .n_parameters = N_PARAMETERS,
    .parameters = parameters,
    .components = COMPONENTS,
    .kinds = kinds,
    .frame = EPX_FRAME_FIELD,
    .input_rows = 2,
    .readouts = EPX_READS(EPX_READ_INTENSITY) | EPX_READS(EPX_READ_QUADRATURE),
    .readout = EPX_READ_QUADRATURE,
    .input_scale = 1,
    .coupling_spread = 0.2,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .eval_antisymmetric = eval_antisymmetric,
    .set_input = epx_laser_set_input,
    .eval_power = eval_power,
    EPX_LASER_FABRICATION,
};
