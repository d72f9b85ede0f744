/** @file
 * Schema: the table is whole, and the reference deck is what it says.
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
#include "epilux/units.h"
#include "equilibrium/equilibrium.h"
#include "io/deck/deck.h"
#include "io/schema/schema.h"
#include "learning/estimators/estimator.h"

static void paths_are_unique_and_have_a_meaning(void **state) {
  (void)state;
  for (int i = 0; epx_schema_get(i); i++) {
    const epx_schema_entry *entry = epx_schema_get(i);
    assert_ptr_equal(epx_schema_get_by_path(entry->path), entry);
    if (entry->type != EPX_SCHEMA_VALUE) assert_true(strlen(entry->meaning) > 0);
  }
}

static void every_key_is_reached_through_its_section(void **state) {
  (void)state;
  for (int i = 0; epx_schema_get(i); i++) {
    const epx_schema_entry *entry = epx_schema_get(i);
    char section[256];
    bool found = false;
    snprintf(section, sizeof section, "%s", entry->path);
    char *dot = strrchr(section, '.');
    *(dot ? dot : section) = '\0';
    for (EPX_SCHEMA_EACH(child, section))
      found |= child == entry;
    assert_true(found);
  }
}

static void numbers_have_units_and_ranges(void **state) {
  (void)state;
  for (int i = 0; epx_schema_get(i); i++) {
    const epx_schema_entry *entry = epx_schema_get(i);
    if (entry->type != EPX_SCHEMA_INTEGER && entry->type != EPX_SCHEMA_REAL) continue;
    assert_non_null(entry->unit);
    assert_true(strcmp(entry->unit, "@") == 0 || epx_units_is_known(entry->unit));
    assert_true(entry->low < entry->high);
  }
}

/* One condition, "path: word word", up to the end, a ';' or a '|'. */
static void assert_condition(const epx_schema_entry *entry, const char *condition) {
  char path[256], words[512];
  snprintf(path, sizeof path, "%.*s", (int)strcspn(condition, ":"), condition);
  const epx_schema_entry *decider = epx_schema_get_by_path(path);
  assert_non_null(decider);
  assert_true(decider < entry);
  const char *first = strchr(condition, ':') + 2;
  snprintf(words, sizeof words, "%.*s", (int)strcspn(first, "|;"), first);
  if (decider->type == EPX_SCHEMA_INTEGER || decider->type == EPX_SCHEMA_BOOLEAN) return;
  if (decider->type == EPX_SCHEMA_SECTION ||
      decider->type == EPX_SCHEMA_REAL) { /* of which can be said that there is none */
    assert_string_equal(words, "none");
    return;
  }
  for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
    bool found = false;
    for (int k = 0; decider->words(NULL, k); k++)
      found |= strcmp(decider->words(NULL, k), word) == 0;
    assert_true(found);
  }
}

static void keys_that_others_depend_on_exist_and_stand_first(void **state) {
  (void)state;
  for (int i = 0; epx_schema_get(i); i++) {
    const epx_schema_entry *entry = epx_schema_get(i);
    if (!entry->applies || *entry->applies == '.') continue;
    for (const char *condition = entry->applies; condition;) {
      assert_condition(entry, condition);
      condition += strcspn(condition, "|;");
      condition = *condition ? condition + 2 : NULL;
    }
  }
}

/* Noise on what is read is for the rules that read, whatever rules there will be. */
static void hardware_that_is_read_is_for_all_rules_that_are_measured(void **state) {
  (void)state;
  const char *applies = epx_schema_get_by_path("hardware.readout.noise")->applies;
  for (int i = 0; epx_estimator_get(i); i++) {
    char word[64];
    snprintf(word, sizeof word, " %s", epx_estimator_get(i)->name);
    const char *at = strstr(applies, word);
    const bool listed = at && strchr(" ;", at[strlen(word)]);
    assert_true(listed == !epx_estimator_get(i)->computed);
  }
}

static void equilibrium_defaults_are_those_of_the_library(void **state) {
  (void)state;
  epx_equilibrium_options own;
  epx_equilibrium_init(&own);
  const struct {
    const char *path;
    double value;
  } cases[] = {
      {"equilibrium.rtol", own.rtol},
      {"equilibrium.atol", own.atol},
      {"equilibrium.handover", own.handover},
      {"equilibrium.tolerance", own.tolerance},
      {"equilibrium.settled", own.settled},
      {"equilibrium.max_time", own.max_time},
      {"equilibrium.max_newton", own.max_newton},
      {"equilibrium.max_steps", (double)own.max_steps},
      {"equilibrium.escape", own.escape},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_float_equal(strtod(epx_schema_get_by_path(cases[i].path)->fallback, NULL), cases[i].value, 0);
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text;
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  const long n = ftell(file);
  rewind(file);
  assert_int_equal(epx_array_create(&text, (size_t)n + 1, 1), EPX_OK);
  assert_int_equal(fread(text, 1, (size_t)n, file), n);
  fclose(file);
  return text;
}

static void committed_reference_is_current(void **state) {
  (void)state;
  char *text, *committed = read_file(EPX_SOURCE_DIR "/inputs/reference.yaml");
  assert_int_equal(epx_schema_create_reference(&text), EPX_OK);
  if (strcmp(text, committed) != 0)
    fail_msg("inputs/reference.yaml is old: epilux list deck > inputs/reference.yaml");
  epx_array_destroy(&text);
  epx_array_destroy(&committed);
}

static void reference_is_a_deck(void **state) {
  (void)state;
  char *text;
  epx_deck *deck;
  assert_int_equal(epx_schema_create_reference(&text), EPX_OK);
  if (epx_deck_read_text("reference", text, &deck) != EPX_OK) fail_msg("%s", epx_error_get_message());
  assert_string_equal(epx_deck_get_text(deck, "learning.optimizer.epsilon"), "1.0e-08");
  epx_deck_destroy(&deck);
  epx_array_destroy(&text);
}

static void reference_names_every_key(void **state) {
  (void)state;
  char *text;
  assert_int_equal(epx_schema_create_reference(&text), EPX_OK);
  for (int i = 0; epx_schema_get(i); i++) {
    const char *key = epx_schema_get_key(epx_schema_get(i));
    char wanted[128];
    snprintf(wanted, sizeof wanted, "%s:", strcmp(key, "*") == 0 ? "loss" : key);
    if (strcmp(key, "on") == 0 || strcmp(key, "off") == 0) snprintf(wanted, sizeof wanted, "\"%s\":", key);
    if (!strstr(text, wanted)) fail_msg("%s", wanted);
  }
  epx_array_destroy(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_are_unique_and_have_a_meaning),
      cmocka_unit_test(every_key_is_reached_through_its_section),
      cmocka_unit_test(numbers_have_units_and_ranges),
      cmocka_unit_test(keys_that_others_depend_on_exist_and_stand_first),
      cmocka_unit_test(hardware_that_is_read_is_for_all_rules_that_are_measured),
      cmocka_unit_test(equilibrium_defaults_are_those_of_the_library),
      cmocka_unit_test(committed_reference_is_current),
      cmocka_unit_test(reference_is_a_deck),
      cmocka_unit_test(reference_names_every_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
