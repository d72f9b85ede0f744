/* Claims about the table of metrics. */
#include "study/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void every_metric_is_found_by_its_name(void **state) {
  (void)state;
  for (int m = 0; m < EPX_METRIC_COUNT; m++) {
    assert_int_equal(epx_metric_get(epx_metric_get_name((epx_metric)m)), m);
    assert_true(strlen(epx_metric_get_unit((epx_metric)m)) > 0);
    assert_true(strlen(epx_metric_get_meaning((epx_metric)m)) > 0);
  }
  assert_int_equal(epx_metric_get("acuracy"), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_metric_is_found_by_its_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
