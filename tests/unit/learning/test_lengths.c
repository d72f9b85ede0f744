/** @file
 * Lengths: how long outputs and gradients take, against the closed forms of rings without detuning, whose light goes
 * to its end as e^-t at a loss of 2.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/deck/deck.h"
#include "study/trial.h"
#include "unit/assert_close.h"

typedef struct {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
  epx_ensemble *ensemble;
  epx_learner *learner;
} made;

/* Features drive their rings and a bias the first; both are read by their real part. */
static const char rings[] =
    "family: kerr, parameters: {coupling: 0, loss: 2, bias: [0.3, 0]}, inputs: {scale: 1}, "
    "outputs: {readout: quadrature, scale: 1}";

/* Oscillators far below their threshold are as good as linear, and their gradients read the state itself. */
static const char oscillators[] = "family: opo, parameters: {coupling: 0, pump: 0}, inputs: {scale: 0.02}";

static made make_of(const char *network, const char *learning, const char *more) {
  made m = {0};
  char text[1024];
  snprintf(text, sizeof text,
           "network: {topology: {nodes: 2}, %s}\n"
           "task: {name: moons, samples: 12, test_fraction: 0, scaling: none}\n"
           "learning: {train: [bias], batch: 6, %s}\nmetrics: [loss]\n%s",
           network, learning, more);
  assert_int_equal(epx_deck_read_text("deck", text, &m.deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(m.deck, NULL, 0, &m.settings), EPX_OK);
  assert_int_equal(epx_point_create(m.settings, &m.point), EPX_OK);
  assert_int_equal(epx_trial_create_learner(m.point, &m.settings->learning, 1, &m.ensemble, &m.learner),
                   EPX_OK);
  return m;
}

static made make(const char *learning, const char *more) {
  return make_of(rings, learning, more);
}

static void destroy(made *m) {
  epx_learner_destroy(&m->learner);
  epx_ensemble_destroy(&m->ensemble);
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_deck_destroy(&m->deck);
}

/* Output o of a sample ends at r = feature + bias, and is within 1 % of its spread when |r| e^-t = 0.01 spread. */
static void outputs_are_read_when_all_are_within_their_spread(void **state) {
  (void)state;
  made m = make("estimator: plain", "");
  const double *x = m.point->task->features, bias[] = {0.3, 0};
  double time[12], spread[2];
  for (int o = 0; o < 2; o++) {
    double low = INFINITY, high = -INFINITY;
    for (int k = 0; k < 12; k++) {
      low = fmin(low, x[2 * k + o]);
      high = fmax(high, x[2 * k + o]);
    }
    spread[o] = high - low;
  }
  assert_int_equal(epx_learner_count_followed(m.learner), 12);
  assert_int_equal(epx_learner_eval_inference(m.learner, m.point->nominal, time), EPX_OK);
  for (int k = 0; k < 12; k++) {
    const int sample = m.point->task->train[k];
    double expected = 0;
    for (int o = 0; o < 2; o++)
      expected = fmax(expected, log(fabs(x[2 * sample + o] + bias[o]) / (0.01 * spread[o])));
    assert_close(time[k], expected, 5e-3);
  }
  destroy(&m);
}

/* A nudged response grows as 1 - e^-t, and so does the gradient of a bias: 10 % are missing at ln 10. */
static void a_nudge_lasts_until_the_gradient_is_right(void **state) {
  (void)state;
  epx_phase_lengths one, other;
  made m = make("estimator: plain, nudge: {beta: 0.001, scheme: centered}", "");
  assert_int_equal(epx_learner_eval_lengths(m.learner, m.point->nominal, 1, &one), EPX_OK);
  assert_int_equal(epx_learner_eval_lengths(m.learner, m.point->nominal, 5, &other), EPX_OK);
  assert_close(one.nudged / log(10), 1, 0.03);
  assert_close(other.nudged / log(10), 1, 0.03);
  destroy(&m);
  m = make("estimator: time-reversed, nudge: {beta: 0.001, scheme: centered}",
           ""); /* settles backwards in time */
  assert_int_equal(epx_learner_eval_lengths(m.learner, m.point->nominal, 1, &one), EPX_OK);
  assert_close(one.nudged / log(10), 1, 0.03);
  destroy(&m);
}

/* Of one side, what the free phase has left is taken for a response: the more the weaker the nudge, by ln of the ratio. */
static void weak_nudges_of_one_side_need_long_free_phases(void **state) {
  (void)state;
  epx_phase_lengths weak, strong, both;
  made a = make_of(oscillators, "estimator: plain, nudge: {beta: 0.001, scheme: one-sided}", ""),
       b = make_of(oscillators, "estimator: plain, nudge: {beta: 0.01, scheme: one-sided}", ""),
       c = make_of(oscillators, "estimator: plain, nudge: {beta: 0.001, scheme: centered}", "");
  assert_int_equal(epx_learner_eval_lengths(a.learner, a.point->nominal, 4, &weak), EPX_OK);
  assert_int_equal(epx_learner_eval_lengths(b.learner, b.point->nominal, 4, &strong), EPX_OK);
  assert_int_equal(epx_learner_eval_lengths(c.learner, c.point->nominal, 4, &both), EPX_OK);
  assert_close(weak.free - strong.free, log(10), 0.2);
  assert_true(both.free < strong.free);
  destroy(&a);
  destroy(&b);
  destroy(&c);
}

static void a_clock_is_its_own_length_and_what_is_computed_has_none(void **state) {
  (void)state;
  epx_phase_lengths lengths;
  double time[12];
  made m = make("estimator: plain", "equilibrium: {duration: {free: 3, nudged: 2}}\n"),
       computed = make("estimator: backprop", "");
  assert_int_equal(epx_learner_eval_lengths(m.learner, m.point->nominal, 1, &lengths), EPX_OK);
  assert_true(lengths.free == 3 && lengths.nudged == 2);
  assert_int_equal(epx_learner_eval_inference(m.learner, m.point->nominal, time), EPX_OK);
  assert_true(time[0] == 3 && time[11] == 3);
  assert_int_equal(epx_learner_eval_lengths(computed.learner, computed.point->nominal, 1, &lengths), EPX_OK);
  assert_true(isnan(lengths.free) && isnan(lengths.nudged));
  destroy(&m);
  destroy(&computed);
}

/* At rest after 30 lifetimes, and one lifetime from the start. */
static void states_are_read_settled_or_not(void **state) {
  (void)state;
  epx_performance rest, late, early;
  made a = make("estimator: plain", ""),
       b = make("estimator: plain", "equilibrium: {duration: {free: 30, nudged: 30}}\n"),
       c = make("estimator: plain", "equilibrium: {duration: {free: 1, nudged: 1}}\n");
  assert_int_equal(epx_learner_eval_performance(a.learner, a.point->nominal, EPX_PART_TRAIN, false, &rest),
                   EPX_OK);
  assert_int_equal(epx_learner_eval_performance(b.learner, b.point->nominal, EPX_PART_TRAIN, false, &late),
                   EPX_OK);
  assert_int_equal(epx_learner_eval_performance(c.learner, c.point->nominal, EPX_PART_TRAIN, false, &early),
                   EPX_OK);
  assert_close(late.loss, rest.loss, 1e-7);
  assert_true(fabs(early.loss - rest.loss) > 1e-3);
  assert_int_equal(early.n_settled, 12);
  destroy(&a);
  destroy(&b);
  destroy(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(outputs_are_read_when_all_are_within_their_spread),
      cmocka_unit_test(a_nudge_lasts_until_the_gradient_is_right),
      cmocka_unit_test(weak_nudges_of_one_side_need_long_free_phases),
      cmocka_unit_test(a_clock_is_its_own_length_and_what_is_computed_has_none),
      cmocka_unit_test(states_are_read_settled_or_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
