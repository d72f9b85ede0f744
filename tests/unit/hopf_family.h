/** @file
 * A family for tests of equilibria and of their absence: uncoupled Hopf normal forms,
 *   da/dt = (growth + i rate) a - saturation |a|^2 a + push,
 * which settle (growth < 0), oscillate with amplitude sqrt(growth / saturation) and period 2 pi / |rate|
 * (growth > 0, no push), or diverge in finite time (growth > 0 > saturation), each by its parameters.
 */
#ifndef EPILUX_TESTS_HOPF_FAMILY_H
#define EPILUX_TESTS_HOPF_FAMILY_H

#include "unit/random_network.h"

enum { HOPF_COUPLING, HOPF_GROWTH, HOPF_RATE, HOPF_SATURATION, HOPF_PUSH, N_HOPF_PARAMETERS };

static const epx_parameter hopf_parameters[N_HOPF_PARAMETERS] = {
    [HOPF_COUPLING] = {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, false, false, "not used"},
    [HOPF_GROWTH] = {"growth", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false, "growth rate"},
    [HOPF_RATE] = {"rate", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false, "angular frequency"},
    [HOPF_SATURATION] = {"saturation", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
                         "cubic damping"},
    [HOPF_PUSH] = {"push", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false, "constant real force"},
};

static inline double get_hopf(const epx_lanes *lanes, int parameter, int node, int lane) {
  return lanes->node[parameter][node * lanes->n_lanes + lane];
}

static inline void set_hopf_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  for (int k = 0; k < lanes->network->n_state * lanes->n_lanes; k++)
    y[k] = k / lanes->n_lanes % 2 ? 0 : 0.5;
}

static inline void set_hopf_input(epx_lanes *lanes) {
  (void)lanes;
}

static inline void eval_hopf_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  (void)work;
  const int n = lanes->n_lanes;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    for (int lane = 0; lane < n; lane++) {
      const double x = y[2 * i * n + lane], p = y[(2 * i + 1) * n + lane];
      const double gain =
          get_hopf(lanes, HOPF_GROWTH, i, lane) - get_hopf(lanes, HOPF_SATURATION, i, lane) * (x * x + p * p);
      const double rate = get_hopf(lanes, HOPF_RATE, i, lane);
      f[2 * i * n + lane] = gain * x - rate * p + get_hopf(lanes, HOPF_PUSH, i, lane);
      f[(2 * i + 1) * n + lane] = gain * p + rate * x;
    }
  }
}

static inline void eval_hopf_jacobian(const epx_lanes *lanes, const double *y, int lane, int width,
                                      double *jacobian) {
  const int n = lanes->n_lanes, n_state = lanes->network->n_state;
  memset(jacobian, 0, (size_t)(n_state * n_state * width) * sizeof *jacobian);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    double *upper = jacobian + (2 * i * n_state + 2 * i) * width, *lower = upper + n_state * width;
    for (int w = 0; w < width; w++) {
      const double x = y[2 * i * n + lane + w], p = y[(2 * i + 1) * n + lane + w];
      const double c = get_hopf(lanes, HOPF_SATURATION, i, lane + w);
      const double gain = get_hopf(lanes, HOPF_GROWTH, i, lane + w) - c * (x * x + p * p);
      const double rate = get_hopf(lanes, HOPF_RATE, i, lane + w);
      upper[w] = gain - 2 * c * x * x;
      upper[width + w] = -rate - 2 * c * x * p;
      lower[w] = rate - 2 * c * x * p;
      lower[width + w] = gain - 2 * c * p * p;
    }
  }
}

static const epx_family hopf_family = {
    .abi = EPX_FAMILY_ABI,
    .name = "hopf",
    .summary = "uncoupled Hopf normal forms",
    .n_parameters = N_HOPF_PARAMETERS,
    .parameters = hopf_parameters,
    .components = 2,
    .frame = EPX_FRAME_FIELD,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_INTENSITY),
    .readout = EPX_READ_INTENSITY,
    .set_start = set_hopf_start,
    .eval_field = eval_hopf_field,
    .eval_jacobian = eval_hopf_jacobian,
    .set_input = set_hopf_input,
};

/** What one instance of a single Hopf normal form is. */
typedef struct {
  double growth, rate, saturation, push;
} hopf;

/** Creates single oscillators, one an instance and a lane. */
static inline random_network create_hopf_network(int n, const hopf *each) {
  random_network r = create_random_network(&hopf_family, 1, 1, n, 1);
  for (int k = 0; k < n; k++) {
    double *theta = r.theta + (size_t)k * r.network->n_theta;
    theta[r.network->offset[HOPF_GROWTH]] = each[k].growth;
    theta[r.network->offset[HOPF_RATE]] = each[k].rate;
    theta[r.network->offset[HOPF_SATURATION]] = each[k].saturation;
    theta[r.network->offset[HOPF_PUSH]] = each[k].push;
  }
  epx_lanes_set_parameters(r.lanes, r.theta);
  return r;
}

#endif
