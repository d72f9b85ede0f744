/* Claims about records and the names of their states. */
#include "study/record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_new_record_is_pending_and_empty(void **state) {
  (void)state;
  const epx_record_layout layout = {.size = 5};
  double record[5] = {7, 7, 7, 7, 7};
  epx_record_init(&layout, record);
  assert_true(record[0] == EPX_STATE_PENDING);
  for (int i = 1; i < 5; i++)
    assert_true(isnan(record[i]));
}

static void every_state_has_its_name(void **state) {
  (void)state;
  static const char *const names[] = {"pending",  "done",   "did not settle", "oscillates",
                                      "diverged", "failed", "lost",           "unknown"};
  for (int s = 0; s < 7; s++)
    assert_string_equal(epx_record_get_state_name(s), names[s]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_new_record_is_pending_and_empty),
                                     cmocka_unit_test(every_state_has_its_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
