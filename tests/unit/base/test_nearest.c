/** @file
 * Nearest: distances by hand, and which name is proposed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

static void distance_counts_edits_and_swaps(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    int distance;
  } cases[] = {{"", "", 0},
               {"loss", "loss", 0},
               {"Loss", "loss", 0},
               {"", "kerr", 4},
               {"kitten", "sitting", 3},
               {"epohcs", "epochs", 1},
               {"detuning", "detunin", 1},
               {"abc", "cab", 2}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(epx_nearest_eval_distance(cases[i].a, cases[i].b), cases[i].distance);
    assert_int_equal(epx_nearest_eval_distance(cases[i].b, cases[i].a), cases[i].distance);
  }
}

static void nearest_name_is_found(void **state) {
  (void)state;
  static const char *const names[] = {"loss", "kerr", "detuning", "coupling"};
  assert_string_equal(epx_nearest_get("detunning", 4, names), "detuning");
  assert_string_equal(epx_nearest_get("LOS", 4, names), "loss");
  assert_string_equal(epx_nearest_get("cuopling", 4, names), "coupling");
}

static void far_names_are_not_proposed(void **state) {
  (void)state;
  static const char *const names[] = {"loss", "kerr"};
  assert_null(epx_nearest_get("wavelength", 2, names));
  assert_null(epx_nearest_get("loss", 0, names));
}

static void long_names_are_cut(void **state) {
  (void)state;
  char a[300], b[300];
  memset(a, 'a', sizeof a - 1);
  memset(b, 'b', sizeof b - 1);
  a[sizeof a - 1] = b[sizeof b - 1] = '\0';
  assert_int_equal(epx_nearest_eval_distance(a, b), 63);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distance_counts_edits_and_swaps),
      cmocka_unit_test(nearest_name_is_found),
      cmocka_unit_test(far_names_are_not_proposed),
      cmocka_unit_test(long_names_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
