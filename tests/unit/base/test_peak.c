/** @file
 * The peak kernel: it does the arithmetic that it counts.
 */
#include "base/machine/isa.h"
#include "base/machine/peak.h"
#include "unit/assert_close.h"

/** x -> .999 x + .001 has the fixed point 1: from c it is 1 + .999^k (c - 1) after k times. */
static void chains_go_to_their_fixed_point_as_counted(void **state) {
  (void)state;
  const long rounds[] = {0, 1, 100, 10000};
  for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
    double sink;
    const double n = epx_peak_eval(rounds[i], &sink);
    double once;
    const double n_chains_of_one = epx_peak_eval(1, &once) / 16; /* 2 operations, 8 in a row */
    assert_true(n == (double)rounds[i] * 16 * n_chains_of_one);
    double start;
    epx_peak_eval(0, &start);
    const double share = pow(0.999, 8 * (double)rounds[i]);
    assert_close(sink, n_chains_of_one + share * (start - n_chains_of_one), 1e-9 * n_chains_of_one);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(chains_go_to_their_fixed_point_as_counted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
