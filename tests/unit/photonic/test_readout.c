/** @file
 * Readouts: what they report, and the pull of a cost against differences.
 */
#include "photonic/readout.h"
#include "unit/random_network.h"

static const struct {
  const char *family;
  epx_readout_kind kind;
} cases[] = {
    {"kerr", EPX_READ_INTENSITY},      {"kerr", EPX_READ_QUADRATURE},      {"phase", EPX_READ_PHASE},
    {"kerr", EPX_READ_PORT_INTENSITY}, {"kerr", EPX_READ_PORT_QUADRATURE}, {"phase", EPX_READ_COSINE},
    {"phase", EPX_READ_SINE}};
enum { N_CASES = sizeof cases / sizeof cases[0], N_OUTPUTS = 2 };

static random_network create_case(int k) {
  random_network r = create_random_network(epx_family_get_by_name(cases[k].family), 5, 2, 3, 3);
  r.network->readout = cases[k].kind;
  r.network->readout_scale = 1.7;
  if (strcmp(cases[k].family, "kerr") == 0) {
    set_everywhere(&r, "coupling_loss", 0.49);
    set_everywhere(&r, "bias", 0);
  }
  return r;
}

static double eval_expected(epx_readout_kind kind, double first, double second) {
  switch (kind) {
  case EPX_READ_INTENSITY:
    return 1.7 * (first * first + second * second);
  case EPX_READ_SINE:
    return 1.7 * sin(first);
  case EPX_READ_COSINE:
    return 1.7 * cos(first);
  case EPX_READ_PORT_INTENSITY:
    return 1.7 * 0.49 * (first * first + second * second);
  case EPX_READ_PORT_QUADRATURE:
    return 1.7 * 0.7 * first;
  default:
    return 1.7 * first;
  }
}

static void outputs_are_read_in_the_order_they_are_given(void **state) {
  (void)state;
  for (int k = 0; k < N_CASES; k++) {
    random_network r = create_case(k);
    const size_t n = (size_t)r.lanes->n_lanes, components = (size_t)r.network->family->components;
    double *y = create_random_state(&r, "state"), *got = create_numbers(N_OUTPUTS * n);
    epx_readout_eval(r.lanes, y, got);
    for (int output = 0; output < N_OUTPUTS; output++) {
      const size_t row =
          (size_t)(r.network->n_free - 1 - output) * components; /* outputs are the last nodes, reversed */
      for (size_t lane = 0; lane < n; lane++) {
        const double first = y[row * n + lane], second = components == 2 ? y[(row + 1) * n + lane] : 0;
        assert_close(got[(size_t)output * n + lane], eval_expected(cases[k].kind, first, second), 1e-15);
      }
    }
    epx_array_destroy(&y);
    epx_array_destroy(&got);
    destroy_random_network(&r);
  }
}

/** Evaluates g' r of every lane. */
static void eval_cost(const random_network *r, const double *y, const double *g, double *work, double *cost) {
  const size_t n = (size_t)r->lanes->n_lanes;
  epx_readout_eval(r->lanes, y, work);
  memset(cost, 0, n * sizeof *cost);
  for (size_t k = 0; k < N_OUTPUTS * n; k++)
    cost[k % n] += g[k] * work[k];
}

static void pull_is_the_slope_of_the_cost(void **state) {
  (void)state;
  const double h = 1e-5;
  for (int k = 0; k < N_CASES; k++) {
    random_network r = create_case(k);
    const size_t n = (size_t)r.lanes->n_lanes;
    double *y = create_random_state(&r, "state"), *g = create_numbers(N_OUTPUTS * n),
           *work = create_numbers(N_OUTPUTS * n);
    double *c = create_random_state(&r, "rubbish"), *up = create_numbers(n), *down = create_numbers(n);
    fill("slope", N_OUTPUTS * n, g);
    epx_readout_eval_cost_slope(r.lanes, y, g, c);
    for (size_t row = 0; row < (size_t)r.network->n_state; row++) {
      for (size_t lane = 0; lane < n; lane++)
        y[row * n + lane] += h;
      eval_cost(&r, y, g, work, up);
      for (size_t lane = 0; lane < n; lane++)
        y[row * n + lane] -= 2 * h;
      eval_cost(&r, y, g, work, down);
      for (size_t lane = 0; lane < n; lane++) {
        y[row * n + lane] += h;
        assert_close(c[row * n + lane], (up[lane] - down[lane]) / (2 * h), 1e-9);
      }
    }
    epx_array_destroy(&y);
    epx_array_destroy(&g);
    epx_array_destroy(&work);
    epx_array_destroy(&c);
    epx_array_destroy(&up);
    epx_array_destroy(&down);
    destroy_random_network(&r);
  }
}

/** The cost r of one output has the pull `slope`, and that has the slope `curvature`. */
static void derivatives_are_those_of_the_pull(void **state) {
  (void)state;
  const double h = 1e-5;
  for (int k = 0; k < N_CASES; k++) {
    random_network r = create_case(k);
    const size_t n = (size_t)r.lanes->n_lanes, components = (size_t)r.network->family->components, lane = 4;
    double *y = create_random_state(&r, "state"), *g = create_numbers(N_OUTPUTS * n);
    double *here = create_numbers(count_state(&r)), *above = create_numbers(count_state(&r));
    double slope[4], curvature[4];
    for (size_t at = 0; at < N_OUTPUTS * n; at++)
      g[at] = 1;
    epx_readout_eval_derivatives(r.lanes, y, (int)lane, slope, curvature);
    epx_readout_eval_cost_slope(r.lanes, y, g, here);
    for (size_t at = 0; at < count_state(&r); at++)
      y[at] += h;
    epx_readout_eval_cost_slope(r.lanes, y, g, above);
    for (size_t output = 0; output < N_OUTPUTS; output++) {
      for (size_t c = 0; c < components; c++) {
        const size_t row = ((size_t)r.network->n_free - 1 - output) * components + c;
        const double bend = (above[row * n + lane] - here[row * n + lane]) / h;
        assert_close(slope[output * components + c], here[row * n + lane], 1e-15);
        assert_close(curvature[output * components + c], bend, 1e-4);
      }
    }
    epx_array_destroy(&y);
    epx_array_destroy(&g);
    epx_array_destroy(&here);
    epx_array_destroy(&above);
    destroy_random_network(&r);
  }
}

/** A network whose two outputs are balanced pairs of its last four nodes, in an order of their own. */
static random_network create_pairs(void) {
  static const int nodes[] = {4, 2, 3, 1};
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 3, 3);
  const epx_network_spec spec = {.family = r.network->family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 5},
                                 .n_inputs = 2,
                                 .input_scale = 0.7,
                                 .n_outputs = N_OUTPUTS,
                                 .output_nodes = nodes,
                                 .readout = EPX_READ_BALANCED,
                                 .readout_scale = 1.7};
  epx_lanes_destroy(&r.lanes);
  epx_network_destroy(&r.network);
  assert_int_equal(epx_network_create(&spec, &r.network), EPX_OK);
  assert_int_equal(epx_lanes_create(r.network, 3, 3, &r.lanes), EPX_OK);
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  return r;
}

/** Evaluates |a|^2 of a node in a lane. */
static double eval_intensity(const random_network *r, const double *y, int node, size_t lane) {
  const double *s = y + 2 * (size_t)node * (size_t)r->lanes->n_lanes + lane;
  const double im = s[r->lanes->n_lanes];
  return s[0] * s[0] + im * im;
}

/** Each output is a difference; the pull and the derivatives are those of two intensities, one of them
 * negative. */
static void balanced_pairs_read_differences(void **state) {
  (void)state;
  random_network r = create_pairs();
  const size_t n = (size_t)r.lanes->n_lanes, lane = 4;
  double *y = create_random_state(&r, "state"), *got = create_numbers(N_OUTPUTS * n),
         *g = create_numbers(N_OUTPUTS * n), *c = create_random_state(&r, "rubbish"), slope[8], curvature[8];
  assert_int_equal(r.network->n_probes, 4);
  fill("slope", N_OUTPUTS * n, g);
  epx_readout_eval(r.lanes, y, got);
  epx_readout_eval_cost_slope(r.lanes, y, g, c);
  epx_readout_eval_derivatives(r.lanes, y, (int)lane, slope, curvature);
  for (int k = 0; k < 4; k++) {
    const int node = r.network->output_nodes[k];
    const double sign = k % 2 ? -1 : 1;
    assert_int_equal(epx_readout_get_output(r.network, k), k / 2);
    if (sign > 0)
      assert_close(got[(size_t)(k / 2) * n + lane],
                   1.7 * (eval_intensity(&r, y, node, lane) -
                          eval_intensity(&r, y, r.network->output_nodes[k + 1], lane)),
                   1e-14);
    for (size_t component = 0; component < 2; component++) {
      const size_t at = (2 * (size_t)node + component) * n + lane;
      assert_close(slope[2 * (size_t)k + component], 2 * 1.7 * sign * y[at], 1e-14);
      assert_close(curvature[2 * (size_t)k + component], 2 * 1.7 * sign, 1e-14);
      assert_close(c[at], slope[2 * (size_t)k + component] * g[(size_t)(k / 2) * n + lane], 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&got);
  epx_array_destroy(&g);
  epx_array_destroy(&c);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outputs_are_read_in_the_order_they_are_given),
      cmocka_unit_test(pull_is_the_slope_of_the_cost),
      cmocka_unit_test(derivatives_are_those_of_the_pull),
      cmocka_unit_test(balanced_pairs_read_differences),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
