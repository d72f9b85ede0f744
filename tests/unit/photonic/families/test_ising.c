/** @file
 * The family ising: its equation, the second harmonic from which on a frustrated state is binary.
 */
#include "unit/random_network.h"

static void ising_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("ising"), 5, 2, 3, 2);
  const epx_network *w = r.network;
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    const double *theta = r.theta + lane / 2 * w->n_theta;
    const double *h = theta + w->offset[epx_family_get_parameter(w->family, "field")];
    const double *K = theta + w->offset[epx_family_get_parameter(w->family, "binarisation")];
    for (int i = 2; i < 5; i++) {
      const double phi = y[((size_t)i - 2) * n + lane];
      double expected = -h[i] * sin(phi) - K[i] * sin(2 * phi);
      for (int j = 0; j < 5; j++) {
        const long link = epx_topology_get_link(w->topology, i, j);
        const double W = link >= 0 ? theta[w->offset[w->coupling] + (size_t)link] : 0;
        expected -= j < 2 ? W * 0.7 * r.features[lane % 2 * 2 + (size_t)j] * sin(phi)
                          : W * sin(phi - y[((size_t)j - 2) * n + lane]);
      }
      assert_close(f[((size_t)i - 2) * n + lane], expected, 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

/** Settles three oscillators that repel each other, from near (0, 0, pi); returns how far they are from 0 or
 * pi, the largest |sin phi|. */
static double settle_triangle(double binarisation) {
  random_network r = create_random_network(epx_family_get_by_name("ising"), 3, 0, 1, 1);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_numbers(count_state(&r)), worst = 0;
  set_everywhere(&r, "coupling", -1);
  set_everywhere(&r, "field", 0);
  set_everywhere(&r, "binarisation", binarisation);
  for (size_t lane = 0; lane < n; lane++) {
    y[lane] = 0.02;
    y[n + lane] = -0.01;
    y[2 * n + lane] = acos(-1) + 0.01;
  }
  for (int k = 0; k < 8000; k++)
    take_step(&r, 0.1, y);
  for (size_t i = 0; i < 3; i++)
    worst = fmax(worst, fabs(sin(y[i * n])));
  epx_array_destroy(&y);
  destroy_random_network(&r);
  return worst;
}

/** The Laplacian of the weights (-1, 1, 1) has the eigenvalues -1, 0, 3: binary from binarisation 1/2 on. */
static void frustrated_triangle_is_binary_from_its_threshold_on(void **state) {
  (void)state;
  assert_true(settle_triangle(0.48) > 0.1);
  assert_close(settle_triangle(0.52), 0, 1e-6);
}

static void frustrated_triangle_without_binarisation_is_at_120_degrees(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("ising"), 3, 0, 1, 1);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state");
  set_everywhere(&r, "coupling", -1);
  set_everywhere(&r, "field", 0);
  set_everywhere(&r, "binarisation", 0);
  for (int k = 0; k < 2000; k++)
    take_step(&r, 0.1, y);
  assert_close(cos(y[0] - y[n]), -0.5, 1e-9);
  assert_close(cos(y[n] - y[2 * n]), -0.5, 1e-9);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ising_field_is_its_equation),
      cmocka_unit_test(frustrated_triangle_is_binary_from_its_threshold_on),
      cmocka_unit_test(frustrated_triangle_without_binarisation_is_at_120_degrees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
