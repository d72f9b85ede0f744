/** @file
 * Two test-local families whose equilibria are known in closed form:
 *   linear  ds/dt = J s + theta, J any fixed matrix (FIELD frame: no energy)
 *   scalar  ds/dt = -dE/ds, E = 1/2 s^2 - theta s of each node (GRADIENT frame)
 */
#ifndef EPILUX_TESTS_LINEAR_FAMILY_H
#define EPILUX_TESTS_LINEAR_FAMILY_H

#include "unit/random_network.h"

/* J of the linear family, [2][2]; set by each test. */
static double linear_matrix[4];

static const epx_parameter linear_parameters[] = {
    {"coupling", "1", EPX_SITE_LINK, 0, -INFINITY, INFINITY, false, false, "not used"},
    {"theta", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true, "theta, constant force"}};

static void linear_set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  memset(y, 0, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
}

static void linear_set_input(epx_lanes *lanes) {
  (void)lanes;
}

/* out = A v, A = J or J'. */
static void linear_apply(const epx_lanes *lanes, bool transposed, const double *v, double *out) {
  const size_t n = (size_t)lanes->network->n_state, n_lanes = (size_t)lanes->n_lanes;
  for (size_t i = 0; i < n; i++) {
    for (size_t lane = 0; lane < n_lanes; lane++) {
      double sum = 0;
      for (size_t j = 0; j < n; j++)
        sum += linear_matrix[transposed ? j * 2 + i : i * 2 + j] * v[j * n_lanes + lane];
      out[i * n_lanes + lane] = sum;
    }
  }
}

static void linear_eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  (void)work;
  linear_apply(lanes, false, y, f);
  for (size_t k = 0; k < (size_t)lanes->network->n_state * (size_t)lanes->n_lanes; k++)
    f[k] += lanes->node[1][k];
}

static void linear_eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width,
                                 double *jacobian) {
  (void)y;
  (void)lane;
  const int n = lanes->network->n_state;
  for (int k = 0; k < n * n * width; k++)
    jacobian[k] = linear_matrix[k / width / n * 2 + k / width % n];
}

/* dG/dtheta_i = -e_i. */
static void linear_add_force_gradient(const epx_lanes *lanes, const double *y, const double *v,
                                      const double *weight, double *gradient) {
  (void)y;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    for (int lane = 0; lane < lanes->n_lanes; lane++)
      lanes->scratch[lane] = -v[i * lanes->n_lanes + lane];
    epx_lanes_add_node_gradient(lanes, 1, i, weight, lanes->scratch, gradient);
  }
}

/* M = -J. */
static void linear_eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  (void)y;
  linear_apply(lanes, true, v, out);
  linear_apply(lanes, false, v, lanes->scratch);
  for (size_t k = 0; k < (size_t)lanes->network->n_state * (size_t)lanes->n_lanes; k++)
    out[k] -= lanes->scratch[k];
}

static const epx_family linear_family = {
    .abi = EPX_FAMILY_ABI,
    .name = "linear",
    .summary = "a linear network",
    .equation = "ds/dt = J s + theta",
    .units = "1",
    .source = "",
    .n_parameters = 2,
    .parameters = linear_parameters,
    .components = 1,
    .frame = EPX_FRAME_FIELD,
    .input_rows = 1,
    .readouts = EPX_READS(EPX_READ_PHASE),
    .readout = EPX_READ_PHASE,
    .set_start = linear_set_start,
    .eval_field = linear_eval_field,
    .eval_jacobian = linear_eval_jacobian,
    .add_force_gradient = linear_add_force_gradient,
    .eval_antisymmetric = linear_eval_antisymmetric,
    .set_input = linear_set_input,
};

/* dE/dtheta_i = -s_i: the force gradient with v = s. */
static void scalar_add_energy_gradient(const epx_lanes *lanes, const double *y, const double *weight,
                                       double *gradient) {
  linear_add_force_gradient(lanes, y, y, weight, gradient);
}

/* The scalar family is the linear one with J = -1, and says that it has an energy. */
static epx_family get_scalar_family(void) {
  epx_family scalar = linear_family;
  scalar.name = "scalar";
  scalar.equation = "ds/dt = theta - s";
  scalar.frame = EPX_FRAME_GRADIENT;
  scalar.add_energy_gradient = scalar_add_energy_gradient;
  scalar.eval_antisymmetric = NULL;
  linear_matrix[0] = linear_matrix[3] = -1;
  linear_matrix[1] = linear_matrix[2] = 0;
  return scalar;
}

#endif
