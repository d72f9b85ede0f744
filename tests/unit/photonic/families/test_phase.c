/** @file
 * The family phase: its equation, its start.
 */
#include "unit/random_network.h"

static void phase_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("phase"), 5, 2, 3, 2);
  const epx_network *w = r.network;
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    const double *theta = r.theta + lane / 2 * w->n_theta;
    const double *h = theta + w->offset[epx_family_get_parameter(w->family, "field")];
    const double *detuning = theta + w->offset[epx_family_get_parameter(w->family, "detuning")];
    const double *psi = theta + w->offset[epx_family_get_parameter(w->family, "field_phase")];
    double phi[5] = {0.7 * r.features[lane % 2 * 2], 0.7 * r.features[lane % 2 * 2 + 1]};
    for (size_t i = 2; i < 5; i++)
      phi[i] = y[(i - 2) * n + lane];
    for (int i = 2; i < 5; i++) {
      double expected = detuning[i] - h[i] * sin(phi[i] - psi[i]);
      for (int j = 0; j < 5; j++) {
        const long link = epx_topology_get_link(w->topology, i, j);
        if (link >= 0) expected -= theta[w->offset[w->coupling] + (size_t)link] * sin(phi[i] - phi[j]);
      }
      assert_close(f[((size_t)i - 2) * n + lane], expected, 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

static void phases_start_anywhere_on_the_circle(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("phase"), 50, 2, 1, 40);
  double *y = create_numbers(count_state(&r)), *z = create_numbers(count_state(&r));
  r.network->family->set_start(r.lanes, 1, y);
  r.network->family->set_start(r.lanes, 2, z);
  double sum = 0, squares = 0, product = 0;
  const double n = (double)count_state(&r), pi = acos(-1);
  for (size_t k = 0; k < count_state(&r); k++) {
    assert_true(fabs(y[k]) < pi);
    sum += y[k];
    squares += y[k] * y[k];
    product += y[k] * z[k];
  }
  assert_close(sum / n, 0, 4 * pi / sqrt(3 * n));
  assert_close(squares / n, pi * pi / 3, 4 * pi * pi * sqrt(4. / 45 / n));
  assert_close(product / n, 0, 4 * pi * pi / 3 / sqrt(n));
  epx_array_destroy(&y);
  epx_array_destroy(&z);
  destroy_random_network(&r);
}

/** One oscillator, detuning 0.5 and 2 from a field of rate 1 (Adler1946): it locks where |detuning| <= 1, at
 * phi = asin(detuning), and else runs through 2 pi in 2 pi / sqrt(detuning^2 - 1). */
static void oscillator_locks_or_beats_as_adler_says(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("phase"), 1, 0, 1, 1);
  double *y = create_numbers(count_state(&r));
  const double pi = acos(-1);
  set_everywhere(&r, "field", 1);
  set_everywhere(&r, "field_phase", 0);
  set_everywhere(&r, "detuning", 0.5);
  for (int k = 0; k < 1000; k++)
    take_step(&r, 0.05, y);
  assert_close(y[0], pi / 6, 1e-12);
  set_everywhere(&r, "detuning", 2);
  const double first = y[0], step = 2 * pi / sqrt(3) / 2000;
  for (int k = 0; k < 2000; k++)
    take_step(&r, step, y);
  assert_close(y[0] - first, 2 * pi, 1e-10);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(phase_field_is_its_equation),
      cmocka_unit_test(oscillator_locks_or_beats_as_adler_says),
      cmocka_unit_test(phases_start_anywhere_on_the_circle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
