/** @file
 * Deck: what is refused, at which line and in which words; and that nothing else ever happens.
 */
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
#include "unit/decks.h"

typedef struct {
  const char *text, *words;
  int line;
} bad_deck;

/* A refusal begins with FILE:LINE and holds the words. */
static void assert_refused(const bad_deck *bad) {
  epx_deck *deck;
  char beginning[32];
  snprintf(beginning, sizeof beginning, "deck:%d: ", bad->line);
  assert_int_equal(epx_deck_read_text("deck", bad->text, &deck), EPX_EINPUT);
  assert_null(deck);
  const char *message = epx_error_get_message();
  if (strncmp(message, beginning, strlen(beginning)) != 0 || !strstr(message, bad->words))
    fail_msg("'%s' does not hold '%s%s'", message, beginning, bad->words);
}

static void what_is_no_yaml_of_a_deck_is_refused(void **state) {
  (void)state;
  static const bad_deck cases[] = {
      {"", "empty", 1},
      {"# nothing\n", "empty", 2},
      {"- a\n- b\n", "a map of sections", 1},
      {"hello", "a map of sections", 1},
      {SMALL "learning:\n\tepochs: 3\n", "not YAML", 4},
      {SMALL "learning: {epochs: 3\n", "not YAML", 4},
      {SMALL "learning: [1, 2}\n", "not YAML", 3},
      {SMALL "study: &here {seed: 1}\n", "anchor &here", 3},
      {SMALL "study: *there\n", "alias *there", 3},
      {SMALL "study: {seed: !!int 1}\n", "tag ", 3},
      {SMALL "? [a, b]\n: 1\n", "a key must be a word", 3},
      {SMALL "---\nstudy: {seed: 1}\n", "second YAML document", 3},
      {SMALL "study: {seed: 1}\nstudy: {seed: 2}\n", "key 'study' appears twice, first in line 3", 4},
      {SMALL "study: {name: \"a\\0b\"}\n", "NUL", 3},
      {SMALL "study: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", "nested deeper", 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(&cases[i]);
  epx_deck *deck;
  assert_int_equal(epx_deck_read_text("deck", "\x80\x80\x80", &deck), EPX_EINPUT);
}

static void unknown_and_missing_keys_are_refused(void **state) {
  (void)state;
  static const bad_deck cases[] = {
      {SMALL "lerning: {epochs: 3}\n", "did you mean 'learning'?", 3},
      {SMALL "learning:\n  epohcs: 3\n", "unknown key 'epohcs' in learning; did you mean 'epochs'?", 4},
      {SMALL "learning:\n  beta: 0.1\n", "did you mean learning.nudge.beta?", 4},
      {SMALL "study: {colour: red}\n", "its keys are name, seed", 3},
      {"network: {family: kerr, topology: {nodes: 4}, parameters: {los: 1}}\n" TASK, "did you mean 'loss'?",
       1},
      {"network: {family: kerr, topology: {nodes: 4}, parameters: {kerr: {distribution: uniform, lo: "
       "1}}}\n" TASK,
       "unknown key 'lo' in network.parameters.kerr", 1},
      {TASK "network:\n  topology: {nodes: 4}\n", "network.family is missing; one of kerr", 2},
      {TASK "network:\n  family: kerr\n", "network.topology.nodes is missing, such as 10", 2},
      {NETWORK, "task.name is missing; one of xor", 1},
      {NETWORK "task: {name: csv}\n", "task.path is missing", 2},
      {SMALL "variation: [{sigma: 1}]\n", "variation.0.parameter is missing", 3},
      {SMALL "variation:\n  - {parameter: loss, sigma: 1}\n  - {parameter: kerr}\n",
       "variation.1.sigma is missing", 5},
      {SMALL "design: {method: sobol}\n", "design.points is missing", 3},
      {SMALL "yield: {metric: accuracy}\n", "at_least or at_most is missing", 3},
      {TASK "network: {family: kerr, topology: {kind: matrix}}\n", "needs the matrix", 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(&cases[i]);
}

static void values_of_a_wrong_kind_are_refused(void **state) {
  (void)state;
  static const bad_deck cases[] = {
      {SMALL "learning:\n  epochs: many\n", "learning.epochs: must be an integer, not 'many'", 4},
      {SMALL "learning: {epochs: 1.5}\n", "must be an integer", 3},
      {SMALL "learning: {epochs: [1]}\n", "must be an integer, not a list", 3},
      {SMALL "learning:\n  schedule: {kind: step}\n", "learning.decay, which is 1", 4},
      {SMALL "learning:\n  decay: 0.9\n  schedule: {kind: cosine}\n", "0.9 has no effect with", 4},
      {SMALL "learning:\n  epochs: 10\n  schedule: {warm_up: 11}\n", "the rate never reaches its value", 5},
      {SMALL "learning: {epochs: -1}\n", "out of range: must be at least 0", 3},
      {SMALL "learning: {epochs: 99999999999}\n", "out of range", 3},
      {SMALL "study: {seed: 99999999999999999999999}\n", "must be an integer", 3},
      {SMALL "learning: 3\n", "must be a section", 3},
      {SMALL "learning: {nudge: {beta: 0}}\n", "more than 0", 3},
      {SMALL "learning: {nudge: {beta: .nan}}\n", "not a quantity", 3},
      {SMALL "learning: {nudge: {beta: nan}}\n", "not a quantity", 3},
      {SMALL "learning: {nudge: {beta: inf}}\n", "not a quantity", 3},
      {SMALL "learning: {nudge: {beta: 1e999}}\n", "not a quantity", 3},
      {SMALL "learning: {nudge: {beta: 3 nm}}\n", "unit 'nm' is of another dimension than '1'", 3},
      {SMALL "learning: {nudge: {beta: 3 foo}}\n", "unknown unit 'foo'", 3},
      {SMALL "learning:\n  estimator: phase-conjugat\n", "did you mean phase-conjugate?", 4},
      {SMALL "learning: {cost: money}\n", "must be one of squared-error, cross-entropy, phase-cosine", 3},
      {SMALL "learning: {cost: phase-cosine}\n", "compares angles, and network.outputs.readout is intensity",
       3},
      {"network: {family: phase, topology: {nodes: 4}, outputs: {readout: phase}}\n" TASK
       "learning: {cost: cross-entropy}\n",
       "phases count modulo 2 pi", 3},
      {SMALL "learning: {train: [loss]}\n", "unknown word 'loss'", 3},
      {SMALL "learning: {train: coupling}\n", "must be a list, such as [coupling], not coupling", 3},
      {SMALL "metrics: [loss, loss]\n", "loss appears twice", 3},
      {SMALL "metrics: []\n", "at least one", 3},
      {SMALL "keep_variation: maybe\n", "true or false", 3},
      {SMALL "quantiles: [0.5, 1.5]\n", "at most 1", 3},
      {SMALL "study: {name: a/b}\n", "cannot name a file", 3},
      {SMALL "study: {name: ''}\n", "an empty text cannot name a file", 3},
      {SMALL "study: {name: \"x\\n#SBATCH y\"}\n", "a control character (10, at byte 1)", 3},
      {SMALL "study: {name: \"x\\u007f\"}\n", "a control character (127, at byte 1)", 3},
      {SMALL "variation: 3\n", "must be a list of rows", 3},
      {SMALL "variation: [3]\n", "a row must be a map", 3},
      {"network: {family: kerr, topology: {nodes: 4}, parameters: {loss: -1}}\n" TASK, "at least 0", 1},
      {"network: {family: kerr, topology: {nodes: 4}, parameters: {loss: [1, 2, [3]]}}\n" TASK, "not a list",
       1},
      {"network: {family: kerr, topology: {nodes: 4}, parameters: {loss: []}}\n" TASK, "the list is empty",
       1},
      {"network: {family: kerr, topology: {nodes: 4, kind: layered, layers: []}}\n" TASK,
       "has no effect here", 1},
      {"network: {family: kerr, topology: {kind: layered, layers: []}}\n" TASK, "the list is empty", 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(&cases[i]);
}

static void matrices_that_are_none_are_refused(void **state) {
  (void)state;
  static const bad_deck cases[] = {
      {MATRIX("      - [0, 1, 2]\n      - [1, 0]\n      - [2, 1, 0]\n"),
       "row 1 has 2 numbers and there are 3 rows", 8},
      {MATRIX("      - [0, 1]\n      - [1, 0]\n      - [2, 1]\n"), "must be square", 7},
      {MATRIX("      - [0, 1]\n      - [2, 0]\n"),
       "not symmetric: row 1, column 0 is 2, row 0, column 1 is 1", 8},
      {MATRIX("      - [0, 1]\n      - [.nan, 0]\n"), "not a quantity", 8},
      {MATRIX("      - [0, 1]\n      - 3\n"), "must be square", 8},
      {MATRIX("      0.5\n"), "must be a matrix", 6},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(&cases[i]);
}

static void what_does_nothing_is_refused(void **state) {
  (void)state;
  static const bad_deck cases[] = {
      {SMALL "learning: {optimizer: {name: adam, momentum: 0.9}}\n",
       "it is used with learning.optimizer.name: sgd", 3},
      {SMALL "design: {points: 8}\n", "it is used with design.method: latin-hypercube, sobol", 3},
      {NETWORK "task: {name: xor, noise: 0.1}\n", "it is used with task.name: moons", 2},
      {NETWORK "task: {name: iris, test_path: x}\n", "it is used with task.name: idx", 2},
      {NETWORK "task: {name: idx, path: a, labels: b, test_path: x}\n", "give both or neither", 2},
      {SMALL "learning: {schedule: {kind: cosine, every: 2}}\n",
       "it is used with learning.schedule.kind: step", 3},
      {SMALL "learning: {schedule: {kind: linear}}\n", "exponential, step, cosine", 3},
      {"network: {family: kerr, topology: {nodes: 4}, outputs: {readout: balanced-pair, nodes: [1, 2, "
       "3]}}\n" TASK,
       "a balanced pair reads two nodes per output", 1},
      {"network: {family: phase, topology: {nodes: 4}, outputs: {readout: balanced-pair}}\n" TASK,
       "family phase has no readout balanced-pair", 1},
      {"network: {family: phase, topology: {nodes: 4}, inputs: {encoding: detuning}}\n" TASK,
       "family phase has no encoding detuning; use amplitude", 1},
      {"network: {family: kerr, topology: {nodes: 4}, inputs: {encoding: angle}}\n" TASK,
       "amplitude, phase, detuning", 1},
      {SMALL "learning: {patience: 3}\n", "set task.validation_fraction", 3},
      {NETWORK "task: {name: iris, classes: []}\n", "the list is empty", 2},
      {NETWORK "task: {name: iris, encoding: {ports: 2}}\n", "it is used with task.encoding.reduction: pca",
       2},
      {NETWORK "task: {name: iris, encoding: {reduction: pca, ports: 2, window: 2}}\n",
       "it is used with task.encoding.reduction: mean-pooling", 2},
      {SMALL "variation: [{parameter: kerr, distribution: uniform, low: 0, high: 1, sigma: 1}]\n",
       "variation.0.sigma has no effect here", 3},
      {"network: {family: kerr, topology: {nodes: 4, rows: 2}}\n" TASK, "network.topology.rows has no effect",
       1},
      {"network: {family: kerr, topology: {nodes: 4}, parameters: {coupling: 1, coupling_spread: 1}}\n" TASK,
       "cannot both be given", 1},
      {"network: {family: kerr, topology: {nodes: 4}, outputs: {count: 1, nodes: [2]}}\n" TASK,
       "cannot both be given", 1},
      {"network: {family: kerr, topology: {nodes: 4}, outputs: {readout: phase}}\n" TASK, "no readout phase",
       1},
      {SMALL "yield: {metric: accuracy, at_least: 1, at_most: 2}\n", "give at_least or at_most, not both", 3},
      {SMALL "metrics: [loss]\nyield: {metric: accuracy, at_least: 1}\n",
       "is not measured; add it to metrics", 4},
      {"network: {family: phase, topology: {nodes: 4}}\n" TASK "learning:\n  estimator: phase-conjugate\n",
       "does not apply to family phase", 4},
      {SMALL "equilibrium: {tolerance: 1, handover: 0.1}\n", "equilibrium", 3},
      {SMALL "variation: [{parameter: kerr, distribution: uniform, low: 1, high: 0}]\n", "variation.0", 3},
      {SMALL "learning: {cost: squared-error, targets: {on: 0}}\n", "on and off must differ", 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(&cases[i]);
}

static void factors_that_are_none_are_refused(void **state) {
  (void)state;
  static const bad_deck cases[] = {
      {FACTOR("network.parameters.los: {values: [1]}"), "did you mean network.parameters.loss?", 5},
      {FACTOR("loss: {values: [1]}"), "did you mean network.parameters.loss?", 5},
      {FACTOR("zzz: {values: [1]}"), "there is no scalar 'zzz'", 5},
      {FACTOR("learning: {values: [1]}"), "cannot be a factor", 5},
      {FACTOR("population.instances: {values: [1, 2]}"), "cannot be a factor", 5},
      {FACTOR("learning.epochs: [1, 2]"), "a factor must be a map", 5},
      {FACTOR("learning.epochs: {vals: [1, 2]}"), "did you mean 'values'?", 5},
      {FACTOR("learning.epochs: {values: []}"), "a list of values", 5},
      {FACTOR("learning.epochs: {values: [1, 1]}"), "the value 1 appears twice", 5},
      {FACTOR("learning.epochs: {values: [1, 2.5]}"), "must be an integer", 5},
      {FACTOR("learning.nudge.beta: {values: [0.1, -1]}"), "more than 0", 5},
      {FACTOR("learning.nudge.beta: {values: [1 nm]}"), "another dimension", 5},
      {FACTOR("learning.estimator: {values: [plane]}"), "did you mean plain?", 5},
      {FACTOR("learning.estimator: {low: 1, high: 2}"), "words have no range", 5},
      {FACTOR("learning.nudge.beta: {low: 1}"), "`low` and `high`", 5},
      {FACTOR("learning.nudge.beta: {low: 2, high: 1}"), "high 1 is not above low 2", 5},
      {FACTOR("network.parameters.kerr: {low: 0, high: 1, scale: log}"), "must begin above 0", 5},
      {FACTOR("learning.nudge.beta: {low: 1, high: 2, values: [1]}"), "cannot both be given", 5},
      {FACTOR("learning.nudge.beta: {low: 1, high: 2, along: {}}"), "needs `values`", 5},
      {FACTOR("learning.nudge.beta: {values: [1, 2], along: {network.inputs.scale: [1]}}"),
       "give the same number", 5},
      {FACTOR("learning.nudge.beta: {values: [1, 2], along: {network.inputs.scal: [1, 2]}}"),
       "did you mean network.inputs.scale?", 5},
      {FACTOR("variation.kerr.sigma: {values: [1, 2]}"), "there is no scalar", 5},
      {SMALL "design:\n  method: sobol\n  points: 4\n  factors:\n    learning.nudge.beta: {low: 1, high: 2, "
             "levels: 3}\n",
       "levels has no effect with design.method: sobol", 7},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(&cases[i]);
}

static void files_that_cannot_be_read_say_so(void **state) {
  (void)state;
  static const char *const paths[] = {"/no/such/deck.yaml", "/", EPX_SOURCE_DIR};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    epx_deck *deck;
    assert_int_equal(epx_deck_read(paths[i], &deck), EPX_EFILE);
    assert_non_null(strstr(epx_error_get_message(), "cannot be read"));
    assert_null(deck);
  }
}

static void mutate(const epx_random *stream, uint32_t i, char *text, size_t *length) {
  static const char pieces[] = "{}[]:,-#&*!|>'\"%@`~ \t\n\r\\0123456789.eE+nul\x80\xff\xc3";
  for (uint32_t k = 0; k < 1 + i % 4; k++) {
    uint32_t words[4];
    epx_random_eval_words(stream, 0, 0, k, i, words);
    const size_t at = words[0] % *length;
    const char piece = pieces[words[1] % (sizeof pieces - 1)];
    if (words[2] % 3 == 0) { /* put in */
      memmove(text + at + 1, text + at, *length - at + 1);
      text[at] = piece;
      ++*length;
    } else if (words[2] % 3 == 1 && *length > 1) { /* take out a stretch */
      const size_t n = words[3] % 20 < *length - at ? words[3] % 20 : 1;
      memmove(text + at, text + at + n, *length - at - n + 1);
      *length -= n;
    } else {
      text[at] = piece;
    }
  }
}

/* Whatever is done to a deck, it is read or refused with a message. */
static void mutated_decks_are_read_or_refused(void **state) {
  (void)state;
  const epx_random stream = epx_random_init(7, "mutation");
  int n_read = 0, n_refused = 0;
  for (uint32_t i = 0; i < 2000; i++) {
    char text[sizeof example_deck + 64];
    size_t length = sizeof example_deck - 1;
    epx_deck *deck;
    memcpy(text, example_deck, sizeof example_deck);
    mutate(&stream, i, text, &length);
    epx_error_reset();
    if (epx_deck_read_text("deck", text, &deck) == EPX_OK) {
      n_read++;
    } else {
      assert_null(deck);
      assert_true(strncmp(epx_error_get_message(), "deck", 4) == 0);
      n_refused++;
    }
    epx_deck_destroy(&deck);
  }
  assert_true(n_read > 100);
  assert_true(n_refused > 100);
}

static void large_garbage_is_refused(void **state) {
  (void)state;
  const size_t n = 10 << 20;
  char *text;
  static const char *const fillers[] = {"[", "a: b\n", "\x01", "- ", "{a", "x"};
  assert_int_equal(epx_array_create(&text, n + 1, 1), EPX_OK);
  for (size_t f = 0; f < sizeof fillers / sizeof *fillers; f++) {
    epx_deck *deck;
    const size_t step = strlen(fillers[f]);
    for (size_t i = 0; i < n; i++)
      text[i] = fillers[f][i % step];
    assert_int_equal(epx_deck_read_text("deck", text, &deck), EPX_EINPUT);
    assert_null(deck);
  }
  epx_array_destroy(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_no_yaml_of_a_deck_is_refused),
      cmocka_unit_test(unknown_and_missing_keys_are_refused),
      cmocka_unit_test(values_of_a_wrong_kind_are_refused),
      cmocka_unit_test(matrices_that_are_none_are_refused),
      cmocka_unit_test(what_does_nothing_is_refused),
      cmocka_unit_test(factors_that_are_none_are_refused),
      cmocka_unit_test(files_that_cannot_be_read_say_so),
      cmocka_unit_test(mutated_decks_are_read_or_refused),
      cmocka_unit_test(large_garbage_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
