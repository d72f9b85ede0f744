/** @file
 * Deployment: what a protocol trains elsewhere is the same for every block, and comes onto instances as their
 * hardware and their fabrication make it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "io/deck/deck.h"
#include "study/fabrication/deployment.h"
#include "study/trial.h"
#include "unit/assert_close.h"

#define DECK                                                                                                 \
  "network: {family: kerr, topology: {nodes: 8}, parameters: {loss: 1, kerr: 0.05, coupling_spread: 0.6},\n" \
  "  inputs: {nodes: [0, 1, 2], scale: 0.3}, outputs: {nodes: [6, 7], scale: 30}}\n"                         \
  "task: {name: xor, constant: true}\n"                                                                      \
  "variation: [{parameter: detuning, sigma: 0.3}]\n"                                                         \
  "population: {instances: 8, block: 4}\n"                                                                   \
  "metrics: [accuracy, loss, deployed_accuracy, nominal_accuracy, epochs, writes_per_weight, "               \
  "nudge_failures]\n"
enum { ACCURACY, LOSS, DEPLOYED, NOMINAL, EPOCHS, WRITES, FAILURES };

typedef struct {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
} made;

static made make_deck(const char *text) {
  made m = {0};
  assert_int_equal(epx_deck_read_text("deck", text, &m.deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(m.deck, NULL, 0, &m.settings), EPX_OK);
  assert_int_equal(epx_point_create(m.settings, &m.point), EPX_OK);
  return m;
}

static made make(const char *learning, const char *more) {
  char text[2048];
  snprintf(text, sizeof text, DECK "learning: {target_loss: 0.1, train: [coupling, detuning], %s}\n%s",
           learning, more);
  return make_deck(text);
}

static void destroy(made *m) {
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_deck_destroy(&m->deck);
}

/* The parameters that instances first ... have before training in situ; the caller frees. */
static double *deploy(const made *m, int first) {
  epx_learner *learner;
  double *theta, heater_power[4];
  const epx_settings *s = m->settings;
  epx_learning_spec learning = s->learning;
  learning.deployed = true;
  assert_int_equal(epx_learner_create(m->point->network, m->point->task, &s->cost, &learning, &s->equilibrium,
                                      4, s->seed, &learner),
                   EPX_OK);
  epx_learner_set_instances(learner, EPX_RANDOM_ANY, (uint32_t)first);
  assert_int_equal(EPX_ARRAY(theta, 4 * m->point->network->n_theta), EPX_OK);
  assert_int_equal(epx_deployment_eval(m->point, 0, first, learner, theta, heater_power), EPX_OK);
  epx_learner_destroy(&learner);
  return theta;
}

static void blocks_agree_on_what_was_trained(void **state) {
  (void)state;
  static const char *const protocols[] = {"protocol: transfer", "protocol: noise-aware, random_instances: 3",
                                          "protocol: calibrate"};
  for (int i = 0; i < 3; i++) {
    made a = make(protocols[i], ""), b = make(protocols[i], "");
    const size_t bytes = 4 * a.point->network->n_theta * sizeof(double);
    double *late = deploy(&a, 4), *early = deploy(&b, 0), *late_too = deploy(&b, 4);
    assert_memory_equal(late, late_too, bytes);
    assert_memory_not_equal(late, early, bytes);
    assert_close(a.point->origin->accuracy, 1, 0);
    epx_array_destroy(&late);
    epx_array_destroy(&early);
    epx_array_destroy(&late_too);
    destroy(&a);
    destroy(&b);
  }
}

/* transfer adds the settings to the fabricated instance; calibrate takes the known deviation away: what is
 * left is the trained network with a known error, or, without any error, the trained network. */
static void calibration_takes_known_deviations_away(void **state) {
  (void)state;
  made in_situ = make("protocol: in-situ", ""), transfer = make("protocol: transfer", "");
  made exact = make("protocol: calibrate", ""),
       rough = make("protocol: calibrate, calibration: {error: 0.01}", "");
  double *fabricated = deploy(&in_situ, 0), *transferred = deploy(&transfer, 0);
  double *calibrated = deploy(&exact, 0), *near = deploy(&rough, 0), squares = 0;
  const epx_network *network = exact.point->network;
  const double *settings = transfer.point->origin->settings, *nominal = exact.point->nominal;
  const size_t detuning = network->offset[epx_family_get_parameter(network->family, "detuning")];
  for (size_t k = 0; k < 4 * network->n_theta; k++) {
    const size_t own = k % network->n_theta;
    assert_close(transferred[k], fabricated[k] + settings[own], 1e-12);
    assert_close(calibrated[k], nominal[own] + settings[own], 1e-12);
    if (own >= detuning && own < detuning + 8)
      squares += pow(near[k] - calibrated[k], 2) / 32;
    else
      assert_close(near[k], calibrated[k], 1e-12);
  }
  assert_close(sqrt(squares), 0.01, 0.004);
  double *const arrays[] = {fabricated, transferred, calibrated, near};
  for (int i = 0; i < 4; i++) {
    double *array = arrays[i];
    epx_array_destroy(&array);
  }
  made *const all[] = {&in_situ, &transfer, &exact, &rough};
  for (int i = 0; i < 4; i++)
    destroy(all[i]);
}

/* Deviations that multiply are divided by, whatever is added to them; a factor of 0 can't be helped. */
static void calibration_divides_by_known_factors(void **state) {
  (void)state;
  made m = make_deck(
      "network: {family: soft-spin, topology: {nodes: 6}, inputs: {nodes: [0, 1, 2], scale: 0.8}, outputs: "
      "{nodes: [4, 5], scale: 4}}\n"
      "task: {name: xor, constant: true}\n"
      "learning: {epochs: 3, protocol: calibrate, train: [coupling], calibration: {parameters: [coupling]}}\n"
      "variation: [{parameter: coupling, effect: scale, sigma: 0.3}, {parameter: coupling, sigma: 0.2}]\n"
      "population: {instances: 4, block: 4}\nmetrics: [accuracy]\n");
  double *theta = deploy(&m, 0);
  const size_t n_theta = m.point->network->n_theta;
  for (size_t k = 0; k < 4 * m.point->network->topology->n_links; k++) {
    const size_t n_links = m.point->network->topology->n_links, link = k % n_links;
    const double wanted = m.point->nominal[link] + m.point->origin->settings[link];
    assert_close(theta[k / n_links * n_theta + link], wanted, 1e-12);
  }
  epx_array_destroy(&theta);
  destroy(&m);
}

/* Where all random instances are alike, the average over any number of them is one of them: the nominal
 * network, which is another one, is none. */
static void noise_aware_averages_over_instances_alone(void **state) {
  (void)state;
  double *settings[2];
  made m[2];
  for (int i = 0; i < 2; i++) {
    char text[1024];
    snprintf(text, sizeof text,
             "network: {family: soft-spin, topology: {nodes: 6}, inputs: {nodes: [0, 1, 2], scale: 0.8}, "
             "outputs: {nodes: [4, 5], scale: 4}}\n"
             "task: {name: xor, constant: true}\n"
             "learning: {epochs: 10, protocol: noise-aware, train: [coupling], random_instances: %d}\n"
             "variation: [{parameter: bias, mean: 1, sigma: 0}]\n"
             "population: {instances: 4, block: 4}\nmetrics: [accuracy]\n",
             i == 0 ? 1 : 5);
    m[i] = make_deck(text);
    assert_int_equal(epx_deployment_solve(m[i].point, 0, NULL), EPX_OK);
    settings[i] = m[i].point->origin->settings;
    assert_int_equal(m[i].point->origin->epochs, 10);
  }
  for (size_t k = 0; k < m[0].point->network->n_theta; k++)
    assert_close(settings[1][k], settings[0][k], 1e-8);
  destroy(&m[0]);
  destroy(&m[1]);
}

/* Levels 4/15 apart: every setting is within half of that of what was trained, and written once. */
static void settings_go_through_the_hardware(void **state) {
  (void)state;
  made ideal = make("protocol: transfer", ""),
       coarse = make("protocol: transfer", "hardware: {weights: {bits: 4, range: 2}}\n");
  double *a = deploy(&ideal, 0), *b = deploy(&coarse, 0);
  double largest = 0;
  for (size_t k = 0; k < 4 * ideal.point->network->n_theta; k++)
    largest = fmax(largest, fabs(a[k] - b[k]));
  assert_true(largest > 0.05 && largest <= 2.0 / 15 + 1e-9);
  epx_array_destroy(&a);
  epx_array_destroy(&b);
  destroy(&ideal);
  destroy(&coarse);
}

/* Mean of a metric over the block; NaN where it has none. */
static double measure(const made *m, int metric) {
  double *record, sum = 0;
  assert_int_equal(EPX_ARRAY(record, 4 * m->point->layout.size), EPX_OK);
  assert_int_equal(epx_trial_solve(m->point, 0, 0, record), EPX_OK);
  for (int k = 0; k < 4; k++)
    sum += record[(size_t)k * m->point->layout.size + m->point->layout.metric + (size_t)metric] / 4;
  epx_array_destroy(&record);
  return sum;
}

static void each_protocol_trains_where_it_says(void **state) {
  (void)state;
  static const struct {
    const char *learning;
    double epochs_least, epochs_most, writes_most;
    bool elsewhere;
  } cases[] = {{"protocol: in-situ, epochs: 100", 5, 100, 100, false},
               {"protocol: transfer, epochs: 100", 5, 100, 1, true},
               {"protocol: transfer+finetune, epochs: 100, finetune: 5", 6, 105, 6, true},
               {"protocol: noise-aware, epochs: 100, random_instances: 3", 5, 100, 1, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    made m = make(cases[i].learning, "");
    const double epochs = measure(&m, EPOCHS), writes = measure(&m, WRITES);
    assert_true(epochs >= cases[i].epochs_least && epochs <= cases[i].epochs_most);
    assert_true(writes > 0 && writes <= cases[i].writes_most);
    assert_true(isnan(measure(&m, NOMINAL)) == !cases[i].elsewhere);
    assert_true(isnan(measure(&m, FAILURES)) == (cases[i].elsewhere && cases[i].writes_most == 1));
    destroy(&m);
  }
}

/* Finetuning starts from what was deployed, and does not make it worse. */
/* Where the design has protocols that read and such that do not, hardware that is read is for the former
 * alone. */
static void hardware_that_is_read_waits_for_who_reads(void **state) {
  (void)state;
  static const char *const hardware =
      "hardware: {readout: {bits: 12, shot: true}, drift: {parameter: detuning, common: 0.01}, drive: {bits: "
      "6}}\n"
      "design: {factors: {learning.protocol: {values: [transfer, in-situ]}}}\n";
  made transfer = make("protocol: transfer", hardware), in_situ = make("protocol: in-situ", hardware);
  const epx_hardware_spec *none = &transfer.settings->learning.hardware,
                          *all = &in_situ.settings->learning.hardware;
  assert_true(epx_reading_is_ideal(&none->reading) && !epx_hardware_is_drifting(none));
  assert_true(all->reading.bits == 12 && all->reading.range == 2 && all->reading.shot &&
              all->drift.common == 0.01);
  assert_true(none->drive_bits == 6 && all->drive_bits == 6);
  destroy(&transfer);
  destroy(&in_situ);
}

static void finetuning_goes_on_from_the_transfer(void **state) {
  (void)state;
  made transfer = make("protocol: transfer", "hardware: {weights: {bits: 10}}\n"),
       finetune = make("protocol: transfer+finetune, finetune: 20", "hardware: {weights: {bits: 10}}\n");
  assert_close(measure(&finetune, DEPLOYED), measure(&transfer, ACCURACY), 0);
  assert_true(measure(&finetune, LOSS) < measure(&transfer, LOSS));
  destroy(&transfer);
  destroy(&finetune);
}

/* Rings of little loss have several equilibria, and a strong nudge takes them from one to another: it is
 * counted. */
static void nudges_that_are_too_strong_are_counted(void **state) {
  (void)state;
  made good = make("estimator: plain, epochs: 3, nudge: {beta: 0.002}", ""),
       bad = make_deck("network: {family: kerr, topology: {nodes: 8}, parameters: {loss: 0.3, kerr: 0.3, "
                       "coupling_spread: 0.6}, inputs: {nodes: [0, 1, 2], scale: 0.8}}\n"
                       "task: {name: xor, constant: true}\n"
                       "population: {instances: 4, block: 4}\n"
                       "learning: {estimator: plain, epochs: 3, nudge: {beta: 0.3}}\n"
                       "metrics: [accuracy, loss, deployed_accuracy, nominal_accuracy, epochs, "
                       "writes_per_weight, nudge_failures]\n");
  assert_close(measure(&good, FAILURES), 0, 0);
  assert_true(measure(&bad, FAILURES) > 0.1);
  destroy(&good);
  destroy(&bad);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_agree_on_what_was_trained),
      cmocka_unit_test(calibration_takes_known_deviations_away),
      cmocka_unit_test(calibration_divides_by_known_factors),
      cmocka_unit_test(noise_aware_averages_over_instances_alone),
      cmocka_unit_test(settings_go_through_the_hardware),
      cmocka_unit_test(each_protocol_trains_where_it_says),
      cmocka_unit_test(hardware_that_is_read_waits_for_who_reads),
      cmocka_unit_test(finetuning_goes_on_from_the_transfer),
      cmocka_unit_test(nudges_that_are_too_strong_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
