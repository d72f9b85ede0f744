/** @file
 * The family kerr: its equation, its losses, its reciprocity.
 */
#include <lapacke.h>

#include "unit/random_network.h"

/** The equation as the header writes it, in complex numbers and plain loops. */
static void kerr_field_is_its_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 4, 2, 3, 2);
  const epx_network *w = r.network;
  const size_t n = (size_t)r.lanes->n_lanes;
  const char *const names[] = {"coupling", "detuning", "bias", "loss", "kerr", "coupling_loss", "cross_kerr"};
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y), power[16];
  w->family->eval_power(r.lanes, y, power);
  for (size_t lane = 0; lane < 6; lane++) {
    const double *of[7], *theta = r.theta + lane / 2 * w->n_theta;
    double expected_power = 0;
    for (int p = 0; p < 7; p++)
      of[p] = theta + w->offset[epx_family_get_parameter(w->family, names[p])];
    for (int i = 0; i < 4; i++) {
      const double x = y[(2 * (size_t)i) * n + lane], p = y[(2 * (size_t)i + 1) * n + lane];
      const double half = (of[3][i] + of[5][i]) / 2;
      double shift = of[1][i] + of[4][i] * (x * x + p * p);
      for (int j = 0; j < 4; j++) {
        const long link = epx_topology_get_link(w->topology, i, j);
        const double x_j = y[(2 * (size_t)j) * n + lane], p_j = y[(2 * (size_t)j + 1) * n + lane];
        if (link >= 0) shift += of[6][link] * (x_j * x_j + p_j * p_j);
      }
      const double drive = of[2][i] + (i < 2 ? 0.7 * r.features[lane % 2 * 2 + (size_t)i] : 0);
      double re = -half * x - shift * p + drive, im = -half * p + shift * x;
      for (int j = 0; j < 4; j++) {
        const long link = epx_topology_get_link(w->topology, i, j);
        if (link < 0) continue;
        re -= of[0][link] * y[(2 * (size_t)j + 1) * n + lane];
        im += of[0][link] * y[(2 * (size_t)j) * n + lane];
      }
      expected_power += drive * drive;
      assert_close(f[(2 * (size_t)i) * n + lane], re, 1e-14);
      assert_close(f[(2 * (size_t)i + 1) * n + lane], im, 1e-14);
    }
    assert_close(power[lane], expected_power, 1e-14);
  }
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

static double eval_intensity(const random_network *r, const double *y, int lane) {
  double sum = 0;
  for (int row = 0; row < r->network->n_state; row++) {
    const double at = y[(size_t)row * (size_t)r->lanes->n_lanes + (size_t)lane];
    sum += at * at;
  }
  return sum;
}

static void undriven_lossy_kerr_network_loses_energy(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 6, 2, 3, 3);
  memset(r.features, 0, 6 * sizeof *r.features);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  set_everywhere(&r, "bias", 0);
  double *y = create_random_state(&r, "state");
  for (int k = 0; k < 50; k++) {
    double before[16];
    for (int lane = 0; lane < r.lanes->n_lanes; lane++)
      before[lane] = eval_intensity(&r, y, lane);
    take_step(&r, 0.02, y);
    for (int lane = 0; lane < r.lanes->n_lanes; lane++)
      assert_true(eval_intensity(&r, y, lane) < before[lane]);
  }
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** With uniform loss and nothing else that is dissipative or driven, |a|^2 decays as exp(-loss t). */
static void kerr_network_decays_at_its_loss_rate(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 1, 1, 1);
  r.features[0] = 0;
  epx_lanes_set_samples(r.lanes, 1, r.features);
  set_everywhere(&r, "bias", 0);
  set_everywhere(&r, "loss", 0.3);
  set_everywhere(&r, "coupling_loss", 0.5);
  double *y = create_random_state(&r, "state");
  const double before = eval_intensity(&r, y, 0);
  for (int k = 0; k < 200; k++)
    take_step(&r, 0.01, y);
  assert_close(eval_intensity(&r, y, 0) / before, exp(-1.6), 1e-8);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** What makes the phase-conjugate nudge exact: M' = K M K, with K the complex conjugation (DalCin2025). */
static void linear_kerr_response_is_reciprocal_under_conjugation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 1, 8);
  const signed char *K = r.network->family->conjugation;
  const size_t n = (size_t)r.network->n_state;
  double *y = create_random_state(&r, "state");
  for (int linear = 0; linear < 2; linear++) {
    double *M = create_force_jacobian(&r, y, 3), worst = 0;
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++)
        worst = fmax(worst, fabs(M[j * n + i] - K[i % 2] * M[i * n + j] * K[j % 2]));
    }
    assert_true(linear ? worst < 1e-15 : worst > 0.01);
    epx_array_destroy(&M);
    set_everywhere(&r, "kerr", 0);
    set_everywhere(&r, "cross_kerr", 0);
  }
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** Without links of light and shifts the bound of the spectrum is met by one node at some phase. */
static void kerr_bound_is_met_by_one_node(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, 3, 2);
  set_everywhere(&r, "cross_kerr", 0);
  const size_t n = (size_t)r.network->n_state;
  double *y = create_random_state(&r, "state"), bound[8];
  r.network->family->eval_abscissa_bound(r.lanes, y, bound);
  for (int lane = 0; lane < r.lanes->n_lanes; lane++) {
    double *J = create_jacobian(&r, y, lane, 1), largest = -INFINITY;
    for (size_t row = 0; row < n; row += 2) {
      const double xx = J[row * n + row], pp = J[(row + 1) * n + row + 1];
      const double xp = (J[row * n + row + 1] + J[(row + 1) * n + row]) / 2;
      largest = fmax(largest, (xx + pp) / 2 + hypot((xx - pp) / 2, xp));
    }
    if (largest < 0 || bound[lane] >= 0) {
      assert_close(bound[lane], largest, 1e-14);
    }
    epx_array_destroy(&J);
  }
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** Evaluates the largest real part of a Jacobian's eigenvalues, and by *norm the largest that the nodes'
 * blocks have without their rotation. */
static double eval_abscissa(const random_network *r, const double *y, int lane, double *norm) {
  const size_t n = (size_t)r->network->n_state;
  double *J = create_jacobian(r, y, lane, 1), *real = create_numbers(n), *imaginary = create_numbers(n);
  double abscissa = -INFINITY;
  *norm = -INFINITY;
  for (size_t row = 0; row < n; row += 2) {
    const double xx = J[row * n + row], pp = J[(row + 1) * n + row + 1];
    const double xp = (J[row * n + row + 1] + J[(row + 1) * n + row]) / 2;
    *norm = fmax(*norm, (xx + pp) / 2 + hypot((xx - pp) / 2, xp));
  }
  assert_int_equal(LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', (lapack_int)n, J, (lapack_int)n, real, imaginary,
                                 NULL, 1, NULL, 1),
                   0);
  for (size_t k = 0; k < n; k++)
    abscissa = fmax(abscissa, real[k]);
  epx_array_destroy(&J);
  epx_array_destroy(&real);
  epx_array_destroy(&imaginary);
  return abscissa;
}

/** Squeezes larger than half the loss, most of which rotation takes away, some of which grow. */
static void kerr_bound_sees_rotation_and_stays_a_bound(void **state) {
  (void)state;
  int n_lowered = 0, n_unstable = 0;
  for (int shared = 0; shared < 2; shared++) {
    random_network r =
        create_random_network(epx_family_get_by_name("kerr"), 7, 2, shared ? 1 : 12, shared ? 48 : 4);
    leave_out_further(&r);
    set_everywhere(&r, "loss", 0.9);
    set_everywhere(&r, "kerr", 0.8);
    for (int k = 0; k < 8; k++) {
      const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
      double *y = create_random_state(&r, names[k]), bound[64], norm;
      set_everywhere(&r, "detuning", 0.4 * k - 1.5);
      r.network->family->eval_abscissa_bound(r.lanes, y, bound);
      for (int lane = 0; lane < r.lanes->n_used; lane++) {
        const double abscissa = eval_abscissa(&r, y, lane, &norm);
        assert_true(abscissa <= bound[lane] + 1e-12);
        n_lowered += bound[lane] < 0 && norm >= 0;
        n_unstable += abscissa > 0;
      }
      epx_array_destroy(&y);
    }
    destroy_random_network(&r);
  }
  assert_true(n_lowered > 20 && n_unstable > 20);
}

/** Without other loss and drive, the ports give back what comes in: sum |a_out|^2 = sum |a_in|^2. */
static void ports_of_a_lossless_network_give_back_the_light(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 4, 2, 3, 2);
  double *y = create_numbers(count_state(&r)), gain[8], through[16], in[8] = {0}, out[8] = {0};
  const size_t n = (size_t)r.lanes->n_lanes;
  set_everywhere(&r, "loss", 0);
  set_everywhere(&r, "bias", 0);
  set_everywhere(&r, "coupling_loss", 1.5);
  for (int k = 0; k < 4000; k++)
    take_step(&r, 0.02, y);
  for (size_t i = 0; i < 4; i++) {
    r.network->family->eval_port(r.lanes, (int)i, 0, (int)n, gain, through);
    for (size_t lane = 0; lane < n; lane++) {
      const double re = gain[lane] * y[2 * i * n + lane] + through[lane];
      const double im = gain[lane] * y[(2 * i + 1) * n + lane] + through[n + lane];
      in[lane] += through[lane] * through[lane] + through[n + lane] * through[n + lane];
      out[lane] += re * re + im * im;
    }
  }
  for (size_t lane = 0; lane < n; lane++) {
    assert_true(in[lane] > 1e-3);
    assert_close(out[lane], in[lane], 1e-12);
  }
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** A network of one driven input, one free ring and no coupling, encoded as given. */
static random_network create_encoded(epx_encoding encoding) {
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 3, 1, 2, 3);
  r.network->encoding = encoding;
  r.network->input_scale = 0.8;
  r.network->input_nodes[0] = 1;
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  return r;
}

/** By phase a feature turns a drive of fixed magnitude by a right angle a unit. */
static void phase_encoding_turns_the_drive(void **state) {
  (void)state;
  random_network r = create_encoded(EPX_ENCODE_PHASE);
  const size_t n = (size_t)r.lanes->n_lanes;
  const int bias = epx_family_get_parameter(r.network->family, "bias");
  for (int lane = 0; lane < r.lanes->n_lanes; lane++) {
    const double angle = acos(0) * r.features[epx_lanes_get_sample(r.lanes, lane)];
    const double *drive = r.lanes->input + 2 * n + lane;
    assert_close(drive[0], r.lanes->node[bias][n + (size_t)lane] + 0.8 * cos(angle), 1e-15);
    assert_close(drive[n], 0.8 * sin(angle), 1e-15);
  }
  destroy_random_network(&r);
}

/** By detuning a feature shifts its node alone, drives nothing, and what is laid anew is shifted once. */
static void detuning_encoding_shifts_the_resonance(void **state) {
  (void)state;
  random_network r = create_encoded(EPX_ENCODE_DETUNING), plain = create_encoded(EPX_ENCODE_AMPLITUDE);
  const size_t n = (size_t)r.lanes->n_lanes;
  const int detuning = epx_family_get_parameter(r.network->family, "detuning"),
            bias = epx_family_get_parameter(r.network->family, "bias");
  epx_lanes_set_samples(r.lanes, 2, r.features + 1);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  for (int lane = 0; lane < r.lanes->n_lanes; lane++) {
    const double feature = r.features[epx_lanes_get_sample(r.lanes, lane)];
    for (size_t node = 0; node < 3; node++) {
      const size_t at = node * n + (size_t)lane;
      assert_close(r.lanes->node[detuning][at],
                   plain.lanes->node[detuning][at] + (node == 1 ? 0.8 * feature : 0), 1e-15);
      assert_true(r.lanes->input[2 * node * n + (size_t)lane] == r.lanes->node[bias][at]);
    }
  }
  destroy_random_network(&r);
  destroy_random_network(&plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kerr_field_is_its_equation),
      cmocka_unit_test(undriven_lossy_kerr_network_loses_energy),
      cmocka_unit_test(kerr_network_decays_at_its_loss_rate),
      cmocka_unit_test(kerr_bound_is_met_by_one_node),
      cmocka_unit_test(kerr_bound_sees_rotation_and_stays_a_bound),
      cmocka_unit_test(ports_of_a_lossless_network_give_back_the_light),
      cmocka_unit_test(linear_kerr_response_is_reciprocal_under_conjugation),
      cmocka_unit_test(phase_encoding_turns_the_drive),
      cmocka_unit_test(detuning_encoding_shifts_the_resonance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
