/* Claims about excerpts: what they leave out, and that what they do adds up to the whole. Work is counted in
 * equilibria. */
#include "study/duration/pilot_point.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/campaign.h"
#include "study/trial.h"

enum { BLOCK = 3, EPOCHS = 4, EQUILIBRIA = 0 };

#define IRIS(more)                                                                                           \
  "study: {name: excerpt, seed: 5}\n"                                                                        \
  "network: {family: kerr, topology: {nodes: 6}, parameters: {loss: 2, kerr: 0.1}}\n"                        \
  "task: {name: iris, test_fraction: 0.2, validation_fraction: 0.25}\n"                                      \
  "learning: {estimator: phase-conjugate, epochs: 4, batch: 30" more "}\n"                                   \
  "population: {instances: 3, block: 3}\n"

#define MEASURED                                                                                             \
  "metrics: [equilibria, accuracy, train_accuracy, validation_accuracy, gradient_cosine, "                   \
  "initial_accuracy]\n"

typedef struct {
  epx_campaign *campaign;
  epx_settings *settings;
  epx_point *point;
} made;

static made make(const char *text) {
  made m;
  epx_deck *deck;
  if (epx_deck_read_text("deck", text, &deck) != EPX_OK || epx_campaign_create(deck, &m.campaign) != EPX_OK ||
      epx_campaign_create_point(m.campaign, 0, &m.settings, &m.point) != EPX_OK)
    fail_msg("%s", epx_error_get_message());
  return m;
}

static void destroy(made *m) {
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_campaign_destroy(&m->campaign);
}

/* Equilibria that a trial asks for; they are the first metric. */
static double count(const epx_point *point) {
  double *record;
  assert_int_equal(EPX_ARRAY(record, BLOCK * point->layout.size), EPX_OK);
  assert_int_equal(epx_trial_solve(point, 0, 0, record), EPX_OK);
  assert_true(record[0] == EPX_STATE_DONE);
  const double n = record[point->layout.metric + EQUILIBRIA];
  epx_array_destroy(&record);
  return n;
}

static void a_few_samples_are_spread_over_their_part(void **state) {
  (void)state;
  made m = make(IRIS(""));
  const epx_task *task = m.point->task;
  int before[150], n_class[3] = {0};
  bool kept[150] = {false};
  epx_pilot_point excerpt;
  const int n_train = task->n_train;
  memcpy(before, task->train, (size_t)n_train * sizeof *before);
  epx_pilot_point_init(m.settings, m.point, &excerpt);
  for (int i = 0; i < n_train; i++) {
    assert_false(kept[task->train[i]]);
    kept[task->train[i]] = true;
  }
  for (int i = 0; i < n_train; i++)
    assert_true(kept[before[i]]);
  for (int i = 0; i < 15; i++)
    n_class[task->labels[task->train[i]]]++;
  for (int k = 0; k < 3; k++)
    assert_in_range(n_class[k], 4, 6);
  destroy(&m);
}

static void parts_are_cut_to_the_same_share(void **state) {
  (void)state;
  made m = make(IRIS(""));
  const epx_task *task = m.point->task;
  epx_pilot_point excerpt;
  epx_pilot_point_init(m.settings, m.point, &excerpt);
  assert_int_equal(task->n_train, 90);
  assert_int_equal(epx_pilot_point_get_chunk(&excerpt), 30);
  static const struct {
    int n, n_train, n_validation, n_test, batch;
  } cases[] = {{1, 1, 1, 1, 1},
               {30, 30, 10, 10, 30},
               {45, 45, 15, 15, 30},
               {90, 90, 30, 30, 30},
               {999, 90, 30, 30, 30}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const double share = epx_pilot_point_set(&excerpt, EPX_PILOT_POINT_MEASURES, cases[i].n);
    assert_true(fabs(share - cases[i].n_train / 90.0) < 1e-15);
    assert_int_equal(task->n_train, cases[i].n_train);
    assert_int_equal(task->n_validation, cases[i].n_validation);
    assert_int_equal(task->n_test, cases[i].n_test);
    assert_int_equal(m.settings->learning.batch, cases[i].batch);
  }
  epx_pilot_point_set(&excerpt, EPX_PILOT_POINT_TRAINS, 30);
  assert_int_equal(task->n_test, 1);
  destroy(&m);
}

/* Measuring and every epoch, each by an excerpt of all samples, are the trial; a third of the samples is a
 * third of it. The one held-out sample that a training excerpt measures is no part of the epoch. */
static void excerpts_add_up_to_the_trial(void **state) {
  (void)state;
  static const char *const decks[] = {IRIS("") MEASURED, IRIS(", patience: 100") MEASURED,
                                      IRIS("") MEASURED "curves: [validation_loss, loss]\n",
                                      IRIS(", target_loss: 1e-9") MEASURED};
  for (size_t i = 0; i < sizeof decks / sizeof *decks; i++) {
    made m = make(decks[i]);
    epx_pilot_point excerpt;
    const double whole = count(m.point);
    epx_pilot_point_init(m.settings, m.point, &excerpt);
    for (int n = 30; n <= 90; n += 60) {
      const double share = epx_pilot_point_set(&excerpt, EPX_PILOT_POINT_MEASURES, n);
      const double measures = count(m.point);
      epx_pilot_point_set(&excerpt, EPX_PILOT_POINT_TRAINS, n);
      const double epoch = count(m.point) - 1;
      assert_true(fabs((measures + EPOCHS * epoch) / share - whole) < 1e-9 * whole);
    }
    destroy(&m);
  }
}

/* The number that is told before is the one that is counted, where every network settles and none stops. */
static void a_points_size_is_what_its_trials_ask_for(void **state) {
  (void)state;
  static const char *const decks[] = {
      IRIS("") MEASURED,
      IRIS(", patience: 100") MEASURED,
      IRIS(", nudge: {scheme: one-sided}") "metrics: [equilibria, trained_gradient_cosine, "
                                           "gradient_norm_ratio]\n",
      IRIS("") "metrics: [equilibria, train_loss, validation_loss, deployed_accuracy]\n",
      IRIS(", protocol: transfer+finetune, finetune: 2") "metrics: [equilibria, train_loss]\n",
      IRIS("") "metrics: [equilibria, equilibria_found]\nequilibrium: {starts: 4}\n",
      IRIS(", protocol: transfer") "metrics: [equilibria, deployed_accuracy]\n"};
  for (size_t i = 0; i < sizeof decks / sizeof *decks; i++) {
    made m = make(decks[i]);
    assert_true(epx_point_eval_size(m.point).equilibria == count(m.point));
    assert_true(m.campaign->equilibria == BLOCK * count(m.point));
    destroy(&m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_few_samples_are_spread_over_their_part),
      cmocka_unit_test(parts_are_cut_to_the_same_share),
      cmocka_unit_test(excerpts_add_up_to_the_trial),
      cmocka_unit_test(a_points_size_is_what_its_trials_ask_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
