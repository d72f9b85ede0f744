/** @file
 * Training, campaign and results, as a program outside calls them: one trial alone has the bits that the campaign
 * writes, and reads back.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "epilux/epilux.h"

static const char *const deck_text = "network: {family: kerr, topology: {nodes: 5},\n"
                                     "          parameters: {loss: 1, kerr: 0.2, coupling_spread: 0.5}}\n"
                                     "task: {name: xor}\n"
                                     "learning: {epochs: 6}\n"
                                     "variation: [{parameter: detuning, sigma: 0.1}]\n"
                                     "design: {factors: {network.parameters.loss: {values: [0.5, 2]}}}\n"
                                     "population: {instances: 6, block: 4}\n"
                                     "metrics: [loss, accuracy]\n"
                                     "curves: [gradient_norm, loss]\n"
                                     "keep_parameters: true\n"
                                     "yield: {metric: accuracy, at_least: 0.5}\n";

static char folder[] = "/tmp/epilux-api-XXXXXX";
static char path[64];

static epx_campaign *create_campaign(void) {
  epx_deck *deck;
  epx_campaign *campaign;
  assert_int_equal(epx_deck_read_text("deck", deck_text, &deck), EPX_OK);
  assert_int_equal(epx_campaign_create(deck, &campaign), EPX_OK);
  return campaign;
}

static int solve_campaign(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/campaign.h5", folder);
  epx_campaign *campaign = create_campaign();
  const epx_campaign_options options = epx_campaign_get_defaults();
  bool stopped = true;
  const int code = epx_campaign_solve(campaign, path, &options, &stopped);
  epx_campaign_destroy(&campaign);
  return code != EPX_OK || stopped;
}

static int remove_files(void **state) {
  (void)state;
  return unlink(path) != 0 || rmdir(folder) != 0;
}

static void one_trial_alone_has_the_bits_of_the_campaign(void **state) {
  static const char *const metrics[] = {"loss", "accuracy"};
  epx_campaign *campaign = create_campaign();
  epx_results *results;
  (void)state;
  assert_int_equal(epx_results_read(path, &results), EPX_OK);
  for (int i_point = 0; i_point < 2; i_point++) {
    for (int i_instance = 1; i_instance < 6; i_instance += 4) {
      epx_training *training;
      assert_int_equal(epx_training_solve(campaign, i_point, i_instance, &training), EPX_OK);
      assert_int_equal(epx_training_get_state(training), epx_results_get_state(results, i_point, i_instance));
      for (size_t m = 0; m < 2; m++) {
        double alone, kept;
        assert_int_equal(epx_training_get_metric(training, metrics[m], &alone), EPX_OK);
        assert_int_equal(epx_results_get_value(results, metrics[m], i_point, i_instance, &kept), EPX_OK);
        assert_memory_equal(&alone, &kept, sizeof alone);
      }
      epx_training_destroy(&training);
    }
  }
  epx_results_destroy(&results);
  epx_campaign_destroy(&campaign);
}

static void training_ends_at_parameters_of_the_last_loss(void **state) {
  epx_campaign *campaign = create_campaign();
  epx_deck *deck;
  epx_model *model;
  epx_training *training;
  const double *curve;
  double loss, cost;
  int n_epochs;
  (void)state;
  assert_int_equal(epx_training_solve(campaign, 1, 2, &training), EPX_OK);
  assert_int_equal(epx_training_get_curve(training, "loss", &curve, &n_epochs), EPX_OK);
  assert_int_equal(n_epochs, 6);
  assert_true(curve[5] < curve[0]);
  assert_int_equal(epx_training_get_metric(training, "loss", &loss), EPX_OK);
  assert_int_equal(epx_deck_read_text("deck", deck_text, &deck), EPX_OK);
  assert_int_equal(epx_model_create(deck, 1, &model), EPX_OK);
  assert_int_equal(epx_gradient_eval_cost(model, epx_training_get_parameters(training), &cost, NULL), EPX_OK);
  assert_true(cost - loss < 1e-9 && loss - cost < 1e-9);
  epx_model_destroy(&model);
  epx_deck_destroy(&deck);
  epx_training_destroy(&training);
  epx_campaign_destroy(&campaign);
}

static void summary_counts_what_is_good(void **state) {
  epx_results *results;
  (void)state;
  assert_int_equal(epx_results_read(path, &results), EPX_OK);
  assert_int_equal(epx_results_get_n_points(results), 2);
  assert_int_equal(epx_results_get_n_instances(results), 6);
  assert_string_equal(epx_results_get_metric(results, 1), "accuracy");
  assert_null(epx_results_get_metric(results, 2));
  assert_non_null(strstr(epx_results_get_deck(results), "family: kerr"));
  for (int i_point = 0; i_point < 2; i_point++) {
    epx_results_summary summary;
    int n_good = 0;
    assert_int_equal(epx_results_eval_summary(results, "accuracy", i_point, &summary), EPX_OK);
    for (int k = 0; k < 6; k++) {
      double value;
      assert_int_equal(epx_results_get_value(results, "accuracy", i_point, k, &value), EPX_OK);
      n_good += value >= 0.5;
    }
    assert_int_equal(summary.count, 6);
    assert_true(summary.yield == n_good / 6.0);
    assert_true(summary.low <= summary.yield && summary.yield <= summary.high);
  }
  epx_results_destroy(&results);
}

static void assert_refused(int code, const char *said) {
  assert_int_equal(code, EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), said));
}

static void what_is_not_there_is_refused_by_name(void **state) {
  epx_campaign *campaign = create_campaign();
  epx_results *results;
  epx_training *training;
  const double *curve;
  double value;
  int n_epochs;
  (void)state;
  assert_refused(epx_training_solve(campaign, 0, 6, &training), "no trial (0, 6)");
  assert_null(training);
  assert_int_equal(epx_training_solve(campaign, 0, 0, &training), EPX_OK);
  assert_refused(epx_training_get_metric(training, "stability", &value), "does not measure stability");
  assert_refused(epx_training_get_curve(training, "accuracy", &curve, &n_epochs), "no curve accuracy");
  epx_training_destroy(&training);
  assert_int_equal(epx_results_read(path, &results), EPX_OK);
  assert_refused(epx_results_get_value(results, "stability", 0, 0, &value), "no metric stability");
  assert_refused(epx_results_get_value(results, "loss", 2, 0, &value), "no trial (2, 0)");
  assert_int_equal(epx_results_get_state(results, 0, -1), -1);
  epx_results_destroy(&results);
  const epx_campaign_options options = epx_campaign_get_defaults();
  assert_refused(epx_campaign_solve(campaign, path, &options, NULL), "--resume");
  epx_campaign_destroy(&campaign);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_trial_alone_has_the_bits_of_the_campaign),
      cmocka_unit_test(training_ends_at_parameters_of_the_last_loss),
      cmocka_unit_test(summary_counts_what_is_good),
      cmocka_unit_test(what_is_not_there_is_refused_by_name),
  };
  return cmocka_run_group_tests(tests, solve_campaign, remove_files);
}
