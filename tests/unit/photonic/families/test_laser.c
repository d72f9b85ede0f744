/** @file
 * The families laser and laser-b: their equations in complex numbers, the threshold of a pair, injection
 * locking, and what of class B is left when its carriers follow.
 */
#include <complex.h>

#include "unit/random_network.h"

static const double *get_parameter(const random_network *r, size_t lane, const char *name) {
  const int p = epx_family_get_parameter(r->network->family, name);
  return r->theta + lane / (size_t)r->lanes->n_samples * r->network->n_theta + r->network->offset[p];
}

static double complex get_amplitude(const random_network *r, const double *y, int i, size_t lane) {
  const size_t n = (size_t)r->lanes->n_lanes;
  const size_t at = (size_t)i * (size_t)r->network->family->components * n + lane;
  return CMPLX(y[at], y[at + n]);
}

/** Evaluates w_i = sum_j (K_ij + i J_ij) a_j + F_i + i Delta_i a_i. */
static double complex eval_wave(const random_network *r, const double *y, int i, size_t lane) {
  const size_t sample = lane % (size_t)r->lanes->n_samples;
  double complex w = get_parameter(r, lane, "bias")[i];
  if (i < r->network->n_inputs) w += 0.7 * r->features[sample * (size_t)r->network->n_inputs + (size_t)i];
  w += I * get_parameter(r, lane, "detuning")[i] * get_amplitude(r, y, i, lane);
  for (int j = 0; j < r->network->n_nodes; j++) {
    const long link = epx_topology_get_link(r->network->topology, i, j);
    if (link < 0) continue;
    const double complex exchange =
        CMPLX(get_parameter(r, lane, "coupling")[link], get_parameter(r, lane, "dispersive")[link]);
    w += exchange * get_amplitude(r, y, j, lane);
  }
  return w;
}

static void class_a_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("laser"), 4, 2, 3, 2);
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    for (int i = 0; i < 4; i++) {
      const double complex a = get_amplitude(&r, y, i, lane);
      const double light = creal(a * conj(a)), alpha = get_parameter(&r, lane, "enhancement")[i];
      const double complex expected =
          (get_parameter(&r, lane, "pump")[i] - CMPLX(1, alpha) * light) * a + eval_wave(&r, y, i, lane);
      assert_close(cabs(get_amplitude(&r, f, i, lane) - expected), 0, 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

static void class_b_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("laser-b"), 4, 2, 3, 2);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  for (size_t lane = 0; lane < 6; lane++) {
    for (int i = 0; i < 4; i++) {
      const size_t at = (3 * (size_t)i + 2) * n + lane;
      const double complex a = get_amplitude(&r, y, i, lane);
      const double N = y[at], light = creal(a * conj(a)), alpha = get_parameter(&r, lane, "enhancement")[i];
      assert_close(cabs(get_amplitude(&r, f, i, lane) - CMPLX(1, alpha) * N * a - eval_wave(&r, y, i, lane)),
                   0, 1e-14);
      const double carriers = get_parameter(&r, lane, "pump")[i] - N - (1 + 2 * N) * light;
      assert_close(f[at], carriers / get_parameter(&r, lane, "lifetime")[i], 1e-14);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

/** Creates lasers without inputs, all parameters 0 where that is allowed. */
static random_network create_quiet(const char *family, int n_nodes) {
  random_network r = create_random_network(epx_family_get_by_name(family), n_nodes, 0, 1, 1);
  for (int p = 0; p < r.network->family->n_parameters; p++)
    set_everywhere(&r, r.network->family->parameters[p].name, fmax(0, r.network->family->parameters[p].low));
  return r;
}

/** Sets amplitudes of all lanes, and follows the dynamics for a time. */
static void follow(const random_network *r, double time, double *y) {
  const int steps = (int)(time / 0.05);
  for (int k = 0; k < steps; k++)
    take_step(r, 0.05, y);
}

static void fill_nodes(const random_network *r, const double *amplitude, double *y) {
  const size_t n = (size_t)r->lanes->n_lanes, components = (size_t)r->network->family->components;
  memset(y, 0, count_state(r) * sizeof *y);
  for (size_t i = 0; i < (size_t)r->network->n_nodes; i++) {
    for (size_t lane = 0; lane < n; lane++)
      y[components * i * n + lane] = amplitude[i];
  }
}

/** A pair of coupling K lases in phase above pump = -K with |a|^2 = pump + K, dark below; antiphase at +K. */
static void pair_lases_above_its_threshold(void **state) {
  (void)state;
  static const struct {
    double pump, sign, light;
  } cases[] = {{0.1, 1, 0.4}, {-0.2, 1, 0.1}, {-0.4, 1, 0}, {0.5, -1, 0.2}, {0.2, -1, 0}};
  random_network r = create_quiet("laser", 2);
  double *y = create_numbers(count_state(&r));
  set_everywhere(&r, "coupling", 0.3);
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    set_everywhere(&r, "pump", cases[k].pump);
    fill_nodes(&r, (double[]){0.2, 0.2 * cases[k].sign}, y);
    follow(&r, 250, y);
    assert_close(y[0] * y[0], cases[k].light, 1e-9);
    assert_close(y[0], cases[k].sign * y[2 * (size_t)r.lanes->n_lanes], 1e-9);
  }
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** Weakly injected, a laser locks to F where |Delta| |a| <= F, at the phase asin(Delta |a| / F), whatever its
 * class: with |a|^2 = pump + F cos(phase) / |a| of its own. */
static void injected_laser_locks_at_adlers_phase(void **state) {
  (void)state;
  random_network r = create_quiet("laser", 1);
  double *y = create_numbers(count_state(&r));
  set_everywhere(&r, "pump", 1);
  set_everywhere(&r, "bias", 1e-3);
  set_everywhere(&r, "detuning", 5e-4);
  fill_nodes(&r, (double[]){1}, y);
  for (int k = 0; k < 120000; k++)
    take_step(&r, 0.2, y);
  const double phase = atan2(y[r.lanes->n_lanes], y[0]), size = hypot(y[r.lanes->n_lanes], y[0]);
  assert_close(sin(phase), 0.5 * size, 1e-9);
  assert_close(size * size, 1 + 1e-3 * cos(phase) / size, 1e-9);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** At rest a class-B laser's carriers are N = (pump - |a|^2) / (1 + 2 |a|^2); alone, it clamps them at 0. */
static void class_b_laser_clamps_its_gain(void **state) {
  (void)state;
  random_network r = create_quiet("laser-b", 1);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_numbers(count_state(&r));
  set_everywhere(&r, "pump", 0.5);
  set_everywhere(&r, "lifetime", 5);
  fill_nodes(&r, (double[]){0.1}, y);
  follow(&r, 400, y);
  assert_close(y[0] * y[0] + y[n] * y[n], 0.5, 1e-9);
  assert_close(y[2 * n], 0, 1e-9);
  set_everywhere(&r, "bias", 0.2);
  follow(&r, 400, y);
  const double light = y[0] * y[0] + y[n] * y[n];
  assert_true(light > 0.6);
  assert_close(y[2 * n], (0.5 - light) / (1 + 2 * light), 1e-9);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(class_a_field_is_its_equation),
      cmocka_unit_test(class_b_field_is_its_equation),
      cmocka_unit_test(pair_lases_above_its_threshold),
      cmocka_unit_test(injected_laser_locks_at_adlers_phase),
      cmocka_unit_test(class_b_laser_clamps_its_gain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
