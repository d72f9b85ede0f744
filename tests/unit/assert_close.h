/** @file
 * cmocka, and comparisons of doubles: its own assert_float_equal() compares floats.
 */
#ifndef EPILUX_TESTS_ASSERT_CLOSE_H
#define EPILUX_TESTS_ASSERT_CLOSE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** NaN is close to nothing. */
#define assert_close(got, expected, tolerance)                                                               \
  do {                                                                                                       \
    const double got_ = (got), expected_ = (expected);                                                       \
    if (!(fabs(got_ - expected_) <= (tolerance))) {                                                          \
      fail_msg("%s is %.17g, not %.17g within %g", #got, got_, expected_, (double)(tolerance));              \
    }                                                                                                        \
  } while (0)

/** Bad input whose message holds `part`. */
#define assert_refused(call, part)                                                                           \
  do {                                                                                                       \
    assert_int_equal((call), EPX_EINPUT);                                                                    \
    if (!strstr(epx_error_get_message(), (part))) {                                                          \
      fail_msg("the message \"%s\" does not hold \"%s\"", epx_error_get_message(), (part));                  \
    }                                                                                                        \
  } while (0)

#endif
