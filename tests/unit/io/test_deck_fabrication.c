/** @file
 * Deck: network.device and process, what they come to, and what of them is refused, at its line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/campaign.h"
#include "unit/decks.h"

#define BARE                                                                                                 \
  "network:\n  family: kerr\n  topology: {nodes: 4}\n  device: {material: silicon-nitride, gap: 500 nm}\n"   \
  "task: {name: xor}\nlearning: {epochs: 2}\n"
#define RINGS BARE "population: {instances: 6}\n"

static const char full_deck[] =
    RINGS "process:\n"
          "  preset: siepic\n"
          "  without: [wafer]\n"
          "  correlation: 0.25\n"
          "  sampler: wafer\n"
          "  padding: 4\n"
          "  placement: {pitch: 300 um, columns: 2, left: 500 um, bottom: 400 um}\n"
          "  wafer: {diameter: 200 mm, reticle_columns: 2}\n"
          "  width: {white: 0.2 nm, radial: [1 nm, -2 nm]}\n"
          "  gap: {local: 2 nm, kernel: matern-3/2, length: 3 mm}\n"
          "  etch: {slope: 1 nm2/cm, kernel: random-walk, length: 100 mm}\n"
          "  loss: {die: 0.1, systematic: 0.05, systematic_kernel: exponential, systematic_length: 2 mm}\n"
          "  laser: reddest\n"
          "  trim: {residual: 20 pm}\n"
          "  heating: {crosstalk: true}\n"
          "metrics: [accuracy, heater_power]\n"
          "keep_variation: true\n";

static epx_deck *read_deck(const char *text) {
  epx_deck *deck;
  if (epx_deck_read_text("deck", text, &deck) != EPX_OK) fail_msg("%s", epx_error_get_message());
  return deck;
}

static epx_settings *read_settings(const char *text) {
  epx_deck *deck = read_deck(text);
  epx_settings *settings;
  if (epx_deck_eval_settings(deck, NULL, 0, &settings) != EPX_OK) fail_msg("%s", epx_error_get_message());
  epx_deck_destroy(&deck);
  return settings;
}

static void assert_near(double got, double expected) {
  if (!(got >= expected - 1e-12 * (expected < 0 ? -expected : expected) &&
        got <= expected + 1e-12 * (expected < 0 ? -expected : expected)))
    fail_msg("%.17g is not %.17g", got, expected);
}

static void full_deck_says_what_it_says(void **state) {
  (void)state;
  epx_settings *s = read_settings(full_deck);
  const epx_fabrication_spec *f = &s->fabrication;
  const epx_process_terms *terms = f->process.terms;
  assert_true(s->described && s->fabricated && f->trims && f->heats && f->crosstalk && f->compensated);
  assert_int_equal(f->ring.core, EPX_SILICON_NITRIDE);
  assert_near(f->ring.gap, 500e-9);
  assert_near(f->ring.radius, 100e-6);
  assert_int_equal(f->process.off, 1u << EPX_TERM_WAFER);
  assert_int_equal(f->process.sampler, EPX_SAMPLE_WAFER);
  assert_near(f->process.padding, 4);
  assert_near(f->process.correlation, 0.25);
  assert_near(f->process.wafer.diameter, 0.2);
  assert_near(f->process.wafer.reticle_columns, 2);
  assert_near(f->process.wafer.die_width, 5e-3);
  assert_near(terms[EPX_DEVIATION_WIDTH].local, 5e-9); /* the preset's */
  assert_near(terms[EPX_DEVIATION_WIDTH].white, 0.2e-9);
  assert_near(terms[EPX_DEVIATION_WIDTH].radial[1], -2e-9);
  assert_int_equal(terms[EPX_DEVIATION_GAP].local_kernel.kind, EPX_CORRELATION_MATERN);
  assert_near(terms[EPX_DEVIATION_GAP].local_kernel.length, 3e-3);
  assert_near(terms[EPX_DEVIATION_ETCH].local_slope, 1e-16);
  assert_near(terms[EPX_DEVIATION_LOSS].die, 0.1);
  assert_near(terms[EPX_DEVIATION_LOSS].systematic_kernel.length, 2e-3);
  assert_near(s->placement.pitch, 300e-6);
  assert_near(s->placement.x, 500e-6);
  assert_int_equal(f->laser, EPX_LASER_REDDEST);
  assert_near(f->trim.residual, 20e-12);
  assert_near(f->heater.power_pi, 12.5e-3);
  epx_settings_destroy(&s);
}

static void resolved_deck_reads_back_the_same(void **state) {
  (void)state;
  epx_deck *deck = read_deck(full_deck), *again;
  char *text, *text_again;
  assert_int_equal(epx_deck_create_text(deck, &text), EPX_OK);
  assert_non_null(strstr(text, "reticle_rows: 1"));
  again = read_deck(text);
  assert_int_equal(epx_deck_create_text(again, &text_again), EPX_OK);
  assert_string_equal(text, text_again);
  assert_true(epx_deck_eval_digest(deck) == epx_deck_eval_digest(again));
  epx_array_destroy(&text);
  epx_array_destroy(&text_again);
  epx_deck_destroy(&deck);
  epx_deck_destroy(&again);
}

static void a_sampling_is_a_word_or_a_map(void **state) {
  (void)state;
  static const struct {
    const char *text;
    epx_sampling expected;
  } cases[] = {{"population: {instances: 4}\n", {EPX_SAMPLING_PROCESS, 0, 0}},
               {"population: {sampling: process}\n", {EPX_SAMPLING_PROCESS, 0, 0}},
               {"population: {sampling: wafer}\n", {EPX_SAMPLING_WAFER, 0, 0}},
               {"population: {sampling: {lots: 5, wafers: 2}}\n", {EPX_SAMPLING_NESTED, 5, 2}},
               {"population: {sampling: {kind: nested, lots: 3}}\n", {EPX_SAMPLING_NESTED, 3, 1}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[2000];
    snprintf(text, sizeof text, "%sprocess: {preset: siepic}\n%s", BARE, cases[i].text);
    epx_settings *s = read_settings(text);
    const epx_sampling *made = &s->fabrication.process.sampling;
    assert_int_equal(made->kind, cases[i].expected.kind);
    assert_int_equal(made->lots, cases[i].expected.lots);
    assert_int_equal(made->wafers, cases[i].expected.wafers);
    assert_int_equal(s->yield.sampling.kind, cases[i].expected.kind);
    epx_settings_destroy(&s);
  }
}

static void deck_without_them_has_neither(void **state) {
  (void)state;
  epx_deck *deck = read_deck(SMALL);
  char *text;
  epx_settings *s = read_settings(SMALL);
  assert_false(s->described || s->fabricated);
  assert_int_equal(epx_deck_create_text(deck, &text), EPX_OK);
  assert_null(strstr(text, "process"));
  assert_null(strstr(text, "device"));
  epx_array_destroy(&text);
  epx_settings_destroy(&s);
  epx_deck_destroy(&deck);
}

/** Slope and sigma of the local field exclude each other, so that one given takes the preset's other away. */
static void sigma_given_takes_the_place_of_a_presets_walk(void **state) {
  (void)state;
  epx_settings *s = read_settings(
      RINGS "process:\n  preset: random-walk\n  width: {local: 1 nm, kernel: gaussian, length: 1 mm}\n");
  assert_near(s->fabrication.process.terms[EPX_DEVIATION_WIDTH].local, 1e-9);
  assert_near(s->fabrication.process.terms[EPX_DEVIATION_WIDTH].local_slope, 0);
  assert_true(s->fabrication.process.terms[EPX_DEVIATION_THICKNESS].local_slope > 0);
  epx_settings_destroy(&s);
}

static void trials_differ_by_their_place_and_say_their_power(void **state) {
  (void)state;
  epx_campaign *campaign;
  epx_settings *settings;
  epx_point *point;
  double *record;
  if (epx_campaign_create(read_deck(full_deck), &campaign) != EPX_OK) fail_msg("%s", epx_error_get_message());
  assert_int_equal(epx_campaign_create_point(campaign, 0, &settings, &point), EPX_OK);
  const size_t size = point->layout.size;
  assert_int_equal(epx_array_create(&record, (size_t)point->block * size, sizeof *record), EPX_OK);
  assert_int_equal(epx_trial_solve(point, 0, 0, record), EPX_OK);
  assert_int_equal(point->layout.n_varied, 4); /* loss, coupling_loss, detuning, coupling */
  for (int k = 0; k < 2; k++) {
    const double power = record[(size_t)k * size + point->layout.metric + 1];
    assert_true(power > 0 && power < 4 * 0.05);
  }
  assert_true(record[point->layout.value[0]] != record[size + point->layout.value[0]]);
  epx_array_destroy(&record);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  epx_campaign_destroy(&campaign);
}

static void what_cannot_be_is_refused_at_its_line(void **state) {
  (void)state;
  static const struct {
    const char *text, *words;
    int line;
  } cases[] = {
      {SMALL "process: {current: {lot: 0.1}}\n", "process.current: family kerr has no parameter", 3},
      {TASK "network:\n  family: phase\n  topology: {nodes: 4}\n  device: {}\n",
       "family phase names no device", 5},
      {TASK "network:\n  family: kerr\n  topology: {nodes: 4}\n  device: {width: 300 nm}\n",
       "from 400 to 600 nm", 5},
      {TASK "network:\n  family: kerr\n  topology: {nodes: 4}\n  device: {gap: -5 nm}\n",
       "gap: -5 nm is out of range", 5},
      {TASK "network:\n  family: kerr\n  topology: {nodes: 4}\n  device: {gap: 5 dB}\n", "gap", 5},
      {RINGS "process: {preset: perfect}\n", "one of none, siepic", 8},
      {RINGS "process:\n  width: {local: 1 nm}\n", "process.width.kernel is missing", 9},
      {RINGS "process:\n  width: {local: 1 nm, kernel: gaussian}\n", "process.width.length is missing", 9},
      {RINGS "process:\n  width: {local: 1 nm, kernel: table, distances: [0, 1]}\n",
       "the same number of each", 9},
      {RINGS "process:\n  width: {radial: [1, 2, 3, 4, 5]}\n", "5 coefficients, at most 4", 9},
      {RINGS "process:\n  preset: siepic\n  padding: 4\n", "process.padding has no effect here", 10},
      {RINGS "process:\n  wafer: {die_width: 99 mm}\n", "no die of 99", 8},
      {RINGS "process:\n  placement: {pitch: 6 mm}\n", "does not lie within its die", 8},
      {RINGS "process:\n  placement: {kind: csv, path: no/such.csv}\n", "no/such.csv", 9},
      {BARE "process:\n  sampler: wafer\n  width: {local: 1 nm, kernel: gaussian, length: 0.1 m}\n"
            "population: {sampling: wafer}\n",
       "more padding", 7},
      {BARE "process:\n  preset: siepic\npopulation: {instances: 242, sampling: wafer}\n",
       "population.instances: 242 are more than the 241 dies", 9},
      {BARE "process:\n  preset: siepic\npopulation: {sampling: {wafers: 2}}\n",
       "population.sampling.lots is missing", 9},
      {BARE "process:\n  preset: siepic\npopulation: {sampling: {lots: 2, wafers: 26}}\n",
       "population.sampling.wafers: 26, but process.wafer.wafers_per_lot is 25", 9},
      {BARE "process:\n  preset: siepic\npopulation: {sampling: {kind: wafer, lots: 2}}\n",
       "population.sampling.lots has no effect here", 9},
      {BARE "process:\n  preset: siepic\npopulation: {sampling: chips}\n",
       "unknown word 'chips'; must be one of process, nested, wafer", 9},
      {BARE "population: {sampling: wafer}\n", "population.sampling: wafer needs a process", 7},
      {RINGS "process:\n  placement: {pitch: 3 um}\n  heating: {crosstalk: true}\n", "known from 7 um only",
       8},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_deck *deck;
    epx_campaign *campaign = NULL;
    char beginning[32];
    snprintf(beginning, sizeof beginning, "deck:%d: ", cases[i].line);
    int code = epx_deck_read_text("deck", cases[i].text, &deck);
    if (code == EPX_OK) code = epx_campaign_create(deck, &campaign);
    assert_true(code == EPX_EINPUT || code == EPX_EFILE);
    const char *message = epx_error_get_message();
    if (strncmp(message, beginning, strlen(beginning)) != 0 || !strstr(message, cases[i].words))
      fail_msg("'%s' does not hold '%s%s'", message, beginning, cases[i].words);
  }
}

static void course_deck_of_the_wafer_is_good(void **state) {
  (void)state;
  epx_deck *deck;
  epx_campaign *campaign;
  assert_int_equal(epx_deck_read(EPX_SOURCE_DIR "/inputs/07-wafer.yaml", &deck), EPX_OK);
  if (epx_campaign_create(deck, &campaign) != EPX_OK) fail_msg("%s", epx_error_get_message());
  assert_int_equal(campaign->n_points, 4);
  epx_campaign_destroy(&campaign);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(full_deck_says_what_it_says),
      cmocka_unit_test(resolved_deck_reads_back_the_same),
      cmocka_unit_test(a_sampling_is_a_word_or_a_map),
      cmocka_unit_test(deck_without_them_has_neither),
      cmocka_unit_test(sigma_given_takes_the_place_of_a_presets_walk),
      cmocka_unit_test(trials_differ_by_their_place_and_say_their_power),
      cmocka_unit_test(what_cannot_be_is_refused_at_its_line),
      cmocka_unit_test(course_deck_of_the_wafer_is_good),
  };
  return cmocka_run_group_tests_name("deck_fabrication", tests, NULL, NULL);
}
