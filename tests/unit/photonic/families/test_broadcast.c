/** @file
 * The families broadcast and broadcast-ring: their equations written out with a dense weight matrix, the
 * mobility, the bifurcations of one and two neurons, and the skew of a link.
 */
#include "unit/random_network.h"

static const double *get_parameter(const random_network *r, size_t lane, const char *name) {
  const int p = epx_family_get_parameter(r->network->family, name);
  return r->theta + lane / (size_t)r->lanes->n_samples * r->network->n_theta + r->network->offset[p];
}

/** Evaluates V_ij from the deck's parameters. */
static double eval_bank(const random_network *r, size_t lane, int i, int j) {
  if (j < 0 || j >= r->network->n_nodes) return 0;
  if (i == j) return get_parameter(r, lane, "self")[i];
  const long link = epx_topology_get_link(r->network->topology, i, j);
  const double skew = get_parameter(r, lane, "skew")[link];
  return get_parameter(r, lane, "coupling")[link] + (i < j ? skew : -skew);
}

static double eval_light(const random_network *r, size_t lane, int i, double s) {
  if (strcmp(r->network->family->name, "broadcast") == 0) return sin(s);
  const double x = s - get_parameter(r, lane, "offset")[i];
  return 1 - get_parameter(r, lane, "depth")[i] / (1 + x * x);
}

static void check_field(const char *family) {
  random_network r = create_random_network(epx_family_get_by_name(family), 5, 2, 3, 2);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    for (int i = 0; i < 5; i++) {
      const double crosstalk = get_parameter(&r, lane, "crosstalk")[i];
      double sum = get_parameter(&r, lane, "bias")[i] - y[(size_t)i * n + lane];
      if (i < 2) sum += 0.7 * r.features[lane % 2 * 2 + (size_t)i];
      for (int j = 0; j < 5; j++) {
        const double W = eval_bank(&r, lane, i, j) +
                         crosstalk * (eval_bank(&r, lane, i, j - 1) + eval_bank(&r, lane, i, j + 1));
        sum += W * eval_light(&r, lane, j, y[(size_t)j * n + lane]);
      }
      assert_close(f[(size_t)i * n + lane] * get_parameter(&r, lane, "time_constant")[i], sum, 1e-13);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

static void broadcast_field_is_its_equation(void **state) {
  (void)state;
  check_field("broadcast");
  check_field("broadcast-ring");
}

/** P = 1 / (tau sigma'), and its slope and sigma's derivatives by differences. */
static void mobility_and_emission_have_their_slopes(void **state) {
  (void)state;
  static const char *const names[] = {"broadcast", "broadcast-ring"};
  for (int k = 0; k < 2; k++) {
    random_network r = create_random_network(epx_family_get_by_name(names[k]), 3, 1, 2, 2);
    const epx_family *family = r.network->family;
    const size_t n = (size_t)r.lanes->n_lanes;
    const double h = 1e-4;
    double *y = create_random_state(&r, "state");
    for (int row = 0; row < 3; row++) {
      for (int lane = 0; lane < 4; lane++) {
        double P[3], slope, value[3], first[3], second, *at = y + (size_t)row * n + (size_t)lane;
        for (int side = -1; side <= 1; side++) {
          *at += side * h;
          family->eval_mobility(r.lanes, y, row, lane, 1, &P[side + 1], side == 0 ? &slope : NULL);
          family->eval_emission(r.lanes, y, row, lane, 1, &value[side + 1], &first[side + 1],
                                side == 0 ? &second : NULL);
          *at -= side * h;
        }
        assert_close(value[1], eval_light(&r, (size_t)lane, row, *at), 1e-15);
        assert_close(first[1], (value[2] - value[0]) / (2 * h), 1e-6);
        assert_close(second, (first[2] - first[0]) / (2 * h), 1e-6);
        const double tau = get_parameter(&r, (size_t)lane, "time_constant")[row];
        assert_close(P[1] * tau * first[1], 1, 1e-12);
        assert_close(slope / P[1], (P[2] - P[0]) / (2 * h) / P[1], 1e-3 * fmax(1, fabs(slope / P[1])));
      }
    }
    epx_array_destroy(&y);
    destroy_random_network(&r);
  }
}

static random_network create_quiet(int n_nodes) {
  random_network r = create_random_network(epx_family_get_by_name("broadcast"), n_nodes, 0, 1, 1);
  for (int p = 0; p < r.network->family->n_parameters; p++)
    set_everywhere(&r, r.network->family->parameters[p].name, r.network->family->parameters[p].fallback);
  return r;
}

/** One neuron on its own weight w rests at s = w sin s: 0 below w = 1, near +-sqrt(6 (w - 1) / w) above. */
static void one_neuron_has_a_pitchfork_at_weight_one(void **state) {
  (void)state;
  random_network r = create_quiet(1);
  double *y = create_numbers(count_state(&r));
  for (int k = 0; k < 4; k++) {
    const double w = (double[]){0.9, 0.9, 1.1, 1.1}[k], start = k % 2 ? -0.3 : 0.3;
    set_everywhere(&r, "self", w);
    for (int lane = 0; lane < r.lanes->n_lanes; lane++)
      y[lane] = start;
    for (int step = 0; step < 4000; step++)
      take_step(&r, 0.1, y);
    assert_close(y[0], w * sin(y[0]), 1e-10);
    if (w < 1) assert_close(y[0], 0, 1e-10);
    if (w > 1) assert_close(y[0], copysign(sqrt(6 * (w - 1) / w), start), 0.03);
  }
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** Two neurons with V = [[w, -k], [k, w]]: at rest the eigenvalues are (w - 1 +- i k) / tau. */
static void two_neurons_have_a_hopf_bifurcation_at_weight_one(void **state) {
  (void)state;
  random_network r = create_quiet(2);
  double *y = create_numbers(count_state(&r));
  set_everywhere(&r, "self", 1.2);
  set_everywhere(&r, "skew", -0.7);
  set_everywhere(&r, "time_constant", 2);
  double *jacobian = create_jacobian(&r, y, 0, 1);
  const double expected[] = {0.1, -0.35, 0.35, 0.1};
  for (int k = 0; k < 4; k++)
    assert_close(jacobian[k], expected[k], 1e-15);
  epx_array_destroy(&jacobian);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

static void matrix_of_the_skew_must_be_antisymmetric(void **state) {
  (void)state;
  const epx_family *family = epx_family_get_by_name("broadcast");
  const int skew = epx_family_get_parameter(family, "skew");
  const double good[] = {0, 0.5, -0.5, 0}, bad[] = {0, 0.5, 0.5, 0};
  epx_network_spec spec = {.family = family,
                           .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 2},
                           .n_outputs = 1,
                           .readout = family->readout,
                           .readout_scale = 1};
  epx_network *network;
  double theta[16];
  assert_int_equal(epx_network_create(&spec, &network), EPX_OK);
  spec.value[skew] = (epx_value){.kind = EPX_VALUE_MATRIX, .n_values = 4, .values = good};
  assert_int_equal(epx_network_eval_nominal(network, &spec, 1, theta), EPX_OK);
  assert_close(theta[network->offset[skew]], 0.5, 0);
  spec.value[skew].values = bad;
  assert_int_equal(epx_network_eval_nominal(network, &spec, 1, theta), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "antisymmetric"));
  spec.value[skew] = (epx_value){0};
  spec.value[network->coupling] = (epx_value){.kind = EPX_VALUE_MATRIX, .n_values = 4, .values = good};
  assert_int_equal(epx_network_eval_nominal(network, &spec, 1, theta), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "skew: (W - W')/2"));
  epx_network_destroy(&network);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(broadcast_field_is_its_equation),
      cmocka_unit_test(mobility_and_emission_have_their_slopes),
      cmocka_unit_test(one_neuron_has_a_pitchfork_at_weight_one),
      cmocka_unit_test(two_neurons_have_a_hopf_bifurcation_at_weight_one),
      cmocka_unit_test(matrix_of_the_skew_must_be_antisymmetric),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
