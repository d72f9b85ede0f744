/** @file
 * Every way in which a parameter is set passes the same hardware: updates, going back to the best, shifts of rules that
 * know the cost alone; dead devices do not drift; ranges hold.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/deck/deck.h"
#include "study/trial.h"
#include "unit/assert_close.h"

#define SPINS                                                                                                \
  "network: {family: soft-spin, topology: {nodes: 6}, inputs: {nodes: [0, 1, 2], scale: %g}, "               \
  "outputs: {nodes: [4, 5], scale: 4}}\n"

enum { MOST_METRICS = 4 };

/* The metrics of a deck's one instance, in the order of the deck. */
static void measure(const char *text, double *metric) {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
  double *record;
  assert_int_equal(epx_deck_read_text("deck", text, &deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(deck, NULL, 0, &settings), EPX_OK);
  settings->block = 1;
  assert_int_equal(epx_point_create(settings, &point), EPX_OK);
  assert_int_equal(EPX_ARRAY(record, point->layout.size), EPX_OK);
  assert_int_equal(epx_trial_solve(point, 0, 0, record), EPX_OK);
  assert_int_equal(record[0], EPX_STATE_DONE);
  for (int m = 0; m < point->layout.n_metrics && m < MOST_METRICS; m++)
    metric[m] = record[point->layout.metric + (size_t)m];
  epx_array_destroy(&record);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  epx_deck_destroy(&deck);
}

/* All links dead: the outputs see no input, and no drift makes them see one. */
static void dead_links_do_not_drift_alive(void **state) {
  (void)state;
  static const double scales[] = {0.1, 0.8};
  for (int i = 0; i < 2; i++) {
    char text[1024];
    double loss[MOST_METRICS];
    snprintf(text, sizeof text,
             SPINS "task: {name: xor, constant: true}\n"
                   "learning: {epochs: 3, estimator: plain, train: [bias], nudge: {beta: 0.1}}\n"
                   "hardware: {dead: {links: 1}, drift: {parameter: coupling, local: 0.5}}\n"
                   "population: {instances: 1}\nmetrics: [loss]\n",
             scales[i]);
    measure(text, loss);
    assert_close(loss[0], log(2), 1e-9);
  }
}

/* A stiffness of 2 that drifts by 4 would be negative in a third of the phases: it is held at 0, the end of
 * its range, and that is counted. */
static void drift_stays_in_the_range(void **state) {
  (void)state;
  double metric[MOST_METRICS];
  char text[1024];
  snprintf(text, sizeof text,
           SPINS "task: {name: xor, constant: true}\n"
                 "learning: {epochs: 20, estimator: plain, train: [bias], nudge: {beta: 0.1}}\n"
                 "hardware: {drift: {parameter: stiffness, common: 4}}\n"
                 "population: {instances: 1}\nmetrics: [out_of_range]\n",
           0.8);
  measure(text, metric);
  assert_true(metric[0] > 0 && metric[0] < 0.5);
}

/* Two shifts and the way back are three writes an update, beside the update itself; a parameter's four differences
 * are five. */
static void shifts_of_rules_are_written(void **state) {
  (void)state;
  static const char *const rules[] = {"spsa", "multiplexed", "finite-difference"};
  for (int i = 0; i < 3; i++) {
    char text[1024];
    double metric[MOST_METRICS];
    snprintf(text, sizeof text,
             SPINS "task: {name: xor, constant: true}\n"
                   "learning: {epochs: 10, estimator: %s, train: [coupling]}\n"
                   "hardware: {weights: {range: 2, endurance: 1e6}}\n"
                   "population: {instances: 1}\nmetrics: [writes_per_weight, worn_out, gradient_cosine]\n",
             0.8, rules[i]);
    measure(text, metric);
    assert_true(metric[0] >= 20);
    assert_close(metric[1], 0, 0);
    assert_true(i == 0 ? metric[2] > 0
                       : metric[2] > 0.99); /* through weights that are fine, shifts are right */
  }
}

/* Settings begin between two of eight levels: shifts of 5e-4 to either side come to levels .57 apart, and what the
 * rule takes for a slope is hundreds of times too large. */
static void coarse_weights_spoil_differences(void **state) {
  (void)state;
  double metric[MOST_METRICS];
  char text[1024];
  snprintf(text, sizeof text,
           SPINS "task: {name: xor, constant: true}\n"
                 "learning: {epochs: 10, estimator: finite-difference, train: [coupling]}\n"
                 "hardware: {weights: {range: 2, bits: 3, endurance: 1e6}}\n"
                 "population: {instances: 1}\nmetrics: [writes_per_weight, gradient_norm_ratio]\n",
           0.8);
  measure(text, metric);
  assert_true(metric[0] > 0);
  assert_true(metric[1] > 100);
}

/* A shift within a level writes nothing and shows nothing; the levels are what the rule sees of the network. */
static void coarse_weights_hide_small_shifts(void **state) {
  (void)state;
  double fine[MOST_METRICS], coarse[MOST_METRICS];
  char text[1024];
  for (int i = 0; i < 2; i++) {
    snprintf(text, sizeof text,
             SPINS "task: {name: xor, constant: true}\n"
                   "learning: {epochs: 10, estimator: spsa, train: [coupling]}\n"
                   "hardware: {weights: {range: 2, bits: %d, endurance: 1e6}}\n"
                   "population: {instances: 1}\nmetrics: [writes_per_weight]\n",
             0.8, i == 0 ? 16 : 3);
    measure(text, i == 0 ? fine : coarse);
  }
  assert_true(coarse[0] < fine[0] / 2);
}

/* Going back to the best parameters is a write more; worn weights can't go back. */
static void going_back_is_a_write(void **state) {
  (void)state;
  double with[MOST_METRICS], without[MOST_METRICS], worn[MOST_METRICS];
  static const char *const deck =
      SPINS "task: {name: moons, constant: true, samples: 60, validation_fraction: 0.3}\n"
            "learning: {epochs: 12, patience: %d, train: [coupling]}\n"
            "hardware: {weights: {range: 2, noise: 0.05, endurance: %g}}\n"
            "population: {instances: 1}\nmetrics: [writes_per_weight, worn_out, loss]\n";
  char text[1024];
  snprintf(text, sizeof text, deck, 0.8, 11, 1e6);
  measure(text, with);
  snprintf(text, sizeof text, deck, 0.8, 0, 1e6);
  measure(text, without);
  snprintf(text, sizeof text, deck, 0.8, 11, 3.0);
  measure(text, worn);
  assert_true(with[0] == without[0] || (with[0] > without[0] && with[0] <= without[0] + 1));
  assert_true(worn[0] <= 3 && worn[1] > 0.5);
}

/* Features of 1 lie beyond a drive of .5, and most of what steps of .1 ask for beyond a range of .01. */
static void what_converters_cut_off_is_counted(void **state) {
  (void)state;
  double metric[MOST_METRICS];
  char text[1024];
  for (int wide = 0; wide < 2; wide++) {
    snprintf(text, sizeof text,
             SPINS "task: {name: xor, constant: true}\n"
                   "learning: {epochs: 10, estimator: backprop, train: [bias], optimizer: {rate: 0.1}}\n"
                   "hardware: {drive: {bits: 8, range: %g}, weights: {range: %g, bits: 8}}\n"
                   "population: {instances: 1}\nmetrics: [saturated_drives, saturated_writes]\n",
             0.8, wide ? 1 : 0.5, wide ? 2 : 0.01);
    measure(text, metric);
    assert_close(metric[0], wide ? 0 : 1, 0);
    assert_true(wide ? metric[1] == 0 : metric[1] > 0.25 && metric[1] <= 1);
  }
}

/* 1 + u, u even in -2 ... 2: a quarter is below 0. */
static void what_the_variation_draws_beyond_ranges_is_counted(void **state) {
  (void)state;
  double metric[MOST_METRICS];
  static const char *const deck =
      "network: {family: kerr, topology: {kind: chain, nodes: 100}, parameters: {loss: 1, coupling: 0}}\n"
      "task: {name: xor}\nlearning: {epochs: 0}\npopulation: {instances: 1}\n"
      "variation: [{parameter: loss, distribution: uniform, low: -%g, high: %g}]\nmetrics: [clamped_draws]\n";
  char text[1024];
  snprintf(text, sizeof text, deck, 2.0, 2.0);
  measure(text, metric);
  assert_close(metric[0], 0.25, 0.15); /* 3.5 standard deviations */
  snprintf(text, sizeof text, deck, 0.5, 0.5);
  measure(text, metric);
  assert_close(metric[0], 0, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dead_links_do_not_drift_alive),
      cmocka_unit_test(drift_stays_in_the_range),
      cmocka_unit_test(shifts_of_rules_are_written),
      cmocka_unit_test(coarse_weights_hide_small_shifts),
      cmocka_unit_test(coarse_weights_spoil_differences),
      cmocka_unit_test(going_back_is_a_write),
      cmocka_unit_test(what_converters_cut_off_is_counted),
      cmocka_unit_test(what_the_variation_draws_beyond_ranges_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
