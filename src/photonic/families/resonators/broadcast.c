/** @file
 * Broadcast and weight: modulator neurons whose light is broadcast on wavelengths of their own, weighed by
 * banks of rings and summed by balanced detectors, a continuous-time recurrent network. s_i is the voltage on
 * modulator i, y_i = sigma(s_i) the light that it lets through:
 *
 *   tau_i ds_i/dt = -s_i + sum_j V_ij (y_j + x_i z_j) + b_i,     z_j = y_{j-1} + y_{j+1}
 *
 * with V_ij = J_ij + K_ij for i < j, J_ij - K_ij for i > j, self_i for i = j, and x_i the crosstalk of bank
 * i: a ring that weighs one wavelength also touches the two beside it. Together the weights are
 *
 *   W_ij = V_ij + x_i (V_i,j-1 + V_i,j+1).
 *
 * Where W is symmetric (no K, no crosstalk) there is an energy,
 *
 *   E = sum_i [s_i y_i - integral of sigma up to s_i - b_i y_i - self_i y_i^2 / 2] - sum_{i<j} J_ij y_i y_j
 *   dE/ds_i = sigma'(s_i) (s_i - (W y)_i - b_i),
 *
 * and the dynamics go down it with the mobility P_i = 1 / (tau_i sigma'(s_i)): as long as every modulator
 * stays on the flank where sigma rises. With G_i = sigma'(s_i) (s_i - (W y)_i - b_i), a nudge -P dC/ds = -(1
 * / tau) dC/dy is a current beside those of the detectors. What of W is not symmetric is in no energy, and
 *
 *   (M - M')_ij = sigma'_i (W_ji - W_ij) sigma'_j.
 *
 * Two neurons: sigma(s) = sin s, a Mach–Zehnder modulator at quadrature; and 1 - depth / (1 + (s -
 * offset)^2), a ring modulator, s in half linewidths, by default where its flank is steepest.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/families.h"
#include "photonic/families/signal.h"

/* The parameters' order; depth and offset are those of rings alone. */
enum { COUPLING, BIAS, SKEW, SELF, CROSSTALK, TIME_CONSTANT, DEPTH, OFFSET, N_RING, N_SINE = DEPTH };

/* What a modulator does at s. */
typedef struct {
  double value, slope, curvature, integral; /* y, dy/ds, d2y/ds2, the integral of y */
} transfer;

#define SHARED_PARAMETERS                                                                                    \
  [COUPLING] = {"coupling", "1",       EPX_SITE_LINK,                                                        \
                0,          -INFINITY, INFINITY,                                                             \
                true,       true,      "J_ij, weight between two neurons: the mean of both directions"},     \
  [BIAS] = {"bias", "1",       EPX_SITE_NODE,                                                                \
            0,      -INFINITY, INFINITY,                                                                     \
            true,   true,      "constant part of the current b_i"},                                          \
  [SKEW] = {"skew", "1",       EPX_SITE_LINK,                                                                \
            0,      -INFINITY, INFINITY,                                                                     \
            true,   false,     "K_ij, i < j: the weight into i is J_ij + K_ij, that into j J_ij - K_ij"},    \
  [SELF] = {"self", "1",       EPX_SITE_NODE,                                                                \
            0,      -INFINITY, INFINITY,                                                                     \
            true,   false,     "self_i, weight of a neuron's own light"},                                    \
  [CROSSTALK] =                                                                                              \
      {"crosstalk",                                                                                          \
       "1",                                                                                                  \
       EPX_SITE_NODE,                                                                                        \
       0,                                                                                                    \
       0,                                                                                                    \
       1,                                                                                                    \
       false,                                                                                                \
       false,                                                                                                \
       "x_i, fraction of its weight that a ring of bank i applies to the two neighbouring wavelengths"},     \
  [TIME_CONSTANT] = {"time_constant",                                                                        \
                     "1",                                                                                    \
                     EPX_SITE_NODE,                                                                          \
                     1,                                                                                      \
                     1e-3,                                                                                   \
                     INFINITY,                                                                               \
                     false,                                                                                  \
                     false,                                                                                  \
                     "tau_i of detector, amplifier and modulator"}

static const epx_parameter sine_parameters[N_SINE] = {SHARED_PARAMETERS};

static const epx_parameter ring_parameters[N_RING] = {
    SHARED_PARAMETERS,
    [DEPTH] = {"depth", "1", EPX_SITE_NODE, 1, 1e-3, 1, false, false,
               "depth_i of the resonance: 1 where the ring is critically coupled"},
    [OFFSET] = {"offset", "1", EPX_SITE_NODE, -0.57735026918962573, -INFINITY, INFINITY, false, false,
                "offset_i, voltage of the resonance; the flank above it rises, steepest 0.577 above"},
};

/* Size of the noise from which neurons start. ASSUMED: small next to every signal. */
static const double start_size = 1e-3;

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

/* Whether the neurons are ring modulators. */
static bool is_ring(const epx_lanes *lanes) {
  return lanes->network->family == &epx_family_broadcast_ring;
}

/* A ring at s. */
static transfer eval_ring(double s, double depth, double offset) {
  const double x = s - offset, q = 1 + x * x;
  return (transfer){1 - depth / q, 2 * depth * x / (q * q), 2 * depth * (1 - 3 * x * x) / (q * q * q),
                    s - depth * atan(x)};
}

/* Modulator i of a lane at s. */
static transfer eval_transfer(const epx_lanes *lanes, int i, size_t lane, double s) {
  if (is_ring(lanes)) return eval_ring(s, get_node(lanes, DEPTH, i)[lane], get_node(lanes, OFFSET, i)[lane]);
  return (transfer){sin(s), cos(s), -sin(s), -cos(s)};
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  epx_signal_set_start(lanes, seed, "start:broadcast", start_size, y);
}

static void set_input(epx_lanes *lanes) {
  epx_signal_set_drive(lanes, BIAS);
}

/* The light of all nodes, x [n_nodes][fields][n_lanes]: y and, of two fields, z. */
static void eval_light(const epx_lanes *lanes, int fields, const double *s, double *x) {
  const int n_nodes = lanes->network->n_nodes;
  const size_t n = (size_t)lanes->n_lanes, node = (size_t)fields * n;
  for (int i = 0; i < n_nodes; i++) {
    for (size_t lane = 0; lane < n; lane++)
      x[(size_t)i * node + lane] = eval_transfer(lanes, i, lane, s[(size_t)i * n + lane]).value;
  }
  for (int i = 0; fields == 2 && i < n_nodes; i++) {
    const double *below = i > 0 ? x + (size_t)(i - 1) * node : NULL;
    const double *above = i + 1 < n_nodes ? x + (size_t)(i + 1) * node : NULL;
    double *z = x + (size_t)i * node + n;
    for (size_t lane = 0; lane < n; lane++)
      z[lane] = (below ? below[lane] : 0) + (above ? above[lane] : 0);
  }
}

/* Adds to the sums of V y and V z the neurons' own light, self_i times x; both [n_nodes][fields][n_lanes]. */
static void add_self(const epx_lanes *lanes, int fields, const double *x, double *sum) {
  const size_t n = (size_t)lanes->n_lanes, node = (size_t)fields * n;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *self = get_node(lanes, SELF, i);
    for (size_t k = 0; k < node; k++)
      sum[(size_t)i * node + k] += self[k % n] * x[(size_t)i * node + k];
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const int fields = lanes->active[CROSSTALK] ? 2 : 1;
  const size_t n = (size_t)lanes->n_lanes, node = (size_t)fields * n;
  double *x = work, *sum = work + 2 * (size_t)lanes->network->n_nodes * n;
  eval_light(lanes, fields, y, x);
  epx_lanes_eval_coupling(lanes, fields, x, sum);
  add_self(lanes, fields, x, sum);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *tau = get_node(lanes, TIME_CONSTANT, i), *crosstalk = get_node(lanes, CROSSTALK, i);
    const double *s = y + (size_t)i * n, *b = lanes->input + (size_t)i * n;
    const double *of_y = sum + (size_t)i * node, *of_z = of_y + n;
    for (size_t lane = 0; lane < n; lane++) {
      double received = of_y[lane];
      if (fields == 2) received += crosstalk[lane] * of_z[lane];
      f[(size_t)i * n + lane] = (received + b[lane] - s[lane]) / tau[lane];
    }
  }
}

/** Adds factor V_ij to row [width]; nodes beyond the ends have none. */
static void add_weight(const epx_lanes *lanes, int i, int j, int lane, int width, const double *factor,
                       double *row) {
  int step = 1;
  if (j < 0 || j >= lanes->network->n_nodes) return;
  const double *V =
      i == j ? get_node(lanes, SELF, i) + lane : epx_lanes_get_coupling(lanes, i, j, lane, &step);
  for (int w = 0; w < width; w++)
    row[w] += (factor ? factor[w] : 1) * V[w * step];
}

/* W_ij into row [width]. */
static void eval_weight(const epx_lanes *lanes, int i, int j, int lane, int width, double *row) {
  const double *crosstalk = get_node(lanes, CROSSTALK, i) + lane;
  memset(row, 0, (size_t)width * sizeof *row);
  add_weight(lanes, i, j, lane, width, NULL, row);
  if (!lanes->active[CROSSTALK]) return;
  add_weight(lanes, i, j - 1, lane, width, crosstalk, row);
  add_weight(lanes, i, j + 1, lane, width, crosstalk, row);
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const int n_nodes = lanes->network->n_nodes;
  for (int j = 0; j < n_nodes; j++) {
    double slope[EPX_LANE_WIDTH];
    for (int w = 0; w < width; w++) {
      const size_t at = (size_t)(lane + w);
      slope[w] = eval_transfer(lanes, j, at, y[(size_t)j * (size_t)lanes->n_lanes + at]).slope;
    }
    for (int i = 0; i < n_nodes; i++) {
      const double *tau = get_node(lanes, TIME_CONSTANT, i) + lane;
      double *entry = jacobian + ((size_t)i * (size_t)n_nodes + (size_t)j) * (size_t)width;
      eval_weight(lanes, i, j, lane, width, entry);
      for (int w = 0; w < width; w++)
        entry[w] = (entry[w] * slope[w] - (i == j)) / tau[w];
    }
  }
}

static void eval_mobility(const epx_lanes *lanes, const double *y, int row, int lane, int width,
                          double *mobility, double *slope) {
  const double *tau = get_node(lanes, TIME_CONSTANT, row) + lane;
  for (int w = 0; w < width; w++) {
    const size_t at = (size_t)(lane + w);
    const transfer t = eval_transfer(lanes, row, at, y[(size_t)row * (size_t)lanes->n_lanes + at]);
    mobility[w] = 1 / (tau[w] * t.slope);
    if (slope) slope[w] = -t.curvature / (tau[w] * t.slope * t.slope);
  }
}

static void eval_emission(const epx_lanes *lanes, const double *y, int node, int lane, int width,
                          double *value, double *slope, double *curvature) {
  for (int w = 0; w < width; w++) {
    const size_t at = (size_t)(lane + w);
    const transfer t = eval_transfer(lanes, node, at, y[(size_t)node * (size_t)lanes->n_lanes + at]);
    value[w] = t.value;
    if (slope) slope[w] = t.slope;
    if (curvature) curvature[w] = t.curvature;
  }
}

/** y' V y = y' J y: the skew is not in it. */
static void eval_energy(const epx_lanes *lanes, const double *y, double *energy) {
  const size_t n = (size_t)lanes->n_lanes;
  double *light = lanes->scratch, *sum = light + (size_t)lanes->network->n_nodes * n;
  eval_light(lanes, 1, y, light);
  epx_lanes_eval_coupling(lanes, 1, light, sum);
  add_self(lanes, 1, light, sum);
  memset(energy, 0, n * sizeof *energy);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)i * n + lane;
      const transfer t = eval_transfer(lanes, i, lane, y[at]);
      energy[lane] += (y[at] - lanes->input[at] - 0.5 * sum[at]) * t.value - t.integral;
    }
  }
}

static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  const int n_nodes = lanes->network->n_nodes;
  const size_t n = (size_t)lanes->n_lanes;
  double *slope = lanes->scratch, *there = slope + (size_t)n_nodes * n, *back = there + n;
  memset(out, 0, (size_t)n_nodes * n * sizeof *out);
  if (!lanes->active[SKEW] && !lanes->active[CROSSTALK]) return;
  for (size_t k = 0; k < (size_t)n_nodes * n; k++)
    slope[k] = eval_transfer(lanes, (int)(k / n), k % n, y[k]).slope;
  for (int i = 0; i < n_nodes; i++) {
    for (int j = 0; j < n_nodes; j++) {
      eval_weight(lanes, i, j, 0, lanes->n_lanes, there);
      eval_weight(lanes, j, i, 0, lanes->n_lanes, back);
      for (size_t lane = 0; lane < n; lane++) {
        const size_t at_i = (size_t)i * n + lane, at_j = (size_t)j * n + lane;
        out[at_i] += slope[at_i] * (back[lane] - there[lane]) * slope[at_j] * v[at_j];
      }
    }
  }
}

/* ---- what the parameters do to the force and to the energy */

/* What the gradients of one batch are made of; rows of lanes. */
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

/* Gets (W y)_i of a lane from the sums. */
static double get_received(const batch *b, int i, size_t lane) {
  const size_t n = (size_t)b->lanes->n_lanes;
  const double *sum = b->sum + 2 * (size_t)i * n;
  return sum[lane] + get_node(b->lanes, CROSSTALK, i)[lane] * sum[n + lane];
}

/* Evaluates dy/dp and dsigma'/dp of a ring's depth or offset. */
static void eval_shape(const batch *b, int p, int i, size_t lane, double *of_value, double *of_slope) {
  const double depth = get_node(b->lanes, DEPTH, i)[lane], offset = get_node(b->lanes, OFFSET, i)[lane];
  const transfer t = eval_ring(b->y[(size_t)i * (size_t)b->lanes->n_lanes + lane], depth, offset);
  *of_value = p == DEPTH ? (t.value - 1) / depth : -t.slope;
  *of_slope = p == DEPTH ? t.slope / depth : -t.curvature;
}

/* dG_i/dp = (dsigma'_i/dp) (s_i - (W y)_i - b_i), dG_k/dp -= sigma'_k W_ki dy_i/dp, p of node i. */
static void add_shape_forces(const batch *b, int i) {
  const epx_lanes *lanes = b->lanes;
  const size_t n = (size_t)lanes->n_lanes;
  double *pulled = b->column, *entry = b->row; /* sum over k of v_k sigma'_k W_ki */
  memset(pulled, 0, n * sizeof *pulled);
  for (int k = 0; k < lanes->network->n_nodes; k++) {
    eval_weight(lanes, k, i, 0, lanes->n_lanes, entry);
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)k * n + lane;
      pulled[lane] += b->v[at] * eval_transfer(lanes, k, lane, b->y[at]).slope * entry[lane];
    }
  }
  for (int p = DEPTH; p <= OFFSET; p++) {
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
  const double *crosstalk = get_node(lanes, CROSSTALK, i), *own = b->x + 2 * (size_t)i * n;
  const double *sum = b->sum + 2 * (size_t)i * n;
  static const int which[] = {BIAS, SELF, CROSSTALK};
  for (int k = 0; k < 3; k++) {
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)i * n + lane;
      const double light = k == 0 ? 1 : k == 1 ? own[lane] + crosstalk[lane] * own[n + lane] : sum[n + lane];
      b->row[lane] = -b->v[at] * eval_transfer(lanes, i, lane, b->y[at]).slope * light;
    }
    epx_lanes_add_node_gradient(lanes, which[k], i, b->weight, b->row, b->gradient);
  }
}

/* Makes lanes that are left out zero. */
static void leave_out(const batch *b, double *x) {
  const size_t n = (size_t)b->lanes->n_lanes, size = 2 * (size_t)b->lanes->network->n_nodes * n;
  for (size_t k = 0; k < size; k++) {
    if ((int)(k % n) >= b->lanes->n_used || b->weight[k % n] == 0) x[k] = 0;
  }
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const batch b = init_batch(lanes, y, v, weight, gradient);
  const size_t n = (size_t)lanes->n_lanes;
  eval_light(lanes, 2, y, b.x);
  epx_lanes_eval_coupling(lanes, 2, b.x, b.sum);
  add_self(lanes, 2, b.x, b.sum);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    add_node_forces(&b, i);
    if (is_ring(lanes)) add_shape_forces(&b, i);
  }
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *crosstalk = get_node(lanes, CROSSTALK, i);
    double *of_y = b.sum + 2 * (size_t)i * n, *of_z = of_y + n; /* dG_i/dV_ij = -sigma'_i (y_j + x_i z_j) */
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = (size_t)i * n + lane;
      of_y[lane] = -weight[lane] * v[at] * eval_transfer(lanes, i, lane, y[at]).slope;
      of_z[lane] = crosstalk[lane] * of_y[lane];
    }
  }
  leave_out(&b, b.x);
  leave_out(&b, b.sum);
  epx_lanes_add_link_gradient(lanes, COUPLING, 2, b.sum, b.x, b.row, gradient);
  epx_lanes_add_skew_gradient(lanes, SKEW, 2, b.sum, b.x, b.row, gradient);
}

/* dE/dp = (s - b - self y - (J y)) dy/dp - d(integral)/dp of a ring's shape; J without its skew. */
static void add_shape_energies(const batch *b, int i) {
  const epx_lanes *lanes = b->lanes;
  const size_t n = (size_t)lanes->n_lanes;
  double *force = b->column;
  for (size_t lane = 0; lane < n; lane++) {
    const size_t at = (size_t)i * n + lane;
    force[lane] =
        b->y[at] - lanes->input[at] - get_node(lanes, SELF, i)[lane] * b->x[2 * (size_t)i * n + lane];
  }
  for (int j = 0; j < lanes->network->n_nodes; j++) {
    int step;
    const double *there = epx_lanes_get_coupling(lanes, i, j, 0, &step);
    const double *back = epx_lanes_get_coupling(lanes, j, i, 0, &step);
    for (size_t lane = 0; i != j && lane < n; lane++)
      force[lane] -=
          0.5 * (there[(int)lane * step] + back[(int)lane * step]) * b->x[2 * (size_t)j * n + lane];
  }
  for (int p = DEPTH; p <= OFFSET; p++) {
    for (size_t lane = 0; lane < n; lane++) {
      const double depth = get_node(lanes, DEPTH, i)[lane];
      const double s = b->y[(size_t)i * n + lane], x = s - get_node(lanes, OFFSET, i)[lane];
      double of_value, of_slope;
      eval_shape(b, p, i, lane, &of_value, &of_slope);
      b->row[lane] = force[lane] * of_value + (p == DEPTH ? atan(x) : -depth / (1 + x * x));
    }
    epx_lanes_add_node_gradient(lanes, p, i, b->weight, b->row, b->gradient);
  }
}

static void add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                double *gradient) {
  const batch b = init_batch(lanes, y, NULL, weight, gradient);
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  eval_light(lanes, 2, y, b.x);
  for (size_t i = 0; i < n_nodes; i++) {
    const double *light = b.x + 2 * i * n;
    for (int self = 0; self < 2; self++) {
      for (size_t lane = 0; lane < n; lane++)
        b.row[lane] = self ? -0.5 * light[lane] * light[lane] : -light[lane];
      epx_lanes_add_node_gradient(lanes, self ? SELF : BIAS, (int)i, weight, b.row, gradient);
    }
    if (is_ring(lanes)) add_shape_energies(&b, (int)i);
  }
  leave_out(&b, b.x);
  for (size_t i = 0; i < n_nodes; i++) { /* one field after the other: y alone */
    for (size_t lane = 0; lane < n; lane++) {
      const double light = b.x[2 * i * n + lane];
      b.x[i * n + lane] = light; /* row i is read no more: i <= 2 i */
      b.sum[i * n + lane] = (int)lane < lanes->n_used ? -0.5 * weight[lane] * light : 0;
    }
  }
  epx_lanes_add_link_gradient(lanes, COUPLING, 1, b.sum, b.x, b.row, gradient);
}

/* ---- the families */

#define SHARED_MEMBERS                                                                                       \
  .abi = EPX_FAMILY_ABI,                                                                                     \
  .units = "normalised: time in units of any one time constant, s in rad of the modulator's phase or half "  \
           "linewidths, y in units of half the swing",                                                       \
  .nudge = "a current -dC/dy into the output modulators, added to that of their detectors",                  \
  .exact = "where the weights are symmetric: without skew and crosstalk, on the modulators' rising flank",   \
  .components = 1, .frame = EPX_FRAME_GRADIENT, .input_rows = 1, .skew = SKEW,                               \
  .readouts = EPX_READS(EPX_READ_EMISSION) | EPX_READS(EPX_READ_AMPLITUDE), .readout = EPX_READ_EMISSION,    \
  .input_scale = 1, .coupling_spread = 1, .set_start = set_start, .eval_field = eval_field,                  \
  .eval_jacobian = eval_jacobian, .eval_mobility = eval_mobility, .add_force_gradient = add_force_gradient,  \
  .add_energy_gradient = add_energy_gradient, .eval_energy = eval_energy,                                    \
  .eval_antisymmetric = eval_antisymmetric, .set_input = set_input, .eval_emission = eval_emission

/* A phase of the modulator, y = sin(s + phase), is a current beside the others': s + phase is the state then. */
static const epx_family_device sine_devices[] = {{"modulator", EPX_SITE_NODE, true}};
static const epx_family_response sine_responses[] = {{BIAS, 0, EPX_FOLLOW_PHASE, 1}};

/* s shifts a modulator's resonance to the red, in half linewidths. A mask that is wrong by as much leaves the laser
 * less far to the red of it. */
static const epx_family_device ring_devices[] = {{"modulator", EPX_SITE_NODE, false}};
static const epx_family_response ring_responses[] = {{OFFSET, 0, EPX_FOLLOW_LINEWIDTH, -2},
                                                     {DEPTH, 0, EPX_FOLLOW_DEPTH, 1}};

const epx_family epx_family_broadcast = {
    .name = "broadcast",
    .summary = "broadcast and weight: microring weight banks, balanced detectors, Mach-Zehnder modulators",
    .equation =
        "time_constant_i ds_i/dt = -s_i + sum_j W_ij y_j + b_i,  y_j = sin s_j\n"
        "W_ij = V_ij + crosstalk_i (V_i,j-1 + V_i,j+1),  V_ij = coupling_ij + skew_ij, V_ji = coupling_ij "
        "- skew_ij (i < j), V_ii = self_i\n"
        "b_i = bias_i + input_scale * feature at input nodes",
    .source = "Tait2017",
    .n_parameters = N_SINE,
    .parameters = sine_parameters,
    .n_devices = 1,
    .devices = sine_devices,
    .n_responses = sizeof sine_responses / sizeof *sine_responses,
    .responses = sine_responses,
    SHARED_MEMBERS,
};

const epx_family epx_family_broadcast_ring = {
    .name = "broadcast-ring",
    .summary = "broadcast and weight: microring weight banks, balanced detectors, ring modulators",
    .equation =
        "time_constant_i ds_i/dt = -s_i + sum_j W_ij y_j + b_i\n"
        "y_j = 1 - depth_j / (1 + (s_j - offset_j)^2)\n"
        "W_ij = V_ij + crosstalk_i (V_i,j-1 + V_i,j+1),  V_ij = coupling_ij + skew_ij, V_ji = coupling_ij "
        "- skew_ij (i < j), V_ii = self_i\n"
        "b_i = bias_i + input_scale * feature at input nodes",
    .source = "Tait2017",
    .n_parameters = N_RING,
    .parameters = ring_parameters,
    .n_devices = 1,
    .devices = ring_devices,
    .n_responses = sizeof ring_responses / sizeof *ring_responses,
    .responses = ring_responses,
    SHARED_MEMBERS,
};
