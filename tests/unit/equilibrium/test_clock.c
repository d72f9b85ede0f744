/** @file
 * Clock: states at a given time against the closed form of a driven, lossy ring, and what it lets be.
 */
#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "equilibrium/clock.h"
#include "io/deck/deck.h"
#include "study/point.h"
#include "unit/assert_close.h"

typedef struct {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
  epx_ensemble *ensemble;
  epx_clock clock;
  double *y;
  epx_certificate *certificate;
} made;

/* Two rings that do not see one another: each a = i x + p of da/dt = (-loss/2 + i detuning) a + s. */
static made make(const char *parameters) {
  made m = {0};
  char text[512];
  snprintf(
      text, sizeof text,
      "network: {family: kerr, topology: {nodes: 2}, parameters: {coupling: 0, %s}, inputs: {scale: 0}}\n"
      "task: {name: xor}\nlearning: {train: [detuning]}\nmetrics: [loss]\n",
      parameters);
  assert_int_equal(epx_deck_read_text("deck", text, &m.deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(m.deck, NULL, 0, &m.settings), EPX_OK);
  assert_int_equal(epx_point_create(m.settings, &m.point), EPX_OK);
  assert_int_equal(epx_ensemble_create(m.point->network, 1, 1, &m.settings->equilibrium, &m.ensemble),
                   EPX_OK);
  const double features[2] = {0, 0};
  const int sample = 0;
  m.ensemble->functions->set_parameters(m.ensemble, m.point->nominal);
  m.ensemble->functions->set_samples(m.ensemble, 1, features);
  assert_int_equal(epx_clock_init(m.ensemble, &m.clock), EPX_OK);
  assert_int_equal(EPX_ARRAY(m.y, (size_t)m.ensemble->n_rows * (size_t)m.ensemble->n_lanes), EPX_OK);
  assert_int_equal(EPX_ARRAY(m.certificate, (size_t)m.ensemble->n_lanes), EPX_OK);
  assert_int_equal(m.ensemble->functions->set_start(m.ensemble, 1, &sample, m.y), EPX_OK);
  return m;
}

static void destroy(made *m) {
  epx_array_destroy(&m->certificate);
  epx_array_destroy(&m->y);
  epx_clock_destroy(&m->clock);
  epx_ensemble_destroy(&m->ensemble);
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_deck_destroy(&m->deck);
}

static double complex get_state(const made *m, int node) {
  const size_t n_lanes = (size_t)m->ensemble->n_lanes;
  return m->y[(size_t)(2 * node) * n_lanes] + I * m->y[(size_t)(2 * node + 1) * n_lanes];
}

/* a(T) = s (e^(lambda T) - 1) / lambda, lambda = -loss/2 + i detuning. */
static void a_ring_is_read_where_it_is(void **state) {
  (void)state;
  made m = make("loss: 2, detuning: [0.7, -3], bias: [0.5, -1]");
  m.ensemble->clock = &m.clock;
  m.clock.free = 1.3;
  assert_int_equal(epx_ensemble_solve(m.ensemble, NULL, NULL, m.y, m.certificate), EPX_OK);
  const double complex lambda[] = {-1 + 0.7 * I, -1 - 3 * I};
  const double s[] = {0.5, -1};
  for (int node = 0; node < 2; node++)
    assert_close(cabs(get_state(&m, node) - s[node] * (cexp(lambda[node] * 1.3) - 1) / lambda[node]), 0,
                 1e-8);
  assert_int_equal(m.certificate[0].outcome, EPX_OK);
  assert_close(m.certificate[0].settling_time, 1.3, 0);
  assert_true(isnan(m.certificate[0].residual));
  destroy(&m);
}

static void without_a_length_it_comes_to_rest(void **state) {
  (void)state;
  made m = make("loss: 2, detuning: 0.7, bias: 0.5");
  m.ensemble->clock = &m.clock;
  assert_int_equal(epx_ensemble_solve(m.ensemble, NULL, NULL, m.y, m.certificate), EPX_OK);
  assert_close(cabs(get_state(&m, 0) - 0.5 / (1 - 0.7 * I)), 0, 1e-9);
  destroy(&m);
}

static void idle_lanes_stay_where_they_are(void **state) {
  (void)state;
  made m = make("loss: 2, detuning: 0.7, bias: 0.5");
  unsigned char idle[EPX_LANE_WIDTH] = {0};
  memset(idle, 1, sizeof idle);
  const double complex before = get_state(&m, 0);
  assert_int_equal(epx_clock_follow(m.ensemble, &m.clock, NULL, idle, 2, NULL, NULL, m.y, m.certificate),
                   EPX_OK);
  assert_true(get_state(&m, 0) == before);
  destroy(&m);
}

static bool stop_after_one(void *context, double time, const double *y) {
  (void)y;
  *(double *)context = time;
  return time < 1;
}

static void who_watches_may_end_it(void **state) {
  (void)state;
  made m = make("loss: 2, detuning: 0.7, bias: 0.5");
  double time = 0;
  assert_int_equal(
      epx_clock_follow(m.ensemble, &m.clock, NULL, NULL, 100, stop_after_one, &time, m.y, m.certificate),
      EPX_OK);
  assert_true(time >= 1 && time < 5);
  assert_close(cabs(get_state(&m, 0) - 0.5 * (cexp((-1 + 0.7 * I) * time) - 1) / (-1 + 0.7 * I)), 0, 1e-8);
  destroy(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_ring_is_read_where_it_is),
      cmocka_unit_test(without_a_length_it_comes_to_rest),
      cmocka_unit_test(idle_lanes_stay_where_they_are),
      cmocka_unit_test(who_watches_may_end_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
