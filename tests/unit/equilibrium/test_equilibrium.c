/** @file
 * The options of an equilibrium: the defaults are good, and each number that cannot be meant is refused by
 * name.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "equilibrium/equilibrium.h"

static void defaults_are_accepted(void **state) {
  (void)state;
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  assert_int_equal(epx_equilibrium_check(&options), EPX_OK);
  assert_int_equal(options.method, EPX_DYNAMICS_NEWTON);
}

/** Checks that the options are refused with a message that holds `name`. */
static void check_refused(const epx_equilibrium_options *options, const char *name) {
  assert_int_equal(epx_equilibrium_check(options), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), name));
}

static void each_bad_number_is_named(void **state) {
  (void)state;
  epx_equilibrium_options good;
  epx_equilibrium_init(&good);
  static const size_t places[] = {
      offsetof(epx_equilibrium_options, rtol),     offsetof(epx_equilibrium_options, atol),
      offsetof(epx_equilibrium_options, handover), offsetof(epx_equilibrium_options, tolerance),
      offsetof(epx_equilibrium_options, settled),  offsetof(epx_equilibrium_options, max_time),
      offsetof(epx_equilibrium_options, escape),
  };
  static const char *const names[] = {"rtol",    "atol",     "handover", "tolerance",
                                      "settled", "max_time", "escape"};
  static const double values[] = {0, -1, NAN, INFINITY};
  for (size_t k = 0; k < sizeof places / sizeof places[0]; k++) {
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
      epx_equilibrium_options bad = good;
      memcpy((char *)&bad + places[k], &values[v], sizeof values[v]);
      check_refused(&bad, names[k]);
    }
  }
}

static void contradictions_are_refused(void **state) {
  (void)state;
  epx_equilibrium_options good, bad;
  epx_equilibrium_init(&good);
  bad = good;
  bad.tolerance = 1e-15;
  check_refused(&bad, "tolerance");
  bad = good;
  bad.handover = good.tolerance / 2;
  check_refused(&bad, "handover");
  bad = good;
  bad.settled = 1;
  check_refused(&bad, "settled");
  bad = good;
  bad.handover = 1.5;
  check_refused(&bad, "handover");
  bad = good;
  bad.method = (epx_method)7;
  check_refused(&bad, "method");
  bad = good;
  bad.max_newton = 0;
  check_refused(&bad, "max_newton");
  bad = good;
  bad.audit = 1.5;
  check_refused(&bad, "audit");
  bad.audit = NAN;
  check_refused(&bad, "audit");
  bad = good;
  bad.starts = 0;
  check_refused(&bad, "starts");
  bad.starts = EPX_MAX_STARTS + 1;
  check_refused(&bad, "starts");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_accepted),
      cmocka_unit_test(each_bad_number_is_named),
      cmocka_unit_test(contradictions_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
