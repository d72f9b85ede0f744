/** @file
 * The reference, and the population before its judge: the same equilibria in random networks of every family.
 * EPX_FULL=1 in the environment takes many more of them.
 */
#include <stdlib.h>

#include "equilibrium/reference/reference.h"
#include "unit/hopf_family.h"
#include "unit/settled_network.h"

/** One lane of a network, by itself. */
typedef struct {
  random_network alone;
  double *state; /* [n_state] */
  epx_certificate certificate;
} judged;

/** Creates what the reference makes of one instance and sample, from the start given in y [n_state][n_lanes].
 */
static judged create_judged(const random_network *r, int lane, const epx_equilibrium_options *options,
                            const double *y) {
  judged j = {.state = create_numbers((size_t)r->network->n_state)};
  const int n_inputs = r->network->n_inputs;
  const size_t n_theta = r->network->n_theta;
  j.alone = *r;
  assert_int_equal(epx_lanes_create(r->network, 1, 1, &j.alone.lanes), EPX_OK);
  epx_lanes_set_parameters(j.alone.lanes, r->theta + (size_t)(lane / r->lanes->n_samples) * n_theta);
  epx_lanes_set_samples(j.alone.lanes, 1, r->features + lane % r->lanes->n_samples * n_inputs);
  for (int i = 0; i < r->network->n_state; i++)
    j.state[i] = y[i * r->lanes->n_lanes + lane];
  assert_int_equal(epx_reference_solve(j.alone.lanes, NULL, options, NULL, NULL, j.state, &j.certificate),
                   EPX_OK);
  return j;
}

static void destroy_judged(judged *j) {
  epx_lanes_destroy(&j->alone.lanes);
  epx_array_destroy(&j->state);
}

/** What the population as it comes and the reference say of many networks. */
typedef struct {
  int n, n_both; /* networks, and those that settle by both */
  int n_differ;  /* where the outcomes differ at the options' tolerances of the dynamics */
} tally;

static void check_state(const random_network *r, const solution *s, int lane, const judged *j) {
  for (int i = 0; i < r->network->n_state; i++)
    assert_close(get_state(r, s, i, lane), j->state[i], 1e-9);
}

static void check_abscissa(const epx_certificate *c, const judged *j) {
  assert_close(c->abscissa, j->certificate.abscissa, 1e-6);
}

/** Repeats a network by itself, its dynamics followed as closely as the reference does. It settles by both or
 * by neither: where time is up, slow or oscillating is a matter of which samples were seen. */
static void check_closely(const random_network *r, int lane, const epx_equilibrium_options *options,
                          const double *start, const judged *j) {
  epx_equilibrium_options close = *options;
  close.rtol = 1e-8;
  close.atol = 1e-10;
  solution s = create_start(&j->alone, &close);
  const int n_lanes = j->alone.lanes->n_lanes;
  for (int k = 0; k < r->network->n_state * n_lanes; k++)
    s.y[k] = start[k / n_lanes * r->lanes->n_lanes + lane];
  settle(&j->alone, NULL, &s);
  const int outcome = s.certificate[0].outcome, expected = j->certificate.outcome;
  const bool both_move = (outcome == EPX_SLOW || outcome == EPX_OSCILLATES) &&
                         (expected == EPX_SLOW || expected == EPX_OSCILLATES);
  if (outcome != expected && !both_move)
    fail_msg("lane %d: outcome %d by the population, %d by the reference", lane, outcome, expected);
  if (outcome == EPX_OK) check_state(&j->alone, &s, 0, j);
  destroy_solution(&s);
}

/** Compares every lane of a network with the reference. The population follows the dynamics at its default
 * tolerances, so that what decays or grows by less than these let through a period of its ringing may end
 * otherwise than the reference says, and what is about to settle when time is up may be on either side. Such
 * lanes are counted, and must agree when they are followed closely. */
static void check_network(const random_network *r, tally *t) {
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-13;
  options.max_time = 500;
  solution s = create_start(r, &options);
  double *start = create_numbers(count_state(r));
  memcpy(start, s.y, count_state(r) * sizeof *start);
  settle(r, NULL, &s);
  assert_int_equal(epx_population_eval_stability(s.population, r->lanes, s.y, s.certificate), EPX_OK);
  for (int lane = 0; lane < r->lanes->n_used; lane++) {
    judged j = create_judged(r, lane, &options, start);
    const epx_certificate *c = &s.certificate[lane];
    t->n++;
    if (c->outcome != j.certificate.outcome) {
      t->n_differ++;
      check_closely(r, lane, &options, start, &j);
    } else if (c->outcome == EPX_OK) {
      t->n_both++;
      check_state(r, &s, lane, &j);
      check_abscissa(c, &j);
    }
    destroy_judged(&j);
  }
  epx_array_destroy(&start);
  destroy_solution(&s);
}

/** Of SHARE_OF networks one may be at a border; the short form has too few for any. */
enum { SHARE_OF = 200 };

static void check_tally(const tally *t) {
  assert_true(t->n_both > 0);
  if (t->n_differ * SHARE_OF > t->n)
    fail_msg("%d of %d networks have other outcomes by the reference", t->n_differ, t->n);
}

static int get_rounds(void) {
  return getenv("EPX_FULL") ? 40 : 2;
}

static void population_agrees_with_reference_on_kerr_networks(void **state) {
  (void)state;
  tally t = {0};
  for (int round = 0; round < get_rounds(); round++) {
    random_network r = create_random_network(epx_family_get_by_name("kerr"), 3 + round % 12, 2, 4 + round, 4);
    set_everywhere(&r, "loss", 1);
    check_network(&r, &t);
    destroy_random_network(&r);
  }
  check_tally(&t);
}

static void population_agrees_with_reference_on_phase_networks(void **state) {
  (void)state;
  tally t = {0};
  for (int round = 0; round < get_rounds(); round++) {
    random_network r =
        create_random_network(epx_family_get_by_name("phase"), 4 + round % 10, 2, 4 + round, 4);
    check_network(&r, &t);
    destroy_random_network(&r);
  }
  check_tally(&t);
}

/** Sets each instance to the family's defaults, with a random coupling of its own. */
static void set_nominal(const random_network *r) {
  for (int k = 0; k < r->lanes->n_instances; k++)
    set_instance_to_defaults(r, k, (uint64_t)k + 1);
  epx_lanes_set_parameters(r->lanes, r->theta);
}

/** Compares the lanes that settle by both ways; returns how many there are. */
static int count_agreeing(const random_network *r) {
  epx_equilibrium_options options = get_options();
  options.rtol = options.atol = 1e-6;
  options.tolerance = 1e-12;
  options.max_time = 500;
  int n_settled = 0;
  solution s = create_start(r, &options);
  double *start = create_numbers(count_state(r));
  memcpy(start, s.y, count_state(r) * sizeof *start);
  settle(r, NULL, &s);
  for (int lane = 0; lane < r->lanes->n_used; lane++) {
    if (s.certificate[lane].outcome != EPX_OK) continue;
    judged j = create_judged(r, lane, &options, start);
    for (int i = 0; j.certificate.outcome == EPX_OK && i < r->network->n_state; i++)
      assert_close(get_state(r, &s, i, lane), j.state[i], 1e-9 * (1 + fabs(j.state[i])));
    n_settled += j.certificate.outcome == EPX_OK;
    destroy_judged(&j);
  }
  epx_array_destroy(&start);
  destroy_solution(&s);
  return n_settled;
}

static void population_agrees_with_reference_on_every_family_as_it_comes(void **state) {
  (void)state;
  const epx_family *family;
  for (int i = 0; (family = epx_family_get(i)) != NULL; i++) {
    if (family->stiff) continue;
    random_network r = create_random_network(family, 5, 2, 4, 2);
    set_nominal(&r);
    if (count_agreeing(&r) == 0) fail_msg("no network of %s settles", family->name);
    destroy_random_network(&r);
  }
}

static void population_agrees_with_reference_on_what_does_not_settle(void **state) {
  (void)state;
  const hopf each[] = {
      {.growth = -1, .rate = 3, .saturation = 1, .push = 1},
      {.growth = 0.2, .rate = 3, .saturation = 0.8},
      {.growth = 1, .rate = 1, .saturation = -1},
      {.growth = -1e-3},
      {.growth = NAN, .rate = 1, .saturation = 1},
  };
  static const int outcomes[] = {EPX_OK, EPX_OSCILLATES, EPX_DIVERGED, EPX_SLOW, EPX_DIVERGED};
  random_network r = create_hopf_network(5, each);
  epx_equilibrium_options options = get_options();
  options.max_time = 150;
  solution s = create_start(&r, &options);
  for (int lane = 0; lane < 5; lane++) {
    judged j = create_judged(&r, lane, &options, s.y);
    assert_int_equal(j.certificate.outcome, outcomes[lane]);
    if (outcomes[lane] == EPX_OSCILLATES) {
      assert_close(j.certificate.period, 2 * acos(-1) / 3, 1e-3);
      assert_close(j.certificate.amplitude, 0.5, 1e-2);
    }
    destroy_judged(&j);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Y (1 + (Y - offset)^2) = force^2 from rest, below and above the folds; and what the ring's spectrum is
 * there. */
static void ring_settles_on_its_cubic(void **state) {
  (void)state;
  const double offset[] = {3, 3, 2, 2, 4, 1.7320508075688772};
  const double force[] = {2, 2.3, 1.41, 1.42, 1.9, 1.2};
  random_network r = create_rings(6, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  for (int lane = 0; lane < 6; lane++) {
    judged j = create_judged(&r, lane, &options, s.y);
    const double Y = j.state[0] * j.state[0] + j.state[1] * j.state[1], D = offset[lane];
    assert_int_equal(j.certificate.outcome, EPX_OK);
    assert_close(Y * (1 + (Y - D) * (Y - D)), force[lane] * force[lane], 1e-8);
    const double inner = -(Y - D) * (3 * Y - D);
    assert_close(j.certificate.abscissa, -1 + (inner > 0 ? sqrt(inner) : 0), 1e-6);
    destroy_judged(&j);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** A ring of high loss, and beside it one that is slow and 200 times as strong. The time is up before the slow one is
 * followed to its end, which Newton's method finds, next to it, to rounding. */
static void slow_ring_beside_a_fast_one_settles(void **state) {
  (void)state;
  static const char *const names[] = {"detuning", "loss", "kerr", "bias"};
  const double values[][2] = {{-2, 0}, {1, 0.01}, {1, 0}};
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 2, 1, 1, 1);
  const epx_equilibrium_options options = get_options();
  solution s = create_start(&r, &options);
  leave_out_further(&r);
  memset(r.theta, 0, r.network->n_theta * sizeof *r.theta);
  r.features[0] = 0;
  epx_lanes_set_samples(r.lanes, 1, r.features);
  for (int k = 0; k < 12; k++) { /* each start is where the one before has ended */
    const double bias[] = {0.15 - 0.05 * pow(2, -k), 0.15 - 0.05 * pow(2, -k)};
    for (int p = 0; p < 4; p++) {
      const int parameter = epx_family_get_parameter(r.network->family, names[p]);
      memcpy(r.theta + r.network->offset[parameter], p < 3 ? values[p] : bias, 2 * sizeof *bias);
    }
    epx_lanes_set_parameters(r.lanes, r.theta);
    judged j = create_judged(&r, 0, &options, s.y);
    assert_int_equal(j.certificate.outcome, EPX_OK);
    assert_close(hypot(j.state[2], j.state[3]), 200 * bias[0], 1e-8);
    for (int i = 0; i < r.network->n_state; i++)
      s.y[i * r.lanes->n_lanes] = j.state[i];
    destroy_judged(&j);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

typedef struct {
  int n_calls, n_left;
  double time;
} transient;

static int follow_transient(void *context, double time, int n_state, const double *state) {
  transient *t = context;
  assert_true(time > t->time && n_state == 2 && isfinite(state[0]) && isfinite(state[1]));
  t->time = time;
  t->n_calls++;
  return --t->n_left < 0;
}

static void transient_is_told_and_can_be_stopped(void **state) {
  (void)state;
  const double offset = 3, force = 2;
  random_network r = create_rings(1, &offset, &force);
  const epx_equilibrium_options options = get_options();
  for (int stopped = 0; stopped < 2; stopped++) {
    double at[2] = {0, 0};
    epx_certificate c;
    transient t = {.n_left = stopped ? 5 : 100000};
    assert_int_equal(epx_reference_solve(r.lanes, NULL, &options, follow_transient, &t, at, &c), EPX_OK);
    assert_int_equal(c.outcome, stopped ? EPX_SLOW : EPX_OK);
    assert_true(stopped ? t.n_calls == 6 : t.time > 5);
  }
  destroy_random_network(&r);
}

static void more_than_one_network_is_refused(void **state) {
  (void)state;
  const double offset[] = {3, 3}, force[] = {2, 2};
  random_network r = create_rings(2, offset, force);
  const epx_equilibrium_options options = get_options();
  double at[2] = {0, 0};
  epx_certificate c;
  assert_int_equal(epx_reference_solve(r.lanes, NULL, &options, NULL, NULL, at, &c), EPX_EINPUT);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(population_agrees_with_reference_on_kerr_networks),
      cmocka_unit_test(population_agrees_with_reference_on_phase_networks),
      cmocka_unit_test(population_agrees_with_reference_on_every_family_as_it_comes),
      cmocka_unit_test(population_agrees_with_reference_on_what_does_not_settle),
      cmocka_unit_test(ring_settles_on_its_cubic),
      cmocka_unit_test(slow_ring_beside_a_fast_one_settles),
      cmocka_unit_test(transient_is_told_and_can_be_stopped),
      cmocka_unit_test(more_than_one_network_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
