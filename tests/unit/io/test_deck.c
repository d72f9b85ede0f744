/** @file
 * Deck: what is read, and that the resolved deck is the deck.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "io/deck/deck.h"
#include "unit/decks.h"

static epx_deck *read_deck(const char *text) {
  epx_deck *deck;
  if (epx_deck_read_text("deck", text, &deck) != EPX_OK) fail_msg("%s", epx_error_get_message());
  return deck;
}

static epx_settings *read_settings(const char *text) {
  epx_deck *deck = read_deck(text);
  epx_settings *settings;
  assert_int_equal(epx_deck_eval_settings(deck, NULL, 0, &settings), EPX_OK);
  epx_deck_destroy(&deck);
  return settings;
}

static void example_deck_says_what_it_says(void **state) {
  (void)state;
  epx_settings *s = read_settings(example_deck);
  assert_int_equal(s->seed, 2026);
  assert_string_equal(s->network.family->name, "kerr");
  assert_int_equal(s->network.topology.n_nodes, 10);
  const int loss = epx_family_get_parameter(s->network.family, "loss");
  assert_int_equal(s->network.value[loss].kind, EPX_VALUE_LIST);
  assert_float_equal(s->network.value[loss].values[0], 1, 0);
  const int coupling = epx_family_get_parameter(s->network.family, "coupling");
  assert_int_equal(s->network.value[coupling].kind, EPX_VALUE_SYMMETRISED);
  assert_float_equal(s->network.value[coupling].spread, 0.6, 0);
  assert_true(s->learning.train[coupling]);
  assert_false(s->learning.train[loss]);
  assert_string_equal(s->task.name, "xor");
  assert_float_equal(s->learning.nudging.beta, 0.02, 0);
  assert_int_equal(s->learning.nudging.scheme, EPX_CENTERED);
  assert_int_equal(s->learning.epochs, 150);
  assert_int_equal(s->cost.kind, EPX_CROSS_ENTROPY);
  assert_int_equal(s->n_variation, 1);
  assert_int_equal(s->variation[0].scope, EPX_SCOPE_LOCAL);
  assert_float_equal(s->variation[0].distribution.sigma, 0.1, 0);
  assert_int_equal(s->n_instances, 32);
  assert_int_equal(s->n_metrics, 5);
  assert_int_equal(s->yield.metric, EPX_METRIC_ACCURACY);
  assert_float_equal(s->yield.limit, 0.95, 0);
  assert_false(s->independent);
  epx_settings_destroy(&s);
}

static void values_take_every_form(void **state) {
  (void)state;
  epx_settings *s = read_settings(TASK "network:\n  family: kerr\n  topology: {kind: matrix}\n  "
                                       "parameters:\n    coupling: [[0, 0.5], [0.5, 0]]\n"
                                       "    detuning: [0.1, 20 %]\n    bias: {distribution: "
                                       "truncated-normal, mean: 0, sigma: 1, low: -1, high: 1}\n"
                                       "    loss: '1'\n  inputs: {nodes: [1, 0]}\n");
  const epx_value *value = s->network.value;
  const epx_family *family = s->network.family;
  const epx_value *coupling = &value[epx_family_get_parameter(family, "coupling")];
  assert_int_equal(coupling->kind, EPX_VALUE_MATRIX);
  assert_int_equal(s->network.topology.n_nodes, 2);
  assert_float_equal(s->network.topology.matrix[2], 0.5, 0);
  const epx_value *detuning = &value[epx_family_get_parameter(family, "detuning")];
  assert_int_equal(detuning->n_values, 2);
  assert_float_equal(detuning->values[1], 0.2, 1e-15);
  assert_int_equal(value[epx_family_get_parameter(family, "bias")].distribution.kind, EPX_TRUNCATED_NORMAL);
  assert_int_equal(s->network.input_nodes[0], 1);
  epx_settings_destroy(&s);
}

static void marks_and_line_ends_of_other_systems_are_read(void **state) {
  (void)state;
  epx_settings *s =
      read_settings("\xEF\xBB\xBF# deck\r\n" NETWORK "task:\r\n  name: xor\r\nlearning: {epochs: 1e2}\r\n");
  assert_int_equal(s->learning.epochs, 100);
  epx_settings_destroy(&s);
}

static void defaults_depend_on_the_family(void **state) {
  (void)state;
  static const struct {
    const char *path, *kerr, *phase;
  } cases[] = {
      {"learning.estimator", "phase-conjugate", "plain"},
      {"learning.cost", "cross-entropy", "phase-cosine"},
      {"network.outputs.readout", "intensity", "phase"},
      {"learning.targets.on", NULL, "1.5707963267948966"},
      {"network.inputs.scale", "0.8", "1.5707963267948966"},
  };
  epx_deck *kerr = read_deck(SMALL),
           *phase = read_deck("network: {family: phase, topology: {nodes: 6}}\n" TASK);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *text = epx_deck_get_text(kerr, cases[i].path);
    if (cases[i].kerr)
      assert_string_equal(text, cases[i].kerr);
    else
      assert_null(text);
    assert_string_equal(epx_deck_get_text(phase, cases[i].path), cases[i].phase);
  }
  epx_deck_destroy(&kerr);
  epx_deck_destroy(&phase);
}

static const char *const good_decks[] = {
    example_deck,
    SMALL,
    "network: {family: phase, topology: {kind: lattice, rows: 5, columns: 5, periodic: true}}\n" TASK
    "learning: {optimizer: {name: sgd, rate: 0.1, momentum: 0.9}, targets: {off: -1, on: 1}}\n",
    "network: {family: phase, topology: {kind: layered, layers: [2, 4, 1]}, parameters: {field_phase: "
    "{distribution: uniform, low: -180 degree, high: 180 degree}}}\n" TASK,
    MATRIX("      - [0, 0.1]\n      - [0.1, 0]\n"),
    FACTOR("learning.nudge.beta: {low: 1e-3, high: 0.3, scale: log, levels: 3}"),
    NETWORK TASK "variation: [{parameter: kerr, distribution: lognormal, sigma: 0.1}]\n"
                 "design: {factors: {variation.kerr.sigma: {values: [0, 0.1]}, variation.0.effect: {values: "
                 "[add, scale]}}}\n",
    "network: {family: kerr, topology: {nodes: 6}, parameters: {}}\n" TASK
    "design: {factors: {network.family: {values: [kerr, phase]}}}\n",
    NETWORK
    "task: {name: csv, path: \"my: \\\"data\\\".csv\"}\nstudy: {name: 'null', seed: 9223372036854775807}\n",
    SMALL "design: {method: latin-hypercube, points: 7, factors: {learning.epochs: {low: 10, high: 20}, "
          "learning.optimizer.name: {values: [sgd, adam]}}}\nlearning: {optimizer: {momentum: 0.5}}\n",
};

/* Factors that change what a default follows from must go on changing it in the deck that is read back. */
static void resolved_deck_reads_back_as_itself(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof good_decks / sizeof *good_decks; i++) {
    epx_deck *deck = read_deck(good_decks[i]);
    char *once, *twice;
    assert_int_equal(epx_deck_create_text(deck, &once), EPX_OK);
    epx_deck *again = read_deck(once);
    assert_int_equal(epx_deck_create_text(again, &twice), EPX_OK);
    assert_string_equal(once, twice);
    assert_true(epx_deck_eval_digest(deck) == epx_deck_eval_digest(again));
    assert_true(epx_deck_eval_digest(deck) != 0);
    epx_array_destroy(&once);
    epx_array_destroy(&twice);
    epx_deck_destroy(&deck);
    epx_deck_destroy(&again);
  }
}

static void doubles_survive_to_the_bit(void **state) {
  (void)state;
  const epx_random stream = epx_random_init(1, "test");
  for (uint32_t i = 0; i < 200; i++) {
    char text[256];
    uint32_t words[4];
    epx_random_eval_words(&stream, 0, 0, 0, i, words);
    uint64_t bits = ((uint64_t)words[0] << 32 | words[1]) & ~(1ull << 62);
    double value;
    memcpy(&value, &bits, sizeof value);
    if (value < 0) value = -value;
    snprintf(text, sizeof text, SMALL "learning: {nudge: {beta: %.17g}}\n", value);
    if (value == 0) continue;
    epx_deck *deck = read_deck(text), *again;
    char *resolved;
    assert_int_equal(epx_deck_create_text(deck, &resolved), EPX_OK);
    again = read_deck(resolved);
    assert_true(strtod(epx_deck_get_text(again, "learning.nudge.beta"), NULL) == value);
    epx_array_destroy(&resolved);
    epx_deck_destroy(&deck);
    epx_deck_destroy(&again);
  }
}

static uint64_t eval_digest(const char *text) {
  epx_deck *deck = read_deck(text);
  const uint64_t digest = epx_deck_eval_digest(deck);
  epx_deck_destroy(&deck);
  return digest;
}

static void digest_sees_what_results_depend_on(void **state) {
  (void)state;
  const uint64_t digest = eval_digest(SMALL "study: {name: a, seed: 3}\nlearning: {epochs: 10}\n");
  static const char *const same[] = {
      "# comment\n" SMALL "learning: {epochs: 10}\nstudy: {seed: 3}\n",
      TASK "study: {name: other, seed: 3}\nlearning: {batch: 0, epochs: 1e1}\n" NETWORK,
      SMALL
      "study: {seed: 3}\nlearning: {epochs: 10}\nquantiles: [0.1]\nyield: {metric: accuracy, at_most: 3}\n",
      SMALL "study: {seed: 3}\nlearning: {epochs: 10, nudge: {beta: 2 %}}\n",
  };
  static const char *const different[] = {
      SMALL "study: {seed: 4}\nlearning: {epochs: 10}\n",
      SMALL "study: {seed: 3}\nlearning: {epochs: 11}\n",
      SMALL "study: {seed: 3}\nlearning: {epochs: 10}\nmetrics: [loss]\n",
      SMALL "study: {seed: 3}\nlearning: {epochs: 10}\npopulation: {instances: 31}\n",
      SMALL "study: {seed: 3}\nlearning: {epochs: 10}\ndesign: {random_numbers: independent}\n",
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    assert_true(eval_digest(same[i]) == digest);
  for (size_t i = 0; i < sizeof different / sizeof *different; i++)
    assert_true(eval_digest(different[i]) != digest);
}

static void set_overrides_and_is_checked(void **state) {
  (void)state;
  static const struct {
    const char *assignment, *path, *text;
  } good[] = {
      {"learning.nudge.beta=0.05", "learning.nudge.beta", "0.05"},
      {"learning.epochs=7", "learning.epochs", "7"},
      {"study.name=x y", "study.name", "x y"},
      {"variation.detuning.sigma=30 %", "variation.0.sigma", "0.3"},
      {"variation.0.scope=global", "variation.0.scope", "global"},
      {"network.inputs.scale=2", "network.inputs.scale", "2"},
      {"learning.optimizer.name=sgd", "learning.optimizer.name", "sgd"},
      {"learning.optimizer.momentum=0.5", "learning.optimizer.momentum", "0.5"},
      {"metrics=[accuracy, residual]", "study.seed", "2026"},
      {"design.factors.network.parameters.loss.values=[1, 2, 3]", "study.seed", "2026"},
  };
  epx_deck *deck = read_deck(example_deck);
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_int_equal(epx_deck_set(deck, good[i].assignment), EPX_OK);
    assert_string_equal(epx_deck_get_text(deck, good[i].path), good[i].text);
  }
  const epx_factor *factors;
  epx_design *design;
  int n_factors;
  assert_int_equal(epx_deck_eval_design(deck, &factors, &n_factors, &design), EPX_OK);
  assert_int_equal(design->n_points, 9);
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
  static const struct {
    const char *assignment, *words;
  } bad[] = {
      {"learning.epohcs=3",
       "--set learning.epohcs=3: unknown key 'epohcs' in learning; did you mean 'epochs'?"},
      {"learning.epochs=x", "--set learning.epochs=x: learning.epochs: must be an integer"},
      {"learning.epochs", "give PATH=VALUE"},
      {"=3", "give PATH=VALUE"},
      {"learning.epochs=", "--set learning.epochs=: the value is missing"},
      {"variation.5.sigma=1", "this deck has no scalar 'variation.5.sigma'"},
      {"learning.epochs.fast=1", "this deck has no scalar"},
      {"learning.estimator=[plain", "not YAML"},
      {"task.noise=3", "has no effect here"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    deck = read_deck(example_deck);
    assert_int_equal(epx_deck_set(deck, bad[i].assignment), EPX_EINPUT);
    if (!strstr(epx_error_get_message(), bad[i].words)) fail_msg("%s", epx_error_get_message());
    epx_deck_destroy(&deck);
  }
}

static void set_decides_over_what_the_file_says_of_the_other_case(void **state) {
  (void)state;
  epx_deck *deck = read_deck("network: {family: kerr, topology: {kind: layered, layers: [2, 3, 2]}}\n" TASK);
  char *text;
  assert_int_equal(epx_deck_set(deck, "network.topology.kind=chain"), EPX_OK);
  assert_int_equal(epx_deck_create_text(deck, &text), EPX_EINPUT); /* how many nodes? */
  assert_non_null(strstr(epx_error_get_message(), "network.topology.nodes is missing"));
  assert_int_equal(epx_deck_set(deck, "network.topology.nodes=5"), EPX_OK);
  assert_int_equal(epx_deck_create_text(deck, &text), EPX_OK);
  assert_null(strstr(text, "layers"));
  epx_array_destroy(&text);
  epx_deck_destroy(&deck);
}

static void one_set_may_begin_a_section_and_the_next_complete_it(void **state) {
  (void)state;
  epx_deck *deck = read_deck(NETWORK "task: {name: digits}\n");
  char *text;
  assert_int_equal(epx_deck_set(deck, "task.encoding.reduction=pca"), EPX_OK);
  assert_int_equal(epx_deck_create_text(deck, &text), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "task.encoding.ports is missing"));
  assert_int_equal(epx_deck_set(deck, "task.encoding.ports=4"), EPX_OK);
  assert_int_equal(epx_deck_create_text(deck, &text), EPX_OK);
  epx_array_destroy(&text);
  epx_deck_destroy(&deck);
}

/* The base point of a star has no level of the list: what goes along keeps the deck's own value there. */
static void columns_hold_what_goes_along_and_the_base_its_own_values(void **state) {
  (void)state;
  epx_deck *deck =
      read_deck(SMALL "design:\n  method: one-at-a-time\n  factors:\n"
                      "    network.parameters.loss:\n      values: [0.5, 2]\n"
                      "      along: {network.inputs.scale: [10, 20], learning.optimizer.name: [sgd, sgd]}\n");
  static const double expected[] = {0, 10, 20};
  const epx_factor *factors;
  epx_design *design;
  int n_factors;
  assert_int_equal(epx_deck_eval_design(deck, &factors, &n_factors, &design), EPX_OK);
  assert_int_equal(design->n_points, 3);
  assert_int_equal(epx_deck_get_n_columns(deck), 3);
  const epx_deck_column scale = epx_deck_get_column(deck, 1), name = epx_deck_get_column(deck, 2);
  assert_true(scale.along && scale.i_factor == 0 && !epx_deck_get_column(deck, 0).along);
  assert_string_equal(scale.factor->path, "network.inputs.scale");
  for (int i = 0; i < 3; i++) {
    epx_settings *s;
    assert_int_equal(epx_deck_eval_settings(deck, design, i, &s), EPX_OK);
    assert_float_equal(epx_deck_eval_column(deck, design, i, 1), s->network.input_scale, 0);
    if (i > 0) assert_float_equal(s->network.input_scale, expected[i], 0);
    const char *word = name.factor->names[(int)epx_deck_eval_column(deck, design, i, 2)];
    assert_string_equal(word, i == 0 ? "adam" : "sgd");
    assert_int_equal(s->learning.optimizer.kind, i == 0 ? EPX_ADAM : EPX_SGD);
    epx_settings_destroy(&s);
  }
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
}

static void factors_reach_the_settings(void **state) {
  (void)state;
  epx_deck *deck = read_deck(
      SMALL "variation: [{parameter: kerr, sigma: 0.1}]\ndesign:\n  factors:\n"
            "    network.parameters.loss: {values: [0.5, 2], along: {network.inputs.scale: [10, 20]}}\n"
            "    variation.kerr.sigma: {low: 0, high: 1, levels: 3}\n"
            "    learning.optimizer.name: {values: [sgd, adam]}\n");
  const epx_factor *factors;
  epx_design *design;
  int n_factors;
  assert_int_equal(epx_deck_eval_design(deck, &factors, &n_factors, &design), EPX_OK);
  assert_int_equal(n_factors, 3);
  assert_int_equal(design->n_points, 12);
  assert_string_equal(factors[1].path, "variation.kerr.sigma");
  assert_float_equal(factors[1].base, 0.1, 0);
  assert_true(factors[2].categorical);
  assert_float_equal(factors[2].base, 1, 0);
  for (int i = 0; i < design->n_points; i++) {
    epx_settings *s;
    assert_int_equal(epx_deck_eval_settings(deck, design, i, &s), EPX_OK);
    const int loss = epx_family_get_parameter(s->network.family, "loss");
    assert_float_equal(s->network.value[loss].values[0], i < 6 ? 0.5 : 2, 0);
    assert_float_equal(s->network.input_scale, i < 6 ? 10 : 20, 0);
    assert_float_equal(s->variation[0].distribution.sigma, 0.5 * (i / 2 % 3), 0);
    assert_int_equal(s->learning.optimizer.kind, i % 2 ? EPX_ADAM : EPX_SGD);
    epx_settings_destroy(&s);
  }
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
}

static void ranges_of_integers_give_integers(void **state) {
  (void)state;
  static const struct {
    const char *design;
    int n_points;
  } cases[] = {{"design: {factors: {learning.epochs: {low: 1, high: 3}}}\n", 3},
               {"design: {factors: {learning.epochs: {low: 1, high: 100, levels: 4, scale: log}}}\n", 4},
               {"design: {method: sobol, points: 8, factors: {learning.epochs: {low: 1, high: 3}}}\n", 8}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    char text[512];
    const epx_factor *factors;
    epx_design *design;
    int n_factors;
    snprintf(text, sizeof text, SMALL "%s", cases[c].design);
    epx_deck *deck = read_deck(text);
    assert_int_equal(epx_deck_eval_design(deck, &factors, &n_factors, &design), EPX_OK);
    assert_int_equal(design->n_points, cases[c].n_points);
    for (int i = 0; i < design->n_points; i++) {
      epx_settings *settings;
      assert_int_equal(epx_deck_eval_settings(deck, design, i, &settings), EPX_OK);
      assert_float_equal(settings->learning.epochs, design->value[i], 0);
      epx_settings_destroy(&settings);
    }
    epx_design_destroy(&design);
    epx_deck_destroy(&deck);
  }
}

static void one_at_a_time_wants_a_single_base_value(void **state) {
  (void)state;
  epx_deck *deck = read_deck(
      "network: {family: kerr, topology: {nodes: 4}, parameters: {loss: [1, 2, 3, 4]}}\n" TASK
      "design:\n  method: one-at-a-time\n  factors:\n    network.parameters.loss: {values: [1, 2]}\n");
  const epx_factor *factors;
  epx_design *design;
  int n_factors;
  assert_int_equal(epx_deck_eval_design(deck, &factors, &n_factors, &design), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "deck:6: network.parameters.loss: one-at-a-time"));
  epx_deck_destroy(&deck);
}

static void settings_that_fail_at_a_point_name_the_line_of_the_factor(void **state) {
  (void)state;
  epx_deck *deck =
      read_deck("network: {family: kerr, topology: {nodes: 4}, parameters: {coupling_spread: 1}}\n" TASK
                "design:\n  factors:\n    network.parameters.coupling: {values: [1, 2]}\n");
  const epx_factor *factors;
  epx_design *design;
  epx_settings *settings;
  int n_factors;
  assert_int_equal(epx_deck_eval_design(deck, &factors, &n_factors, &design), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(deck, design, 0, &settings), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "deck:5: "));
  assert_null(settings);
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
}

static const char swept[] =
    "network: {family: kerr, topology: {nodes: 4}}\n"
    "task: {name: xor}\n"
    "design:\n"
    "  factors:\n"
    "    network.parameters.loss: {values: [0.5, 1], along: {network.inputs.scale: [0.4, 0.8]}}\n";

/* Each order of what only holds together gives the same deck. */
static void settings_hold_in_any_order(void **state) {
  (void)state;
  static const char *const orders[][3] = {
      {"network.topology.kind=lattice", "network.topology.rows=2", "network.topology.columns=3"},
      {"network.topology.rows=2", "network.topology.columns=3", "network.topology.kind=lattice"},
      {"network.topology.columns=3", "network.topology.kind=lattice", "network.topology.rows=2"}};
  for (int k = 0; k < 3; k++) {
    epx_deck *deck;
    assert_int_equal(epx_deck_read_text("deck", swept, &deck), EPX_OK);
    if (epx_deck_set_all(deck, 3, orders[k]) != EPX_OK) fail_msg("%s", epx_error_get_message());
    assert_string_equal(epx_deck_get_text(deck, "network.topology.columns"), "3");
    epx_deck_destroy(&deck);
  }
}

static void settings_that_a_factor_or_another_would_undo_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *assignments[2], *said;
  } cases[] = {
      {{"network.parameters.loss=2", "learning.epochs=3"}, "is set by factor network.parameters.loss"},
      {{"network.inputs.scale=2", "learning.epochs=3"}, "is set by factor network.parameters.loss"},
      {{"learning.epochs=2", "learning.epochs=3"}, "learning.epochs is set twice"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    epx_deck *deck;
    assert_int_equal(epx_deck_read_text("deck", swept, &deck), EPX_OK);
    assert_int_equal(epx_deck_set_all(deck, 2, cases[k].assignments), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), cases[k].said));
    epx_deck_destroy(&deck);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(settings_hold_in_any_order),
      cmocka_unit_test(settings_that_a_factor_or_another_would_undo_are_refused),
      cmocka_unit_test(example_deck_says_what_it_says),
      cmocka_unit_test(values_take_every_form),
      cmocka_unit_test(marks_and_line_ends_of_other_systems_are_read),
      cmocka_unit_test(defaults_depend_on_the_family),
      cmocka_unit_test(resolved_deck_reads_back_as_itself),
      cmocka_unit_test(doubles_survive_to_the_bit),
      cmocka_unit_test(digest_sees_what_results_depend_on),
      cmocka_unit_test(set_overrides_and_is_checked),
      cmocka_unit_test(set_decides_over_what_the_file_says_of_the_other_case),
      cmocka_unit_test(one_set_may_begin_a_section_and_the_next_complete_it),
      cmocka_unit_test(factors_reach_the_settings),
      cmocka_unit_test(columns_hold_what_goes_along_and_the_base_its_own_values),
      cmocka_unit_test(ranges_of_integers_give_integers),
      cmocka_unit_test(one_at_a_time_wants_a_single_base_value),
      cmocka_unit_test(settings_that_fail_at_a_point_name_the_line_of_the_factor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
