/** @file
 * XY: oscillators that pull each other's phases, through the unit vectors (cos phi, sin phi), so that a sum
 * over pairs is a matrix product:
 *
 *   (A_i, B_i) = (X_i, Y_i) + sum over free j of W_ij (cos phi_j, sin phi_j)
 *   dphi_i/dt = B_i cos phi_i - A_i sin phi_i
 *
 * No state changes (X, Y): lanes->input holds it for free nodes, and the vectors of clamped ones.
 */
#include "photonic/families/oscillators/xy.h"

#include <math.h>
#include <string.h>

size_t epx_xy_at_cos(const epx_lanes *lanes, int i) {
  return 2 * (size_t)i * (size_t)lanes->n_lanes;
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
    double *c = x + epx_xy_at_cos(lanes, network->free_nodes[r]);
    eval_unit_vector(lanes->n_lanes, y + (size_t)r * (size_t)lanes->n_lanes, c, c + lanes->n_lanes);
  }
}

/** Evaluates those of all nodes. */
void epx_xy_eval_all_vectors(const epx_lanes *lanes, const double *y, double *x) {
  const epx_network *network = lanes->network;
  eval_free_vectors(lanes, y, x);
  for (int k = 0; k < network->n_inputs; k++) {
    const size_t at = epx_xy_at_cos(lanes, network->input_nodes[k]);
    memcpy(x + at, lanes->input + at, 2 * (size_t)lanes->n_lanes * sizeof *x);
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
    const size_t at = epx_xy_at_cos(lanes, network->free_nodes[r]);
    for (size_t k = at; k < at + 2 * (size_t)lanes->n_lanes; k++)
      pull[k] += lanes->input[k];
  }
}

void epx_xy_eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const epx_network *network = lanes->network;
  const int n = lanes->n_lanes;
  double *x = work, *pull = work + epx_xy_at_cos(lanes, network->n_nodes);
  eval_pull(lanes, y, x, pull);
  for (int r = 0; r < network->n_free; r++) {
    const size_t at = epx_xy_at_cos(lanes, network->free_nodes[r]);
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
  const double *X = lanes->input + epx_xy_at_cos(lanes, i) + lane, *Y = X + lanes->n_lanes;
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

void epx_xy_eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  double *x = lanes->scratch; /* [n_free][2][width] */
  for (int r = 0; r < lanes->network->n_free; r++) {
    double *c = x + 2 * (size_t)r * (size_t)width;
    eval_unit_vector(width, y + (size_t)r * (size_t)lanes->n_lanes + lane, c, c + width);
  }
  for (int r = 0; r < lanes->network->n_free; r++)
    eval_jacobian_row(lanes, r, lane, width, x, jacobian);
}

/** Zeroes the lanes that are left out of the unit vectors x. */
void epx_xy_leave_out(const epx_lanes *lanes, const double *weight, double *x) {
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    if (lane < lanes->n_used && weight[lane] != 0) continue;
    for (int row = 0; row < 2 * lanes->network->n_nodes; row++)
      x[(size_t)row * (size_t)lanes->n_lanes + (size_t)lane] = 0;
  }
}

/** v' dG/dW_ij = (v_i - v_j) sin(phi_i - phi_j) = u_i . x_j + u_j . x_i with u = v (sin phi, -cos phi), v = 0
 * at clamped nodes. */
void epx_xy_add_link_forces(const epx_lanes *lanes, const double *v, const double *weight, const double *x,
                            double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  double *u = lanes->scratch + epx_xy_at_cos(lanes, network->n_nodes),
         *row = u + epx_xy_at_cos(lanes, network->n_nodes);
  memset(u, 0, epx_xy_at_cos(lanes, network->n_nodes) * sizeof *u);
  for (int r = 0; r < network->n_free; r++) {
    const size_t at = epx_xy_at_cos(lanes, network->free_nodes[r]);
    for (size_t lane = 0; lane < (size_t)lanes->n_used; lane++) {
      if (weight[lane] == 0) continue;
      const double share = weight[lane] * v[(size_t)r * n + lane];
      u[at + lane] = share * x[at + n + lane];
      u[at + n + lane] = -share * x[at + lane];
    }
  }
  epx_lanes_add_link_gradient(lanes, lanes->network->coupling, 2, u, x, row, gradient);
}

/** dE/dW_ij = -x_i . x_j = u_i . x_j + u_j . x_i with u = -x/2. */
void epx_xy_add_link_energies(const epx_lanes *lanes, const double *weight, const double *x,
                              double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, size = epx_xy_at_cos(lanes, lanes->network->n_nodes);
  double *u = lanes->scratch + size, *row = u + size;
  for (size_t k = 0; k < size; k++)
    u[k] = -0.5 * (k % n < (size_t)lanes->n_used ? weight[k % n] : 0) * x[k];
  epx_lanes_add_link_gradient(lanes, lanes->network->coupling, 2, u, x, row, gradient);
}

void epx_xy_eval_link_energy(const epx_lanes *lanes, const double *y, double *x, double *energy) {
  const size_t n = (size_t)lanes->n_lanes;
  double *pull = lanes->scratch + epx_xy_at_cos(lanes, lanes->network->n_nodes);
  epx_xy_eval_all_vectors(lanes, y, x);
  epx_lanes_eval_coupling(lanes, 2, x, pull);
  memset(energy, 0, n * sizeof *energy);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *c = x + epx_xy_at_cos(lanes, i), *s = c + n, *A = pull + epx_xy_at_cos(lanes, i),
                 *B = A + n;
    for (size_t lane = 0; lane < n; lane++)
      energy[lane] -= 0.5 * (A[lane] * c[lane] + B[lane] * s[lane]);
  }
}

void epx_xy_clamp(epx_lanes *lanes, bool phases) {
  const epx_network *network = lanes->network;
  for (int k = 0; k < network->n_inputs; k++) {
    double *c = lanes->input + epx_xy_at_cos(lanes, network->input_nodes[k]), *s = c + lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      const double value =
          network->input_scale * lanes->features[sample * (size_t)network->n_inputs + (size_t)k];
      c[lane] = phases ? cos(value) : value;
      s[lane] = phases ? sin(value) : 0;
    }
  }
  epx_lanes_eval_coupling_between(lanes, network->n_free, network->free_nodes, network->n_inputs,
                                  network->input_nodes, 2, lanes->input, lanes->input);
}
