/** @file
 * Campaign: decks made ready, and what is refused before anything runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/campaign.h"
#include "unit/decks.h"

static int create(const char *text, epx_campaign **campaign) {
  epx_deck *deck;
  *campaign = NULL;
  const int code = epx_deck_read_text("deck", text, &deck);
  return code == EPX_OK ? epx_campaign_create(deck, campaign) : code;
}

static void example_is_twelve_points_of_thirty_two_instances(void **state) {
  (void)state;
  epx_campaign *campaign;
  long trials, finished;
  assert_int_equal(create(example_deck, &campaign), EPX_OK);
  assert_int_equal(campaign->n_points, 12);
  assert_int_equal(campaign->n_instances, 32);
  assert_int_equal(campaign->n_factors, 2);
  assert_int_equal(campaign->layout.size, 2 + 5);
  assert_true(campaign->block > 0);
  epx_campaign_get_progress(campaign, &trials, &finished);
  assert_int_equal(trials, 384);
  assert_int_equal(finished, 0);
  epx_campaign_get_record(campaign, 11, 31)[0] = EPX_STATE_DONE;
  epx_campaign_get_record(campaign, 0, 0)[0] = EPX_DIVERGED;
  epx_campaign_get_progress(campaign, &trials, &finished);
  assert_int_equal(finished, 2);
  assert_ptr_equal(epx_campaign_get_record(campaign, 1, 0), campaign->record + 32 * campaign->layout.size);
  epx_campaign_destroy(&campaign);
  assert_null(campaign);
}

static void points_have_the_factors_values_and_one_block(void **state) {
  (void)state;
  epx_campaign *campaign;
  assert_int_equal(create(SMALL "design: {factors: {task.name: {values: [xor, moons]}}}\n", &campaign),
                   EPX_OK);
  for (int i = 0; i < 2; i++) {
    epx_settings *settings;
    epx_point *point;
    assert_int_equal(epx_campaign_create_point(campaign, i, &settings, &point), EPX_OK);
    assert_int_equal(point->task->n_samples, i ? 200 : 4);
    assert_int_equal(point->block, campaign->block);
    epx_point_destroy(&point);
    epx_settings_destroy(&settings);
  }
  epx_campaign_destroy(&campaign);
}

static void settings_that_do_not_hold_at_a_point_are_refused_at_their_line(void **state) {
  (void)state;
  static const struct {
    const char *text, *words;
    int line, code;
  } cases[] = {
      {SMALL
       "learning:\n  epochs: 3\ncurves: [loss]\ndesign: {factors: {learning.epochs: {values: [2, 3]}}}\n",
       "do not vary learning.epochs", 5, EPX_EINPUT},
      {"task: {name: xor}\nnetwork:\n  family: kerr\n  topology: {nodes: 4}\n  inputs: {nodes: [0, 1, 2]}\n",
       "network.inputs.nodes: lists 3 nodes, but task 'xor' has 2 features", 5, EPX_EINPUT},
      {"network: {family: kerr, topology: {nodes: 4}}\ntask:\n  name: csv\n  path: no.csv\n", "no.csv", 2,
       EPX_EFILE},
      {"task: {name: iris}\nnetwork:\n  family: kerr\n  topology: {nodes: 2}\n",
       "network.topology: the task has 4 inputs", 4, EPX_EINPUT},
      {SMALL "design:\n  method: sobol\n  points: 3\n  factors: {learning.nudge.beta: {low: 1, high: 2}}\n",
       "3", 3, EPX_EINPUT},
      {"network: {family: kerr, topology: {nodes: 4},\n  parameters: {loss: [1, 2, 3]}}\ntask: {name: xor}\n",
       "network.parameters.loss: 3 values", 2, EPX_EINPUT},
      {SMALL "learning:\n  batch: 100\n", "learning.batch: 100 samples", 4, EPX_EINPUT},
      {"task: {name: xor}\nnetwork:\n  family: kerr\n  topology: {nodes: 9}\n  outputs: {count: 3}\n",
       "network.outputs: 3 for 2 classes", 5, EPX_EINPUT},
      {SMALL "learning:\n  train: []\n", "learning.train: no parameter is trained", 4, EPX_EINPUT},
      {SMALL "design:\n  factors:\n    network.topology.nodes:\n      values: [4, 1]\n", "at design point 1",
       1, EPX_EINPUT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_campaign *campaign;
    char beginning[32];
    snprintf(beginning, sizeof beginning, "deck:%d: ", cases[i].line);
    assert_int_equal(create(cases[i].text, &campaign), cases[i].code);
    assert_null(campaign);
    const char *message = epx_error_get_message();
    if (strncmp(message, beginning, strlen(beginning)) != 0 || !strstr(message, cases[i].words))
      fail_msg("'%s' does not hold '%s%s'", message, beginning, cases[i].words);
  }
}

static void digest_is_the_decks(void **state) {
  (void)state;
  epx_campaign *campaign;
  assert_int_equal(create(SMALL, &campaign), EPX_OK);
  assert_true(campaign->digest == epx_deck_eval_digest(campaign->deck));
  epx_campaign_destroy(&campaign);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(example_is_twelve_points_of_thirty_two_instances),
      cmocka_unit_test(points_have_the_factors_values_and_one_block),
      cmocka_unit_test(settings_that_do_not_hold_at_a_point_are_refused_at_their_line),
      cmocka_unit_test(digest_is_the_decks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
