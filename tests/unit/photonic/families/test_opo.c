/** @file
 * The family opo: its equation, the states of a pair.
 */
#include "unit/random_network.h"

static void opo_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("opo"), 4, 2, 3, 2);
  const epx_network *w = r.network;
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    const double *theta = r.theta + lane / 2 * w->n_theta;
    const double *pump = theta + w->offset[epx_family_get_parameter(w->family, "pump")];
    const double *bias = theta + w->offset[epx_family_get_parameter(w->family, "bias")];
    for (int i = 0; i < 4; i++) {
      const double x = y[(size_t)i * n + lane];
      double expected = (pump[i] - 1 - x * x) * x + bias[i];
      if (i < 2) expected += 0.7 * r.features[lane % 2 * 2 + (size_t)i];
      for (int j = 0; j < 4; j++) {
        const long link = epx_topology_get_link(w->topology, i, j);
        if (link >= 0) expected += theta[w->offset[w->coupling] + (size_t)link] * y[(size_t)j * n + lane];
      }
      assert_close(f[(size_t)i * n + lane], expected, 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

/** A pair of coupling 0.1 without seeds, settled from `first` and `second`. */
static void settle_pair(double pump, double first, double second, double *x) {
  random_network r = create_random_network(epx_family_get_by_name("opo"), 2, 0, 1, 1);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_numbers(count_state(&r));
  set_everywhere(&r, "coupling", 0.1);
  set_everywhere(&r, "bias", 0);
  set_everywhere(&r, "pump", pump);
  for (size_t lane = 0; lane < n; lane++) {
    y[lane] = first;
    y[n + lane] = second;
  }
  for (int k = 0; k < 10000; k++)
    take_step(&r, 0.05, y);
  x[0] = y[0];
  x[1] = y[n];
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** x^2 = pump - 1 + coupling in phase, pump - 1 - coupling in antiphase; 0 below the thresholds 0.9 and 1.1,
 * where an antiphase pair, symmetric to the bit, stays antiphase. */
static void opo_pair_has_its_analytic_states_and_thresholds(void **state) {
  (void)state;
  static const struct {
    double pump, sign, expected;
  } cases[] = {{1.2, 1, 0.547722557505166},
               {1.2, -1, 0.316227766016838},
               {0.95, 1, 0.223606797749979},
               {1.15, -1, 0.223606797749979},
               {0.85, 1, 0},
               {1.05, -1, 0}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    double x[2];
    settle_pair(cases[k].pump, 0.3, 0.3 * cases[k].sign, x);
    assert_close(x[0], cases[k].expected, 1e-10);
    assert_close(x[1], cases[k].sign * cases[k].expected, 1e-10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opo_field_is_its_equation),
      cmocka_unit_test(opo_pair_has_its_analytic_states_and_thresholds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
