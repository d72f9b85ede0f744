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
  const epx_hysteresis_spec spec = {.from = 2,
                                    .to = 6,
                                    .n_values = 21,
                                    .n_state = 2,
                                    .n_components = 2,
                                    .context = &ring,
                                    .solve_at = solve_ring};
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
      .from = -1, .to = 1, .n_values = 12, .n_state = 1, .n_components = 1, .solve_at = solve_steep};
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
      .from = 0, .to = 1, .n_values = 11, .n_state = 1, .n_components = 1, .solve_at = solve_pulse};
  epx_hysteresis *h;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
  assert_int_equal(h->up.n_jumps, 1);
  assert_int_equal(h->down.n_jumps, 1);
  assert_close(h->up.jump[0], 0.6, 0.1 / 64);
  assert_close(h->down.jump[0], 0.3, 0.1 / 64);
  assert_int_equal(epx_hysteresis_eval_width(h), 3);
  epx_hysteresis_destroy(&h);
}

/** Node 0 jumps up at 0.51 and down at 0.29, node 1, a thousandth of its size, up at 0.57 and down at 0.23:
 * both in one step. Node 2 is a thousand times larger and follows the value. */
static epx_err solve_two(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context;
  state[0] = value > (state[0] > 0.5 ? 0.29 : 0.51) ? 1 : 0.1;
  state[1] = value > (state[1] > 5e-4 ? 0.23 : 0.57) ? 1e-3 : 1e-4;
  state[2] = 1e3 * value;
  *certificate = (epx_certificate){.outcome = EPX_OK};
  return EPX_OK;
}

static void each_node_has_its_jumps(void **state) {
  (void)state;
  const double start[] = {0, 0, 0};
  epx_hysteresis_spec spec = {
      .from = 0, .to = 1, .n_values = 11, .n_state = 3, .n_components = 1, .solve_at = solve_two};
  for (int falls = 0; falls < 2; falls++) {
    epx_hysteresis *h;
    spec.from = falls;
    spec.to = !falls;
    assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
    assert_int_equal(h->up.n_jumps, 2);
    assert_int_equal(h->down.n_jumps, 2);
    assert_close(h->up.jump[0], 0.51, 0.1 / 4096);
    assert_close(h->up.jump[1], 0.57, 0.1 / 4096);
    assert_close(h->down.jump[0], 0.29, 0.1 / 4096);
    assert_close(h->down.jump[1], 0.23, 0.1 / 4096);
    assert_int_equal(epx_hysteresis_eval_width(h), 3);
    epx_hysteresis_destroy(&h);
  }
}

/** s (v - s^2) = 0: from 0 the state splits off to one side, and stays on the other where it began there. */
static epx_err solve_pitchfork(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context;
  state[0] = copysign(value > 0 ? sqrt(value) : 0, state[0] < 0 ? -1 : 1);
  state[0] += 0.0; /* no -0, which would remember its side */
  *certificate = (epx_certificate){.outcome = EPX_OK};
  return EPX_OK;
}

static void pitchfork_is_no_jump(void **state) {
  (void)state;
  for (int falls = 0; falls < 2; falls++) {
    const double start[] = {falls ? -1 : 0};
    const epx_hysteresis_spec spec = {.from = falls ? 1 : -1,
                                      .to = falls ? -1 : 1,
                                      .n_values = 12,
                                      .n_state = 1,
                                      .n_components = 1,
                                      .solve_at = solve_pitchfork};
    epx_hysteresis *h;
    assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
    assert_int_equal(h->up.n_jumps + h->down.n_jumps, 0);
    epx_hysteresis_destroy(&h);
  }
}

/** A drive that passes through 0, where the state is what rounding leaves. */
static epx_err solve_linear(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context;
  for (int i = 0; i < 2; i++)
    state[i] = (i + 1) * value + 1e-15 * state[i];
  *certificate = (epx_certificate){.outcome = EPX_OK};
  return EPX_OK;
}

static void linear_network_has_no_jump(void **state) {
  (void)state;
  const double start[] = {0, 0};
  const epx_hysteresis_spec spec = {
      .from = 0, .to = 1, .n_values = 21, .n_state = 2, .n_components = 1, .solve_at = solve_linear};
  epx_hysteresis *h;
  assert_int_equal(epx_hysteresis_create(&spec, start, &h), EPX_OK);
  assert_int_equal(h->up.n_jumps + h->down.n_jumps, 0);
  assert_int_equal(epx_hysteresis_eval_width(h), 0);
  epx_hysteresis_destroy(&h);
}

static epx_err solve_broken(void *context, double value, double *state, epx_certificate *certificate) {
  (void)context, (void)value, (void)state, (void)certificate;
  return EPX_RAISE(EPX_ESOLVER, "broken");
}

static void ends_that_are_none_and_a_broken_run_are_refused(void **state) {
  (void)state;
  const double start[] = {0};
  epx_hysteresis_spec spec = {
      .from = 1, .to = 1, .n_values = 3, .n_state = 1, .n_components = 1, .solve_at = solve_steep};
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
      cmocka_unit_test(each_node_has_its_jumps),
      cmocka_unit_test(pitchfork_is_no_jump),
      cmocka_unit_test(linear_network_has_no_jump),
      cmocka_unit_test(ends_that_are_none_and_a_broken_run_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
