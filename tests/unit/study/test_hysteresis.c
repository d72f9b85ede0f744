/** @file
 * Hysteresis: a Kerr ring's jumps, by its closed form; a smooth curve that has none, however steep.
 */
#include "study/simulation/hysteresis.h"

#include "equilibrium/reference/reference.h"
#include "unit/settled_network.h"

/** da/dt = -(1 + i (3 - |a|^2)) a + sqrt(X): jumps at X = 5.088662 and 2.911338. */
static epx_err solve_ring(void *context, double X, double *state, epx_certificate *certificate) {
  const epx_equilibrium_options options = get_options();
  const random_network *ring = context;
  set_everywhere(ring, "bias", sqrt(X));
  epx_error_reset();
  return epx_reference_solve(ring->lanes, NULL, &options, NULL, NULL, state, certificate);
}

static void kerr_ring_jumps_where_its_curve_turns(void **state) {
  (void)state;
  const double offset[] = {3}, force[] = {1}, start[] = {0, 0};
  random_network ring = create_rings(1, offset, force);
  const epx_hysteresis_spec spec = {
      .from = 2, .to = 6, .n_values = 21, .n_state = 2, .context = &ring, .solve_at = solve_ring};
  epx_hysteresis *h;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
  assert_int_equal(h->up.n_jumps, 1);
  assert_int_equal(h->down.n_jumps, 1);
  assert_close(h->up.jump[0], 5.088662, 0.01 * 5.088662);
  assert_close(h->down.jump[0], 2.911338, 0.01 * 2.911338);
  /* values 3, 3.2 … 5 */
  assert_int_equal(epx_hysteresis_eval_width(h), 11);
  for (int k = 0; k < 21; k++) {
    for (int down = 0; down < 2; down++) {
      const epx_branch *branch = down ? &h->down : &h->up;
      const double *a = branch->state + 2 * k, Y = a[0] * a[0] + a[1] * a[1];
      assert_int_equal(branch->certificate[k].outcome, EPX_OK);
      assert_close(Y * (1 + (Y - 3) * (Y - 3)), h->value[k], 1e-9);
    }
  }
  epx_hysteresis_destroy(&h);
  destroy_random_network(&ring);
}

/** s = tanh(20 v): steep, and the same up and down. */
static epx_err solve_steep(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context;
  state[0] = tanh(20 * value);
  *certificate = (epx_certificate){.outcome = EPX_OK};
  return EPX_OK;
}

static void steep_curve_is_no_jump(void **state) {
  (void)state;
  const double start[] = {0};
  const epx_hysteresis_spec spec = {
      .from = -1, .to = 1, .n_values = 12, .n_state = 1, .solve_at = solve_steep};
  epx_hysteresis *h;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
  assert_int_equal(h->up.n_jumps + h->down.n_jumps, 0);
  assert_int_equal(epx_hysteresis_eval_width(h), 0);
  epx_hysteresis_destroy(&h);
}

/** Pulses above 0.6 on the way up, and once it does, above 0.3. */
static epx_err solve_pulse(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context;
  const bool pulses = value > (state[0] > 0.5 ? 0.3 : 0.6);
  state[0] = pulses ? 1 : 0;
  *certificate = (epx_certificate){.outcome = pulses ? EPX_OSCILLATES : EPX_OK};
  return EPX_OK;
}

static void where_it_begins_to_oscillate_is_a_jump(void **state) {
  (void)state;
  const double start[] = {0};
  const epx_hysteresis_spec spec = {
      .from = 0, .to = 1, .n_values = 11, .n_state = 1, .solve_at = solve_pulse};
  epx_hysteresis *h;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
  assert_int_equal(h->up.n_jumps, 1);
  assert_int_equal(h->down.n_jumps, 1);
  assert_close(h->up.jump[0], 0.6, 0.1 / 64);
  assert_close(h->down.jump[0], 0.3, 0.1 / 64);
  assert_int_equal(epx_hysteresis_eval_width(h), 3);
  epx_hysteresis_destroy(&h);
}

static epx_err solve_broken(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context, (void)value, (void)state, (void)certificate;
  return EPX_RAISE(EPX_ESOLVER, "broken");
}

static void ends_that_are_none_and_a_broken_run_are_refused(void **state) {
  (void)state;
  const double start[] = {0};
  epx_hysteresis_spec spec = {.from = 1, .to = 1, .n_values = 3, .n_state = 1, .solve_at = solve_steep};
  epx_hysteresis *h;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_EINPUT);
  spec.to = 2;
  spec.n_values = 1;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_EINPUT);
  spec.n_values = 3;
  spec.solve_at = solve_broken;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_ESOLVER);
  assert_null(h);
  epx_error_reset();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kerr_ring_jumps_where_its_curve_turns),
      cmocka_unit_test(steep_curve_is_no_jump),
      cmocka_unit_test(where_it_begins_to_oscillate_is_a_jump),
      cmocka_unit_test(ends_that_are_none_and_a_broken_run_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
