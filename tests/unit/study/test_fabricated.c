/** @file
 * Fabricated: what a trial's record keeps of its chip, from the deck to the columns of the results file.
 */
#include "study/fabrication/fabricated.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "io/deck/deck.h"
#include "io/results/field.h"
#include "study/trial.h"

enum { N_NODES = 4, BLOCK = 8 };

static const char deck_text[] = "study: {name: chips, seed: 5}\n"
                                "network:\n"
                                "  family: kerr\n"
                                "  topology: {kind: all-to-all, nodes: 4}\n"
                                "  parameters: {loss: 2, detuning: -0.5, coupling_spread: 0.3}\n"
                                "  device: {material: silicon-nitride}\n"
                                "task: {name: xor}\n"
                                "learning: {epochs: 0}\n"
                                "process:\n"
                                "  preset: siepic\n"
                                "  wafer: {diameter: 30 mm}\n"
                                "  placement: {pitch: 300 um, columns: 2}\n"
                                "  laser: mean\n"
                                "  trim: {range: 100 nm, residual: 10 pm}\n"
                                "population: {instances: 8, block: 8, sampling: wafer}\n"
                                "metrics: [accuracy]\n"
                                "keep_variation: true\n";

typedef struct {
  epx_settings *settings;
  epx_point *point;
  double *record; /* [BLOCK][layout.size] */
} campaign;

static campaign create_campaign(const char *text) {
  campaign c = {0};
  epx_deck *deck;
  if (epx_deck_read_text("deck", text, &deck) != EPX_OK) fail_msg("%s", epx_error_get_message());
  assert_int_equal(epx_deck_eval_settings(deck, NULL, 0, &c.settings), EPX_OK);
  epx_deck_destroy(&deck);
  assert_int_equal(epx_point_create(c.settings, &c.point), EPX_OK);
  assert_int_equal(EPX_ARRAY(c.record, BLOCK * c.point->layout.size), EPX_OK);
  return c;
}

static void destroy_campaign(campaign *c) {
  epx_array_destroy(&c->record);
  epx_point_destroy(&c->point);
  epx_settings_destroy(&c->settings);
}

/** Finds the values of a column in an instance's record. */
static const double *find(const campaign *c, const char *path, int k) {
  epx_field *table;
  int n_fields;
  const double *found = NULL;
  assert_int_equal(epx_field_create_table(&c->point->layout, c->settings, &table, &n_fields), EPX_OK);
  for (int f = 0; f < n_fields; f++)
    if (strcmp(table[f].path, path) == 0)
      found = c->record + (size_t)k * c->point->layout.size + table[f].start;
  epx_array_destroy(&table);
  assert_non_null(found);
  return found;
}

static void columns_fill_the_record_to_its_end(void **state) {
  (void)state;
  campaign c = create_campaign(deck_text);
  size_t size = 0;
  for (int i = 0; epx_fabricated_get_column(i); i++)
    size += epx_fabricated_get_column(i)->by == EPX_FABRICATED_INSTANCE ? 1 : N_NODES;
  assert_int_equal(size, epx_fabricated_get_size(N_NODES, N_NODES));
  assert_int_equal(c.point->layout.fabricated + size, c.point->layout.size);
  assert_int_equal(find(&c, "/fabrication/remedied_resonance", 0) - c.record + N_NODES, c.point->layout.size);
  destroy_campaign(&c);
}

/** The deviations are those that a process of the same deck draws alone. */
static void record_holds_the_deviations_that_were_drawn(void **state) {
  (void)state;
  campaign c = create_campaign(deck_text);
  assert_int_equal(epx_trial_solve(c.point, 0, 0, c.record), EPX_OK);
  epx_process_spec spec = c.settings->fabrication.process;
  epx_placement *placement;
  epx_process *process;
  const double radius = c.settings->fabrication.ring.radius;
  assert_int_equal(epx_placement_create_grid(N_NODES, 2, 300e-6, c.settings->placement.x,
                                             c.settings->placement.y, radius, &placement),
                   EPX_OK);
  spec.placement = placement;
  assert_int_equal(epx_process_create(&spec, &process), EPX_OK);
  for (uint32_t k = 0; k < BLOCK; k++) {
    double deviation[EPX_DEVIATION_COUNT * N_NODES];
    epx_process_eval(process, EPX_RANDOM_ANY, k, deviation);
    assert_memory_equal(find(&c, "/fabrication/width", (int)k), deviation, N_NODES * sizeof(double));
    assert_memory_equal(find(&c, "/fabrication/thickness", (int)k),
                        deviation + (size_t)EPX_DEVIATION_THICKNESS * N_NODES, N_NODES * sizeof(double));
  }
  epx_process_destroy(&process);
  epx_placement_destroy(&placement);
  destroy_campaign(&c);
}

static void dies_lie_on_the_wafer_each_at_its_own_place(void **state) {
  (void)state;
  campaign c = create_campaign(deck_text);
  assert_int_equal(epx_trial_solve(c.point, 0, 0, c.record), EPX_OK);
  for (int k = 0; k < BLOCK; k++) {
    const double x = *find(&c, "/fabrication/die_x", k), y = *find(&c, "/fabrication/die_y", k);
    assert_true(hypot(x, y) < 0.015);
    assert_true(*find(&c, "/fabrication/wafer", k) == 0);
    for (int j = 0; j < k; j++)
      assert_true(hypot(x - *find(&c, "/fabrication/die_x", j), y - *find(&c, "/fabrication/die_y", j)) >
                  4.9e-3);
  }
  destroy_campaign(&c);
}

/** The trim reaches them all: what is left is its residual, 10 pm, of resonances nanometres away. */
static void remedied_resonances_are_near_their_design(void **state) {
  (void)state;
  campaign c = create_campaign(deck_text);
  double drawn = 0, left = 0;
  assert_int_equal(epx_trial_solve(c.point, 0, 0, c.record), EPX_OK);
  for (int k = 0; k < BLOCK; k++) {
    for (int i = 0; i < N_NODES; i++) {
      drawn += pow(find(&c, "/fabrication/resonance", k)[i], 2);
      left += pow(find(&c, "/fabrication/remedied_resonance", k)[i], 2);
    }
  }
  assert_true(sqrt(drawn / (BLOCK * N_NODES)) > 0.5e-9);
  assert_true(sqrt(left / (BLOCK * N_NODES)) < 15e-12);
  assert_true(sqrt(left / (BLOCK * N_NODES)) > 5e-12);
  destroy_campaign(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_fill_the_record_to_its_end),
      cmocka_unit_test(record_holds_the_deviations_that_were_drawn),
      cmocka_unit_test(dies_lie_on_the_wafer_each_at_its_own_place),
      cmocka_unit_test(remedied_resonances_are_near_their_design),
  };
  return cmocka_run_group_tests_name("fabricated", tests, NULL, NULL);
}
