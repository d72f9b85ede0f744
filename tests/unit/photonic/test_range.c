/** @file
 * Range: what lies outside is set to the nearest end and counted; what is masked, or no number, stays.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "photonic/range.h"

static const epx_parameter parameters[] = {{.name = "low", .low = 0, .high = INFINITY},
                                           {.name = "both", .low = -1, .high = 2}};
static const epx_family family = {.n_parameters = 2, .parameters = parameters};

static void outside_goes_to_the_nearest_end(void **state) {
  (void)state;
  size_t offset[] = {0, 3}, count[] = {3, 3};
  epx_network network = {.family = &family, .n_theta = 6};
  for (int p = 0; p < 2; p++) {
    network.offset[p] = offset[p];
    network.count[p] = count[p];
  }
  double theta[] = {-0.5, 1e300, NAN, -1, 2.5, -7};
  assert_int_equal(epx_range_project(&network, (unsigned char[]){1, 1, 1, 1, 1, 0}, theta), 2);
  assert_true(theta[0] == 0 && theta[1] == 1e300 && isnan(theta[2]) && theta[3] == -1 && theta[4] == 2);
  assert_true(theta[5] == -7);
  assert_int_equal(epx_range_project(&network, NULL, theta), 1);
  assert_true(theta[5] == -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(outside_goes_to_the_nearest_end)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
