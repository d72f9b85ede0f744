/** @file
 * The family soft-spin: its equation, the states of a pair.
 */
#include "unit/random_network.h"

static void soft_spin_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("soft-spin"), 5, 2, 3, 2);
  const epx_network *w = r.network;
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    const double *theta = r.theta + lane / 2 * w->n_theta;
    const double *bias = theta + w->offset[epx_family_get_parameter(w->family, "bias")];
    const double *stiffness = theta + w->offset[epx_family_get_parameter(w->family, "stiffness")];
    for (int i = 2; i < 5; i++) {
      const double s = y[((size_t)i - 2) * n + lane];
      double received = bias[i];
      for (int j = 0; j < 5; j++) {
        const long link = epx_topology_get_link(w->topology, i, j);
        const double s_j = j < 2 ? 0.7 * r.features[lane % 2 * 2 + (size_t)j] : y[((size_t)j - 2) * n + lane];
        if (link >= 0) received += theta[w->offset[w->coupling] + (size_t)link] * sin(s_j);
      }
      assert_close(f[((size_t)i - 2) * n + lane], cos(s) * received - stiffness[i] * s, 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

/** A pair of stiffness 2 without bias, settled from (0.1, 0.2). */
static double settle_pair(double coupling) {
  random_network r = create_random_network(epx_family_get_by_name("soft-spin"), 2, 0, 1, 1);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_numbers(count_state(&r));
  set_everywhere(&r, "coupling", coupling);
  set_everywhere(&r, "bias", 0);
  set_everywhere(&r, "stiffness", 2);
  for (size_t lane = 0; lane < n; lane++) {
    y[lane] = 0.1;
    y[n + lane] = 0.2;
  }
  for (int k = 0; k < 10000; k++)
    take_step(&r, 0.05, y);
  assert_close(y[0], y[n], 1e-9);
  const double s = y[0];
  epx_array_destroy(&y);
  destroy_random_network(&r);
  return s;
}

/** Equal spins: 2 s = (J/2) sin 2 s, whose only root up to J = 2 is 0; with J = pi it is pi/4. */
static void soft_spin_pair_orders_where_its_coupling_exceeds_its_stiffness(void **state) {
  (void)state;
  assert_close(settle_pair(1.9), 0, 1e-9);
  assert_close(settle_pair(acos(-1)), acos(-1) / 4, 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(soft_spin_field_is_its_equation),
      cmocka_unit_test(soft_spin_pair_orders_where_its_coupling_exceeds_its_stiffness),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
