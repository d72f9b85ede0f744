/** @file
 * Expressions: values by C's own arithmetic, truth, chains, and what is said to what is none.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numbers/expression.h"

static const char *const names[] = {"a", "network.inputs.scale", "notable"};
static const double value[] = {3, 0.25, -2};

static int get_index(const void *context, const char *name) {
  (void)context;
  for (int i = 0; i < 3; i++)
    if (strcmp(names[i], name) == 0) return i;
  return -1;
}

static double eval(const char *text) {
  epx_expression *expression;
  assert_int_equal(epx_expression_create(text, get_index, NULL, &expression), EPX_OK);
  const double result = epx_expression_eval(expression, value);
  epx_expression_destroy(&expression);
  assert_null(expression);
  return result;
}

static void arithmetic_is_that_of_c(void **state) {
  (void)state;
  assert_true(eval("1 + 2 * 3 - 4 / 8") == 6.5);
  assert_true(eval("a - 1 - 1") == 1);
  assert_true(eval("8 / 2 / 2") == 2);
  assert_true(eval("-a ^ 2") == -9);
  assert_true(eval("2 ^ 3 ^ 2") == 512);
  assert_true(eval("2 ^ -1") == 0.5);
  assert_true(eval("(1 + a) * network.inputs.scale") == 1);
  assert_true(eval("--2e-1") == 0.2);
  assert_true(eval("sqrt(16) + max(a, notable) + min(a, notable) + abs(notable)") == 7);
  assert_true(fabs(eval("log(exp(2)) + log10(1000) + sin(0) + cos(0) + tan(0)") - 6) < 1e-14);
  assert_true(isnan(eval("sqrt(-1)")));
}

static void comparisons_chain_and_words_join(void **state) {
  (void)state;
  assert_true(eval("0.1 < network.inputs.scale <= 0.25") == 1);
  assert_true(eval("0.1 < network.inputs.scale < 0.25") == 0);
  assert_true(eval("1 < 2 < 3 < 4 < 5") == 1 && eval("1 < 2 < 3 < 3 < 5") == 0 && eval("2 < 1 < 3 < 4") == 0);
  assert_true(eval("a == 3 and not notable > 0") == 1);
  assert_true(eval("a != 3 or notable >= -2") == 1);
  assert_true(eval("1 or 0 and 0") == 1);
  assert_true(eval("not (1 or 0)") == 0);
  assert_true(eval("sqrt(-1) < 1 or 0") == 0);
}

static void what_is_no_formula_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *text, *said;
  } cases[] = {{"", "ends where a number"}, {"a <", "ends where a number"},
               {"a b", "column 3"},         {"a < c", "the name of a factor is wanted at column 5"},
               {"(a < 3", "')'"},           {"min(a)", "a comma"},
               {"sinh(a)", "abs, sqrt"},    {"a = 3", "an operator is wanted at column 3"},
               {"3 * * a", "column 5"},     {"0x10", "column 1"},
               {"not", "ends where"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_expression *expression;
    assert_int_equal(epx_expression_create(cases[i].text, get_index, NULL, &expression), EPX_EINPUT);
    assert_null(expression);
    assert_non_null(strstr(epx_error_get_message(), cases[i].said));
  }
}

static void endless_formulas_are_refused(void **state) {
  (void)state;
  char deep[4001], wide[4001];
  epx_expression *expression;
  memset(deep, '(', 4000);
  for (int i = 0; i < 4000; i++)
    wide[i] = i % 2 ? '+' : '1';
  deep[4000] = wide[4000] = '\0';
  assert_int_equal(epx_expression_create(deep, get_index, NULL, &expression), EPX_EINPUT);
  assert_int_equal(epx_expression_create(wide, get_index, NULL, &expression), EPX_EINPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arithmetic_is_that_of_c),
      cmocka_unit_test(comparisons_chain_and_words_join),
      cmocka_unit_test(what_is_no_formula_is_refused_with_its_place),
      cmocka_unit_test(endless_formulas_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
