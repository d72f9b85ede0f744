/** @file
 * Lasers: the dissipative coupling is the matrix of the lanes; the dispersive one, often 0, goes link by
 * link.
 */
#include "photonic/families/oscillators/lasers.h"

#include <string.h>

#include "base/numbers/random.h"
#include "photonic/families/amplitude.h"

/* Size of the noise from which lasers start. ASSUMED: small next to every amplitude. */
static const double start_size = 1e-3;

const epx_family_device epx_laser_cavity = {"cavity", EPX_SITE_NODE, false};

const epx_family_response epx_laser_responses[EPX_LASER_RESPONSES] = {
    {EPX_LASER_DETUNING, 0, EPX_FOLLOW_FREQUENCY, -1},
    {EPX_LASER_PUMP, 0, EPX_FOLLOW_THRESHOLD, 1},
    {EPX_LASER_PUMP, 0, EPX_FOLLOW_CURRENT, 1},
};

/** Rows of node i in a state. */
static size_t at_node(const epx_lanes *lanes, int i) {
  return (size_t)i * (size_t)lanes->network->family->components * (size_t)lanes->n_lanes;
}

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

void epx_laser_set_start(const epx_lanes *lanes, const char *purpose, unsigned long long seed, double *y) {
  const epx_random stream = epx_random_init(seed, purpose);
  const int components = lanes->network->family->components;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    for (int c = 0; c < components; c++) {
      double *row = y + at_node(lanes, i) + (size_t)c * (size_t)lanes->n_lanes;
      const uint32_t place = (uint32_t)(2 * i + c);
      for (int lane = 0; lane < lanes->n_lanes; lane++) {
        const uint32_t sample = (uint32_t)epx_lanes_get_sample_key(lanes, lane);
        row[lane] = c < 2 ? start_size * (2 * epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY,
                                                                      place, sample) -
                                          1)
                          : 0;
      }
    }
  }
}

void epx_laser_set_input(epx_lanes *lanes) {
  epx_amplitude_set_drive(lanes, EPX_LASER_BIAS);
}

/** Adds i sum_j J_ij x_j to out, link by link. */
static void add_dispersive(const epx_lanes *lanes, const double *x, double *J, double *out) {
  const epx_topology *topology = lanes->network->topology;
  const size_t n = (size_t)lanes->n_lanes;
  for (size_t l = 0; l < topology->n_links; l++) {
    epx_lanes_lay_link(lanes, EPX_LASER_DISPERSIVE, l, 0, lanes->n_lanes, J);
    for (int end = 0; end < 2; end++) {
      const size_t into = (size_t)(end ? topology->links[l].j : topology->links[l].i);
      const size_t from = (size_t)(end ? topology->links[l].i : topology->links[l].j);
      const double *re = x + 2 * from * n, *im = re + n;
      double *to_re = out + 2 * into * n, *to_im = to_re + n;
      for (size_t lane = 0; lane < n; lane++) {
        to_re[lane] -= J[lane] * im[lane];
        to_im[lane] += J[lane] * re[lane];
      }
    }
  }
}

void epx_laser_eval_waves(const epx_lanes *lanes, const double *y, double *x, double *room, double *w) {
  const size_t n = (size_t)lanes->n_lanes;
  epx_amplitude_take(lanes, lanes->network->family->components, NULL, y, x);
  epx_lanes_eval_coupling(lanes, 2, x, w);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *delta = get_node(lanes, EPX_LASER_DETUNING, i);
    const double *re = x + 2 * (size_t)i * n, *im = re + n, *F = lanes->input + 2 * (size_t)i * n;
    double *w_re = w + 2 * (size_t)i * n, *w_im = w_re + n;
    for (size_t lane = 0; lane < n; lane++) {
      w_re[lane] += F[lane] - delta[lane] * im[lane];
      w_im[lane] += F[n + lane] + delta[lane] * re[lane];
    }
  }
  if (lanes->active[EPX_LASER_DISPERSIVE]) add_dispersive(lanes, x, room, w);
}

/** Sets a 2 by 2 block to K + i J (as a map of Re and Im). */
static void set_block(size_t n_state, size_t row, size_t column, int width, const double *K, int step,
                      const double *J, double *jacobian) {
  const size_t w_ = (size_t)width;
  double *re = jacobian + (row * n_state + column) * w_, *im = re + n_state * w_;
  for (size_t w = 0; w < w_; w++) {
    re[w] = im[w_ + w] = K[(int)w * step];
    re[w_ + w] = -J[w];
    im[w] = J[w];
  }
}

void epx_laser_set_jacobian(const epx_lanes *lanes, int lane, int width, double *jacobian) {
  const epx_network *network = lanes->network;
  const size_t n_state = (size_t)network->n_state, components = (size_t)network->family->components;
  static const double none = 0;
  double J[EPX_LANE_WIDTH];
  memset(jacobian, 0, n_state * n_state * (size_t)width * sizeof *jacobian);
  for (size_t l = 0; l < network->topology->n_links; l++) {
    const epx_link link = network->topology->links[l];
    int step;
    const double *K = epx_lanes_get_coupling(lanes, link.i, link.j, lane, &step);
    epx_lanes_lay_link(lanes, EPX_LASER_DISPERSIVE, l, lane, width, J);
    set_block(n_state, components * (size_t)link.i, components * (size_t)link.j, width, K, step, J, jacobian);
    set_block(n_state, components * (size_t)link.j, components * (size_t)link.i, width, K, step, J, jacobian);
  }
  for (int i = 0; i < network->n_nodes; i++)
    set_block(n_state, components * (size_t)i, components * (size_t)i, width, &none, 0,
              get_node(lanes, EPX_LASER_DETUNING, i) + lane, jacobian);
}

/** Turns x by a right angle: x -> i x. */
static void turn(const epx_lanes *lanes, double *x) {
  const size_t n = (size_t)lanes->n_lanes;
  for (size_t i = 0; i < (size_t)lanes->network->n_nodes; i++) {
    double *re = x + 2 * i * n, *im = re + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double kept = re[lane];
      re[lane] = -im[lane];
      im[lane] = kept;
    }
  }
}

/** dG_i/dK_ij = -a_j, dG_i/dJ_ij = -i a_j, dG_i/d bias_i = -1, dG_i/d Delta_i = -i a_i. */
void epx_laser_add_wave_forces(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes, size = 2 * (size_t)network->n_nodes * n;
  double *left = lanes->scratch, *right = left + size, *row = right + size;
  for (int i = 0; i < network->n_nodes; i++) {
    const double *x = y + at_node(lanes, i), *p = x + n, *v_x = v + at_node(lanes, i), *v_p = v_x + n;
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -v_x[lane];
    epx_lanes_add_node_gradient(lanes, EPX_LASER_BIAS, i, weight, row, gradient);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = v_x[lane] * p[lane] - v_p[lane] * x[lane];
    epx_lanes_add_node_gradient(lanes, EPX_LASER_DETUNING, i, weight, row, gradient);
  }
  epx_amplitude_take(lanes, network->family->components, weight, v, left);
  epx_amplitude_scale(lanes, weight, -1, left);
  epx_amplitude_take(lanes, network->family->components, weight, y, right);
  epx_lanes_add_link_gradient(lanes, EPX_LASER_COUPLING, 2, left, right, row, gradient);
  turn(lanes, right);
  epx_lanes_add_link_gradient(lanes, EPX_LASER_DISPERSIVE, 2, left, right, row, gradient);
}

void epx_laser_add_wave_energies(const epx_lanes *lanes, const double *y, const double *weight,
                                 double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes, size = 2 * (size_t)network->n_nodes * n;
  double *left = lanes->scratch, *right = left + size, *row = right + size;
  for (int i = 0; i < network->n_nodes; i++) {
    const double *x = y + at_node(lanes, i);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] = -x[lane];
    epx_lanes_add_node_gradient(lanes, EPX_LASER_BIAS, i, weight, row, gradient);
  }
  epx_amplitude_take(lanes, network->family->components, weight, y, left);
  epx_amplitude_take(lanes, network->family->components, weight, y, right);
  epx_amplitude_scale(lanes, weight, -0.5, left);
  epx_lanes_add_link_gradient(lanes, EPX_LASER_COUPLING, 2, left, right, row, gradient);
}

void epx_laser_eval_turning(const epx_lanes *lanes, const double *v, double *out) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes, size = 2 * (size_t)network->n_nodes * n;
  const size_t components = (size_t)network->family->components;
  double *x = lanes->scratch, *turned = x + size, *J = turned + size;
  epx_amplitude_take(lanes, (int)components, NULL, v, x);
  memset(turned, 0, size * sizeof *turned);
  if (lanes->active[EPX_LASER_DISPERSIVE]) add_dispersive(lanes, x, J, turned);
  memset(out, 0, (size_t)network->n_state * n * sizeof *out);
  for (int i = 0; i < network->n_nodes; i++) {
    const double *delta = get_node(lanes, EPX_LASER_DETUNING, i);
    const double *re = x + 2 * (size_t)i * n, *im = re + n, *t = turned + 2 * (size_t)i * n;
    double *to = out + at_node(lanes, i);
    for (size_t lane = 0; lane < n; lane++) {
      to[lane] = -2 * (t[lane] - delta[lane] * im[lane]);
      to[n + lane] = -2 * (t[n + lane] + delta[lane] * re[lane]);
    }
  }
}
