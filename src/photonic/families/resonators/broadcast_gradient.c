/** @file
 * Broadcast: what the parameters of weight banks and modulators do to the force and to the energy.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/resonators/broadcast.h"

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

/** What the gradients of one batch are made of; rows of lanes. */
typedef struct {
  const epx_lanes *lanes;
  const double *y, *v, *weight;
  double *x, *sum; /* light and its weighed sums, [n_nodes][2][n_lanes] */
  double *row, *column;
  double *gradient;
} batch;

static batch init_batch(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                        double *gradient) {
  const size_t size = 2 * (size_t)lanes->network->n_nodes * (size_t)lanes->n_lanes;
  double *x = lanes->scratch, *row = x + 2 * size;
  return (batch){lanes, y, v, weight, x, x + size, row, row + lanes->n_lanes, gradient};
}

/** Gets (W y)_i of a lane from the sums. */
static double get_received(const batch *b, int i, size_t lane) {
  const size_t n = (size_t)b->lanes->n_lanes;
  const double *sum = b->sum + 2 * (size_t)i * n;
  return sum[lane] + get_node(b->lanes, EPX_BROADCAST_CROSSTALK, i)[lane] * sum[n + lane];
}

/** Evaluates dy/dp and dsigma'/dp of a ring's depth or offset. */
static void eval_shape(const batch *b, int p, int i, size_t lane, double *of_value, double *of_slope) {
  const double depth = get_node(b->lanes, EPX_BROADCAST_DEPTH, i)[lane],
               offset = get_node(b->lanes, EPX_BROADCAST_OFFSET, i)[lane];
  const epx_transfer t =
      epx_broadcast_eval_ring(b->y[(size_t)i * (size_t)b->lanes->n_lanes + lane], depth, offset);
  *of_value = p == EPX_BROADCAST_DEPTH ? (t.value - 1) / depth : -t.slope;
  *of_slope = p == EPX_BROADCAST_DEPTH ? t.slope / depth : -t.curvature;
}

/** dG_i/dp = (dsigma'_i/dp) (s_i - (W y)_i - b_i), dG_k/dp -= sigma'_k W_ki dy_i/dp, p of node i. */
static void add_shape_forces(const batch *b, int i) {
  const epx_lanes *lanes = b->lanes;
  const size_t n = (size_t)lanes->n_lanes;
  double *pulled = b->column, *entry = b->row; /* sum over k of v_k sigma'_k W_ki */
  memset(pulled, 0, n * sizeof *pulled);
  for (int k = 0; k < lanes->network->n_nodes; k++) {
    epx_broadcast_eval_weight(lanes, k, i, 0, lanes->n_lanes, entry);
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)k * n + lane;
      pulled[lane] += b->v[at] * epx_broadcast_eval_transfer(lanes, k, lane, b->y[at]).slope * entry[lane];
    }
  }
  for (int p = EPX_BROADCAST_DEPTH; p <= EPX_BROADCAST_OFFSET; p++) {
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)i * n + lane;
      double of_value, of_slope;
      eval_shape(b, p, i, lane, &of_value, &of_slope);
      b->row[lane] = b->v[at] * of_slope * (b->y[at] - get_received(b, i, lane) - lanes->input[at]) -
                     pulled[lane] * of_value;
    }
    epx_lanes_add_node_gradient(lanes, p, i, b->weight, b->row, b->gradient);
  }
}

static void add_node_forces(const batch *b, int i) {
  const epx_lanes *lanes = b->lanes;
  const size_t n = (size_t)lanes->n_lanes;
  const double *crosstalk = get_node(lanes, EPX_BROADCAST_CROSSTALK, i), *own = b->x + 2 * (size_t)i * n;
  const double *sum = b->sum + 2 * (size_t)i * n;
  static const int which[] = {EPX_BROADCAST_BIAS, EPX_BROADCAST_SELF, EPX_BROADCAST_CROSSTALK};
  for (int k = 0; k < 3; k++) {
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)i * n + lane;
      const double light = k == 0 ? 1 : k == 1 ? own[lane] + crosstalk[lane] * own[n + lane] : sum[n + lane];
      b->row[lane] = -b->v[at] * epx_broadcast_eval_transfer(lanes, i, lane, b->y[at]).slope * light;
    }
    epx_lanes_add_node_gradient(lanes, which[k], i, b->weight, b->row, b->gradient);
  }
}

/** Makes lanes that are left out zero. */
static void leave_out(const batch *b, double *x) {
  const size_t n = (size_t)b->lanes->n_lanes, size = 2 * (size_t)b->lanes->network->n_nodes * n;
  for (size_t k = 0; k < size; k++) {
    if ((int)(k % n) >= b->lanes->n_used || b->weight[k % n] == 0) x[k] = 0;
  }
}

void epx_broadcast_add_force_gradient(const epx_lanes *lanes, const double *y, const double *v,
                                      const double *weight, double *gradient) {
  const batch b = init_batch(lanes, y, v, weight, gradient);
  const size_t n = (size_t)lanes->n_lanes;
  epx_broadcast_eval_light(lanes, 2, y, b.x);
  epx_lanes_eval_coupling(lanes, 2, b.x, b.sum);
  epx_broadcast_add_self(lanes, 2, b.x, b.sum);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    add_node_forces(&b, i);
    if (epx_broadcast_is_ring(lanes)) add_shape_forces(&b, i);
  }
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *crosstalk = get_node(lanes, EPX_BROADCAST_CROSSTALK, i);
    double *of_y = b.sum + 2 * (size_t)i * n, *of_z = of_y + n; /* dG_i/dV_ij = -sigma'_i (y_j + x_i z_j) */
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)i * n + lane;
      of_y[lane] = -weight[lane] * v[at] * epx_broadcast_eval_transfer(lanes, i, lane, y[at]).slope;
      of_z[lane] = crosstalk[lane] * of_y[lane];
    }
  }
  leave_out(&b, b.x);
  leave_out(&b, b.sum);
  epx_lanes_add_link_gradient(lanes, EPX_BROADCAST_COUPLING, 2, b.sum, b.x, b.row, gradient);
  epx_lanes_add_skew_gradient(lanes, EPX_BROADCAST_SKEW, 2, b.sum, b.x, b.row, gradient);
}

/** dE/dp = (s - b - self y - (J y)) dy/dp - d(integral)/dp of a ring's shape; J without its skew. */
static void add_shape_energies(const batch *b, int i) {
  const epx_lanes *lanes = b->lanes;
  const size_t n = (size_t)lanes->n_lanes;
  double *force = b->column;
  for (size_t lane = 0; lane < n; lane++) {
    const size_t at = (size_t)i * n + lane;
    force[lane] = b->y[at] - lanes->input[at] -
                  get_node(lanes, EPX_BROADCAST_SELF, i)[lane] * b->x[2 * (size_t)i * n + lane];
  }
  for (int j = 0; j < lanes->network->n_nodes; j++) {
    int step;
    const double *there = epx_lanes_get_coupling(lanes, i, j, 0, &step);
    const double *back = epx_lanes_get_coupling(lanes, j, i, 0, &step);
    for (size_t lane = 0; i != j && lane < n; lane++)
      force[lane] -=
          0.5 * (there[(int)lane * step] + back[(int)lane * step]) * b->x[2 * (size_t)j * n + lane];
  }
  for (int p = EPX_BROADCAST_DEPTH; p <= EPX_BROADCAST_OFFSET; p++) {
    for (size_t lane = 0; lane < n; lane++) {
      const double depth = get_node(lanes, EPX_BROADCAST_DEPTH, i)[lane];
      const double s = b->y[(size_t)i * n + lane], x = s - get_node(lanes, EPX_BROADCAST_OFFSET, i)[lane];
      double of_value, of_slope;
      eval_shape(b, p, i, lane, &of_value, &of_slope);
      b->row[lane] = force[lane] * of_value + (p == EPX_BROADCAST_DEPTH ? atan(x) : -depth / (1 + x * x));
    }
    epx_lanes_add_node_gradient(lanes, p, i, b->weight, b->row, b->gradient);
  }
}

void epx_broadcast_add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                       double *gradient) {
  const batch b = init_batch(lanes, y, NULL, weight, gradient);
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  epx_broadcast_eval_light(lanes, 2, y, b.x);
  for (size_t i = 0; i < n_nodes; i++) {
    const double *light = b.x + 2 * i * n;
    for (int self = 0; self < 2; self++) {
      for (size_t lane = 0; lane < n; lane++)
        b.row[lane] = self ? -0.5 * light[lane] * light[lane] : -light[lane];
      epx_lanes_add_node_gradient(lanes, self ? EPX_BROADCAST_SELF : EPX_BROADCAST_BIAS, (int)i, weight,
                                  b.row, gradient);
    }
    if (epx_broadcast_is_ring(lanes)) add_shape_energies(&b, (int)i);
  }
  leave_out(&b, b.x);
  for (size_t i = 0; i < n_nodes; i++) { /* one field after the other: y alone */
    for (size_t lane = 0; lane < n; lane++) {
      const double light = b.x[2 * i * n + lane];
      b.x[i * n + lane] = light; /* row i is read no more: i <= 2 i */
      b.sum[i * n + lane] = (int)lane < lanes->n_used ? -0.5 * weight[lane] * light : 0;
    }
  }
  epx_lanes_add_link_gradient(lanes, EPX_BROADCAST_COUPLING, 1, b.sum, b.x, b.row, gradient);
}
