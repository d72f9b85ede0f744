/** @file
 * Plan, as a program outside calls it: points, numbers with their units, words, and what there is not.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "epilux/epilux.h"

static epx_plan *create_plan(const char *text, epx_deck **deck) {
  epx_plan *plan;
  assert_int_equal(epx_deck_read_text("deck", text, deck), EPX_OK);
  assert_int_equal(epx_plan_create(*deck, &plan), EPX_OK);
  return plan;
}

static void last_factor_changes_fastest(void **state) {
  static const char *const text = "network: {family: kerr, topology: {nodes: 5}}\n"
                                  "task: {name: xor}\n"
                                  "design:\n"
                                  "  factors:\n"
                                  "    network.parameters.loss: {values: [0.5, 2]}\n"
                                  "    learning.estimator: {values: [plain, backprop, dyadic]}\n";
  static const char *const words[] = {"plain", "backprop", "dyadic"};
  epx_deck *deck;
  epx_plan *plan = create_plan(text, &deck);
  (void)state;
  assert_int_equal(epx_plan_get_n_points(plan), 6);
  assert_int_equal(epx_plan_get_n_factors(plan), 2);
  assert_string_equal(epx_plan_get_path(plan, 0), "network.parameters.loss");
  assert_string_equal(epx_plan_get_unit(plan, 0), "1");
  assert_null(epx_plan_get_unit(plan, 1));
  for (int i = 0; i < 6; i++) {
    assert_true(epx_plan_get_number(plan, i, 0) == (i < 3 ? 0.5 : 2));
    assert_null(epx_plan_get_word(plan, i, 0));
    assert_string_equal(epx_plan_get_word(plan, i, 1), words[i % 3]);
    assert_true(isnan(epx_plan_get_number(plan, i, 1)));
  }
  assert_null(epx_plan_get_path(plan, 2));
  assert_null(epx_plan_get_word(plan, 6, 1));
  assert_true(isnan(epx_plan_get_number(plan, -1, 0)));
  epx_plan_destroy(&plan);
  assert_null(plan);
  epx_deck_destroy(&deck);
}

static void deck_without_factors_has_one_point(void **state) {
  epx_deck *deck;
  epx_plan *plan = create_plan("network: {family: kerr, topology: {nodes: 5}}\ntask: {name: xor}\n", &deck);
  (void)state;
  assert_int_equal(epx_plan_get_n_points(plan), 1);
  assert_int_equal(epx_plan_get_n_factors(plan), 0);
  epx_plan_destroy(&plan);
  epx_deck_destroy(&deck);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(last_factor_changes_fastest),
      cmocka_unit_test(deck_without_factors_has_one_point),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
